//! The desk of an organisation: where people sign in the browser, and whose word tells whose passkey is whose.

use schemars::{JsonSchema, json_schema};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::model::{from_forms, schema};

/// Where people sign in the browser, and whose word tells whose passkey is whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DeskPolicy {
    /// The only origin at which a passkey may sign.
    pub origin: String,
    /// The domain that passkeys are bound to: the origin's host or one above it.
    pub rp_id: String,
    /// Who confirms whose passkey is whose, by id.
    pub registrars: Vec<String>,
    /// The roles that may read at the desk; all where none is named.
    pub read: Vec<String>,
}

/// The desk as it stands in a plan.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenDesk {
    /// The address in the browser's bar, without a path: `https://desk.example.com`. A passkey signs at no other.
    origin: String,
    /// The domain that passkeys are bound to. Default: the origin's host.
    #[serde(default)]
    rp_id: Option<String>,
    /// Who confirms whose passkey is whose, by id, with an SSH key of `allowed-signers`.
    #[schemars(length(min = 1))]
    registrars: Vec<String>,
    /// The roles that may read at the desk. Default: all.
    #[serde(default)]
    read: Vec<String>,
}

from_forms!(DeskPolicy, "a map with `origin`, `rp-id`, `registrars` and `read`", map in_full);

schema!(DeskPolicy, |generator| {
    let full = generator.subschema_for::<WrittenDesk>();
    json_schema!({ "allOf": [full] })
});

fn in_full(WrittenDesk { origin, rp_id, registrars, read }: WrittenDesk) -> Result<DeskPolicy, String> {
    let host = host(&origin)?;
    let rp_id = rp_id.unwrap_or_else(|| host.clone());
    if rp_id != host && !(rp_id.contains('.') && host.ends_with(&format!(".{rp_id}"))) {
        return Err(format!("`rp-id` is `{rp_id}`, wanted the origin's host `{host}` or a domain above it"));
    }
    if registrars.is_empty() {
        return Err("with no registrar no passkey is ever confirmed: name at least one, better two".into());
    }
    Ok(DeskPolicy { origin, rp_id, registrars, read })
}

/// The host of an origin at which browsers have passkeys (WebAuthn level 3, 5.1.3: a secure context, and a domain).
fn host(origin: &str) -> Result<String, String> {
    let wanted = "wanted `https://` and a domain, as `https://desk.example.com`, without a path; `http://localhost:PORT` to try it";
    let refused = |why: &str| format!("`origin` {why}: {wanted}");
    let url = Url::parse(origin).map_err(|error| refused(&format!("is no address ({error})")))?;
    if url.origin().ascii_serialization() != origin {
        return Err(refused("is not written as a browser writes it"));
    }
    match (url.scheme(), url.host()) {
        ("https", Some(Host::Domain(host))) => Ok(host.to_owned()),
        ("http", Some(Host::Domain("localhost"))) => Ok("localhost".into()),
        ("https", Some(_)) => Err(refused("is a bare address, which takes no passkey")),
        _ => Err(refused("is not secure")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(origin: &str, rp_id: Option<&str>) -> Result<DeskPolicy, String> {
        let registrars = vec!["ann@example.com".to_owned()];
        in_full(WrittenDesk { origin: origin.into(), rp_id: rp_id.map(str::to_owned), registrars, read: Vec::new() })
    }

    #[test]
    fn an_origin_is_a_secure_domain() {
        assert_eq!(desk("https://desk.example.com", None).map(|desk| desk.rp_id), Ok("desk.example.com".into()));
        assert_eq!(desk("http://localhost:8443", None).map(|desk| desk.rp_id), Ok("localhost".into()));
        for wrong in [
            "https://desk.example.com/",
            "https://desk.example.com:443",
            "https://Desk.example.com",
            "http://desk.example.com",
            "https://10.0.0.7",
            "https://[::1]",
            "http://127.0.0.1:8443",
            "desk.example.com",
            "file:///",
            "null",
        ] {
            assert!(desk(wrong, None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_domain_of_passkeys_is_the_hosts_or_above_it() {
        for (rp_id, fits) in
            [("example.com", true), ("desk.example.com", true), ("com", false), ("k.example.com", false), ("sk.example.com", false)]
        {
            assert_eq!(desk("https://desk.example.com", Some(rp_id)).is_ok(), fits, "{rp_id}");
        }
    }
}
