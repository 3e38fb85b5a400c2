//! The policy in force: whose word counts, at which moment.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Person, Signoff};

/// What words and signatures are judged by. Which policy that is, is decided by whoever asks, once.
#[derive(Clone, Copy)]
pub struct PolicyInForce<'a> {
    /// The policy of the environment.
    pub policy: &'a Signoff,
    /// Who is who.
    pub people: &'a BTreeMap<String, Person>,
    /// The moment to judge at.
    pub now: Timestamp,
}

/// The name of somebody by these people; the id where they have none.
pub(super) fn name(id: &str, people: &BTreeMap<String, Person>) -> String {
    people.get(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
}

impl PolicyInForce<'_> {
    /// Whether this is somebody who can answer and accept: a person of the plan, or whoever has a role. A machine that
    /// only records is not.
    pub fn is_person(&self, id: &str) -> bool {
        self.policy.is_of_people(id) || (self.people.contains_key(id) && !self.policy.has_role(id, Signoff::RECORDER))
    }

    /// Everybody who can answer and accept, by id.
    pub fn everybody(&self) -> Vec<String> {
        let roles = self.policy.roles.values().flat_map(|role| &role.people);
        let mut all: Vec<String> = roles.chain(self.people.keys()).filter(|id| self.is_person(id)).cloned().collect();
        all.sort();
        all.dedup();
        all
    }

    /// Those of them who have one of these roles, or are named so; everybody where nobody is named.
    pub fn among(&self, named: &[String]) -> Vec<String> {
        let is_meant = |id: &String| named.is_empty() || named.iter().any(|name| name == id || self.policy.has_role(id, name));
        self.everybody().into_iter().filter(is_meant).collect()
    }

    /// The name as reports show it; the id where the plan names nobody.
    pub fn name(&self, id: &str) -> String {
        name(id, self.people)
    }

    /// Whether this is the recorder's id.
    pub fn is_recorder(&self, id: &str) -> bool {
        self.policy.has_role(id, Signoff::RECORDER)
    }
}
