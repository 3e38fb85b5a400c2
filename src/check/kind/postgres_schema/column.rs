//! What is demanded of a column, a function and an extension.

use std::fmt;

use schemars::{JsonSchema, json_schema};
use semver::VersionReq;
use serde::Deserialize;

use crate::{
    check::sql_name::Qualified,
    model::{from_forms, from_text, schema},
};

/// Other names of types. Source: PostgreSQL's manual, "Data Types".
const ALIASES: [(&str, &str); 15] = [
    ("int", "integer"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("int2", "smallint"),
    ("serial", "integer"),
    ("bigserial", "bigint"),
    ("bool", "boolean"),
    ("varchar", "character varying"),
    ("char", "character"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("decimal", "numeric"),
    ("varbit", "bit varying"),
    ("timestamp", "timestamp without time zone"),
    ("time", "time without time zone"),
];

/// A column: its type alone, or more.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    pub(super) r#type: Option<String>,
    pub(super) nullable: Option<bool>,
    pub(super) default: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DemandedColumn {
    /// Its type, as SQL writes it.
    r#type: Option<String>,
    /// Whether it may be NULL.
    nullable: Option<bool>,
    /// Its default: the expression as PostgreSQL prints it or the value alone (`active` for `'active'::text`), `none`, `any`,
    /// `identity` or `generated`.
    default: Option<String>,
}

from_forms!(
    Column,
    "a type, or `{type: …, nullable: …, default: …}`",
    text | text: &str | {
        if text.trim().is_empty() {
            return Err("an empty type is none".into());
        }
        Ok(Column { r#type: Some(text.to_owned()), ..Column::default() })
    },
    map | DemandedColumn { r#type, nullable, default }: DemandedColumn | {
        if r#type.is_none() && nullable.is_none() && default.is_none() {
            return Err("nothing is demanded of the column: write its type, `nullable` or `default`".into());
        }
        Ok(Column { r#type, nullable, default })
    },
);

schema!(inline Column, |generator| {
    let map = generator.subschema_for::<DemandedColumn>();
    json_schema!({ "anyOf": [{ "type": "string", "minLength": 1 }, map] })
});

/// The type as `format_type` prints it, however it is written: without what stands in brackets, that, and how many dimensions.
pub(super) fn canonical(written: &str) -> (String, String, bool) {
    let lower = written.trim().to_ascii_lowercase();
    let (element, is_list) = lower.strip_suffix("[]").map_or((lower.as_str(), false), |element| (element.trim_end_matches("[]"), true));
    let (before, rest) = element.split_once('(').unwrap_or((element, ""));
    let (inside, after) = rest.split_once(')').unwrap_or(("", rest));
    let name = [before, after].join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    let name = match name.strip_suffix("tz").filter(|name| matches!(*name, "timestamp" | "time")) {
        Some(name) => format!("{name} with time zone"),
        None => ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| (*name).to_owned()),
    };
    let name = name.strip_prefix("public.").unwrap_or(&name).replace('"', "");
    (name, inside.replace(' ', ""), is_list)
}

/// Whether a stored type is the one that is wanted.
pub(super) fn is_type(wanted: &str, stored: &str) -> bool {
    let ((wanted, precise, list), (stored, stored_precise, stored_list)) = (canonical(wanted), canonical(stored));
    // `char` alone is `char(1)`.
    wanted == stored && list == stored_list && (precise.is_empty() || precise == stored_precise)
}

/// Whether a stored default is the one that is wanted.
pub(super) fn is_default(wanted: &str, stored: Option<&str>) -> bool {
    let Some(stored) = stored else { return wanted == "none" };
    let value = stored.rsplit_once("::").filter(|(_, cast)| !cast.contains(['\'', ')'])).map_or(stored, |(value, _)| value);
    let literal = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).map(|value| value.replace("''", "'"));
    wanted == "any" || [stored, value].iter().any(|text| text.eq_ignore_ascii_case(wanted)) || literal.as_deref() == Some(wanted)
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let null = self.nullable.map(|null| if null { "null" } else { "not null" }.to_owned());
        let default = self.default.as_ref().map(|default| format!("default {default}"));
        f.write_str(&self.r#type.iter().cloned().chain(null).chain(default).collect::<Vec<_>>().join(", "))
    }
}

/// A function, with the types of its arguments where they matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub(super) name: Qualified,
    pub(super) arguments: Option<Vec<String>>,
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        self.arguments.as_ref().map_or(Ok(()), |all| write!(f, "({})", all.join(", ")))
    }
}

from_text!(Function, { "type": "string", "minLength": 1 }, |text| {
    let (name, arguments) = match text.trim().strip_suffix(')').and_then(|text| text.split_once('(')) {
        Some((name, inside)) => (name, Some(inside)),
        None => (text.as_str(), None),
    };
    let types = |inside: &str| inside.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
    name.parse().map(|name| Function { name, arguments: arguments.map(types) })
});

/// The versions of an extension that will do.
#[derive(Debug, Clone)]
pub struct Version(Option<VersionReq>, String);

impl Version {
    /// Whether it takes this one; `None` where it is no version.
    pub(super) fn takes(&self, version: &str) -> Option<bool> {
        let Some(range) = &self.0 else { return Some(true) };
        let missing = 2_usize.checked_sub(version.matches('.').count())?;
        let whole = semver::Version::parse(&format!("{version}{}", ".0".repeat(missing))).ok()?;
        Some(range.matches(&whole))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.1)
    }
}

from_text!(Version, { "type": "string", "minLength": 1 }, |text| match text.as_str() {
    "any" => Ok(Version(None, "installed".into())),
    range => VersionReq::parse(range).map(|read| Version(Some(read), text.clone())).map_err(|error| format!("`{range}` is no range of versions: {error}")),
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_the_same_however_written() {
        for (wanted, stored) in [
            ("int", "integer"),
            ("VARCHAR(20)", "character varying(20)"),
            ("varchar", "character varying(20)"),
            ("timestamptz", "timestamp with time zone"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp", "timestamp(6) without time zone"),
            ("int[]", "integer[]"),
            ("numeric(10, 2)", "numeric(10,2)"),
            ("mood", "public.mood"),
            ("activity.state", "activity.state"),
            ("uuid", "uuid"),
        ] {
            assert!(is_type(wanted, stored), "{wanted} {stored}");
        }
        for (wanted, stored) in [
            ("varchar(20)", "character varying"),
            ("int", "bigint"),
            ("int", "integer[]"),
            ("timestamp", "timestamp with time zone"),
            ("mood", "activity.mood"),
        ] {
            assert!(!is_type(wanted, stored), "{wanted} {stored}");
        }
    }

    #[test]
    fn defaults_are_the_same_with_and_without_their_cast() {
        for (wanted, stored) in [
            ("now()", Some("now()")),
            ("active", Some("'active'::text")),
            ("'active'::text", Some("'active'::text")),
            ("0", Some("0")),
            ("none", None),
            ("any", Some("x()")),
            ("it's", Some("'it''s'::character varying")),
        ] {
            assert!(is_default(wanted, stored), "{wanted} {stored:?}");
        }
        for (wanted, stored) in [("now()", None), ("active", Some("'ACTIVE'::text")), ("any", None), ("none", Some("0")), ("1", Some("0"))]
        {
            assert!(!is_default(wanted, stored), "{wanted} {stored:?}");
        }
    }
}
