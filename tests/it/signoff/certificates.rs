//! Certificates of an SSH authority: what `ssh-keygen -Y verify` takes is taken here, and the other way round, but where a
//! case says that this program is stricter.

mod attacks;

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::house::{Agent, House};

/// What both programs make of a statement that `ssh-keygen -Y sign` signed with security's certificate.
struct Case {
    name: &'static str,
    /// Who signs the certificate.
    by: &'static str,
    /// What else `ssh-keygen -s` is told.
    made: &'static [&'static str],
    /// The line of the allowed signers, before the key `ca`.
    line: &'static str,
    /// What is revoked: the words of a list for `ssh-keygen -k`.
    revoked: Option<&'static str>,
    /// What is said; nothing where it counts.
    refused: &'static str,
    /// Where this program refuses what OpenSSH takes.
    stricter: bool,
}

const GOOD: Case = Case {
    name: "good",
    by: "ca",
    made: &["-n", "sec", "-z", "7"],
    line: "sec cert-authority",
    revoked: None,
    refused: "",
    stricter: false,
};

const fn case(name: &'static str, refused: &'static str) -> Case {
    Case { name, refused, ..GOOD }
}

const CASES: &[Case] = &[
    GOOD,
    Case { made: &["-n", "root,sec,*"], ..case("several names, of which one is a person's", "") },
    Case { made: &["-n", "sec", "-O", "clear", "-O", "no-pty", "-O", "extension:login@example.com=sec"], ..case("extensions", "") },
    Case { made: &["-n", "sec", "-V", "20200101Z:forever"], ..case("valid for ever", "") },
    Case { line: "boss,s?c cert-authority", ..case("a pattern", "") },
    Case { line: "*,!sec cert-authority", ..case("a pattern that leaves them out", "may vouch for * and !sec only, not for sec") },
    Case { line: "boss cert-authority", ..case("for others", "may vouch for boss only, not for sec") },
    Case { line: "sec CERT-authority,namespaces=\"file,go*\"", ..case("our namespace", "") },
    Case { line: "sec namespaces=\"file\",cert-authority", ..case("another namespace", "may only sign for `file`") },
    Case { line: "sec cert-authority,valid-before=\"20200101Z\"", ..case("the authority's line is past", "it expired at 2020-01-01") },
    Case {
        line: "sec cert-authority,valid-after=\"20990101Z\"",
        ..case("the authority's line is to come", "it is valid after 2099-01-01")
    },
    Case { line: "sec", ..case("the authority's key as a person's", "is not among the allowed signers: `NAMES cert-authority KEY`") },
    Case { by: "other", ..case("another authority", "is not among the allowed signers: `NAMES cert-authority KEY`") },
    Case { made: &["-n", "sec", "-V", "20200101Z:20200102Z"], ..case("past", "it expired at 2020-01-02T00:00:00Z") },
    Case { made: &["-n", "sec", "-V", "20990101Z:20990102Z"], ..case("to come", "it was not valid yet") },
    Case { made: &[], ..case("nobody", "it names nobody") },
    Case { made: &["-n", "dev,lead@x"], ..case("others", "it names dev and lead@x, not sec") },
    Case { made: &["-n", "*"], ..case("a pattern as a name", "it names *, not sec") },
    Case { made: &["-n", "s?c,SEC,sec ,sec\tx"], ..case("nearly", "not sec") },
    Case { made: &["-n", "sec", "-h"], ..case("a host's", "it is a host's") },
    Case { revoked: Some("serial: 7"), ..case("revoked by its number", "it is revoked, number 7, `sepp`") },
    Case { revoked: Some("serial: 5-9"), ..case("revoked by a range", "it is revoked, number 7") },
    Case {
        revoked: Some("serial: 1\nserial: 3\nserial: 5\nserial: 7\nserial: 20"),
        ..case("revoked in a bitmap", "it is revoked, number 7")
    },
    Case { revoked: Some("serial: 1\nserial: 6\nserial: 8\nserial: 20-1000"), ..case("others are revoked", "") },
    Case { revoked: Some("id: sepp"), ..case("revoked by its id", "it is revoked, number 7, `sepp`") },
    Case { revoked: Some("id: sep"), ..case("another id is revoked", "") },
    Case { made: &["-n", "sec"], revoked: Some("serial: 1-100"), ..case("not numbered", "") },
    // The list names no authority: those of any are revoked.
    Case { revoked: Some("any serial: 7"), ..case("revoked by the number for any authority", "it is revoked, number 7") },
    Case { revoked: Some("any id: sepp"), ..case("revoked by the id for any authority", "it is revoked") },
    Case { revoked: Some("other serial: 7"), ..case("the number of another authority", "") },
    Case { revoked: Some("key sepp.pub"), ..case("its key is revoked", "the key ED25519") },
    Case { revoked: Some("key sepp-cert.pub"), ..case("revoked as a certificate", "it is revoked, number 7") },
    Case { revoked: Some("key ca.pub"), ..case("its authority is revoked", "the authority ED25519") },
    Case { revoked: Some("key other.pub"), ..case("another authority is revoked", "") },
    Case { revoked: Some("hash ca.pub"), ..case("its authority is revoked by its fingerprint", "the authority ED25519") },
    Case { revoked: Some("sha1 sepp.pub"), ..case("its key is revoked by SHA-1", "the key ED25519") },
    Case { revoked: Some("plain sepp.pub"), ..case("its key is in a plain list", "the key ED25519") },
    Case { revoked: Some("plain sepp-cert.pub"), ..case("its certificate is in a plain list", "the key ED25519") },
    Case { revoked: Some("plain ca.pub"), ..case("its authority is in a plain list", "the authority ED25519") },
    Case { revoked: Some("plain other.pub"), ..case("another is in a plain list", "") },
    // OpenSSH does not look at critical options here: they are made for logins, and no signature shows that they are kept.
    Case { made: &["-n", "sec", "-O", "force-command=true"], stricter: true, ..case("a command", "critical option `force-command`") },
    Case {
        made: &["-n", "sec", "-O", "source-address=10.0.0.0/8"],
        stricter: true,
        ..case("addresses", "critical option `source-address`")
    },
    Case { made: &["-n", "sec", "-O", "critical:x@example.com=1"], stricter: true, ..case("unknown", "critical option `x@example.com`") },
    Case { made: &["-n", "sec", "-O", "verify-required"], stricter: true, ..case("a PIN", "demands a PIN or a fingerprint") },
    // To OpenSSH a certificate has names of logins, which are no people.
    Case { made: &["-n", "sec,dev"], stricter: true, ..case("two people", "it is for dev and sec, who would not be two people") },
];

