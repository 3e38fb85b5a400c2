//! What a measure asks for: a query in PromQL, or a place in a document.

use std::fmt;

use crate::{
    check::{demand::Place, prometheus},
    model::{from_text, quote},
    net::prometheus::promql,
};

/// The variable that stands for the version that is asked about.
pub const VERSION: &str = "version";

/// A query in PromQL; `${version}` in it is each version in turn. Of a measure with a `document` a JSONPath (RFC 9535) into it.
#[derive(Debug, Clone)]
pub struct Query(Wanted);

#[derive(Debug, Clone)]
enum Wanted {
    Metrics(prometheus::Query),
    Place(Place),
}

impl Query {
    fn metrics(&self) -> Option<&prometheus::Query> {
        match &self.0 {
            Wanted::Metrics(query) => Some(query),
            Wanted::Place(_) => None,
        }
    }

    /// Where it leads to in a document.
    pub(crate) fn place(&self) -> Option<&Place> {
        match &self.0 {
            Wanted::Metrics(_) => None,
            Wanted::Place(place) => Some(place),
        }
    }

    /// The query for a version.
    pub fn of(&self, version: &str) -> String {
        // A version has no quote and no backslash (`Release::check_version`), so it cannot leave the text that it stands in.
        self.metrics().map_or_else(String::new, |query| query.text().replace(&variable(), version))
    }

    /// What it selects, where it is one selector, or the sum of one: the series are then looked at one by one.
    pub fn selector(&self) -> Option<&promql::Selector> {
        let query = self.metrics()?;
        let [selector] = &*query.read().selectors else { return None };
        let text = query.text().trim();
        let inner = text.strip_prefix("sum").map(str::trim_start).and_then(|rest| rest.strip_prefix('(')?.strip_suffix(')'));
        (text == selector.text || inner.map(str::trim) == Some(&*selector.text)).then_some(selector)
    }

    /// What it selects for a version, by one selector after the other.
    pub fn selectors_of(&self, version: &str) -> Vec<String> {
        self.selectors().iter().map(|selector| selector.text.replace(&variable(), version)).collect()
    }

    /// Where one label alone tells the version by being equal to a text: its name, and a selector of what has another text there than
    /// any of these versions.
    pub fn of_others(&self, versions: &[&str]) -> Option<(String, String)> {
        let (selector, variable) = (self.selector()?, variable());
        let matchers = selector.matchers();
        let mut telling = matchers.iter().filter(|matcher| matcher.value.contains(&variable));
        let (matcher, None) = (telling.next().filter(|matcher| matcher.sign == "=")?, telling.next()) else { return None };
        let others = versions.iter().map(|version| format!("{}!={}", matcher.label, matcher.value.replace(&variable, version)));
        let none: Vec<String> = others.chain([format!("{}!=\"\"", matcher.label)]).collect();
        Some((matcher.label.to_owned(), selector.text.replacen(matcher.text, &none.join(","), 1)))
    }

    /// Whether it is asked of each version by itself.
    pub(super) fn is_by_version(&self) -> bool {
        self.metrics().is_some_and(|query| query.text().contains(&variable()))
    }

    /// Whether somebody has taken differences already.
    pub(super) fn is_rate(&self) -> bool {
        let text = self.metrics().map_or_else(String::new, |query| query.text().replace(' ', ""));
        ["rate(", "irate(", "increase(", "delta("].iter().any(|name| text.contains(name))
    }

    /// All that it selects.
    pub fn selectors(&self) -> &[promql::Selector] {
        self.metrics().map_or(&[], |query| &query.read().selectors)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Wanted::Metrics(query) => query.fmt(f),
            Wanted::Place(place) => f.write_str(&quote(place.written())),
        }
    }
}

from_text!(Query, { "type": "string", "minLength": 1, "description": "a query in PromQL, or a JSONPath into the `document`" }, |text| {
    if text == "$" || text.starts_with("$.") || text.starts_with("$[") {
        return serde_json::from_value(text.into()).map(|place| Query(Wanted::Place(place))).map_err(|error: serde_json::Error| error.to_string());
    }
    let query: prometheus::Query = text.parse()?;
    if query.read().selectors.is_empty() {
        return Err("the query selects no metric, so it says nothing of what runs".to_owned());
    }
    match query.read().filters.first() {
        Some(filter) => Err(format!("`{filter}` drops what fails it, and nothing would be left to judge: say the limit as a demand")),
        None => Ok(Query(Wanted::Metrics(query))),
    }
});

/// As it stands in a query.
fn variable() -> String {
    format!("${{{VERSION}}}")
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn other_versions_are_those_that_one_label_names() {
        for (query, others) in [
            (r#"sum(x{job="a",v="app:${version}"})"#, Some(("v", r#"x{job="a",v!="app:2",v!="app:1",v!=""}"#))),
            (r#"x{v=~"${version}.*"}"#, None),
            (r#"x{v="${version}",w="${version}"}"#, None),
            (r#"x{v="${version}"} + y"#, None),
            ("x", None),
        ] {
            let found = serde_json::from_value::<Query>(query.into()).expect(query).of_others(&["2", "1"]);
            assert_eq!(found.as_ref().map(|(label, selector)| (&**label, &**selector)), others, "{query}");
        }
    }
}
