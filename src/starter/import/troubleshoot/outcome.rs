//! The outcomes of an analyzer: the first whose condition holds counts, one without a condition always holds.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::{model::regex, starter::import::words::text};

static COMPARED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^\s*(?P<metric>[^<>=!]*?)\s*(?P<operator><=|>=|===?|!=|<|>|=)\s*(?P<value>.+?)\s*$"));

/// How it goes if the condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Fail,
    Warn,
    Pass,
}

/// One outcome.
#[derive(Debug)]
pub(super) struct Outcome {
    grade: Grade,
    pub(super) when: Option<String>,
    message: Option<String>,
}

impl Outcome {
    pub(super) fn passes(&self) -> bool {
        self.grade == Grade::Pass
    }
}

/// All of an analyzer.
#[derive(Debug)]
pub(super) struct Outcomes {
    pub(super) all: Vec<Outcome>,
}

/// What must hold.
#[derive(Debug)]
pub(super) struct Demand {
    /// None of these, instead of one of these.
    pub(super) negated: bool,
    pub(super) any: Vec<String>,
    pub(super) warns: bool,
    /// What to say to whoever has to mend it.
    pub(super) message: Option<String>,
}

impl Outcomes {
    pub(super) fn read(list: &Value) -> Self {
        let mut all = Vec::new();
        for (grade, fields) in list.as_array().into_iter().flatten().filter_map(Value::as_object).flatten() {
            let grade = match grade.as_str() {
                "fail" => Grade::Fail,
                "warn" => Grade::Warn,
                _ => Grade::Pass,
            };
            let when = text(&fields["when"]).filter(|when| !when.is_empty());
            all.push(Outcome { grade, when, message: fields["message"].as_str().map(str::to_owned) });
        }
        Self { all }
    }

    /// What it says when all is well.
    pub(super) fn passed(&self) -> Option<&str> {
        self.all.iter().find(|outcome| outcome.passes()).and_then(|outcome| outcome.message.as_deref())
    }

    /// What it says when it is not.
    pub(super) fn failed(&self) -> Option<&str> {
        self.all.iter().find(|outcome| !outcome.passes()).and_then(|outcome| outcome.message.as_deref())
    }

    pub(super) fn only_warns(&self) -> bool {
        !self.all.iter().any(|outcome| outcome.grade == Grade::Fail) && self.all.iter().any(|outcome| outcome.grade == Grade::Warn)
    }

    /// The conditions under which all is well.
    pub(super) fn passes(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter(|outcome| outcome.passes()).filter_map(|outcome| outcome.when.as_deref())
    }

    /// The conditions under which it is not.
    pub(super) fn fails(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter(|outcome| !outcome.passes()).filter_map(|outcome| outcome.when.as_deref())
    }

    /// What must hold, so that it neither fails nor warns.
    pub(super) fn demands(&self) -> Vec<Demand> {
        let of = |grade| self.all.iter().filter(move |outcome| outcome.grade == grade).filter_map(|outcome| outcome.when.clone());
        let rest = self.all.iter().find(|outcome| outcome.when.is_none());
        let negations = self.all.iter().filter(|outcome| !outcome.passes()).filter_map(|outcome| {
            let any = vec![outcome.when.clone()?];
            Some(Demand { negated: true, any, warns: outcome.grade == Grade::Warn, message: outcome.message.clone() })
        });
        let passes: Vec<String> = of(Grade::Pass).collect();
        let closed = rest.map_or(self.fails().next().is_none(), |rest| !rest.passes());
        if passes.is_empty() || !closed {
            return negations.collect();
        }
        // Whatever is not named is not well.
        let message = rest.and_then(|rest| rest.message.clone());
        let demand = |any: Vec<String>, warns| Demand { negated: false, any, warns, message: message.clone() };
        if rest.is_some_and(|rest| rest.grade == Grade::Warn) {
            return vec![demand(passes, true)].into_iter().chain(negations.filter(|demand| !demand.warns)).collect();
        }
        let warned: Vec<String> = of(Grade::Warn).collect();
        if warned.is_empty() {
            return vec![demand(passes, false)];
        }
        vec![demand(passes.iter().cloned().chain(warned).collect(), false), demand(passes, true)]
    }
}

/// `used/total > 80%` taken apart.
pub(super) fn compared(when: &str) -> Option<(&str, &str, &str)> {
    let found = COMPARED.captures(when)?;
    let [metric, operator, value] = ["metric", "operator", "value"].map(|part| found.name(part).map_or("", |part| part.as_str()));
    Some((metric, if ["=", "==="].contains(&operator) { "==" } else { operator }, value))
}
