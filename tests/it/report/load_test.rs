//! The kind `load-test`.

use std::fs;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use super::{outcome, unbound};

/// `k6 run --summary-export`: a threshold that is `false` held.
pub(crate) const EXPORT: &str = r#"{"root_group":{"name":"","path":"","id":"d41d8cd98f00b204e9800998ecf8427e","groups":{},"checks":{}},"metrics":{"http_reqs":{"count":60000,"rate":200},"http_req_failed":{"passes":60,"fails":59940,"value":0.001,"thresholds":{"rate<0.01":false}},"http_req_duration":{"avg":40.1,"min":3.2,"med":38,"max":900.5,"p(90)":90.2,"p(95)":120.5,"thresholds":{"p(95)<300":false}},"vus_max":{"value":100,"min":100,"max":100},"iterations":{"count":60000,"rate":200}}}"#;

/// The data of `handleSummary`: the same held by `ok: true`.
const SUMMARY: &str = r#"{"root_group":{"name":""},"options":{"summaryTrendStats":["med","p(95)","p(99)"],"summaryTimeUnit":"","noColor":false},"state":{"isStdOutTTY":false,"testRunDurationMs":300100.5},"metrics":{"http_reqs":{"type":"counter","contains":"default","values":{"count":60000,"rate":199.9}},"http_req_failed":{"type":"rate","contains":"default","values":{"rate":0.001,"passes":60,"fails":59940},"thresholds":{"rate<0.01":{"ok":true}}},"http_req_duration":{"type":"trend","contains":"time","values":{"med":38,"p(95)":120.5,"p(99)":300.1},"thresholds":{"p(95)<300":{"ok":true}}},"vus_max":{"type":"gauge","contains":"default","values":{"value":100,"min":100,"max":100}}}}"#;

/// The machine-readable summary of k6 1.5 and 2.
const REPORT: &str = r#"{"version":"1.0.0","config":{"duration":300.1,"execution":"local","script":"s.js"},"metadata":{"generatedAt":"2026-11-20T10:00:00Z","k6Version":"2.0.0"},"results":{"checks":{"results":[{"name":"ok","passes":1,"fails":0}]},"metrics":[{"name":"http_reqs","type":"counter","contains":"default","values":{"count":60000}},{"name":"http_req_failed","type":"rate","contains":"default","values":{"matches":60,"rate":0.001,"total":60000}},{"name":"http_req_duration","type":"trend","contains":"time","values":{"avg":40,"max":900,"med":38,"min":3,"p90":90.2,"p95":120.5}},{"name":"vus_max","type":"gauge","contains":"default","values":{"max":100,"min":100,"value":100}}]}}"#;

/// vegeta: nanoseconds.
const VEGETA: &str = r#"{"latencies":{"total":237119463,"mean":2371194,"50th":2854306,"90th":3228223,"95th":3478629,"99th":3530000,"max":3660505,"min":1949582},"bytes_in":{"total":606700,"mean":6067},"bytes_out":{"total":0,"mean":0},"earliest":"2026-11-20T10:00:00.0+01:00","latest":"2026-11-20T10:05:00.9+01:00","end":"2026-11-20T10:05:01.0+01:00","duration":300000000000,"wait":1949582,"requests":30000,"rate":100.0,"throughput":99.9,"success":0.999,"status_codes":{"200":29970,"503":30},"errors":["503 Service Unavailable"]}"#;

pub(crate) const WRK: &str = "Running 5m test @ http://127.0.0.1:8080/\n  4 threads and 100 connections\n  Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency     3.45ms   16.29ms 476.16ms   97.80%\n    Req/Sec     1.32k   238.99     4.33k    88.95%\n  Latency Distribution\n     50%    1.37ms\n     75%    1.90ms\n     90%    3.04ms\n     99%   56.64ms\n  599839 requests in 5.00m, 52.06MB read\nRequests/sec:   1999.46\nTransfer/sec:    177.69KB\n";
const WRK2: &str = "Running 20s test @ http://app:5678/x\n  4 threads and 96 connections\n  Thread calibration: mean lat.: 1.423ms, rate sampling interval: 10ms\n  Latency Distribution (HdrHistogram - Recorded Latency)\n 50.000%    1.10ms\n 75.000%    1.70ms\n 90.000%  940.00us\n 99.000%    8.20ms\n100.000%    1.02s \n#[Mean    =        1.423, StdDeviation   =        0.982]\n  60000 requests in 20.00s, 15.23MB read\n  Socket errors: connect 0, read 1, write 0, timeout 2\n  Non-2xx or 3xx responses: 3\nRequests/sec:   3000.00\nTransfer/sec:    779.63KB\n";
const HEY: &str = "\nSummary:\n  Total:\t300.2031 secs\n  Slowest:\t0.2112 secs\n  Fastest:\t0.0021 secs\n  Average:\t0.0216 secs\n  Requests/sec:\t214.6101\n  \n\nResponse time histogram:\n  0.002 [1]\t|\n  0.211 [64425]\t|■■■■\n\n\nLatency distribution:\n  10% in 0.0088 secs\n  50% in 0.0260 secs\n  90% in 0.0613 secs\n  95% in 0.0760 secs\n  99% in 0.1077 secs\n\nDetails (average, fastest, slowest):\n  DNS+dialup:\t0.0000 secs, 0.0031 secs, 0.1857 secs\n  resp read:\t0.0001 secs, 0.0000 secs, 0.0062 secs\n\nStatus code distribution:\n  [200]\t64420 responses\n  [503]\t6 responses\n\n";

