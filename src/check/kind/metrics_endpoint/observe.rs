//! Fetches the exposition, and a second one where something must move.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Number, Value, json};

use super::{
    MetricsEndpoint,
    exposition::{self, Exposition, Format},
    sample::Selector,
    seen::{Found, Seen},
};
use crate::{
    check::{
        Context, Unseen,
        http::site::{Site, trusting},
        prometheus::similar,
    },
    model::{Size, excerpt, plain},
    net::http::{HeaderValue, header},
};

/// Bytes of an exposition.
const LARGEST: Size = Size(16 << 20);

/// What is asked for: both formats, the newer one first.
const ACCEPT: &str = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

/// Between two looks at what must move.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn observe(check: &MetricsEndpoint, cx: &Context) -> Result<Seen, Unseen> {
    let mut site = Site::new(&check.url, &check.headers, trusting(check.ca_file.as_ref()), cx);
    site.headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static(ACCEPT));
    let (mut seen, read) = fetch(&site, cx).await?;
    let Some(exposition) = read else { return Ok(seen) };
    seen.count = exposition.samples.len() as u64;
    seen.twice.clone_from(&exposition.twice);
    seen.series = check.selectors().into_iter().map(|selector| (selector.to_string(), check.found(selector, &exposition))).collect();
    if let Some(moves) = &check.moves {
        tokio::time::sleep(PAUSE.min(cx.remaining() / 2)).await;
        let (_, Some(later)) = fetch(&site, cx).await? else {
            return Err(Unseen::Unknown(format!("{} gives metrics that can be read once, and not a second later", check.url)));
        };
        for selector in moves.iter() {
            let moved = values(selector, &exposition) != values(selector, &later);
            seen.series.entry(selector.to_string()).or_default().moved = Some(moved);
        }
    }
    Ok(seen)
}

/// What came, and what was read of it.
async fn fetch(site: &Site<'_>, cx: &Context) -> Result<(Seen, Option<Exposition>), Unseen> {
    let reply = site.get(site.url, LARGEST, cx).await?;
    let content_type = reply.headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let seen = Seen { content_type: content_type.as_deref().map(|text| excerpt(&plain(text), 200)), ..Seen::default() };
    let format = match Format::of(content_type.as_deref()) {
        Ok(format) => format,
        Err(why) => return Ok((Seen { unread: Some(why), ..seen }, None)),
    };
    let Ok(text) = std::str::from_utf8(&reply.body.bytes) else {
        return Ok((Seen { wrong: Some("it is not UTF-8".into()), ..seen }, None));
    };
    Ok(match exposition::read(text, format) {
        Ok(read) => (seen, Some(read)),
        Err(why) => (Seen { wrong: Some(why), ..seen }, None),
    })
}

/// The values of the series that are meant, each with its labels; as bits, so that NaN is itself.
fn values(selector: &Selector, exposition: &Exposition) -> BTreeMap<String, u64> {
    let meant = exposition.samples.iter().filter(|sample| selector.takes(&sample.series));
    meant.map(|sample| (sample.series.to_string(), sample.value.to_bits())).collect()
}

impl MetricsEndpoint {
    fn found(&self, selector: &Selector, exposition: &Exposition) -> Found {
        let meant: Vec<f64> =
            exposition.samples.iter().filter(|sample| selector.takes(&sample.series)).map(|sample| sample.value).collect();
        let name = selector.to_string();
        let demand = self.values.iter().flat_map(super::Values::iter).find(|(other, _)| other.to_string() == name);
        // What is no number in JSON is a text, which meets no demand on numbers.
        let value = |value: &f64| Number::from_f64(*value).map_or_else(|| Value::from(value.to_string()), whole);
        let rows: Value = meant.iter().map(|one| json!({ "value": value(one) })).collect();
        let names = || exposition.samples.iter().map(|sample| &sample.series.name);
        Found {
            count: meant.len() as u64,
            similar: if meant.is_empty() { similar(selector.name(), names()) } else { Vec::new() },
            values: demand.map(|(_, demand)| demand.of("value").look(&rows)).unwrap_or_default(),
            moved: None,
        }
    }
}

/// A whole number as one, so that `1` is 1.
fn whole(number: Number) -> Value {
    let float = number.as_f64().unwrap_or_default();
    if float.fract() == 0.0 && float.abs() < 9e15 { Value::from(float as i64) } else { Value::Number(number) }
}
