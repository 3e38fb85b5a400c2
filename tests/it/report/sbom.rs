//! The kind `sbom`.

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use super::{DIGEST, bound, outcome, unbound};

/// CycloneDX 1.6 as Trivy and syft write it of an image.
const JSON: &str = r#"{"$schema":"http://cyclonedx.org/schema/bom-1.6.schema.json","bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":1,"metadata":{"timestamp":"2026-11-20T09:00:00+00:00","tools":{"components":[{"type":"application","name":"trivy","version":"0.59.1"}]},"component":{"bom-ref":"root","type":"container","name":"api","purl":"pkg:oci/api@sha256%3ADIGEST?arch=amd64","properties":[{"name":"aquasecurity:trivy:ImageID","value":"sha256:5555555555555555555555555555555555555555555555555555555555555555"}]}},"components":[{"bom-ref":"a","type":"library","supplier":{"name":"s"},"name":"serde","version":"1.0","purl":"pkg:cargo/serde@1.0","licenses":[{"expression":"MIT OR Apache-2.0"}]},{"bom-ref":"b","type":"library","publisher":"p","name":"left-pad","version":"1.3","purl":"pkg:npm/left-pad@1.3","licenses":[{"license":{"id":"MIT"}}],"components":[{"bom-ref":"c","type":"file","author":"x","name":"inner","version":"1","licenses":[{"license":{"id":"Apache-2.0"}}]}]}],"dependencies":[{"ref":"root","dependsOn":["a","b"]},{"ref":"a"}]}"#;

/// CycloneDX 1.4 as XML, as its Maven plugin writes it.
const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?><bom serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" version="1" xmlns="http://cyclonedx.org/schema/bom/1.4"><metadata><timestamp>2026-11-20T09:00:00Z</timestamp><tools><tool><vendor>OWASP</vendor><name>maven</name></tool></tools><component type="application" bom-ref="root"><name>api</name><version>1.4.2</version><hashes><hash alg="SHA-256">DIGEST</hash></hashes></component></metadata><components><component type="library" bom-ref="a"><publisher>p</publisher><name>guava</name><version>33</version><licenses><license><id>Apache-2.0</id><url>https://x</url></license></licenses><purl>pkg:maven/guava@33</purl></component><component type="library" bom-ref="b"><publisher>p</publisher><name>slf4j</name><version>2</version><licenses><expression>MIT AND Apache-2.0</expression></licenses><purl>pkg:maven/slf4j@2</purl></component></components><dependencies><dependency ref="root"><dependency ref="a"/><dependency ref="b"/></dependency></dependencies></bom>"#;

/// SPDX 2.3 as syft writes it.
const SPDX: &str = r#"{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"api","documentNamespace":"https://example.com/api-1","creationInfo":{"licenseListVersion":"3.25","creators":["Organization: Anchore, Inc","Tool: syft-1.18.1"],"created":"2026-11-20T09:00:00Z"},"packages":[{"name":"api","SPDXID":"SPDXRef-root","versionInfo":"sha256:DIGEST","supplier":"NOASSERTION","downloadLocation":"NOASSERTION","licenseConcluded":"NOASSERTION","licenseDeclared":"MIT","checksums":[{"algorithm":"SHA256","checksumValue":"DIGEST"}],"primaryPackagePurpose":"CONTAINER"},{"name":"musl","SPDXID":"SPDXRef-a","versionInfo":"1.2","supplier":"Person: x","licenseConcluded":"NOASSERTION","licenseDeclared":"MIT","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:apk/musl@1.2"}]}],"files":[{"SPDXID":"SPDXRef-File-1","fileName":"/a"}],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-root","relationshipType":"DESCRIBES"},{"spdxElementId":"SPDXRef-root","relatedSpdxElement":"SPDXRef-a","relationshipType":"CONTAINS"},{"spdxElementId":"SPDXRef-a","relatedSpdxElement":"SPDXRef-File-1","relationshipType":"OTHER"}]}"#;

const SPDX3: &str = r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-11-20T09:00:00Z","createdBy":["https://x/bo"]},{"type":"Person","spdxId":"https://x/bo","name":"Bo","creationInfo":"_:c"},{"type":"SpdxDocument","spdxId":"https://x/doc","creationInfo":"_:c","rootElement":["https://x/bom"],"import":[{"type":"ExternalMap","externalSpdxId":"https://y/libc"}]},{"type":"software_Sbom","spdxId":"https://x/bom","creationInfo":"_:c","rootElement":["https://x/root"],"element":["https://x/root","https://x/musl"]},{"type":"software_Package","spdxId":"https://x/root","creationInfo":"_:c","name":"api","software_packageVersion":"1.4.2","suppliedBy":"https://x/bo","verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"DIGEST"}]},{"type":"software_Package","spdxId":"https://x/musl","creationInfo":"_:c","name":"musl","software_packageVersion":"1.2","suppliedBy":"https://x/bo","software_packageUrl":"pkg:apk/musl@1.2"},{"type":"software_File","spdxId":"https://x/file","creationInfo":"_:c","name":"./a"},{"type":"Relationship","spdxId":"https://x/r1","creationInfo":"_:c","from":"https://x/root","relationshipType":"dependsOn","to":["https://x/musl","https://y/libc"]},{"type":"Relationship","spdxId":"https://x/r2","creationInfo":"_:c","from":"https://x/root","relationshipType":"hasConcludedLicense","to":["https://x/l"]},{"type":"Relationship","spdxId":"https://x/r3","creationInfo":"_:c","from":"https://x/musl","relationshipType":"hasConcludedLicense","to":["expandedlicensing_NoAssertionLicense"]},{"type":"Relationship","spdxId":"https://x/r4","creationInfo":"_:c","from":"https://x/musl","relationshipType":"hasDeclaredLicense","to":["https://spdx.org/licenses/MIT"]},{"type":"simplelicensing_LicenseExpression","spdxId":"https://x/l","creationInfo":"_:c","simplelicensing_licenseExpression":"MIT OR GPL-2.0-only"}]}"#;

