//! Keys are judged by the time of the ledger entry.

use gonogo::ledger::{
    pae,
    signing::{SignatureError, Signed},
};

use super::{BOB, NOW, PAYLOAD, signers, time, workshop::Workshop};

struct Case {
    shop: Workshop,
    signature: String,
}

impl Case {
    fn new() -> Self {
        let shop = Workshop::new();
        shop.key("bob", "ed25519", "");
        let signature = shop.ssh_signs("bob", "gonogo", &pae(PAYLOAD));
        Self { shop, signature }
    }

    /// What is said here of the signature at a time; `ssh-keygen` must say the same.
    fn check(&self, options: &str, at: &str) -> Result<Signed, SignatureError> {
        let allowed = format!("{BOB} {options} {}\n", self.shop.public("bob"));
        let ours = signers(&allowed, None).expect("signers").check(PAYLOAD, &self.signature, BOB, time(at), time(NOW));
        let digits: String = at.chars().filter(char::is_ascii_digit).collect();
        let theirs = self.shop.ssh_confirms(&allowed, BOB, &self.signature, &["-O", &format!("verify-time={digits}Z")]);
        assert_eq!(ours.is_ok(), theirs, "{options} at {at}: {ours:?}");
        ours
    }
}

#[test]
fn bounds_are_those_of_ssh_keygen() {
    let case = Case::new();
    let options = r#"valid-after="20260101Z",valid-before="202606301200Z""#;
    assert!(matches!(case.check(options, "2025-12-31T23:59:59Z"), Err(SignatureError::NotYet { .. })));
    assert!(case.check(options, "2026-01-01T00:00:00Z").is_ok());
    assert!(case.check(options, "2026-06-30T12:00:00Z").is_ok());
    let error = case.check(options, "2026-06-30T12:00:01Z").expect_err("expired");
    assert!(matches!(error, SignatureError::Expired { .. }));
    for part in ["ED25519 SHA256:", BOB, "2026-06-30T12:00:01Z", "it expired at 2026-06-30T12:00:00Z"] {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
    assert!(case.check(r#"valid-after="20270101Z""#, NOW).is_err());
    // Without `Z` in the zone of the machine, which is UTC for both here.
    assert!(case.check(r#"valid-after="20261120115959",valid-before="20261120120001""#, NOW).is_ok());
}

#[test]
fn a_key_that_has_expired_since_is_said() {
    let case = Case::new();
    let since = case.check(r#"valid-before="20260630Z""#, "2026-06-01T00:00:00Z").expect("valid then").since.expect("said");
    assert!(since.contains("has since expired, on 2026-06-30T00:00:00Z"), "{since}");
    assert_eq!(case.check(r#"valid-before="20270630Z""#, "2026-06-01T00:00:00Z").expect("valid").since, None);
}

/// A key that was renewed has two lines: either period will do.
#[test]
fn of_several_lines_one_must_be_valid() {
    let case = Case::new();
    let key = case.shop.public("bob");
    let allowed = format!("{BOB} valid-before=\"20260131Z\" {key}\n{BOB} valid-after=\"20260301Z\" {key}\n");
    let known = signers(&allowed, None).expect("signers");
    let check = |at| known.check(PAYLOAD, &case.signature, BOB, time(at), time(NOW));
    assert_eq!(check("2026-01-01T00:00:00Z").expect("first").since, None, "it is valid again");
    assert!(matches!(check("2026-02-15T00:00:00Z"), Err(SignatureError::Expired { .. })));
    assert!(check("2026-03-02T00:00:00Z").is_ok());
}

#[test]
fn a_key_kept_for_something_else_does_not_sign_here() {
    let case = Case::new();
    assert!(case.check(r#"namespaces="gonogo""#, NOW).is_ok());
    assert!(case.check(r#"namespaces="git,go*""#, NOW).is_ok());
    assert!(case.check(r#"NameSpaces="git,gonogo",valid-after="20260101Z""#, NOW).is_ok());
    for namespaces in ["git", "*,!gonogo", "", "Gonogo"] {
        let error = case.check(&format!("namespaces=\"{namespaces}\""), NOW).expect_err("another use");
        assert!(matches!(error, SignatureError::OtherUse { .. }), "{error}");
    }
}
