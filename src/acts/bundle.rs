//! Bundles: a run with everything around it, in one file.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    io::{BufWriter, Seek, Write},
    path::Path,
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    ActError, Caller, ChosenPolicy, EnvironmentRecord, RecordRequest,
    heads::KeptHead,
    kept_plan, log,
    page::{self, Asking},
};
use crate::{
    ledger::{
        self, AskedRelease, Blob, Bundle, Contents, Entry, History, LedgerError, Memory, ORG, Packing, Store,
        export::{self, Exported, WriteError},
        sample_files,
    },
    model::{Act, Digest, Record, Report, Run, Size, Statement},
    net::{new_file::NewFile, regular_file},
    plan::{self, Plan, Purpose},
    render::{self, Pages},
};

/// No bundle is larger.
const LARGEST: Size = Size(1 << 30);

/// A run with its pages, as a bundle has them.
pub(super) struct Packed {
    pub(super) asked: AskedRelease,
    pub(super) json: Vec<u8>,
    pub(super) pages: Pages,
    pub(super) beside: Record,
    /// The files of its plan, by their recorded names.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    plan: Option<Arc<Plan>>,
}

impl Packed {
    /// The run in the entry `seq`, with the record around it as of this moment.
    pub(super) async fn of(record: &EnvironmentRecord, seq: u64, as_of: Timestamp) -> Result<Self, ActError> {
        let gone = |what: &str| LedgerError::Broken { seq, why: format!("its {what} is gone") };
        let entry = record.entry(seq)?.ok_or_else(|| gone("entry"))?;
        let Act::Run(run) = &entry.statement.act else { return Err(ActError::Usage(format!("entry {seq} is no run"))) };
        let beside = page::beside(record, entry, run, Asking { as_of: Some(as_of), ..Asking::default() }).await?.record;
        let json = record.store.blob(&run.report).await?.ok_or_else(|| gone("report"))?;
        let report = Report::from_json(&json).map_err(|error| LedgerError::Broken { seq, why: format!("its report: {error}") })?;
        let pages = render::pages(&report, &json, Some(&beside));
        let files = kept_plan::files(record.store.as_ref(), seq, run).await?;
        let plan = record.plans.of_run(record.store.as_ref(), entry, run).await.ok();
        Ok(Self { asked: record.asked(run.release.clone()), json, pages, beside, files, plan })
    }

    /// The file of the people's public keys, as its plan had it.
    pub(super) fn allowed_signers(&self) -> Option<&[u8]> {
        let plan = self.plan.as_deref()?;
        plan.keys(&plan.signoff.as_ref()?.allowed_signers)
    }

    fn revoked_keys(&self) -> Option<&[u8]> {
        revoked(self.plan.as_deref()?)
    }
}

/// The revoked keys, as the plan names them.
pub(super) fn revoked(plan: &Plan) -> Option<&[u8]> {
    plan.keys(plan.signoff.as_ref()?.revoked_keys.as_deref()?)
}

/// Gets a record ready to be packed. Whoever gets the bundle asks the same as is asked here, and needs whole what is looked at
/// on the way.
pub(super) fn begin(record: &mut EnvironmentRecord) -> Result<(), ActError> {
    if let Some(fault) = record.history.repaired().first() {
        let why = "rows that are no entries cannot be carried in a bundle";
        return Err(ActError::Output(format!("entry {} of this ledger was set aside, and {why}: nothing was written", fault.place)));
    }
    record.history = record.history.unread();
    Ok(())
}

/// What is needed of the ledger: all that bears on these releases, and whose passkey is whose, from its beginning to today.
pub(super) fn needed<'r>(record: &'r EnvironmentRecord, asked: &[AskedRelease]) -> Vec<Cow<'r, Entry>> {
    let passkeys = record.policy.passkeys.chain().of_all_projects(Act::PASSKEY);
    record.history.needed(asked).chain(passkeys).collect()
}

/// Those of them that are there whole, of the record's environment or about passkeys.
pub(super) fn whole<'n>(needed: &'n [Cow<'_, Entry>], place: (&str, &str)) -> Vec<&'n Entry> {
    let of_environment = |entry: &&Entry| entry.bare.is_none() && (entry.label.is_of(place) || entry.label.act == Act::PASSKEY);
    needed.iter().map(|entry| &**entry).filter(of_environment).collect()
}

/// A bundle that is being written.
pub(super) struct Writing<'a> {
    pub(super) record: &'a EnvironmentRecord,
    pub(super) file: &'a Path,
}