const JTL: &str = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n";

fn jtl(count: u64) -> String {
    let mut text = JTL.to_owned();
    for number in 0..count {
        let at = 1_795_165_200_000 + number * 100;
        text.push_str(&format!("{at},{},get,200,OK,t 1-1,text,true,,900,120,50,50,http://x/,9,0,1\n", 10 + number % 100));
        text.push_str(&format!("{at},9000,page,,\"Number of samples in transaction : 1, number of failing samples : 0\",t 1-1,,true,,900,120,50,50,null,9,0,1\n"));
    }
    text
}

pub(crate) async fn look(name: &str, text: impl AsRef<[u8]>, more: Value) -> (Outcome, String) {
    outcome(unbound("load-test", (name, text), more)).await
}

/// Reports in order, each with a p95 under 300 ms and less than 1 % of errors.
pub(crate) fn in_order() -> Vec<(&'static str, String)> {
    vec![
        ("export.json", EXPORT.into()),
        ("summary.json", SUMMARY.into()),
        ("report.json", REPORT.into()),
        ("vegeta.json", VEGETA.into()),
        ("wrk.txt", WRK.into()),
        ("wrk2.txt", WRK2.replace("940.00us", "1.90ms")),
        ("hey.txt", HEY.into()),
        ("a.jtl", jtl(1_000)),
    ]
}

/// The same with something in it that nobody knows, or that contradicts the rest.
pub(crate) fn odd() -> Vec<(&'static str, String)> {
    vec![
        ("threshold.json", EXPORT.replace("\"p(95)<300\":false", "\"p(95)<300\":\"odd\"")),
        ("mixed.json", SUMMARY.replace("{\"ok\":true}", "true")),
        ("grpc.json", EXPORT.replace("http_reqs", "odd_reqs")),
        ("falls.json", EXPORT.replace("\"p(90)\":90.2", "\"p(90)\":250.2")),
        ("share.json", EXPORT.replace("0.001,\"thr", "1.001,\"thr")),
        ("null.json", EXPORT.replace("120.5", "null").replace("900.5", "null")),
        ("codes.json", VEGETA.replace("\"503\":30", "\"503\":10")),
        ("falls.txt", WRK2.into()),
        ("two.txt", format!("{WRK}{}", WRK.replace("56.64ms", "9.64s"))),
        ("unit.txt", WRK.replace("56.64ms", "56.64oddish")),
        ("cut.txt", WRK[..WRK.len() - 60].into()),
        ("cut.hey.txt", HEY[..HEY.len() - 60].into()),
        ("cut.jtl", jtl(1_000)[..50_000].into()),
        ("word.jtl", jtl(1_000).replacen(",true,", ",odd,", 1)),
        ("column.jtl", jtl(1_000).replace("success", "odd")),
        ("cut.json", EXPORT[..EXPORT.len() - 1].into()),
    ]
}

