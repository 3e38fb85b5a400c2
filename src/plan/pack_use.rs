//! A pack as one plan includes it: under which name, with which variables, changed how and without what.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    path::PathBuf,
};

use super::{
    allow,
    draft::{Draft, Found},
    fault::Fault,
    fields::{Fields, Word, is_id},
    include,
    node::{Key, Node, Value},
    pack::{Pack, packs},
    pack_pin::PackPin,
    place::{Place, Sources},
    root,
    shelf::Shelf,
    suggest, yaml,
};
use crate::{model::Digest, net::regular_file::FileError};

const KEYS: [&str; 6] = ["pack", "as", "vars", "change", "without", "allow"];

/// One `{ pack: …, as: … }` of a plan.
#[derive(Debug)]
pub(super) struct PackUse {
    pub(super) pack: Cow<'static, Pack>,
    /// Whether others may have written it: then it runs programs only where its include allows that.
    pub(super) is_foreign: bool,
    /// `allow: [command]` stands at its include.
    pub(super) may_run: bool,
    /// What its ids begin with.
    pub(super) alias: Word,
    /// The variables the plan gives it.
    pub(super) vars: Vec<(Key, Node)>,
    /// Its file's number.
    pub(super) file: u32,
}

impl PackUse {
    /// Reads the include's map and the pack it names. `index` will be its place among the plan's packs.
    pub(super) fn read(
        node: &Node,
        index: usize,
        (shelf, sources): (&Shelf, &mut Sources),
        faults: &mut Vec<Fault>,
    ) -> Option<(Self, Vec<Found>)> {
        let label = node.entries()?.first().map_or(node.place, |(key, _)| key.place);
        let fields = Fields::open(node, label, &KEYS, faults)?;
        if fields.get("pack").is_none() {
            faults.push(Fault::new(label, "the key `pack` is missing").hint("an include is a path, or a map with `pack`"));
        }
        let name = fields.word("pack", faults)?;
        let is_foreign = PackPin::is_meant(&name.text) || name.text.contains('/');
        let (pack, file) = if is_foreign { foreign(&name, shelf, sources, faults)? } else { own(&name, sources, faults)? };
        let alias =
            if fields.get("as").is_some() { fields.word("as", faults)? } else { Word { text: pack.name.to_string(), place: name.place } };
        let may_run = allow::command(fields, faults);
        if may_run && !is_foreign {
            faults.push(Fault::new(name.place, "`allow` is for packs of files: what comes with the program needs none"));
        }
        if !is_id(&alias.text) {
            faults.push(Fault::new(alias.place, format!("`{}` cannot begin an id: lower-case letters, digits and `-`", alias.text)));
            return None;
        }
        let vars = root::vars(fields, faults);
        let this = Self { pack, is_foreign, may_run, alias, vars, file };
        let drafts = this.drafts(fields, index, name.place, faults);
        this.check_vars(&drafts, &name, faults);
        Some((this, drafts))
    }

    fn drafts(&self, fields: Fields<'_>, index: usize, at: Place, faults: &mut Vec<Fault>) -> Vec<Found> {
        let tree = yaml::parse(self.file, &self.pack.source, faults);
        let Some(tree) = tree else { return Vec::new() };
        let checks = tree.get("checks").and_then(Node::items).unwrap_or_default();
        let ids: Vec<&str> = checks.iter().filter_map(|check| Some(check.get("id")?.scalar()?.text.as_str())).collect();
        let change = by_id(fields, "change", &self.pack, &ids, faults);
        let without = by_id(fields, "without", &self.pack, &ids, faults);
        for (id, (place, _)) in &change {
            if without.contains_key(id) {
                faults.push(Fault::new(*place, format!("`{id}` is changed here and left out by `without`")));
            }
        }
        let mut drafts = Vec::new();
        for check in checks {
            let id = check.get("id").and_then(Node::scalar).map(|scalar| scalar.text.as_str()).unwrap_or_default();
            let mut check = check.clone();
            if let Some((label, change)) = change.get(id) {
                changed(&mut check, change, *label, faults);
            }
            let mut found = Draft::read(check, tree.entry("section"), faults);
            if let Some(draft) = &mut found.draft {
                self.adopt(draft, index, at);
                let reason = without.get(id).map(|(label, reason)| reason_of(reason, *label, faults));
                draft.without = reason.unwrap_or_else(|| self.wanting(draft));
            }
            found.id = found.id.map(|id| format!("{}/{id}", self.alias.text));
            drafts.push(found);
        }
        self.free(&mut drafts);
        drafts
    }