/// A house in which security signs, with an authority, and the statement that is to be signed.
struct Desk {
    house: House,
}

impl Desk {
    async fn new() -> Self {
        let house = House::new().await.security_alone().policy(&[("revoked-keys", "revoked")]);
        for name in ["ca", "other", "sepp"] {
            house.keygen(name, &["-t", "ed25519"]);
        }
        house.write("revoked", "");
        Self { house }
    }

    /// Gives the key a certificate.
    fn certify(&self, key: &str, by: &str, made: &[&str]) {
        certify(&self.house, key, by, made);
    }

    /// Writes the list of what is revoked as a case has it.
    fn revoke(&self, what: Option<&str>) {
        let (house, words) = (&self.house, what.unwrap_or_default());
        let public = |name: &str| fs::read_to_string(house.key(name)).expect(name);
        let list = |specification: &str, authority: &[&str]| {
            fs::write(house.key("list"), specification).expect("written");
            let _ = fs::remove_file(house.key("krl"));
            assert!(house.shell("ssh-keygen", &[&["-q", "-k", "-f", "krl"], authority, &["list"]].concat()).0, "{specification}");
            fs::read(house.key("krl")).expect("a list")
        };
        let bytes = match words.split_once(' ') {
            _ if words.is_empty() => Vec::new(),
            Some(("plain", file)) => public(file).into_bytes(),
            Some(("key", file)) => list(&public(file), &[]),
            Some(("hash", file)) => list(&format!("sha256: {}", public(file)), &[]),
            Some(("sha1", file)) => list(&format!("sha1: {}", public(file)), &[]),
            Some(("any", what)) => list(what, &["-s", "none"]),
            Some(("other", what)) => list(what, &["-s", "other.pub"]),
            _ => list(words, &["-s", "ca.pub"]),
        };
        house.write("revoked", bytes);
    }

