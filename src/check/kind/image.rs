//! An image stands in its registry, as it was released and scanned.

mod counterexamples;
mod judge;
mod observe;
mod reference;
mod registry;
mod seen;
mod signature;
mod token;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use self::reference::{Platform, Reference, Wanted};
use crate::{
    check::{
        Argv, Check, OneOrMore, Touch,
        program::{EnvNames, Program},
    },
    model::{ProcessEnv, Secret, Size, without_contradiction},
    net::http::Address,
};

/// An image stands in its registry, as it was released and scanned: by its manifest, whose digest is counted here. Layers are never pulled.
///
/// Spoken is the distribution API (OCI, Docker registry v2) of Docker Hub, GHCR, GitLab, ECR, Harbor and the others; a registry that asks for a token is given
/// one from where it says. The tag must not be one that moves (`latest`, `main`, `master`), unless a digest stands behind it.
///
/// Pushing may change an image: skopeo and others compress layers anew, and the digest in the registry is then not that of what was
/// scanned (`--preserve-digests` keeps it). Name the one that was scanned: `digest`.
///
/// Unknown is what the registry does not let us see (401, 403, 429; a private image that is missing looks the same on Docker Hub), a manifest of another kind or over
/// 4 MiB, one whose bytes are not those of its digest, and a token server that is not known to belong to the registry.
///
/// The login goes to the registry itself and to its token server, over TLS, and no token follows a redirect to another host.
///
/// Not seen: whether its layers are there, what is in it (kind `scan-report`), keyless signatures and those that are stored as referrers
/// (`command: [cosign, verify, …]`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Image {
    /// The image as it is deployed: `registry.example.com/shop/api:1.4.2`, with `@sha256:…` behind it, or `nginx:1.27.3` of Docker Hub.
    image: Reference,
    /// The digest that was released or scanned, `sha256:…`; `release` is that of the artifact under sign-off. The digest of an index, or of the manifest
    /// of one of its `platforms`. Default: the one in `image`, if any.
    digest: Option<Wanted>,
    /// Platforms that it must be there for: `linux/amd64`, `linux/arm64/v8`. Default: none is demanded.
    platforms: Option<OneOrMore<Platform>>,
    /// The PEM file of the public key (ECDSA P-256, as `cosign generate-key-pair` makes it) that must have signed the digest, relative to the plan's folder.
    pub signed_by: Option<PathBuf>,
    /// The user to log in as; ECR's is `AWS`.
    pub username: Option<String>,
    /// The password or access token of the user, as a variable: `${REGISTRY_TOKEN}`.
    pub password: Option<Secret>,
    /// A program and its arguments that prints the password: `[aws, ecr, get-login-password]`. Off unless the plan's main file says
    /// `allow: [command]`.
    pub password_command: Option<Argv>,
    /// Variables of the process environment that `password-command` is given, by name: `[HOME, "AWS_PROFILE?"]`. Default: none.
    pub env: Option<EnvNames>,
    /// Where tokens are given, if that is another host than the registry; of Docker Hub and GitLab it is known.
    pub token_server: Option<Address>,
    /// Whether the registry is asked over plain http; on this machine only. Default: false.
    #[serde(default)]
    pub plain_http: bool,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
}

without_contradiction!(Image);

impl Image {
    fn contradiction(&self) -> Option<String> {
        let why = match (&self.username, &self.password, &self.password_command) {
            (_, Some(_), Some(_)) => "`password` and `password-command` are two: name one",
            (None, Some(_), _) | (None, _, Some(_)) => "a password needs its `username`: ECR's is `AWS`, GitLab's and GitHub's any",
            (Some(_), None, None) => "`username` needs its `password`, or a `password-command` that prints it",
            (_, _, None) if self.env.is_some() => "`env` is what a `password-command` is given",
            _ if self.plain_http && !self.image.is_local() => {
                "`plain-http` would show the login and the image to everybody on the way: it is for a registry on this machine only"
            }
            _ if self.token_server.as_ref().is_some_and(|server| !server.is_https() && !self.plain_http) => {
                "`token-server` is given the login: write an `https` address"
            }
            _ => return None,
        };
        Some(why.into())
    }

    fn program<'a>(&'a self, argv: &'a Argv) -> Program<'a> {
        Program { argv, env: self.env.as_deref().unwrap_or_default(), limit: Size(64 << 10) }
    }
}

impl Check for Image {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let mut touch = Touch::new(self.image.registry(self.plain_http), format!("GET the manifest of {}", self.image));
        touch.credentials.extend(self.password.iter().map(|secret| secret.written().to_owned()));
        let key = self.signed_by.iter().map(|file| Touch::new(format!("file {}", file.display()), "reads it"));
        std::iter::once(touch).chain(self.password_command.iter().map(|argv| self.program(argv).touch())).chain(key).collect()
    }
}
