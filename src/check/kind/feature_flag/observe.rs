//! Asks the flag service, or reads the file.

use std::{collections::BTreeMap, sync::Arc};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    Api, FeatureFlag, flagd, ofrep,
    seen::{Flag, Seen},
    unleash,
};
use crate::{
    check::{
        Context, Unseen,
        demand::json_text,
        format::{self, Format, Limits},
    },
    model::{Digest, Size, excerpt, plain},
    net::{
        http::{self, Address, Bounds, End, HeaderValue, Method, Request, header},
        regular_file,
        tls::TlsFiles,
    },
};

const LARGEST: usize = 16 << 20;

pub(super) async fn observe(check: &FeatureFlag, cx: &Context) -> Result<Seen, Unseen> {
    let mut seen = if let Some(url) = &check.unleash {
        of_unleash(check, url, cx).await?
    } else if let Some(url) = &check.ofrep {
        let mut flags = BTreeMap::new();
        for name in check.flags.keys() {
            let path = format!("ofrep/v1/evaluate/flags/{}", encoded(name));
            let answer = ask(check, url, &path, Some(json!({ "context": check.context })), cx).await?;
            let flag = ofrep::of(name, answer.0, &answer.1).map_err(|why| refused(url, answer.0, &why))?;
            flags.insert(name.clone(), flag);
        }
        Seen { environment: None, flags }
    } else {
        let file = check.file.as_deref().unwrap_or_else(|| std::path::Path::new(""));
        let read = regular_file::read_bytes(&cx.path(file), Size(LARGEST as u64)).map_err(|error| error.to_string());
        let form = Format::of_file(file).unwrap_or(Format::Json);
        let read = read.and_then(|bytes| format::read(&bytes, form.into(), Limits::default()));
        let document = read.map_err(|why| Unseen::Unknown(format!("the file `{}` {why}", file.display())))?;
        if !document["flags"].is_object() {
            return Err(Unseen::Unknown(format!("the file `{}` has no `flags`: is it one of flagd?", file.display())));
        }
        each(check, None, |name| flagd::of(&document["flags"], name))
    };
    for flag in seen.flags.values_mut() {
        flag.note = flag.note.take().map(|note| excerpt(&plain(&note), 300));
        flag.value = flag.value.take().filter(|value| value.to_string().len() <= 300);
    }
    Ok(seen)
}

fn each(check: &FeatureFlag, environment: Option<String>, flag: impl Fn(&str) -> Flag) -> Seen {
    Seen { environment, flags: check.flags.keys().map(|name| (name.clone(), flag(name))).collect() }
}

async fn of_unleash(check: &FeatureFlag, url: &Address, cx: &Context) -> Result<Seen, Unseen> {
    let list = |answer: &(u16, Value), key: &str| match (answer.0, answer.1[key].as_array()) {
        (200, Some(list)) => Ok(list.clone()),
        (200, None) => Err(refused(url, 200, &format!("it answers without `{key}`: is it Unleash?"))),
        (status, _) => Err(refused(url, status, &format!("it answers with {status}"))),
    };
    let headers = check.headers.map();
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let of_token = || unleash::environment_of(token).filter(|environment| *environment != "*").unwrap_or_default().to_owned();
    match check.api() {
        Api::Client => {
            let key = format!("feature-flag {} {}", url.target(), Digest::of(format!("{} {token}", url.path()).as_bytes()).as_str());
            let answer: Arc<(u16, Value)> = cx.shared.memo.once(key, ask(check, url, "api/client/features", None, cx)).await?;
            let features = list(&answer, "features")?;
            let environment = answer.1["query"]["environment"].as_str().map_or_else(of_token, |said| excerpt(&plain(said), 100));
            Ok(each(check, Some(environment), |name| unleash::in_list(&features, name)))
        }
        Api::Frontend => {
            let query: Vec<String> = check.context.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
            let answer = ask(check, url, &format!("api/frontend?{}", query.join("&")), None, cx).await?;
            let toggles = list(&answer, "toggles")?;
            Ok(each(check, Some(of_token()), |name| unleash::evaluated(&toggles, name)))
        }
        Api::Admin => {
            let project = check.project.as_deref().unwrap_or("default");
            let mut flags = BTreeMap::new();
            for name in check.flags.keys() {
                let answer =
                    ask(check, url, &format!("api/admin/projects/{}/features/{}", encoded(project), encoded(name)), None, cx).await?;
                let flag = match (answer.0, &answer.1) {
                    (200, feature) if feature["name"] == name.as_str() => unleash::in_project(feature, check.environment()),
                    // Its own 404 has a name; another may be of any web server.
                    (404, error) if error["name"] == "NotFoundError" => Flag::absent(),
                    (status, _) => return Err(refused(url, status, &format!("it answers with {status} about a flag"))),
                };
                flags.insert(name.clone(), flag);
            }
            Ok(Seen { environment: None, flags })
        }
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The status and the JSON that is answered; what is no JSON is nothing.
async fn ask(check: &FeatureFlag, url: &Address, path: &str, body: Option<Value>, cx: &Context) -> Result<(u16, Value), Unseen> {
    check.headers.hide(url, cx);
    let address =
        url.join(&format!("{}/{path}", url.url().path().trim_end_matches('/').trim_end_matches("/api"))).map_err(Unseen::Unknown)?;
    let files = TlsFiles { ca: check.ca_file.clone(), identity: None }.under(&cx.path(""));
    let mut headers = check.headers.map();
    if body.is_some() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let request = Request {
        method: if body.is_some() { Method::POST } else { Method::GET },
        address: &address,
        headers,
        body: body.map(|body| body.to_string().into_bytes()),
        files: &files,
        follow: 0,
        jar: None,
        fresh: false,
        bounds: Bounds { keep: LARGEST, limit: LARGEST as u64, deadline: cx.until() },
        led: &|_| {},
    };
    let reply = http::send(&cx.shared.reach, request).await?;
    match (reply.status, &reply.body.end) {
        (status @ (429 | 500..), _) => Err(Unseen::Unreachable(format!("{} answers with {status}: try again later", url.target()))),
        (_, End::Whole) => match json_text::parse(&reply.body.bytes) {
            Ok(json) => Ok((reply.status, json)),
            Err(why) if reply.status == 200 => Err(refused(url, 200, &format!("its answer is no JSON: {}", excerpt(&plain(&why), 200)))),
            Err(_) => Ok((reply.status, Value::Null)),
        },
        (_, _) => Err(refused(url, reply.status, "its answer is not whole, or larger than 16 MiB")),
    }
}

fn refused(url: &Address, status: u16, why: &str) -> Unseen {
    let help = if matches!(status, 401 | 403) { ": the token in `headers` is not one for this API" } else { "" };
    Unseen::Unknown(format!("{}: {why}{help}", url.target()))
}
