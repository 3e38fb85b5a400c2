//! A whole exposition: the text format 0.0.4, or OpenMetrics 1.0 (prometheus.io/docs/instrumenting/exposition_formats).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::sample::{self, Sample, Series};
use crate::model::{excerpt, plain, quote};

/// Series of one exposition.
const MOST: usize = 200_000;

/// Series that are named because they stand there twice.
const MOST_TWICE: usize = 5;

/// The format that an answer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `text/plain; version=0.0.4`
    Text,
    /// `application/openmetrics-text`
    OpenMetrics,
}

impl Format {
    /// By the content type.
    ///
    /// # Errors
    /// What it names instead.
    pub(super) fn of(content_type: Option<&str>) -> Result<Self, String> {
        let Some(content_type) = content_type else { return Err("no content type, without which Prometheus 3 takes nothing in".into()) };
        let lower = content_type.to_ascii_lowercase();
        let mut parts = lower.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_owned();
        let version = parts.find_map(|part| part.strip_prefix("version=")).map(|version| version.trim_matches('"').to_owned());
        match (essence.as_str(), version.as_deref()) {
            ("text/plain", None | Some("0.0.4" | "1.0.0")) => Ok(Self::Text),
            ("application/openmetrics-text", None | Some("0.0.1" | "1.0.0")) => Ok(Self::OpenMetrics),
            _ => Err(format!("the content type {}, which is neither text 0.0.4 nor OpenMetrics 1.0", quote(content_type))),
        }
    }
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    pub(super) samples: Vec<Sample>,
    /// Series that stand there twice.
    pub(super) twice: Vec<String>,
}

struct Reader {
    is_open: bool,
    /// The type of each metric.
    kinds: HashMap<String, String>,
    /// Metrics that had samples.
    sampled: HashSet<String>,
    /// Each series, with its last time.
    seen: HashMap<Series, Option<f64>>,
    read: Exposition,
}

/// Reads `text` to its end.
///
/// # Errors
/// What is wrong, with the line.
pub(super) fn read(text: &str, format: Format) -> Result<Exposition, String> {
    let is_open = format == Format::OpenMetrics;
    let (kinds, sampled, seen) = (HashMap::new(), HashSet::new(), HashMap::new());
    let mut reader = Reader { is_open, kinds, sampled, seen, read: Exposition::default() };
    let mut ended = false;
    for (number, line) in text.lines().enumerate() {
        let wrong = |why: String| format!("line {}, {}: {}", number + 1, quote(line), excerpt(&plain(&why), 200));
        if ended {
            return Err(wrong("something after `# EOF`".into()));
        }
        ended = is_open && line == "# EOF";
        if !ended {
            reader.line(line).map_err(wrong)?;
        }
    }
    if is_open && !ended {
        return Err("it does not end with `# EOF`: it is cut off".into());
    }
    if !text.is_empty() && !text.ends_with('\n') {
        return Err("its last line does not end: it is cut off".into());
    }
    reader.read.has_infinite_buckets(&reader.kinds)?;
    Ok(reader.read)
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if line.trim().is_empty() && !self.is_open {
            return Ok(());
        }
        let Some(comment) = line.strip_prefix('#') else { return self.sample(line) };
        let mut words = comment.trim_start().splitn(3, [' ', '\t']);
        match (words.next(), words.next(), words.next()) {
            (Some("TYPE"), Some(name), Some(kind)) => self.kind(name, kind.trim()),
            (Some("TYPE"), ..) => Err("a `TYPE` without a name and a type".into()),
            (Some("HELP" | "UNIT"), Some(_), _) => Ok(()),
            _ if self.is_open => Err("a comment, which OpenMetrics does not have".into()),
            _ => Ok(()),
        }
    }

    fn kind(&mut self, name: &str, kind: &str) -> Result<(), String> {
        let known: &[&str] = if self.is_open {
            &["counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown"]
        } else {
            &["counter", "gauge", "histogram", "summary", "untyped"]
        };
        if !known.contains(&kind) {
            return Err(format!("the type `{kind}` is not known"));
        }
        if self.sampled.contains(name) {
            return Err("its type comes after its samples".into());
        }
        if self.kinds.insert(name.to_owned(), kind.to_owned()).is_some() { Err("a second `TYPE` for it".into()) } else { Ok(()) }
    }

    fn sample(&mut self, line: &str) -> Result<(), String> {
        let sample = sample::read(line, self.is_open)?;
        let name = &sample.series.name;
        let of_counter = |name: &str| self.kinds.get(name).is_some_and(|kind| kind == "counter");
        if of_counter(name) && self.is_open {
            return Err("a counter whose sample does not end with `_total`".into());
        }
        let total = name.strip_suffix("_total").filter(|_| self.is_open).unwrap_or(name);
        if of_counter(total) && (sample.value.is_nan() || sample.value < 0.0) {
            return Err("a counter that is no number, or below 0".into());
        }
        if self.read.samples.len() >= MOST {
            return Err(format!("more than {MOST} series"));
        }
        self.sampled.insert(name.clone());
        // Only OpenMetrics has several points of one series, each later than the one before.
        let later = |before: Option<f64>| self.is_open && before.is_some() && before < sample.time;
        if self.seen.insert(sample.series.clone(), sample.time).is_some_and(|before| !later(before)) && self.read.twice.len() < MOST_TWICE {
            self.read.twice.push(excerpt(&plain(&sample.series.to_string()), 200));
        }
        self.read.samples.push(sample);
        Ok(())
    }
}