fn of(text: &str) -> String {
    text.replace("DIGEST", DIGEST)
}

async fn look(text: &str, more: Value) -> (Outcome, String) {
    outcome(unbound("sbom", ("sbom", of(text)), more)).await
}

/// Bills in order, under MIT and Apache 2.0.
pub(crate) fn in_order() -> Vec<(&'static str, String)> {
    vec![
        ("cdx.json", of(JSON)),
        ("cdx.xml", of(XML)),
        ("spdx.json", of(SPDX)),
        ("spdx3.json", of(SPDX3)),
        ("spdx3-0.json", of(&SPDX3.replace("3.0.1", "3.0.0"))),
        (
            "old-spdx.json",
            of(&SPDX.replace("SPDX-2.3", "SPDX-2.2").replace("\"packages\"", "\"documentDescribes\":[\"SPDXRef-root\"],\"packages\"")),
        ),
        ("old-cdx.json", of(&JSON.replace("\"1.6\"", "\"1.2\""))),
    ]
}

/// The same with something in it that nobody knows, or that breaks its rules.
pub(crate) fn odd() -> Vec<(&'static str, String)> {
    vec![
        ("version.json", of(&JSON.replace("\"specVersion\":\"1.6\"", "\"specVersion\":\"9.9\""))),
        ("version.xml", of(&XML.replace("bom/1.4", "bom/9.4"))),
        ("serial.json", of(&JSON.replace("3e671687-", "odd-"))),
        ("twice.json", of(&JSON.replace("\"bom-ref\":\"b\"", "\"bom-ref\":\"a\""))),
        ("nowhere.json", of(&JSON.replace("[\"a\",\"b\"]", "[\"a\",\"z\"]"))),
        ("nowhere.xml", of(&XML.replace("<dependency ref=\"b\"/>", "<dependency ref=\"z\"/>"))),
        ("type.json", of(&JSON.replace("\"type\":\"file\",", ""))),
        ("name.json", of(&JSON.replace("\"name\":\"inner\",", ""))),
        ("licence.json", of(&JSON.replace("MIT OR Apache-2.0", "MIT odd ish"))),
        ("list.json", of(&JSON.replace("\"licenses\":[{\"license\":{\"id\":\"MIT\"}}]", "\"licenses\":{\"id\":\"GPL-3.0-only\"}"))),
        ("none.json", of(&JSON.replace("\"licenses\":[{\"expression\":\"MIT OR Apache-2.0\"}]", "\"x\":1"))),
        ("version.spdx.json", of(&SPDX.replace("SPDX-2.3", "SPDX-2.9"))),
        ("space.spdx.json", of(&SPDX.replace("\"documentNamespace\":\"https://example.com/api-1\",", ""))),
        ("nowhere.spdx.json", of(&SPDX.replace("\"relatedSpdxElement\":\"SPDXRef-a\"", "\"relatedSpdxElement\":\"SPDXRef-z\""))),
        ("three-1.json", of(&SPDX3.replace("\"3.0.1\"", "\"3.1.0\""))),
        ("nowhere.three.json", of(&SPDX3.replace("[\"https://x/l\"]", "[\"https://x/z\"]"))),
        ("twice.three.json", of(&SPDX3.replace("https://x/r2", "https://x/r1"))),
        (
            "set.three.json",
            of(&SPDX3.replace("\"simplelicensing_licenseExpression\":\"MIT OR GPL-2.0-only\"", "\"expandedlicensing_member\":[]")),
        ),
        ("partly.three.json", of(&SPDX3.replace("[\"https://x/l\"]", "[\"https://x/l\",\"expandedlicensing_NoAssertionLicense\"]"))),
        ("nobody.three.json", of(&SPDX3.replace("https://spdx.org/licenses/MIT", "expandedlicensing_NoneLicense"))),
        ("document.three.json", of(&SPDX3.replace("SpdxDocument", "Document"))),
        ("cut.three.json", of(&SPDX3[..SPDX3.len() - 1])),
        ("cut.json", of(&JSON[..JSON.len() - 1])),
        ("cut.xml", of(&XML[..XML.len() - 1])),
    ]
}

