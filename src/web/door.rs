//! How the desk is reached: its address, its origin, its keys.

use std::{net::IpAddr, path::Path, sync::Arc};

use axum::http::{HeaderName, Uri};
use jiff::Timestamp;

use super::{sealed::Key, tls::Tls};
use crate::{
    acts::{
        ActError, Caller,
        desk::{Desk, DoorRequest},
    },
    model::Size,
    net::regular_file,
};

/// No file of a key or of tokens is meant to be larger.
const LARGEST: Size = Size(64 << 10);
/// Shorter keys and tokens could be guessed.
const SHORTEST: usize = 32;

/// How the desk is reached.
pub(super) struct Door {
    pub(super) listen: String,
    /// As browsers write it.
    pub(super) origin: String,
    /// Whether it is reached by TLS, here or at a proxy.
    pub(super) secure: bool,
    /// The header in which a proxy says whose request it is.
    pub(super) proxy: Option<HeaderName>,
    pub(super) public_board: bool,
    pub(super) key: Key,
    /// The tokens of controllers, sealed: what is not stored cannot be read.
    tokens: Vec<String>,
    pub(super) tls: Option<Arc<Tls>>,
}

impl Door {
    /// Reads what the request names; an error where the desk would be open to whoever listens on the way.
    pub(super) async fn open(caller: &Caller, desk: &Desk, request: &DoorRequest, told: fn(&str)) -> Result<Self, ActError> {
        let wrong = |why: String| Err(ActError::Usage(why));
        let origin = desk.origin(caller).await?;
        if let Some(said) = request.origin.as_ref().filter(|said| **said != origin) {
            return wrong(format!("`--origin` is {said}, and the policy's `desk: origin` is {origin}: passkeys sign at that alone"));
        }
        let local = request.listen.rsplit_once(':').is_some_and(|(host, _)| is_loopback(host));
        if request.tls.is_none() && request.behind_proxy.is_none() && !local {
            return wrong(format!(
                "`{}` is reached by others, and without TLS they could be listened to: give `--tls-cert` and `--tls-key`, or `--behind-proxy HEADER` where a proxy does it",
                request.listen
            ));
        }
        let secure = origin.parse::<Uri>().ok().and_then(|uri| uri.scheme_str().map(|scheme| scheme == "https")).unwrap_or(false);
        if request.tls.is_some() && !secure {
            return wrong(format!("the policy's origin is {origin}, which is not by TLS: leave `--tls-cert` out, or write `https://`"));
        }
        let proxy = request.behind_proxy.as_deref().map(str::parse::<HeaderName>).transpose();
        let proxy = proxy.map_err(|_| ActError::Usage("`--behind-proxy` wants the name of a header: `X-Real-IP`".into()))?;
        let key = match &request.session_key {
            Some(file) => Key::of(&secret(file)?),
            None => {
                told("no `--session-key`: sessions end with this process, and several desks side by side do not know each other's");
                Key::random()?
            }
        };
        let tokens = request.gate_token.as_deref().map(secret).transpose()?.unwrap_or_default();
        let tokens: Vec<&str> =
            std::str::from_utf8(&tokens).unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if request.gate_token.is_some() && (tokens.is_empty() || tokens.iter().any(|token| token.len() < SHORTEST)) {
            return wrong(format!("`--gate-token-file`: a token a line, each of {SHORTEST} characters or more"));
        }
        let tokens = tokens.into_iter().map(|token| key.mark("gate-token", token.as_bytes())).collect();
        let tls = request.tls.as_ref().map(|(certificate, key)| Tls::open(certificate, key).map(Arc::new)).transpose()?;
        let (listen, public_board) = (request.listen.clone(), request.public_board);
        Ok(Self { listen, origin, secure, proxy, public_board, key, tokens, tls })
    }

    /// Whether this is a token of a controller; compared by their marks, so that the time it takes says nothing.
    pub(super) fn knows(&self, token: &str) -> bool {
        self.tokens.iter().fold(false, |known, mark| known | self.key.is_marked("gate-token", token.as_bytes(), mark))
    }

    /// Whether controllers are answered at all.
    pub(super) fn answers_controllers(&self) -> bool {
        !self.tokens.is_empty()
    }

    /// The moment until which browsers are told to use TLS alone, in seconds from now: a year.
    pub(super) const HSTS: &str = "max-age=31536000";
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What a file holds that nobody else may know.
fn secret(file: &Path) -> Result<Vec<u8>, ActError> {
    let bytes = regular_file::read_bytes(file, LARGEST).map_err(|error| ActError::Usage(format!("{}: {error}", file.display())))?;
    if bytes.trim_ascii().len() < SHORTEST {
        let why = format!("it holds {} bytes, wanted {SHORTEST} or more: `openssl rand -hex 32` makes them", bytes.trim_ascii().len());
        return Err(ActError::Usage(format!("{}: {why}", file.display())));
    }
    Ok(bytes)
}

/// The moment as whole seconds.
pub(super) fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}
