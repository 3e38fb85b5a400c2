//! The plan's checks for one environment: variables filled in, settings typed, or every problem.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
};

use serde::{Deserialize as _, de::DeserializeOwned};

use super::{
    Purpose,
    deserialize::Reader,
    draft::Draft,
    envelope::Envelope,
    fault::Fault,
    for_each::RowScope,
    interpolate::{fill, fill_leniently},
    item::{Item, Standing},
    mismatch::Mismatch,
    needs::{self, Meant},
    node::{Node, Scalar},
    people,
    place::Place,
    rollout,
    root::{self, Environment},
    scope::{PackScope, Scopes},
    secrecy::{self, Secrecy},
    settings,
    tree::Tree,
    typed::{self, Typed},
    variables::Variables,
    windows,
};
use crate::{
    check::{self, AnyCheck, Manner},
    model::{Json, ProcessEnv, is_named},
    net::{
        env_file::{EnvFile, ReadError},
        regular_file::FileError,
    },
    rollout::Rollout,
};

/// A plan's checks in one environment.
pub(super) struct Resolved<'a> {
    pub(super) environment: &'a Environment,
    pub(super) variables: Variables<'a>,
    pub(super) items: Vec<Item>,
    pub(super) secrecy: Secrecy,
    /// How a release goes out.
    pub(super) rollout: Option<Rollout>,
    /// What it names and only a run can give and did not.
    pub(super) rollout_awaits: BTreeSet<String>,
    /// Checks that could not be read because a variable is not set: the id, and why.
    pub(super) untried: Vec<(String, String)>,
}

/// Reads the plan for `environment`.
pub(super) fn resolve<'a>(tree: &'a Tree, environment: &'a Environment, process: &'a ProcessEnv, faults: &mut Vec<Fault>) -> Resolved<'a> {
    let variables = variables(tree, environment, process, faults);
    let packs: Vec<PackScope> = tree.packs.iter().map(|used| PackScope::new(used, &variables, &tree.sources, faults)).collect();
    let items = Vec::with_capacity(tree.drafts.len());
    let mut resolved = Resolved {
        environment,
        items,
        secrecy: Secrecy::default(),
        untried: Vec::new(),
        variables,
        rollout: None,
        rollout_awaits: BTreeSet::new(),
    };
    resolved.rollout = rollout::read(tree, &mut resolved, faults);
    // What is wrong with the members of a list is told once.
    let mut told: HashSet<(Place, String)> = HashSet::new();
    let mut check = |draft| {
        let mut own = Vec::new();
        let meant = resolved.check(tree, draft, &packs, &mut own);
        for fault in own {
            match draft.member {
                None => faults.push(fault),
                Some(_) if !told.insert((fault.place, fault.message.clone())) => {}
                Some(_) if fault.hint.is_some() => faults.push(fault),
                Some(_) => faults.push(fault.hint(format!("so it is for `{}`", draft.id))),
            }
        }
        meant
    };
    let meant: Vec<Meant<'_>> = tree.drafts.iter().filter_map(&mut check).collect();
    rollout::strangers(tree, resolved.rollout.as_ref(), &meant, faults);
    needs::unmet(&meant, &environment.name, faults);
    needs::guards(&meant, environment, faults);
    if let Some((label, windows)) = tree.root.windows.map_or(Some(Default::default()), |(label, windows)| Some((label, windows?))) {
        windows::strangers(&meant, label, &windows, faults);
    }
    resolved.secrecy.vars(&tree.root.vars);
    resolved.secrecy.vars(&environment.vars);
    resolved
}

/// The environment's variables, its env-file read.
fn variables<'a>(tree: &'a Tree, environment: &'a Environment, process: &'a ProcessEnv, faults: &mut Vec<Fault>) -> Variables<'a> {
    let lenient = tree.purpose != Purpose::Run;
    let others = tree.root.environments.iter().filter(|other| other.name != environment.name);
    let elsewhere: HashSet<&str> = others.flat_map(|other| &other.vars).map(|(key, _)| key.text.as_str()).collect();
    let fresh = || {
        let written = [root::by_name(&environment.vars), root::by_name(&tree.root.vars)];
        Variables::new(written, process, &tree.given, lenient).among(&environment.name, elsewhere.clone())
    };
    let mut variables = fresh();
    // What was kept with a run takes in nothing of this machine.
    let Some(node) = environment.env_file.as_ref().filter(|_| tree.purpose != Purpose::Kept) else { return variables };
    let mut node = node.clone();
    // The path's own variables cannot come from the file.
    let dropped = fill(&mut node, &tree.sources, &|_| &variables, faults);
    let known = |scalar: &&Scalar| dropped.is_empty() && scalar.filled().is_none_or(|filled| filled.unset.is_empty());
    let Some(scalar) = node.scalar().filter(known) else { return variables };
    variables = fresh();
    match EnvFile::read(&tree.shelf.folder.join(&scalar.text)) {
        Ok(file) => variables.file = file.entries.into_iter().map(|entry| (entry.key, entry.value)).collect(),
        // It holds secrets and is seldom at hand where a plan is only linted.
        Err(ReadError::File(FileError::Missing)) if lenient => {}
        Err(error) => faults.push(Fault::new(node.place, format!("the env-file `{}` {error}", scalar.quotable()))),
    }
    variables
}

