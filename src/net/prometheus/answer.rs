//! The answers of the HTTP API, version 1 (prometheus.io/docs/prometheus/latest/querying/api). Every error reads after the
//! server's address.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess},
};

use super::MOST_SERIES;
use crate::{
    model::{excerpt, first_of, from_forms, plain, quote},
    net::{
        Trouble,
        http::{End, Reply, is_redirect},
    },
};

/// The longest text of a label that is kept.
const LONGEST_LABEL: usize = 300;

/// What a query comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Series with one value each.
    Vector(Vec<Series>),
    /// Series with their values over a stretch of time.
    Matrix(Vec<Series>),
    /// A number without labels.
    Scalar(Point),
    /// A text.
    Text(String),
}

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its labels, the metric's name as `__name__`.
    pub labels: Labels,
    /// Its values, the oldest first; never empty.
    pub points: Vec<Point>,
}

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When, in seconds since 1970: of an instant query that of the evaluation, of raw samples their own.
    pub at: f64,
    /// The value; NaN and infinite ones too.
    pub value: f64,
}

/// Labels by name, made harmless to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Labels(pub BTreeMap<String, String>);

impl Point {
    /// When, to the millisecond, as the server keeps it.
    pub fn time(&self) -> Timestamp {
        #[expect(clippy::cast_possible_truncation, reason = "it saturates, and what is no instant is the last one")]
        Timestamp::from_millisecond((self.at * 1000.0).round() as i64).unwrap_or(Timestamp::MAX)
    }
}

/// As Prometheus writes them.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.get("__name__").map_or("", String::as_str);
        let others: Vec<String> =
            self.0.iter().filter(|(name, _)| *name != "__name__").map(|(name, value)| format!("{name}={value:?}")).collect();
        f.write_str(&excerpt(&format!("{name}{{{}}}", others.join(",")), LONGEST_LABEL))
    }
}

from_forms!(map Labels, "labels by name", read_labels);

/// Two readers may read a label that stands twice differently.
fn read_labels<'de, A: MapAccess<'de>>(mut map: A) -> Result<Labels, A::Error> {
    let mut labels = BTreeMap::new();
    while let Some((name, value)) = map.next_entry::<String, String>()? {
        let shown = |text: &str| excerpt(&plain(text), LONGEST_LABEL);
        if labels.insert(shown(&name), shown(&value)).is_some() {
            return Err(A::Error::custom(format!("the label {} stands twice in one series", quote(&name))));
        }
    }
    Ok(Labels(labels))
}

