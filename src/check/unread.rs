//! The law of reading: what a kind was given and did not understand is unknown until the plan says that it does not matter.

use super::OneOrMore;
use crate::model::{Expectation, excerpt, first_of};

/// Parts that are named in a sentence; the others are counted.
const NAMED: usize = 4;

/// The demand that every part was understood: of each where it stands, `outer/inner`, and what stands there. `allowed` are
/// those that do not matter, with all below them. `None` where everything was understood.
pub(super) fn judge(parts: &[(&str, &str)], allowed: Option<&OneOrMore<String>>) -> Option<Expectation> {
    if parts.is_empty() {
        return None;
    }
    let demand = Expectation::new("understood", "the answer").wanted("understood as a whole");
    let (left, open): (Vec<_>, Vec<_>) =
        parts.iter().copied().partition(|(path, _)| allowed.is_some_and(|all| all.iter().any(|one| covers(one, path))));
    if open.is_empty() {
        let names: Vec<&str> = left.iter().map(|(path, _)| *path).collect();
        return Some(demand.got(format!("all but what the plan allows: {}", first_of(&names, NAMED, names.len(), ", "))).met(true));
    }
    let said: Vec<String> = open.iter().map(|(path, says)| format!("`{path}` says `{}`", excerpt(says, 60))).collect();
    let paths: Vec<&str> = open.iter().map(|(path, _)| *path).collect();
    Some(demand.undetermined(format!(
        "not understood: {}; where that does not matter, write `allow-unread: {}`",
        first_of(&said, NAMED, said.len(), ", "),
        serde_json::to_string(&paths).unwrap_or_default()
    )))
}

/// Whether a path that the plan names is this one, or one around it.
fn covers(named: &str, path: &str) -> bool {
    path.eq_ignore_ascii_case(named)
        || path.get(..named.len()).is_some_and(|start| start.eq_ignore_ascii_case(named)) && path[named.len()..].starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_plan_allows_is_told_and_the_rest_is_unknown() {
        let parts = [("queue/mode", "odd"), ("Last", "none")];
        assert_eq!(judge(&[], None), None);
        let open = judge(&parts, None).expect("a demand");
        assert_eq!(open.met, None);
        let why = open.why.expect("a reason");
        assert!(why.contains("`queue/mode` says `odd`") && why.contains(r#"allow-unread: ["queue/mode","Last"]"#), "{why}");
        let all = OneOrMore::from(vec!["queue".to_owned(), "last".to_owned()]);
        assert_eq!(judge(&parts, Some(&all)).expect("a demand").met, Some(true));
        let one = OneOrMore::from(vec!["queue/m".to_owned(), "last".to_owned()]);
        assert_eq!(judge(&parts, Some(&one)).expect("a demand").met, None);
    }
}
