//! Writes events down as a chain of entries with the reports they name, as the program would.

use std::collections::{BTreeMap, HashMap};

use gonogo::{
    ledger::{Checked, Entry, Label, VERSION, Verifier},
    model::{
        Act, Answer, Author, Authors, Begun, Closing, Decision, Deployer, DeployerSource, Deployment, DeploymentStatus, Deputation, Digest,
        Emergency, Evidence, Made, Method, Reply, Report, Review, Run, SignOff, SignedException, Statement, Subject, Verdict,
        VouchedAuthors, Waiver, Withdrawal,
    },
};
use jiff::{Timestamp, ToSpan as _};

use super::{
    events::{Change, Event, Looks, Named, Said},
    reports,
};

pub(crate) const PROJECT: &str = "shop";
pub(crate) const ENVIRONMENT: &str = "prod";

/// The token of the deployment whose child asks.
pub(crate) fn token() -> Digest {
    Digest::of(b"the child's")
}

/// An instant, in minutes from the histories' now.
pub(crate) fn minutes(from_now: i64) -> Timestamp {
    const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);
    NOW + from_now.minutes()
}

/// Believes a signature that names its signer and its bytes, of all but one.
pub(crate) struct Believes;

impl Verifier for Believes {
    fn check(&self, payload: &[u8], signature: &str, principal: &str, _: Timestamp) -> Checked {
        if signature != signed(payload, principal) {
            return Checked::Forged("its signature is of other bytes".into());
        }
        match principal {
            super::events::STRANGER => Checked::Untrusted("nobody knows the key".into()),
            _ => Checked::Signed { key: principal.into(), since: None, confirmed_by: Vec::new() },
        }
    }
}

fn signed(payload: &[u8], by: &str) -> String {
    format!("{by} {}", Digest::of(payload))
}

/// A history written down.
pub(crate) struct Book {
    /// The closing of the shared chain, then an entry for each event.
    pub(crate) entries: Vec<Entry>,
    pub(crate) blobs: BTreeMap<Digest, Vec<u8>>,
}

impl Book {
    pub(crate) fn of(events: &[Event]) -> Self {
        let closing = closing();
        let digests = vec![closing.digest()];
        let mut writer =
            Writer { events, entries: vec![closing], digests, places: HashMap::new(), statements: HashMap::new(), reports: HashMap::new() };
        writer.places.extend(events.iter().enumerate().map(|(place, event)| (event.id, place)));
        for event in events {
            writer.write(event);
        }
        let blobs = writer.reports.into_values().map(|(_, digest, bytes)| (digest, bytes)).collect();
        Self { entries: writer.entries, blobs }
    }

    /// These entries without one. Up to an end numbers and links are made anew, and the heads of what nobody signed.
    pub(crate) fn cut(entries: &[Entry], gone: usize, end: usize) -> Vec<Entry> {
        let mut heads: HashMap<Digest, Digest> = HashMap::from([(entries[gone].digest(), entries[gone - 1].digest())]);
        let mut left = entries[..gone].to_vec();
        for (place, old) in entries.iter().enumerate().skip(gone + 1) {
            let mut new = old.clone();
            if place < end {
                (new.seq, new.prev) = (old.seq - 1, left[place - 2].digest());
                let mut statement = Statement::from_json(&old.payload).expect("a statement");
                if let Some(head) = heads.get(&statement.made.head).filter(|_| old.signature.is_none()) {
                    statement.made.head = head.clone();
                    new.payload = statement.to_json();
                }
                heads.insert(old.digest(), new.digest());
            }
            left.push(new);
        }
        left
    }
}

fn closing() -> Entry {
    let made = made(minutes(-100_000), Digest::none(), None, "closing");
    let made = Made { project: String::new(), environment: String::new(), ..made };
    let statement = Statement { subject: Vec::new(), made, act: Act::Closing(Closing { next: "by-project".into() }) };
    let mut entry = entry(&statement, None, minutes(-100_000), 1, Digest::none());
    entry.chain = String::new();
    entry
}

/// An entry of the project's chain.
pub(crate) fn entry(statement: &Statement, by: Option<&str>, recorded: Timestamp, seq: u64, prev: Digest) -> Entry {
    let payload = statement.to_json();
    let signature = by.map(|by| signed(&payload, by));
    Entry { version: VERSION, chain: PROJECT.into(), seq, prev, recorded, label: Label::of(statement), payload, signature, bare: None }
}

fn made(at: Timestamp, head: Digest, by: Option<&str>, tool: &str) -> Made {
    Made {
        project: PROJECT.into(),
        environment: ENVIRONMENT.into(),
        at,
        head,
        org: None,
        by: by.map(str::to_owned),
        method: Method::Ssh,
        tool: tool.into(),
    }
}

