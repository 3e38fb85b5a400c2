//! nginx configuration: under which name, over TLS or not, and which origins may call.

use serde::Serialize;

use super::{
    Named,
    origin::{is_origin, is_public_host},
};

/// What a reverse proxy says.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Proxy {
    /// The first public name it answers to.
    pub(super) host: Option<Named>,
    /// It speaks TLS, and the file that says so.
    pub(super) tls: Option<String>,
    /// It leads plain HTTP to HTTPS, and the file that says so.
    pub(super) redirects: Option<String>,
    /// The origins it allows, each with its file.
    pub(super) origins: Vec<Named>,
}

/// Origins that a plan lists.
const MOST: usize = 30;

impl Proxy {
    /// Takes what one file says; false where it is no nginx configuration.
    pub(super) fn read(&mut self, file: &str, text: &str) -> bool {
        let directives = directives(text);
        if !directives.iter().any(|words| matches!(words.first().map(String::as_str), Some("server_name" | "listen" | "proxy_pass"))) {
            return false;
        }
        for words in &directives {
            let Some((name, values)) = words.split_first() else { continue };
            match name.as_str() {
                "server_name" => {
                    let host = values.iter().find(|value| is_public_host(value)).cloned();
                    self.host = self.host.take().or_else(|| host.map(|name| Named { name, file: file.into() }));
                }
                "listen" if values.iter().any(|value| value == "ssl" || value == "quic") => {
                    self.tls.get_or_insert_with(|| file.into());
                }
                "return" | "rewrite" if values.iter().any(|value| value.starts_with("https://$")) => {
                    self.redirects.get_or_insert_with(|| file.into());
                }
                _ => {}
            }
            if words.iter().any(|word| word.contains("http_origin") || word.eq_ignore_ascii_case("access-control-allow-origin")) {
                self.allow(file, words);
            }
        }
        true
    }

    fn allow(&mut self, file: &str, words: &[String]) {
        for word in words.iter().filter(|word| is_origin(word)) {
            if self.origins.len() < MOST && !self.origins.iter().any(|known| known.name == *word) {
                self.origins.push(Named { name: word.clone(), file: file.into() });
            }
        }
    }
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
    use super::*;

    #[test]
    fn reads_names_tls_and_origins() {
        let text = r#"
            map $http_origin $allowed { default ""; "https://app.example.com" $http_origin; ~^https://evil 1; http://localhost:3000 1; }
            server { listen 80; server_name _ api.example.com; return 301 https://$host$request_uri; } # server_name no.example.com
            server { listen 443 ssl; add_header Access-Control-Allow-Origin 'https://www.example.com'; proxy_pass https://backend.example.com; }
        "#;
        let mut proxy = Proxy::default();
        assert!(proxy.read("n.conf", text));
        assert_eq!(proxy.host.map(|host| host.name).as_deref(), Some("api.example.com"));
        assert!(proxy.tls.is_some() && proxy.redirects.is_some());
        let origins: Vec<String> = proxy.origins.into_iter().map(|origin| origin.name).collect();
        assert_eq!(origins, ["https://app.example.com", "https://www.example.com"]);
    }

    #[test]
    fn another_program_s_settings_say_nothing() {
        let mut proxy = Proxy::default();
        assert!(!proxy.read("redis.conf", "appendonly yes\nsave 60 1\n"));
        for text in ["\"", "'a", "{{{", "a${b", "#", "é\"é"] {
            proxy.read("x.conf", text);
        }
    }
}
