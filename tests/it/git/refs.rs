//! A name means one commit, or it is refused with every one it could mean.

use std::fs;

use gonogo::{model::PolicyPlace, net::git::resolve};

use super::{
    Repository,
    repository::{env, soon},
};

async fn asked(repository: &Repository, name: &str) -> Result<PolicyPlace, String> {
    resolve(repository.path(), name, &env(), soon()).await.map_err(|error| error.to_string())
}

#[track_caller]
fn means(said: Result<PolicyPlace, String>, reference: &str, commit: &str) {
    assert_eq!(said, Ok(PolicyPlace { reference: reference.to_owned(), commit: commit.to_owned() }));
}

/// Two commits: the first is what the remote's branch has, the second is an attacker's.
fn two() -> (Repository, String, String) {
    let repository = Repository::new();
    let first = repository.commit("a", "Ann <ann@x>");
    let second = repository.commit("b", "Eve <eve@x>");
    repository.git(&["update-ref", "refs/remotes/origin/main", &first]);
    (repository, first, second)
}

#[tokio::test]
async fn what_can_mean_only_one_is_taken() {
    let (repository, first, second) = two();
    repository.git(&["tag", "-a", "-m", "x", "v1", &first]);
    means(asked(&repository, "origin/main").await, "refs/remotes/origin/main", &first);
    means(asked(&repository, "refs/remotes/origin/main").await, "refs/remotes/origin/main", &first);
    means(asked(&repository, "refs/heads/main").await, "refs/heads/main", &second);
    // The commit that a tag with a message stands on.
    means(asked(&repository, "refs/tags/v1").await, "refs/tags/v1", &first);
    means(asked(&repository, &first).await, &first, &first);
    means(asked(&repository, &first.to_uppercase()).await, &first, &first);
    // A full id is an id even where a branch is called so.
    repository.git(&["update-ref", &format!("refs/heads/{first}"), &second]);
    means(asked(&repository, &first).await, &first, &first);
    // Somebody's branch of the remote does not stand in the way.
    repository.git(&["update-ref", "refs/remotes/origin/origin/main", &second]);
    means(asked(&repository, "origin/main").await, "refs/remotes/origin/main", &first);
    repository.write("sub/x", "");
    let below = resolve(&repository.path().join("sub"), "origin/main", &env(), soon()).await;
    means(below.map_err(|error| error.to_string()), "refs/remotes/origin/main", &first);
}

#[tokio::test]
async fn another_ref_of_the_same_name_is_told() {
    for other in ["refs/tags/origin/main", "refs/heads/origin/main", "refs/origin/main"] {
        let (repository, first, second) = two();
        repository.git(&["update-ref", other, &second]);
        for setting in ["true", "false"] {
            repository.git(&["config", "core.warnAmbiguousRefs", setting]);
            let said = asked(&repository, "origin/main").await.expect_err("two");
            assert!(said.contains(other) && said.contains("`refs/remotes/origin/main`") && said.contains("in full"), "{said}");
            means(asked(&repository, "refs/remotes/origin/main").await, "refs/remotes/origin/main", &first);
        }
    }
}

#[tokio::test]
async fn what_is_no_full_name_is_refused() {
    let (repository, first, _) = two();
    repository.write("file", "x");
    repository.git(&["add", "file"]);
    let short = &first[..12];
    for (name, said) in [
        ("main", "`main` can mean `refs/heads/main` or `refs/remotes/origin/main`"),
        ("heads/main", "`heads/main` can mean `refs/heads/main`: write"),
        ("HEAD", "there is no ref `HEAD` here"),
        ("@", "there is no ref `@` here"),
        ("@{u}", "there is no ref"),
        ("origin/main~1", "there is no ref"),
        ("refs/heads/main^", "there is no ref"),
        ("refs/heads/main@{0}", "there is no ref"),
        ("refs/heads/*", "there is no ref"),
        ("refs/heads", "there is no ref"),
        ("refs/heads/nowhere", "there is no ref `refs/heads/nowhere` here: write a full ref (`refs/heads/main`)"),
        ("origin/nowhere", "there is no ref"),
        (":file", "there is no ref"),
        (":/a", "there is no ref"),
        ("--all", "there is no ref `--all`"),
        ("origin/ma\u{1b}n", "there is no ref `origin/ma\\\\u{1b}n`"),
        (short, first.as_str()),
        ("0123", "`0123` is no full commit id"),
        (&"0".repeat(40), "there is no commit"),
        (&"a".repeat(64), "there is no commit"),
        ("", "the ref is empty, as a variable of a CI job leaves it"),
        (" \n", "the ref is empty"),
    ] {
        let refused = asked(&repository, name).await.expect_err(name);
        assert!(refused.contains(said) && !refused.contains('\n'), "{name}: {refused}");
    }
    let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    assert!(asked(&repository, &tree).await.expect_err("a tree").contains("there is no commit"));
    repository.git(&["update-ref", "refs/tags/tree", &tree]);
    assert_eq!(asked(&repository, "refs/tags/tree").await.expect_err("a tree"), "`refs/tags/tree` leads to no commit");
    let nowhere = tempfile::tempdir().expect("a folder");
    let said = resolve(nowhere.path(), "origin/main", &env(), soon()).await.expect_err("no repository");
    assert_eq!(said.to_string(), "it is not in a git repository");
}

#[tokio::test]
async fn nothing_beside_the_ref_moves_it() {
    let (repository, first, second) = two();
    // A replacement, a list of other parents, a file that looks like a ref, and a configuration of whoever has the clone.
    repository.git(&["replace", &first, &second]);
    fs::write(repository.path().join(".git/info/grafts"), format!("{second}\n")).expect("written");
    fs::create_dir_all(repository.path().join(".git/origin")).expect("made");
    fs::write(repository.path().join(".git/origin/main"), format!("{second}\n")).expect("written");
    repository.git(&["config", "core.useReplaceRefs", "true"]);
    means(asked(&repository, "origin/main").await, "refs/remotes/origin/main", &first);
    means(asked(&repository, &first).await, &first, &first);
}