#[tokio::test]
async fn licences_are_read_as_expressions() {
    for (text, licences, outcome, said) in [
        (JSON, json!({ "allowed": ["MIT", "Apache-2.0"] }), Pass, ""),
        (JSON, json!({ "allowed": ["mit", "Apache-*"] }), Pass, ""),
        (JSON, json!({ "allowed": "MIT" }), Fail, "`Apache-2.0` of inner"),
        (JSON, json!({ "denied": "Apache-2.0" }), Fail, "`Apache-2.0` of inner"),
        (JSON, json!({ "denied": "GPL-*" }), Pass, ""),
        (XML, json!({ "allowed": "Apache-2.0" }), Fail, "`(MIT AND Apache-2.0)` of slf4j"),
        (XML, json!({ "denied": "MIT" }), Fail, "slf4j"),
        (SPDX, json!({ "allowed": "MIT" }), Pass, ""),
        (SPDX, json!({ "denied": "MIT" }), Fail, "`MIT` of api and 1 more"),
        (SPDX3, json!({ "allowed": "MIT" }), Pass, ""),
        (SPDX3, json!({ "denied": "MIT" }), Fail, "`MIT` of musl"),
        (
            &SPDX3.replace("[\"https://x/l\"]", "[\"https://x/l\",\"https://spdx.org/licenses/GPL-3.0-only\"]"),
            json!({ "allowed": "MIT" }),
            Fail,
            "AND (GPL-3.0-only)` of api",
        ),
    ] {
        let (came, reason) = look(text, json!({ "licences": licences })).await;
        assert!(came == outcome && reason.contains(said), "{licences}: {came:?} {reason}");
    }
    let named = JSON.replace("{\"id\":\"MIT\"}", "{\"name\":\"GNU General Public License (v3)\"}");
    for (licences, outcome) in [
        (json!({ "denied": "GPL-*" }), Unknown),
        (json!({ "denied": "LicenseRef-GNU-*" }), Fail),
        (json!({ "allowed": ["MIT", "Apache-2.0"] }), Fail),
        (json!({ "allowed": ["MIT", "Apache-2.0", "LicenseRef-GNU-General-Public-License-v3"] }), Pass),
    ] {
        let (came, reason) = look(&named, json!({ "licences": licences })).await;
        assert_eq!(came, outcome, "{licences}: {reason}");
    }
    let without = JSON.replace("\"licenses\":[{\"expression\":\"MIT OR Apache-2.0\"}]", "\"x\":1");
    let (came, reason) = look(&without, json!({ "licences": { "denied": "GPL-*" } })).await;
    assert!(came == Unknown && reason.contains("1 of 3"), "{reason}");
    assert_eq!(look(&without, json!({ "licences": { "denied": "GPL-*", "missing": "accepted" } })).await.0, Pass);
}

#[tokio::test]
async fn the_minimum_elements_and_enough_components() {
    for (text, more, outcome, said) in [
        (JSON.to_owned(), json!({ "minimum-elements": true, "min-components": 3 }), Pass, ""),
        (JSON.into(), json!({ "min-components": 4 }), Fail, "components: got 3"),
        (XML.into(), json!({ "minimum-elements": true, "min-components": 2 }), Pass, ""),
        (JSON.replace("\"supplier\":{\"name\":\"s\"},", ""), json!({ "minimum-elements": true }), Fail, "a supplier of 1 of 3 components"),
        (
            JSON.replace("\"timestamp\":\"2026-11-20T09:00:00+00:00\",", ""),
            json!({ "minimum-elements": true }),
            Fail,
            "the time of the document",
        ),
        (SPDX3.into(), json!({ "minimum-elements": true, "min-components": 2 }), Pass, ""),
        (
            SPDX3.replace("\"suppliedBy\":\"https://x/bo\",\"software", "\"software"),
            json!({ "minimum-elements": true }),
            Fail,
            "a supplier of 1 of 2",
        ),
        (SPDX.into(), json!({ "minimum-elements": true }), Fail, "a supplier of 1 of 2 components"),
        (r#"{"bomFormat":"CycloneDX","specVersion":"1.5","version":1}"#.into(), json!({}), Fail, "components: got 0, wanted at least 1"),
    ] {
        let (came, reason) = look(&text, more.clone()).await;
        assert!(came == outcome && reason.contains(said), "{more}: {came:?} {reason}");
    }
}

#[tokio::test]
async fn it_is_of_this_artifact() {
    let other = "1".repeat(64);
    for (text, outcome) in [
        (of(JSON), Pass),
        (of(XML), Pass),
        (of(SPDX), Pass),
        (JSON.replace("DIGEST", &other), Fail),
        (XML.replace("DIGEST", &other), Fail),
        (SPDX.replace("DIGEST", &other), Fail),
        (JSON.replace("@sha256%3ADIGEST", ""), Unknown),
        (of(SPDX3), Pass),
        (SPDX3.replace("DIGEST", &other), Fail),
        (SPDX3.replace("\"hashValue\":\"DIGEST\"", "\"x\":1"), Unknown),
    ] {
        let (came, reason) = super::outcome(bound("sbom", ("sbom", text), json!({}))).await;
        assert_eq!(came, outcome, "{reason}");
    }
}