    /// What comes of the case here and at `ssh-keygen`, which must be the same.
    #[track_caller]
    fn judge(&self, case: &Case) {
        let house = &self.house;
        self.certify("sepp", case.by, case.made);
        house.signers(&[house.line(case.line, "ca", "")]);
        self.revoke(case.revoked);
        house.verify(&[]).exits(0);
        let signed = self.signed_by_ssh("sepp-cert.pub");
        let (theirs, said) = confirmed(house, &signed, "sec");
        assert_eq!(theirs, case.stricter || case.refused.is_empty(), "{}: ssh-keygen: {said}", case.name);
        let ours = house.gonogo.run(["sign", "--statement", &signed]);
        let ours = ours.exits(if case.refused.is_empty() { 0 } else { 5 });
        assert!(ours.stderr.contains(case.refused), "{}: {}", case.name, ours.stderr);
    }

    /// A statement that was exported for security and signed with this key of `ssh-keygen`'s.
    fn signed_by_ssh(&self, key: &str) -> String {
        let file = self.house.key("decision.pae");
        for old in [file.clone(), format!("{file}.sig")] {
            let _ = fs::remove_file(old);
        }
        self.house.gonogo.run(["sign", "--as", "security", "--export", &file, "--signer", "sec"]).exits(0);
        let (ok, said) = self.house.shell("ssh-keygen", &["-q", "-Y", "sign", "-n", "gonogo", "-f", key, "decision.pae"]);
        assert!(ok, "{said}");
        file
    }
}

/// Gives the key a certificate; what it is called is the key's name.
pub(super) fn certify(house: &House, key: &str, by: &str, made: &[&str]) {
    let public = format!("{key}.pub");
    let (ok, said) = house.shell("ssh-keygen", &[&["-q", "-s", by, "-I", key], made, &[&public]].concat());
    assert!(ok, "{made:?}: {said}");
}

/// Whether the signature names a certificate and not its key alone.
fn bears_a_certificate(armored: &str) -> bool {
    let text: String = armored.lines().filter(|line| !line.starts_with("-----")).collect();
    let kind = b"-cert-v01@openssh.com";
    STANDARD.decode(text).expect("base64").windows(kind.len()).any(|window| window == kind)
}

