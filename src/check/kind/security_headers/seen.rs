//! What each page sent.

use serde::{Deserialize, Serialize};

/// What the pages sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// In the order of the plan; the last one may be the page that is not there.
    pub pages: Vec<Page>,
    /// What became of plain http.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<Plain>,
}

/// One page, as it was where the redirects ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Page {
    /// As the plan writes it.
    pub path: String,
    /// Whether it is the one that should not exist.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_found: bool,
    /// Where the redirects ended.
    pub url: String,
    /// The status there.
    pub status: u16,
    /// Why the redirects were not followed to their end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The headers that the rules are about, each as often as it came.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// A header that is too long to be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_long: Option<String>,
    /// The cookies set on the way, without their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<Cookie>,
    /// What its HTML says, where it is HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<Html>,
}

/// A cookie that was set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Sent over https only.
    #[serde(default)]
    pub secure: bool,
    /// Out of the reach of scripts.
    #[serde(default)]
    pub http_only: bool,
    /// The word of its `SameSite`, empty where there is none behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_site: Option<String>,
}

/// What matters in a page's HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Html {
    /// Why it was not read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// The policies of its `meta` elements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// The `meta` element about the referrer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// The base of its addresses, where it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Its scripts that come from an address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<Script>,
    /// Whether it has scripts at all.
    #[serde(default)]
    pub has_scripts: bool,
}

/// A script that comes from an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Script {
    /// As the page writes it.
    pub src: String,
    /// Whether a digest goes along.
    #[serde(default)]
    pub integrity: bool,
}

/// What became of plain http.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Plain {
    /// What was asked.
    pub from: String,
    /// What came of it.
    pub answer: Answer,
}

/// What came of plain http.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Every address refuses the connection.
    Refused,
    /// It could not be asked.
    Unknown(String),
    /// The addresses that were asked one after the other, and at the end what a redirect leads to that was not followed.
    Route(Vec<String>),
}