struct Writer<'e> {
    events: &'e [Event],
    entries: Vec<Entry>,
    /// Their fingerprints.
    digests: Vec<Digest>,
    places: HashMap<u32, usize>,
    statements: HashMap<u32, Digest>,
    reports: HashMap<u32, (Report, Digest, Vec<u8>)>,
}

impl Writer<'_> {
    fn write(&mut self, event: &Event) {
        let place = self.places[&event.id];
        // Whoever saw an event that is gone saw what was before it.
        let saw = match event.saw {
            None => place,
            Some(saw) => self.events[..place].iter().rposition(|other| other.id <= saw).map_or(0, |at| at + 1),
        };
        let recorded = minutes(event.recorded);
        // The numbers of events are unique, so no statement is said twice.
        let mut made = made(minutes(event.recorded - event.lag), self.digests[saw].clone(), event.by, &format!("laws {}", event.id));
        let (act, report) = self.act(event);
        if let Act::SignOff(said) = &act
            && event.by.is_some_and(|by| by != said.person)
        {
            made.method = Method::Recorded;
        }
        if matches!(event.said, Said::Elsewhere) {
            made.environment = "test".into();
        }
        let subject = report.iter().map(|digest| Subject::sha256("report", digest)).collect();
        let statement = Statement { subject, made, act };
        let entry = entry(&statement, event.by, recorded, place as u64 + 2, self.digests[place].clone());
        self.digests.push(entry.digest());
        self.statements.insert(event.id, entry.statement());
        self.entries.push(entry);
    }

    /// The fingerprint of what an event said; of one that is gone that of nothing anybody says.
    fn statement(&self, id: u32) -> Digest {
        self.statements.get(&id).cloned().unwrap_or_else(|| Digest::of(format!("gone {id}").as_bytes()))
    }

    fn act(&mut self, event: &Event) -> (Act, Option<Digest>) {
        let act = match &event.said {
            Said::Run(_) | Said::Twin { .. } | Said::Again { .. } | Said::Merged { .. } => match self.report(event.id) {
                Some((report, digest)) => {
                    let files = report.plan.files.clone();
                    let run = Run::of(&report, digest.clone(), reports::FILE.into(), files, self.authors(event.id));
                    return (Act::Run(Box::new(run)), Some(digest));
                }
                // Shares that do not belong together make no report.
                None => nothing(),
            },
            Said::SignOff { run, named, role, person, deputy_of, go, true_words } => {
                let said = self.sign_off(*run, *named, person, *true_words);
                let said = SignOff {
                    role: (*role).to_owned(),
                    meaning: reports::meaning(role),
                    decision: if *go { Decision::Go } else { Decision::NoGo },
                    deputy_of: deputy_of.map(str::to_owned),
                    ..said
                };
                let about = said.report.clone();
                return (Act::SignOff(Box::new(said)), Some(about));
            }
            Said::Withdrawal { of } => Act::Withdrawal(Withdrawal { sign_off: self.statement(*of), reason: "second thoughts".into() }),
            Said::Deputation { principal, deputy, role, until } => Act::Deputation(Deputation {
                principal: (*principal).to_owned(),
                deputy: (*deputy).to_owned(),
                role: (*role).to_owned(),
                until: minutes(event.recorded + until),
                reason: None,
            }),
            Said::Waiver { words, owner, granted } => Act::Waiver(Waiver {
                granted: Some(minutes(event.recorded - granted)),
                owner: (*owner).to_owned(),
                ..reports::waiver(*words)
            }),
            Said::Answer { yes } => Act::Answer(answer(*yes)),
            Said::Emergency { release, overdue } => Act::Emergency(Emergency {
                release: reports::release(*release),
                role: "lead".into(),
                reason: "the shop is down".into(),
                ticket: "INC-1".into(),
                review_by: minutes(if *overdue { -1 } else { 100_000 }),
            }),
            Said::Review { of } => Act::Review(Review { emergency: self.statement(*of), comment: "it was right".into() }),
            Said::Begun { release, child } => Act::Begun(Box::new(begun(event, *release, *child))),
            Said::End { of } => Act::Deployment(Box::new(self.end(event, *of))),
            Said::Wrote { release, people } => Act::VouchedAuthors(VouchedAuthors {
                release: reports::release(*release),
                people: people.iter().map(|who| author(who)).collect(),
                comment: "the clone is shallow".into(),
            }),
            Said::Elsewhere => nothing(),
        };
        (act, None)
    }

    /// The report that an event made or recorded.
    fn report(&mut self, id: u32) -> Option<(Report, Digest)> {
        if let Some((report, digest, _)) = self.reports.get(&id) {
            return Some((report.clone(), digest.clone()));
        }
        let event = self.events.get(*self.places.get(&id)?)?.clone();
        let report = match &event.said {
            Said::Run(looks) => self.looked(looks, event.recorded - looks.looked),
            Said::Twin { of, looked } => {
                let at = minutes(event.recorded - looked);
                Report { at, started: at, finished: at, ..self.report(*of)?.0 }
            }
            Said::Again { of } => self.report(*of)?.0,
            Said::Merged { of } => {
                let shares = [self.report(of[0])?, self.report(of[1])?];
                let tool = shares[0].0.tool.clone();
                Report::merged(&shares, tool).ok()?
            }
            _ => return None,
        };
        let bytes = report.to_json();
        let digest = Digest::of(&bytes);
        self.reports.insert(id, (report.clone(), digest.clone(), bytes));
        Some((report, digest))
    }

    fn looked(&self, looks: &Looks, at: i64) -> Report {
        let given = looks.answer.and_then(|id| {
            let place = *self.places.get(&id)?;
            let event = &self.events[place];
            let Said::Answer { yes } = event.said else { return None };
            // The closing is entry 1.
            Some(reports::given(answer(yes), event.by?, minutes(event.recorded - event.lag), place as u64 + 2))
        });
        reports::report(looks, minutes(at), given)
    }

    /// Who wrote what a run looked at, as git said there.
    fn authors(&self, id: u32) -> Option<Authors> {
        match &self.events[*self.places.get(&id)?].said {
            Said::Run(looks) => looks.change.as_ref().map(authors),
            Said::Twin { of, .. } | Said::Again { of } | Said::Merged { of: [of, _] } => self.authors(*of),
            _ => None,
        }
    }

    fn sign_off(&mut self, run: u32, named: Option<Named>, person: &str, true_words: bool) -> SignOff {
        let report = self.report(run);
        let read = report.as_ref().map(|(report, _)| (report.release.clone(), report.verdict));
        let (release, verdict) = read.unwrap_or_else(|| (reports::release(Named(1, 1, 0)), Verdict::Go));
        let exceptions = report.iter().flat_map(|(report, _)| &report.findings).filter(|finding| finding.is_exception());
        SignOff {
            exceptions: if true_words { exceptions.map(SignedException::of).collect() } else { Vec::new() },
            report: report.map_or_else(|| Digest::of(b"a report that is gone"), |(_, digest)| digest),
            release: named.map_or(release, reports::release),
            verdict,
            role: String::new(),
            meaning: String::new(),
            decision: Decision::Go,
            comment: None,
            person: person.to_owned(),
            evidence: vec![Evidence { name: "https://mail.example/1".into(), digest: None }],
            deputy_of: None,
            beside: Vec::new(),
        }
    }

    fn end(&self, event: &Event, of: u32) -> Deployment {
        let release = self.places.get(&of).map(|place| &self.events[*place].said);
        let release = if let Some(Said::Begun { release, .. }) = release { *release } else { Named(1, 1, 0) };
        Deployment {
            release: reports::release(release),
            status: DeploymentStatus::Succeeded,
            notes: None,
            deployer: deployer(event),
            started: None,
            finished: minutes(event.recorded - event.lag),
            log: None,
            report: None,
            verified: None,
            emergency: None,
            begun: Some(self.statement(of)),
            unverified: None,
            policy: None,
        }
    }
}