/// Whether `ssh-keygen -Y verify` takes the file with its signature for that person's, by the house's signers and revoked keys.
fn confirmed(house: &House, file: &str, person: &str) -> (bool, String) {
    let (signers, revoked) = (house.gonogo.path("signers"), house.gonogo.path("revoked"));
    let words =
        format!("ssh-keygen -Y verify -f {} -r {} -I {person} -n gonogo -s {file}.sig < {file}", signers.display(), revoked.display());
    house.shell("sh", &["-c", &words])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_openssh_takes_is_taken_and_nothing_else() {
    let desk = Desk::new().await;
    for case in CASES {
        desk.judge(case);
    }
}

/// The authority's key is its own only for certificates, and a person's only for themselves.
#[tokio::test(flavor = "multi_thread")]
async fn one_line_never_stands_for_the_other() {
    let desk = Desk::new().await;
    let house = &desk.house;
    desk.certify("sepp", "ca", &["-n", "sec"]);
    desk.certify("ca", "ca", &["-n", "sec"]);
    for (lines, key, taken) in [
        ("sec cert-authority ca", "ca", false),
        ("sec cert-authority ca", "sepp", false),
        ("sec sepp", "sepp-cert.pub", false),
        ("sec sepp", "sepp", true),
        ("sec cert-authority sepp", "sepp-cert.pub", false),
        ("sec cert-authority sepp\nsec cert-authority ca", "sepp-cert.pub", true),
        ("sec cert-authority ca", "ca-cert.pub", true),
    ] {
        let line = |line: &str| line.rsplit_once(' ').map(|(names, key)| house.line(names, key, "")).expect("a line");
        house.signers(&lines.lines().map(line).collect::<Vec<_>>());
        house.verify(&[]).exits(0);
        let signed = desk.signed_by_ssh(key);
        assert_eq!(confirmed(house, &signed, "sec").0, taken, "ssh-keygen: {lines}: {key}");
        house.gonogo.run(["sign", "--statement", &signed]).exits(if taken { 0 } else { 5 });
    }
    // A certificate that is listed itself is taken by OpenSSH, however old it is. Here the line is an error.
    house.signers(&[format!("sec {}", fs::read_to_string(house.key("sepp-cert.pub")).expect("a certificate"))]);
    house.verify(&[]).exits(2).says("a certificate is for whoever signs");
}

/// All kinds of key, of people and of authorities, by the program itself; `ssh-keygen` takes what it signs.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_here_openssh_takes() {
    let desk = Desk::new().await;
    let house = &desk.house;
    let kinds: [(&str, &[&str]); 5] = [
        ("k-ed25519", &["-t", "ed25519"]),
        ("k-256", &["-t", "ecdsa", "-b", "256"]),
        ("k-384", &["-t", "ecdsa", "-b", "384"]),
        ("k-521", &["-t", "ecdsa", "-b", "521"]),
        ("k-rsa", &["-t", "rsa", "-b", "2048"]),
    ];
    for (name, kind) in kinds {
        house.keygen(name, kind);
        house.keygen(&format!("ca-{name}"), kind);
    }
    let lines: Vec<String> = kinds.iter().map(|(name, _)| house.line("sec cert-authority", &format!("ca-{name}"), "")).collect();
    house.signers(&lines);
    house.verify(&[]).exits(0);
    for (place, (name, _)) in kinds.iter().enumerate() {
        let authority = format!("ca-{}", kinds[(place + 1) % kinds.len()].0);
        desk.certify(name, &authority, &["-n", "sec"]);
        let fingerprint = house.shell("ssh-keygen", &["-lf", &format!("{name}.pub")]).1;
        let fingerprint = fingerprint.split(' ').nth(1).expect("a fingerprint");
        // By the private key's file with the certificate beside it, by the certificate's, and in an agent that has the one or both.
        for (file, with_agent) in [(*name, false), (&*format!("{name}-cert.pub"), false), (name, true), (&*format!("{name}.pub"), true)] {
            let agent = with_agent.then(|| Agent::with(house.keys.path(), &[name]));
            let socket = agent.as_ref().map(|agent| agent.socket.display().to_string()).unwrap_or_default();
            let key = house.key(file);
            let mut words = vec!["sign", "--as", "security"];
            if !(with_agent && file == *name) {
                words.extend(["--key", &key]);
            }
            let variables: &[(&str, &str)] = if with_agent { &[("SSH_AUTH_SOCK", socket.as_str())] } else { &[] };
            house.gonogo.run_with(variables, words).exits(0).says(fingerprint);
            let newest = house.entries().await.pop().expect("an entry");
            let signature = newest.signature.expect("signed");
            assert!(bears_a_certificate(&signature), "{name} {file}");
            fs::write(house.key("made"), gonogo::ledger::pae(&newest.payload)).expect("written");
            fs::write(house.key("made.sig"), signature).expect("written");
            let (taken, said) = confirmed(house, &house.key("made"), "sec");
            assert!(taken, "{name} by {authority}: {said}");
        }
    }
    house.gate(&[]).exits(0);
}

