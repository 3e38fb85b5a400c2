//! The files of a commit and what is checked out, whatever stands in the work tree.

use std::{fs, os::unix::fs::symlink};

use gonogo::net::git::{Checkout, checkout, files_at};

use super::{
    Repository,
    repository::{env, soon},
};

fn committed(repository: &Repository) -> String {
    repository.git(&["add", "-A"]);
    repository.commit("x", "Ann <ann@x>")
}

#[tokio::test]
async fn the_files_of_a_commit_are_read_as_they_were() {
    let repository = Repository::new();
    for (name, text) in
        [("svc/gonogo.yaml", "a\n"), ("svc/checks/ü b.yaml", "b"), ("shared/c.yaml", "\0c"), ("svc/d.txt", "d"), ("svc/e.yaml", "")]
    {
        repository.write(name, text);
    }
    let commit = committed(&repository);
    repository.write("svc/gonogo.yaml", "changed");
    // Neither a replacement nor a filter of the clone has a part in it.
    repository.write(".git/info/attributes", "*.yaml filter=evil\n");
    repository.git(&["config", "filter.evil.smudge", "touch ran; cat"]);
    repository.git(&[
        "replace",
        &repository.git(&["rev-parse", &format!("{commit}:svc/e.yaml")]),
        &repository.git(&["rev-parse", &format!("{commit}:svc/d.txt")]),
    ]);
    let wanted = |name: &str| name.ends_with(".yaml");
    let files = files_at(&repository.path().join("svc"), &commit, &wanted, &env(), soon()).await.expect("files");
    let told: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    assert_eq!(told, [("../shared/c.yaml", &b"\0c"[..]), ("checks/ü b.yaml", b"b"), ("e.yaml", b""), ("gonogo.yaml", b"a\n")]);
    assert!(files_at(repository.path(), &commit, &|_| false, &env(), soon()).await.expect("none").is_empty());
    let gone = files_at(repository.path(), &"1".repeat(40), &wanted, &env(), soon()).await;
    assert!(gone.expect_err("no commit").to_string().starts_with("git cannot tell: "));
}

#[tokio::test]
async fn a_clone_without_all_files_has_those_it_has() {
    let repository = Repository::new();
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    repository.write("there.yaml", "x");
    repository.write("gone.yaml", "y");
    let commit = committed(&repository);
    let place = format!("file://{}", repository.path().display());
    repository.git(&["clone", "-q", "--no-checkout", "--filter=blob:none", &place, "partial"]);
    repository.git(&["-C", "partial", "checkout", "-q", &commit, "--", "there.yaml"]);
    let partial = repository.path().join("partial");
    let of = async |name: &str| files_at(&partial, &commit, &|other| other == name, &env(), soon()).await;
    assert_eq!(of("there.yaml").await.expect("a file")["there.yaml"], b"x");
    let said = of("gone.yaml").await.expect_err("it would have to be fetched").to_string();
    assert!(said.starts_with("git cannot tell: "), "{said}");
}

#[tokio::test]
async fn a_link_is_not_followed() {
    let repository = Repository::new();
    repository.write("real.yaml", "x");
    symlink("real.yaml", repository.path().join("linked.yaml")).expect("linked");
    let commit = committed(&repository);
    let only = |wanted: &'static str| move |name: &str| name == wanted;
    let said = files_at(repository.path(), &commit, &only("linked.yaml"), &env(), soon()).await.expect_err("a link");
    assert_eq!(said.to_string(), "git cannot tell: `linked.yaml` is a symbolic link there, which is not followed");
    assert_eq!(files_at(repository.path(), &commit, &only("real.yaml"), &env(), soon()).await.expect("a file").len(), 1);
}

#[tokio::test]
async fn what_is_checked_out_is_told() {
    let repository = Repository::new();
    let asked = async || checkout(repository.path(), &env(), soon()).await;
    assert_eq!(asked().await, None);
    repository.write("a", "1");
    let commit = committed(&repository);
    let clean = |tag: Option<&str>| Some(Checkout { commit: commit.clone(), tag: tag.map(str::to_owned), dirty: false });
    assert_eq!(asked().await, clean(None));
    repository.git(&["tag", "light"]);
    assert_eq!(asked().await, clean(Some("light")));
    repository.git(&["tag", "-a", "-m", "x", "rel/v1"]);
    assert_eq!(asked().await, clean(Some("rel/v1")));
    // Branches and tags called HEAD, and files that nobody tracks.
    repository.git(&["update-ref", "refs/heads/HEAD", &repository.commit("y", "Ann <ann@x>")]);
    repository.git(&["checkout", "-q", "--detach", &commit]);
    repository.git(&["tag", "-d", "rel/v1"]);
    repository.write("untracked", "1");
    assert_eq!(asked().await, clean(Some("light")));
    fs::write(repository.path().join("a"), "2").expect("written");
    assert_eq!(asked().await, Some(Checkout { dirty: true, ..clean(Some("light")).expect("clean") }));
    let nowhere = tempfile::tempdir().expect("a folder");
    assert_eq!(checkout(nowhere.path(), &env(), soon()).await, None);
}
