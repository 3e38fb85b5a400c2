//! The auditor's zip: what it holds, that it shows every change, and that it can be checked without this program.

mod by_hand;
mod changed;
mod hostile;
mod sample;

use gonogo::{
    ledger::{BUNDLE_SCHEMA, Bundle, Manifest},
    model::Digest,
    render::pages,
};

use sample::{Made, made};

#[test]
fn comes_back_as_it_was_and_is_the_same_each_time() {
    let made = made();
    let zip = made.zip();
    assert_eq!(zip, made.zip());
    let read = Bundle::from_zip(&zip).expect("a bundle");
    assert_eq!(read.check_manifest(), Ok(()));
    // The same files in any order.
    assert_eq!(Bundle::from_zip(&read.to_zip().expect("a zip")), Ok(read));
}

#[test]
fn gives_back_what_was_put_in() {
    let made = made();
    let bundle = made.bundle();
    assert_eq!(bundle.report(), made.report);
    assert_eq!(bundle.html(), made.html.as_bytes());
    assert_eq!(bundle.markdown(), made.markdown.as_bytes());
    assert_eq!(bundle.record().expect("a record"), made.record);
    assert_eq!(bundle.ledger(), made.ledger);
    assert_eq!(bundle.allowed_signers(), made.allowed_signers);
    assert_eq!(bundle.revoked_keys(), Some(made.revoked_keys.as_slice()));
    for (name, bytes) in &made.plan {
        assert_eq!(bundle.plan_file(name), Some(bytes.as_slice()), "{name}");
    }
    assert_eq!(bundle.plan_file("no-such.yaml"), None);
    for blob in &made.evidence {
        assert_eq!(bundle.files.get(&format!("evidence/{}", blob.digest)), Some(&blob.bytes));
    }
    let statements = bundle.statements().expect("statements");
    assert_eq!(statements.len(), made.entries.len());
    for (statement, entry) in statements.iter().zip(&made.entries) {
        assert_eq!((statement.seq, &statement.payload, &statement.signature), (entry.seq, &entry.payload, &entry.signature));
    }
    let kinds: Vec<&str> = statements.iter().map(|statement| statement.kind.as_str()).collect();
    assert_eq!(kinds, ["sign-off", "sign-off", "unknown", "unknown"]);
}

#[test]
fn the_manifest_names_every_other_file_with_its_fingerprint() {
    let bundle = made().bundle();
    let manifest = bundle.manifest().expect("a manifest");
    assert_eq!((manifest.schema.as_str(), manifest.tool.as_str()), (BUNDLE_SCHEMA, Manifest::TOOL));
    assert_eq!((manifest.report, manifest.head), (Digest::of(bundle.report()), made().record.head));
    assert_eq!(manifest.files.len(), bundle.files.len() - 2);
    for (name, digest) in manifest.files {
        assert_eq!(digest, Digest::of(&bundle.files[&name]), "{name}");
    }
}

#[test]
fn names_of_the_plan_lead_nowhere_else() {
    let bundle = made().bundle();
    let plan: Vec<&str> = bundle.files.keys().filter(|name| name.starts_with("plan/")).map(String::as_str).collect();
    assert_eq!(
        plan,
        [
            "plan/%2E%2E/%2E%2E/shared.yaml",
            "plan/%2Fetc%2Fgonogo%2Fwaivers.yaml",
            "plan/checks/network.yaml",
            "plan/gonogo.yaml",
            "plan/pack%3Aweb-api",
        ]
    );
}

#[test]
fn the_pages_can_be_made_again() {
    let bundle = made().bundle();
    let again = sample::rendered(&bundle);
    assert_eq!(again.html.as_bytes(), bundle.html());
    assert_eq!(again.markdown.as_bytes(), bundle.markdown());
    let Made { report, record, .. } = made();
    assert_eq!(again, pages(&serde_json::from_slice(&report).expect("a report"), &report, Some(&record)));
}
