//! vegeta's JSON report (`vegeta report -type=json`): times are nanoseconds.

use serde_json::Value;

use super::seen::Load;
use crate::check::evidence::{Said, number, texts};

pub(super) fn read(value: &Value, said: &mut Said) -> Result<Load, String> {
    let nanoseconds = |pointer: &str| number(value, pointer).map(|figure| figure / 1e6);
    let named = [(50.0, "50th"), (90.0, "90th"), (95.0, "95th"), (99.0, "99th"), (100.0, "max")];
    let percentiles = named.into_iter().filter_map(|(percentile, name)| Some((percentile, nanoseconds(&format!("/latencies/{name}"))?)));
    let mut load = Load {
        percentiles: percentiles.collect(),
        requests: number(value, "/requests"),
        errors: number(value, "/success").map(|share| 1.0 - share),
        throughput: number(value, "/throughput"),
        seconds: nanoseconds("/duration").map(|ms| ms / 1_000.0),
        ..Load::default()
    };
    let answered: f64 = value["status_codes"].as_object().into_iter().flat_map(|codes| codes.values()).filter_map(Value::as_f64).sum();
    if let Some(requests) = load.requests.filter(|requests| *requests != answered) {
        load.odd.push(format!("it counts {requests} requests and {answered} status codes"));
    }
    said.time(texts(value, "/end"));
    Ok(load)
}
