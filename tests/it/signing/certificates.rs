//! Certificates made by hand, as a hostile or a strange authority would: what `ssh-keygen` makes of each is made of it here.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gonogo::ledger::pae;
use signature::Signer as _;

use super::{BOB, NOW, PAYLOAD, signers, time, workshop::Workshop};

/// The fields of a certificate; what is signed is what stands in them.
#[derive(Clone)]
struct Fields {
    kind: &'static [u8],
    /// The key's own, each with its length.
    key: Vec<u8>,
    user_or_host: u32,
    names: Vec<u8>,
    critical: Vec<u8>,
    extensions: Vec<u8>,
    reserved: Vec<u8>,
    authority: Vec<u8>,
    /// Behind the signature.
    tail: Vec<u8>,
}

struct Bench {
    shop: Workshop,
    allowed: String,
    fields: Fields,
    /// The signature of Bob's key, in SSH's encoding.
    signature: Vec<u8>,
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).expect("short").to_be_bytes()[..], bytes].concat()
}

fn strings(list: &[&[u8]]) -> Vec<u8> {
    list.iter().flat_map(|bytes| string(bytes)).collect()
}

fn blob_of(line: &str) -> Vec<u8> {
    STANDARD.decode(line.split(' ').nth(1).expect("base64")).expect("base64")
}

impl Bench {
    fn new() -> Self {
        let shop = Workshop::new();
        for name in ["bob", "ca"] {
            shop.key(name, "ed25519", "");
        }
        let allowed = format!("{BOB} cert-authority {}\n", shop.public("ca"));
        let fields = Fields {
            kind: b"ssh-ed25519-cert-v01@openssh.com",
            key: blob_of(&shop.public("bob"))[4 + 11..].to_vec(),
            user_or_host: 1,
            names: strings(&[BOB.as_bytes()]),
            critical: Vec::new(),
            extensions: Vec::new(),
            reserved: Vec::new(),
            authority: blob_of(&shop.public("ca")),
            tail: Vec::new(),
        };
        let armored = shop.ssh_signs("bob", "gonogo", &pae(PAYLOAD));
        let text: String = armored.lines().filter(|line| !line.starts_with("-----")).collect();
        let container = STANDARD.decode(text).expect("base64");
        let signature = container[container.len() - (4 + 11 + 4 + 64)..].to_vec();
        Self { shop, allowed, fields, signature }
    }

    /// The certificate, signed by the authority.
    fn certificate(&self, fields: &Fields) -> Vec<u8> {
        let end = u64::MAX.to_be_bytes();
        let signed = [
            &string(fields.kind),
            &string(b"a nonce"),
            &fields.key,
            &7_u64.to_be_bytes()[..],
            &fields.user_or_host.to_be_bytes(),
            &string(b"an id"),
            &string(&fields.names),
            &[0; 8],
            &end,
            &string(&fields.critical),
            &string(&fields.extensions),
            &string(&fields.reserved),
            &string(&fields.authority),
        ]
        .concat();
        let authority = ssh_key::PrivateKey::read_openssh_file(&self.shop.file("ca")).expect("a key");
        let signature: Vec<u8> = authority.try_sign(&signed).expect("signed").try_into().expect("encoded");
        [signed, string(&signature), fields.tail.clone()].concat()
    }

    /// Whether Bob's signature with this certificate counts as his: here, and by `ssh-keygen`.
    fn judged(&self, certificate: &[u8]) -> (Result<(), String>, bool) {
        let parts = [&string(certificate), &string(b"gonogo"), &string(b""), &string(b"sha512"), &string(&self.signature)[..]].concat();
        let text = STANDARD.encode([b"SSHSIG\0\0\0\x01", &parts[..]].concat());
        let lines: Vec<&str> = text.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).expect("text")).collect();
        let armored = format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"));
        let known = signers(&self.allowed, None).expect("signers");
        let ours = known.check(PAYLOAD, &armored, BOB, time(NOW), time(NOW)).map(drop).map_err(|error| error.to_string());
        (ours, self.shop.ssh_confirms(&self.allowed, BOB, &armored, &[]))
    }
}

