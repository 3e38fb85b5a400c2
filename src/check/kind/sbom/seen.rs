//! What a bill of materials tells.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{cyclonedx, spdx, spdx3};
use crate::{
    check::evidence::{Content, Evidence, Facts, Format, Said, only_lists},
    model::{excerpt, one_line, quote},
};

/// The files, and what they tell together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The files.
    pub evidence: Evidence,
    /// What they tell.
    pub bill: Bill,
}

/// What one bill tells.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bill {
    /// Its components.
    pub components: u64,
    /// Licences as expressions, with how many components have each and the first of those.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub licences: BTreeMap<String, (u64, String)>,
    /// What breaks its own rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invalid: Vec<String>,
    /// Minimum elements that are missing: of how many components, or of the document (0).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lacking: BTreeMap<String, u64>,
    /// What is not understood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<String>,
}

/// The licence of a component that has none.
pub(super) const NONE: &str = "NOASSERTION";

/// A component, whatever the format.
pub(super) struct Component<'v> {
    pub(super) name: &'v str,
    pub(super) version: &'v str,
    pub(super) supplier: bool,
    pub(super) identified: bool,
    /// An expression; empty for none.
    pub(super) licence: String,
}

impl Bill {
    pub(super) fn add(&mut self, component: &Component<'_>) {
        self.components += 1;
        let lacks = [
            ("a name", component.name.is_empty()),
            ("a version", component.version.is_empty()),
            ("a supplier", !component.supplier),
            ("a unique identifier", !component.identified),
        ];
        for (what, _) in lacks.into_iter().filter(|(_, lacks)| *lacks) {
            *self.lacking.entry(what.into()).or_default() += 1;
        }
        if component.name.is_empty() {
            self.broken("a component has no name");
        }
        let licence = if component.licence.is_empty() { NONE } else { component.licence.as_str() };
        let licence = excerpt(&one_line(licence), 300);
        let known = self.licences.entry(licence).or_insert_with(|| (0, excerpt(&one_line(component.name), 100)));
        known.0 += 1;
    }

    /// Notes what breaks a rule.
    pub(super) fn broken(&mut self, what: impl Into<String>) {
        let what = excerpt(&one_line(&what.into()), 300);
        if self.invalid.len() < 20 && !self.invalid.contains(&what) {
            self.invalid.push(what);
        }
    }

    /// Notes identifiers that stand twice, and references that lead nowhere.
    pub(super) fn references<'v>(&mut self, ids: impl Iterator<Item = &'v str>, uses: impl Iterator<Item = &'v str>) {
        let mut known = HashSet::new();
        for id in ids {
            if !known.insert(id) {
                self.broken(format!("the identifier {} stands twice", quote(id)));
            }
        }
        for used in uses.filter(|used| !known.contains(used)) {
            self.broken(format!("{} is referred to, and is not there", quote(used)));
        }
    }

    /// Adds another bill's.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.components += other.components;
        for (licence, (count, first)) in other.licences {
            self.licences.entry(licence).or_insert((0, first)).0 += count;
        }
        for (what, count) in other.lacking {
            *self.lacking.entry(what).or_default() += count;
        }
        self.invalid.extend(other.invalid);
        self.odd.extend(other.odd);
        self
    }
}

impl Facts for Bill {
    const NOUN: &'static str = "a bill of materials";
    const FORMATS: &'static [Format] = &[Format::CycloneDx, Format::CycloneDxXml, Format::Spdx, Format::Spdx3];
    const KEYS: &'static str = "bomFormat specVersion serialNumber metadata component components type name group version bom-ref purl \
        cpe hashes alg content licenses license id expression supplier publisher author authors manufacturer manufacture tools timestamp \
        properties value dependencies ref dependsOn services spdxVersion SPDXID documentNamespace documentDescribes creationInfo created \
        creators packages versionInfo checksums algorithm checksumValue externalRefs referenceType referenceLocator licenseConcluded \
        licenseDeclared originator relationships spdxElementId relationshipType relatedSpdxElement files snippets dataLicense @graph \
        annotations comment spdxId @id specVersion createdBy rootElement import externalSpdxId from to software_packageVersion \
        software_packageUrl verifiedUsing hashValue suppliedBy originatedBy externalIdentifier simplelicensing_licenseExpression";

    fn read(format: Format, content: Content<'_, '_>, _: &[String], said: &mut Said) -> Result<Self, String> {
        if let Content::Json(values) = &content {
            let lists = "components licenses dependencies dependsOn hashes packages relationships checksums externalRefs @graph rootElement \
                to";
            values.iter().try_for_each(|value| only_lists(value, lists))?;
        }
        match (format, content) {
            (Format::CycloneDxXml, Content::Xml(root, events)) => cyclonedx::read(&cyclonedx::from_xml(root, events, Self::KEYS)?, said),
            (Format::CycloneDx, Content::Json([value])) => cyclonedx::read(value, said),
            (Format::Spdx, Content::Json([value])) => spdx::read(value, said),
            (Format::Spdx3, Content::Json([value])) => spdx3::read(value, said),
            _ => Err("holds several documents".into()),
        }
    }
}
