//! Revoked keys: by a plain list and by a real key revocation list.

use gonogo::ledger::{
    pae,
    signing::{Credential, PublicKey, SignatureError, Signers},
};

use super::{BOB, NOW, PAYLOAD, signers, time, workshop::Workshop};

struct Case {
    shop: Workshop,
    allowed: String,
    signature: String,
}

impl Case {
    fn new() -> Self {
        let shop = Workshop::new();
        for name in ["bob", "eve"] {
            shop.key(name, "ed25519", "");
        }
        let allowed = format!("{BOB} {}\neve@example.com {}\n", shop.public("bob"), shop.public("eve"));
        let signature = shop.ssh_signs("bob", "gonogo", &pae(PAYLOAD));
        Self { shop, allowed, signature }
    }

    fn check(&self, signers: &Signers, at: &str) -> Result<Option<String>, SignatureError> {
        signers.check(PAYLOAD, &self.signature, BOB, time(at), time(NOW)).map(|signed| signed.since)
    }

    fn listed(&self, revoked: &str) -> Result<Option<String>, SignatureError> {
        self.check(&signers(&self.allowed, Some(revoked.as_bytes())).expect("signers"), NOW)
    }

    /// The signers with a list that `ssh-keygen -k` makes of these keys.
    fn krl(&self, keys: &[&str]) -> Signers {
        let files: Vec<String> = keys.iter().map(|key| format!("{key}.pub")).collect();
        let made = self.shop.keygen(&[&["-q", "-k", "-f", "list.krl"], &files.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        signers(&self.allowed, Some(&std::fs::read(self.shop.file("list.krl")).expect("a list"))).expect("signers")
    }
}

fn why(result: Result<Option<String>, SignatureError>) -> String {
    match result {
        Err(SignatureError::Revoked { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_plain_list_has_keys_and_fingerprints() {
    let case = Case::new();
    let (bob, eve) = (case.shop.public("bob"), case.shop.public("eve"));
    let fingerprint = PublicKey::from_openssh(&bob).expect("a key").name().fingerprint;
    for revoked in [&bob, &format!("# stolen\n\n {bob} bob's old one"), &fingerprint, &format!("{eve}\n{fingerprint} a comment")] {
        assert_eq!(why(case.listed(revoked)), "it is revoked", "{revoked}");
    }
    for other in [&eve, "# nobody\n", ""] {
        assert_eq!(case.listed(other), Ok(None), "{other}");
    }
    // A list of keys alone is ssh-keygen's too.
    for (revoked, wanted) in [(&bob, false), (&eve, true)] {
        case.shop.write("revoked", revoked);
        assert_eq!(case.shop.ssh_confirms(&case.allowed, BOB, &case.signature, &["-r", "revoked"]), wanted);
    }
}

#[test]
fn a_key_that_was_revoked_since_is_said() {
    let case = Case::new();
    let known = signers(&case.allowed, Some(format!("{} revoked=20260601Z", case.shop.public("bob")).as_bytes())).expect("signers");
    let since = case.check(&known, "2026-05-31T23:59:59Z").expect("before").expect("said");
    assert!(since.contains("has since been revoked, on 2026-06-01T00:00:00Z"), "{since}");
    assert_eq!(why(case.check(&known, "2026-06-01T00:00:00Z")), "it was revoked on 2026-06-01T00:00:00Z");
    // The same key once more, without a time: never again.
    let key = case.shop.public("bob");
    let known = signers(&case.allowed, Some(format!("{key} revoked=20260601Z\n{key}\n").as_bytes())).expect("signers");
    assert_eq!(why(case.check(&known, "2026-01-01T00:00:00Z")), "it is revoked");
    assert!(signers(&case.allowed, Some(format!("{key} revoked=soon").as_bytes())).is_err());
}

#[test]
fn a_real_revocation_list_is_read() {
    let case = Case::new();
    for (revoked, counts) in [("bob", false), ("eve", true)] {
        let known = case.krl(&[revoked]);
        assert_eq!(case.check(&known, NOW).is_ok(), counts, "{revoked}");
        assert_eq!(case.shop.ssh_confirms(&case.allowed, BOB, &case.signature, &["-r", "list.krl"]), counts);
    }
    assert_eq!(why(case.check(&case.krl(&["bob", "eve"]), NOW)), "it is revoked");
}

#[test]
fn a_list_that_is_not_understood_is_an_error() {
    let case = Case::new();
    case.krl(&["eve"]);
    let whole = std::fs::read(case.shop.file("list.krl")).expect("a list");
    // Cut off or longer: it begins like one and is none. A list of nothing ends behind its head.
    let head = whole.len() - (1 + 4 + 4 + 51);
    for cut in (8..whole.len()).filter(|cut| *cut != head) {
        let problems = signers(&case.allowed, Some(&whole[..cut])).expect_err("a piece");
        assert!(problems[0].why.contains("it may revoke any key"), "{cut}: {problems:?}");
    }
    // A kind of section that nobody knows, and another version of the format.
    for (place, byte) in [(head, 77), (11, 2)] {
        let mut altered = whole.clone();
        altered[place] = byte;
        assert!(signers(&case.allowed, Some(&altered)).is_err(), "{place}");
        assert_eq!(case.shop.keygen(&["-Q", "-f", "list.krl", "bob.pub"]).status.code(), Some(0));
        case.shop.write("altered.krl", &altered);
        assert!(!case.shop.ssh_confirms(&case.allowed, BOB, &case.signature, &["-r", "altered.krl"]), "{place}");
    }
}

#[test]
fn what_is_no_list_is_an_error() {
    let case = Case::new();
    assert!(signers(&case.allowed, Some(&[0xff, 0xfe, 0])).is_err());
    assert!(signers(&case.allowed, Some(b"<html>")).is_err());
}

/// Numbers as a list, as ranges and as bitmaps up to the largest: each certificate is revoked here where `ssh-keygen -Q` says so.
#[test]
fn certificates_are_revoked_by_number_as_ssh_keygen_has_it() {
    let case = Case::new();
    case.shop.key("ca", "ed25519", "");
    let odd = (1..40).step_by(2).map(|serial| format!("serial: {serial}\n")).collect::<String>();
    let more = "serial: 60-64\nserial: 127-1000000\nserial: 5000000\nserial: 18446744073709551614\n\
                serial: 18446744073709551600-18446744073709551602\nid: number 50\n";
    case.shop.write("specification", odd + more);
    assert!(case.shop.keygen(&["-q", "-k", "-f", "list.krl", "-s", "ca.pub", "specification"]).status.success());
    let list = std::fs::read(case.shop.file("list.krl")).expect("a list");
    let allowed = format!("{BOB} cert-authority {}\n", case.shop.public("ca"));
    let known = signers(&allowed, Some(&list)).expect("signers");
    let ends = [126, 127, 1000, 1_000_000, 1_000_001, 4_999_999, 5_000_000, 5_000_001, 1 << 32];
    let last = (u64::MAX - 17)..=u64::MAX;
    let mut counted = [0, 0];
    for serial in (0..70).chain(ends).chain(last) {
        let (number, id) = (serial.to_string(), format!("number {serial}"));
        let made = case.shop.keygen(&["-q", "-s", "ca", "-I", &id, "-n", BOB, "-z", &number, "bob.pub"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let theirs = case.shop.keygen(&["-Q", "-f", "list.krl", "bob-cert.pub"]).status.success();
        let certificate = Credential::read(&case.shop.file("bob-cert.pub")).expect("a certificate");
        let ours = known.judge(&certificate, BOB, time(NOW), time(NOW));
        assert_eq!(ours.is_ok(), theirs, "{serial}: {ours:?}");
        counted[usize::from(theirs)] += 1;
    }
    assert!(counted.iter().all(|count| *count > 30), "{counted:?}");
    // No piece of it is a list, and what has anything else in it is none.
    for cut in 45..list.len() {
        assert!(signers(&allowed, Some(&list[..cut])).is_err(), "{cut}");
    }
}
