//! Where a log is: the journal, Loki, Elasticsearch. Each is asked for the lines with an id, and for one that is old.

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    check::{
        Context, Touch, Unseen,
        http::{
            SentHeaders,
            site::{self, Site},
        },
    },
    model::{Size, quote},
    net::{command::Command, http::Address, tls::TlsFiles},
};

/// Bytes of what is read of a log at a time.
const LARGEST: Size = Size(16 << 20);

/// Lines with the id.
const MOST: usize = 100;

/// The journal of this machine.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Journald {
    /// The unit that writes: `shop.service`.
    unit: String,
}

/// A Loki.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Loki {
    /// Where it is, without `/loki/api/v1`.
    url: Address,
    /// Headers to send: `X-Scope-OrgID: shop`.
    #[serde(default)]
    headers: SentHeaders,
    /// The streams that are looked in: `{app="shop"}`.
    streams: String,
}

/// An Elasticsearch or OpenSearch.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Elasticsearch {
    /// Where it is.
    url: Address,
    /// Headers to send: `Authorization: ApiKey ${LOG_KEY}`.
    #[serde(default)]
    headers: SentHeaders,
    /// The indices or data streams that are looked in: `logs-shop-*`.
    index: String,
}

/// Where a log is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Store {
    /// The journal of the machine it runs on, read with `journalctl`, whose reader is in the group `systemd-journal`.
    Journald(Journald),
    /// A Loki.
    Loki(Loki),
    /// An Elasticsearch or OpenSearch.
    Elasticsearch(Elasticsearch),
}

impl Store {
    /// What is reached.
    pub(super) fn touch(&self) -> Touch {
        match self {
            Self::Journald(journal) => {
                Touch::new("the journal of this machine", format!("reads lines of {} with `journalctl -o json`", journal.unit))
            }
            Self::Loki(loki) => Touch::over_http(&loki.url, &loki.headers, format!("reads lines of {}", loki.streams)),
            Self::Elasticsearch(search) => Touch::over_http(&search.url, &search.headers, format!("searches {}", search.index)),
        }
    }

    /// Every line with the id.
    pub(super) async fn find(&self, id: &str, since: Timestamp, cx: &Context) -> Result<Vec<Found>, Unseen> {
        match self {
            Self::Journald(journal) => journal.find(id, since, cx).await,
            Self::Loki(loki) => loki.find(id, since, cx).await,
            Self::Elasticsearch(search) => search.find(id, cx).await,
        }
    }

    /// Whether something is older than that.
    pub(super) async fn has_before(&self, at: Timestamp, cx: &Context) -> Result<bool, Unseen> {
        match self {
            Self::Journald(journal) => journal.has_before(at, cx).await,
            Self::Loki(loki) => loki.has_before(at, cx).await,
            Self::Elasticsearch(search) => search.has_before(at, cx).await,
        }
    }
}

/// A line: its text, or the object that it is already.
pub(super) type Found = Result<Value, String>;

/// A text in an address.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl Journald {
    async fn find(&self, id: &str, since: Timestamp, cx: &Context) -> Result<Vec<Found>, Unseen> {
        let lines = self.read(&[format!("--since=@{}", since.as_second())], cx).await?;
        let texts = lines.into_iter().filter(|text| text.contains(id));
        Ok(texts.map(Err).collect())
    }

    async fn has_before(&self, at: Timestamp, cx: &Context) -> Result<bool, Unseen> {
        Ok(!self.read(&[format!("--until=@{}", at.as_second()), "--lines=1".into()], cx).await?.is_empty())
    }

    /// The messages of entries.
    async fn read(&self, more: &[String], cx: &Context) -> Result<Vec<String>, Unseen> {
        let unit = format!("--unit={}", self.unit);
        let fixed = ["journalctl", "--output=json", "--output-fields=MESSAGE", "--all", "--no-pager", &unit].map(str::to_owned);
        let argv: Vec<String> = fixed.into_iter().chain(more.iter().cloned()).collect();
        let env = cx.shared.env.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let env = env.chain([("LC_ALL".to_owned(), "C".to_owned()), ("TZ".to_owned(), "UTC".to_owned())]).collect();
        let command = Command { argv: &argv, env: &env, dir: &cx.path(""), deadline: cx.until(), limit: LARGEST, stdin: b"" };
        let ended = command.run().await?;
        let unknown = |why: String| Unseen::Unknown(format!("`journalctl` {why}"));
        if ended.code != Some(0) {
            return Err(unknown(ended.how(&ended.complaint)));
        }
        let printed = String::from_utf8(ended.stdout).map_err(|_| unknown("prints what is no UTF-8".into()))?;
        let lines = printed.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("-- "));
        let read: Vec<String> = lines.map(message).collect::<Result<_, _>>().map_err(unknown)?;
        // Whoever may not read the journal is told so, and sees nothing.
        let hinted = ["not seeing messages", "No journal files", "insufficient permissions"];
        if read.is_empty() && hinted.iter().any(|hint| ended.complaint.contains(hint)) {
            return Err(unknown(format!(
                "shows nothing: {}; the reader belongs into the group `systemd-journal`",
                quote(&ended.complaint)
            )));
        }
        Ok(read)
    }
}

