//! A bundle of the sample report with a rich record, and a bundle that somebody forged with this program's own means.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write as _},
};

use gonogo::{
    ledger::{Blob, Bundle, Contents, Entry, Label, VERSION},
    model::{Act, Decision, Digest, Made as By, Method, Record, Release, SignOff, Statement, Subject, Verdict},
    render::{Pages, pages},
};
use serde_json::{Value, json};

use crate::render::sample;

/// What a bundle is made of, owned.
pub(super) struct Made {
    pub(super) report: Vec<u8>,
    pub(super) html: String,
    pub(super) markdown: String,
    pub(super) record: Record,
    pub(super) plan: BTreeMap<String, Vec<u8>>,
    pub(super) evidence: Vec<Blob>,
    pub(super) entries: Vec<Entry>,
    pub(super) ledger: Vec<u8>,
    pub(super) allowed_signers: Vec<u8>,
    pub(super) revoked_keys: Vec<u8>,
}

pub(super) fn made() -> Made {
    let report = sample::bytes("go");
    let record = sample::record("signed");
    let Pages { html, markdown } = pages(&sample::stored("go"), &report, Some(&record));
    let plan = ["gonogo.yaml", "checks/network.yaml", "../../shared.yaml", "/etc/gonogo/waivers.yaml", "pack:web-api"];
    Made {
        html,
        markdown,
        plan: plan.map(|name| (name.to_owned(), format!("# {name}\n").into_bytes())).into(),
        evidence: vec![Blob::of(b"restored 1,204,332 rows".to_vec()), Blob::of(vec![0, 159, 146, 150])],
        entries: vec![
            entry(1, sign_off(&report, Some("bob@example.com")).to_json(), Some("not a signature")),
            entry(2, sign_off(&report, None).to_json(), None),
            entry(3, b"{not a statement".to_vec(), None),
            entry(12_345, br#"{"_type":"https://in-toto.io/Statement/v1","predicateType":"urn:gonogo:oath/v1"}"#.to_vec(), None),
        ],
        ledger: b"{\"version\":1,\"seq\":1}\n".to_vec(),
        allowed_signers: b"bob@example.com ssh-ed25519 AAAA\n".to_vec(),
        revoked_keys: b"ssh-ed25519 BBBB\n".to_vec(),
        report,
        record,
    }
}

impl Made {
    pub(super) fn bundle(&self) -> Bundle {
        Bundle::from_zip(&self.zip()).expect("a bundle")
    }

    pub(super) fn zip(&self) -> Vec<u8> {
        let entries: Vec<&Entry> = self.entries.iter().collect();
        let contents = Contents {
            report: &self.report,
            html: &self.html,
            markdown: &self.markdown,
            record: &self.record,
            plan: &self.plan,
            entries: &entries,
            allowed_signers: &self.allowed_signers,
            revoked_keys: Some(&self.revoked_keys),
        };
        let mut packing = contents.pack(Cursor::new(Vec::new())).expect("it is packed");
        self.evidence.iter().for_each(|blob| packing.add_evidence(blob).expect("it is added"));
        packing.begin_ledger().expect("it is begun");
        packing.write_all(&self.ledger).expect("it is written");
        packing.finish().expect("a zip").into_inner()
    }
}

pub(super) fn entry(seq: u64, payload: Vec<u8>, signature: Option<&str>) -> Entry {
    let recorded = "2025-11-13T12:31:07.25Z".parse().expect("an instant");
    let (label, signature) = (Label::default(), signature.map(str::to_owned));
    Entry { version: VERSION, chain: "userprofile-api".into(), seq, prev: Digest::none(), recorded, label, payload, signature, bare: None }
}

pub(super) fn sign_off(report: &[u8], by: Option<&str>) -> Statement {
    let report = Digest::of(report);
    Statement {
        subject: vec![Subject::sha256("report.json", &report)],
        made: By {
            project: "userprofile-api".into(),
            environment: "prod".into(),
            at: "2025-11-13T12:31:00Z".parse().expect("an instant"),
            head: Digest::none(),
            org: None,
            by: by.map(str::to_owned),
            method: Method::Ssh,
            tool: "gonogo 0.1.0".into(),
        },
        act: Act::SignOff(Box::new(SignOff {
            deputy_of: None,
            beside: Vec::new(),
            report,
            release: Release { version: Some("1.4.2".into()), ..Release::default() },
            verdict: Verdict::Go,
            role: "security".into(),
            meaning: "I stand by it.".into(),
            decision: Decision::Go,
            comment: None,
            exceptions: Vec::new(),
            person: by.unwrap_or("nobody").to_owned(),
            evidence: Vec::new(),
        })),
    }
}

/// The pages that report and record of the bundle make: what an audit compares.
pub(super) fn rendered(bundle: &Bundle) -> Pages {
    let report = serde_json::from_slice(bundle.report()).expect("a report");
    pages(&report, bundle.report(), Some(&bundle.record().expect("a record")))
}

/// The same bundle with lists that agree with its files: what somebody does who changes a file and knows the format.
pub(super) fn relisted(mut bundle: Bundle) -> Bundle {
    bundle.files.remove("SHA256SUMS");
    let manifest = bundle.files.remove("MANIFEST.json").expect("a manifest");
    let mut manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    manifest["report"] = json!(Digest::of(bundle.report()));
    manifest["files"] = bundle.files.iter().map(|(name, bytes)| (name.clone(), json!(Digest::of(bytes)))).collect();
    bundle.files.insert("MANIFEST.json".into(), serde_json::to_vec_pretty(&manifest).expect("JSON"));
    summed(bundle)
}

/// `SHA256SUMS` made anew.
pub(super) fn summed(mut bundle: Bundle) -> Bundle {
    bundle.files.remove("SHA256SUMS");
    let sums: String = bundle.files.iter().map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes))).collect();
    bundle.files.insert("SHA256SUMS".into(), sums.into_bytes());
    bundle
}
