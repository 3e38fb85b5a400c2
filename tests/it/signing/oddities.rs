//! What an `allowed_signers` file may look like, compared with what `ssh-keygen` makes of the same file.

use gonogo::ledger::{pae, signing::SignersFile};
use jiff::tz::TimeZone;

use super::{BOB, NOW, PAYLOAD, signers, time, workshop::Workshop};

/// Files, with whether Bob and Eve may sign with the key that stands as KEY; OTHER is another.
const FILES: [(&str, bool, bool); 18] = [
    ("bob@example.com KEY", true, false),
    ("bob@example.com KEY a comment, with \"quotes\"", true, false),
    ("# a comment\n\n   \t\nbob@example.com KEY", true, false),
    ("  \tbob@example.com\t \tKEY", true, false),
    ("bob@example.com KEY\r", true, false),
    ("bob@example.com,eve@example.com KEY", true, true),
    ("*@example.com KEY", true, true),
    ("*@example.com,!eve@example.com KEY", true, false),
    ("!eve@example.com,*@example.com KEY", true, false),
    ("*@example.org KEY", false, false),
    ("b?b@example.com KEY", true, false),
    ("Bob@example.com KEY", false, false),
    ("\"bob@example.com\" KEY", true, false),
    ("bob@example.com OTHER\nbob@example.com KEY", true, false),
    ("eve@example.com OTHER\nbob@example.com KEY\neve@example.com KEY", true, true),
    ("bob@example.com namespaces=\"a b,gonogo\" KEY", true, false),
    ("bob@example.com namespaces=\"a\\\"b,gonogo\" KEY", true, false),
    ("bob@example.com namespaces=\"git\" KEY\nbob@example.com namespaces=\"gonogo\" KEY", true, false),
];

#[test]
fn files_mean_what_they_mean_to_ssh_keygen() {
    let shop = Workshop::new();
    for name in ["key", "other"] {
        shop.key(name, "ed25519", "");
    }
    let signature = shop.ssh_signs("key", "gonogo", &pae(PAYLOAD));
    for (file, bob, eve) in FILES {
        let allowed = file.replace("KEY", &shop.public("key")).replace("OTHER", &shop.public("other"));
        let known = signers(&allowed, None).unwrap_or_else(|problems| panic!("{file}: {problems:?}"));
        for (principal, wanted) in [(BOB, bob), ("eve@example.com", eve)] {
            let ours = known.check(PAYLOAD, &signature, principal, time(NOW), time(NOW));
            assert_eq!(ours.is_ok(), wanted, "{file}: {principal}: {ours:?}");
            assert_eq!(shop.ssh_confirms(&allowed, principal, &signature, &[]), wanted, "{file}: {principal}: ssh-keygen");
        }
    }
}

#[test]
fn the_principals_of_a_key_are_those_that_ssh_keygen_finds() {
    let shop = Workshop::new();
    let file = shop.key("key", "ed25519", "");
    let allowed = format!("bob@example.com,b2 {}\n", shop.public("key"));
    shop.write("allowed_signers", &allowed);
    shop.write("statement.sig", shop.ssh_signs("key", "gonogo", &pae(PAYLOAD)));
    let found = shop.keygen(&["-Y", "find-principals", "-f", "allowed_signers", "-s", "statement.sig"]);
    let key = gonogo::ledger::signing::PublicKey::read(&file.with_extension("pub")).expect("a key");
    let ours = signers(&allowed, None).expect("signers").principals_of(&key.into());
    assert_eq!(String::from_utf8(found.stdout).expect("text").lines().collect::<Vec<_>>(), ours);
}