impl Resolved<'_> {
    /// A typed block of the main file, its variables filled in; `presentable` where it goes into reports as it is.
    pub(super) fn block<T: DeserializeOwned>(
        &mut self,
        tree: &Tree,
        (label, node): &(Place, Node),
        presentable: bool,
        faults: &mut Vec<Fault>,
    ) -> Option<T> {
        let mut node = node.clone();
        let dropped = fill(&mut node, &tree.sources, &|_| &self.variables, faults);
        self.secrecy.check(&node, "", &HashSet::new(), &Scopes { plan: &self.variables, pack: None });
        if presentable {
            node.make_presentable();
        }
        typed::value(&node, *label, dropped, faults)
    }

    /// Reads one check; what others can rely on is returned, unless the envelope is beyond reading.
    fn check<'d>(&mut self, tree: &Tree, draft: &'d Draft, packs: &[PackScope], faults: &mut Vec<Fault>) -> Option<Meant<'d>> {
        let row = draft.member.as_ref().map(|(_, row)| row.as_slice()).unwrap_or_default();
        let of_row = RowScope { row, beneath: &self.variables };
        let scope = Scopes { plan: &of_row, pack: draft.pack.map(|index| (tree.packs[index].file, &packs[index])) };
        let excluded = self.excluded(draft);
        let guard = self.environment.guard.iter().any(|guard| is_named(&draft.id, &guard.text));
        let rollout = self.rollout.as_ref();
        let meant = |envelope: &Envelope, excluded| {
            let (phases, windows, severity) = (envelope.phases(), envelope.windows(), envelope.severity);
            Meant { draft, guard, phases, stages: rollout::phases(rollout, &draft.id, envelope), windows, severity, excluded }
        };
        if let Some(why) = excluded {
            let mut envelope = draft.envelope.clone();
            fill_leniently(&mut envelope, &|place| scope.at(place));
            envelope.make_presentable();
            self.secrecy.words(&envelope);
            let envelope = typed::value(&envelope, draft.id_place, HashSet::new(), &mut Vec::new()).unwrap_or_else(Envelope::bare);
            let meant = meant(&envelope, Some(why.clone()));
            self.items.push(Item { stages: meant.stages.clone(), ..item(tree, draft, envelope, Standing::Excluded(why)) });
            return Some(meant);
        }
        let read = Read::of(draft, tree, &scope, faults);
        read.learn(draft, &scope, &mut self.secrecy);
        if let Some(why) = not_set(read.envelope.unset.iter().chain(&read.kind.unset)) {
            self.untried.push((draft.id.clone(), why));
        }
        if draft.kind.name == "manual" {
            people::asked(&read.settings, &tree.root, self.environment, tree.purpose == Purpose::Kept, faults);
        }
        let (whole, awaits) = (read.envelope.partial.is_none(), read.awaits());
        let envelope = read.envelope.value.or(read.envelope.partial)?;
        let meant = meant(&envelope, None);
        if let Some(check) = read.kind.value.filter(|_| whole) {
            if check.manner() != Manner::Looks {
                needs::unguarded(draft, self.environment, guard, faults);
            }
            let settings: Json = settings::shown(&read.settings, &read.secret).into();
            let needs_command = draft.pack.and_then(|index| tree.packs[index].pack.needs_command(&settings));
            let stages = meant.stages.clone();
            self.items.push(Item { guard, stages, settings, needs_command, awaits, ..item(tree, draft, envelope, Standing::Ready(check)) });
        }
        Some(meant)
    }

    /// Why the check is not meant for this environment.
    fn excluded(&self, draft: &Draft) -> Option<String> {
        if let Some(reason) = &draft.without {
            return Some(reason.clone());
        }
        let environments = draft.environments.as_ref().filter(|list| !list.is_empty())?;
        if environments.iter().any(|name| name.text == self.environment.name) {
            return None;
        }
        let names: Vec<&str> = environments.iter().map(|name| name.text.as_str()).collect();
        Some(format!("meant for {} only", names.join(", ")))
    }
}

