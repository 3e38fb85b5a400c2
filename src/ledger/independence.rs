//! Whether somebody approved who neither wrote nor deploys the release.

use std::collections::BTreeSet;

use super::{AskedRelease, Deploys, History, LedgerError, PolicyInForce, VerifiedEntry};
use crate::model::{Act, Author, Authors, Committers, Independence, SignOff};

/// Who wrote a release, and who deploys it, as far as that is known.
#[derive(Clone, Copy)]
pub(super) struct Makers<'a> {
    /// As git says.
    pub(super) authors: Option<&'a Authors>,
    /// As somebody vouches for.
    pub(super) vouched: Option<&'a [Author]>,
    /// Who deploys.
    pub(super) deployer: Deploys<'a>,
}

/// The way out where git cannot tell: `gonogo deploy authors`.
const VOUCH: &str = "or have somebody independent sign who wrote it: `gonogo deploy authors`";

/// The people (ids) behind one approval: whose it is, whose hand entered it, and who signed that the passkey is theirs. Mostly
/// they are one.
pub(super) type Approval<'a> = Vec<&'a str>;

/// Those behind an approval of this person that this entry states.
pub(super) fn behind<'a>(entry: &'a VerifiedEntry, person: &'a str) -> Approval<'a> {
    let confirmers = entry.confirmed_by().iter().map(String::as_str);
    [person, entry.signer().unwrap_or(person)].into_iter().chain(confirmers).collect()
}

/// Those behind a sign-off: of a deputy also whoever is absent.
pub(super) fn behind_sign_off<'a>(entry: &'a VerifiedEntry, said: &'a SignOff) -> Approval<'a> {
    let mut behind = behind(entry, &said.person);
    behind.extend(said.deputy_of.as_deref());
    behind
}

/// Who is behind all of these, and so may be the only one who approved.
pub(super) fn only<'a>(approvals: &[Approval<'a>]) -> Option<&'a str> {
    let (first, others) = approvals.split_first()?;
    first.iter().copied().find(|person| others.iter().all(|other| other.contains(person)))
}

/// Why these approvals are not enough for the policy, where it demands that somebody independent approves.
pub(super) fn lacking(
    history: &History,
    asked: &AskedRelease,
    policy: &PolicyInForce<'_>,
    (authors, deployer): (Option<&Authors>, Deploys<'_>),
    approvals: &[Approval<'_>],
) -> Result<Option<String>, LedgerError> {
    if policy.policy.independence == Independence::NotRequired {
        return Ok(None);
    }
    let makers = Makers { authors, vouched: vouched(history, asked, policy)?, deployer };
    Ok(independence(makers, approvals, policy).err())
}

/// Whether these approvals show it; else why not, and what somebody has to do. One is independent if both behind it are. What
/// is not known is never independent: an unknown author or deployer may be whoever approves.
pub(super) fn independence(makers: Makers<'_>, approvals: &[Approval<'_>], policy: &PolicyInForce<'_>) -> Result<(), String> {
    let wrote = writers(makers, policy)?;
    let deployer = if let Deploys::By(name) = makers.deployer { Some(person(name, policy).unwrap_or(name)) } else { None };
    let made = |person: &&str| wrote.contains(person) || deployer == Some(person);
    let independent: Vec<Approval<'_>> = approvals.iter().filter(|approval| !approval.iter().any(made)).cloned().collect();
    match (only(&independent), makers.deployer) {
        _ if independent.is_empty() => {
            let names: BTreeSet<&str> = approvals.iter().flatten().copied().collect();
            let names: Vec<&str> = names.into_iter().collect();
            Err(format!("whoever approved ({}) wrote or deploys the release: somebody else must approve too", names.join(", ")))
        }
        (Some(only), Deploys::Unknown) => Err(format!(
            "who deploys is not known, so it may be {only}, who alone approved independently: say who with `--deployer PERSON`, or let one more person sign"
        )),
        (Some(only), Deploys::By(deployer)) if person(deployer, policy).is_none() => Err(format!(
            "{deployer} deploys and is not listed in `people`, so they may be {only}, who approves alone: add the name to the `emails` of whoever it is"
        )),
        _ => Ok(()),
    }
}

/// The ids of everybody who wrote the release.
fn writers<'p>(makers: Makers<'_>, policy: &PolicyInForce<'p>) -> Result<BTreeSet<&'p str>, String> {
    let list = match (makers.vouched, makers.authors) {
        (Some([]), _) => {
            return Err(
                "the newest list of who wrote the release is still to come by the clock here: `gonogo deploy authors` signs it anew".into(),
            );
        }
        (Some(vouched), _) => vouched,
        (None, None) => {
            return Err(format!(
                "who wrote the release is not known: neither the run nor the gate saw its git history; run `gonogo gate` in a full clone, {VOUCH}"
            ));
        }
        (None, Some(Authors { incomplete: Some(why), .. })) => {
            return Err(format!("who wrote the release cannot be told: {why}; {VOUCH}"));
        }
        (None, Some(authors)) if authors.people.is_empty() => {
            return Err(format!("git names nobody who wrote the release: run `gonogo gate` in a full clone, {VOUCH}"));
        }
        (None, Some(authors)) => authors.people.as_slice(),
    };
    let mut wrote = BTreeSet::new();
    for author in list.iter().filter(|author| counts(author, policy)) {
        match person(&author.email, policy) {
            Some(id) => _ = wrote.insert(id),
            None => {
                let verb = if author.committer { "committed" } else { "wrote" };
                return Err(format!(
                    "{} <{}> {verb} commits of the release and is not listed in `people`: add the address to the `emails` of whoever it is, or to `bots` if it is a machine's",
                    author.name, author.email
                ));
            }
        }
    }
    Ok(wrote)
}

/// Whether nobody behind `approval` is known to have written the release, and it is known who did.
pub(super) fn did_not_write(makers: Makers<'_>, approval: &Approval<'_>, policy: &PolicyInForce<'_>) -> bool {
    writers(makers, policy).is_ok_and(|wrote| !approval.iter().any(|person| wrote.contains(person)))
}

/// Whether somebody has to stand behind this author. The address that GitHub commits merges with writes nothing, so it is a
/// machine's only where it commits.
fn counts(author: &Author, policy: &PolicyInForce<'_>) -> bool {
    const GITHUB: &str = "noreply@github.com";
    let listed = policy.policy.bots.iter().any(|bot| bot.eq_ignore_ascii_case(&author.email));
    let machine = listed && (author.committer || !author.email.eq_ignore_ascii_case(GITHUB));
    let shown = author.committer && policy.policy.committers == Committers::Shown;
    !(machine || shown)
}

/// The person with this address or id.
fn person<'p>(address: &str, policy: &PolicyInForce<'p>) -> Option<&'p str> {
    let same = |other: &str| other.eq_ignore_ascii_case(address);
    let people = policy.people.iter();
    people.into_iter().find(|(id, person)| same(id) || person.emails.iter().any(|email| same(email))).map(|(id, _)| id.as_str())
}

