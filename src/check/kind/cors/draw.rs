//! More origins that must be refused, drawn by a seed, so that no list of what is tried can be passed by heart.
//!
//! Allow-lists hold either single origins, of which the most common are tried first, or rules, of which any member will
//! do: so what a rule would leave open (a port, a name, an address) is filled in by chance. Only the seed decides, so
//! that the same seed asks the same; how many there are does not depend on it.

use std::collections::BTreeSet;

use super::{
    Cors,
    ask::Way,
    hostile::{Class, Member},
    origin::Origin,
};
use crate::model::Digest;

/// How many of a list are tried: so many from its head, and so many others by chance.
struct Pool(Class, usize, usize, &'static str);

/// Names in braces are filled in: in small letters by chance, in capitals from a wanted origin. What ends in `!` is asked
/// on OPTIONS too. Most requests are made with GET alone: one of the fixed origins shows what the other ways do.
const POOLS: [Pool; 15] = [
    Pool(
        Class::Dev,
        3,
        3,
        "http://localhost:5000 http://localhost:8000 http://localhost:3001 http://localhost:4000 http://localhost:8081
         http://localhost:5500 http://localhost:8888 http://localhost:9000 http://localhost:1234 http://localhost:4321
         http://localhost:6006 http://localhost:8100 http://localhost:3333 http://localhost:5174 http://localhost:4173
         http://localhost:19006 http://localhost:7000 http://localhost:8001 http://localhost:3002 http://127.0.0.1:8000
         http://127.0.0.1:5500 http://127.0.0.1:8080 http://127.0.0.1:5000 http://localhost:{port} http://127.0.0.1:{port}",
    ),
    Pool(
        Class::Dev,
        2,
        1,
        "https://localhost http://127.0.0.1:3000 https://localhost:3000 https://localhost:{port} https://127.0.0.1:{port}
         http://[::1]:3000 http://[::1]:{port} http://{name}.localhost:3000 https://{name}.localhost http://127.0.0.1
         http://127.{byte}.{byte}.{byte}:{port} http://0.0.0.0:{port}",
    ),
    Pool(Class::Extension, 3, 0, "chrome-extension://{id}! moz-extension://{uuid} safari-web-extension://{uuid}"),
    Pool(
        Class::App,
        2,
        1,
        "tauri://localhost ionic://localhost http://tauri.localhost https://tauri.localhost app://localhost app://{name}
         electron://localhost wails://wails vscode-webview://{uuid} ms-appx-web://{name} content://{name} resource://{name}",
    ),
    Pool(Class::Http, 0, 1, "{name}://{HOST}{PORT}"),
    Pool(
        Class::Private,
        6,
        1,
        "http://192.168.1.20! http://192.168.0.{byte}:{port} http://10.{byte}.{byte}.{byte} http://10.{byte}.{byte}.{byte}:{port}
         http://172.16.{byte}.{byte} http://172.{private}.{byte}.{byte}:{port} http://192.168.{byte}.{byte}:{port}
         https://192.168.{byte}.{byte} https://10.{byte}.{byte}.{byte} http://169.254.{byte}.{byte} http://100.64.{byte}.{byte}
         http://[fd00::{byte}] http://[fd00::{byte}]:{port} http://[fe80::{byte}]:{port}",
    ),
    Pool(
        Class::Private,
        2,
        1,
        "http://{name}.local! http://{name}.local:{port} https://{name}.local http://{name}.lan http://{name}.internal
         https://{name}.internal http://{name}.test http://{name}.localdomain http://{name}.home.arpa http://{name}.home
         http://{name}.corp http://{name}.intranet http://host.docker.internal:3000 http://{name} http://{name}:{port}",
    ),
    Pool(Class::Ending, 0, 1, "{SCHEME}://{CUT}{PORT}"),
    Pool(
        Class::Ending,
        0,
        2,
        "{SCHEME}://{STEM}.net{PORT} {SCHEME}://{STEM}.org{PORT} {SCHEME}://{STEM}.io{PORT} {SCHEME}://{STEM}.dev{PORT}
         {SCHEME}://{STEM}.app{PORT} {SCHEME}://{STEM}.de{PORT} {SCHEME}://{STEM}.fr{PORT} {SCHEME}://{STEM}.xyz{PORT}
         {SCHEME}://{STEM}.co.uk{PORT} {SCHEME}://{STEM}.com{PORT}",
    ),
    Pool(Class::Suffix, 0, 1, "{SCHEME}://{name}-{PARENT}{PORT}"),
    Pool(
        Class::Subdomain,
        0,
        1,
        "{SCHEME}://staging.{PARENT}{PORT} {SCHEME}://dev.{PARENT}{PORT} {SCHEME}://test.{PARENT}{PORT}
         {SCHEME}://admin.{PARENT}{PORT} {SCHEME}://beta.{PARENT}{PORT} {SCHEME}://preview.{PARENT}{PORT}
         {SCHEME}://{name}.{name}.{PARENT}{PORT}",
    ),
    Pool(Class::Subdomain, 0, 1, "{SCHEME}://{FIRST}-{name}.{PARENT}{PORT} {SCHEME}://{name}-{FIRST}.{PARENT}{PORT}"),
    Pool(Class::Port, 0, 1, "{SCHEME}://{HOST}:3000 {SCHEME}://{HOST}:8080 {SCHEME}://{HOST}:{port}"),
    Pool(Class::Shared, 3, 5, include_str!("shared-hosting.txt")),
    Pool(Class::Shared, 0, 1, "https://{LABEL}-{name}.vercel.app https://{FIRST}-{name}.vercel.app https://{LABEL}-{name}.netlify.app"),
];

/// What `seed` draws, none of it welcome and none of it `known`.
pub(super) fn members(cors: &Cors, seed: &str, known: &BTreeSet<String>) -> Vec<(Class, Member)> {
    let wanted: Vec<Option<&Origin>> =
        cors.origins().filter(|origin| origin.is_web() && origin.is_named() && origin.host().contains('.')).map(Some).collect();
    let mut all = Vec::new();
    for Pool(class, first, drawn, templates) in POOLS {
        let templates = templates.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
        let each = templates.flat_map(|template| {
            let about = if template.contains(char::is_uppercase) { wanted.as_slice() } else { &[None] };
            about.iter().map(move |wanted| filled(seed, template, *wanted))
        });
        let mut head: Vec<(String, Member)> =
            each.filter(|(_, member)| !cors.welcomes(&member.origin) && !known.contains(&member.origin)).collect();
        let mut rest = head.split_off(first.min(head.len()));
        rest.sort_by(|(one, _), (other, _)| one.cmp(other));
        all.extend(head.into_iter().chain(rest.into_iter().take(drawn)).map(|(_, member)| (class, member)));
    }
    all
}

/// The origin that the seed makes of a template, and its place among the others of the pool.
fn filled(seed: &str, template: &str, wanted: Option<&Origin>) -> (String, Member) {
    let chance = Digest::of(format!("{seed}\n{template}\n{}", wanted.map_or("", Origin::as_str)).as_bytes());
    let hex = chance.as_str();
    let number = |from: usize, digits: usize| usize::from_str_radix(&hex[from..from + digits], 16).unwrap_or_default();
    let letters: String = (0..32).map(|at| char::from(b"abcdefghijklmnop"[number(at, 1)])).collect();
    let (text, ways) = template.strip_suffix('!').map_or((template, &Way::ALL[..1]), |text| (text, &Way::ALL[..2]));
    let mut text = text.to_owned();
    for (nth, name) in ["{name}", "{name}"].iter().enumerate() {
        text = text.replacen(name, &letters[8 * nth..8 * nth + 8], 1);
    }
    for nth in 0..3 {
        text = text.replacen("{byte}", &(number(2 * nth, 2) % 254 + 1).to_string(), 1);
    }
    let uuid = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]].join("-");
    for (name, value) in [
        ("{port}", (1024 + number(8, 4) % 8976).to_string()),
        ("{private}", (17 + number(12, 2) % 15).to_string()),
        ("{id}", letters),
        ("{uuid}", uuid),
    ] {
        text = text.replace(name, &value);
    }
    for (name, value) in wanted.iter().flat_map(|wanted| parts(wanted)) {
        text = text.replace(name, &value);
    }
    (hex[32..].to_owned(), Member { origin: text, ways })
}