fn item(tree: &Tree, draft: &Draft, envelope: Envelope, standing: Standing) -> Item {
    Item {
        id: draft.id.clone(),
        phases: envelope.phases(),
        stages: Vec::new(),
        windows: envelope.windows(),
        retry: envelope.retry(),
        title: envelope.title.filter(|title| !title.is_empty()).unwrap_or_else(|| draft.id.clone()),
        section: envelope.section.unwrap_or_default(),
        severity: envelope.severity,
        owner: envelope.owner,
        why: envelope.why,
        fix: envelope.fix,
        runbook: envelope.runbook,
        tags: envelope.tags,
        from: envelope.from,
        needs: draft.needs.iter().map(|need| need.text.clone()).collect(),
        guard: false,
        timeout: envelope.timeout,
        location: tree.sources.location(draft.location),
        kind: draft.kind,
        settings: Json::default(),
        needs_command: None,
        awaits: BTreeSet::new(),
        standing,
    }
}

/// A check with its variables filled in, read as far as it fits.
struct Read<'d> {
    settings: Cow<'d, Node>,
    filled_envelope: Cow<'d, Node>,
    envelope: Typed<Envelope>,
    kind: Typed<Box<dyn AnyCheck>>,
    /// Scalars of the settings that are secrets.
    secret: HashSet<Place>,
}

impl<'d> Read<'d> {
    fn of(draft: &'d Draft, tree: &Tree, scopes: &Scopes<'_>, faults: &mut Vec<Fault>) -> Self {
        let parse = |reader: Reader<'_>| check::parse(draft.kind.name, reader).unwrap_or_else(|| Err(Mismatch::new("unknown kind")));
        let mut filled = |node: &'d Node| {
            // Most checks have no variables: what needs no filling in is not copied.
            let mut node = Cow::Borrowed(node);
            let dropped = if node.may_hold_variables() {
                fill(node.to_mut(), &tree.sources, &|place| scopes.at(place), faults)
            } else {
                HashSet::new()
            };
            (node, dropped)
        };
        let ((filled_envelope, of_envelope), (settings, of_settings)) = (filled(&draft.envelope), filled(&draft.settings));
        let mut presentable = Cow::Borrowed(&*filled_envelope);
        if let Cow::Owned(_) = filled_envelope {
            presentable.to_mut().make_presentable();
        }
        let mut envelope = typed::read(&presentable, draft.id_place, of_envelope, &|reader| Envelope::deserialize(reader));
        let mut kind = typed::read(&settings, draft.kind_key, of_settings, &parse);
        faults.append(&mut envelope.faults);
        faults.append(&mut kind.faults);
        let secret = secrecy::places(&settings, &kind.secrets);
        drop(presentable);
        Self { settings, filled_envelope, envelope, kind, secret }
    }

    /// What only the run can say and did not.
    fn awaits(&self) -> BTreeSet<String> {
        let mut awaits = BTreeSet::new();
        for node in [&self.settings, &self.filled_envelope] {
            node.each_scalar(&mut |scalar, _| awaits.extend(scalar.filled().into_iter().flat_map(|filled| filled.awaits.iter().cloned())));
        }
        awaits
    }

    /// What the check tells about secrets and words.
    fn learn(&self, draft: &Draft, scopes: &Scopes<'_>, secrecy: &mut Secrecy) {
        secrecy.check(&self.filled_envelope, "", &HashSet::new(), scopes);
        secrecy.check(&self.settings, draft.kind.name, &self.secret, scopes);
        for node in [&draft.envelope, &draft.settings] {
            node.each_scalar(&mut |scalar, place| secrecy.defaults(&scalar.text, place));
        }
    }
}

/// Which variables are not set, in words; `None` where all are.
pub(super) fn not_set<'a>(names: impl Iterator<Item = &'a String>) -> Option<String> {
    let names: BTreeSet<String> = names.map(|name| format!("`{name}`")).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    (!names.is_empty()).then(|| format!("{} {verb} not set", names.into_iter().collect::<Vec<_>>().join(", ")))
}
