//! k6's three summaries. Times are milliseconds in all of them.
//!
//! Source: grafana/k6 0.26 to 2.x, `internal/js/summary-wrapper.js` and `internal/lib/summary/machine_readable.go`.

use serde_json::{Map, Value};

use super::seen::Load;
use crate::{
    check::evidence::{Format, Said, number, texts},
    model::quote,
};

pub(super) fn read(format: Format, value: &Value, said: &mut Said) -> Result<Load, String> {
    if format == Format::K6Report {
        return report(value, said);
    }
    let metrics = value["metrics"].as_object().ok_or("has no `metrics`")?;
    let is_export = format == Format::K6Export;
    // The same figures, in the export right in the metric, else under `values`.
    let figure = |metric: &str, key: &str| {
        let metric = metrics.get(metric)?;
        if is_export { metric.get(key) } else { metric.get("values")?.get(key) }?.as_f64()
    };
    let mut load = Load { requests: figure("http_reqs", "count"), throughput: figure("http_reqs", "rate"), ..Load::default() };
    load.errors = figure("http_req_failed", if is_export { "value" } else { "rate" });
    load.users = figure("vus_max", "max").or_else(|| figure("vus_max", "value")).or_else(|| figure("vus", "max"));
    load.seconds = number(value, "/state/testRunDurationMs").map(|ms| ms / 1_000.0);
    if load.seconds.is_none() {
        load.seconds = load.requests.zip(load.throughput).filter(|(_, rate)| *rate > 0.0).map(|(count, rate)| count / rate);
    }
    let times = metrics.get("http_req_duration").and_then(|metric| if is_export { Some(metric) } else { metric.get("values") });
    percentiles(times, &mut load);
    for (name, metric) in metrics {
        thresholds(name, metric, is_export, &mut load);
    }
    if load.requests.is_none() {
        load.odd.push("it has no metric `http_reqs`: is it a test over HTTP?".into());
    }
    Ok(load)
}

/// A threshold's boolean says in the export that it failed, in the data of `handleSummary` that it held.
fn thresholds(name: &str, metric: &Value, is_export: bool, load: &mut Load) {
    for (expression, came) in metric.get("thresholds").and_then(Value::as_object).into_iter().flatten() {
        load.thresholds += 1;
        let held = match came {
            Value::Bool(failed) if is_export => Some(!failed),
            Value::Object(came) if !is_export => came.get("ok").and_then(Value::as_bool),
            _ => None,
        };
        let of = format!("{} of {}", quote(expression), quote(name));
        match held {
            Some(true) => {}
            Some(false) if load.broken.len() < 20 => load.broken.push(of),
            None if load.odd.len() < 20 => load.odd.push(format!("the threshold {of} says neither that it held nor that it failed")),
            _ => {}
        }
    }
}

/// `p(95)`, `p(99.9)`, `p95`; `med` and `max`.
fn percentiles(times: Option<&Value>, load: &mut Load) {
    for (key, value) in times.and_then(Value::as_object).into_iter().flatten() {
        let percentile = match key.as_str() {
            "med" => Some(50.0),
            "max" => Some(100.0),
            key => key.strip_prefix('p').and_then(|rest| rest.trim_matches(['(', ')', '_']).parse::<f64>().ok()),
        };
        load.percentiles.extend(percentile.filter(|percentile| (0.0..=100.0).contains(percentile)).zip(value.as_f64()));
    }
}

fn report(value: &Value, said: &mut Said) -> Result<Load, String> {
    let list = value.pointer("/results/metrics").and_then(Value::as_array).ok_or("has no `results.metrics`")?;
    let metrics: Map<String, Value> = list.iter().map(|metric| (texts(metric, "/name").to_owned(), metric["values"].clone())).collect();
    let figure = |metric: &str, key: &str| metrics.get(metric)?.get(key)?.as_f64();
    let seconds = number(value, "/config/duration");
    let requests = figure("http_reqs", "count");
    let mut load =
        Load { requests, seconds, errors: figure("http_req_failed", "rate"), users: figure("vus_max", "max"), ..Load::default() };
    load.throughput = requests.zip(seconds).filter(|(_, seconds)| *seconds > 0.0).map(|(count, seconds)| count / seconds);
    percentiles(metrics.get("http_req_duration"), &mut load);
    if requests.is_none() {
        load.odd.push("it has no metric `http_reqs`: is it a test over HTTP?".into());
    }
    said.time(texts(value, "/metadata/generatedAt"));
    Ok(load)
}