/// An agent may have the key alone, the certificate alone, or the key of a file that is encrypted.
#[tokio::test(flavor = "multi_thread")]
async fn the_agent_signs_with_what_it_has() {
    let desk = Desk::new().await;
    let house = &desk.house;
    house.keygen("locked", &["-t", "ed25519", "-N", "a passphrase"]);
    house.signers(&[house.line("sec cert-authority", "ca", "")]);
    house.verify(&[]).exits(0);
    let agent = Agent::with(house.keys.path(), &["sepp"]);
    let socket = agent.socket.display().to_string();
    let with_agent = [("SSH_AUTH_SOCK", socket.as_str())];
    let sign = |key: Option<&str>| {
        let key = key.map(|name| house.key(name));
        let words = ["sign", "--as", "security"].into_iter().chain(key.iter().flat_map(|key| ["--key", key]));
        house.gonogo.run_with(&with_agent, words)
    };
    let agent_has = |program: &[&str]| {
        let words = format!("SSH_AUTH_SOCK={socket} {}", program.join(" "));
        let (ok, said) = house.shell("sh", &["-c", &words]);
        assert!(ok, "{words}: {said}");
    };
    sign(None).exits(2).says("no key at hand may sign for sec");
    sign(Some("sepp.pub")).exits(5).says("is not among the allowed signers");
    desk.certify("sepp", "ca", &["-n", "sec"]);
    // The certificate came after the key: it lies beside the file only.
    sign(None).exits(2).says("no key at hand may sign for sec");
    for file in ["sepp.pub", "sepp-cert.pub"] {
        sign(Some(file)).exits(0);
    }
    fs::rename(house.key("sepp"), house.key("away")).expect("moved");
    for file in ["sepp.pub", "sepp-cert.pub"] {
        sign(Some(file)).exits(0);
    }
    fs::rename(house.key("away"), house.key("sepp")).expect("moved");
    // At hand and past: that is said.
    desk.certify("sepp", "ca", &["-n", "sec", "-V", "20200101Z:20200102Z"]);
    agent_has(&["ssh-add", "-q", "sepp"]);
    sign(None).exits(2).says("in the ssh-agent (the certificate of ED25519").says("it expired at 2020-01-02T00:00:00Z");
    agent_has(&["ssh-add", "-q", "-D"]);
    desk.certify("sepp", "ca", &["-n", "sec"]);
    // The key with its certificate, then without the key.
    agent_has(&["ssh-add", "-q", "sepp"]);
    sign(None).exits(0);
    fs::rename(house.key("sepp-cert.pub"), house.key("away-cert.pub")).expect("moved");
    agent_has(&["ssh-add", "-q", "-d", "sepp.pub"]);
    sign(None).exits(0).says("ED25519 SHA256:");
    fs::remove_file(house.key("sepp")).expect("removed");
    sign(Some("away-cert.pub")).exits(0);
    agent_has(&["ssh-add", "-q", "-D"]);
    sign(Some("away-cert.pub")).exits(2).says("does not have the key ED25519");
    // Encrypted, and in the agent: nobody is asked for a passphrase.
    desk.certify("locked", "ca", &["-n", "sec"]);
    sign(Some("locked")).exits(2).says("is encrypted");
    house.write("ask", "#!/bin/sh\necho a passphrase\n");
    let ask = house.gonogo.path("ask").display().to_string();
    let words = format!("chmod +x {ask}; SSH_ASKPASS={ask} SSH_ASKPASS_REQUIRE=force SSH_AUTH_SOCK={socket} ssh-add -q locked");
    let (ok, said) = house.shell("sh", &["-c", &words]);
    assert!(ok, "{said}");
    sign(Some("locked")).exits(0);
    sign(Some("locked-cert.pub")).exits(0);
}

/// OpenSSH takes SHA-1 and short RSA keys from authorities still; here nobody believes them.
#[tokio::test(flavor = "multi_thread")]
async fn weak_authorities_are_not_believed() {
    let desk = Desk::new().await;
    let house = &desk.house;
    for (authority, bits, made) in [("sha1", "2048", &["-n", "sec", "-t", "ssh-rsa"][..]), ("short", "1024", &["-n", "sec"])] {
        house.keygen(authority, &["-t", "rsa", "-b", bits]);
        desk.certify("sepp", authority, made);
        house.signers(&[house.line("sec cert-authority", authority, "")]);
        house.verify(&[]).exits(0);
        let signed = desk.signed_by_ssh("sepp-cert.pub");
        assert!(confirmed(house, &signed, "sec").0, "{authority}");
        house.gonogo.run(["sign", "--statement", &signed]).exits(5).says("signed with SHA-1 or a weak key");
        house.sign("security", "sepp", &[]).exits(2).says("signed with SHA-1 or a weak key");
    }
}

