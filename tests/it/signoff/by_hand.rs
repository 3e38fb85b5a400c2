//! OpenSSH in both directions: what its tools sign comes in, and they confirm what is in a bundle.

use std::{fs, path::Path};

use gonogo::ledger::Bundle;

use super::house::{House, TEAM, shell};

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_signed_with_ssh_keygen_is_taken_in() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    let export = ["sign", "--as", "security", "--export", "s.dsse", "--signer", "sec", "--comment", "by hand"];
    house.gonogo.run(export).exits(0).says("ssh-keygen -Y sign -n gonogo");
    house.gonogo.run(["sign", "--dsse", "s.dsse"]).exits(5).says("s.dsse.sig");
    let folder = house.gonogo.path(".");
    let sign = |key: &str, namespace: &str| {
        let _ = fs::remove_file(folder.join("s.dsse.sig"));
        let (ok, said) = shell(&folder, "ssh-keygen", &["-Y", "sign", "-n", namespace, "-f", &house.key(key), "s.dsse"]);
        assert!(ok, "{said}");
    };
    sign("sec", "file");
    house.gonogo.run(["sign", "--dsse", "s.dsse"]).exits(5).says("signed this for `file`");
    sign("dev", "gonogo");
    house.gonogo.run(["sign", "--dsse", "s.dsse"]).exits(5).says("belongs to dev, not to sec");
    sign("sec", "gonogo");
    let statement = fs::read(folder.join("s.dsse")).expect("a statement");
    house.write("s.dsse", String::from_utf8(statement.clone()).expect("text").replace("by hand", "by hund"));
    house.gonogo.run(["sign", "--dsse", "s.dsse"]).exits(5).says("is not over this statement");
    house.gate(&[]).exits(4);
    house.write("s.dsse", statement);
    house.gonogo.run(["sign", "--dsse", "s.dsse"]).exits(0).says("on record: entry 2");
    house.gonogo.run(["sign", "--dsse", "s.dsse"]).exits(0).says("on record: entry 2");
    house.gate(&[]).exits(0);
    house.gonogo.run(["sign", "--as", "security", "--export", "t.dsse"]).exits(2).says("--signer");
    house.gonogo.run(["sign", "--as", "security", "--export", "t.dsse", "--signer", "dev"]).exits(2).says("`dev` does not have the role");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_verify_txt_confirm_a_bundle() {
    let house = House::new().await;
    house.keygen("rsa", &["-t", "rsa", "-b", "3072"]);
    house.keygen("ecdsa", &["-t", "ecdsa", "-b", "384"]);
    house.signers(&[
        house.line("lead", "rsa", ""),
        house.line("dev", "ecdsa", ""),
        house.line("sec", "sec", ""),
        house.line("boss", "boss", ""),
    ]);
    house.verify(&[]).exits(0);
    for ((_, _, _, role), key) in TEAM.iter().zip(["rsa", "ecdsa", "sec", "boss"]) {
        house.sign(role, key, &[]).exits(0);
    }
    house.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]).exits(0);
    let bundle = Bundle::from_zip(&fs::read(house.gonogo.path("bundle.zip")).expect("a bundle")).expect("a bundle");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in &bundle.files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
    let text = fs::read_to_string(folder.path().join("VERIFY.txt")).expect("text");
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| !line.starts_with("gonogo")).collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("ssh-keygen")).count(), 4, "{text}");
    for line in &lines {
        let (ok, said) = shell(folder.path(), "sh", &["-c", line]);
        assert!(ok, "{line}: {said}");
        assert!(!line.starts_with("ssh-keygen") || said.starts_with("Good \"gonogo\" signature for "), "{line}: {said}");
    }
    // One byte of what was signed, and the same line refuses it.
    let line = lines.iter().find(|line| line.starts_with("ssh-keygen")).expect("a line");
    let statement = line.rsplit_once("< ").expect("a statement").1;
    let mut bytes = fs::read(folder.path().join(statement)).expect("a statement");
    *bytes.last_mut().expect("a byte") ^= 1;
    fs::write(folder.path().join(statement), bytes).expect("written");
    assert!(!shell(folder.path(), "sh", &["-c", line]).0);
}
