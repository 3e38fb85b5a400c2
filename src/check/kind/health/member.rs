//! Reads every member of a JSON answer: as a component, as what describes the service, or as what was not understood.

use serde_json::{Map, Value};

use super::{component::Components, name::Name, shape, standing::Standing};

/// Levels of members within members that are looked at.
const DEEPEST: usize = 16;

/// Under these names an object says how it is.
const STATUS: [&str; 9] = ["status", "state", "health", "healthy", "ok", "pass", "passed", "success", "result"];

/// Under these an element of a list says what it is.
const NAMES: [&str; 8] = ["name", "component", "id", "key", "label", "service", "checker", "alias"];

/// Where a member stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Among components: each of them has a status.
    Components,
    /// Beside the status of the whole, or below a name that nobody knows.
    Beside,
    /// Beside the status of a component.
    Part,
    /// In what explains the status of a component, or in a description: only what contradicts counts.
    Within,
}

/// A member: its name, where that stands in the answer, and what it says.
#[derive(Clone, Copy)]
struct Member<'m> {
    /// The names around it, but for those that only hold others.
    outer: &'m str,
    name: &'m str,
    place: Place,
    depth: usize,
}

impl Member<'_> {
    fn path(&self) -> String {
        if self.outer.is_empty() { self.name.to_owned() } else { format!("{}/{}", self.outer, self.name) }
    }

    /// What its name says; among components any name is one's.
    fn named(&self) -> Name {
        if self.place == Place::Components { Name::Other } else { Name::of(self.name) }
    }
}

impl Components {
    /// Those of a JSON answer, whose status of the whole stands under `status`.
    pub(super) fn of(answer: &Map<String, Value>, status: Option<&str>) -> Self {
        let mut found = Self::default();
        found.members(answer, status, "", Place::Beside, 0);
        found
    }

    /// Those of a list of them.
    pub(super) fn of_list(list: &[Value]) -> Self {
        let mut found = Self::default();
        found.list(Member { outer: "", name: "checks", place: Place::Components, depth: 0 }, list, Name::Components);
        found
    }

    fn members(&mut self, object: &Map<String, Value>, status: Option<&str>, outer: &str, place: Place, depth: usize) {
        for (name, value) in object.iter().filter(|(name, _)| Some(name.as_str()) != status) {
            self.member(Member { outer, name, place, depth }, value);
        }
    }

    fn member(&mut self, member: Member<'_>, value: &Value) {
        if member.depth > DEEPEST {
            self.more = true;
            return;
        }
        match value {
            Value::Object(object) => self.object(member, object),
            Value::Array(list) => self.list(member, list, member.named()),
            Value::String(text) => self.text(member, text),
            Value::Bool(is) => self.flag(member, *is),
            // A number is a measurement, but for one that counts what is bad.
            Value::Number(number) => {
                if member.place == Place::Beside && Name::counts_bad(member.name) && number.as_f64() != Some(0.0) {
                    self.leave(&member.path(), &number.to_string());
                }
            }
            Value::Null => match (member.named(), member.place) {
                (_, Place::Components) => self.add(&member.path(), "null", None),
                (Name::Other | Name::Part | Name::Well, Place::Beside) => self.leave(&member.path(), "null"),
                _ => {}
            },
        }
    }

