//! What names mean: in the plan's files the environment's variables, in a pack its own and nothing else.

use std::{collections::HashMap, rc::Rc};

use super::{
    fault::Fault,
    interpolate::{Scope, within},
    lack::Lack,
    pack_use::PackUse,
    place::{Place, Sources},
    template::Template,
    variables::{Resolved, Variables, expand},
};
use crate::model::looks_secret;

impl Scope for Variables<'_> {
    fn value(&self, name: &str) -> Result<Rc<Resolved>, Lack> {
        Variables::value(self, name)
    }

    fn lenient(&self) -> bool {
        self.lenient
    }

    fn names(&self) -> Vec<&str> {
        self.known_names()
    }
}

/// The variables of one pack.
pub(super) struct PackScope {
    vars: HashMap<String, Result<Rc<Resolved>, Lack>>,
    lenient: bool,
}

impl PackScope {
    /// Fills in what the plan gives the pack; what has no value is told once, where it is given.
    pub(super) fn new(used: &PackUse, plan: &Variables<'_>, sources: &Sources, faults: &mut Vec<Fault>) -> Self {
        let literal = |text: &str| Ok(Rc::new(Resolved::literal(text)));
        let mut vars: HashMap<_, _> =
            used.pack.vars.iter().filter_map(|(name, var)| Some((name.clone(), literal(var.default.as_deref()?)))).collect();
        for (key, node) in &used.vars {
            let Some(scalar) = node.scalar() else {
                vars.insert(key.text.clone(), Err(Lack::broken()));
                continue;
            };
            let value = match Template::parse(&scalar.text) {
                Err(_) => Err(Lack::broken()),
                Ok(None) if scalar.text.is_empty() || scalar.is_null() => Err(Lack::empty(&key.text)),
                Ok(None) => literal(&scalar.text),
                Ok(Some(template)) => expand(&template, plan.lenient, &mut |name| plan.value(name)).map(Rc::new),
            };
            let value = value.map_err(|lack| {
                let at = within(sources, node.place, &format!("${{{}", lack.name()));
                faults.extend(lack.fault(at, plan.known_names()));
                Lack::broken()
            });
            vars.insert(key.text.clone(), value.map(|resolved| hidden(&key.text, resolved)));
        }
        Self { vars, lenient: plan.lenient }
    }
}

/// A variable of the pack with a secret-looking name is as secret as one of the plan.
fn hidden(name: &str, resolved: Rc<Resolved>) -> Rc<Resolved> {
    if !looks_secret(name) {
        return resolved;
    }
    let mut secret = Resolved { shown: format!("${{{name}}}"), ..(*resolved).clone() };
    if secret.unset.is_empty() {
        secret.secrets.push((name.to_owned(), secret.text.clone()));
    }
    Rc::new(secret)
}

impl Scope for PackScope {
    fn value(&self, name: &str) -> Result<Rc<Resolved>, Lack> {
        self.vars.get(name).cloned().unwrap_or_else(|| Err(Lack::broken()))
    }

    fn lenient(&self) -> bool {
        self.lenient
    }

    fn names(&self) -> Vec<&str> {
        self.vars.keys().map(String::as_str).collect()
    }
}

/// What the names in a check mean, by where they are written.
pub(super) struct Scopes<'a> {
    pub(super) plan: &'a Variables<'a>,
    /// The file of the check's pack, and its variables.
    pub(super) pack: Option<(u32, &'a PackScope)>,
}

impl<'a> Scopes<'a> {
    pub(super) fn at(&self, place: Place) -> &'a dyn Scope {
        match self.pack {
            Some((file, scope)) if file == place.file => scope,
            _ => self.plan,
        }
    }
}
