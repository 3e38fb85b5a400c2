//! `openssl s_server` for what rustls does not do: weak keys and signatures, and old protocol versions.

use std::{
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{Case, line, names};

/// A server, killed when dropped.
struct Openssl {
    child: Child,
    port: u16,
}

impl Drop for Openssl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn openssl(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("openssl");
    command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Makes a self-signed certificate for api.example.com with these extra arguments, as `leaf.pem` with `leaf.key`.
fn certificate(case: &Case, arguments: &[&str]) {
    let mut all = vec!["req", "-x509", "-nodes", "-subj", "/CN=api.example.com", "-addext", "subjectAltName=DNS:api.example.com"];
    all.extend(["-addext", "basicConstraints=critical,CA:FALSE", "-days", "3000", "-keyout", "leaf.key", "-out", "leaf.pem"]);
    all.extend(arguments);
    let status = openssl(case.folder.path(), &all).status();
    assert!(status.is_ok_and(|status| status.success()), "openssl is missing or failed: apt-get install openssl");
    std::fs::copy(case.file("leaf.pem"), case.file("ca.pem")).expect("copied");
}

impl Openssl {
    fn serve(case: &Case, arguments: &[&str]) -> Self {
        let port = crate::port::unused();
        let accept = format!("127.0.0.1:{port}");
        let mut all = vec!["s_server", "-accept", &accept, "-cert", "leaf.pem", "-key", "leaf.key", "-quiet"];
        all.extend(arguments);
        let child = openssl(case.folder.path(), &all).spawn().expect("openssl is missing: apt-get install openssl");
        let mut server = Self { child, port };
        let start = Instant::now();
        while TcpStream::connect(&accept).is_err() {
            assert!(start.elapsed() < Duration::from_secs(10), "openssl s_server {arguments:?} did not start");
            assert!(server.child.try_wait().is_ok_and(|status| status.is_none()), "openssl s_server {arguments:?} ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

fn case() -> Case {
    Case::trusting(super::authority::Authority::new().root.der())
}

const ANY_STRENGTH: [&str; 2] = ["-cipher", "ALL:@SECLEVEL=0"];

#[tokio::test]
async fn weak_keys_and_signatures() {
    let case = case();
    certificate(&case, &["-newkey", "rsa:1024", "-sha256"]);
    let server = Openssl::serve(&case, &ANY_STRENGTH);
    let case = case.at_port(server.port);
    let seen = case.seen().await;
    assert_eq!(
        line(&seen, "key-strength").split(", wanted").next(),
        Some("Public keys: got leaf `CN=api.example.com` has RSA of 1024 bits")
    );
    assert!(names(&seen, Some(false)).contains(&"chain".into()), "{:?}", names(&seen, Some(false)));
    drop(server);

    certificate(&case, &["-newkey", "rsa:2048", "-sha1"]);
    let server = Openssl::serve(&case, &ANY_STRENGTH);
    let seen = case.with("address", format!("127.0.0.1:{}", server.port)).seen().await;
    let line = line(&seen, "signature-strength");
    assert_eq!(line.split(", wanted").next(), Some("Signatures on certificates: got leaf `CN=api.example.com` has SHA-1 with RSA"));
}

/// Starts a server with these protocol arguments; what it is to TLS 1.0, 1.1 and, where asked for, 1.2.
async fn versions(arguments: &[&str], min_version: &str) -> (Vec<String>, Vec<String>) {
    let case = case();
    certificate(&case, &["-newkey", "rsa:2048", "-sha256"]);
    let server = Openssl::serve(&case, arguments);
    let seen = case.at_port(server.port).with("min-version", min_version).seen().await;
    assert!(!seen.observation.value()["chains"].as_array().expect("chains").is_empty(), "the chain is shown whatever the version");
    let about_versions = |name: &String| name.starts_with("tls1-") || name == "handshake";
    let lines = seen.expectations.iter().filter(|e| about_versions(&e.name)).map(gonogo::model::Expectation::line).collect();
    (names(&seen, Some(false)).into_iter().filter(about_versions).collect(), lines)
}

#[tokio::test]
async fn old_versions_that_are_on() {
    let (red, lines) = versions(&["-tls1", "-cipher", "ALL:@SECLEVEL=0"], "tls1.2").await;
    assert_eq!(red, ["handshake", "tls1-0-refused"], "{lines:?}");
    assert!(lines[0].contains("alert 70"), "{lines:?}");
    let (red, lines) = versions(&["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], "tls1.2").await;
    assert_eq!(red, ["handshake", "tls1-1-refused"], "{lines:?}");
    let (red, _) = versions(&["-cipher", "ALL:@SECLEVEL=0"], "tls1.2").await;
    assert_eq!(red, ["tls1-0-refused", "tls1-1-refused"]);
    let (red, _) = versions(&["-cipher", "ALL:@SECLEVEL=0"], "tls1.0").await;
    assert_eq!(red, [""; 0]);
}

#[tokio::test]
async fn old_versions_that_are_off() {
    let (red, lines) = versions(&["-no_tls1", "-no_tls1_1"], "tls1.2").await;
    assert_eq!(red, [""; 0]);
    assert!(
        lines.iter().any(|line| line.starts_with("TLS 1.0: refused by 127.0.0.1:") && line.ends_with("alert 70 protocol_version")),
        "{lines:?}"
    );
    // OpenSSL 3 has both on, and its security level forbids them.
    let (red, lines) = versions(&[], "tls1.2").await;
    assert_eq!(red, [""; 0]);
    assert!(lines.iter().any(|line| line.contains("TLS 1.1: not usable on") && line.contains("alert 80")), "{lines:?}");
    // On, and without a cipher suite in common.
    let (red, lines) = versions(&["-cipher", "ECDHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0"], "tls1.2").await;
    assert_eq!(red, [""; 0]);
    assert!(lines.iter().any(|line| line.contains("TLS 1.0: not usable on") && line.contains("alert 40")), "{lines:?}");
}

#[tokio::test]
async fn tls_1_2_can_be_refused_too() {
    assert_eq!(versions(&["-tls1_3"], "tls1.3").await.0, [""; 0]);
    assert_eq!(versions(&["-tls1_2"], "tls1.3").await.0, ["handshake", "tls1-2-refused"]);
    assert_eq!(versions(&["-no_tls1", "-no_tls1_1"], "tls1.3").await.0, ["tls1-2-refused"]);
    // An offer of 1.2 that is answered with 1.1 was not accepted.
    let (red, lines) = versions(&["-no_tls1_2", "-no_tls1_3", "-cipher", "ALL:@SECLEVEL=0"], "tls1.3").await;
    assert_eq!(red, ["handshake", "tls1-0-refused", "tls1-1-refused"]);
    assert!(lines.iter().any(|line| line.ends_with("it answers with TLS 1.1 instead")), "{lines:?}");
}

#[tokio::test]
async fn each_kind_of_key_has_its_certificate() {
    let mut case = case();
    certificate(&case, &["-newkey", "rsa:2048", "-sha256"]);
    std::fs::rename(case.file("leaf.pem"), case.file("rsa.pem")).expect("renamed");
    std::fs::rename(case.file("leaf.key"), case.file("rsa.key")).expect("renamed");
    let rsa = std::fs::read(case.file("rsa.pem")).expect("read");
    certificate(&case, &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-sha256"]);
    let elliptic = std::fs::read(case.file("leaf.pem")).expect("read");
    for (trusted, wanted) in [([&*rsa, &*elliptic].concat(), vec![]), (elliptic, vec!["chain"]), (rsa, vec!["chain"])] {
        std::fs::write(case.file("ca.pem"), trusted).expect("written");
        let server = Openssl::serve(&case, &["-dcert", "rsa.pem", "-dkey", "rsa.key"]);
        let address = format!("127.0.0.1:{}", server.port);
        case.settings["address"] = address.into();
        let seen = case.seen().await;
        let red: Vec<String> = names(&seen, Some(false)).into_iter().filter(|name| name == "chain").collect();
        assert_eq!(red, wanted, "{:?}", seen.expectations);
        assert_eq!(seen.observation.value()["chains"].as_array().expect("chains").len(), 2);
    }
}

/// What there is to say about servers that clients can speak to, and this one cannot.
#[tokio::test]
async fn what_is_not_spoken_here_is_unknown_and_said() {
    let curve = |curve: &str| format!("ec_paramgen_curve:{curve}");
    let (p256, p521) = (curve("P-256"), curve("P-521"));
    for (key, serve, said) in [
        (&p521, vec![], "proves its key with ECDSA on P-521, which cannot be verified here"),
        (&p521, vec!["-tls1_2"], "speaks TLS 1.2 with cipher suite 0xc02b, but with no suite"),
        (&p256, vec!["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"], "speaks TLS 1.2 with cipher suite 0xc023, but with no suite"),
    ] {
        let case = case();
        certificate(&case, &["-newkey", "ec", "-pkeyopt", key, "-sha256"]);
        let server = Openssl::serve(&case, &serve);
        let seen = case.at_port(server.port).seen().await;
        let red = names(&seen, Some(false));
        assert!(!["handshake", "key-strength", "chain"].iter().any(|name| red.contains(&(*name).to_owned())), "{red:?}");
        assert!(line(&seen, "handshake").contains(said), "{}", line(&seen, "handshake"));
        assert_eq!(seen.observation.value()["chains"].as_array().expect("chains").len(), 1, "its certificates are judged all the same");
    }
}

#[tokio::test]
async fn a_weak_root_is_named_and_an_exotic_issuer_is_unknown() {
    for (root, red, said) in [
        (
            ["rsa:1024", "rsa_keygen_bits:1024"],
            Some(false),
            "the key or the signature of the trusted root `CN=OddRoot` is too weak for clients",
        ),
        (["ec", "ec_paramgen_curve:P-521"], None, "a signature on the way cannot be verified here: SHA-512 with ECDSA by a key on P-521"),
    ] {
        let case = case();
        let run = |words: &str| {
            let words: Vec<&str> = words.split(' ').collect();
            assert!(openssl(case.folder.path(), &words).status().is_ok_and(|status| status.success()), "{words:?}");
        };
        let hash = if root[0] == "ec" { "-sha512" } else { "-sha256" };
        std::fs::write(case.file("leaf.ext"), "subjectAltName=DNS:api.example.com\nbasicConstraints=critical,CA:FALSE\n").expect("written");
        run(&format!(
            "req -x509 -nodes -newkey {} -pkeyopt {} -subj /CN=OddRoot -days 3000 -keyout root.key -out ca.pem {hash}",
            root[0], root[1]
        ));
        run("req -nodes -newkey rsa:2048 -subj /CN=api.example.com -keyout leaf.key -out leaf.csr");
        run(&format!("x509 -req -in leaf.csr -CA ca.pem -CAkey root.key -days 2900 -extfile leaf.ext {hash} -out leaf.pem"));
        let server = Openssl::serve(&case, &ANY_STRENGTH);
        let seen = case.at_port(server.port).seen().await;
        let chain = seen.expectations.iter().find(|expectation| expectation.name == "chain").expect("chain");
        assert_eq!(chain.met, red);
        assert!(chain.line().contains(said), "{}", chain.line());
    }
}