    /// Why a check is left out that uses a variable which the plan may give and does not.
    fn wanting(&self, draft: &Draft) -> Option<String> {
        let mut used = self.pack.variables(&draft.settings, Some(self.file)).into_iter();
        let wanting = used.find(|var| self.pack.vars.get(*var).is_some_and(|about| about.optional) && !self.gives(var))?;
        Some(format!("the plan gives the pack no `{wanting}`"))
    }

    fn gives(&self, var: &str) -> bool {
        self.vars.iter().any(|(key, _)| key.text == var)
    }

    /// What is left out holds up no other check of the pack.
    fn free(&self, drafts: &mut [Found]) {
        let out = drafts.iter().filter_map(|found| found.draft.as_ref().filter(|draft| draft.without.is_some()));
        let out: BTreeSet<String> = out.map(|draft| draft.id.clone()).collect();
        for draft in drafts.iter_mut().filter_map(|found| found.draft.as_mut()) {
            draft.needs.retain(|need| need.place.file != self.file || !out.contains(&need.text));
        }
    }

    /// Makes a check of the pack one of the plan's: ids written in the pack mean the pack's.
    fn adopt(&self, draft: &mut Draft, index: usize, at: Place) {
        draft.id = format!("{}/{}", self.alias.text, draft.id);
        draft.pack = Some(index);
        draft.location = at;
        draft.id_place = at;
        for need in draft.needs.iter_mut().filter(|need| need.place.file == self.file) {
            need.text = format!("{}/{}", self.alias.text, need.text);
        }
    }

    /// A variable is demanded only if a check uses it: what only checks that the plan leaves out would use need not be.
    fn check_vars(&self, checks: &[Found], name: &Word, faults: &mut Vec<Fault>) {
        let Self { pack, vars, .. } = self;
        for (key, _) in vars.iter().filter(|(key, _)| !pack.vars.contains_key(&key.text)) {
            let hint = suggest::hint(&key.text, pack.vars.keys().map(String::as_str), "variables");
            faults.push(Fault::new(key.place, format!("the pack `{}` has no variable `{}`", pack.name, key.text)).maybe_hint(hint));
        }
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for draft in checks.iter().filter_map(|found| found.draft.as_ref()).filter(|draft| draft.without.is_none()) {
            // What the plan puts in the place of the pack's settings means the plan's variables.
            used.extend([&draft.envelope, &draft.settings].into_iter().flat_map(|node| pack.variables(node, Some(self.file))));
        }
        let base = |var: &&str| pack.vars.get(*var).filter(|_| !self.gives(var))?.http_of.as_deref();
        let bases: Vec<&str> = used.iter().filter_map(base).collect();
        used.extend(bases);
        for (var, about) in pack.vars.iter().filter(|(var, about)| about.is_open() && used.contains(var.as_str()) && !self.gives(var)) {
            let message = format!("the pack `{}` needs the variable `{var}`", pack.name);
            faults.push(Fault::new(name.place, message).hint(format!("`{var}` is: {}", about.about)));
        }
    }
}

/// A pack of the program.
fn own(name: &Word, sources: &mut Sources, faults: &mut Vec<Fault>) -> Option<(Cow<'static, Pack>, u32)> {
    let Some(pack) = Pack::named(&name.text) else {
        let hint = suggest::hint(&name.text, packs().iter().map(|pack| &*pack.name), "packs");
        faults.push(Fault::new(name.place, format!("unknown pack `{}`", name.text)).maybe_hint(hint));
        return None;
    };
    Some((Cow::Borrowed(pack), sources.add(pack.file(), pack.source.to_string())))
}