#[tokio::test]
async fn each_tool_has_its_units_and_its_booleans() {
    for (name, text, more, outcome) in [
        (
            "a.json",
            EXPORT.to_owned(),
            json!({ "p95": "121ms", "p50": "38ms", "min-users": 100, "min-throughput": 200, "min-duration": "5m" }),
            Pass,
        ),
        ("a.json", EXPORT.into(), json!({ "p95": "120ms" }), Fail),
        // Nothing tells the p99, and the longest was over the limit.
        ("a.json", EXPORT.into(), json!({ "p99": "300ms" }), Unknown),
        ("a.json", EXPORT.into(), json!({ "p99": "1s" }), Pass),
        ("a.json", EXPORT.into(), json!({ "p99": "120ms" }), Fail),
        ("a.json", EXPORT.into(), json!({ "p95": "300ms", "min-users": 101 }), Fail),
        ("a.json", EXPORT.into(), json!({ "p95": "300ms", "min-duration": "6m" }), Fail),
        ("a.json", EXPORT.into(), json!({ "error-rate": "0.1%" }), Pass),
        ("a.json", EXPORT.into(), json!({ "error-rate": "0.09%" }), Fail),
        ("a.json", EXPORT.replace("\"p(95)<300\":false", "\"p(95)<300\":true"), json!({ "p95": "300ms" }), Fail),
        ("a.json", SUMMARY.into(), json!({ "p95": "121ms", "p99": "301ms", "min-duration": "5m" }), Pass),
        ("a.json", SUMMARY.replacen("{\"ok\":true}", "{\"ok\":false}", 1), json!({ "p95": "300ms" }), Fail),
        ("a.json", REPORT.into(), json!({ "p95": "121ms", "min-users": 100, "min-throughput": 199 }), Pass),
        ("a.json", REPORT.into(), json!({ "p95": "120ms" }), Fail),
        ("a.json", VEGETA.into(), json!({ "p95": "4ms", "p99": "4ms", "error-rate": "0.2%", "min-duration": "5m" }), Pass),
        ("a.json", VEGETA.into(), json!({ "p95": "3ms" }), Fail),
        ("a.txt", WRK.into(), json!({ "p50": "2ms", "p95": "57ms", "error-rate": "0%", "min-users": 100, "min-duration": "5m" }), Pass),
        ("a.txt", WRK.into(), json!({ "p95": "10ms" }), Unknown),
        ("a.txt", WRK.into(), json!({ "p95": "3ms" }), Fail),
        ("a.txt", WRK2.replace("940.00us", "1.90ms"), json!({ "error-rate": "0.01%" }), Pass),
        ("a.txt", WRK2.replace("940.00us", "1.90ms"), json!({ "error-rate": "0.009%" }), Fail),
        ("a.txt", HEY.into(), json!({ "p95": "76ms", "p99": "108ms", "error-rate": "0.01%", "min-requests": 60000 }), Pass),
        ("a.txt", HEY.into(), json!({ "error-rate": "0.009%" }), Fail),
        ("a.txt", format!("{HEY}Error distribution:\n  [600]\tGet \"http://x\": EOF\n"), json!({ "error-rate": "0.5%" }), Fail),
        ("a.jtl", jtl(1_000), json!({ "p95": "104ms", "min-duration": "99s", "min-users": 50 }), Pass),
        ("a.jtl", jtl(1_000), json!({ "p95": "103ms" }), Fail),
        ("a.jtl", jtl(1_000).replacen(",true,", ",false,", 1), json!({ "error-rate": "0.09%" }), Fail),
        ("a.jtl", JTL.into(), json!({ "p95": "103ms" }), Fail),
        ("a.jtl", jtl(10), json!({ "p95": "103ms" }), Fail),
    ] {
        let (came, reason) = look(name, &text, more.clone()).await;
        let begin: String = text.chars().take(40).collect();
        assert_eq!(came, if reason.contains("does not tell") { Unknown } else { outcome }, "{begin} {more}: {reason}");
        assert!(outcome == Unknown || came == outcome || text == JTL, "{begin} {more}: {reason}");
    }
}

#[tokio::test]
async fn it_is_no_worse_than_an_earlier_one() {
    for (earlier, tolerance, outcome) in [
        (EXPORT.to_owned(), "10%", Pass),
        (EXPORT.replace("120.5", "100.5"), "10%", Fail),
        (EXPORT.replace("120.5", "100.5"), "20%", Pass),
        (EXPORT.replace("\"rate\":200}", "\"rate\":250}"), "10%", Fail),
        (REPORT.into(), "10%", Pass),
        (WRK.replace("    50%    1.37ms\n     75%    1.90ms\n     90%    3.04ms\n", ""), "10%", Unknown),
        ("{}".into(), "10%", Unknown),
    ] {
        let (look, folder) = unbound("load-test", ("a.json", EXPORT), json!({ "against": { "file": "old.json", "tolerance": tolerance } }));
        fs::write(folder.path().join("old.json"), &earlier).expect("written");
        let (came, reason) = look.outcome().await;
        let begin: String = earlier.chars().take(40).collect();
        assert!(came == outcome || (outcome == Unknown && came != Pass), "{begin} {tolerance}: {came:?} {reason}");
    }
}

#[tokio::test]
async fn two_tests_are_not_added_up() {
    let (look, folder) = unbound("load-test", ("a.json", EXPORT), json!({ "file": "*.json", "p95": "300ms" }));
    fs::write(folder.path().join("b.json"), EXPORT).expect("written");
    assert_eq!(look.outcome().await, (Unknown, "there are 2 files, and load tests cannot be added up: name one".into()));
}