/// Who wrote the release, as the newest list says that counts: signed by a person who is not on it. One that is still to come
/// is not counted, and what it may have replaced is not either: nobody is known then.
pub(super) fn vouched<'h>(
    history: &'h History,
    asked: &'h AskedRelease,
    policy: &PolicyInForce<'_>,
) -> Result<Option<&'h [Author]>, LedgerError> {
    for entry in history.said(asked.place(), &[Act::AUTHORS]).rev() {
        let entry = entry?;
        let Act::VouchedAuthors(list) = &entry.statement.act else { continue };
        let Some(by) = entry.signer().filter(|by| policy.policy.is_of_people(by)) else { continue };
        let on_it = list.people.iter().any(|author| person(&author.email, policy) == Some(by));
        if !on_it && !list.people.is_empty() && asked.covered(&list.release).is_ok() {
            return Ok(Some(if entry.aside.is_some() { &[][..] } else { list.people.as_slice() }));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{LongestWaiver, Period, Person, Role, Signoff, Unsigned, UnsignedRuns};

    const PEOPLE: [&str; 2] = ["ann@x", "bob@x"];

    fn signoff(committers: Committers, bots: &[&str]) -> Signoff {
        let everybody = Role { people: PEOPLE.map(str::to_owned).to_vec(), meaning: None, methods: Vec::new() };
        Signoff {
            allowed_signers: "signers".into(),
            revoked_keys: None,
            roles: BTreeMap::from([("lead".to_owned(), everybody)]),
            require: Vec::new(),
            valid_for: Period::days(7),
            max_age: Period::days(1),
            independence: Independence::Required,
            committers,
            bots: bots.iter().map(|bot| (*bot).to_owned()).collect(),
            unsigned_waivers: Unsigned::Refused,
            unsigned_runs: UnsignedRuns::Allowed,
            longest_waiver: LongestWaiver::default(),
            break_glass: None,
            requests: None,
            ci_tokens: BTreeMap::new(),
            deputies: BTreeMap::new(),
            windows: Vec::new(),
            freeze: Vec::new(),
            holidays: None,
            closed_on: Vec::new(),
            desk: None,
        }
    }

    fn people() -> BTreeMap<String, Person> {
        let person = |name: &str, emails: &[&str]| Person {
            name: name.to_owned(),
            title: None,
            emails: emails.iter().map(|email| (*email).to_owned()).collect(),
        };
        BTreeMap::from([
            ("ann@x".to_owned(), person("Ann", &["ann@home"])),
            ("bob@x".to_owned(), person("Bob", &[])),
            ("carl@x".to_owned(), person("Carl", &[])),
        ])
    }

    fn author(email: &str, committer: bool) -> Author {
        Author { name: "A".into(), email: email.to_owned(), committer }
    }

    fn authors(people: &[Author], incomplete: Option<&str>) -> Authors {
        Authors { people: people.to_vec(), since: None, until: "0a1b".into(), incomplete: incomplete.map(str::to_owned), paths: None }
    }

    fn shown(signoff: &Signoff, authors: Option<&Authors>, deployer: Deploys<'_>, approvers: &[&str]) -> bool {
        shown_by(signoff, authors, deployer, &approvers.iter().map(|approver| vec![*approver]).collect::<Vec<_>>())
    }

    fn shown_by(signoff: &Signoff, authors: Option<&Authors>, deployer: Deploys<'_>, approvals: &[Approval<'_>]) -> bool {
        let people = people();
        let policy = PolicyInForce { policy: signoff, people: &people, now: jiff::Timestamp::UNIX_EPOCH };
        independence(Makers { authors, vouched: None, deployer }, approvals, &policy).is_ok()
    }

    /// Every combination of who wrote, who deploys and who approved, among two people, a stranger and nobody.
    #[test]
    fn shown_only_if_somebody_else_than_all_who_may_have_made_it_approved() {
        let signoff = signoff(Committers::Count, &[]);
        let writers: [Option<&[&str]>; 7] = [
            None,
            Some(&[]),
            Some(&["Ann@Home"]),
            Some(&["bob@x"]),
            Some(&["ann@x", "bob@x"]),
            Some(&["eve@x"]),
            Some(&["ann@x", "eve@x"]),
        ];
        for wrote in writers {
            let list = wrote.map(|wrote| authors(&wrote.iter().map(|email| author(email, false)).collect::<Vec<_>>(), None));
            for deployer in [Deploys::NotYet, Deploys::Unknown, Deploys::By("ann@x"), Deploys::By("bob@x"), Deploys::By("stranger")] {
                for approvers in [&[][..], &["ann@x"], &["bob@x"], &["ann@x", "bob@x"], &["bob@x", "bob@x"]] {
                    let known = wrote.is_some_and(|wrote| !wrote.is_empty() && !wrote.contains(&"eve@x"));
                    let makes = |person: &str| {
                        wrote.is_some_and(|wrote| {
                            wrote.iter().any(|email| email.eq_ignore_ascii_case(person) || (person == "ann@x" && *email == "Ann@Home"))
                        })
                    };
                    let independent: BTreeSet<&&str> =
                        approvers.iter().filter(|approver| !makes(approver) && deployer != Deploys::By(approver)).collect();
                    let enough = if matches!(deployer, Deploys::NotYet | Deploys::By("ann@x" | "bob@x")) { 1 } else { 2 };
                    assert_eq!(
                        shown(&signoff, list.as_ref(), deployer, approvers),
                        known && independent.len() >= enough,
                        "{wrote:?} {deployer:?} {approvers:?}"
                    );
                }
            }
        }
    }

    /// An author's yes that somebody else entered is not that somebody's approval.
    #[test]
    fn both_behind_an_approval_have_to_be_others() {
        let by_ann = authors(&[author("ann@x", false)], None);
        let by_nobody_here = authors(&[author("carl@x", false)], None);
        let signoff = signoff(Committers::Count, &[]);
        let people = |list, deployer, approvals: &[Approval<'_>]| shown_by(&signoff, Some(list), deployer, approvals);
        assert!(!people(&by_ann, Deploys::NotYet, &[vec!["ann@x", "bob@x"]]));
        assert!(!people(&by_ann, Deploys::NotYet, &[vec!["bob@x", "ann@x"]]));
        assert!(people(&by_ann, Deploys::NotYet, &[vec!["ann@x", "bob@x"], vec!["bob@x"]]));
        assert!(!people(&by_nobody_here, Deploys::Unknown, &[vec!["ann@x", "bob@x"], vec!["bob@x"]]), "bob is behind both");
        assert!(people(&by_nobody_here, Deploys::Unknown, &[vec!["ann@x"], vec!["bob@x"]]));
    }

    #[test]
    fn an_incomplete_list_shows_nothing() {
        let shallow = authors(&[author("ann@x", false)], Some("this clone is shallow"));
        assert!(!shown(&signoff(Committers::Count, &[]), Some(&shallow), Deploys::By("ann@x"), &["bob@x", "ann@x"]));
    }

    #[test]
    fn who_committed_counts_but_for_machines() {
        let by_ann = |committer: &str| authors(&[author("ann@x", false), author(committer, true)], None);
        let cases = [
            ("bob@x", Committers::Count, &[][..], false),
            ("bob@x", Committers::Shown, &[], true),
            ("bot@x", Committers::Count, &[], false),
            ("bot@x", Committers::Count, &["BOT@x"], true),
            ("noreply@github.com", Committers::Count, &[], false),
            ("noreply@github.com", Committers::Count, &["noreply@github.com"], true),
        ];
        for (committer, committers, bots, is_shown) in cases {
            let list = by_ann(committer);
            assert_eq!(shown(&signoff(committers, bots), Some(&list), Deploys::By("ann@x"), &["bob@x"]), is_shown, "{committer} {bots:?}");
        }
        let written = authors(&[author("noreply@github.com", false)], None);
        let signoff = signoff(Committers::Count, &["noreply@github.com"]);
        assert!(!shown(&signoff, Some(&written), Deploys::By("ann@x"), &["bob@x"]), "it commits and writes nothing");
    }
}
