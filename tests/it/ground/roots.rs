//! Trusted roots by fingerprint, and proxies, wherever they come from.

use std::{
    ffi::OsStr,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
};

use gonogo::model::{Digest, Report};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

use super::{report, written};
use crate::{ca::Ca, gonogo::Gonogo};

const PLAN: &str = "project: p\nenvironments: { prod: {} }\nchecks:\n  - { id: it, http: { url: \"https://127.0.0.1:1/\" } }\n";

fn pem(ca: &Ca) -> String {
    std::fs::read_to_string(ca.file()).expect("a file")
}

fn fingerprint(pem: &str) -> Digest {
    let mut all: Vec<CertificateDer<'_>> = CertificateDer::pem_slice_iter(pem.as_bytes()).map(|der| der.expect("a certificate")).collect();
    all.sort_by(|a, b| a.as_ref().cmp(b.as_ref()));
    Digest::of(&all.iter().flat_map(|der| der.to_vec()).collect::<Vec<u8>>())
}

fn roots(report: &Report) -> (&str, Option<usize>, Option<&Digest>) {
    let roots = &report.ambient.as_ref().expect("said").roots;
    (&roots.from, roots.count, roots.sha256.as_ref())
}

#[test]
fn roots_of_the_environment_are_named_by_their_fingerprint() {
    let (one, two) = (Ca::new(), Ca::new());
    let both = pem(&one) + &pem(&two);
    let plain = Gonogo::new().plan(PLAN);
    let systems = report(&plain);
    assert_eq!(roots(&systems), ("the system", None, None));
    assert!(!written(&plain).to_lowercase().contains("trusted roots"));

    let file = Gonogo::new().plan(PLAN).file("own/both.pem", &both).env("SSL_CERT_FILE", "own/both.pem");
    let own = report(&file);
    assert_eq!(roots(&own), ("SSL_CERT_FILE=own/both.pem", Some(2), Some(&fingerprint(&both))));
    let said = format!("those of SSL_CERT_FILE=own/both.pem (2, sha256:{})", fingerprint(&both));
    let flat = written(&file).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("TRUSTED ROOTS: Not the system's alone: those of") && flat.contains(&said), "{flat}");
    file.run(["plan"]).exits(0).says("The trusted roots are those of SSL_CERT_FILE=own/both.pem (2, sha256:");
    let folder = Gonogo::new().plan(PLAN).file("own/both.pem", &both).env("SSL_CERT_DIR", "own");
    let same = report(&folder);
    assert_eq!(roots(&same).2, Some(&fingerprint(&both)), "the same roots, from a folder");

    std::fs::copy(plain.path("report.json"), file.path("systems.json")).expect("a copy");
    file.run(["diff", "systems.json", "report.json"]).exits(0).says("trusted roots").says("SSL_CERT_FILE=own/both.pem");

    assert_eq!(own.ground_differences(&same), Vec::<String>::new());
    for (a, b) in [(&systems, &own), (&own, &systems)] {
        assert!(a.ground_differences(b)[0].starts_with("the trusted roots are"), "{:?}", a.ground_differences(b));
        let silent = Report { ambient: None, ..a.clone() };
        assert_eq!(silent.ground_differences(b).is_empty(), roots(b).2.is_none(), "silence counts as the system's");
    }
}

/// The TLS libraries read the variable whatever its bytes; the report must not call that the system's roots.
#[test]
fn a_path_that_is_no_text_hides_nothing() {
    let gonogo = Gonogo::new().plan(PLAN);
    let name = OsStr::from_bytes(b"own-\xff.pem").to_os_string();
    std::fs::write(gonogo.path("x").with_file_name(&name), pem(&Ca::new())).expect("a file");
    let ran = gonogo.command(["verify", "--format", "json=report.json"]).env("SSL_CERT_FILE", &name).output().expect("it runs");
    assert_ne!(ran.status.code(), Some(0));
    let report = Report::from_json(gonogo.read("report.json").as_bytes()).expect("a report");
    assert_ne!(roots(&report).0, "the system", "{name:?} {:?}", name.clone().into_vec());
    assert_eq!(roots(&report).1, Some(0), "what cannot be named is not trusted");
}

