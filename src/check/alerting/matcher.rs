//! Matchers of labels, as Alertmanager reads them: `severity="critical"`, `team=~"db|web"`.

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::model::{quote, regex};

/// One matcher and what may follow it.
static ONE: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"^\s*(?:"([^"\\]+)"|([^\s"{}=!~,]+))\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"{},]*?)\s*(?:,|$)"#));

/// A matcher.
#[derive(Debug, Clone)]
pub(crate) struct LabelMatcher {
    pub(crate) name: String,
    value: String,
    /// It must match, or must not.
    equal: bool,
    /// How the whole value must look; nothing where that cannot be read.
    pattern: Option<Option<Regex>>,
}

impl LabelMatcher {
    pub(crate) fn new(name: &str, value: &str, is_regex: bool, equal: bool) -> Self {
        let built = || RegexBuilder::new(&format!("\\A(?:{value})\\z")).size_limit(1 << 20).build().ok();
        Self { name: name.to_owned(), value: value.to_owned(), equal, pattern: is_regex.then(built) }
    }

    /// Those of a text: one, or several with commas, in braces or not.
    ///
    /// # Errors
    /// Where it is no matcher.
    pub(crate) fn read(text: &str) -> Result<Vec<Self>, String> {
        let trimmed = text.trim();
        let mut rest = trimmed.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(trimmed);
        let mut all = Vec::new();
        while !rest.trim().is_empty() {
            let found = ONE.captures(rest).ok_or_else(|| format!("{} is no matcher", quote(text)))?;
            let name = found.get(1).or(found.get(2)).map_or("", |name| name.as_str());
            let value =
                found[4].strip_prefix('"').map_or_else(|| found[4].to_owned(), |inner| unescaped(inner.trim_end_matches('"'), &found[4]));
            all.push(Self::new(name, &value, found[3].ends_with('~'), found[3].starts_with('=')));
            rest = &rest[found[0].len()..];
        }
        Ok(all)
    }

    /// That of a silence.
    pub(crate) fn of_silence(value: &Value) -> Option<Self> {
        let (name, text) = (value.get("name")?.as_str()?, value.get("value")?.as_str()?);
        Some(Self::new(name, text, value.get("isRegex")?.as_bool()?, value.get("isEqual").map_or(Some(true), Value::as_bool)?))
    }

    /// Whether it takes an alert with these labels; `None` where its label is none of them, or cannot be told.
    pub(crate) fn takes(&self, labels: &BTreeMap<String, String>) -> Option<bool> {
        let value = labels.get(&self.name)?;
        let same = match &self.pattern {
            None => *value == self.value,
            Some(pattern) => pattern.as_ref()?.is_match(value),
        };
        Some(same == self.equal)
    }
}

/// Whether all of them take it: no, if one does not.
pub(crate) fn all_take(matchers: &[LabelMatcher], labels: &BTreeMap<String, String>) -> Option<bool> {
    let told: Vec<Option<bool>> = matchers.iter().map(|matcher| matcher.takes(labels)).collect();
    if told.contains(&Some(false)) { Some(false) } else { told.iter().all(Option::is_some).then_some(true) }
}

/// The text within quotes; `whole` is it with them.
fn unescaped(inner: &str, whole: &str) -> String {
    serde_json::from_str(whole).unwrap_or_else(|_| inner.to_owned())
}

impl fmt::Display for LabelMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = match (self.equal, self.pattern.is_some()) {
            (true, false) => "=",
            (false, false) => "!=",
            (true, true) => "=~",
            (false, true) => "!~",
        };
        write!(f, "{}{op}{:?}", self.name, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchers_are_read_as_alertmanager_reads_them() {
        let labels = BTreeMap::from([("team".to_owned(), "db".to_owned()), ("severity".to_owned(), "page, now".to_owned())]);
        for (text, shown, takes) in [
            ("team=db", "team=\"db\"", Some(true)),
            ("team = \"db\"", "team=\"db\"", Some(true)),
            ("{team=~\"d.|web\", severity!=\"page, now\"}", "team=~\"d.|web\" severity!=\"page, now\"", Some(false)),
            ("team=~\"d\"", "team=~\"d\"", Some(false)),
            ("team!~\"web|d.+\"", "team!~\"web|d.+\"", Some(false)),
            ("region=\"eu\"", "region=\"eu\"", None),
            ("region=\"eu\",team=\"web\"", "region=\"eu\" team=\"web\"", Some(false)),
            ("team=~\"(\"", "team=~\"(\"", None),
            ("\"team\"=\"d\\\"b\"", "team=\"d\\\"b\"", Some(false)),
            ("severity=\"page, now\",", "severity=\"page, now\"", Some(true)),
        ] {
            let all = LabelMatcher::read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let said: Vec<String> = all.iter().map(ToString::to_string).collect();
            assert_eq!((said.join(" ").as_str(), all_take(&all, &labels)), (shown, takes), "{text}");
        }
        for text in ["team", "=x", "team=\"a", "{team=\"a\"", "team=\"a\" x"] {
            assert!(LabelMatcher::read(text).is_err(), "{text}");
        }
    }
}
