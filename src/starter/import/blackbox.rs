//! Prometheus' blackbox exporter: `modules`, each a prober with its settings. What is probed stands elsewhere: `--target`.

use serde_json::{Map, Value, json};

use super::{
    entry::{Check, Entry},
    web::{self, Ask},
    words::{Texts, flag, millis, text, texts, variable},
};

/// The modules.
pub(super) fn entries(file: &Value, given: Option<&str>) -> Vec<Entry> {
    let all = file["modules"].as_object().into_iter().flatten();
    all.map(|(name, module)| {
        let mut entry = Entry::new(name);
        // Each prober takes its target in another form.
        let place = |name: &str, form: fn(&str) -> String| given.map_or_else(|| variable(name), form);
        let settings = &module[module["prober"].as_str().unwrap_or_default()];
        let timeout = module["timeout"].as_str().and_then(millis);
        match module["prober"].as_str() {
            Some("http") => http(&mut entry, &place("TARGET", str::to_owned), settings, timeout),
            Some("tcp") => tcp(&mut entry, &place("TARGET_ADDRESS", bare), settings, timeout),
            Some("dns") => dns(&mut entry, &place("TARGET_SERVER", bare), settings),
            Some("icmp") => entry.command(&["ping", "-c", "1", "-W", "5", &place("TARGET_HOST", host)], Value::Null),
            other => entry.lack(format!("no kind probes by `{}`", other.unwrap_or("nothing"))),
        }
        entry
    })
    .collect()
}

/// `host:port` of a target that may be an address of the web.
fn bare(place: &str) -> String {
    let Ok(url) = url::Url::parse(place) else { return place.to_owned() };
    match (url.host_str(), url.port_or_known_default()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        // `host:port` is an address with a scheme to that reader.
        _ => place.to_owned(),
    }
}

/// Whether it is a name, and no address.
fn given_name(place: &str) -> bool {
    let address = place.parse::<std::net::IpAddr>().is_ok() || place.parse::<std::net::SocketAddr>().is_ok();
    !address && !place.contains('\u{e000}')
}

fn host(place: &str) -> String {
    let bare = bare(place);
    bare.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(bare.clone(), |(host, _)| host.to_owned())
}

fn http(entry: &mut Entry, place: &str, set: &Value, timeout: Option<u64>) {
    entry.only(
        set,
        "valid_status_codes valid_http_versions method headers http_headers body fail_if_ssl fail_if_not_ssl \
fail_if_body_matches_regexp fail_if_body_not_matches_regexp fail_if_header_matches \
fail_if_header_not_matches basic_auth bearer_token authorization tls_config follow_redirects \
no_follow_redirects preferred_ip_protocol ip_protocol_fallback compression enable_http2 enable_http3 \
proxy_url skip_resolve_phase_with_proxy body_size_limit",
    );
    let mut ask = Ask { url: place.to_owned(), timeout, ..Ask::default() };
    ask.status = set["valid_status_codes"].as_array().cloned().unwrap_or_default();
    ask.method = set["method"].as_str().map(str::to_owned);
    ask.body = set["body"].as_str().filter(|body| !body.is_empty()).map(str::to_owned);
    ask.proxy = set["proxy_url"].as_str().map(str::to_owned);
    ask.follows = flag(&set["follow_redirects"]) != Some(false) && flag(&set["no_follow_redirects"]) != Some(true);
    sent(entry, set, &mut ask);
    // Which version was spoken is not seen; what a server speaks in general is not what such a list is for.
    if let Some(versions) = texts(&set["valid_http_versions"]).filter(|versions| !versions.is_empty())
        && !(versions.iter().any(|v| v == "HTTP/1.1") && versions.iter().any(|v| v.starts_with("HTTP/2")))
    {
        entry.lack("`valid_http_versions`: the version is not seen");
    }
    tls(entry, set, &mut ask);
    for (key, wanted) in [("fail_if_body_matches_regexp", false), ("fail_if_body_not_matches_regexp", true)] {
        for pattern in texts(&set[key]).unwrap_or_default() {
            if let Err(why) = ask.texts.expression(pattern, wanted) {
                entry.lack(format!("`{key}`: {why}"));
            }
        }
    }
    headers(entry, set, &mut ask.expect);
    match (flag(&set["fail_if_ssl"]), flag(&set["fail_if_not_ssl"])) {
        (Some(true), _) => entry.lack("`fail_if_ssl`: no kind demands that there is no TLS"),
        (_, Some(true)) if !place.starts_with("http://") => entry.notes.push("the target must be one of https".into()),
        (_, Some(true)) => entry.lack("`fail_if_not_ssl`: the target is not one of https"),
        _ => {}
    }
    ask.say(entry);
}

