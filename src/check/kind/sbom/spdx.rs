//! SPDX 2.2 and 2.3 (ISO/IEC 5962) as JSON.

use serde_json::Value;

use super::seen::{Bill, Component};
use crate::{
    check::evidence::{Said, list, texts},
    model::quote,
};

/// What stands for no answer.
fn asserted(text: &str) -> &str {
    if matches!(text, "NOASSERTION" | "NONE") { "" } else { text }
}

pub(super) fn read(value: &Value, said: &mut Said) -> Result<Bill, String> {
    let mut bill = Bill::default();
    let version = texts(value, "/spdxVersion");
    if !matches!(version, "SPDX-2.2" | "SPDX-2.3") {
        bill.odd.push(format!("the version {} of SPDX", quote(version)));
    }
    for key in ["SPDXID", "name", "documentNamespace", "dataLicense"] {
        if texts(value, &format!("/{key}")).is_empty() {
            bill.broken(format!("it has no `{key}`"));
        }
    }
    said.time(texts(value, "/creationInfo/created"));
    let (packages, relationships) = (list(value, "packages"), list(value, "relationships"));
    let described = |id: &str| {
        list(value, "documentDescribes").iter().any(|one| one == id)
            || relationships.iter().any(|one| match texts(one, "/relationshipType") {
                "DESCRIBES" => texts(one, "/spdxElementId") == "SPDXRef-DOCUMENT" && texts(one, "/relatedSpdxElement") == id,
                "DESCRIBED_BY" => texts(one, "/spdxElementId") == id,
                _ => false,
            })
    };
    for package in packages {
        let licences = ["/licenseConcluded", "/licenseDeclared"].map(|pointer| asserted(texts(package, pointer)));
        let id = texts(package, "/SPDXID");
        if described(id) {
            of_subject(package, said);
        }
        bill.add(&Component {
            name: texts(package, "/name"),
            version: texts(package, "/versionInfo"),
            supplier: ["/supplier", "/originator"].iter().any(|pointer| !asserted(texts(package, pointer)).is_empty()),
            identified: !list(package, "externalRefs").is_empty() || !list(package, "checksums").is_empty(),
            licence: licences.into_iter().find(|licence| !licence.is_empty()).unwrap_or_default().to_owned(),
        });
    }
    let ids = packages.iter().chain(list(value, "files")).chain(list(value, "snippets")).map(|one| texts(one, "/SPDXID"));
    let uses = relationships.iter().flat_map(|one| [texts(one, "/spdxElementId"), texts(one, "/relatedSpdxElement")]);
    let here = |id: &&str| !id.starts_with("DocumentRef-") && !matches!(*id, "NOASSERTION" | "NONE");
    bill.references(ids.chain(["SPDXRef-DOCUMENT"]), uses.filter(here));
    let lacks = [
        ("relationships", relationships.is_empty()),
        ("an author of the document", list(&value["creationInfo"], "creators").is_empty()),
        ("the time of the document", said.written.is_none()),
    ];
    bill.lacking.extend(lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(what, _)| (what.to_owned(), 0)));
    Ok(bill)
}

fn of_subject(package: &Value, said: &mut Said) {
    said.digest(texts(package, "/versionInfo"));
    for checksum in list(package, "checksums").iter().filter(|checksum| texts(checksum, "/algorithm") == "SHA256") {
        said.digest(&format!("sha256:{}", texts(checksum, "/checksumValue")));
    }
    list(package, "externalRefs").iter().for_each(|reference| said.digest(texts(reference, "/referenceLocator")));
}
