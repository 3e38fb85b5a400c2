//! What is looked at, when it was, and what goes on from there.

use gonogo::{
    ledger::{Draft, Entry, History, Label, LedgerError, Look, Memory, Row, SignatureStanding, Store as _, unended},
    model::{Act, Begun, Deployer, DeployerSource, Deployment, DeploymentStatus, Digest, Made, Release, Statement},
};
use jiff::{Timestamp, ToSpan as _};

use super::{Trusting, append, by_ann, draft, first, five, made, now, of_project, remark, remark_over, said};

fn chained(mut entries: Vec<Entry>) -> Vec<Row> {
    for index in 0..entries.len() {
        entries[index].seq = index as u64 + 1;
        entries[index].prev = index.checked_sub(1).map_or_else(Digest::none, |before| entries[before].digest());
    }
    entries.into_iter().map(Row::of).collect()
}

/// An entry of a shared chain, recorded and made at these times; signed where somebody is named.
fn old(comment: &str, recorded: Timestamp, at: Timestamp, by: Option<&str>) -> Entry {
    let made = Made { at, by: by.map(str::to_owned), ..made(Digest::none()) };
    let payload = Statement { made, ..said(comment) }.to_json();
    Entry { recorded, payload, signature: by.map(|_| "a signature".into()), ..first() }
}