#[test]
fn strange_certificates_are_what_they_are_to_openssh() {
    let bench = Bench::new();
    let bob = BOB.as_bytes();
    let many = |count: usize| strings(&[vec![&b"x"[..]; count - 1], vec![bob]].concat());
    let nested = bench.certificate(&bench.fields);
    let with = |change: &dyn Fn(&mut Fields)| {
        let mut fields = bench.fields.clone();
        change(&mut fields);
        bench.certificate(&fields)
    };
    let taken: [(&str, Vec<u8>); 5] = [
        ("as it is", bench.certificate(&bench.fields)),
        ("256 names", with(&|of| of.names = many(256))),
        ("a name twice, and an empty one", with(&|of| of.names = strings(&[bob, b"", bob]))),
        ("an extension twice, with a value of its own kind", with(&|of| of.extensions = strings(&[b"b", b"\xff", b"a", b"", b"a", b"x"]))),
        ("what is reserved", with(&|of| of.reserved = b"anything".to_vec())),
    ];
    for (what, certificate) in taken {
        let (ours, theirs) = bench.judged(&certificate);
        assert!(theirs, "{what}: ssh-keygen");
        assert_eq!(ours, Ok(()), "{what}");
    }
    let not_one = "the fields of its certificate are not those of one";
    let refused: [(&str, Vec<u8>, &str); 17] = [
        ("257 names", with(&|of| of.names = many(257)), not_one),
        ("100000 names", with(&|of| of.names = many(100_000)), "longer than 16 KiB"),
        ("no names", with(&|of| of.names.clear()), "it names nobody"),
        ("one empty name", with(&|of| of.names = strings(&[b""])), "it names , not"),
        ("a list of names that is cut off", with(&|of| _ = of.names.pop()), not_one),
        ("an authority with a certificate", with(&|of| of.authority.clone_from(&nested)), not_one),
        ("an authority that is none", with(&|of| of.authority.clear()), not_one),
        ("an authority with a byte more", with(&|of| of.authority.push(0)), not_one),
        ("Bob as his own authority", with(&|of| of.authority = [&string(b"ssh-ed25519"), &of.key[..]].concat()), "did not sign"),
        ("neither a user's nor a host's", with(&|of| of.user_or_host = 3), not_one),
        ("a host's", with(&|of| of.user_or_host = 2), "it is a host's"),
        ("an option without a value", with(&|of| of.critical = strings(&[b"verify-required"])), not_one),
        ("an extension without a value", with(&|of| of.extensions = strings(&[b"permit-pty"])), not_one),
        ("a byte behind it", with(&|of| of.tail.push(0)), not_one),
        ("of another type", with(&|of| of.kind = b"ssh-rsa-cert-v01@openssh.com"), not_one),
        ("of an old type", with(&|of| of.kind = b"ssh-ed25519-cert-v00@openssh.com"), "is not a public key"),
        ("the key of another type's certificate", with(&|of| of.kind = b"ecdsa-sha2-nistp256-cert-v01@openssh.com"), not_one),
    ];
    for (what, certificate, said) in refused {
        let (ours, theirs) = bench.judged(&certificate);
        assert!(!theirs, "{what}: ssh-keygen");
        let why = ours.expect_err(what);
        assert!(why.contains(said), "{what}: {why}");
    }
    // What OpenSSH takes and this program does not: a name that is no text, a longer signature than it reads.
    for (what, certificate, said) in [
        ("names that are no text", with(&|of| of.names = strings(&[bob, b"\xff"])), not_one),
        ("the name of the statement with an end of text", with(&|of| of.names = strings(&[&[bob, b"\0"].concat()])), "not bob@example.com"),
        ("long names", with(&|of| of.names = strings(&[bob, &[b'x'; 20_000]])), "longer than 16 KiB"),
    ] {
        let (ours, theirs) = bench.judged(&certificate);
        assert!(theirs, "{what}: ssh-keygen");
        let why = ours.expect_err(what);
        assert!(why.contains(said), "{what}: {why}");
    }
}

