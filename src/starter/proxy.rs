//! Reverse proxies, nginx, Caddy, HAProxy and Traefik: under which names, over TLS or not, for which service, and which origins
//! may call.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::{
    Named,
    detect::{Place, Said},
    found::Found,
    origin::{is_origin, is_path, is_public_host},
};
use crate::model::regex;

/// A name that something answers to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Host {
    pub(super) name: String,
    /// The file that says so.
    pub(super) file: String,
    pub(super) environment: &'static str,
    /// It speaks TLS, and the file that says so.
    pub(super) tls: Option<String>,
    /// Plain HTTP leads to HTTPS, and the file that says so.
    pub(super) redirects: Option<String>,
    /// The service behind it.
    pub(super) service: Option<String>,
}

impl Host {
    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("{}://{}", if self.tls.is_some() || self.redirects.is_some() { "https" } else { "http" }, self.name)
    }

    pub(super) fn named(&self) -> Named {
        Named { name: self.url(), file: self.file.clone() }
    }
}

/// Origins that a plan lists.
const MOST: usize = 30;

/// By the name, in lower case, or the folder.
pub(super) fn is_proxy(place: &Place<'_>) -> bool {
    let name = place.name;
    [".conf", ".conf.template", ".conf.j2", ".nginx", ".vhost", ".caddyfile"].iter().any(|ending| name.ends_with(ending))
        || name.ends_with(".cfg") && place.path.contains("haproxy")
        || name.starts_with("caddyfile")
        || (place.path.contains("traefik") && (place.is_yaml() || name.ends_with(".toml")))
        || ["sites-available", "sites-enabled"].iter().any(|folder| place.within(folder))
}

/// Takes what one file says.
pub(super) fn read(found: &mut Found, path: &str, text: &str) -> Said {
    let lower = path.to_ascii_lowercase();
    let hosts = if lower.contains("caddyfile") {
        caddy(text, path)
    } else if lower.ends_with(".cfg") {
        if let Some(health) = HAPROXY_HEALTH.captures(text).filter(|found| is_path(&found[1])) {
            found.answers(health[1].to_owned(), path);
        }
        haproxy(text, path)
    } else if lower.contains("traefik") && !lower.ends_with(".conf") {
        traefik(text, path)
    } else {
        let Some((hosts, origins)) = nginx(text, path) else { return Ok(None) };
        for name in origins {
            if found.origins.len() < MOST && !found.origins.iter().any(|known| known.name == name) {
                found.origins.push(Named { name, file: path.to_owned() });
            }
        }
        hosts
    };
    hosts.into_iter().for_each(|host| found.host(host));
    Ok(Some("reverse proxy: its names, TLS and allowed origins"))
}

/// The servers of an nginx configuration, and the origins that it allows; `None` where it is none.
fn nginx(text: &str, file: &str) -> Option<(Vec<Host>, Vec<String>)> {
    let directives = directives(text);
    let (mut hosts, mut origins, mut names, mut any) = (Vec::new(), Vec::new(), Vec::new(), false);
    let mut server = Host::default();
    let mut close = |server: &mut Host, names: &mut Vec<String>| {
        hosts.extend(names.drain(..).map(|name| Host { name, file: file.to_owned(), ..server.clone() }));
        *server = Host::default();
    };
    let said = || Some(file.to_owned());
    for words in &directives {
        let Some((name, values)) = words.split_first() else { continue };
        match name.as_str() {
            "server" if values.is_empty() => close(&mut server, &mut names),
            "server_name" => names.extend(values.iter().filter(|value| is_public_host(value)).take(1).cloned()),
            "listen" if values.iter().any(|value| value == "ssl" || value == "quic") => server.tls = said(),
            "return" | "rewrite" if values.iter().any(|value| value.starts_with("https://$")) => server.redirects = said(),
            "proxy_pass" if server.service.is_none() => server.service = values.first().and_then(|url| upstream(url)),
            _ => {}
        }
        any |= matches!(name.as_str(), "server_name" | "listen" | "proxy_pass");
        if words.iter().any(|word| word.contains("http_origin") || word.eq_ignore_ascii_case("access-control-allow-origin")) {
            origins.extend(words.iter().filter(|word| is_origin(word)).cloned());
        }
    }
    close(&mut server, &mut names);
    any.then_some((hosts, origins))
}

