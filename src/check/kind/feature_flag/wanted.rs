//! How a flag must stand.

use std::fmt;

use schemars::{JsonSchema, json_schema};
use serde::Deserialize;
use serde_json::Value;

use crate::model::{Percent, from_forms, from_text, schema};

/// How a flag must stand.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub(super) state: Option<State>,
    pub(super) percentage: Option<Share>,
    pub(super) value: Option<Value>,
}

/// Its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// On, for everybody unless a percentage is given.
    On,
    /// There, and off.
    Off,
    /// There, in whatever state.
    Exists,
    /// Not there.
    Absent,
}

/// For how many of all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Share {
    /// Whatever share.
    Any,
    /// This one.
    Of(Percent),
}

from_text!(Share, { "type": "string", "pattern": r"^(any|[0-9]+(\.[0-9]+)? *%)$" }, |text| match text.as_str() {
    "any" => Ok(Share::Any),
    _ => text.parse().map(Share::Of),
});

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any share"),
            Self::Of(share) => share.fmt(f),
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WantedFlag {
    /// Its state.
    state: Option<Value>,
    /// For how many of all it is on: `25%`, or `any`. Default: all.
    percentage: Option<Share>,
    /// Its value.
    value: Option<Value>,
}

fn state(value: &Value) -> Result<State, String> {
    match value {
        Value::Bool(true) => Ok(State::On),
        Value::Bool(false) => Ok(State::Off),
        _ => serde_json::from_value(value.clone()).map_err(|_| format!("{value} is no state: write `on`, `off`, `exists` or `absent`")),
    }
}

from_forms!(
    Wanted,
    "`on`, `off`, `exists`, `absent`, or `{state: on, percentage: 25%}`",
    scalar | value: Value | Ok(Wanted { state: Some(state(&value)?), percentage: None, value: None }),
    map | WantedFlag { state: written, percentage, value }: WantedFlag | {
        let state = written.as_ref().map(state).transpose()?;
        match (state, &percentage, &value) {
            (None, None, None) => Err("nothing is demanded of the flag: write `state`, `percentage` or `value`".into()),
            (Some(State::Off | State::Absent | State::Exists), Some(_), _) => Err("`percentage` is of a flag that is `on`".into()),
            (Some(State::Absent), _, Some(_)) => Err("a flag that is absent has no `value`".into()),
            (state, _, _) => Ok(Wanted { state: state.or(percentage.map(|_| State::On)), percentage, value }),
        }
    },
);

schema!(inline Wanted, |generator| {
    let map = generator.subschema_for::<WantedFlag>();
    json_schema!({ "anyOf": [{ "enum": ["on", "off", "exists", "absent", true, false] }, map] })
});

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.map(|state| match (state, self.percentage) {
            (State::On, Some(share)) => format!("on for {share}"),
            (State::On, None) => "on for everybody".into(),
            (State::Off, _) => "there, and off".into(),
            (State::Exists, _) => "there".into(),
            (State::Absent, _) => "no such flag".into(),
        });
        let value = self.value.as_ref().map(|value| format!("the value {value}"));
        f.write_str(&state.into_iter().chain(value).collect::<Vec<_>>().join(", "))
    }
}
