//! What a variable stands for in one environment, and what is known about it.
//!
//! The sources, in order: the environment's `vars`, the plan's `vars`, what the run [gives](super::given), the process
//! environment, the `env-file`. A variable that names itself means the next source. Values of the last three are literal.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    rc::Rc,
};

use super::{
    given::{self, Given},
    lack::{Cause, Lack},
    node::Node,
    suggest,
    template::{Otherwise, Part, Template},
};
use crate::model::{ProcessEnv, looks_secret};

/// A value never grows beyond this many bytes.
const LARGEST: usize = 256 * 1024;
/// Variables that name variables.
const DEEPEST: usize = 64;
/// Stands for a secret that is not set while `lint` tries a check.
pub(super) const PLACEHOLDER: &str = "gonogo-lint-placeholder";

/// What a variable or a whole scalar came to.
#[derive(Debug, Clone, Default)]
pub(super) struct Resolved {
    /// The value.
    pub(super) text: String,
    /// The value as it may be shown: a secret variable stands as `${name}`.
    pub(super) shown: String,
    /// Variables without a value; only where [`Variables::lenient`] is set.
    pub(super) unset: Vec<String>,
    /// Secrets that came from defaults, as name and value.
    pub(super) secrets: Vec<(String, String)>,
    /// What only the run can say and did not, so that something stands in for it.
    pub(super) awaits: BTreeSet<String>,
}

impl Resolved {
    pub(super) fn literal(text: &str) -> Self {
        Self { text: text.into(), shown: text.into(), ..Self::default() }
    }
}

/// A variable of the plan: which of the two `vars` it stands in, and its name.
type Step = (usize, String);

/// The variables of one environment.
pub(super) struct Variables<'a> {
    /// The environment's `vars`, then the plan's.
    written: [HashMap<&'a str, &'a Node>; 2],
    process: &'a ProcessEnv,
    given: &'a Given,
    pub(super) file: BTreeMap<String, String>,
    /// The environment's name, and the names in the `vars` of all others.
    environment: &'a str,
    elsewhere: HashSet<&'a str>,
    /// Whether a variable that is not set is noted and not refused.
    pub(super) lenient: bool,
    memo: RefCell<HashMap<Step, Result<Rc<Resolved>, Lack>>>,
    used: RefCell<BTreeMap<String, Option<String>>>,
    secrets: RefCell<BTreeSet<(String, String)>>,
}

impl<'a> Variables<'a> {
    pub(super) fn new(written: [HashMap<&'a str, &'a Node>; 2], process: &'a ProcessEnv, given: &'a Given, lenient: bool) -> Self {
        Self {
            written,
            process,
            given,
            file: BTreeMap::new(),
            environment: "",
            elsewhere: HashSet::new(),
            lenient,
            memo: RefCell::default(),
            used: RefCell::default(),
            secrets: RefCell::default(),
        }
    }

    /// Of the environment so called, whose siblings have the variables `elsewhere`.
    pub(super) fn among(self, environment: &'a str, elsewhere: HashSet<&'a str>) -> Self {
        Self { environment, elsewhere, ..self }
    }

    /// The value of `name`.
    pub(super) fn value(&self, name: &str) -> Result<Rc<Resolved>, Lack> {
        self.from(0, name, &mut Vec::new())
    }

    /// Names that could be meant by a misspelt one.
    pub(super) fn known_names(&self) -> Vec<&str> {
        let written = self.written.iter().flat_map(|vars| vars.keys().copied());
        let outside = self.process.iter().map(|(name, _)| name).chain(self.file.keys().map(String::as_str));
        written.chain(outside).chain(given::names().map(|name| -> &str { name })).collect()
    }

    /// Every variable used so far, with its value as it may be shown; `None` for a secret.
    pub(super) fn used(&self) -> BTreeMap<String, Option<String>> {
        self.used.borrow().clone()
    }

    /// Every secret-looking variable used, the process environment's and the env-file's.
    pub(super) fn secrets(&self) -> BTreeSet<(String, String)> {
        let mut secrets = self.secrets.borrow().clone();
        let file = self.file.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let known = self.process.iter().chain(file).filter(|(name, value)| !value.is_empty() && looks_secret(name));
        secrets.extend(known.map(|(name, value)| (name.to_owned(), value.to_owned())));
        secrets
    }

    /// The first source from `layer` on that has `name`.
    fn from(&self, layer: usize, name: &str, path: &mut Vec<Step>) -> Result<Rc<Resolved>, Lack> {
        for layer in layer..2 {
            if let Some(node) = self.written[layer].get(name) {
                return self.remembered(layer, name, node, path);
            }
        }
        if let Some(given) = given::value(self.given, name) {
            // It is no part of the plan's fingerprint: the release and the stage are on record by themselves.
            return Ok(Rc::new(given));
        }
        let outside = self.process.get(name).or_else(|| self.file.get(name).map(String::as_str).filter(|value| !value.is_empty()));
        match outside {
            Some(value) => Ok(Rc::new(self.noted(name, Resolved::literal(value)))),
            None => Err(self.lack(name)),
        }
    }

    /// Why no source has `name`.
    fn lack(&self, name: &str) -> Lack {
        let declared = || self.written.iter().flat_map(|vars| vars.keys()).chain(&self.elsewhere).copied();
        if self.is_blank(name) {
            return Cause::Blank(name.to_owned()).into();
        }
        if self.elsewhere.contains(name) {
            return Cause::Elsewhere { name: name.to_owned(), environment: self.environment.to_owned() }.into();
        }
        let filed = self.file.keys().map(String::as_str).filter(|known| suggest::is_lost_letter(name, known));
        match declared().filter(|known| suggest::is_slip(name, known)).chain(filed).min() {
            Some(near) => Cause::Misspelt { name: name.to_owned(), near: near.to_owned() }.into(),
            None => Cause::Unset(name.to_owned()).into(),
        }
    }

