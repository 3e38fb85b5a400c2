//! Gatus' conditions: `[STATUS] == any(200, 204)`, `len([BODY].items) > 0`.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;
use serde_json::{Map, Value, json};

use crate::{
    model::regex,
    starter::import::words::{Texts, compared, millis, period, wildcard},
};

static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^\s*(?:(?P<call>len|has)\()?\[(?P<place>[A-Z_]+)\](?P<path>[^=!<>\s)]*)\)?\s*(?P<operator>==|!=|<=|>=|<|>)\s*(?P<value>.*?)\s*$",
    )
});
/// A path into a body that a JSONPath is too.
static PATH: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:\.[A-Za-z_][\w-]*|\[[0-9]+\])+$"));

/// What a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Status,
    ResponseTime,
    Body,
    Connected,
    Certificate,
    Code,
    Ip,
    Other,
}

/// A comparison of what was seen with what stands there.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) written: String,
    pub(super) place: Place,
    /// `len` or `has`.
    call: Option<String>,
    /// Into the body, as written.
    path: String,
    pub(super) operator: String,
    pub(super) value: String,
}

impl Condition {
    pub(super) fn read(line: &str) -> Option<Self> {
        let found = CONDITION.captures(line)?;
        let place = match &found["place"] {
            "STATUS" => Place::Status,
            "RESPONSE_TIME" => Place::ResponseTime,
            "BODY" => Place::Body,
            "CONNECTED" => Place::Connected,
            "CERTIFICATE_EXPIRATION" => Place::Certificate,
            "DNS_RCODE" => Place::Code,
            "IP" => Place::Ip,
            _ => Place::Other,
        };
        let call = found.name("call").map(|call| call.as_str().to_owned());
        let [path, operator, value] = ["path", "operator", "value"].map(|part| found[part].to_owned());
        Some(Self { written: line.to_owned(), place, call, path, operator, value })
    }

    pub(super) fn is(&self, operator: &str, value: &str) -> bool {
        self.operator == operator && self.value == value
    }

    /// The longest time that an answer may take.
    pub(super) fn within(&self) -> Option<String> {
        let time = self.value.parse().ok().or_else(|| millis(&self.value))?;
        (self.place == Place::ResponseTime && self.operator.starts_with('<') && time > 0).then(|| period(time))
    }

    /// What stands in `pat(…)`.
    pub(super) fn pattern(&self) -> Option<&str> {
        self.value.strip_prefix("pat(")?.strip_suffix(')')
    }

    /// What stands in `any(…)`.
    pub(super) fn any(&self) -> Option<Vec<&str>> {
        Some(self.value.strip_prefix("any(")?.strip_suffix(')')?.split(',').map(str::trim).collect())
    }
}

/// The statuses that meet a condition.
pub(super) fn codes(condition: &Condition) -> Option<BTreeSet<u16>> {
    let values: Vec<u16> = match condition.any() {
        Some(any) => any.into_iter().map(|code| code.parse().ok()).collect::<Option<_>>()?,
        None => vec![condition.value.parse().ok()?],
    };
    let meets = |code: &u16| {
        let one = values.first().copied().unwrap_or_default();
        match condition.operator.as_str() {
            "==" => values.contains(code),
            "!=" => !values.contains(code),
            "<" => *code < one,
            "<=" => *code <= one,
            ">" => *code > one,
            _ => *code >= one,
        }
    };
    Some((200..600).filter(meets).collect())
}

/// Codes as kind `http` takes them: whole classes where they are whole.
pub(super) fn classes(codes: &BTreeSet<u16>) -> Vec<Value> {
    let mut all = Vec::new();
    for class in 1..=5_u16 {
        let of: Vec<u16> = codes.range(class * 100..class * 100 + 100).copied().collect();
        if of.len() == 100 {
            all.push(json!(format!("{class}xx")));
        } else {
            all.extend(of.into_iter().map(|code| json!(code)));
        }
    }
    all
}

