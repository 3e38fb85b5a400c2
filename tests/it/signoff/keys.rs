//! Private keys and passphrases: clear words where they cannot be used, and nothing of them in any output.

use std::process::Stdio;

use super::house::House;
use crate::gonogo::{clock, search_path};

const PASSPHRASE: &str = "canary-horse-battery-7731";

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_key_without_a_terminal_is_told_and_nothing_of_it_shown() {
    let house = House::new().await.security_alone();
    house.keygen("locked", &["-t", "ed25519", "-N", PASSPHRASE]);
    house.also_signers(&[house.line("sec", "locked", "")]);
    house.verify(&[]).exits(0);
    let secret = std::fs::read_to_string(house.key("locked")).expect("a key");
    let canaries: Vec<&str> = secret.lines().filter(|line| line.len() > 40).chain([PASSPHRASE]).collect();
    let key = house.key("locked");
    // In a session of its own it has no terminal to ask at, wherever this test is run.
    for environment in [&[][..], &[("GONOGO_KEY", key.as_str())]] {
        let mut command = std::process::Command::new("setsid");
        command.args(["--wait", env!("CARGO_BIN_EXE_gonogo"), "sign", "--as", "security"]).current_dir(house.gonogo.path("."));
        command.env_clear().envs(clock()).env("PATH", search_path()).envs(environment.iter().copied()).stdin(Stdio::null());
        if environment.is_empty() {
            command.args(["--key", &key]);
        }
        let output = command.output().expect("setsid: `apt-get install util-linux`");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("is encrypted and no passphrase was entered"), "{said}");
        assert!(canaries.iter().all(|canary| !said.contains(canary)), "{said}");
    }
    // With a key that is not its own the file's text is not shown either.
    for (file, said) in [("locked.pub", "SSH_AUTH_SOCK"), ("missing", "missing"), ("broken", "broken")] {
        if file == "broken" {
            std::fs::write(house.key("broken"), secret.replace("OPENSSH", "OPEN")).expect("written");
            assert!(super::house::shell(house.keys.path(), "chmod", &["600", "broken"]).0);
        }
        let ran = house.sign("security", file, &[]).exits(2);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(all.contains(said) && canaries.iter().all(|canary| !all.contains(canary)), "{file}: {all}");
    }
    // Open to others, nobody's, none at all.
    house.keygen("open", &["-t", "ed25519"]);
    assert!(super::house::shell(house.keys.path(), "chmod", &["644", "open"]).0);
    house.sign("security", "open", &[]).exits(2).says("is open to others");
    house.gonogo.run(["sign", "--as", "security"]).exits(2).says("no key at hand may sign for sec");
    house.gonogo.run(["sign", "--as", "nobody", "--key", &key]).exits(2).says("no role `nobody`");
    // Nothing of the keys that were used is in the ledger.
    house.sign("security", "sec", &[]).exits(0);
    let ledger = ["", "-wal"].map(|end| std::fs::read(house.gonogo.path(&format!(".gonogo/ledger.db{end}"))).unwrap_or_default()).concat();
    let used = std::fs::read_to_string(house.key("sec")).expect("a key");
    for line in used.lines().filter(|line| line.len() > 60).skip(1) {
        assert!(!ledger.windows(line.len()).any(|window| window == line.as_bytes()), "a private key is in the ledger");
    }
}
