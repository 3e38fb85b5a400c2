//! The bill of materials is valid, of this artifact, and under licences that may be used.

mod counterexamples;
mod cyclonedx;
mod judge;
mod licence;
mod observe;
mod seen;
mod spdx;
mod spdx3;

use schemars::JsonSchema;
use serde::Deserialize;

use self::seen::Bill;
use crate::{
    check::{Check, OneOrMore, Touch, demand::Text, evidence::report_kind},
    model::ProcessEnv,
};

/// Which licences the components may have. A name that ends with `*` means all that begin so.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Licences {
    /// Those that may be there, and no other, by SPDX identifier: `[MIT, Apache-2.0, "BSD-*"]`.
    pub allowed: Option<OneOrMore<Text>>,
    /// Those that may not.
    pub denied: Option<OneOrMore<Text>>,
    /// Components without a licence, or with one that nobody asserts: `accepted`. Default: they make it unknown.
    pub missing: Option<Missing>,
}

/// That something may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Missing {
    /// It is shown, and not red.
    Accepted,
}

report_kind! {
    /// The software bill of materials is valid, of this release's artifact, and names components under licences that may be used.
    ///
    /// Read are CycloneDX 1.2 to 1.7 as JSON and XML, SPDX 2.2 and 2.3 as JSON, and SPDX 3.0 as JSON-LD. Valid means: the fields that the
    /// specification requires are there, identifiers are unique, and relationships lead to something. A licence is read as an SPDX
    /// expression: of `OR` one side must do, of `AND` and of several licences all; what `WITH` adds to a licence is allowed and denied with
    /// it. One that has only a name is `LicenseRef-` with that name, `-` for its blanks; where only `denied` is given, it is unknown. Of
    /// SPDX the concluded licence counts, else the declared; of SPDX 3 expressions and listed licences are read, sets of licences are
    /// unknown.
    ///
    /// It is of this artifact by the digest of its subject: `metadata.component` of CycloneDX (its SHA-256, its purl or version with
    /// `sha256:…`, Trivy's `RepoDigest`), what SPDX describes or has as its root (its SHA-256, purl, version). Else it is unknown, unless
    /// `unbound` says otherwise.
    ///
    /// `minimum-elements` are those of the NTIA: a supplier (or publisher, author), name, version and a unique identifier of each
    /// component, relationships, an author of the document and its time.
    ///
    /// Not seen: components that the tool did not find, and whether the licences that it tells are true. Unknown is a file that is cut off,
    /// of another format, over 256 MiB, or with more than 300,000 values that matter (about 30,000 components).
    pub struct Sbom {
        /// Licences.
        pub licences: Option<Licences>,
        /// How many components there must be. Default: 1.
        pub min_components: Option<u64>,
        /// The NTIA's minimum elements must be there. Default: false.
        #[serde(default)]
        pub minimum_elements: bool,
    }
}

impl Sbom {
    fn contradiction(&self) -> Option<String> {
        if self.licences.as_ref().is_some_and(|licences| licences.allowed.is_none() && licences.denied.is_none()) {
            return Some("`licences` demands nothing: write `allowed` or `denied`".into());
        }
        if self.min_components == Some(0) {
            return Some("`min-components: 0` demands nothing: leave it out, and there must be one".into());
        }
        self.keys().contradiction::<Bill>()
    }
}

impl Check for Sbom {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        self.keys().touches()
    }
}