#[test]
fn files_of_roots_are_named_as_the_plan_has_them() {
    let (one, two) = (Ca::new(), Ca::new());
    for (key, env) in [
        ("http: { url: \"https://127.0.0.1:1/\", ca-file: own/ca.pem }", None),
        ("health: { url: \"https://127.0.0.1:1/\", ca-file: own/ca.pem }", None),
        ("cors: { url: \"https://127.0.0.1:1/\", public: true, ca-file: own/ca.pem }", None),
        ("tls: { url: \"https://127.0.0.1:1/\", ca-file: own/ca.pem }", None),
        ("document: { url: \"https://127.0.0.1:1/\", expect: { $.a: 1 }, ca-file: own/ca.pem }", None),
        ("test-report: { url: \"https://127.0.0.1:1/\", ca-file: own/ca.pem }", None),
        ("prometheus: { url: \"https://127.0.0.1:1/\", query: up, value: 1, ca-file: own/ca.pem }", None),
        ("prometheus-rules: { url: \"https://127.0.0.1:1/\", rules: A, ca-file: own/ca.pem }", None),
        ("alertmanager: { url: \"https://127.0.0.1:1/\", receivers: a, ca-file: own/ca.pem }", None),
        ("metrics-endpoint: { url: \"https://127.0.0.1:1/\", ca-file: own/ca.pem }", None),
        ("release-share: { url: \"https://127.0.0.1:1/\", version: { header: v }, shares: [{ min: 5% }], ca-file: own/ca.pem }", None),
        ("load-balancer: { url: \"https://127.0.0.1:1/\", instance: { header: v }, instances: 2, ca-file: own/ca.pem }", None),
        ("rate-limit: { url: \"https://127.0.0.1:1/\", limit: 5, ca-file: own/ca.pem }", None),
        ("redis-persistence: { url: \"rediss://127.0.0.1:1\", use: cache, ca-file: own/ca.pem }", None),
        ("redis: { url: \"rediss://127.0.0.1:1\", ask: DBSIZE, rows: 1, ca-file: own/ca.pem }", None),
        ("sql: { database: \"postgres://u@127.0.0.1:1/d?sslrootcert=own/ca.pem\", query: SELECT 1, rows: 1 }", None),
        ("postgres-indexes: { database: \"postgres://u@127.0.0.1:1/d?sslrootcert=own/ca.pem\", schema: s, indexes: [x] }", None),
        ("postgres-indexes: { database: \"postgres://u@127.0.0.1:1/d\", schema: s, indexes: [x] }", Some("own/ca.pem")),
    ] {
        let guarded =
            "project: p\nenvironments: { prod: { guard: [here] } }\nchecks:\n  - { id: here, file: { path: gonogo.yaml, type: file } }\n";
        let plan = format!("{guarded}  - id: it\n    {key}\n");
        let of = |ca: &Ca| {
            let gonogo = Gonogo::new().plan(&plan).file("own/ca.pem", &pem(ca));
            let gonogo = env.into_iter().fold(gonogo, |gonogo, file| gonogo.env("PGSSLROOTCERT", file));
            report(&gonogo)
        };
        let (first, second) = (of(&one), of(&two));
        let files = &first.ambient.as_ref().expect("said").ca_files;
        let said: Vec<_> = files.iter().map(|roots| (roots.from.as_str(), roots.count, roots.sha256.as_ref())).collect();
        assert_eq!(said, [("own/ca.pem", Some(1), Some(&fingerprint(&pem(&one))))], "{key}");
        assert_eq!(first.ground_differences(&of(&one)), Vec::<String>::new(), "{key}");
        assert_eq!(first.ground_differences(&second).len(), 1, "{key}: {:?}", first.ground_differences(&second));
        let silent = Report { ambient: None, ..first.clone() };
        assert!(silent.ground_differences(&first)[0].starts_with("roots are newly trusted"), "{key}");
    }
}