/// What of a wanted origin, whose host has a dot, stands in capitals.
fn parts(wanted: &Origin) -> [(&'static str, String); 8] {
    let host = wanted.host();
    let (first, above) = host.split_once('.').unwrap_or((host, host));
    let stem = host.rsplit_once('.').map_or(host, |(stem, _)| stem);
    [
        ("{SCHEME}", wanted.scheme().to_owned()),
        ("{HOST}", host.to_owned()),
        ("{PORT}", wanted.port().map(|port| format!(":{port}")).unwrap_or_default()),
        ("{CUT}", host[..host.len() - 1].to_owned()),
        ("{STEM}", stem.to_owned()),
        ("{FIRST}", first.to_owned()),
        ("{LABEL}", stem.rsplit('.').next().unwrap_or(stem).to_owned()),
        ("{PARENT}", if above.contains('.') { above } else { host }.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn drawn(seed: &str, origins: &[&str]) -> Vec<(Class, Member)> {
        let cors: Cors = serde_json::from_value(json!({ "url": "https://api.example.com/", "origins": origins })).expect("settings");
        members(&cors, seed, &BTreeSet::new())
    }

    #[test]
    fn as_many_as_the_page_says_and_each_is_an_origin() {
        for (origins, count) in [
            (&["https://app.example.com"][..], 42),
            (&["https://example.co.uk:8443", "https://www.example.com", "http://localhost:5000"], 42),
            // Of an address nothing can be made but the address.
            (&["https://10.0.0.7"], 33),
        ] {
            for seed in ["shop 1", "shop 2", ""] {
                let all = drawn(seed, origins);
                assert_eq!(all.len(), count, "{origins:?}");
                for (_, Member { origin, .. }) in &all {
                    assert!(origin.parse::<Origin>().is_ok_and(|parsed| parsed.as_str() == origin), "{origin}");
                    assert!(!origins.contains(&origin.as_str()), "{origin}");
                }
                assert_eq!(all.iter().map(|(_, member)| &member.origin).collect::<BTreeSet<_>>().len(), count, "none twice");
            }
        }
        let page = include_str!("../cors.rs");
        let suffixes = include_str!("shared-hosting.txt").lines().filter(|line| !line.starts_with('#')).count();
        assert!(page.contains("42 origins drawn") && page.contains(&format!("{suffixes} suffixes")), "{suffixes}");
    }

    #[test]
    fn in_time_every_suffix_is_drawn() {
        let seen: BTreeSet<String> = (0..200)
            .flat_map(|nth| drawn(&format!("shop 1.{nth}"), &["https://app.example.com"]))
            .filter(|(class, _)| *class == Class::Shared)
            .filter_map(|(_, member)| member.origin.split_once('.').map(|(_, suffix)| suffix.to_owned()))
            .collect();
        assert_eq!(seen.len(), 53, "the list, and vercel.app: {seen:?}");
    }
}
