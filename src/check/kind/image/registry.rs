//! A conversation with one registry: who asks is said where that is wanted, and nowhere else.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{
    Image,
    token::{self, Challenge},
};
use crate::{
    check::{Context, Unseen, demand::json_text},
    model::{Digest, excerpt, plain, quote},
    net::{
        Trouble,
        http::{self, Address, Bounds, End, HeaderMap, HeaderValue, Method, Reply, Request, header},
        tls::TlsFiles,
    },
};

/// What is read of one answer.
const LARGEST: usize = 4 << 20;

/// What manifests are.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// A registry, with what it has let us know.
pub(super) struct Registry<'a> {
    image: &'a Image,
    cx: &'a Context,
    files: TlsFiles,
    login: Option<String>,
    authorization: Option<HeaderValue>,
}

/// A document of the registry, and the digest of its bytes.
pub(super) struct Stored {
    pub(super) value: Value,
    pub(super) bytes: Vec<u8>,
    pub(super) digest: String,
}

impl<'a> Registry<'a> {
    pub(super) async fn new(image: &'a Image, cx: &'a Context) -> Result<Self, Unseen> {
        let files = TlsFiles { ca: image.ca_file.as_ref().map(|file| cx.path(file)), identity: None };
        let password = match (&image.password, &image.password_command) {
            (Some(secret), _) => {
                cx.hide_of(Some(secret), "registry password", secret.expose());
                Some(secret.expose().to_owned())
            }
            (None, Some(argv)) => Some(Self::printed(image, argv, cx).await?),
            (None, None) => None,
        };
        let login = password.map(|password| STANDARD.encode(format!("{}:{password}", image.username.as_deref().unwrap_or_default())));
        login.iter().for_each(|login| cx.hide("registry login", login));
        Ok(Self { image, cx, files, login, authorization: None })
    }

    async fn printed(image: &Image, argv: &crate::check::Argv, cx: &Context) -> Result<String, Unseen> {
        let finished = image.program(argv).run(cx).await?;
        let printed = String::from_utf8_lossy(&finished.ended.stdout).trim().to_owned();
        cx.hide("registry password", &printed);
        if finished.code != 0 {
            return Err(Unseen::Unknown(format!("`{}` {}", argv[0], finished.ended.how(&finished.ended.complaint))));
        }
        if printed.is_empty() || printed.contains(char::is_whitespace) {
            return Err(Unseen::Unknown(format!("`{}` prints no password alone", argv[0])));
        }
        Ok(printed)
    }

    /// A manifest by tag or digest; `None` where there is none of that name.
    pub(super) async fn manifest(&mut self, version: &str) -> Result<Option<Stored>, Unseen> {
        self.stored(&format!("manifests/{version}"), version).await
    }

    /// A blob that is small, by its digest.
    pub(super) async fn blob(&mut self, digest: &str) -> Result<Option<Stored>, Unseen> {
        self.stored(&format!("blobs/{digest}"), digest).await
    }

    async fn stored(&mut self, path: &str, version: &str) -> Result<Option<Stored>, Unseen> {
        let text = format!("{}/v2/{}/{path}", self.image.image.registry(self.image.plain_http), self.image.image.repository);
        let address: Address = text.parse().map_err(Unseen::Unknown)?;
        let mut reply = self.ask(&address, self.authorization.clone()).await?;
        if reply.status == 401 && self.authorization.is_none() {
            self.authorization = Some(self.authorize(&address, &reply).await?);
            reply = self.ask(&address, self.authorization.clone()).await?;
        }
        match reply.status {
            200 => {}
            404 => return Ok(None),
            429 | 500.. => return Err(Unseen::Unreachable(format!("{} answers {}", address.target(), reply.status))),
            status => {
                let login = if self.login.is_some() { "the login has no right to see it" } else { "give `username` and `password`" };
                return Err(Unseen::Unknown(format!(
                    "{} answers {status} for {}: {login}, or it is not there",
                    address.target(),
                    self.image.image
                )));
            }
        }
        if reply.body.end != End::Whole {
            return Err(Unseen::Unknown(format!("{path} did not come whole, or is larger than 4 MiB")));
        }
        let bytes = reply.body.bytes;
        let digest = format!("sha256:{}", Digest::of(&bytes).as_str());
        let said =
            reply.headers.get("docker-content-digest").and_then(|value| value.to_str().ok()).filter(|said| said.starts_with("sha256:"));
        if version.starts_with("sha256:") && digest != version || said.is_some_and(|said| said != digest) {
            return Err(Unseen::Unknown(format!("what {} answers for {} has another digest than it says", address.target(), quote(path))));
        }
        let value = json_text::parse(&bytes)
            .map_err(|why| Unseen::Unknown(format!("what {} answers is no manifest: {}", address.target(), excerpt(&plain(&why), 200))))?;
        Ok(Some(Stored { value, bytes, digest }))
    }