#[test]
fn proxies_are_said_without_their_logins() {
    let plain = report(&Gonogo::new().plan(PLAN));
    for (name, value, said) in [
        ("HTTPS_PROXY", "http://me:hunter2hunter2@proxy.example.com:3128", "proxy.example.com:3128"),
        ("all_proxy", "socks5h://me:hunter2hunter2@10.0.0.9:1080", "10.0.0.9:1080"),
        ("http_proxy", "me:hunter2hunter2@proxy", "proxy:80"),
        ("NO_PROXY", "db.example.com", "db.example.com"),
    ] {
        let gonogo = Gonogo::new().plan(PLAN).env(name, value);
        let through = report(&gonogo);
        let proxies = &through.ambient.as_ref().expect("said").proxies;
        assert_eq!(proxies.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(), [(name, said)]);
        assert!(written(&gonogo).contains(&format!("{name}={said}")) && !written(&gonogo).contains("hunter2"));
        let plan = gonogo.run(["plan"]).exits(0).says(&format!("{name}={said}")).stdout;
        assert!(!plan.contains("hunter2"), "{plan}");
        for (a, b) in [(&plain, &through), (&through, &plain), (&Report { ambient: None, ..plain.clone() }, &through)] {
            assert!(a.ground_differences(b)[0].starts_with("the proxies are"), "{:?}", a.ground_differences(b));
        }
    }
}

/// Two shares, one check each.
fn shares(first: &[(&str, &str)], second: &[(&str, &str)]) -> crate::gonogo::Ran {
    let ca = Ca::new();
    let mut gonogo = Gonogo::new()
        .plan(
            "project: p\nenvironments: { prod: {} }\nchecks:\n\
             \x20 - { id: a, from: inside, http: { url: \"https://127.0.0.1:1/\", ca-file: ca.pem } }\n\
             \x20 - { id: b, from: outside, http: { url: \"https://127.0.0.1:1/\", ca-file: \"${B:-ca.pem}\" } }\n",
        )
        .file("ca.pem", &pem(&ca))
        .file("other.pem", &pem(&Ca::new()));
    for (name, from, given) in [("one", "inside", first), ("two", "outside", second)] {
        for (name, value) in given {
            match *name {
                "ca.pem" => gonogo = gonogo.file("ca.pem", &pem(&Ca::new())),
                _ => assert!(!value.is_empty()),
            }
        }
        let mut command = gonogo.command(["verify", "--release", "1", "--from", from, "-q", "--format", &format!("json={name}.json")]);
        command.envs(given.iter().copied().filter(|(name, _)| *name != "ca.pem")).output().expect("it runs");
    }
    gonogo.run(["merge", "one.json", "two.json", "--format", "json=full.json"])
}

#[test]
fn shares_that_looked_through_other_things_make_no_report() {
    shares(&[], &[]).exits(3);
    shares(&[("SSL_CERT_FILE", "ca.pem")], &[("SSL_CERT_FILE", "ca.pem")]).exits(3);
    for (first, second, said) in [
        (&[("SSL_CERT_FILE", "other.pem")][..], &[][..], "the trusted roots are those of the system, not those of SSL_CERT_FILE=other.pem"),
        (&[], &[("SSL_CERT_FILE", "other.pem")], "the trusted roots are those of SSL_CERT_FILE=other.pem"),
        (&[("SSL_CERT_FILE", "other.pem")], &[("SSL_CERT_FILE", "ca.pem")], "the trusted roots are those of SSL_CERT_FILE=ca.pem"),
        (&[("HTTPS_PROXY", "http://p:1")], &[], "the proxies are none, not HTTPS_PROXY=p:1"),
        (&[], &[("NO_PROXY", "db")], "the proxies are NO_PROXY=db, not none"),
        (&[], &[("ca.pem", "new")], "the trusted roots are those of ca.pem"),
    ] {
        shares(first, second).exits(2).says("do not belong together").says(said);
    }
}