/// The service that `http://api:8000/` leads to.
fn upstream(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let name = rest.split([':', '/']).next()?;
    let own = !name.is_empty() && !name.contains(['.', '$']) && name != "localhost";
    own.then(|| name.to_owned())
}

/// A Caddyfile: a site's block begins with its names. Caddy speaks TLS to all but those with `http://`.
fn caddy(text: &str, file: &str) -> Vec<Host> {
    let (mut hosts, mut depth): (Vec<Host>, usize) = (Vec::new(), 0);
    let mut begun = 0;
    for line in text.lines().map(|line| line.split(" #").next().unwrap_or_default().trim()).filter(|line| !line.starts_with('#')) {
        if depth == 0 && !line.is_empty() {
            begun = hosts.len();
            for name in line.trim_end_matches('{').split([',', ' ']).map(str::trim) {
                let plain = name.trim_start_matches("https://").trim_start_matches("http://").split([':', '/']).next().unwrap_or_default();
                let tls = (!name.starts_with("http://") && !name.ends_with(":80")).then(|| file.to_owned());
                hosts.push(Host { name: plain.to_owned(), file: file.to_owned(), redirects: tls.clone(), tls, ..Host::default() });
            }
        } else if let Some(to) = line.strip_prefix("reverse_proxy ") {
            let service = to.split_whitespace().find(|word| !word.starts_with(['/', '@', '*'])).and_then(upstream);
            hosts[begun..].iter_mut().for_each(|host| host.service = host.service.take().or_else(|| service.clone()));
        }
        depth = (depth + line.matches('{').count()).saturating_sub(line.matches('}').count());
    }
    hosts
}

static HAPROXY_HOST: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)(?:hdr(?:_dom|_beg)?\(host\)|ssl_fc_sni|req\.ssl_sni)(?: -i| -m \w+)* +([a-z0-9.-]+)"));
static HAPROXY_HEALTH: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?m)^\s*(?:option +httpchk(?: +(?:GET|HEAD|OPTIONS))?|http-check +send .*\buri) +(/[\w./-]+)"));

fn haproxy(text: &str, file: &str) -> Vec<Host> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
    let has = |word: &str, with: &str| lines.iter().any(|line| line.starts_with(word) && line.contains(with)).then(|| file.to_owned());
    let (tls, redirects) = (has("bind", " ssl"), has("redirect", "scheme https").or_else(|| has("http-request", "redirect scheme https")));
    let names = HAPROXY_HOST.captures_iter(text).map(|found| found[1].to_owned());
    names.map(|name| Host { name, file: file.to_owned(), tls: tls.clone(), redirects: redirects.clone(), ..Host::default() }).collect()
}