    async fn ask(&self, address: &Address, authorization: Option<HeaderValue>) -> Result<Reply, Trouble> {
        let mut headers: HeaderMap = [(header::ACCEPT, HeaderValue::from_static(MANIFESTS))].into_iter().collect();
        headers.extend(authorization.map(|value| (header::AUTHORIZATION, value)));
        let led = |to: &Address| self.cx.lead(to.target());
        let bounds = Bounds { keep: LARGEST, limit: LARGEST as u64, deadline: self.cx.until() };
        // Blobs lie elsewhere; what is secret does not go along.
        let request = Request {
            method: Method::GET,
            address,
            headers,
            body: None,
            files: &self.files,
            follow: 3,
            jar: None,
            fresh: false,
            bounds,
            led: &led,
        };
        http::send(&self.cx.shared.reach, request).await
    }

    /// What to say who asks with, after a 401 of the registry.
    async fn authorize(&self, address: &Address, reply: &Reply) -> Result<HeaderValue, Unseen> {
        let asked = reply.headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok()).find_map(token::read);
        if !reply.address.same_origin(address) {
            return Err(Unseen::Unknown(format!(
                "{} leads to {}, which asks for a login: that goes to the registry only",
                address.target(),
                reply.address.target()
            )));
        }
        match (asked, &self.login) {
            (Some(Challenge::Bearer { realm, service, scope }), _) => self.token(address, &realm, service, scope).await,
            (Some(Challenge::Basic), Some(login)) => secret(format!("Basic {login}")),
            (Some(Challenge::Basic), None) => {
                Err(Unseen::Unknown(format!("{} asks for a login: give `username` and `password`", address.target())))
            }
            (None, _) => Err(Unseen::Unknown(format!("{} answers 401 and does not say how to log in", address.target()))),
        }
    }

    async fn token(&self, registry: &Address, realm: &str, service: Option<String>, scope: Option<String>) -> Result<HeaderValue, Unseen> {
        let refuse = |why: String| Unseen::Unknown(format!("{} wants a token from {}, {why}", registry.target(), quote(realm)));
        let mut url = url::Url::parse(realm).map_err(|_| refuse("which is no address".into()))?;
        let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", self.image.image.repository));
        url.query_pairs_mut().extend_pairs(service.iter().map(|service| ("service", service.as_str()))).append_pair("scope", &scope);
        let server: Address = url.as_str().parse().map_err(|why| refuse(format!("which is {why}")))?;
        let named = self.image.token_server.as_ref().map(Address::host);
        if !token::belongs(registry.host(), server.host(), named) {
            return Err(refuse(format!("which is not known to be its own: where it is, write `token-server: https://{}`", server.host())));
        }
        if !server.is_https() && !self.image.plain_http {
            return Err(refuse("over plain http".into()));
        }
        if !server.same_origin(registry) {
            self.cx.lead(server.target());
        }
        let login = self.login.as_ref().map(|login| secret(format!("Basic {login}"))).transpose()?;
        let reply = self.ask(&server, login).await?;
        let value = json_text::parse(&reply.body.bytes).unwrap_or_default();
        let token = ["token", "access_token"].iter().find_map(|key| value.get(*key)?.as_str());
        match (reply.status, token) {
            (200, Some(token)) => {
                self.cx.hide("registry token", token);
                secret(format!("Bearer {token}"))
            }
            (429 | 500.., _) => Err(Unseen::Unreachable(format!("{} answers {}", server.target(), reply.status))),
            (status, _) => Err(Unseen::Unknown(format!("{} gives no token: it answers {status}; is the login right?", server.target()))),
        }
    }
}

fn secret(text: String) -> Result<HeaderValue, Unseen> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| Unseen::Unknown("the registry's login or token has characters that no header may have".into()))?;
    value.set_sensitive(true);
    Ok(value)
}
