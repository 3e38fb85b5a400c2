//! Why a variable has no value.

use super::{fault::Fault, place::Place, suggest};
use crate::model::Size;

/// Why a variable has no value, and where that shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lack {
    cause: Cause,
    /// The variable of the plan that leads there.
    place: Option<Place>,
}

/// What a variable lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    Unset(String),
    Empty(String),
    /// Only other environments' `vars` have it: the plan is wrong, whatever the process environment.
    Elsewhere {
        name: String,
        environment: String,
    },
    /// All but the same as a variable of the plan.
    Misspelt {
        name: String,
        near: String,
    },
    /// Set outside the plan, to nothing.
    Blank(String),
    Said {
        name: String,
        message: String,
    },
    /// Variables name each other: the way.
    Circle(String),
    TooDeep,
    TooLarge,
    /// Something that is reported where it stands.
    Broken,
}

impl Lack {
    pub(super) fn empty(name: &str) -> Self {
        Cause::Empty(name.to_owned()).into()
    }

    pub(super) fn broken() -> Self {
        Cause::Broken.into()
    }

    /// In the author's words.
    pub(super) fn said(self, message: &str) -> Self {
        let name = self.name().to_owned();
        Self { cause: Cause::Said { name, message: message.to_owned() }, ..self }
    }

    /// Says where, if nothing nearer to the cause said so before.
    pub(super) fn at(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// Whether a default may take the value's place.
    pub(super) fn is_absence(&self) -> bool {
        !self.name().is_empty()
    }

    /// Whether the environment at hand is all that lacks: no plan can be wrong because of it.
    pub(super) fn is_unset(&self) -> bool {
        matches!(self.cause, Cause::Unset(_) | Cause::Blank(_) | Cause::Said { .. })
    }

    /// Whether another way to the same variable could come to another end.
    pub(super) fn depends_on_path(&self) -> bool {
        matches!(self.cause, Cause::Circle(_) | Cause::TooDeep)
    }

    /// The variable that has no value; empty if it is not about one.
    pub(super) fn name(&self) -> &str {
        match &self.cause {
            Cause::Unset(name)
            | Cause::Empty(name)
            | Cause::Blank(name)
            | Cause::Said { name, .. }
            | Cause::Elsewhere { name, .. }
            | Cause::Misspelt { name, .. } => name,
            Cause::Circle(_) | Cause::TooDeep | Cause::TooLarge | Cause::Broken => "",
        }
    }

    /// As a problem, at `place` unless a variable of the plan is to blame; `None` if it is reported elsewhere.
    pub(super) fn fault<'a>(&self, place: Place, known: impl IntoIterator<Item = &'a str>) -> Option<Fault> {
        let place = self.place.unwrap_or(place);
        let message = match &self.cause {
            Cause::Broken => return None,
            Cause::Unset(name) | Cause::Misspelt { name, .. } => format!("the variable `{name}` is not set"),
            Cause::Elsewhere { name, environment } => format!("the variable `{name}` is not set in {environment}"),
            Cause::Empty(name) | Cause::Blank(name) => format!("the variable `{name}` is empty"),
            Cause::Said { name, message } => format!("the variable `{name}` is not set: {message}"),
            Cause::Circle(path) => format!("variables name each other in a circle: {path}"),
            Cause::TooDeep => "variables name variables more than 64 deep".into(),
            Cause::TooLarge => format!("the value grows beyond {}", Size(256 << 10)),
        };
        let hint = match &self.cause {
            Cause::Unset(name) => Some(suggest::nearest(name, known.into_iter().filter(|known| known != name)).map_or_else(
                || "set it in `vars`, in the environment of this process or in the `env-file`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            )),
            Cause::Elsewhere { .. } => Some("other environments give it in their `vars`".to_owned()),
            Cause::Misspelt { near, .. } => Some(format!("did you mean `{near}`?")),
            Cause::Empty(name) | Cause::Blank(name) => Some(format!("give it a value, or say that none is fine: `${{{name}:-}}`")),
            _ => None,
        };
        Some(Fault::new(place, message).maybe_hint(hint))
    }
}

impl From<Cause> for Lack {
    fn from(cause: Cause) -> Self {
        Self { cause, place: None }
    }
}