    fn object(&mut self, member: Member<'_>, object: &Map<String, Value>) {
        let Member { outer, place, depth, .. } = member;
        let (path, inner) = (member.path(), depth + 1);
        let find = |names: &[&str]| names.iter().find_map(|wanted| object.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)));
        // A number may be any: 0 is well to some, and 1 to others.
        let says = |value: &Value| matches!(value, Value::String(_) | Value::Bool(_) | Value::Null) || value.as_u64() == Some(200);
        if let Some((status, word)) = find(&STATUS).filter(|(_, value)| says(value)) {
            let note = find(&["output", "error", "message", "description"]).and_then(|(_, note)| note.as_str());
            self.told = true;
            let word = text_of(word);
            // Only its own state: what stands below may be a connection, which is closed where it should be open.
            let standing = (status == "state" && Name::is_circuit(&path)).then(|| Standing::of_circuit(&word)).flatten();
            self.add_standing(&path, &word, note.filter(|note| !note.is_empty()), standing);
            let within = if place == Place::Within { place } else { Place::Part };
            return self.members(object, Some(status), &path, within, inner);
        }
        match (member.named(), place) {
            // Names that only hold others.
            (Name::Components, _) => self.members(object, None, outer, Place::Components, inner),
            (Name::Well, _) if member.name.eq_ignore_ascii_case("healthy") => self.members(object, None, outer, Place::Components, inner),
            (Name::About, Place::Part) => self.members(object, None, &path, Place::Within, inner),
            (Name::About, _) => self.members(object, None, outer, place, inner),
            (Name::Description, _) if Name::describes_all_within(member.name) => {
                self.members(object, None, &path, Place::Within, inner);
            }
            // Whatever is listed as an error is one.
            (Name::Bad, _) => {
                for (name, value) in object {
                    match value {
                        Value::Object(_) => self.member(Member { outer, name, place: Place::Components, depth: inner }, value),
                        _ => self.bad(&format!("{path}/{name}"), value),
                    }
                }
            }
            (_, Place::Components) => {
                self.members(object, None, &path, Place::Beside, inner);
                if object.is_empty() {
                    self.add(&path, "no status", None);
                }
            }
            (_, place) => self.members(object, None, &path, place, inner),
        }
    }

    fn list(&mut self, member: Member<'_>, list: &[Value], named: Name) {
        let place = if named == Name::Components { Place::Components } else { member.place };
        for value in list {
            let element = Member { place, depth: member.depth + 1, ..member };
            match value {
                // draft-inadarei-api-health-check, 4: several nodes of one component have its name.
                Value::Object(object) => {
                    let own = object.iter().find(|(name, _)| NAMES.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)));
                    let own = own.and_then(|(_, own)| own.as_str());
                    self.object(Member { name: own.filter(|_| named == Name::Components).unwrap_or(member.name), ..element }, object);
                }
                value if named == Name::Bad => self.bad(&member.path(), value),
                // The names of components are no components.
                Value::String(text) if named == Name::Components && Standing::of(text).is_none() => {
                    if member.place != Place::Within {
                        self.leave(&member.path(), text);
                    }
                }
                value => self.member(element, value),
            }
        }
    }

    fn text(&mut self, member: Member<'_>, text: &str) {
        if let Ok(is) = text.trim().to_ascii_lowercase().parse() {
            return self.flag(member, is);
        }
        let (named, path) = (member.named(), member.path());
        let names = member.place == Place::Part && NAMES.iter().any(|name| member.name.eq_ignore_ascii_case(name));
        // Nothing is said, but for what must say something.
        if names || (text.trim().is_empty() && !matches!(named, Name::Part | Name::Well) && member.place != Place::Components) {
            return;
        }
        match (named, Standing::of(text), member.place) {
            // How often, how much, or since when: history beside a status.
            (Name::Bad, None, place) if shape::is_plain(text) => {
                if place == Place::Beside && Name::counts_bad(member.name) && text.trim() != "0" {
                    self.leave(&path, text);
                }
            }
            (Name::Bad, ..) => self.bad(&path, &Value::String(text.to_owned())),
            (Name::Description | Name::Sentence | Name::About, Some(_), Place::Within) => {}
            (Name::Description | Name::Sentence | Name::About, Some(Standing::Up), _) | (_, Some(Standing::Up), Place::Within) => {}
            (_, Some(_), _) => {
                self.told = true;
                self.add(&path, text, None);
            }
            (_, None, Place::Components) => self.add(&path, text, None),
            (_, None, Place::Within) => {}
            (Name::Description | Name::Sentence | Name::About, None, _) if !Name::is_told_in(text) => {}
            (Name::Other | Name::Part | Name::Setting | Name::Well, None, _) if shape::is_plain(text) => {}
            (Name::Part, None, _) if Name::is_made_with(text) => {}
            (_, None, _) => self.leave(&path, text),
        }
    }

    fn flag(&mut self, member: Member<'_>, is: bool) {
        let path = member.path();
        match (member.named(), is, member.place) {
            (Name::Bad, ..) => self.bad(&path, &Value::Bool(is)),
            (Name::Setting, ..) | (Name::Description | Name::Sentence, _, Place::Part) => {}
            (Name::Well, ..) | (_, _, Place::Components) => {
                self.told = true;
                self.add(&path, &is.to_string(), None);
            }
            (_, _, Place::Within) => {}
            (Name::Part, true, _) => self.add(&path, "true", None),
            // What nobody knows may be bad where it is true: `crashed`.
            _ => self.leave(&path, &is.to_string()),
        }
    }

    /// Something under a name like `errors`: there is none, or it is bad.
    fn bad(&mut self, path: &str, value: &Value) {
        const NONE: [&str; 8] = ["", "none", "no", "false", "ok", "n/a", "null", "0"];
        let none = match value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => NONE.contains(&text.trim().to_ascii_lowercase().as_str()),
            Value::Number(number) => number.as_f64() == Some(0.0),
            _ => false,
        };
        if !none {
            self.add_standing(path, &text_of(value), None, Some(Standing::Down));
        }
    }
}

/// A text as it is; anything else as JSON.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