/// Which of somebody's keys is taken: the one that is listed, else the one that a certificate is for.
#[tokio::test(flavor = "multi_thread")]
async fn a_listed_key_needs_no_certificate() {
    let desk = Desk::new().await;
    let house = &desk.house;
    desk.certify("sepp", "ca", &["-n", "sec"]);
    let (listed, authority) = (house.line("sec", "sepp", ""), house.line("* cert-authority", "ca", ""));
    for (lines, certified) in [(vec![listed.clone(), authority.clone()], false), (vec![authority.clone()], true)] {
        house.signers(&lines);
        house.verify(&[]).exits(0);
        house.sign("security", "sepp", &[]).exits(0);
        let newest = house.entries().await.pop().expect("an entry");
        assert_eq!(bears_a_certificate(&newest.signature.expect("signed")), certified);
    }
    // What is wrong with the certificate is told, and a key that somebody else has listed is not tried by it.
    for (made, said) in [
        (&["-n", "dev"][..], "it names dev, not sec"),
        (&["-n", "sec", "-V", "20200101Z:20200102Z"], "it expired at 2020-01-02"),
        (&["-n", "sec", "-h"], "it is a host's"),
    ] {
        desk.certify("sepp", "ca", made);
        house.sign("security", "sepp", &[]).exits(5).says(said);
    }
    desk.certify("sepp", "other", &["-n", "sec"]);
    house.sign("security", "sepp", &[]).exits(5).says("is not among the allowed signers: `NAMES cert-authority KEY`");
    let _ = fs::remove_file(house.key("sepp-cert.pub"));
    house.sign("security", "sepp", &[]).exits(5).says("is not among the allowed signers: if it is sec's");
    fs::write(house.key("sepp-cert.pub"), "ssh-ed25519-cert-v01@openssh.com AAAA").expect("written");
    house.sign("security", "sepp", &[]).exits(2).says("sepp-cert.pub");
    fs::copy(house.key("sepp.pub"), house.key("mine.pub")).expect("copied");
    house.keygen("mine2", &["-t", "ed25519"]);
    desk.certify("mine2", "ca", &["-n", "sec"]);
    fs::rename(house.key("mine2-cert.pub"), house.key("sepp-cert.pub")).expect("moved");
    house.sign("security", "sepp", &[]).exits(2).says("have the authority sign that one");
}

/// The record shows the key, not the certificate, and says what has become of it since.
#[tokio::test(flavor = "multi_thread")]
async fn the_record_names_the_key_and_what_became_of_it() {
    let desk = Desk::new().await;
    let house = &desk.house;
    house.signers(&[house.line("* cert-authority", "ca", ""), house.line("ci", "ci", "")]);
    desk.certify("sepp", "ca", &["-n", "sec", "-V", "-1h:+1d", "-z", "7"]);
    desk.revoke(Some("serial: 8"));
    desk.certify("ci", "ca", &["-n", "ci"]);
    house.verify(&["--recorder-key", &house.key("ci")]).exits(0);
    house.sign("security", "sepp", &[]).exits(0);
    house.gonogo.run(["deploy", "--release", "1.4.2", "--recorder-key", &house.key("ci-cert.pub"), "--", "true"]).exits(0);
    let fingerprint = house.shell("ssh-keygen", &["-lf", "sepp.pub"]).1;
    let fingerprint = fingerprint.split(' ').nth(1).expect("a fingerprint").to_owned();
    house.gonogo.run(["report", "--release", "1.4.2", "--format", "markdown=signed.md", "--bundle", "bundle.zip"]).exits(0);
    assert!(house.gonogo.read("signed.md").contains(&fingerprint), "the key's own name");
    house.gonogo.run(["log", "verify"]).exits(0);
    let trusted = ["audit", "bundle.zip", "--signers", "signers", "--policy", "gonogo.yaml"];
    let audited = house.gonogo.run(trusted).exits(0);
    assert!(!audited.stdout.contains("has since expired"), "{}", audited.stdout);
    let later = jiff::Zoned::new(crate::gonogo::now() + jiff::SignedDuration::from_hours(48), jiff::tz::TimeZone::UTC);
    let later = later.strftime("%Y-%m-%d %H:%M:%S").to_string();
    house.at(&later, &trusted).exits(0).says("the certificate of ED25519");
    desk.revoke(Some("serial: 7"));
    house.gonogo.run(trusted.iter().chain(&["--revoked", "revoked"])).exits(5).says("it is revoked, number 7, `sepp`");
    // By hand: the lines of VERIFY.txt.
    let folder = house.keys.path().join("unpacked");
    for (name, bytes) in super::audited::bundle(house).files {
        fs::create_dir_all(folder.join(&name).parent().expect("a folder")).expect("a folder");
        fs::write(folder.join(name), bytes).expect("written");
    }
    let text = fs::read_to_string(folder.join("VERIFY.txt")).expect("the lines");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| line.starts_with("ssh-keygen ")).collect();
    assert!(lines.len() >= 3, "{text}");
    for line in lines {
        let (ok, said) = super::house::shell(&folder, "sh", &["-c", line]);
        assert!(ok && said.starts_with("Good"), "{line}: {said}");
    }
}