/// Values are texts: `"0.97"`, `"NaN"`, `"+Inf"`.
impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (at, value) = <(f64, String)>::deserialize(deserializer)?;
        let value = value.parse().map_err(|_| D::Error::custom(format!("{} is no value", quote(&value))))?;
        Ok(Self { at, value })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<T> {
    status: String,
    data: Option<T>,
    error: Option<String>,
    warnings: Option<Vec<String>>,
    infos: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Payload {
    Vector(Vec<Sample>),
    Matrix(Vec<Row>),
    Scalar(Point),
    String((IgnoredAny, String)),
}

#[derive(Deserialize)]
struct Sample {
    metric: Labels,
    value: Option<Point>,
    histogram: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Row {
    metric: Labels,
    #[serde(default)]
    values: Vec<Point>,
    histograms: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Groups {
    groups: Vec<Group>,
    group_next_token: Option<String>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    interval: f64,
    rules: Vec<Rule>,
}

/// An alerting rule, as the server has it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// The alert's name.
    pub name: String,
    /// Its expression.
    pub query: String,
    /// The labels that it adds.
    #[serde(default)]
    pub labels: Labels,
    /// What it says to people.
    #[serde(default)]
    pub annotations: Labels,
    /// `ok`, `err` or `unknown`.
    pub health: String,
    /// Why its last evaluation failed.
    pub last_error: Option<String>,
    /// When it was last evaluated; the year 1 where it never was.
    pub last_evaluation: Option<Timestamp>,
    /// `firing`, `pending` or `inactive`.
    pub state: Option<String>,
    /// The group it stands in.
    #[serde(skip)]
    pub group: String,
    /// How often that is evaluated, in seconds.
    #[serde(skip)]
    pub interval: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alertmanagers {
    active_alertmanagers: Vec<IgnoredAny>,
}

/// The body of a good answer; else why there is none.
pub(super) fn whole(reply: &Reply) -> Result<&[u8], Trouble> {
    let bytes = &reply.body.bytes;
    let said = || {
        let error = serde_json::from_slice::<Envelope<IgnoredAny>>(bytes).ok().and_then(|envelope| envelope.error);
        quote(&error.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned()))
    };
    let why = match reply.status {
        200 => {
            return match &reply.body.end {
                End::Whole => Ok(bytes),
                End::TooLarge => Err(Trouble::Unknown("answers with more than 4 MiB: let the query aggregate".into())),
                End::Broken(why) => Err(Trouble::Unreachable(format!("broke its answer off: {}", quote(why)))),
                End::Coded(coding) => Err(Trouble::Unknown(format!("answers in a coding that is not read: {}", quote(coding)))),
            };
        }
        400 => format!("cannot read the query: {}", said()),
        401 => format!("takes no request without another login (401): {}; check the login of `url`, `headers` and the tenant", said()),
        403 => format!("does not let us ask (403): {}; the login needs the right to query", said()),
        404 => "has no `/api/v1` there (404): is the path of `url` right? Mimir and Cortex want `/prometheus`".to_owned(),
        422 => format!("cannot evaluate the query: {}", said()),
        status if is_redirect(status) => format!("leads elsewhere ({status}): name in `url` where it leads, or give a login"),
        503 => return Err(Trouble::Unreachable(format!("gave up (503): {}", said()))),
        status @ (429 | 500..) => return Err(Trouble::Unreachable(format!("answers {status}: {}", said()))),
        status => format!("answers {status}: {}", said()),
    };
    Err(Trouble::Unknown(why))
}

/// What stands in an answer, if it is whole.
fn opened<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, String> {
    let envelope: Envelope<T> = serde_json::from_slice(bytes).map_err(|error| {
        let begun = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
        if begun.trim_start().starts_with('<') {
            return format!("answers with a page, not with JSON: is `url` that of Prometheus, or of a login before it? {}", quote(&begun));
        }
        format!("answers with what is not understood ({}): {}", quote(&error.to_string()), quote(&begun))
    })?;
    if envelope.status != "success" {
        return Err(format!("answers with an error: {}", quote(envelope.error.as_deref().unwrap_or(&envelope.status))));
    }
    let partial = envelope.warnings.iter().chain(&envelope.infos).flatten().map(|text| quote(text)).collect::<Vec<_>>();
    if !partial.is_empty() {
        return Err(format!(
            "says of its own answer: {}; it may be partial, or mean something else",
            first_of(&partial, 2, partial.len(), "; ")
        ));
    }
    envelope.data.ok_or_else(|| "answers without data".into())
}

pub(super) fn of_query(bytes: &[u8]) -> Result<Data, String> {
    let native = || "answers with native histograms, which are not read: take `histogram_quantile` or `histogram_count` of them".to_owned();
    let data = match opened(bytes)? {
        Payload::Scalar(point) => return Ok(Data::Scalar(point)),
        Payload::String((_, text)) => return Ok(Data::Text(excerpt(&plain(&text), LONGEST_LABEL))),
        Payload::Vector(samples) => {
            let series = samples.into_iter().map(|sample| match (sample.value, sample.histogram) {
                (Some(point), None) => Ok(Series { labels: sample.metric, points: vec![point] }),
                _ => Err(native()),
            });
            Data::Vector(series.collect::<Result<_, _>>()?)
        }
        Payload::Matrix(rows) => {
            let series = rows.into_iter().map(|row| match (row.values.is_empty(), row.histograms) {
                (false, None) => Ok(Series { labels: row.metric, points: row.values }),
                (true, None) => Err("answers with a series that has no value".into()),
                _ => Err(native()),
            });
            Data::Matrix(series.collect::<Result<_, _>>()?)
        }
    };
    let (Data::Vector(series) | Data::Matrix(series)) = &data else { return Ok(data) };
    if series.len() > MOST_SERIES {
        return Err(format!("answers with {} series, more than {MOST_SERIES}: let the query aggregate", series.len()));
    }
    let mut labels: Vec<&Labels> = series.iter().map(|series| &series.labels).collect();
    labels.sort();
    if labels.windows(2).any(|two| two[0] == two[1]) {
        return Err("answers with two series that have the same labels".into());
    }
    Ok(data)
}

pub(super) fn of_names(bytes: &[u8]) -> Result<Vec<String>, String> {
    opened(bytes)
}

pub(super) fn of_rules(bytes: &[u8]) -> Result<Vec<Rule>, String> {
    let all = opened::<Groups>(bytes)?;
    if all.group_next_token.is_some_and(|token| !token.is_empty()) {
        return Err("answers with a part of its rules".into());
    }
    let of_group =
        |Group { name, interval, rules }: Group| rules.into_iter().map(move |rule| Rule { group: name.clone(), interval, ..rule });
    Ok(all.groups.into_iter().flat_map(of_group).collect())
}

pub(super) fn of_alertmanagers(bytes: &[u8]) -> Result<usize, String> {
    Ok(opened::<Alertmanagers>(bytes)?.active_alertmanagers.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(data: &str) -> Result<Data, String> {
        of_query(format!("{{\"status\":\"success\",\"data\":{data}}}").as_bytes())
    }

    #[test]
    fn values_are_texts_and_some_are_no_numbers() {
        let text =
            r#"{"resultType":"vector","result":[{"metric":{"a":"1"},"value":[1795100000.5,"NaN"]},{"metric":{},"value":[1,"+Inf"]}]}"#;
        let Ok(Data::Vector(series)) = query(text) else { panic!("a vector") };
        assert!(series[0].points[0].value.is_nan() && series[1].points[0].value.is_infinite());
        assert_eq!((series[0].points[0].at, &*series[0].labels.0["a"]), (1_795_100_000.5, "1"));
        let after = r#"{"result":[1,"2e3"],"resultType":"scalar"}"#;
        assert_eq!(query(after), Ok(Data::Scalar(Point { at: 1.0, value: 2000.0 })));
        assert_eq!(query(r#"{"resultType":"string","result":[1,"x"]}"#), Ok(Data::Text("x".into())));
    }

    #[test]
    fn what_two_readers_read_differently_is_refused() {
        for (data, said) in [
            (r#"{"resultType":"vector","result":[{"metric":{"a":"1","a":"2"},"value":[1,"1"]}]}"#, "stands twice"),
            (r#"{"resultType":"vector","result":[{"metric":{},"value":[1,"1"],"value":[1,"2"]}]}"#, "duplicate field"),
            (r#"{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]},{"metric":{},"value":[1,"2"]}]}"#, "the same labels"),
            (r#"{"resultType":"vector","result":[{"metric":{},"value":[1,1]}]}"#, "not understood"),
            (r#"{"resultType":"vector","result":[{"metric":{},"value":[1,"one"]}]}"#, "is no value"),
            (r#"{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}"#, "native histograms"),
            (r#"{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"]],"histograms":[]}]}"#, "native histograms"),
            (r#"{"resultType":"matrix","result":[{"metric":{}}]}"#, "no value"),
            (r#"{"resultType":"streams","result":[]}"#, "not understood"),
            ("null", "without data"),
        ] {
            let error = query(data).expect_err(data);
            assert!(error.contains(said), "{data}: {error}");
        }
        let partial = br#"{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["a store is gone"]}"#;
        assert!(of_query(partial).is_err_and(|why| why.contains("a store is gone")));
        assert!(of_query(b"<html>login</html>").is_err_and(|why| why.contains("a page")));
        assert!(of_query(br#"{"status":"error","error":"no"}"#).is_err_and(|why| why.contains("`no`")));
        assert!(of_query("[".repeat(100_000).as_bytes()).is_err());
    }
}
