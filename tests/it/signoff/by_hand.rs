//! OpenSSH in both directions: what its tools sign comes in, and they confirm what is in a bundle.

use std::{fs, path::Path};

use gonogo::{
    ledger::{Bundle, pae},
    model::{Act, Method, SignOff, Statement},
};

use super::house::{House, TEAM, shell};

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_signed_with_ssh_keygen_is_taken_in() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    let export = ["sign", "--as", "security", "--export", "s.pae", "--signer", "sec", "--comment", "by hand"];
    house.gonogo.run(export).exits(0).says("ssh-keygen -Y sign -n gonogo");
    house.gonogo.run(["sign", "--statement", "s.pae"]).exits(5).says("s.pae.sig");
    let folder = house.gonogo.path(".");
    let sign = |key: &str, namespace: &str| {
        let _ = fs::remove_file(folder.join("s.pae.sig"));
        let (ok, said) = shell(&folder, "ssh-keygen", &["-Y", "sign", "-n", namespace, "-f", &house.key(key), "s.pae"]);
        assert!(ok, "{said}");
    };
    sign("sec", "file");
    house.gonogo.run(["sign", "--statement", "s.pae"]).exits(5).says("signed this for `file`");
    sign("dev", "gonogo");
    house.gonogo.run(["sign", "--statement", "s.pae"]).exits(5).says("belongs to dev, not to sec");
    sign("sec", "gonogo");
    let statement = fs::read(folder.join("s.pae")).expect("a statement");
    house.write("s.pae", String::from_utf8(statement.clone()).expect("text").replace("by hand", "by hund"));
    house.gonogo.run(["sign", "--statement", "s.pae"]).exits(5).says("is not over this statement");
    house.gate(&[]).exits(4);
    house.write("s.pae", statement);
    house.gonogo.run(["sign", "--statement", "s.pae"]).exits(0).says("on record: entry 3");
    house.gonogo.run(["sign", "--statement", "s.pae"]).exits(0).says("on record: entry 3");
    house.gate(&[]).exits(0);
    house.gonogo.run(["sign", "--as", "security", "--export", "t.pae"]).exits(2).says("--signer");
    house.gonogo.run(["sign", "--as", "security", "--export", "t.pae", "--signer", "dev"]).exits(2).says("`dev` does not have the role");
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

/// What a key holder can sign with other programs, and what comes of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_says_what_the_policy_does_not_allow_does_not_count() {
    let roles = "{ security: { people: [sec], methods: [ssh, recorded] }, devops: [dev], recorder: [ci] }";
    let house = House::new().await.policy(&[("roles", roles), ("require", "[security]")]);
    house.verify(&[]).exits(0);
    house.gonogo.run(["sign", "--as", "security", "--export", "s.pae", "--signer", "sec"]).exits(0);
    let exported = fs::read(house.gonogo.path("s.pae")).expect("a statement");
    let start = exported.iter().position(|byte| *byte == b'{').expect("JSON");
    let honest = Statement::from_json(&exported[start..]).expect("a statement");
    let folder = house.gonogo.path(".");
    let brought = |key: &str, change: &dyn Fn(&mut Statement, &mut SignOff)| {
        let mut statement = honest.clone();
        let Act::SignOff(mut said) = statement.act.clone() else { panic!("a sign-off") };
        change(&mut statement, &mut said);
        statement.act = Act::SignOff(said);
        house.write("c.pae", pae(&statement.to_json()));
        let _ = fs::remove_file(folder.join("c.pae.sig"));
        let (ok, said) = shell(&folder, "ssh-keygen", &["-q", "-Y", "sign", "-n", "gonogo", "-f", &house.key(key), "c.pae"]);
        assert!(ok, "{said}");
        house.gonogo.run(["sign", "--statement", "c.pae"])
    };
    type Change = &'static dyn Fn(&mut Statement, &mut SignOff);
    let cases: [(&str, Change, &str); 9] = [
        ("sec", &|statement, _| statement.made.at = "2026-01-01T00:00:00Z".parse().expect("an instant"), "before the run ended"),
        ("sec", &|_, said| said.meaning = "I have seen nothing.".into(), "another sentence was signed"),
        ("sec", &|_, said| said.role = "devops".into(), "`sec` does not have the role `devops`"),
        ("sec", &|_, said| said.role = "king".into(), "the plan has no role `king`"),
        ("sec", &|_, said| said.release.source = "elsewhere".into(), "other things of the report"),
        ("sec", &|statement, _| statement.made.method = Method::Recorded, "said to be entered for somebody else and is not"),
        (
            "dev",
            &|statement, _| (statement.made.by, statement.made.method) = (Some("dev".into()), Method::Recorded),
            "nothing shows the decision",
        ),
        ("dev", &|statement, _| statement.made.by = Some("dev".into()), "`dev` signed for `sec`"),
        (
            "ci",
            &|statement, _| (statement.made.by, statement.made.method) = (Some("ci".into()), Method::Recorded),
            "`ci`, who entered it, has no role",
        ),
    ];
    for (key, change, why) in cases {
        brought(key, change).exits(0);
        house.gate(&[]).exits(4).says(why);
    }
    // What would stand in the ledger as a lie for ever does not come in.
    brought("sec", &|statement, _| statement.made.at = "2099-01-01T00:00:00Z".parse().expect("an instant")).exits(5).says("still to come");
    brought("sec", &|statement, _| statement.subject.clear()).exits(5).says("is not what it is about");
    house.gonogo.run(["log", "verify"]).exits(0);
    brought("sec", &|_, _| ()).exits(0);
    house.gate(&[]).exits(0);
}