/// An act that bears on nothing.
fn nothing() -> Act {
    Act::Withdrawal(Withdrawal { sign_off: Digest::of(b"nothing"), reason: "nothing".into() })
}

fn answer(yes: bool) -> Answer {
    Answer {
        check: reports::SURE.into(),
        question: reports::QUESTION.into(),
        reply: if yes { Reply::Yes } else { Reply::No },
        reason: None,
        evidence: Vec::new(),
    }
}

fn begun(event: &Event, release: Named, child: bool) -> Begun {
    Begun {
        release: reports::release(release),
        report: None,
        policy: None,
        emergency: None,
        deployer: deployer(event),
        authors: None,
        host: None,
        pid: 7,
        token: if child { token() } else { Digest::of(b"another") },
    }
}

fn deployer(event: &Event) -> Deployer {
    Deployer { name: event.by.unwrap_or("nobody").to_owned(), source: DeployerSource::Declared }
}

/// `+` before a name makes it the committer's.
pub(crate) fn author(who: &str) -> Author {
    let name = who.trim_start_matches('+');
    Author { name: name.to_owned(), email: name.to_owned(), committer: who.starts_with('+') }
}

pub(crate) fn authors(Change { people, paths }: &Change) -> Authors {
    let paths = paths.as_ref().map(|paths| paths.iter().map(|path| (*path).to_owned()).collect());
    Authors { people: people.iter().map(|who| author(who)).collect(), since: None, until: "c1".into(), incomplete: None, paths }
}
