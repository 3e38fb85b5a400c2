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
        for (name, base) in used.pack.vars.iter().filter_map(|(name, var)| Some((name, var.http_of.as_ref()?))) {
            if let Some(Ok(https)) = vars.get(base).filter(|_| !vars.contains_key(name)) {
                let plain = Resolved { text: over_http(&https.text), shown: over_http(&https.shown), ..(**https).clone() };
                vars.insert(name.clone(), Ok(Rc::new(plain)));
            }
        }
        Self { vars, lenient: plan.lenient }
    }
}

/// The address over plain HTTP: the same host on port 80. One that is not `https://` is itself.
fn over_http(address: &str) -> String {
    let Some(rest) = address.get(..8).filter(|scheme| scheme.eq_ignore_ascii_case("https://")).map(|_| &address[8..]) else {
        return address.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains([']', '@', '}']) => host,
        _ => authority,
    };
    format!("http://{host}{path}")
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
    /// The plan's variables, those of a row over them.
    pub(super) plan: &'a dyn Scope,
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

#[cfg(test)]
mod tests {
    use super::over_http;

    #[test]
    fn plain_http_is_the_same_host_on_port_80() {
        for (https, http) in [
            ("https://a.example.com", "http://a.example.com"),
            ("HTTPS://a.example.com:8443/v1?x=a:1", "http://a.example.com/v1?x=a:1"),
            ("https://[::1]:8443/", "http://[::1]/"),
            ("https://[::1]", "http://[::1]"),
            ("https://u:p@a.example.com", "http://u:p@a.example.com"),
            ("http://a.example.com:8080", "http://a.example.com:8080"),
            ("", ""),
            ("https:/ä", "https:/ä"),
        ] {
            assert_eq!(over_http(https), http);
        }
    }
}