/// A pack from a file beside the plan, or one that was fetched there and is still what the plan pins.
fn foreign(name: &Word, shelf: &Shelf, sources: &mut Sources, faults: &mut Vec<Fault>) -> Option<(Cow<'static, Pack>, u32)> {
    let mut wrong = |message: String, hint: Option<String>| {
        faults.push(Fault::new(name.place, message).maybe_hint(hint));
        None::<PackPin>
    };
    let pin =
        if PackPin::is_meant(&name.text) { Some(name.text.parse::<PackPin>().map_or_else(|why| wrong(why, None), Some)?) } else { None };
    let path = pin.as_ref().map_or_else(|| PathBuf::from(&name.text), PackPin::fetched);
    if path.is_absolute() {
        wrong("an absolute path is another file on another machine".into(), Some("write it relative to the plan's folder".into()));
        return None;
    }
    let (file, source) = match include::read_text(shelf, &path, sources) {
        Ok(read) => read,
        Err(FileError::Missing) if pin.is_some() => {
            wrong(
                format!("the pack is not fetched: there is no `{}`", path.display()),
                Some("run `gonogo pack fetch`, and commit the file".into()),
            );
            return None;
        }
        Err(error) => {
            wrong(format!("the file `{}` {error}", path.display()), None);
            return None;
        }
    };
    if let Some(pin) = pin.as_ref().filter(|pin| Digest::of(source.as_bytes()) != pin.sha256) {
        wrong(
            format!("`{}` is not what is pinned: its SHA-256 is {}", path.display(), Digest::of(source.as_bytes())),
            Some(format!("wanted {}", pin.sha256)),
        );
        return None;
    }
    let stem =
        pin.as_ref().map_or_else(|| path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), |pin| pin.stem().to_owned());
    Some((Cow::Owned(Pack::of_file(&stem, file, source, faults)?), file))
}

/// The entries of `change` or `without`, whose keys are ids of the pack.
fn by_id<'a>(fields: Fields<'a>, key: &str, pack: &Pack, ids: &[&str], faults: &mut Vec<Fault>) -> HashMap<&'a str, (Place, &'a Node)> {
    let Some((_, entries)) = fields.map(key, faults) else { return HashMap::new() };
    for (key, _) in entries.iter().filter(|(key, _)| !ids.contains(&key.text.as_str())) {
        let hint = suggest::hint(&key.text, ids.iter().copied(), "checks");
        faults.push(Fault::new(key.place, format!("the pack `{}` has no check `{}`", pack.name, key.text)).maybe_hint(hint));
    }
    entries.iter().map(|(key, node)| (key.text.as_str(), (key.place, node))).collect()
}

fn reason_of(node: &Node, label: Place, faults: &mut Vec<Fault>) -> Option<String> {
    match node.scalar().map(|scalar| scalar.text.trim()).filter(|text| !text.is_empty() && *text != "~") {
        Some(reason) => Some(reason.to_owned()),
        None => {
            faults.push(Fault::new(label, "a check is left out without a reason").hint("say why: reports show it"));
            None
        }
    }
}

/// Puts the plan's changes over the pack's check: maps are merged key by key, everything else is replaced.
fn changed(check: &mut Node, change: &Node, label: Place, faults: &mut Vec<Fault>) {
    let Some(entries) = change.entries() else {
        faults.push(Fault::new(label, format!("expected a map of keys, found {}", change.noun())));
        return;
    };
    for (key, _) in entries.iter().filter(|(key, _)| key.text == "id") {
        faults.push(Fault::new(key.place, "the id of a pack's check stays").hint("`as` names the pack's checks"));
    }
    let rest = entries.iter().filter(|(key, _)| key.text != "id").cloned().collect();
    merge(check, &Node { place: change.place, value: Value::Map(rest) });
}

fn merge(into: &mut Node, change: &Node) {
    let (Value::Map(old), Value::Map(new)) = (&mut into.value, &change.value) else {
        *into = change.clone();
        return;
    };
    for (key, node) in new {
        match old.iter_mut().find(|(k, _)| k.text == key.text) {
            Some((known, value)) => {
                *known = key.clone();
                merge(value, node);
            }
            None => old.push((key.clone(), node.clone())),
        }
    }
}