/// The names in a rule of Traefik: `Host(\`a.example.com\`, \`b.example.com\`)`.
pub(super) fn rule_hosts(rule: &str) -> Vec<String> {
    static HOST: LazyLock<Regex> = LazyLock::new(|| regex(r"\bHost\(([^)]*)\)"));
    let inner = HOST.captures_iter(rule).map(|found| found[1].to_owned()).collect::<Vec<_>>().join(",");
    inner.split(',').map(|name| name.trim().trim_matches(['`', '"', '\'', '\\']).to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Traefik's own files: rules, and whether a router speaks TLS.
fn traefik(text: &str, file: &str) -> Vec<Host> {
    static TLS: LazyLock<Regex> = LazyLock::new(|| regex(r"(?im)^\s*[#-]?\s*(?:\[.*\.tls\]|tls: *$|tls: *\{|tls *= *true|certresolver)"));
    let tls = TLS.is_match(text).then(|| file.to_owned());
    rule_hosts(text).into_iter().map(|name| Host { name, file: file.to_owned(), tls: tls.clone(), ..Host::default() }).collect()
}

/// The words of each directive; the lines of a `map` block belong to the `map`.
fn directives(text: &str) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    let (mut words, mut in_map) = (Vec::new(), false);
    for token in tokens(text) {
        match token.as_str() {
            "{" if words.first().is_some_and(|word| word == "map") => in_map = true,
            ";" if in_map => {}
            "}" if in_map => {
                in_map = false;
                all.push(std::mem::take(&mut words));
            }
            "{" | ";" | "}" => all.push(std::mem::take(&mut words)),
            _ => words.push(token),
        }
    }
    all.retain(|words| !words.is_empty());
    all
}

/// Words, quoted or not, and the three signs that structure the file; comments are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '{' | '}' | ';' => {
                all.push(c.to_string());
                1
            }
            '"' | '\'' => {
                let inner = &rest[1..];
                let end = inner.find(c).unwrap_or(inner.len());
                all.push(inner[..end].to_owned());
                (end + 2).min(rest.len())
            }
            _ if c.is_whitespace() => c.len_utf8(),
            _ => {
                let variable = |at: usize| rest[..at].ends_with('$');
                let ends = |(at, c): &(usize, char)| (c.is_whitespace() || ";{}\"'".contains(*c)) && !(*c == '{' && variable(*at));
                let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
                all.push(rest[..end].trim_matches(['(', ')']).to_owned());
                end.max(c.len_utf8())
            }
        };
        rest = &rest[length..];
    }
    all
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn said(file: &str, text: &str) -> (Vec<String>, Vec<String>) {
        let mut found = Found::new(Path::new("/x/shop"));
        read(&mut found, file, text).expect("readable");
        let hosts = found.hosts.iter().map(|host| format!("{} {:?} {}", host.url(), host.service, host.redirects.is_some()));
        (hosts.collect(), found.origins.into_iter().map(|origin| origin.name).collect())
    }

    #[test]
    fn reads_names_tls_and_origins_of_each_server() {
        let text = r#"
            map $http_origin $allowed { default ""; "https://app.example.com" $http_origin; ~^https://evil 1; http://localhost:3000 1; }
            server { listen 80; server_name plain.example.com; proxy_pass http://old:80; }
            server { listen 80; server_name _ api.example.com; return 301 https://$host$request_uri; } # server_name no.example.com
            server { listen 443 ssl; server_name api.example.com; add_header Access-Control-Allow-Origin 'https://www.example.com'; proxy_pass http://api:8000/; }
        "#;
        let (hosts, origins) = said("n.conf", text);
        assert_eq!(hosts, ["http://plain.example.com Some(\"old\") false", "https://api.example.com Some(\"api\") true"]);
        assert_eq!(origins, ["https://app.example.com", "https://www.example.com"]);
    }

    #[test]
    fn reads_caddy_haproxy_and_traefik() {
        let caddy = "{\n  email a@acme.io\n}\nshop.acme.io, www.acme.io {\n  encode gzip\n  reverse_proxy /api/* api:8000\n}\nhttp://old.acme.io {\n  respond 410\n}\n";
        assert_eq!(
            said("Caddyfile", caddy).0,
            ["https://shop.acme.io Some(\"api\") true", "https://www.acme.io Some(\"api\") true", "http://old.acme.io None false"]
        );
        let haproxy = "frontend web\n  bind :443 ssl crt /c.pem\n  http-request redirect scheme https unless { ssl_fc }\n  use_backend api if { hdr(host) -i api.acme.io }\nbackend api\n  option httpchk GET /ready\n";
        assert_eq!(said("haproxy.cfg", haproxy).0, ["https://api.acme.io None true"]);
        let traefik = "http:\n  routers:\n    api:\n      rule: \"Host(`api.acme.io`) || Host(`b.acme.io`)\"\n      tls: {}\n";
        assert_eq!(said("traefik/dynamic.yml", traefik).0, ["https://api.acme.io None false", "https://b.acme.io None false"]);
    }

    #[test]
    fn another_program_s_settings_say_nothing() {
        let mut found = Found::new(Path::new("/x"));
        assert_eq!(read(&mut found, "redis.conf", "appendonly yes\nsave 60 1\n"), Ok(None));
        for text in ["\"", "'a", "{{{", "a${b", "#", "é\"é", "}}}", "reverse_proxy x"] {
            for file in ["x.conf", "Caddyfile", "haproxy.cfg", "traefik.toml"] {
                drop(read(&mut found, file, text));
            }
        }
    }
}