impl Exposition {
    /// That every histogram has its bucket for all: without it no quantile is known.
    fn has_infinite_buckets(&self, kinds: &HashMap<String, String>) -> Result<(), String> {
        let mut whole: HashMap<(&str, BTreeMap<&String, &String>), bool> = HashMap::new();
        for Sample { series, .. } in &self.samples {
            let family = series.name.strip_suffix("_bucket").filter(|name| kinds.get(*name).is_some_and(|kind| kind == "histogram"));
            if let (Some(family), Some(le)) = (family, series.labels.get("le")) {
                let labels = series.labels.iter().filter(|(name, _)| *name != "le").collect();
                *whole.entry((family, labels)).or_default() |= le == "+Inf";
            }
        }
        match whole.iter().find(|(_, whole)| !**whole) {
            Some(((family, _), _)) => Err(format!("the histogram {} has no bucket `+Inf`", quote(family))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# HELP http_requests_total All of them.\n# TYPE http_requests_total counter\nhttp_requests_total{code=\"200\"} 5\n\
        \n# a comment\nhttp_requests_total{code=\"500\"} 0 1700000000000\n# TYPE d histogram\nd_bucket{le=\"0.1\"} 1\nd_bucket{le=\"+Inf\"} 3\n\
        d_sum 2.5\nd_count 3\n# TYPE s summary\ns{quantile=\"0.5\"} NaN\ns_sum 0\ns_count 0\nbare 1\n";
    const OPEN: &str = "# TYPE http_requests counter\n# UNIT http_requests requests\n# HELP http_requests x\nhttp_requests_total{code=\"200\"} 5 # {a=\"b\"} 1\n\
        http_requests_created{code=\"200\"} 1700000000\n# TYPE build info\nbuild_info{v=\"1\"} 1\n# EOF\n";

    #[test]
    fn both_formats_are_read() {
        assert_eq!(read(TEXT, Format::Text).expect("text").samples.len(), 10);
        assert_eq!(read(OPEN, Format::OpenMetrics).expect("open").samples.len(), 3);
        assert_eq!(read("", Format::Text).expect("nothing").samples.len(), 0);
        let points = "# TYPE a gauge\na 1 1\na 2 2\n# EOF\n";
        assert_eq!(read(points, Format::OpenMetrics).expect("points").twice.len(), 0);
        assert_eq!(read("a 1\nb 1\na 2\n", Format::Text).expect("twice").twice, ["a"]);
        assert_eq!(read("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n", Format::Text).expect("twice").twice.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (from, to, said) in [
            ("bare 1\n", "bare 1", "cut off"),
            ("bare 1\n", "bare", "line 16"),
            ("# TYPE s summary", "# TYPE s odd", "the type `odd` is not known"),
            ("bare 1\n", "bare 1\n# TYPE bare gauge\n", "after its samples"),
            ("# TYPE d histogram\n", "# TYPE d histogram\n# TYPE d histogram\n", "a second `TYPE`"),
            ("d_bucket{le=\"+Inf\"} 3\n", "", "no bucket `+Inf`"),
            ("{code=\"500\"} 0", "{code=\"500\"} -1", "below 0"),
        ] {
            let error = read(&TEXT.replace(from, to), Format::Text).expect_err(to);
            assert!(error.contains(said), "{to}: {error}");
        }
        for (from, to, said) in [
            ("# EOF\n", "", "cut off"),
            ("# EOF\n", "# EOF\nb 1\n", "after `# EOF`"),
            ("# TYPE build", "\n# TYPE build", "no name of a metric"),
            ("# TYPE build", "# a comment\n# TYPE build", "a comment"),
            ("http_requests_total{", "http_requests{", "does not end with `_total`"),
        ] {
            let error = read(&OPEN.replace(from, to), Format::OpenMetrics).expect_err(to);
            assert!(error.contains(said), "{to}: {error}");
        }
    }

    #[test]
    fn the_content_type_says_the_format() {
        for (named, format) in [
            (Some("text/plain; version=0.0.4; charset=utf-8"), Some(Format::Text)),
            (Some("text/plain"), Some(Format::Text)),
            (Some("application/openmetrics-text; version=1.0.0; charset=utf-8"), Some(Format::OpenMetrics)),
            (Some("application/openmetrics-text; version=2.0.0"), None),
            (Some("text/html"), None),
            (Some("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily"), None),
            (None, None),
        ] {
            assert_eq!(Format::of(named).ok(), format, "{named:?}");
        }
    }
}