/// The headers that are sent, and who it says it is.
fn sent(entry: &mut Entry, set: &Value, ask: &mut Ask) {
    ask.headers = web::headers(&set["headers"]).unwrap_or_default();
    for (name, header) in set["http_headers"].as_object().into_iter().flatten() {
        match texts(&header["values"]).filter(|values| values.len() == 1) {
            Some(values) => drop(ask.headers.insert(name.clone(), json!(values[0]))),
            // What it holds is a secret of a file.
            None if !header["secrets"].is_null() || !header["files"].is_null() => {
                ask.headers.insert(name.clone(), json!(variable(name)));
            }
            None => entry.lack(format!("`http_headers`: several values of {name}")),
        }
    }
    let secret = |field: &Value| field.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(user) = secret(&set["basic_auth"]["username"]) {
        let password = secret(&set["basic_auth"]["password"]).unwrap_or_else(|| variable("BASIC_AUTH_PASSWORD"));
        ask.login = Some((user, password));
    }
    let token = secret(&set["bearer_token"]).or_else(|| secret(&set["authorization"]["credentials"]));
    if let Some(token) = token {
        let scheme = set["authorization"]["type"].as_str().unwrap_or("Bearer");
        ask.headers.insert("Authorization".into(), json!(format!("{scheme} {token}")));
    } else if !set["authorization"].is_null() {
        ask.headers.insert("Authorization".into(), json!(format!("Bearer {}", variable("AUTHORIZATION"))));
    }
}

fn tls(entry: &mut Entry, set: &Value, ask: &mut Ask) {
    let config = &set["tls_config"];
    ask.insecure = flag(&config["insecure_skip_verify"]) == Some(true);
    for (key, ours) in [("ca_file", "ca-file"), ("cert_file", "cert-file"), ("key_file", "key-file")] {
        if let Some(file) = config[key].as_str() {
            ask.files.insert(ours.into(), json!(file));
        }
    }
    for key in ["server_name", "ca", "cert", "key", "min_version"] {
        if !config[key].is_null() {
            entry.lack(format!("`tls_config.{key}`: kind `http` has none"));
        }
    }
}

fn headers(entry: &mut Entry, set: &Value, expect: &mut Map<String, Value>) {
    let mut headers = Map::new();
    for each in set["fail_if_header_not_matches"].as_array().into_iter().flatten() {
        let (Some(name), Some(pattern)) = (each["header"].as_str(), each["regexp"].as_str()) else { continue };
        if flag(&each["allow_missing"]) == Some(true) {
            entry.lack("`fail_if_header_not_matches`: a header that may be missing");
        } else {
            headers.insert(name.to_ascii_lowercase(), json!({ "matches": format!("(?s:.*)(?:{pattern})(?s:.*)") }));
        }
    }
    for each in set["fail_if_header_matches"].as_array().into_iter().flatten() {
        let (Some(name), Some(pattern)) = (each["header"].as_str(), each["regexp"].as_str()) else { continue };
        if [".*", ".+", ""].contains(&pattern) {
            headers.insert(name.to_ascii_lowercase(), json!({ "present": false }));
        } else {
            entry.lack("`fail_if_header_matches`: a header that must not match");
        }
    }
    if !headers.is_empty() {
        expect.insert("headers".into(), Value::Object(headers));
    }
}

