//! What people say of deployments afterwards: what became of one, what an emergency's review found, who wrote a release.

use std::path::PathBuf;

use crate::{
    acts::{
        ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, ReleaseRequest, notify, release,
        signer::{self, Signer},
    },
    ledger::{self, Entry, VerifiedEntry},
    model::{Act, Author, Deployment, DeploymentStatus, Digest, Review, Subject, VouchedAuthors, plain},
};

/// What became of a deployment that began and did not end.
#[derive(Debug, Clone)]
pub(crate) struct SettleRequest {
    pub(crate) record: RecordRequest,
    /// The entry with which it began.
    pub(crate) entry: u64,
    pub(crate) status: DeploymentStatus,
    pub(crate) comment: String,
    pub(crate) key: Option<PathBuf>,
}

/// Ends a deployment by a person's word.
pub(crate) async fn settle(caller: &Caller, dialogue: &dyn Dialogue, request: &SettleRequest) -> Result<(Entry, Digest), ActError> {
    let mut record = EnvironmentRecord::open(caller, &request.record, false).await?;
    let open = ledger::unended(&record.history, record.place())?;
    let Some((began, begun)) = open.into_iter().find(|(entry, _)| entry.entry.seq == request.entry) else {
        return Err(ActError::Usage(format!("entry {} is no deployment without an end: `gonogo log` shows them", request.entry)));
    };
    let deployment = Deployment {
        release: begun.release.clone(),
        status: request.status,
        notes: Some(request.comment.clone()),
        deployer: begun.deployer.clone(),
        started: Some(began.own),
        finished: (caller.clock)(),
        log: None,
        report: begun.report.clone(),
        verified: None,
        emergency: begun.emergency.clone(),
        begun: Some(began.entry.statement()),
        unverified: None,
        policy: begun.policy.clone(),
    };
    let people = record.in_force()?.everybody();
    let signer = Signer::find(caller, dialogue, &record, request.key.as_deref(), &people).await?;
    dialogue.tell(&plain(&ledger::begun_sentence(began, begun)));
    signer::confirm(dialogue, "Settle this?")?;
    let subject = super::subjects(&deployment.release, deployment.report.as_ref());
    let entry = signer.put(&mut record, subject, Act::Deployment(Box::new(deployment.clone())), Vec::new()).await?;
    notify::ended(caller, dialogue, &record, &deployment).await;
    Ok((entry, record.history.head()))
}

/// What the review of an emergency found.
#[derive(Debug, Clone)]
pub(crate) struct ReviewRequest {
    pub(crate) record: RecordRequest,
    /// The emergency's entry.
    pub(crate) entry: u64,
    pub(crate) comment: String,
    pub(crate) key: Option<PathBuf>,
}

/// Closes the review of an emergency.
pub(crate) async fn review(caller: &Caller, dialogue: &dyn Dialogue, request: &ReviewRequest) -> Result<(Entry, Digest), ActError> {
    let mut record = EnvironmentRecord::open(caller, &request.record, false).await?;
    let emergency = record.entry(request.entry)?.filter(|entry| matches!(entry.statement.act, Act::Emergency(_)));
    let emergency: &VerifiedEntry =
        emergency.ok_or_else(|| ActError::Usage(format!("entry {} is no emergency: `gonogo log --all` shows them", request.entry)))?;
    let (opener, statement) = (emergency.signer().unwrap_or_default().to_owned(), emergency.entry.statement());
    let opened_with = emergency.key().map(str::to_owned);
    let policy = record.in_force()?;
    let people: Vec<String> = policy.everybody().into_iter().filter(|id| *id != opener && policy.policy.is_of_people(id)).collect();
    let signer = Signer::find(caller, dialogue, &record, request.key.as_deref(), &people).await?;
    if opened_with == Some(signer.key()) {
        return Err(ActError::Usage("the gate was opened with this very key: somebody else reviews that, with a key of their own".into()));
    }
    signer::confirm(dialogue, "Close the review?")?;
    let subject = vec![Subject::sha256("emergency", &statement)];
    let act = Act::Review(Review { emergency: statement, comment: request.comment.clone() });
    let entry = signer.put(&mut record, subject, act, Vec::new()).await?;
    notify::signed(caller, dialogue, &record, std::slice::from_ref(&entry)).await;
    Ok((entry, record.history.head()))
}

/// Who wrote a release, where git cannot tell.
#[derive(Debug, Clone)]
pub(crate) struct AuthorsRequest {
    pub(crate) record: RecordRequest,
    pub(crate) release: ReleaseRequest,
    /// Everybody who wrote it, by address or as `Name <address>`.
    pub(crate) people: Vec<String>,
    /// Why git cannot tell.
    pub(crate) comment: String,
    pub(crate) key: Option<PathBuf>,
}

/// Puts it on record who wrote a release; signed by somebody who is not among them.
pub(crate) async fn vouch(caller: &Caller, dialogue: &dyn Dialogue, request: &AuthorsRequest) -> Result<(Entry, Digest), ActError> {
    let mut record = EnvironmentRecord::open(caller, &request.record, false).await?;
    let asked = record.question(&release::identify(caller, &request.release, &record.policy, &record.plan.root).await?)?;
    let people: Vec<Author> = request.people.iter().map(|said| author(said)).collect();
    let policy = record.in_force()?;
    let wrote = |id: &String| {
        let person = policy.people.get(id);
        let is = |address: &str| {
            address.eq_ignore_ascii_case(id) || person.is_some_and(|p| p.emails.iter().any(|e| e.eq_ignore_ascii_case(address)))
        };
        people.iter().any(|author| is(&author.email))
    };
    let independent: Vec<String> = policy.everybody().into_iter().filter(|id| policy.policy.is_of_people(id) && !wrote(id)).collect();
    let signer = Signer::find(caller, dialogue, &record, request.key.as_deref(), &independent).await?;
    for author in &people {
        dialogue.tell(&plain(&format!("{} <{}> wrote {}", author.name, author.email, asked.name())));
    }
    signer::confirm(dialogue, "Vouch for this?")?;
    let subject = super::subjects(&asked.release, None);
    let act = Act::VouchedAuthors(VouchedAuthors { release: asked.release, people, comment: request.comment.clone() });
    let entry = signer.put(&mut record, subject, act, Vec::new()).await?;
    notify::signed(caller, dialogue, &record, std::slice::from_ref(&entry)).await;
    Ok((entry, record.history.head()))
}

/// `Name <address>`, or the address alone.
fn author(said: &str) -> Author {
    let named = said.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    let (name, email) = named.map_or((said, said), |(name, email)| (name, email));
    Author { name: name.trim().to_owned(), email: email.trim().to_owned(), committer: false }
}
