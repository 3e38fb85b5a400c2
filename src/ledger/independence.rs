//! Whether somebody approved who neither wrote nor deploys the release.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Authors, Person};

/// What is known of the approvers' independence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Independence {
    /// Somebody else than author and deployer approved.
    Shown,
    /// It cannot be told who wrote the release, but nobody approved alone.
    Unknown(String),
    /// It is not shown, and why: somebody has to do something.
    Open(String),
}

/// Judges it for `approvers` (ids), each named once or more.
pub(super) fn independence(
    authors: Option<&Authors>,
    deployer: Option<&str>,
    approvers: &[&str],
    people: &BTreeMap<String, Person>,
) -> Independence {
    let approvers: BTreeSet<&str> = approvers.iter().copied().collect();
    let deployer_id = deployer.map(|deployer| person(deployer, people).unwrap_or(deployer));
    let Some(authors) = authors else { return unknown(&approvers, deployer_id) };
    if let Some(why) = &authors.incomplete {
        return Independence::Open(format!("who wrote the release cannot be told: {why}"));
    }
    if authors.people.is_empty() {
        return Independence::Open("git names nobody who wrote the release: run `gonogo gate` in a full clone".into());
    }
    let mut wrote = BTreeSet::new();
    for author in &authors.people {
        match person(&author.email, people) {
            Some(id) => _ = wrote.insert(id),
            None => {
                return Independence::Open(format!(
                    "{} <{}> wrote commits of the release and is nobody in `people`: add the address to the `emails` of whoever it is",
                    author.name, author.email
                ));
            }
        }
    }
    let independent: Vec<&str> =
        approvers.iter().copied().filter(|approver| !wrote.contains(approver) && deployer_id != Some(approver)).collect();
    match (independent.as_slice(), deployer) {
        ([only], Some(deployer)) if person(deployer, people).is_none() => {
            return Independence::Open(format!(
                "{deployer} deploys and is nobody in `people`, so they may be {only}, who approves alone: add the name to the `emails` of whoever it is"
            ));
        }
        ([], _) => {}
        _ => return Independence::Shown,
    }
    let names: Vec<&str> = approvers.into_iter().collect();
    Independence::Open(format!("whoever approved ({}) wrote or deploys the release: somebody else must approve too", names.join(", ")))
}

fn unknown(approvers: &BTreeSet<&str>, deployer: Option<&str>) -> Independence {
    let why = "who wrote the release is not known: neither the run nor the gate saw its git history";
    let others = approvers.iter().filter(|approver| deployer != Some(approver)).count();
    if others > 1 {
        Independence::Unknown(format!("{why}; {} people approved, so nobody did alone", approvers.len()))
    } else {
        Independence::Open(format!("{why}, and whoever approves alone may be the author: run `gonogo gate` in a full clone"))
    }
}

/// The person with this address or id.
fn person<'p>(address: &str, people: &'p BTreeMap<String, Person>) -> Option<&'p str> {
    let same = |other: &str| other.eq_ignore_ascii_case(address);
    people.iter().find(|(id, person)| same(id) || person.emails.iter().any(|email| same(email))).map(|(id, _)| id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Author;

    fn people() -> BTreeMap<String, Person> {
        let person = |name: &str, emails: &[&str]| Person {
            name: name.to_owned(),
            title: None,
            emails: emails.iter().map(|email| (*email).to_owned()).collect(),
        };
        BTreeMap::from([("ann@x".to_owned(), person("Ann", &["ann@home"])), ("bob@x".to_owned(), person("Bob", &[]))])
    }

    fn authors(emails: &[&str], incomplete: Option<&str>) -> Authors {
        Authors {
            people: emails.iter().map(|email| Author { name: "A".into(), email: (*email).to_owned(), committer: false }).collect(),
            since: None,
            until: "0a1b".into(),
            incomplete: incomplete.map(str::to_owned),
        }
    }

    fn shown(authors: Option<&Authors>, deployer: Option<&str>, approvers: &[&str]) -> Independence {
        independence(authors, deployer, approvers, &people())
    }

    #[test]
    fn the_author_alone_is_not_enough() {
        let by_ann = authors(&["Ann@Home"], None);
        assert_eq!(shown(Some(&by_ann), None, &["ann@x", "bob@x"]), Independence::Shown);
        assert!(matches!(shown(Some(&by_ann), None, &["ann@x", "ann@x"]), Independence::Open(why) if why.contains("(ann@x)")));
        assert!(matches!(shown(Some(&by_ann), Some("bob@x"), &["ann@x", "bob@x"]), Independence::Open(_)));
    }

    #[test]
    fn what_cannot_be_told_is_never_independent() {
        let stranger = authors(&["eve@x"], None);
        assert!(matches!(shown(Some(&stranger), None, &["ann@x", "bob@x"]), Independence::Open(why) if why.contains("eve@x")));
        let shallow = authors(&["ann@x"], Some("this clone is shallow"));
        assert!(matches!(shown(Some(&shallow), None, &["bob@x"]), Independence::Open(why) if why.contains("shallow")));
        assert!(matches!(shown(None, None, &["bob@x"]), Independence::Open(_)));
        assert!(matches!(shown(None, None, &["bob@x", "ann@x"]), Independence::Unknown(_)));
    }
}