fn tcp(entry: &mut Entry, place: &str, set: &Value, timeout: Option<u64>) {
    entry.only(set, "query_response tls tls_config preferred_ip_protocol ip_protocol_fallback");
    let steps: Vec<&Value> = set["query_response"].as_array().into_iter().flatten().collect();
    let word = |step: &Value, key: &str| text(&step[key]).unwrap_or_default();
    let starttls = steps.iter().position(|step| flag(&step["starttls"]) == Some(true));
    let insecure = flag(&set["tls_config"]["insecure_skip_verify"]) == Some(true);
    let tls = |entry: &mut Entry, starttls: Option<&str>| {
        if insecure {
            entry.lack("TLS whose certificate is not verified");
        } else {
            let config = &set["tls_config"];
            let body =
                json!({ "address": place, "starttls": starttls, "ca-file": config["ca_file"], "server-name": config["server_name"] });
            entry.checks.push(Check::new("tls", body));
            entry.notes.push("kind `tls` demands more of the certificate: see `gonogo explain tls`".into());
        }
    };
    if let Some(at) = starttls {
        let spoken: String =
            steps[..at].iter().map(|step| word(step, "send") + &word(step, "expect") + &word(step, "expect_bytes")).collect();
        let known = [("EHLO", "smtp"), ("AAAACATSFi8=", "postgres"), ("STLS", "pop3"), (". STARTTLS", "imap"), ("AUTH TLS", "ftp")];
        match known.iter().find(|(word, _)| spoken.contains(word)) {
            Some((_, protocol)) => tls(entry, Some(protocol)),
            None => entry.lack("a conversation before TLS that is none of SMTP, IMAP, POP3, FTP or PostgreSQL"),
        }
        if steps[at + 1..].iter().any(|step| !word(step, "expect").is_empty()) {
            entry.lack("`query_response`: what is said after TLS began");
        }
    } else if flag(&set["tls"]) == Some(true) {
        tls(entry, None);
        if !steps.is_empty() {
            entry.lack("`query_response` within TLS");
        }
    } else {
        let banner = steps.first().map(|first| word(first, "expect")).filter(|expect| !expect.is_empty());
        let banner = banner.map(|pattern| json!({ "matches": format!("(?s:.*)(?:{pattern})(?s:.*)") }));
        // What is sent afterwards, if nothing is heard of it, only says goodbye.
        let more = steps.iter().skip(usize::from(banner.is_some())).any(|step| !word(step, "expect").is_empty());
        if more || (banner.is_none() && !steps.is_empty()) {
            entry.lack("`query_response`: kind `tcp` sends nothing");
        }
        web::tcp(entry, place, json!({ "banner": banner }), timeout);
    }
}

fn dns(entry: &mut Entry, place: &str, set: &Value) {
    entry.only(
        set,
        "query_name query_type valid_rcodes validate_answer_rrs preferred_ip_protocol ip_protocol_fallback transport_protocol \
         recursion_desired",
    );
    let name = set["query_name"].as_str().unwrap_or_default().trim_end_matches('.');
    let kind = set["query_type"].as_str().unwrap_or("ANY");
    if kind == "ANY" || name.is_empty() {
        return entry.lack("`query_type`: one type of record must be named");
    }
    if given_name(place) {
        return entry.lack("a name server is named by its address: `--target 9.9.9.9`");
    }
    let codes = texts(&set["valid_rcodes"]).unwrap_or_default();
    let exists = match codes.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] | ["NOERROR"] => Value::Null,
        ["NXDOMAIN"] => json!(false),
        _ => return entry.lack("`valid_rcodes`: more than one, or an error"),
    };
    let mut texts_ = Texts::default();
    let answers = &set["validate_answer_rrs"];
    for (key, wanted) in [("fail_if_matches_regexp", false), ("fail_if_not_matches_regexp", true)] {
        for pattern in texts(&answers[key]).unwrap_or_default() {
            // Only what stands at the end of a record can be told from its other parts.
            let plain = pattern.trim_start_matches(".*").to_owned();
            if let Err(why) = texts_.expression(plain, wanted) {
                entry.lack(format!("`{key}`: {why}"));
            }
        }
    }
    for key in ["fail_if_all_match_regexp", "fail_if_none_matches_regexp"] {
        if !answers[key].is_null() {
            entry.lack(format!("`{key}`: a demand on some of the records"));
        }
    }
    let spaced =
        |all: &[String]| all.iter().any(|pattern| pattern.contains(['\t', ' ']) || pattern.contains("\\s") || pattern.contains("\\t"));
    if spaced(&texts_.matches) || spaced(&texts_.not_matches) || texts_.matches.len() + texts_.not_matches.len() > 1 {
        entry.lack("`validate_answer_rrs`: an expression over a whole record, or several");
    } else if let Some(pattern) = texts_.matches.first() {
        entry.say("dns", json!({ "name": name, "type": kind, "servers": place, "fields": { "value": { "matches": format!("(?s:.*)(?:{pattern})(?s:.*)") } } }));
        return;
    } else if let Some(pattern) = texts_.not_matches.first() {
        entry.say("dns", json!({ "name": name, "type": kind, "servers": place, "fields": { "value": { "not": { "matches": format!("(?s:.*)(?:{pattern})(?s:.*)") } } } }));
        return;
    }
    entry.say("dns", json!({ "name": name, "type": kind, "servers": place, "exists": exists }));
}