impl Writing<'_> {
    pub(super) fn failed(&self, error: &dyn Display) -> ActError {
        ActError::Output(format!("the bundle `{}` could not be written: {error}", self.file.display()))
    }

    /// Adds what these entries rest on, and the ledger, and ends it.
    pub(super) async fn end<W: Write + Seek>(
        &self,
        mut packing: Packing<W>,
        (needed, entries): (&[Cow<'_, Entry>], &[&Entry]),
        asked: &[AskedRelease],
    ) -> Result<(), ActError> {
        let unwritten = |error: &dyn Display| self.failed(error);
        let store = self.record.store.as_ref();
        for digest in evidence(entries) {
            if let Some(bytes) = store.blob(&digest).await? {
                packing.add_evidence(&Blob { digest, bytes }).map_err(|error| unwritten(&error))?;
            }
        }
        for (name, run) in sample_files(entries.iter().copied(), asked) {
            let samples = store.samples(&run, 1).await?;
            if !samples.is_empty() {
                packing.add_samples(name, &samples).map_err(|error| unwritten(&error))?;
            }
        }
        packing.begin_ledger().map_err(|error| unwritten(&error))?;
        if let Err(error) = export::write_entries(store, needed.iter().map(|entry| &**entry), &mut packing).await {
            return Err(match error {
                WriteError::Ledger(error) => error.into(),
                WriteError::Output(error) => unwritten(&packing.failed(&error)),
            });
        }
        packing.finish().map(drop).map_err(|error| unwritten(&error))
    }
}

/// Writes the bundle of the run in the entry `seq`, with the record around it as of this moment.
pub(super) async fn write(record: &mut EnvironmentRecord, seq: u64, as_of: Timestamp, file: &Path) -> Result<(), ActError> {
    begin(record)?;
    let packed = Packed::of(record, seq, as_of).await?;
    record.live().await?;
    let asked = [packed.asked.clone()];
    let needed = needed(record, &asked);
    let entries = whole(&needed, record.place());
    let contents = Contents {
        report: &packed.json,
        html: &packed.pages.html,
        markdown: &packed.pages.markdown,
        record: &packed.beside,
        plan: &packed.files,
        entries: &entries,
        allowed_signers: packed.allowed_signers().unwrap_or_default(),
        revoked_keys: packed.revoked_keys(),
    };
    let writing = Writing { record, file };
    let mut new = NewFile::at(file).map_err(|error| writing.failed(&error))?;
    let packing = contents.pack(BufWriter::new(new.file())).map_err(|error| writing.failed(&error))?;
    writing.end(packing, (&needed, &entries), &asked).await?;
    new.keep().map_err(|error| writing.failed(&error))
}

/// The fingerprints of what answers, sign-offs and checks rest on.
fn evidence(entries: &[&Entry]) -> BTreeSet<Digest> {
    let statements = entries.iter().filter_map(|entry| Statement::from_json(&entry.payload).ok());
    let of = |statement: Statement| match statement.act {
        // Its report and the files of the plan stand in the bundle by their names.
        Act::Run(run) => run.evidence,
        _ => statement.kept().into_iter().cloned().collect(),
    };
    statements.flat_map(of).collect()
}

/// A bundle that was read and agrees with itself.
pub(super) struct Opened {
    pub(super) bundle: Bundle,
    /// Its ledger.
    pub(super) store: Memory,
    /// The entries of that.
    pub(super) entries: Vec<Entry>,
    /// Where its run stands there.
    pub(super) seq: u64,
    /// Its run.
    pub(super) run: Run,
}

/// Reads a bundle: its files are those its manifest names.
pub(super) fn read(file: &Path) -> Result<Bundle, ActError> {
    let bytes = regular_file::read_bytes(file, LARGEST).map_err(|error| ActError::unread(file, error))?;
    let broken = |error: ledger::BundleError| ActError::Bundle(file.display().to_string(), error);
    let bundle = Bundle::from_zip(&bytes).map_err(broken)?;
    bundle.check_manifest().map_err(broken)?;
    Ok(bundle)
}

/// Reads the bundle of one report.
pub(super) async fn open(file: &Path) -> Result<Opened, ActError> {
    let bundle = read(file)?;
    let named = file.display().to_string();
    if bundle.draw().map_err(|error| ActError::Bundle(named.clone(), error))?.is_some() {
        return Err(ActError::Usage(format!("{named} is a sample of many deployments, wanted the bundle of one: `gonogo audit` reads it")));
    }
    Opened::of(named, bundle).await
}

/// Its ledger, as it was read, is of this project alone.
pub(super) fn demand_project(named: &str, exported: &Exported, project: &str) -> Result<(), ActError> {
    let chain = ledger::chain_of(project);
    match exported.entries.iter().find(|entry| !entry.chain.is_empty() && entry.chain != chain && entry.chain != ORG) {
        Some(entry) => Err(ActError::Untrusted(format!("{named}: entry {} is of another project than its report", entry.seq))),
        None => Ok(()),
    }
}

impl Opened {
    /// A bundle whose files are those of its manifest: its report is on record in its ledger.
    pub(super) async fn of(named: String, bundle: Bundle) -> Result<Self, ActError> {
        let report = Report::from_json(bundle.report()).map_err(|error| ActError::Untrusted(format!("{named}: its report: {error}")))?;
        let exported = bundle.exported(&[AskedRelease::of(&report)])?;
        demand_project(&named, &exported, &report.project)?;
        let report = Digest::of(bundle.report());
        let of_report = exported.entries.iter().rev().find_map(|entry| match Statement::from_json(&entry.payload).ok()?.act {
            Act::Run(run) if run.report == report => Some((entry.seq, *run)),
            _ => None,
        });
        let (seq, run) = of_report.ok_or_else(|| ActError::Untrusted(format!("{named}: its report {report} is not in its ledger")))?;
        let store = Memory::new(named, exported);
        let entries = export::entries(&store, None).await?;
        ledger::kept::check(&store, &entries).await?;
        Ok(Self { bundle, store, entries, seq, run })
    }

    /// The plan that its run was made with.
    pub(super) async fn plan(&self) -> Result<Plan, ActError> {
        let files = kept_plan::files(&self.store, self.seq, &self.run).await?;
        kept_plan::of(&files, &self.run.config, &self.report()?.environment)
    }

    fn report(&self) -> Result<Report, ActError> {
        Report::from_json(self.bundle.report()).map_err(|error| ActError::Untrusted(format!("its report: {error}")))
    }

    /// Its ledger, as it was read.
    fn exported(&self) -> Result<Exported, ActError> {
        Ok(self.bundle.exported(&[AskedRelease::of(&self.report()?)])?)
    }

    /// Whoever packed it had all that bears on its report: none of that may be there as a link alone.
    pub(super) fn demand_whole(&self, record: &EnvironmentRecord) -> Result<(), ActError> {
        let Some(missing) = record.history.missing(&record.asked(self.run.release.clone())) else { return Ok(()) };
        let why = "only its link is in the bundle, and it may bear on the release".into();
        Err(LedgerError::Broken { seq: missing.entry.seq, why }.into())
    }
}

/// The record of the plan that stands here, with what the bundle adds taken in; the bundle's alone where the two have grown
/// apart, with all that is known here against it. Nothing that cannot be believed is taken in.
pub(super) async fn taken_in(caller: &Caller, request: &RecordRequest, file: &Path) -> Result<EnvironmentRecord, ActError> {
    let opened = open(file).await?;
    let plan = Arc::new(plan::load(&request.plan(caller, Purpose::Look)).map_err(ActError::Plan)?);
    let policy = ChosenPolicy::of(caller, &plan, request.policy_from.as_deref()).await?;
    let place = super::record::place(request, &policy);
    let exported = opened.exported()?;
    // All that is whole in it is looked at before any of it is added.
    let files = Box::new(Memory::new(file.display().to_string(), exported.clone()));
    let mut brought = EnvironmentRecord::with(caller, plan.clone(), policy.clone(), files).await?;
    let whole = brought.history.linked().iter().filter(|linked| linked.entry.bare.is_none());
    whole.map(|linked| brought.history.verified(linked)).try_for_each(|entry| entry.map(drop))?;
    demand_known(&brought, file)?;
    opened.demand_whole(&brought)?;
    let open = |create| ledger::place::open(&place, &plan.root, &caller.env, caller.now, create);
    let store = match open(false) {
        Err(LedgerError::Missing(place)) => {
            // What was seen here is not forgotten because somebody took it away.
            let place = super::record::named(&place);
            if let Some(kept) = KeptHead::of(caller, &place, &plan.project) {
                kept.demand(&History::default(), &place, request.accept_head.as_ref())?;
            }
            if exported.entries.iter().any(|entry| entry.bare.is_some()) {
                brought.remarks.push("judged by the files alone: there is no ledger here, and links alone start none".into());
                return Ok(brought);
            }
            open(true)?
        }
        opened => opened?,
    };
    let mut known = EnvironmentRecord::standing(caller, plan.clone(), policy, store, request).await?;
    // A ledger that has gone on since the bundle was made has all of it.
    let chain = ledger::chain_of(&plan.project);
    let here = known.store.entries(&chain).await?;
    let there: Vec<&Entry> = exported.line(&chain).collect();
    let apart = here.iter().zip(&there).position(|(here, there)| !here.is(there));
    let beyond = there.iter().skip(here.len()).copied();
    let org = org_beyond(known.store.as_ref(), &exported).await?;
    let bare = beyond.chain(org.beyond.iter().copied()).find(|entry| entry.bare.is_some());
    let why = match (apart, bare) {
        // A ledger of its own at each end is usual where only files go to and fro.
        (Some(apart), _) => Some(format!("{} has gone another way since entry {}", known.store.place(), apart + 1)),
        (None, Some(bare)) => Some(format!("{} lacks entry {}, and the bundle has only its link", known.store.place(), bare.seq)),
        (None, None) => None,
    };
    if let Some(why) = why {
        if let Some(longer) = org.longer_here {
            let files = knowing(exported, longer, file);
            brought = EnvironmentRecord::with(caller, plan, known.policy.clone(), files).await?;
        }
        brought.remarks.push(format!("judged by the files alone: {why}, nothing was added to it"));
        brought.elsewhere = Some(known.history);
        return Ok(brought);
    }
    if there.len() > here.len() || !org.beyond.is_empty() {
        let seq = here.last().map_or(0, |entry| entry.seq);
        if let Some(why) = log::never_believed(&brought, &known, seq).await? {
            return Err(ActError::Untrusted(format!("{}: {why}: nothing of it was taken in", file.display())));
        }
        export::import(exported, known.store.as_ref()).await.map_err(ActError::NotRecorded)?;
        known.read_again(caller).await?;
        known.keep();
    }
    Ok(known)
}

/// What a newer program wrote cannot be judged here.
fn demand_known(brought: &EnvironmentRecord, file: &Path) -> Result<(), ActError> {
    let (project, environment) = brought.place();
    let Some((seq, version)) = brought.history.newer(project, environment) else { return Ok(()) };
    let file = file.display();
    Err(ActError::Untrusted(format!("{file}: its entry {seq} was written by a newer gonogo (version {version}): use that one")))
}

/// The files of a bundle with all that is known here of passkeys: one may have been revoked since.
fn knowing(mut exported: Exported, org: Vec<Entry>, file: &Path) -> Box<Memory> {
    exported.entries.retain(|entry| entry.chain != ORG);
    exported.entries.extend(org);
    Box::new(Memory::new(file.display().to_string(), exported))
}

/// The chain of what concerns all projects, here and in a bundle.
struct Org<'e> {
    /// All of it, where it is longer here.
    longer_here: Option<Vec<Entry>>,
    /// What the bundle has beyond it.
    beyond: Vec<&'e Entry>,
}

/// Compares the two; an error where they have grown apart: whose passkey is whose cannot be told then.
async fn org_beyond<'e>(store: &dyn Store, exported: &'e Exported) -> Result<Org<'e>, ActError> {
    let mut here = store.entries(ORG).await?;
    here.retain(|entry| entry.chain == ORG);
    let there: Vec<&Entry> = exported.entries.iter().filter(|entry| entry.chain == ORG).collect();
    if let Some((here, _)) = here.iter().zip(&there).find(|(here, there)| !here.is(there)) {
        let (place, seq) = (store.place(), here.seq);
        return Err(ActError::Untrusted(format!(
            "entry {seq} of `{ORG}` is another in {place} than in the bundle: the two have grown apart"
        )));
    }
    let beyond = there.iter().copied().skip(here.len()).collect();
    Ok(Org { longer_here: (here.len() > there.len()).then_some(here), beyond })
}