#[test]
fn everything_wrong_is_told_at_once_with_its_line() {
    let shop = Workshop::new();
    shop.key("key", "ed25519", "");
    let key = shop.public("key");
    let lines = [
        (format!("bob {key}"), ""),
        ("bob".into(), "it has no key"),
        ("bob ssh-ed25519 AAAA".into(), "its key is not a public key"),
        ("bob ssh-ed25519 not-base64".into(), "`ssh-ed25519` is neither an option nor a key"),
        (format!("ca cert-authority=\"yes\" {key}"), "`cert-authority` is neither"),
        (format!("ca !cert-authority {key}"), "`!cert-authority` is neither"),
        (format!("bob valid-after=20260101 {key}"), "must stand in double quotes"),
        (format!("bob valid-after=\"tomorrow\" {key}"), "wanted a time like"),
        (format!("bob valid-before=\"20260101Z\",valid-after=\"20260201Z\" {key}"), "the key is never valid"),
        (format!("bob valid-after=\"20260101Z\",valid-after=\"20260101Z\" {key}"), "is there twice"),
        (format!("bob namespaces=\"gonogo {key}"), "not closed"),
        (format!("\"bob {key}"), "not closed"),
        (format!("bob namespace=\"gonogo\" {key}"), "`namespace` is neither"),
        (format!("bob namespaces=\"gonogo\", {key}"), "end with a comma"),
        ("bob ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5".into(), "a certificate is for whoever signs"),
    ];
    let allowed: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
    let problems = signers(&allowed, Some(b"SHA256:short\n\nnonsense\n")).expect_err("problems");
    let mut rest = problems.iter();
    for (number, (line, wanted)) in lines.iter().enumerate().filter(|(_, (_, wanted))| !wanted.is_empty()) {
        let problem = rest.next().unwrap_or_else(|| panic!("nothing is said of {line}"));
        assert_eq!((problem.file, problem.line), (SignersFile::Allowed, number + 1), "{problem} {line}");
        assert!(problem.why.contains(wanted), "{line}: {problem}");
    }
    let revoked: Vec<_> = rest.map(|problem| (problem.file, problem.line)).collect();
    assert_eq!(revoked, [(SignersFile::Revoked, 1), (SignersFile::Revoked, 3)]);
    // What is wrong here is wrong to ssh-keygen too, but for what it supports and this program does not.
    let signature = shop.ssh_signs("key", "gonogo", &pae(PAYLOAD));
    for (line, wanted) in &lines[1..] {
        assert!(!shop.ssh_confirms(&format!("{line}\n"), "bob", &signature, &[]), "{line}: {wanted}");
    }
    for nobody in ["", "\n# only a comment\n"] {
        let remarks = signers(nobody, None).expect("signers").remarks();
        assert!(remarks.len() == 1 && remarks[0].why.contains("nobody may sign"), "{remarks:?}");
    }
}

#[test]
fn a_key_of_two_people_and_a_time_of_no_zone_are_told() {
    let shop = Workshop::new();
    shop.key("key", "ed25519", "");
    let known = signers(&format!("*@example.com valid-after=\"20260101\" {}", shop.public("key")), None).expect("signers");
    let people = [BOB, "eve@example.com", "x@example.org"].map(str::to_owned);
    let shared = known.shared(&people);
    assert_eq!(shared.len(), 1);
    assert_eq!(shared[0].people, &people[..2]);
    assert!(known.shared(&people[1..]).is_empty());
    // One person with two roles is one person, and is named once beside another.
    assert!(known.shared(&[BOB, BOB].map(str::to_owned)).is_empty());
    assert_eq!(known.shared(&[BOB, "eve@example.com", BOB].map(str::to_owned)), shared);
    assert!(known.remarks()[0].why.contains("time zone"));
}

#[test]
fn a_time_without_a_zone_is_the_machines() {
    let shop = Workshop::new();
    shop.key("key", "ed25519", "");
    let allowed = format!("{BOB} valid-after=\"20261120130000\" {}\n", shop.public("key"));
    let signature = shop.ssh_signs("key", "gonogo", &pae(PAYLOAD));
    shop.write("allowed_signers", &allowed);
    shop.write("statement.sig", &signature);
    let east = TimeZone::fixed(jiff::tz::offset(2));
    for (zone, posix, wanted) in [(TimeZone::UTC, "TZ=UTC0", false), (east, "TZ=<+02>-2", true)] {
        let known = gonogo::ledger::signing::Signers::parse(&allowed, None, &zone).expect("signers");
        assert_eq!(known.check(PAYLOAD, &signature, BOB, time(NOW), time(NOW)).is_ok(), wanted, "{zone:?}");
        let asked = "ssh-keygen -Y verify -f allowed_signers -I bob@example.com -n gonogo -s statement.sig -O verify-time=20261120120000Z";
        let arguments: Vec<&str> = std::iter::once(posix).chain(asked.split(' ')).collect();
        assert_eq!(shop.run("env", &arguments, &pae(PAYLOAD)).status.success(), wanted, "{posix}");
    }
}