/// What an entry of the journal says; text that is no UTF-8 is a list of bytes there.
fn message(line: &str) -> Result<String, String> {
    let entry: Value =
        serde_json::from_str(line).map_err(|error| format!("prints a line that is no JSON: {}", quote(&error.to_string())))?;
    match entry.get("MESSAGE") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(bytes)) => {
            let bytes = bytes.iter().map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect::<Option<Vec<u8>>>();
            Ok(String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned())
        }
        None | Some(Value::Null) => Ok(String::new()),
        Some(_) => Err("prints an entry whose message is no text".into()),
    }
}

impl Loki {
    async fn find(&self, id: &str, since: Timestamp, cx: &Context) -> Result<Vec<Found>, Unseen> {
        let query = format!("{} |= {}", self.streams, Value::from(id));
        let until = cx.shared.reach.now().as_nanosecond() + 60_000_000_000;
        Ok(self
            .read(&query, (since.as_nanosecond(), until), MOST + 1, cx)
            .await?
            .into_iter()
            .filter(|text| text.contains(id))
            .map(Err)
            .collect())
    }

    async fn has_before(&self, at: Timestamp, cx: &Context) -> Result<bool, Unseen> {
        // Loki takes no longer stretch than 30 days at a time.
        let day = 86_400 * 1_000_000_000_i128;
        Ok(!self.read(&self.streams, (at.as_nanosecond() - 29 * day, at.as_nanosecond()), 1, cx).await?.is_empty())
    }

    async fn read(&self, query: &str, (start, end): (i128, i128), limit: usize, cx: &Context) -> Result<Vec<String>, Unseen> {
        let site = Site::new(&self.url, &self.headers, TlsFiles::default(), cx);
        let path = format!("/loki/api/v1/query_range?query={}&start={start}&end={end}&limit={limit}&direction=backward", encoded(query));
        let answer = site::json(&site.below(&path, LARGEST, cx).await?)?;
        let unknown = |why: &str| Unseen::Unknown(format!("{} {why}", self.url.target()));
        let is_partial = answer.get("warnings").and_then(Value::as_array).is_some_and(|warnings| !warnings.is_empty());
        match (answer.get("status").and_then(Value::as_str), answer.pointer("/data/resultType").and_then(Value::as_str)) {
            _ if is_partial => return Err(unknown("says of its own answer that it may be partial")),
            (Some("success"), Some("streams")) => {}
            _ => return Err(unknown("answers with no streams of lines: are `streams` such, like `{app=\"shop\"}`?")),
        }
        let streams = answer.pointer("/data/result").and_then(Value::as_array).ok_or_else(|| unknown("answers without a result"))?;
        let mut lines = Vec::new();
        for stream in streams {
            for entry in stream.get("values").and_then(Value::as_array).ok_or_else(|| unknown("answers with a stream without lines"))? {
                let text = entry.get(1).and_then(Value::as_str).ok_or_else(|| unknown("answers with a line that is no text"))?;
                lines.push(text.to_owned());
            }
        }
        Ok(lines)
    }
}

impl Elasticsearch {
    async fn find(&self, id: &str, cx: &Context) -> Result<Vec<Found>, Unseen> {
        let hits = self.search(&format!("\"{id}\""), MOST + 1, cx).await?;
        // Words of the id may stand in other entries.
        let with_id = |hit: &Value| hit.to_string().contains(id);
        Ok(hits.into_iter().filter(with_id).map(Ok).collect())
    }

    async fn has_before(&self, at: Timestamp, cx: &Context) -> Result<bool, Unseen> {
        Ok(!self.search(&format!("@timestamp:[* TO \"{at}\"]"), 1, cx).await?.is_empty())
    }

    /// What the entries are that a query in Lucene's syntax finds.
    async fn search(&self, query: &str, size: usize, cx: &Context) -> Result<Vec<Value>, Unseen> {
        let site = Site::new(&self.url, &self.headers, TlsFiles::default(), cx);
        let index = encoded(&self.index).replace("%2A", "*").replace("%2C", ",");
        let path = format!("/{index}/_search?allow_no_indices=false&ignore_unavailable=false&size={size}&q={}", encoded(query));
        let answer = site::json(&site.below(&path, LARGEST, cx).await?)?;
        let unknown = |why: &str| Unseen::Unknown(format!("{} {why}", self.url.target()));
        let number = |path: &str| answer.pointer(path).and_then(Value::as_u64);
        match (answer.get("timed_out").and_then(Value::as_bool), number("/_shards/failed"), number("/_shards/skipped")) {
            (Some(false), Some(0), _) => {}
            (None, ..) | (_, None, _) => return Err(unknown("answers with no result of a search")),
            _ => return Err(unknown("answers in part: it ran out of time, or shards failed")),
        }
        let hits = answer.pointer("/hits/hits").and_then(Value::as_array).ok_or_else(|| unknown("answers without hits"))?;
        let source = |hit: &Value| hit.get("_source").cloned().ok_or_else(|| unknown("answers with an entry without its source"));
        hits.iter().map(source).collect()
    }
}
