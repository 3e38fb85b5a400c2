//! The texts within a value: its fields, the parts of its addresses, what it is wrapped in, to any depth within bounds.

use jiff::Timestamp;

use super::{address, flaw::Flaw, purpose::Demand};

/// No value is meant to hold more texts, nor to be wrapped more often.
const MOST: usize = 2_000;
const DEEPEST: usize = 12;

/// How a text is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Weight {
    /// It stands beside a secret: only what cannot be anything else counts.
    #[default]
    Beside,
    /// It may be a secret: everything counts but its strength.
    Unnamed,
    /// It is one.
    Secret,
}

/// One text, and what surrounds it.
#[derive(Clone, Default)]
pub(super) struct Leaf {
    /// The name of the key or field.
    pub key: String,
    /// The text. Never shown.
    pub text: String,
    /// How a sentence leads over to what holds it: "a URL with".
    pub lead: String,
    /// And to the text itself: "a password that is".
    pub noun: String,
    /// The user it belongs to.
    pub user: Option<String>,
    /// The hosts it belongs to.
    pub places: Vec<String>,
    /// What is demanded of its strength.
    pub demand: Demand,
    pub weight: Weight,
    /// What it is, where it is more than a plain text: "address".
    pub form: &'static str,
    /// What is wrong with it by its form alone.
    pub given: Option<Flaw>,
    /// What weakens it without being a flaw.
    pub notes: Vec<String>,
    pub expires: Option<Timestamp>,
}

/// A value's texts, itself first.
pub(super) struct Leaves {
    /// In the order in which they are judged.
    pub all: Vec<Leaf>,
    /// Whether there were too many to look at each.
    pub cut: bool,
}

impl Leaf {
    pub(super) fn new(key: &str, text: &str, demand: Demand, weight: Weight) -> Self {
        Self { key: key.to_owned(), text: text.to_owned(), demand, weight, ..Self::default() }
    }

    /// Whether it is the address of a store, with a password or without.
    pub(super) fn is_store(&self) -> bool {
        self.form == "address" && address::read(&self.text).is_some_and(|address| address.is_store())
    }

    /// Whether its fields are judged, not itself.
    pub(super) fn has_fields(&self) -> bool {
        ["JSON", "a file", "a connection string", "encoded"].contains(&self.form)
    }

    /// Whether it is a secret by itself.
    pub(super) fn is_secret(&self) -> bool {
        self.weight == Weight::Secret && !self.has_fields()
    }

    /// It and all that is within it.
    pub(super) fn leaves(self) -> Leaves {
        let (mut all, mut waiting): (Vec<Self>, _) = (Vec::new(), vec![(self, Vec::new())]);
        while let Some((mut leaf, within)) = waiting.pop() {
            if all.len() == MOST || within.len() > DEEPEST {
                return Leaves { all, cut: true };
            }
            let parts = leaf.open();
            if leaf.has_fields() {
                // What only wraps fields is judged by them too.
                let around = within.iter().rev().copied().take_while(|at: &usize| all[*at].form.is_empty()).collect::<Vec<_>>();
                around.into_iter().for_each(|at| all[at].form = "encoded");
            }
            let path: Vec<usize> = within.into_iter().chain([all.len()]).collect();
            waiting.extend(parts.into_iter().rev().map(|part| (part, path.clone())));
            all.push(leaf);
        }
        Leaves { all, cut: false }
    }

    /// A text within this one.
    pub(super) fn part(&self, lead: &str, noun: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            lead: joined(&[&self.lead, &self.noun, lead]),
            noun: noun.into(),
            user: self.user.clone(),
            places: self.places.clone(),
            ..Self::new(&self.key, &text.into(), self.demand, self.weight)
        }
    }
}

/// The parts of a sentence that say something, as one.
pub(super) fn joined(parts: &[&str]) -> String {
    parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
