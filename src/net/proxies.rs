//! The proxies that the environment names: for programs that a check runs, our own requests use none.

use std::collections::BTreeMap;

use url::Url;

use crate::model::ProcessEnv;

/// `HTTPS_PROXY` and its like by name, each as `host:port`, and `NO_PROXY` as it is.
pub fn proxies(env: &ProcessEnv) -> BTreeMap<String, String> {
    let named = env.iter().filter(|(name, value)| !value.is_empty() && name.to_ascii_lowercase().ends_with("_proxy"));
    named.filter_map(|(name, value)| Some((name.to_owned(), shown(name, value)?))).collect()
}

fn shown(name: &str, value: &str) -> Option<String> {
    match name.to_ascii_lowercase().strip_suffix("_proxy")? {
        "no" => Some(value.to_owned()),
        "http" | "https" | "all" | "ftp" | "socks" => Some(place(value).unwrap_or_else(|| "not an address".into())),
        _ => None,
    }
}

/// Without its login: `proxy.example.com:3128`. curl takes a text without a scheme for `http://`.
fn place(value: &str) -> Option<String> {
    let whole = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let url = Url::parse(whole.trim()).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let port = url.port_or_known_default().map_or(String::new(), |port| format!(":{port}"));
    Some(format!("{host}{port}"))
}

#[cfg(test)]
mod tests {
    use super::proxies;

    #[test]
    fn a_proxy_is_host_and_port_and_never_its_login() {
        for (name, value, said) in [
            ("HTTPS_PROXY", "http://me:hunter2@proxy.example.com:3128/", Some("proxy.example.com:3128")),
            ("https_proxy", "me:hunter2@proxy:8080", Some("proxy:8080")),
            ("ALL_PROXY", "socks5://user:hunter2@10.0.0.1:1080", Some("10.0.0.1:1080")),
            ("http_proxy", "proxy", Some("proxy:80")),
            ("HTTP_PROXY", "http://a:hunter2@b@[::1", Some("not an address")),
            ("NO_PROXY", "localhost,.internal", Some("localhost,.internal")),
            ("HTTPS_PROXY", "", None),
            ("GOPROXY", "https://proxy.golang.org", None),
            ("NGINX_PROXY", "http://web:hunter2@x", None),
        ] {
            let env = [(name.to_owned(), value.to_owned())].into_iter().collect();
            assert_eq!(proxies(&env).get(name).map(String::as_str), said, "{name}={value}");
        }
    }
}
