//! The rules, and what comes of one.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::words;

/// A rule of the Observatory, by its name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Rule {
    /// Browsers come back over https only.
    StrictTransportSecurity,
    /// Which sources a page may use.
    ContentSecurityPolicy,
    /// Who may frame the page.
    XFrameOptions,
    /// The type is as it is said.
    XContentTypeOptions,
    /// What other sites learn of the address.
    ReferrerPolicy,
    /// Cookies stay where they belong.
    Cookies,
    /// Who may load it.
    CrossOriginResourcePolicy,
    /// Who shares its window.
    CrossOriginOpenerPolicy,
    /// What it may embed.
    CrossOriginEmbedderPolicy,
    /// Scripts of others are those that were meant.
    SubresourceIntegrity,
    /// Plain http leads to https.
    Redirection,
}

words!(Rule {
    StrictTransportSecurity = "strict-transport-security",
    ContentSecurityPolicy = "content-security-policy",
    XFrameOptions = "x-frame-options",
    XContentTypeOptions = "x-content-type-options",
    ReferrerPolicy = "referrer-policy",
    Cookies = "cookies",
    CrossOriginResourcePolicy = "cross-origin-resource-policy",
    CrossOriginOpenerPolicy = "cross-origin-opener-policy",
    CrossOriginEmbedderPolicy = "cross-origin-embedder-policy",
    SubresourceIntegrity = "subresource-integrity",
    Redirection = "redirection"
});

impl Rule {
    pub(super) const ALL: [Self; 11] = [
        Self::StrictTransportSecurity,
        Self::ContentSecurityPolicy,
        Self::XFrameOptions,
        Self::XContentTypeOptions,
        Self::ReferrerPolicy,
        Self::Cookies,
        Self::CrossOriginResourcePolicy,
        Self::CrossOriginOpenerPolicy,
        Self::CrossOriginEmbedderPolicy,
        Self::SubresourceIntegrity,
        Self::Redirection,
    ];

    pub(super) const OF_AN_API: [Self; 5] =
        [Self::StrictTransportSecurity, Self::XContentTypeOptions, Self::Cookies, Self::CrossOriginResourcePolicy, Self::Redirection];

    pub(super) fn has_bonus(self) -> bool {
        !matches!(self, Self::StrictTransportSecurity | Self::XFrameOptions | Self::XContentTypeOptions | Self::Redirection)
    }

    /// What to write instead.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::StrictTransportSecurity => "`Strict-Transport-Security: max-age=31536000; includeSubDomains`, once",
            Self::ContentSecurityPolicy => {
                "`Content-Security-Policy: default-src 'none'; …` with each source named: `script-src 'self'`, or `'nonce-…' 'strict-dynamic'`; \
                 `object-src 'none'`"
            }
            Self::XFrameOptions => "`Content-Security-Policy: frame-ancestors 'none'` or `X-Frame-Options: DENY`, once",
            Self::XContentTypeOptions => "`X-Content-Type-Options: nosniff`, once",
            Self::ReferrerPolicy => "`Referrer-Policy: strict-origin-when-cross-origin` or `no-referrer`",
            Self::Cookies => "`Secure; SameSite=Lax`, and `HttpOnly` for sessions",
            Self::CrossOriginResourcePolicy => "`Cross-Origin-Resource-Policy: same-origin`, once",
            Self::CrossOriginOpenerPolicy => "`Cross-Origin-Opener-Policy: same-origin`, once",
            Self::CrossOriginEmbedderPolicy => "`Cross-Origin-Embedder-Policy: require-corp`, once",
            Self::SubresourceIntegrity => "`<script src=\"https://…\" integrity=\"sha384-…\" crossorigin>`, or a script of your own site",
            Self::Redirection => "301 to `https://` on the same host, before anything else",
        }
    }
}

/// What comes of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// What the Observatory calls it.
    pub(super) result: &'static str,
    /// How far it holds.
    pub(super) grade: Grade,
    /// What was seen.
    pub(super) says: String,
}

/// How far a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grade {
    Broken,
    Holds,
    Best,
}

impl Verdict {
    pub(super) fn new(grade: Grade, result: &'static str, says: impl Into<String>) -> Self {
        Self { result, grade, says: says.into() }
    }

    pub(super) fn broken(result: &'static str, says: impl Into<String>) -> Self {
        Self::new(Grade::Broken, result, says)
    }

    pub(super) fn holds(result: &'static str, says: impl Into<String>) -> Self {
        Self::new(Grade::Holds, result, says)
    }

    pub(super) fn best(result: &'static str, says: impl Into<String>) -> Self {
        Self::new(Grade::Best, result, says)
    }
}
