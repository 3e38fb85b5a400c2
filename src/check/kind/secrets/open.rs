//! Takes one text apart: what it is, and which texts are within it.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    address,
    fields::{self, Field},
    flaw::{Class, Flaw},
    jwt,
    leaf::{Leaf, Weight},
    naming::{describes, ends_in, names_a_secret},
    peel, pem,
    purpose::Demand,
    structure,
};
use crate::model::excerpt;

impl Leaf {
    /// Says what it is, and takes out what is within it.
    pub(super) fn open(&mut self) -> Vec<Self> {
        let text = self.text.trim().to_owned();
        if self.given.is_some() || text.is_empty() {
            return Vec::new();
        }
        if let Some(token) = jwt::read(&text) {
            (self.form, self.given, self.expires) = ("signed token", token.flaw, token.expires);
            return Vec::new();
        }
        if !text.contains('\n') && address::read(&text).is_some() {
            return self.open_address(&text);
        }
        let fields = if text.starts_with("-----BEGIN") { None } else { fields::read(&self.key, &text) };
        if let Some((form, all)) = fields {
            self.form = form;
            return self.open_fields(all);
        }
        if let Some(flaw) = pem::read(&text) {
            (self.form, self.given) = ("private key", flaw);
            return Vec::new();
        }
        self.open_text(&text)
    }

    fn open_address(&mut self, text: &str) -> Vec<Self> {
        let Some(address) = address::read(text) else { return Vec::new() };
        self.form = "address";
        self.notes = address.notes().into_iter().map(str::to_owned).collect();
        let places: Vec<String> = address.hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut parts = Vec::new();
        if let Some(password) = &address.password {
            let empty = (password.is_empty() && address.user.is_some()).then(|| Flaw::new(Class::EmptyPassword, "an empty password"));
            let noun = if empty.is_some() { "" } else { "a password that is" };
            let (demand, user) = (self.demand.password(), address.user.clone());
            let part = self.part("a URL with", noun, password);
            parts.push(Self { demand, user, places, weight: Weight::Secret, given: empty, ..part });
            parts.retain(|part| !part.text.is_empty() || part.given.is_some());
        } else if let Some(user) = address.user.as_ref().filter(|user| user.len() >= 16 && !address.is_store()) {
            parts.push(Self { weight: self.weight.min(Weight::Unnamed), ..self.part("a URL with", "a login that is", user) });
        }
        for (name, value) in address.parameters().filter(|(name, value)| names_a_secret(name) && !value.is_empty()) {
            let part = self.part("a URL with", "a parameter that is", value);
            parts.push(Self { demand: Demand::of(&name, None), weight: Weight::Secret, key: name, ..part });
        }
        if self.weight > Weight::Beside || address.password.is_some() {
            parts.extend(address.is_local().then(|| self.local()));
        }
        parts
    }

    fn local(&self) -> Self {
        let local = Flaw::new(Class::LocalHost, "a URL to a host that is local or for tests");
        Self { given: Some(local), weight: Weight::Beside, ..self.part("", "", "") }
    }

    fn open_fields(&self, all: Vec<Field>) -> Vec<Self> {
        let secret = all.iter().any(|field| field.sure);
        let lead = format!("{} with", self.form);
        let mut parts: Vec<Self> = Vec::new();
        for field in all {
            let named = field.secret.as_deref().filter(|name| name.chars().all(|c| c.is_alphabetic() || "_-. ".contains(c)));
            let noun = named.map_or("a field that is".to_owned(), |name| format!("a field `{}` that is", excerpt(name, 40)));
            let weight = match &field.secret {
                Some(_) if field.sure => Weight::Secret,
                Some(_) => Weight::Unnamed,
                None if secret || describes(&field.name) => Weight::Beside,
                None => self.weight.min(Weight::Unnamed),
            };
            let demand = Demand::of(field.secret.as_deref().unwrap_or(&field.name), None);
            let local =
                self.form == "a connection string" && weight == Weight::Secret && field.places.iter().any(|host| address::is_local(host));
            let (user, places) = (field.user, field.places);
            parts.push(Self { key: field.name, user, places, demand, weight, ..self.part(&lead, noun, field.text) });
            parts.extend(local.then(|| self.local()));
        }
        parts
    }

    /// Headers, lists and encodings.
    fn open_text(&mut self, text: &str) -> Vec<Self> {
        static HEADER: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r"^(?i)(?:[\w-]+:\s*)?(basic|bearer|token|apikey)\s+(\S+)$").ok());
        if let Some(found) = HEADER.as_ref().and_then(|header| header.captures(text)) {
            self.form = "header";
            let decoded = peel::layers(&found[2]).iter().find_map(|(_, bytes)| peel::readable(bytes));
            let login = decoded.filter(|_| found[1].eq_ignore_ascii_case("basic")).and_then(|(_, login)| self.login(&login));
            let token = || Self { demand: self.demand.guessable(), ..self.part("a header with", "a token that is", &found[2]) };
            return vec![login.unwrap_or_else(token)];
        }
        if self.weight == Weight::Secret
            && ends_in("logins", &self.key)
            && let Some(login) = self.login(text)
        {
            self.form = "login";
            return vec![login];
        }
        let mut parts = Vec::new();
        let quoted = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).map(str::to_owned);
        parts.extend(quoted.or_else(|| serde_json::from_str(text).ok()).map(|inner: String| self.part("", "", inner)));
        // A random password may have a comma too: what is listed has no other marks than those of encodings.
        let plain = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_-.=+/:,".contains(c);
        let listed: Vec<&str> = text.split([',', '\n']).map(str::trim).filter(|part| part.len() >= 4).collect();
        if listed.len() > 1 && self.weight > Weight::Beside && text.chars().all(plain) {
            let one = |part: &&str| Self { weight: Weight::Unnamed, ..self.part("a list with", "a value that is", *part) };
            parts.extend(listed.iter().map(one));
        }
        for (what, bytes) in peel::layers(text) {
            let part = match peel::readable(&bytes) {
                Some(("", inner)) => self.part("", what, inner),
                Some((how, inner)) => self.part(what, how, inner),
                None => Self { given: structure::of_bytes(&bytes), weight: Weight::Beside, ..self.part("", what, "") },
            };
            parts.push(Self { demand: self.demand.guessable(), ..part });
        }
        parts
    }

    /// The password of a text that is `user:password`.
    fn login(&self, text: &str) -> Option<Self> {
        let (user, password) = text.split_once(':').filter(|(user, _)| !user.is_empty() && !user.contains(char::is_whitespace))?;
        let part = self.part("a login with", "a password that is", password);
        Some(Self { user: Some(user.to_owned()), demand: self.demand.password(), ..part })
    }
}
