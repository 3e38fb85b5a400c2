//! Flags of flagd. Source: flagd.dev, "Flag Definitions" and "Fractional Operation".

use serde_json::Value;

use super::seen::Flag;

/// The flag of this name among `flags`.
pub(super) fn of(flags: &Value, name: &str) -> Flag {
    let Some(flag) = flags.get(name) else { return Flag::absent() };
    let (variants, default) = (&flag["variants"], flag["defaultVariant"].as_str());
    let on = match flag["state"].as_str() {
        Some("DISABLED") => return Flag { exists: Some(true), on: Some(false), ..Flag::default() },
        Some("ENABLED") => true,
        _ => return Flag::unknown(Some(true), "its `state` is neither ENABLED nor DISABLED"),
    };
    let Some(value) = default.and_then(|default| variants.get(default)) else {
        return Flag::unknown(Some(true), "its `defaultVariant` is none of its `variants`");
    };
    let targeting = Some(&flag["targeting"]).filter(|rule| !rule.is_null() && rule.as_object().is_none_or(|rule| !rule.is_empty()));
    let bool_of = |value: &Value| value.as_bool();
    let plain = Flag { exists: Some(true), value: Some(value.clone()), ..Flag::default() };
    match targeting {
        None => Flag { on: bool_of(value).map(|value| value && on), share: value.as_bool().map(f64::from), ..plain },
        Some(rule) => match shares(rule, variants) {
            Some(share) => Flag { on: Some(share > 0.0), share: Some(share), value: None, ..plain },
            None => Flag {
                on: variants.as_object().filter(|all| all.values().all(Value::is_boolean)).map(|_| true),
                value: None,
                note: Some("it has a targeting that depends on the user".into()),
                ..plain
            },
        },
    }
}

/// The share of those who get `true`, of a rule that is nothing but `fractional`.
fn shares(rule: &Value, variants: &Value) -> Option<f64> {
    let rule = rule.as_object().filter(|rule| rule.len() == 1)?;
    let parts = rule.get("fractional")?.as_array()?;
    // What stands first may say by what users are parted.
    let parts = match parts.split_first() {
        Some((first, rest)) if !first.is_array() => rest,
        _ => parts.as_slice(),
    };
    let (mut all, mut on) = (0.0, 0.0);
    for part in parts {
        let part = part.as_array()?;
        let weight = match part.get(1) {
            None => 1.0,
            Some(weight) => weight.as_f64().filter(|weight| *weight >= 0.0)?,
        };
        all += weight;
        on += if variants.get(part.first()?.as_str()?)?.as_bool()? { weight } else { 0.0 };
    }
    (all > 0.0).then(|| on / all)
}