#[tokio::test]
async fn only_what_bears_is_read_and_every_link_is_followed() {
    let store = Memory::empty("a test");
    let entries = five(&store).await;
    let look = Look::by(Trusting, now());
    let history = History::of(store.rows("api").await.expect("rows"), &look).expect("a history");
    let answers = |history: &History| {
        let said = history.said(("api", "prod"), &[Act::ANSWER]).map(|said| said.map(|verified| verified.entry.seq));
        said.collect::<Result<Vec<_>, _>>()
    };
    assert_eq!(answers(&history), Ok(vec![4]));
    assert_eq!((history.len(), history.head(), history.unsigned()), (6, entries[5].digest(), Ok(4)));
    assert_eq!(entries.iter().map(|entry| history.place(&entry.digest())).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let then = history.before(4);
    assert_eq!((then.len(), answers(&then), then.head(), then.place(&entries[3].digest())), (3, Ok(Vec::new()), entries[2].digest(), 0));
    assert_eq!(history.before(99).head(), history.head());
    // A link that is not right is seen wherever it is.
    for index in 1..6 {
        let mut broken = entries.clone();
        broken[index].recorded += 1.second();
        let rows = broken.into_iter().map(Row::of).collect::<Vec<_>>();
        assert_eq!(History::of(rows, &look).is_err(), index < 5, "{index}: all but the head are vouched for by the next");
    }
}

#[tokio::test]
async fn what_a_newer_program_says_is_looked_at_whatever_bears() {
    let store = Memory::empty("a test");
    five(&store).await;
    let mut rows = store.rows("api").await.expect("rows");
    let last = store.entries("api").await.expect("entries").pop().expect("a last one");
    let mut oath = last.clone();
    oath.payload =
        String::from_utf8(last.payload.clone()).expect("text").replace("urn:gonogo:review/v1", "urn:gonogo:oath/v1").into_bytes();
    (oath.seq, oath.prev, oath.label.act) = (7, last.digest(), "oath".into());
    rows.push(Row::of(oath.clone()));
    let history = History::of(rows.clone(), &Look::by(Trusting, now())).expect("a history");
    assert_eq!((history.newer("api", "prod"), history.newer("api", "staging")), (Some((7, 2)), None));
    rows.push(Row::of(Entry { version: 3, seq: 8, prev: oath.digest(), payload: b"tomorrow".to_vec(), ..last }));
    let history = History::of(rows, &Look::by(Trusting, now())).expect("a history");
    assert_eq!(history.newer("web", "staging"), Some((8, 3)));
}

#[tokio::test]
async fn a_history_goes_on_with_what_was_added() {
    let store = Memory::empty("a test");
    five(&store).await;
    let look = Look::by(Trusting, now());
    let mut history = History::of(store.rows("api").await.expect("rows"), &look).expect("a history");
    let before = history.clone();
    let six = append(&store, remark_over("six", history.head()), Vec::new()).await.expect("added");
    assert_eq!(history.go_on(six.clone(), now()), Ok(true));
    assert_eq!((history.len(), history.head(), before.len()), (7, six.digest(), 6));
    assert_eq!(history.go_on(six.clone(), now()), Ok(true), "it stands there");
    append(&store, remark("seven"), Vec::new()).await.expect("added");
    let eight = append(&store, remark("eight"), Vec::new()).await.expect("added");
    assert_eq!(history.go_on(eight, now()), Ok(false), "somebody else was first: it is to be read again");
    let mut then = history.before(7);
    assert_eq!(then.go_on(six, now()), Ok(false), "what it was does not go on");
    let elsewhere = append(&store, of_project("web", "x"), Vec::new()).await.expect("added");
    assert_eq!(history.go_on(elsewhere, now()), Ok(false));
    assert_eq!(history.len(), 7);
}

/// A machine set to 2099 recorded once: what came after it has its time, and is judged by what it says itself.
#[tokio::test]
async fn one_entry_from_the_future_leaves_the_others_their_own_time() {
    let (now, far): (Timestamp, Timestamp) = (now(), "2099-01-01T00:00:00Z".parse().expect("an instant"));
    let rows = chained(vec![
        old("before", now - 3.hours(), now - 3.hours(), Some("ann")),
        old("far", far, far, Some("ann")),
        old("pulled along", far, now - 2.hours(), Some("ann")),
        old("and again", far, now - 1.hour(), None),
    ]);
    let history = History::of(rows, &Look::by(Trusting, now)).expect("a history");
    let entries = history.entries().expect("entries");
    let own: Vec<Timestamp> = entries.iter().map(|proven| proven.own).collect();
    assert_eq!(own, [now - 3.hours(), far, now - 2.hours(), now - 1.hour()]);
    let aside: Vec<bool> = entries.iter().map(|proven| proven.aside.is_some()).collect();
    assert_eq!(aside, [false, true, false, false]);
    assert_eq!(entries[1].aside.as_deref(), Some("recorded at 2099-01-01 00:00:00 UTC, which is still to come by the clock here"));
    assert!(entries[..3].iter().all(|proven| proven.signer() == Some("ann")));
    assert_eq!(history.until(now - 90.minutes()).len(), 3, "all up to the last that had its time by then");
    assert_eq!(history.until(now - 10.hours()).len(), 0);
}

/// In a chain of a project each entry has its own time, and one that goes back breaks nothing.
#[tokio::test]
async fn a_step_back_breaks_no_chain_and_revives_no_key() {
    let store = Memory::empty("a test");
    let far: Timestamp = "2099-01-01T00:00:00Z".parse().expect("an instant");
    let at = |at: Timestamp, comment: &str| {
        let made = Made { at, by: Some("ann".into()), ..made(Digest::none()) };
        Draft { payload: Statement { made, ..said(comment) }.to_json(), signature: Some("a signature".into()) }
    };
    let now = now();
    store.append(at(now, "now"), Vec::new(), now, None).await.expect("added");
    store.append(at(far, "far"), Vec::new(), far, None).await.expect("a file has no clock");
    store.append(at(now - 48.hours(), "back"), Vec::new(), now - 48.hours(), None).await.expect("never refused for it");
    let rows = store.rows("api").await.expect("rows");
    let history = History::of(rows.clone(), &Look::by(Expired(now - 1.hour()), now)).expect("a history");
    let entries = history.entries().expect("entries");
    let untrusted = |seq: usize| matches!(entries[seq].standing, SignatureStanding::Untrusted(_));
    assert_eq!(entries[3].own, now - 48.hours());
    assert!(untrusted(1) && untrusted(3), "the key had expired, whatever the clock was set to later");
    let history = History::of(rows, &Look::by(Expired(now + 1.hour()), now)).expect("a history");
    let entries = history.entries().expect("entries");
    assert!(entries[3].signer().is_some() && entries[3].aside.is_none());
    assert!(entries[2].aside.is_some());
    assert!(matches!(entries[0].statement.act, Act::Closing(_)));
}

/// Bytes of somebody's statement under another label, or without their signature, are not that they said it here.
#[tokio::test]
async fn a_twin_that_cannot_be_believed_says_nothing() {
    let store = Memory::empty("a test");
    let said = append(&store, by_ann("no"), Vec::new()).await.expect("added");
    let rows = store.rows("api").await.expect("rows");
    let history = History::of(rows.clone(), &Look::by(Trusting, now())).expect("a history");
    assert_eq!(history.says(&said.statement()), Ok(true));
    let relabelled = Entry { label: Label { environment: "staging".into(), ..said.label.clone() }, ..said.clone() };
    for twin in [relabelled, Entry { signature: None, ..said.clone() }] {
        let rows = rows.iter().take(1).cloned().chain([Row::of(twin)]).collect();
        let history = History::of(rows, &Look::by(Trusting, now()));
        let says = history.and_then(|history| history.says(&said.statement()));
        assert!(matches!(says, Err(LedgerError::Broken { seq: 2, .. })), "{says:?}");
    }
}

/// What is still to come may be anybody's word: a deployment that began is under way until its end has its time.
#[tokio::test]
async fn an_end_from_the_future_ends_no_deployment() {
    let (now, far): (Timestamp, Timestamp) = (now(), "2099-01-01T00:00:00Z".parse().expect("an instant"));
    let deployer = Deployer { name: "ci".into(), source: DeployerSource::Declared };
    let release = Release { version: Some("1.0".into()), ..Release::default() };
    let begun = Begun {
        release: release.clone(),
        report: None,
        policy: None,
        emergency: None,
        deployer: deployer.clone(),
        authors: None,
        host: None,
        pid: 7,
        token: Digest::of(b"a token"),
    };
    let end = |of: &Entry| Deployment {
        release: release.clone(),
        status: DeploymentStatus::Succeeded,
        notes: None,
        deployer: deployer.clone(),
        started: None,
        finished: now,
        log: None,
        report: None,
        verified: None,
        emergency: None,
        begun: Some(of.statement()),
        unverified: None,
        policy: None,
    };
    for (recorded, left) in [(far, 1), (now, 0)] {
        let store = Memory::empty("a test");
        let began = draft(Act::Begun(Box::new(begun.clone())), Digest::none());
        let began = store.append(began, Vec::new(), now, None).await.expect("added");
        let ended = draft(Act::Deployment(Box::new(end(&began))), Digest::none());
        store.append(ended, Vec::new(), recorded, None).await.expect("added");
        let history = History::of(store.rows("api").await.expect("rows"), &Look::by(Trusting, now)).expect("a history");
        let open = unended(&history, ("api", "prod")).expect("entries");
        assert_eq!(open.len(), left, "recorded at {recorded}");
    }
}

/// Whose keys have expired at a moment.
struct Expired(Timestamp);

impl gonogo::ledger::Verifier for Expired {
    fn check(&self, _: &[u8], _: &str, _: &str, at: Timestamp) -> gonogo::ledger::Checked {
        if at < self.0 {
            gonogo::ledger::Checked::Signed { key: "a key".into(), since: None, confirmed_by: Vec::new() }
        } else {
            gonogo::ledger::Checked::Untrusted("expired".into())
        }
    }
}
