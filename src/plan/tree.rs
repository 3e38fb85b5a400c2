//! Everything a plan's files say, before an environment is chosen.

use std::{
    collections::{HashMap, HashSet},
    path::{Component, Path, PathBuf},
};

use super::{
    Problem, Purpose, Request, allow,
    draft::{Draft, Found},
    fault::Fault,
    fields::{Fields, Word, word},
    for_each::Reading,
    foreign,
    given::Given,
    include, needs,
    node::{Node, Value},
    pack_use::PackUse,
    place::{Place, Sources},
    root::Root,
    shelf::{Shelf, shown},
    suggest, unused, waivers,
};
use crate::model::plain;

/// The keys of a check file.
const FILE_KEYS: [&str; 2] = ["section", "checks"];

/// The plan's files, read.
#[derive(Default)]
pub(super) struct Tree {
    /// Where its files are.
    pub(super) shelf: Shelf,
    /// The main file's name there.
    pub(super) name: PathBuf,
    /// What the plan is for.
    pub(super) purpose: Purpose,
    /// What the run says of the release and the stage.
    pub(super) given: Given,
    pub(super) sources: Sources,
    pub(super) root: Root,
    pub(super) packs: Vec<PackUse>,
    pub(super) drafts: Vec<Draft>,
    /// Accepted exceptions, of all environments.
    pub(super) waivers: Vec<waivers::Written>,
    /// Ids of all checks, also of those that are wrong.
    ids: HashSet<String>,
    /// Variables that values of the files name.
    used: HashSet<String>,
}

impl Tree {
    /// Reads the main file and all it includes.
    ///
    /// # Errors
    /// Only if the main file cannot be read at all; every other problem is among the `faults`.
    pub(super) fn read(request: &Request, faults: &mut Vec<Fault>) -> Result<Self, Vec<Problem>> {
        let config = &request.config;
        // Globs give their paths back without `./`.
        let folder: PathBuf = config.parent().unwrap_or(Path::new("")).components().filter(|part| *part != Component::CurDir).collect();
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        let name = PathBuf::from(config.file_name().unwrap_or(config.as_os_str()));
        let shelf = Shelf { folder, held: request.files.clone() };
        let mut tree = Self { shelf, name, purpose: request.purpose, given: request.given.clone(), ..Self::default() };
        let read = include::read(&tree.shelf, &tree.name, &mut tree.sources, faults);
        if let Some(fault) = tree.sources.iter().next().and_then(|source| foreign::fault(&source.text, &config.display().to_string())) {
            return Err(Problem::all(vec![fault], &tree.sources));
        }
        match read {
            Ok((_, Some(node))) => {
                tree.grow(node, faults);
                Ok(tree)
            }
            Ok((_, None)) => Err(Problem::all(std::mem::take(faults), &tree.sources)),
            Err(error) => {
                let hint = "`-c FILE` names the plan's main file; `gonogo init` writes one";
                let config = config.display().to_string();
                Err(vec![Problem::of_file(&config, format!("the plan `{}` {error}", plain(&config)), Some(hint.to_owned()))])
            }
        }
    }

    /// Takes in all that the main file says and includes.
    fn grow(&mut self, node: Node, faults: &mut Vec<Fault>) {
        self.root = Root::read(&node, faults);
        if self.purpose == Purpose::Policy {
            // What is checked, and how it goes out, is each project's own.
            (self.root.rollout, self.root.windows, self.root.waivers) = (None, None, None);
            return;
        }
        unused::names(&self.root, &node, &mut self.used);
        if node.get("checks").is_some() {
            self.checks(node, faults);
        }
        let waivers = waivers::file(&self.shelf, &self.root, &mut self.sources, faults);
        let (path, node) = waivers.unzip();
        self.include([self.name.clone()].into_iter().chain(path).collect(), faults);
        if let Some(node) = node.flatten() {
            self.waivers = waivers::read(&node, &self.root, &self.sources, faults);
        }
        self.whole(faults);
    }

    /// Reads what is included, in the order of the list, but for the files `seen` already.
    fn include(&mut self, mut seen: HashSet<PathBuf>, faults: &mut Vec<Fault>) {
        for entry in std::mem::take(&mut self.root.include) {
            if entry.entries().is_some() {
                self.pack(&entry, faults);
                continue;
            }
            let Some(pattern) = word(&entry, entry.place, faults) else { continue };
            for path in include::files(&self.shelf, &pattern, faults) {
                if !seen.insert(PathBuf::from(shown(&path))) {
                    continue;
                }
                match include::read(&self.shelf, &path, &mut self.sources, faults) {
                    Ok((file, Some(node))) => self.file(file, node, faults),
                    Ok((_, None)) => {}
                    Err(error) => faults.push(Fault::new(pattern.place, format!("the file `{}` {error}", shown(&path)))),
                }
            }
        }
    }

    fn file(&mut self, file: u32, node: Node, faults: &mut Vec<Fault>) {
        unused::names(&self.root, &node, &mut self.used);
        let Some(fields) = Fields::open(&node, Place::top(file), &FILE_KEYS, faults) else { return };
        if fields.get("checks").is_none() {
            faults.push(Fault::new(Place::top(file), "the key `checks` is missing"));
        }
        self.checks(node, faults);
    }