    fn is_blank(&self, name: &str) -> bool {
        self.file.contains_key(name) || self.process.iter().any(|(known, _)| known == name)
    }

    fn remembered(&self, layer: usize, name: &str, node: &Node, path: &mut Vec<Step>) -> Result<Rc<Resolved>, Lack> {
        let key = (layer, name.to_owned());
        if let Some(known) = self.memo.borrow().get(&key) {
            return known.clone();
        }
        if path.len() >= DEEPEST {
            return Err(Lack::from(Cause::TooDeep).at(node.place));
        }
        if let Some(start) = path.iter().position(|step| *step == key) {
            return Err(self.circle(&path[start..]));
        }
        path.push(key.clone());
        let resolved = self.written(layer, name, node, path).map(Rc::new).map_err(|lack| lack.at(node.place));
        path.pop();
        // Within a circle the answer depends on where one came in.
        if resolved.as_ref().err().is_none_or(|lack| !lack.depends_on_path()) {
            self.memo.borrow_mut().insert(key, resolved.clone());
        }
        resolved
    }

    /// A circle is the same wherever one comes in: it is told from its first variable on.
    fn circle(&self, path: &[Step]) -> Lack {
        let place = |(layer, name): &Step| self.written[*layer].get(name.as_str()).map(|node| node.place).unwrap_or_default();
        let first = path.iter().enumerate().min_by_key(|(_, step)| place(step)).map_or(0, |(i, _)| i);
        let names: Vec<String> = path[first..].iter().chain(&path[..=first]).map(|(_, name)| format!("`{name}`")).collect();
        Lack::from(Cause::Circle(names.join(" → "))).at(place(&path[first]))
    }

    /// A variable of the plan, its own variables filled in.
    fn written(&self, layer: usize, name: &str, node: &Node, path: &mut Vec<Step>) -> Result<Resolved, Lack> {
        let Some(scalar) = node.scalar() else { return Err(Lack::broken()) };
        if scalar.is_null() || scalar.text.is_empty() {
            return Err(Lack::empty(name));
        }
        let resolved = match Template::parse(&scalar.text) {
            Err(_) => return Err(Lack::broken()),
            Ok(None) => Resolved::literal(&scalar.text),
            Ok(Some(template)) => expand(&template, self.lenient, &mut |inner| {
                let next = if inner == name { layer + 1 } else { 0 };
                self.from(next, inner, path)
            })?,
        };
        if resolved.text.is_empty() && resolved.unset.is_empty() {
            return Err(Lack::empty(name));
        }
        Ok(self.noted(name, resolved))
    }

    /// Keeps in mind that `name` was used, and hides its value if its name says so.
    fn noted(&self, name: &str, mut resolved: Resolved) -> Resolved {
        let secret = looks_secret(name);
        self.secrets.borrow_mut().extend(resolved.secrets.iter().cloned());
        if secret {
            if resolved.unset.is_empty() {
                self.secrets.borrow_mut().insert((name.to_owned(), resolved.text.clone()));
            }
            resolved.shown = format!("${{{name}}}");
        }
        self.used.borrow_mut().insert(name.to_owned(), (!secret).then(|| resolved.shown.clone()));
        resolved
    }
}

/// Fills a template in. With `lenient`, a variable without a value is noted, and a placeholder stands for it.
pub(super) fn expand(
    template: &Template,
    lenient: bool,
    value: &mut dyn FnMut(&str) -> Result<Rc<Resolved>, Lack>,
) -> Result<Resolved, Lack> {
    let mut whole = Resolved::default();
    for part in &template.0 {
        match part {
            Part::Text(text) => {
                whole.text.push_str(text);
                whole.shown.push_str(text);
            }
            Part::Variable { name, otherwise } => {
                let resolved = match (value(name), otherwise) {
                    // What the run does not say has the value that the plan gives for that.
                    (Ok(resolved), Otherwise::Use(default)) if resolved.awaits.contains(name) => Rc::new(expand(default, lenient, value)?),
                    (Ok(resolved), _) => resolved,
                    (Err(lack), Otherwise::Use(default)) if lack.is_absence() => {
                        let mut resolved = expand(default, lenient, value)?;
                        if looks_secret(name) && !resolved.text.is_empty() {
                            resolved.shown = format!("${{{name}}}");
                            resolved.secrets.push((name.clone(), resolved.text.clone()));
                        }
                        Rc::new(resolved)
                    }
                    (Err(lack), _) if lenient && lack.is_unset() => {
                        let text = if looks_secret(name) { PLACEHOLDER.to_owned() } else { String::new() };
                        Rc::new(Resolved {
                            text,
                            shown: format!("${{{name}}}"),
                            unset: vec![lack.name().to_owned()],
                            ..Resolved::default()
                        })
                    }
                    (Err(lack), Otherwise::Say(message)) if lack.is_absence() => return Err(lack.said(message)),
                    (Err(lack), _) => return Err(lack),
                };
                whole.text.push_str(&resolved.text);
                whole.shown.push_str(&resolved.shown);
                whole.unset.extend(resolved.unset.iter().cloned());
                whole.secrets.extend(resolved.secrets.iter().cloned());
                whole.awaits.extend(resolved.awaits.iter().cloned());
            }
        }
        if whole.text.len() > LARGEST {
            return Err(Cause::TooLarge.into());
        }
    }
    Ok(whole)
}
