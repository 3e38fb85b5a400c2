//! Repositories that break each demand.

use super::{
    Git,
    seen::{BranchSeen, Seen, SignatureSeen, TagSeen, TreeSeen},
};

/// A remote that has nothing, and one whose tag is another commit, unsigned, off the branch, beside a changed work tree.
pub(super) fn counterexamples(check: &Git, _: jiff::Timestamp) -> Vec<Seen> {
    let (ours, other) = ("a".repeat(40), "b".repeat(40));
    let name = check.tag.as_ref().map_or_else(|| "v1.4.2".to_owned(), |tag| tag.as_str().to_owned());
    let nothing = Seen {
        commit: Some(ours),
        remote: "git.example.com".into(),
        looked_for: vec![name.clone()],
        branch: Some(BranchSeen::default()),
        ..Seen::default()
    };
    let wrong = Seen {
        tags: vec![TagSeen { name, commit: other.clone(), calls_itself: Some("another".into()) }],
        branch: Some(BranchSeen { tip: Some(other.clone()), contains: Some(false) }),
        signature: check.signed_by.as_ref().map(|_| SignatureSeen { of: check.signs(), good: Some(false), said: "not signed".into() }),
        work_tree: Some(TreeSeen { head: Some(other), changes: 1, first: vec!["app.py".into()], overlooked: false }),
        ..nothing.clone()
    };
    vec![nothing, wrong]
}