    /// Takes the checks out of a file's map: there may be many, and they are not needed twice.
    fn checks(&mut self, node: Node, faults: &mut Vec<Fault>) {
        let section = node.entry("section").cloned();
        let Value::Map(entries) = node.value else { return };
        let Some((key, list)) = entries.into_iter().find(|(key, _)| key.text == "checks") else { return };
        let noun = list.noun();
        let Value::List(items) = list.value else {
            faults.push(Fault::new(key.place, format!("expected a list of checks, found {noun}")));
            return;
        };
        if items.is_empty() {
            faults.push(Fault::new(key.place, "the list has no checks"));
        }
        self.drafts.reserve_exact(items.len());
        for item in items {
            let mut found = Draft::read(item, section.as_ref(), faults);
            match (found.draft.take(), found.for_each.take()) {
                (Some(draft), Some(list)) => {
                    let reading = Reading { shelf: &self.shelf, sources: &mut self.sources, faults };
                    let members = reading.unfold(draft, &list);
                    self.ids.extend(members.iter().map(|member| member.id.clone()));
                    self.drafts.extend(members);
                }
                (draft, _) => found.draft = draft,
            }
            self.keep(found);
        }
    }

    fn pack(&mut self, entry: &Node, faults: &mut Vec<Fault>) {
        let Some((used, drafts)) = PackUse::read(entry, self.packs.len(), (&self.shelf, &mut self.sources), faults) else { return };
        if let Some(first) = self.packs.iter().find(|pack| pack.alias.text == used.alias.text) {
            let message = format!("two packs are called `{}`, the first at {}", used.alias.text, self.sources.path_line(first.alias.place));
            faults.push(Fault::new(used.alias.place, message).hint("give this one another name with `as`"));
            return;
        }
        self.packs.push(used);
        for found in drafts {
            faults.extend(found.for_each.as_ref().map(|(key, _)| Fault::new(key.place, "a pack's checks take no `for-each`")));
            self.keep(found);
        }
    }

    fn keep(&mut self, found: Found) {
        self.ids.extend(found.id);
        self.drafts.extend(found.draft);
    }

    /// What only shows when all files are read.
    fn whole(&mut self, faults: &mut Vec<Fault>) {
        self.duplicates(faults);
        if !self.root.allows_commands {
            faults.extend(allow::unallowed(&self.drafts, &self.packs));
        }
        faults.extend(allow::of_foreign_packs(&self.drafts, &self.packs));
        if self.drafts.is_empty() && faults.is_empty() {
            faults
                .push(Fault::new(Place::top(0), "the plan has no checks").hint("write `checks:` here, or `include:` files that have some"));
        }
        let meant = self.drafts.iter().flat_map(|draft| draft.environments.iter().flatten());
        let unknown = meant.filter(|name| self.root.environment(&name.text).is_none());
        faults.extend(unknown.map(|name| self.root.no_environment(&name.text, name.place)));
        let guards = self.root.environments.iter().flat_map(|environment| &environment.guard);
        let needs = self.drafts.iter().flat_map(|draft| &draft.needs);
        let absent = guards.chain(needs).filter(|word| !self.has_check(&word.text));
        faults.extend(absent.map(|word| self.no_check(&word.text, word.place)));
        self.unfold_needs();
        needs::circles(&self.drafts, faults);
        faults.extend(unused::variables(&self.root, std::mem::take(&mut self.used)));
    }

    /// Whether some check, be it wrong, has this id.
    pub(super) fn has_check(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    pub(super) fn no_check(&self, id: &str, place: Place) -> Fault {
        let near = suggest::nearest(id, self.ids.iter().map(String::as_str));
        Fault::new(place, format!("the plan has no check `{id}`")).meant(near)
    }

    /// Who needs a list needs all its members.
    fn unfold_needs(&mut self) {
        let mut lists: HashMap<String, Vec<String>> = HashMap::new();
        for (draft, (list, _)) in self.drafts.iter().filter_map(|draft| Some((draft, draft.member.as_ref()?))) {
            lists.entry(list.to_string()).or_default().push(draft.id.clone());
        }
        if lists.is_empty() {
            return;
        }
        for draft in &mut self.drafts {
            let needs = std::mem::take(&mut draft.needs).into_iter();
            let all = needs.flat_map(|need| match lists.get(&need.text) {
                Some(members) => members.iter().map(|id| Word { text: id.clone(), place: need.place }).collect(),
                None => vec![need],
            });
            draft.needs = all.collect();
        }
    }

    /// A later check of the same id stays for now, so that its other problems are told too.
    fn duplicates(&self, faults: &mut Vec<Fault>) {
        let (mut first, mut told): (HashMap<&str, Place>, HashSet<Place>) = Default::default();
        for draft in &self.drafts {
            let id = draft.written_id();
            let place = *first.entry(id).or_insert(draft.id_place);
            if place != draft.id_place && told.insert(draft.id_place) {
                let message = format!("duplicate id `{id}`, first given at {}", self.sources.path_line(place));
                faults.push(Fault::new(draft.id_place, message));
            }
        }
    }
}