/// The names in a certificate are whatever somebody wrote there: they are shown cut and escaped.
#[test]
fn what_a_certificate_says_is_not_repeated_as_it_is() {
    let bench = Bench::new();
    let names: Vec<Vec<u8>> = (0..200).map(|number| format!("\u{1b}[31m{number}{}", "x".repeat(40)).into_bytes()).collect();
    let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
    let certificate = bench.certificate(&Fields { names: strings(&names), ..bench.fields.clone() });
    let why = bench.judged(&certificate).0.expect_err("others");
    assert!(why.contains("not bob@example.com") && why.len() < 1200 && !why.contains('\u{1b}'), "{why:?}");
    let option = [b"\x1b]0;".as_slice(), &[b'y'; 4000]].concat();
    let certificate = bench.certificate(&Fields { critical: strings(&[&option, b""]), ..bench.fields.clone() });
    let why = bench.judged(&certificate).0.expect_err("an option");
    assert!(why.contains("critical option") && why.len() < 400 && !why.contains('\u{1b}'), "{why:?}");
}

/// Its first second counts and its last does not, by the time of the ledger entry; what has become of it since is said.
#[test]
fn its_bounds_are_those_of_ssh_keygen() {
    let bench = Bench::new();
    let made = bench.shop.keygen(&["-q", "-s", "ca", "-I", "an id", "-n", BOB, "-V", "20260101Z:20260102Z", "bob.pub"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let signature = bench.shop.ssh_signs("bob-cert.pub", "gonogo", &pae(PAYLOAD));
    let known = signers(&bench.allowed, None).expect("signers");
    for (at, counts) in
        [("2025-12-31T23:59:59Z", false), ("2026-01-01T00:00:00Z", true), ("2026-01-01T23:59:59Z", true), ("2026-01-02T00:00:00Z", false)]
    {
        let digits: String = at.chars().filter(char::is_ascii_digit).collect();
        let more = ["-O", &format!("verify-time={digits}Z")];
        assert_eq!(bench.shop.ssh_confirms(&bench.allowed, BOB, &signature, &more), counts, "{at}: ssh-keygen");
        let judged = |now| known.check(PAYLOAD, &signature, BOB, time(at), time(now));
        assert_eq!(judged(at).is_ok(), counts, "{at}: {:?}", judged(at));
        if counts {
            assert_eq!(judged("2026-01-01T23:59:59Z").expect("valid").since, None);
            let since = judged("2026-01-02T00:00:00Z").expect("valid then").since.expect("said");
            assert!(
                since.contains("the certificate of ED25519") && since.ends_with("has since expired, on 2026-01-02T00:00:00Z"),
                "{since}"
            );
        }
    }
    // What becomes of its authority is said as well.
    let of_line = format!("{BOB} cert-authority,valid-before=\"20260101120000Z\" {}\n", bench.shop.public("ca"));
    let known = signers(&of_line, None).expect("signers");
    let since =
        |known: &gonogo::ledger::signing::Signers, now| known.check(PAYLOAD, &signature, BOB, time("2026-01-01T00:00:00Z"), time(now));
    let said = since(&known, "2026-01-01T12:00:01Z").expect("valid then").since.expect("said");
    assert!(said.contains("the authority ED25519") && said.ends_with("has since expired, on 2026-01-01T12:00:00Z"), "{said}");
    let revoked = format!("{} revoked=20260101060000Z\n", bench.shop.public("ca"));
    let known = signers(&bench.allowed, Some(revoked.as_bytes())).expect("signers");
    let said = since(&known, NOW).expect("valid then").since.expect("said");
    assert!(said.contains("the authority ED25519") && said.ends_with("has since been revoked, on 2026-01-01T06:00:00Z"), "{said}");
    let after = known.check(PAYLOAD, &signature, BOB, time("2026-01-01T06:00:00Z"), time(NOW)).expect_err("revoked");
    assert!(after.to_string().contains("it was revoked on 2026-01-01T06:00:00Z"), "{after}");
}
