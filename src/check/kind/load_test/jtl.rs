//! JMeter's results as CSV (a JTL file, `jmeter.save.saveservice.output_format=csv`), one line a sample.

use std::{
    collections::{BTreeMap, HashMap},
    io::Read as _,
};

use super::seen::Load;
use crate::check::evidence::{Lines, Said, time};

/// The response times of so many different milliseconds are kept.
const MOST_TIMES: usize = 500_000;

pub(super) fn read(lines: Lines<'_>, said: &mut Said) -> Result<Load, String> {
    let mut reader = csv::Reader::from_reader(lines.rest().take(u64::MAX));
    let refused = |error: csv::Error| format!("is no CSV, or cut off: {error}");
    let columns: HashMap<String, usize> =
        reader.headers().map_err(refused)?.iter().enumerate().map(|(index, name)| (name.trim().to_owned(), index)).collect();
    let column = |name: &str| columns.get(name).copied().ok_or_else(|| format!("has no column `{name}`: let JMeter save it"));
    let (at, elapsed, success) = (column("timeStamp")?, column("elapsed")?, column("success")?);
    let (message, users) = (columns.get("responseMessage"), columns.get("allThreads"));
    let (mut times, mut failed, mut count): (BTreeMap<u64, u64>, u64, u64) = (BTreeMap::new(), 0, 0);
    let (mut first, mut last, mut most): (f64, f64, f64) = (f64::INFINITY, 0.0, 0.0);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(refused)? {
        let field = |index: usize| record.get(index).unwrap_or_default().trim();
        // The sum of a transaction's samples, which stand there themselves.
        if message.is_some_and(|index| field(*index).starts_with("Number of samples in transaction")) {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let number = |index: usize| field(index).parse::<u64>().map_err(|_| format!("has no number of milliseconds in line {line}"));
        let (began, took) = (number(at)?, number(elapsed)?);
        match field(success).to_ascii_lowercase().as_str() {
            "true" => {}
            "false" => failed += 1,
            _ => return Err(format!("says neither `true` nor `false` of the sample in line {line}")),
        }
        count += 1;
        *times.entry(took).or_default() += 1;
        if times.len() > MOST_TIMES {
            return Err(format!("has more than {MOST_TIMES} different response times"));
        }
        let (began, ended) = (began as f64, (began + took) as f64);
        (first, last) = (first.min(began), last.max(ended));
        most = most.max(users.and_then(|index| field(*index).parse().ok()).unwrap_or_default());
    }
    if count == 0 {
        return Ok(Load { requests: Some(0.0), ..Load::default() });
    }
    if let Some(ended) = time(last) {
        said.time(&ended);
    }
    let (all, failed) = (count as f64, failed as f64);
    let seconds = (last - first) / 1_000.0;
    Ok(Load {
        percentiles: [50.0, 90.0, 95.0, 99.0, 100.0].into_iter().map(|percentile| (percentile, nearest(&times, percentile, all))).collect(),
        requests: Some(all),
        errors: Some(failed / all),
        throughput: Some(seconds).filter(|seconds| *seconds > 0.0).map(|seconds| all / seconds),
        seconds: Some(seconds),
        users: Some(most).filter(|most| *most > 0.0),
        ..Load::default()
    })
}

/// By the nearest rank, as JMeter has it.
fn nearest(times: &BTreeMap<u64, u64>, percentile: f64, all: f64) -> f64 {
    let (rank, mut before) = ((percentile / 100.0 * all).ceil(), 0.0);
    for (time, count) in times {
        let (time, count) = (*time as f64, *count as f64);
        before += count;
        if before >= rank {
            return time;
        }
    }
    0.0
}
