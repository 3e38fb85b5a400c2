//! One line of the text formats: a name with labels, a value, a time, an exemplar.

use std::{collections::BTreeMap, fmt};

use crate::model::from_text;

/// A series: the metric's name, and its labels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
}

/// Which series are meant: those of the name that have these labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector(Series);

from_text!(Selector, { "type": "string", "minLength": 1 }, |text| {
    let (series, rest) = series(text.trim()).map_err(|why| format!("`{text}` names no series: {why}"))?;
    if rest.is_empty() { Ok(Selector(series)) } else { Err(format!("`{text}` goes on after the series: write the comparison as a demand")) }
});

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Selector {
    pub(super) fn takes(&self, series: &Series) -> bool {
        self.0.name == series.name && self.0.labels.iter().all(|(name, value)| series.labels.get(name) == Some(value))
    }

    pub(super) fn name(&self) -> &str {
        &self.0.name
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<String> = self.labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        if labels.is_empty() { f.write_str(&self.name) } else { write!(f, "{}{{{}}}", self.name, labels.join(",")) }
    }
}

/// A sample.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample {
    pub(super) series: Series,
    pub(super) value: f64,
    /// In the unit of the format.
    pub(super) time: Option<f64>,
}

/// Reads a line; `exemplars` where OpenMetrics allows them.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(line: &str, exemplars: bool) -> Result<Sample, String> {
    let (series, rest) = series(line)?;
    let rest = rest.strip_prefix([' ', '\t']).ok_or("no blank before its value")?;
    let (rest, exemplar) = match rest.split_once(" # ") {
        Some((rest, exemplar)) if exemplars => (rest, Some(exemplar)),
        Some(_) => return Err("an exemplar, which only OpenMetrics has".into()),
        None => (rest, None),
    };
    if let Some(exemplar) = exemplar {
        let (_, rest) = labels(exemplar)?;
        numbers(rest)?;
    }
    let (value, time) = numbers(rest)?;
    Ok(Sample { series, value, time })
}

/// A value, and perhaps a time.
fn numbers(text: &str) -> Result<(f64, Option<f64>), String> {
    let mut words = text.split_whitespace();
    let value = number(words.next().ok_or("no value")?)?;
    let time = words.next().map(number).transpose()?;
    match words.next() {
        Some(_) => Err("more than a value and a time".into()),
        None if time.is_some_and(|time| !time.is_finite()) => Err("a time that is no number".into()),
        None => Ok((value, time)),
    }
}

/// As Go reads a number: `+Inf`, `NaN`, `1e3`.
pub(super) fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("`{}` is no number", crate::model::excerpt(text, 40)))
}

/// A name with its labels, and what is after it.
fn series(text: &str) -> Result<(Series, &str), String> {
    let end = text.find(|c: char| !is_of_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("no name of a metric".into());
    }
    let (labels, rest) = if rest.trim_start().starts_with('{') { labels(rest.trim_start())? } else { (BTreeMap::new(), rest) };
    Ok((Series { name: name.to_owned(), labels }, rest))
}

pub(super) fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

/// Labels in braces, and what is after them.
fn labels(text: &str) -> Result<(BTreeMap<String, String>, &str), String> {
    let mut rest = text.trim_start().strip_prefix('{').ok_or("no labels")?.trim_start();
    let mut all = BTreeMap::new();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return Ok((all, after));
        }
        let end = rest.find(|c: char| !is_of_name(c) || c == ':').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err("no name of a label".into());
        }
        let after = after.trim_start().strip_prefix('=').and_then(|after| after.trim_start().strip_prefix('"'));
        let (value, after) = quoted(after.ok_or("a label without a value in quotes")?)?;
        if all.insert(name.to_owned(), value).is_some() {
            return Err(format!("the label `{name}` twice"));
        }
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if after.starts_with('}') => after,
            None => return Err("something else than `,` or `}` after a label".into()),
        };
    }
}

/// A text up to its closing quotes, and what is after them.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let (mut value, mut chars) = (String::new(), text.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, c @ ('\\' | '"'))) => value.push(c),
                _ => return Err("an escape that is none".into()),
            },
            c => value.push(c),
        }
    }
    Err("a value of a label without its closing quotes".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_prometheus_reads_them() {
        for (line, shown, value, time) in [
            ("up 1", "up", 1.0, None),
            ("a:b{x=\"1\",y=\"a\\\"b\\\\c\\nd\",} 2.5e3 1700000000000", "a:b{x=\"1\",y=\"a\\\"b\\\\c\\nd\"}", 2500.0, Some(1.7e12)),
            ("a { x = \"}\" , y = \"#\" }\t-Inf", "a{x=\"}\",y=\"#\"}", f64::NEG_INFINITY, None),
            ("a{} +Inf", "a", f64::INFINITY, None),
            ("a_total{x=\"ü\"} 1 # {trace_id=\"ab\"} 0.5 1700000000.1", "a_total{x=\"ü\"}", 1.0, None),
        ] {
            let sample = read(line, true).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!((sample.series.to_string().as_str(), sample.value, sample.time), (shown, value, time), "{line}");
        }
        for line in [
            "1a 1",
            "a",
            "a ",
            "a{x=\"1\" 1",
            "a{x=1} 1",
            "a{x=\"1\",x=\"2\"} 1",
            "a{x=\"\\t\"} 1",
            "a one",
            "a 1 2 3",
            "a 1 NaN",
            "a{:x=\"\"} 1",
            "a{x=\"1\"}1",
            "a 0x",
            "a 1 # {x=\"1\"}",
            "a 1 # 5",
            "-a 1",
        ] {
            assert!(read(line, true).is_err(), "{line}");
        }
        assert!(read("a 1 # {x=\"1\"} 1", false).is_err());
    }
}
