//! Nobody who wrote a release is hidden by what a name, a message or a clone holds.

use std::fs;

use gonogo::{model::Authors, net::git::authors};

use super::{
    Repository,
    repository::{env, soon},
};

async fn wrote(repository: &Repository, since: Option<&str>, until: &str) -> Authors {
    authors(repository.path(), since, until, &env(), soon()).await.expect("git").expect("authors")
}

fn told(authors: &Authors) -> Vec<String> {
    assert_eq!(authors.incomplete, None);
    let mark = |committer| if committer { " committed" } else { "" };
    authors.people.iter().map(|author| format!("{}{}", author.email, mark(author.committer))).collect()
}

#[tokio::test]
async fn control_characters_in_a_name_hide_nobody() {
    let repository = Repository::new();
    let first = repository.commit_raw(None, b"Eve\x1e\x1f\x1f\x1e <eve@x>", b"Ann <ann@x>", b"a\n");
    let second = repository.commit_raw(Some(&first), b" <>", b"Ann <ann@x>", b"b\n");
    let third = repository.commit_raw(Some(&second), b"\xff <f\xff@x>", b"\xfe <f\xfe@x>", b"c\n");
    let last = repository.commit_raw(Some(&third), b"Bob <bob@x>", b"Bob <bob@x>", b"d\n\n\xffx\nCo-authored-by: Dan <dan@x>\n\x1e\n");
    assert_eq!(
        told(&wrote(&repository, None, &last).await),
        ["", "bob@x", "dan@x", "eve@x", "f\\xff@x", "ann@x committed", "f\\xfe@x committed"]
    );
    // What is no author at all is somebody unknown.
    let broken = repository.commit_raw(Some(&last), b"nobody", b"Bob <bob@x>", b"e\n");
    assert_eq!(told(&wrote(&repository, Some(&last), &broken).await), ["", "bob@x committed"]);
}

#[tokio::test]
async fn whoever_committed_it_could_have_changed_it() {
    let repository = Repository::new();
    let first = repository.commit("a", "Bob <bob@x>");
    // `git` commits as Ann.
    assert_eq!(told(&wrote(&repository, None, &first).await), ["bob@x", "ann@x committed"]);
    let second = repository.commit("b", "Ann <ANN@x>");
    assert_eq!(told(&wrote(&repository, None, &second).await), ["ANN@x", "bob@x"]);
    assert_eq!(told(&wrote(&repository, Some(&first), &second).await), ["ANN@x"]);
}

#[tokio::test]
async fn the_clone_hides_no_commit() {
    let repository = Repository::new();
    let first = repository.commit("a\n\nCo-authored-by: Dan <dan@x>", "Eve <eve@x>");
    let second = repository.commit("b", "Bob <bob@x>");
    let third = repository.commit("c", "Ann <ann@x>");
    let all = ["ann@x", "bob@x", "dan@x", "eve@x"];
    assert_eq!(told(&wrote(&repository, None, &third).await), all);
    let git = repository.path().join(".git");
    // Other parents, another commit, other names, and settings that make nothing of the line.
    fs::write(git.join("info/grafts"), format!("{second}\n")).expect("written");
    repository.git(&["replace", &second, &third]);
    repository.write(".mailmap", "Bob <bob@x> <eve@x>\n");
    for (key, value) in [
        ("log.mailmap", "true"),
        ("mailmap.file", ".mailmap"),
        ("core.commentChar", "C"),
        ("trailer.separators", "="),
        ("trailer.co-authored-by.key", "Other"),
        ("grep.patternType", "perl"),
        ("grep.fullName", "true"),
        ("i18n.logOutputEncoding", "UTF-16"),
        ("format.pretty", "oneline"),
        ("log.showSignature", "true"),
        ("log.date", "relative"),
        ("color.ui", "always"),
    ] {
        repository.git(&["config", key, value]);
    }
    assert_eq!(told(&wrote(&repository, None, &third).await), all);
    // The commit that went before is not the one that a branch of that name has.
    assert_eq!(told(&wrote(&repository, Some(&first[..10]), &third).await), ["ann@x", "bob@x"]);
    repository.git(&["update-ref", &format!("refs/heads/{}", &first[..10]), &third]);
    assert!(wrote(&repository, Some(&first[..10]), &third).await.incomplete.expect("a reason").contains("is not in this clone"));
    // A name is no commit.
    assert!(authors(repository.path(), None, "main", &env(), soon()).await.expect("git").is_none());
}

#[tokio::test]
async fn a_clone_without_the_whole_history_says_so() {
    let repository = Repository::new();
    let first = repository.commit("a", "Eve <eve@x>");
    let second = repository.commit("b", "Ann <ann@x>");
    let place = format!("file://{}", repository.path().display());
    repository.git(&["clone", "-q", "--depth", "1", &place, "shallow"]);
    let shallow = authors(&repository.path().join("shallow"), None, &second, &env(), soon()).await.expect("git").expect("authors");
    assert!(shallow.incomplete.expect("a reason").contains("shallow"));
    let gone = wrote(&repository, Some(&"1".repeat(40)), &second).await;
    assert_eq!(
        gone.incomplete.as_deref(),
        Some("the commit that was deployed last, 1111111111111111111111111111111111111111, is not in this clone")
    );
    assert_eq!(gone.people.len(), 2);
    // Files may be missing, commits not.
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    repository.git(&["clone", "-q", "--no-checkout", "--filter=tree:0", &place, "partial"]);
    let partial = authors(&repository.path().join("partial"), None, &second, &env(), soon()).await.expect("git").expect("authors");
    assert_eq!(told(&partial), ["ann@x", "eve@x"]);
    // A commit whose parent is gone is no whole history.
    let object = repository.path().join(".git/objects").join(&first[..2]).join(&first[2..]);
    fs::remove_file(object).expect("removed");
    assert!(authors(repository.path(), None, &second, &env(), soon()).await.is_err());
    let nowhere = tempfile::tempdir().expect("a folder");
    assert_eq!(authors(nowhere.path(), None, &second, &env(), soon()).await, Ok(None));
}
