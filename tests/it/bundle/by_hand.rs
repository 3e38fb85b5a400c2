//! `VERIFY.txt` is followed to the letter, with the system's own tools.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use gonogo::{
    ledger::{Bundle, Envelope, pae},
    model::Digest,
};

use super::sample::{entry, made, sign_off};

/// Runs a line as a stranger would who pastes it into a shell in the bundle's folder.
fn run(line: &str, folder: &Path) -> Output {
    Command::new("sh").arg("-c").arg(line).current_dir(folder).output().expect("sh")
}

/// A new key without a passphrase; the line of its public half.
fn key(folder: &Path, name: &str, kind: &str) -> String {
    let made = Command::new("ssh-keygen").args(["-q", "-t", kind, "-N", "", "-C", "", "-f", name]).current_dir(folder).output();
    let made = made.expect("ssh-keygen: apt-get install openssh-client");
    assert!(made.status.success(), "{made:?}");
    fs::read_to_string(folder.join(format!("{name}.pub"))).expect("a public key").trim().to_owned()
}

/// What `ssh-keygen -Y sign` makes of these bytes.
fn signed(folder: &Path, key: &str, bytes: &[u8]) -> String {
    fs::write(folder.join("signed"), bytes).expect("written");
    let line = format!("ssh-keygen -q -Y sign -f {key} -n gonogo < signed");
    let output = run(&line, folder);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("armored text")
}

/// A bundle with a signature of each of `signers`, id and kind of key; the keys have since run out.
fn bundle(signers: &[(&str, &str)]) -> Bundle {
    let keys = tempfile::tempdir().expect("a folder");
    let mut made = made();
    made.entries.truncate(0);
    made.allowed_signers.clear();
    for (place, (signer, kind)) in signers.iter().enumerate() {
        let public = key(keys.path(), &format!("key{place}"), kind);
        made.allowed_signers.extend_from_slice(
            format!("{signer} namespaces=\"gonogo\",valid-after=\"20250101Z\",valid-before=\"20251201Z\" {public}\n").as_bytes(),
        );
        let payload = sign_off(&made.report, Some(signer)).to_json();
        let signature = signed(keys.path(), &format!("key{place}"), &pae(&payload));
        made.entries.push(entry(place as u64 + 1, payload, Some(&signature)));
    }
    made.entries.push(entry(99, sign_off(&made.report, None).to_json(), None));
    made.bundle()
}

/// The files as the zip has them, in a new folder.
fn unpacked(bundle: &Bundle) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let read = Bundle::from_zip(&bundle.to_zip().expect("a zip")).expect("a bundle");
    for (name, bytes) in read.files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
    folder
}

fn lines(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("VERIFY.txt")).expect("instructions");
    text.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect()
}

#[test]
fn every_line_for_a_stranger_works_as_it_stands() {
    let bundle = bundle(&[("bob@example.com", "ed25519"), ("ann@example.com", "ecdsa"), ("o'hara@example.com", "rsa")]);
    let folder = unpacked(&bundle);
    let lines = lines(folder.path());
    let tools: Vec<&str> = lines.iter().map(|line| line.split(' ').next().expect("a word")).collect();
    assert_eq!(tools, ["sha256sum", "sha256sum", "ssh-keygen", "ssh-keygen", "ssh-keygen", "grep", "gonogo"]);
    for line in lines.iter().filter(|line| !line.starts_with("gonogo")) {
        let output = run(line, folder.path());
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{line}: {output:?}");
        match line.split(' ').next() {
            Some("ssh-keygen") => assert!(said.starts_with("Good \"gonogo\" signature for "), "{said}"),
            Some("sha256sum") if line.ends_with("SHA256SUMS") => {
                assert_eq!(said.lines().count(), bundle.files.len() - 1);
                assert!(said.lines().all(|line| line.ends_with(": OK")), "{said}");
            }
            Some("sha256sum") => assert!(said.starts_with(Digest::of(bundle.report()).as_str()), "{said}"),
            _ => assert_eq!(said.lines().count(), 4, "{said}"),
        }
    }
    let text = fs::read_to_string(folder.path().join("VERIFY.txt")).expect("instructions");
    assert!(text.contains("Not signed") && text.contains("\n   statements/0099-sign-off.pae\n"), "{text}");
    assert!(text.contains(Digest::of(bundle.report()).as_str()));
    // What in-toto's tools read is what was signed, and by whom.
    let lines = fs::read_to_string(folder.path().join("attestations.intoto.jsonl")).expect("envelopes");
    for (place, line) in lines.lines().enumerate() {
        let envelope = Envelope::from_json(line.as_bytes()).expect("a DSSE envelope");
        let file = folder.path().join(format!("statements/{:04}-sign-off.pae", place + 1));
        assert_eq!(pae(&envelope.payload), fs::read(&file).expect("a statement"));
        assert_eq!(envelope.signature, fs::read_to_string(file.with_extension("pae.sig")).expect("a signature"));
    }
    assert_eq!(lines.lines().count(), 3);
}

#[test]
fn the_lines_see_what_was_changed() {
    let folder = unpacked(&bundle(&[("bob@example.com", "ed25519")]));
    let lines = lines(folder.path());
    let sums = &lines[0];
    let verify = lines.iter().find(|line| line.starts_with("ssh-keygen")).expect("a line");
    let text = fs::read_to_string(folder.path().join("statements/0001-sign-off.pae")).expect("a statement");
    fs::write(folder.path().join("statements/0001-sign-off.pae"), text.replace("\"go\"", "\"no\"")).expect("written");
    assert!(!run(sums, folder.path()).status.success());
    assert!(!run(verify, folder.path()).status.success());
    // The key had run out by then.
    fs::write(folder.path().join("statements/0001-sign-off.pae"), text).expect("written");
    assert!(run(verify, folder.path()).status.success());
    assert!(!run(&verify.replace("=20251113", "=20251213"), folder.path()).status.success());
    assert!(!run(&verify.replace("bob@", "eve@"), folder.path()).status.success());
}

#[test]
fn an_id_does_nothing_in_the_shell() {
    for id in [
        "x'; touch pwned; '",
        "$(touch pwned)",
        "`touch pwned`",
        "x\ntouch pwned\n",
        "x\n    touch pwned",
        "-f\u{202e}",
        "a\\'; touch pwned #",
    ] {
        let mut made = made();
        made.entries = vec![entry(1, sign_off(&made.report, Some(id)).to_json(), Some("no signature"))];
        let folder = unpacked(&made.bundle());
        for line in lines(folder.path()).iter().filter(|line| !line.starts_with("gonogo")) {
            assert!(line.starts_with("sha256sum ") || line.starts_with("ssh-keygen ") || line.starts_with("grep "), "{id:?}: {line}");
            run(line, folder.path());
            assert!(!folder.path().join("pwned").exists(), "{id:?}: {line}");
        }
    }
}
