//! What the plan names: an image, a digest, a platform.

use std::fmt;

use crate::model::{Digest, from_text};

/// Docker Hub, by the name that it answers to.
const HUB: &str = "registry-1.docker.io";

/// Tags that lead elsewhere tomorrow.
const MOVING: [&str; 3] = ["latest", "main", "master"];

/// An image: where, which, and in which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// Host and port.
    pub(super) host: String,
    pub(super) repository: String,
    pub(super) tag: Option<String>,
    /// As `sha256:…`.
    pub(super) digest: Option<String>,
}

impl Reference {
    fn read(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("`{text}` is no image: {why}; write it like `registry.example.com/shop/api:1.4.2`");
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        let digest = digest.map(|digest| a_digest(digest).ok_or_else(|| wrong("behind `@` stands no digest `sha256:…`"))).transpose()?;
        // What has a dot, a port or is `localhost` is a host, as Docker reads it.
        let is_host = |first: &str| first.contains(['.', ':']) || first == "localhost";
        let (host, path) = match name.split_once('/') {
            Some((first, rest)) if is_host(first) => (first, rest),
            _ => ("docker.io", name),
        };
        let (repository, tag) = path.split_once(':').map_or((path, None), |(path, tag)| (path, Some(tag.to_owned())));
        let in_hub = matches!(host, "docker.io" | "index.docker.io" | HUB);
        let repository = if in_hub && !repository.contains('/') { format!("library/{repository}") } else { repository.to_owned() };
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
                && !part.starts_with('.')
        };
        let tag_fits = tag
            .as_deref()
            .is_none_or(|tag| !tag.is_empty() && tag.len() <= 128 && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)));
        let host_fits = host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
        if !repository.split('/').all(part) || !tag_fits || !host_fits {
            return Err(wrong("it has a part that no image has"));
        }
        Ok(Self { host: if in_hub { HUB.into() } else { host.into() }, repository, tag, digest })
    }

    /// Whether it is on this machine.
    pub(super) fn is_local(&self) -> bool {
        let name = self.host.rsplit_once(':').map_or(self.host.as_str(), |(name, _)| name);
        name == "localhost" || name.starts_with("127.")
    }

    pub(super) fn registry(&self, plain: bool) -> String {
        format!("{}://{}", if plain { "http" } else { "https" }, self.host)
    }

    /// What the API calls it.
    pub(super) fn version(&self) -> &str {
        self.digest.as_deref().or(self.tag.as_deref()).unwrap_or("latest")
    }

    /// Why it is another image tomorrow.
    pub(super) fn moves(&self) -> Option<String> {
        match (&self.tag, &self.digest) {
            (_, Some(_)) => None,
            (None, None) => Some("no tag, which is `latest`".into()),
            (Some(tag), None) => MOVING.contains(&tag.to_ascii_lowercase().as_str()).then(|| format!("the tag `{tag}`")),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

from_text!(Reference, { "type": "string", "minLength": 1 }, |text| Reference::read(&text));

/// A digest as the API writes it.
fn a_digest(text: &str) -> Option<String> {
    text.strip_prefix("sha256:").and_then(Digest::parse).map(|digest| format!("sha256:{}", digest.as_str()))
}

/// Which digest is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// That of the artifact under sign-off.
    Release,
    This(String),
}

impl Wanted {
    /// The digest in the name of an artifact: `registry/api@sha256:…`.
    pub(super) fn of_artifact(artifact: &str) -> Option<String> {
        a_digest(artifact.rsplit('@').next()?)
    }
}

from_text!(Wanted, { "type": "string", "pattern": "^(release|sha256:[0-9a-f]{64})$" }, |text| match text.as_str() {
    "release" => Ok(Wanted::Release),
    _ => a_digest(&text).map(Wanted::This).ok_or("no digest: write `sha256:` and 64 hexadecimal digits, or `release`"),
});

/// A platform: `linux/amd64`, `linux/arm/v7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Platform(pub(super) String);

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Platform {
    /// Whether one that stands there is meant; a variant that is not named may be any.
    pub(super) fn is(&self, there: &str) -> bool {
        there == self.0 || self.0.split('/').count() == 2 && there.strip_prefix(&self.0).is_some_and(|rest| rest.starts_with('/'))
    }
}

from_text!(Platform, { "type": "string", "pattern": "^[a-z0-9]+/[a-z0-9]+(/[a-z0-9]+)?$" }, |text| {
    if matches!(text.split('/').count(), 2 | 3) { Ok(Platform(text)) } else { Err("no platform: write one like `linux/amd64`") }
});
