//! SPDX 3.0 as JSON-LD: one flat list of elements, which relationships bind together.

use std::collections::HashMap;

use serde_json::Value;

use super::seen::{Bill, Component, NONE};
use crate::{
    check::evidence::{Said, list, texts},
    model::quote,
};

/// The individuals of the specification that stand for no answer.
const NOBODY: [&str; 4] = ["NoAssertionLicense", "NoneLicense", "NoAssertionElement", "NoneElement"];

pub(super) fn read(value: &Value, said: &mut Said) -> Result<Bill, String> {
    let (mut bill, graph) = (Bill::default(), list(value, "@graph"));
    let of = |wanted: &'static str| graph.iter().filter(move |element| texts(element, "/type") == wanted);
    let named = |element: &Value, key: &str| list(element, key).iter().filter_map(|id| Some(id.as_str()?.to_owned())).collect::<Vec<_>>();
    of("CreationInfo").for_each(|creation| said.time(texts(creation, "/created")));
    if let Some(version) = of("CreationInfo").map(|one| texts(one, "/specVersion")).find(|version| !version.starts_with("3.0")) {
        bill.odd.push(format!("the version {} of SPDX", quote(version)));
    }
    if of("CreationInfo").count() == 0 || of("SpdxDocument").count() != 1 {
        bill.broken("it has no `CreationInfo`, or not one `SpdxDocument`");
    }
    let id = |one| if texts(one, "/spdxId").is_empty() { texts(one, "/@id") } else { texts(one, "/spdxId") };
    let ids: Vec<&str> = graph.iter().map(id).collect();
    let by_id: HashMap<&str, &Value> = ids.iter().copied().zip(graph).collect();
    let roots: Vec<String> = of("SpdxDocument").chain(of("software_Sbom")).flat_map(|one| named(one, "rootElement")).collect();
    let (mut licences, mut uses) = (HashMap::<(&str, &str), Vec<String>>::new(), roots.clone());
    for one in graph.iter().filter(|one| !texts(one, "/relationshipType").is_empty()) {
        let (from, to) = (texts(one, "/from"), named(one, "to"));
        let told = to.iter().map(|id| licence(id, by_id.get(id.as_str()).copied()));
        licences.entry((from, texts(one, "/relationshipType"))).or_default().extend(told);
        uses.extend(to.into_iter().chain([from.to_owned()]));
    }
    for package in of("software_Package") {
        let (own, hashes) = (texts(package, "/spdxId"), list(package, "verifiedUsing"));
        if roots.iter().any(|root| root == own) {
            ["/software_packageVersion", "/software_packageUrl"].iter().for_each(|key| said.digest(texts(package, key)));
            let sha256 = hashes.iter().filter(|hash| texts(hash, "/algorithm") == "sha256");
            sha256.for_each(|hash| said.digest(&format!("sha256:{}", texts(hash, "/hashValue"))));
        }
        let known = |kind| licences.get(&(own, kind)).map(|all| together(all)).filter(|licence| licence != NONE);
        let identified = !texts(package, "/software_packageUrl").is_empty() || !list(package, "externalIdentifier").is_empty();
        bill.add(&Component {
            name: texts(package, "/name"),
            version: texts(package, "/software_packageVersion"),
            supplier: !texts(package, "/suppliedBy").is_empty() || !list(package, "originatedBy").is_empty(),
            identified: identified || !hashes.is_empty(),
            licence: known("hasConcludedLicense").or_else(|| known("hasDeclaredLicense")).unwrap_or_default(),
        });
    }
    let imported = of("SpdxDocument").flat_map(|one| list(one, "import")).map(|one| texts(one, "/externalSpdxId"));
    // What the specification itself defines stands in no file.
    let here = |id: &&str| !id.starts_with("https://spdx.org/") && !id.starts_with("expandedlicensing_No");
    bill.references(ids.iter().copied().chain(imported), uses.iter().map(String::as_str).filter(here));
    let lacks = [
        ("relationships", licences.is_empty()),
        ("an author of the document", of("CreationInfo").all(|one| list(one, "createdBy").is_empty())),
        ("the time of the document", said.written.is_none()),
    ];
    bill.lacking.extend(lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(what, _)| (what.to_owned(), 0)));
    Ok(bill)
}

/// All of them as one expression; where one of several is not asserted, it is none.
fn together(licences: &[String]) -> String {
    match licences {
        [only] => only.clone(),
        all => all.iter().map(|one| format!("({one})").replace(NONE, "not asserted")).collect::<Vec<_>>().join(" AND "),
    }
}

/// An expression; what is neither one nor on the list of licences becomes what no expression is.
fn licence(id: &str, element: Option<&Value>) -> String {
    match element.map(|element| texts(element, "/simplelicensing_licenseExpression")).unwrap_or_default() {
        "NOASSERTION" | "NONE" => NONE.to_owned(),
        "" if NOBODY.iter().any(|end| id.ends_with(end)) => NONE.to_owned(),
        "" => id.strip_prefix("https://spdx.org/licenses/").map_or_else(|| format!("the licence {id}"), str::to_owned),
        expression => expression.to_owned(),
    }
}
