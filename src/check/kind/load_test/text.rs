//! What wrk, wrk2 and hey print.

use std::sync::LazyLock;

use regex::Regex;

use super::seen::Load;
use crate::{
    check::evidence::{Format, Lines},
    model::regex,
};

/// `50%  250.00us`, ` 99.900%  1.07s`, `  95% in 0.0209 secs`
static PERCENTILE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^\s*(?P<percentile>[\d.]+)%\s+(?:in\s+)?(?P<time>[\d.]+) ?(?P<unit>[a-z]+)\s*$"));
/// `  342024 requests in 2.87m, 24.02MB read`
static REQUESTS: LazyLock<Regex> = LazyLock::new(|| regex(r"^\s*(?P<count>\d+) requests in (?P<time>[\d.]+)(?P<unit>[a-z]+), "));
/// `  4 threads and 96 connections`
static CONNECTIONS: LazyLock<Regex> = LazyLock::new(|| regex(r"^\s*\d+ threads? and (?P<count>\d+) connections?\s*$"));
/// `  [200]  6442 responses`; of errors, `  [3]  Get "http://…": EOF`
static COUNTED: LazyLock<Regex> = LazyLock::new(|| regex(r"^\s*\[(?P<first>\d+)\]\s+(?P<second>.*)$"));

pub(super) fn read(format: Format, mut lines: Lines<'_>) -> Result<Load, String> {
    let (mut load, mut errors, mut counted, mut total, mut part) = (Load::default(), 0.0, 0.0, None, String::new());
    while let Some((line, _)) = lines.next()? {
        if let Some(found) = PERCENTILE.captures(&line) {
            let time = milliseconds(&found["time"], &found["unit"])?;
            load.percentiles.extend(found["percentile"].parse().ok().map(|percentile: f64| (percentile, time)));
        } else if let Some(found) = REQUESTS.captures(&line) {
            total = found["count"].parse::<f64>().ok();
            load.seconds = Some(milliseconds(&found["time"], &found["unit"])? / 1_000.0);
        } else if let Some(found) = CONNECTIONS.captures(&line) {
            load.users = found["count"].parse().ok();
        } else if let Some(found) = COUNTED.captures(&line) {
            let first: f64 = found["first"].parse().map_err(|_| "has a count that is no number")?;
            match part.as_str() {
                "Status code distribution" => {
                    let count = found["second"].split_whitespace().next().and_then(|count| count.parse::<f64>().ok());
                    let count = count.ok_or("has a status without its count")?;
                    counted += count;
                    errors += if (200.0..400.0).contains(&first) { 0.0 } else { count };
                }
                "Error distribution" => (counted, errors) = (counted + first, errors + first),
                _ => {}
            }
        } else if let Some((name, value)) = line.split_once(':') {
            let value = value.trim();
            match name.trim() {
                "Socket errors" => {
                    for piece in value.split(',') {
                        errors += piece
                            .split_whitespace()
                            .last()
                            .and_then(|count| count.parse::<f64>().ok())
                            .ok_or("has socket errors without a count")?;
                    }
                }
                "Non-2xx or 3xx responses" => errors += value.parse::<f64>().map_err(|_| "has a count that is no number")?,
                "Requests/sec" => load.throughput = value.parse().ok(),
                "Total" if value.ends_with("secs") => load.seconds = value.trim_end_matches("secs").trim().parse().ok(),
                name => name.clone_into(&mut part),
            }
        }
    }
    let is_wrk = format == Format::Wrk;
    if load.throughput.is_none() || (is_wrk && total.is_none()) {
        return Err("is cut off: its sums are missing".into());
    }
    let requests = if is_wrk { total } else { Some(counted).filter(|counted| *counted > 0.0) };
    // What never came back is no request of wrk's count.
    load.errors = requests.filter(|requests| *requests > 0.0).map(|requests| (errors / requests).min(1.0));
    load.requests = requests;
    Ok(load)
}

fn milliseconds(number: &str, unit: &str) -> Result<f64, String> {
    let factor = match unit {
        "us" => 0.001,
        "ms" => 1.0,
        "s" | "secs" | "sec" => 1_000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        other => return Err(format!("has a time in `{other}`, a unit that is not known")),
    };
    number.parse::<f64>().map(|number| number * factor).map_err(|_| format!("has a time `{number}` that is no number"))
}
