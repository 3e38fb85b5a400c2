//! What the Prometheus of a rollout remembers.

use std::{fmt::Write as _, fs, path::Path};

use jiff::Timestamp;

use super::PLANS;

/// A value each minute: OpenMetrics, one series after the other.
pub(super) fn past(seed: &str, [from, to]: [Timestamp; 2]) -> String {
    let series = fs::read_to_string(Path::new(PLANS).join(seed).join("past.tsv")).expect("a past");
    let mut text = String::new();
    // Of a histogram each bucket holds those before it too.
    let (mut within, mut before) = (Vec::new(), String::new());
    for line in series.lines().skip(1) {
        let (name, pace) = line.split_once('\t').expect("a series and its pace");
        let (fixed, pace) = (pace.starts_with('='), pace.trim_start_matches("= ").parse::<f64>().expect("a number"));
        let histogram = name.split(",le=").next().unwrap_or_default().replace("_count", "_bucket").replace('}', "");
        if std::mem::replace(&mut before, histogram.clone()) != histogram {
            within.clear();
        }
        within.push(pace);
        for minute in 0..to.duration_since(from).as_mins() {
            let value: f64 = within.iter().map(|pace| if fixed { *pace } else { (pace * minute as f64).floor() }).sum();
            let _ = writeln!(text, "{name} {value} {}", from.as_second() + minute * 60);
        }
    }
    text + "# EOF\n"
}
