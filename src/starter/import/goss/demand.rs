//! goss' matchers and patterns.

use serde_json::{Map, Value, json};

use crate::starter::import::words::{Texts, compared, text};

/// A matcher as a demand; `None` for what no demand says.
pub(super) fn demand(matcher: &Value) -> Option<Value> {
    let fields = match matcher {
        Value::Object(fields) => fields,
        Value::Array(_) | Value::Null => return None,
        scalar => return Some(scalar.clone()),
    };
    // Several at once are one in goss too: the first.
    let (name, value) = fields.iter().next().filter(|_| fields.len() == 1)?;
    Some(match name.as_str() {
        "gt" | "ge" | "lt" | "le" => compared(name, value.as_i64()?)?,
        "equal" => value.clone(),
        "have-prefix" => json!({ "matches": format!("(?s){}.*", regex::escape(value.as_str()?)) }),
        "have-suffix" => json!({ "matches": format!("(?s).*{}", regex::escape(value.as_str()?)) }),
        "match-regexp" => {
            let pattern = value.as_str().filter(|pattern| regex::Regex::new(pattern).is_ok())?;
            json!({ "matches": format!("(?s:.*)(?:{pattern})(?s:.*)") })
        }
        "contain-substring" => json!({ "contains": value.as_str()? }),
        "contain-element" => json!({ "contains": text(value)? }),
        "have-len" => json!({ "length": demand(value)? }),
        "semver-constraint" => json!({ "version": value.as_str()?.trim().strip_prefix('=').unwrap_or(value.as_str()?) }),
        "not" => json!({ "not": demand(value)? }),
        "or" => {
            let each: Option<Vec<Value>> = value.as_array()?.iter().map(|each| demand(each).filter(|each| !each.is_object())).collect();
            json!({ "one-of": each? })
        }
        "and" => {
            let mut all = Map::new();
            for each in value.as_array()? {
                let Value::Object(fields) = demand(each)? else { return None };
                for (key, value) in fields {
                    if all.insert(key, value).is_some() {
                        return None;
                    }
                }
            }
            Value::Object(all)
        }
        _ => return None,
    })
}

/// The elements that a list must have.
pub(super) fn elements(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Object(fields) if fields.len() == 1 => match fields.iter().next()? {
            (name, value) if name == "contain-element" => text(value).map(|text| vec![text]),
            (name, value) if name == "contain-elements" => elements(value),
            (name, value) if name == "and" => Some(value.as_array()?.iter().map(elements).collect::<Option<Vec<_>>>()?.concat()),
            _ => None,
        },
        scalar => text(scalar).map(|text| vec![text]),
    }
}

/// Patterns of a file, an output, a body: texts, `/expressions/`, and `!` before what must not be there.
pub(super) fn patterns(value: &Value) -> Result<Texts, String> {
    let mut texts = Texts::default();
    match value {
        Value::Null => {}
        Value::Array(items) => {
            for item in items {
                match text(item) {
                    Some(item) => pattern(&mut texts, &item)?,
                    None => matcher(&mut texts, item, true)?,
                }
            }
        }
        Value::Object(_) => matcher(&mut texts, value, true)?,
        // Of one text goss demands that it is all there is, but for the end of the line.
        scalar => {
            let whole = text(scalar).unwrap_or_default();
            let whole = whole.trim_end_matches('\n');
            texts.expression(format!(r"\A{}\n?\z", regex::escape(whole)), true)?;
        }
    }
    Ok(texts)
}

fn pattern(texts: &mut Texts, item: &str) -> Result<(), String> {
    let (wanted, rest) = item.strip_prefix('!').map_or((true, item), |rest| (false, rest));
    let rest = if wanted { rest.strip_prefix(r"\").filter(|rest| rest.starts_with(['!', '/'])).unwrap_or(rest) } else { rest };
    match rest.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|_| item.starts_with(['/', '!'])) {
        // goss looks at one line after the other.
        Some(expression) => texts.expression(format!("(?m){expression}"), wanted),
        None if rest.is_empty() => Err("an empty text, which is everywhere".into()),
        None => {
            if wanted { &mut texts.contains } else { &mut texts.not_contains }.push(rest.to_owned());
            Ok(())
        }
    }
}

fn matcher(texts: &mut Texts, matcher_: &Value, wanted: bool) -> Result<(), String> {
    let one = matcher_.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.iter().next());
    let Some((name, value)) = one else { return Err("this matcher".into()) };
    let word = value.as_str().unwrap_or_default();
    match name.as_str() {
        "and" if wanted => value.as_array().into_iter().flatten().try_for_each(|each| matcher(texts, each, true)),
        "not" => matcher(texts, value, !wanted),
        "match-regexp" => texts.expression(word.to_owned(), wanted),
        "have-prefix" => texts.expression(format!(r"\A{}", regex::escape(word)), wanted),
        "have-suffix" => texts.expression(format!(r"{}\n?\z", regex::escape(word)), wanted),
        "equal" if value.is_string() => texts.expression(format!(r"\A{}\z", regex::escape(word)), wanted),
        "contain-substring" | "contain-element" if value.is_string() && !word.is_empty() => {
            if wanted { &mut texts.contains } else { &mut texts.not_contains }.push(word.to_owned());
            Ok(())
        }
        "contain-element" => matcher(texts, value, wanted),
        "contain-elements" | "consist-of" if name != "consist-of" && wanted => {
            value.as_array().into_iter().flatten().try_for_each(|each| match text(each) {
                Some(each) => pattern(texts, &each),
                None => matcher(texts, each, true),
            })
        }
        other => Err(format!("the matcher `{other}`")),
    }
}
