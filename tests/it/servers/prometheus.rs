//! Prometheus with a past that the test makes up.

use std::{
    fmt::Write as _,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{Guarded, folder, own, run};

/// Between two samples.
const INTERVAL: i64 = 15;

/// A running server.
pub(crate) struct Prometheus {
    pub(crate) port: u16,
    /// The newest time of its past, in seconds since 1970.
    pub(crate) at: i64,
    _guarded: Guarded,
}

/// A series of the past: its name with labels, and its value so many seconds before now, where it has one.
pub(crate) type Past = (&'static str, fn(i64) -> Option<f64>);

impl Prometheus {
    /// One that remembers this of the last 40 minutes, and of 10 minutes a week ago; with these lines in its settings.
    pub(crate) fn start(past: &[Past], settings: &str) -> Self {
        Self::with_rules(past, settings, RULES)
    }

    /// The same with these rules in `FOLDER/rules.yml`; `PORT` in the settings is its own.
    pub(crate) fn with_rules(past: &[Past], settings: &str, rules: &str) -> Self {
        assert!(Path::new("/usr/bin/prometheus").exists(), "no Prometheus: `apt-get install prometheus`");
        let (folder, port) = (folder(), crate::port::unused());
        let place = folder.display();
        let at = now().as_second() / INTERVAL * INTERVAL;
        fs::write(folder.join("past.txt"), written(past, at)).expect("written");
        fs::write(
            folder.join("prometheus.yml"),
            format!("{}\n", settings.replace("FOLDER", &place.to_string()).replace("PORT", &port.to_string())),
        )
        .expect("written");
        fs::write(folder.join("rules.yml"), rules).expect("written");
        own(&folder);
        let (text, data) = (format!("{place}/past.txt"), format!("{place}/data"));
        run(&["/usr/bin/promtool", "tsdb", "create-blocks-from", "openmetrics", &text, &data]);
        let address = format!("--web.listen-address=127.0.0.1:{port}");
        let (config, storage) = (format!("--config.file={place}/prometheus.yml"), format!("--storage.tsdb.path={data}"));
        let guarded = Guarded::start(&folder, "KILL", &["/usr/bin/prometheus", &config, &storage, &address]);
        guarded.wait_until(|| is_ready(port));
        Self { port, at, _guarded: guarded }
    }

    /// Waits until a query without blanks gives something: what is scraped is there a little later than the server.
    pub(crate) fn wait_for(&self, query: &str) {
        let end = Instant::now() + Duration::from_secs(30);
        while !has(self.port, query) {
            assert!(Instant::now() < end, "{query} gives nothing after 30 s");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Whether a query without blanks gives something.
pub(crate) fn has(port: u16, query: &str) -> bool {
    answer(port, &format!("/api/v1/query?query={query}")).is_ok_and(|answer| answer.contains("\"value\""))
}

/// A rule that never fires.
const RULES: &str = "groups:\n  - name: it\n    rules:\n      - { alert: TooManyErrors, expr: error_ratio > 10 }\n";

/// As OpenMetrics has it: one metric after the other, times in seconds.
fn written(past: &[Past], now: i64) -> String {
    let week = 7 * 86_400;
    let mut text = String::new();
    for (series, value) in past {
        // What is written of the time to come is seen as it comes.
        let then = (-20..=40).rev().map(|step| week + step * INTERVAL);
        for ago in then.chain((-40..=160).rev().map(|step| step * INTERVAL)) {
            if let Some(value) = value(ago) {
                let _ = writeln!(text, "{series} {value} {}", now - ago);
            }
        }
    }
    text + "# EOF\n"
}

#[expect(clippy::disallowed_methods, reason = "a server has its own clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

pub(super) fn is_ready(port: u16) -> bool {
    answer(port, "/-/ready").is_ok_and(|answer| answer.contains(" 200 "))
}

/// What the server answers to a GET.
fn answer(port: u16, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