/// A demand on the body; `None` where there is none that says it.
pub(super) fn body(condition: &Condition, texts: &mut Texts, paths: &mut Map<String, Value>) -> Option<()> {
    let wanted = match condition.operator.as_str() {
        "==" => true,
        "!=" => false,
        _ => return at_path(condition, paths),
    };
    if !condition.path.is_empty() || condition.call.is_some() {
        return at_path(condition, paths);
    }
    let inner = condition.pattern().and_then(|pattern| pattern.strip_prefix('*')?.strip_suffix('*'));
    if let Some(inner) = inner.filter(|inner| !inner.is_empty() && !inner.contains(['*', '?'])) {
        if wanted { &mut texts.contains } else { &mut texts.not_contains }.push(inner.to_owned());
        return Some(());
    }
    let values = condition.any().unwrap_or_else(|| vec![condition.value.as_str()]);
    let each = values.into_iter().map(|value| match value.strip_prefix("pat(").and_then(|value| value.strip_suffix(')')) {
        Some(pattern) => wildcard(pattern),
        None => regex::escape(value),
    });
    texts.expression(format!(r"\A(?:{})\s*\z", each.collect::<Vec<_>>().join("|")), wanted).ok()
}

fn at_path(condition: &Condition, paths: &mut Map<String, Value>) -> Option<()> {
    if !condition.path.is_empty() && !PATH.is_match(&condition.path) {
        return None;
    }
    let names = condition.path.replace(".", "\u{0}");
    let path = names.split('\u{0}').enumerate().map(|(at, part)| {
        let (name, index) = part.find('[').map_or((part, ""), |start| part.split_at(start));
        match name {
            "" => index.to_owned(),
            name if at > 0 && name.contains('-') => format!("['{name}']{index}"),
            name => format!(".{name}{index}"),
        }
    });
    let path = format!("${}", path.collect::<String>());
    let number = condition.value.parse::<i64>().ok();
    let demand = match condition.call.as_deref() {
        Some("len") => json!({ "length": compared(&condition.operator, number?).filter(|demand| demand.get("not").is_none())? }),
        Some(_) => match (condition.operator.as_str(), condition.value.as_str()) {
            ("==", "true") | ("!=", "false") => json!({ "exists": true }),
            ("==", "false") | ("!=", "true") => json!({ "exists": false }),
            _ => return None,
        },
        None => compared_text(condition, number)?,
    };
    // Two demands on one place are one of both.
    match (paths.get_mut(&path), demand) {
        (Some(Value::Object(all)), Value::Object(more)) if more.keys().all(|key| !all.contains_key(key)) => all.extend(more),
        (Some(_), _) => return None,
        (None, demand) => drop(paths.insert(path, demand)),
    }
    Some(())
}

/// Gatus compares texts: the number 200 is the text "200" too.
fn compared_text(condition: &Condition, number: Option<i64>) -> Option<Value> {
    let each = |value: &str| {
        let typed: Option<Value> = serde_json::from_str(value).ok().filter(|typed: &Value| typed.is_number() || typed.is_boolean());
        [json!(value)].into_iter().chain(typed).collect::<Vec<_>>()
    };
    let demand = match (condition.any(), condition.pattern()) {
        (Some(any), _) if any.iter().any(|value| value.starts_with("pat(")) => return None,
        (Some(any), _) => json!({ "one-of": any.into_iter().flat_map(each).collect::<Vec<_>>() }),
        (None, Some(pattern)) => json!({ "matches": wildcard(pattern) }),
        (None, None) => match each(&condition.value).as_slice() {
            [text] => text.clone(),
            several => json!({ "one-of": several }),
        },
    };
    match condition.operator.as_str() {
        "==" => Some(demand),
        "!=" => Some(json!({ "not": demand })),
        operator => {
            let mut demand = compared(operator, number?)?;
            demand["number"] = json!(true);
            Some(demand)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses() {
        let classes = |line: &str| classes(&codes(&Condition::read(line).expect("a condition")).expect("statuses"));
        assert_eq!(classes("[STATUS] < 300"), vec![json!("2xx")]);
        assert_eq!(classes("[STATUS] == any(200, 429)"), vec![json!(200), json!(429)]);
        assert_eq!(classes("[STATUS] != 404").len(), 3 + 99);
    }

    #[test]
    fn places_in_a_body() {
        let mut paths = Map::new();
        for line in ["[BODY].status == UP", "len([BODY].data) > 0", "has([BODY].errors) == false", "[BODY][0].id == 1", "[BODY].a-b.c < 5"]
        {
            assert!(body(&Condition::read(line).expect(line), &mut Texts::default(), &mut paths).is_some(), "{line}");
        }
        let wanted = json!({
            "$.status": "UP", "$.data": { "length": { "min": 1 } }, "$.errors": { "exists": false }, "$[0].id": { "one-of": ["1", 1] },
            "$['a-b'].c": { "max": 4, "number": true },
        });
        assert_eq!(Value::Object(paths), wanted);
    }
}
