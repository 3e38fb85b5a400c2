//! Which key is taken.

use std::{fs, path::Path};

use gonogo::ledger::signing::{Credential, FoundKey, KeyError, KeyPlace, SignatureError, Signers, find};

use super::{BOB, NOW, signers, time, workshop::Workshop};

const EVE: &str = "eve@example.com";

struct Case {
    shop: Workshop,
    signers: Signers,
}

impl Case {
    /// Bob with two keys, Eve with one, and a stranger's.
    fn new() -> Self {
        let shop = Workshop::new();
        for name in ["bob", "bob2", "eve", "stranger"] {
            shop.key(name, "ed25519", "");
        }
        let line = |who: &str, key: &str| format!("{who} {}\n", shop.public(key));
        let allowed = [line(BOB, "bob"), line(BOB, "bob2"), line(EVE, "eve")].concat();
        Self { signers: signers(&allowed, None).expect("signers"), shop }
    }

    async fn find(&self, key: Option<&str>, agent: Option<&Path>, people: &[&str]) -> Result<FoundKey, KeyError> {
        let people: Vec<String> = people.iter().map(|person| (*person).to_owned()).collect();
        let key = key.map(|key| self.shop.file(key));
        let search =
            gonogo::ledger::signing::Search { key: key.as_deref(), agent, home: Some(self.shop.path()), people: &people, now: time(NOW) };
        find(&self.signers, &search).await
    }

    /// Puts a key into `~/.ssh`.
    fn at_home(&self, key: &str, name: &str) {
        let folder = self.shop.file(".ssh");
        fs::create_dir_all(&folder).expect("a folder");
        for ending in ["", ".pub"] {
            fs::copy(self.shop.file(&format!("{key}{ending}")), folder.join(format!("{name}{ending}"))).expect("copied");
        }
    }
}

#[tokio::test]
async fn the_given_file_is_taken_if_it_counts() {
    let case = Case::new();
    let found = case.find(Some("bob"), None, &[BOB, EVE]).await.expect("found");
    assert_eq!((found.principal.as_str(), found.place), (BOB, KeyPlace::File(case.shop.file("bob"))));
    let error = case.find(Some("eve"), None, &[BOB]).await.expect_err("another's");
    assert!(matches!(&error, KeyError::NotAllowed(SignatureError::WrongPrincipal { is, .. }) if is == &[EVE]), "{error}");
    let error = case.find(Some("stranger"), None, &[BOB, EVE]).await.expect_err("unknown");
    assert!(error.to_string().contains("bob@example.com or eve@example.com"), "{error}");
    assert!(matches!(error, KeyError::NotAllowed(SignatureError::UnknownKey(..))), "{error}");
}

#[tokio::test]
async fn the_agent_comes_before_the_home_folder() {
    let case = Case::new();
    case.at_home("bob", "id_ed25519");
    let running = case.shop.agent(&["stranger", "bob2", "bob"]);
    let found = case.find(None, Some(&running.socket), &[BOB]).await.expect("found");
    assert!(matches!(found.place, KeyPlace::Agent { .. }));
    assert_eq!(Ok(found.key), Credential::from_openssh(&case.shop.public("bob2")), "the first of the agent's");
    drop(running);
    let found = case.find(None, Some(&case.shop.file("agent.sock")), &[BOB]).await.expect("found at home");
    assert_eq!(found.place, KeyPlace::File(case.shop.file(".ssh/id_ed25519")));
}

#[tokio::test]
async fn an_agent_spares_the_passphrase_of_the_given_file() {
    let case = Case::new();
    let running = case.shop.agent(&["bob"]);
    let found = case.find(Some("bob"), Some(&running.socket), &[BOB]).await.expect("found");
    assert!(matches!(found.place, KeyPlace::File(_)), "it is not encrypted");
    assert!(case.shop.keygen(&["-q", "-p", "-P", "", "-N", "correct horse", "-f", "bob"]).status.success());
    let found = case.find(Some("bob"), Some(&running.socket), &[BOB]).await.expect("found");
    assert!(matches!(found.place, KeyPlace::Agent { .. }));
    let found = case.find(Some("bob"), None, &[BOB]).await.expect("found");
    assert!(matches!(found.place, KeyPlace::File(_)), "there is no agent");
}

#[tokio::test]
async fn a_home_key_without_its_public_file_is_found() {
    let case = Case::new();
    case.at_home("eve", "id_rsa");
    fs::remove_file(case.shop.file(".ssh/id_rsa.pub")).expect("removed");
    assert_eq!(case.find(None, None, &[BOB, EVE]).await.expect("found").principal, EVE);
}

#[tokio::test]
async fn two_people_at_hand_is_not_clear() {
    let case = Case::new();
    let running = case.shop.agent(&["bob", "eve"]);
    let error = case.find(None, Some(&running.socket), &[BOB, EVE]).await.expect_err("not clear");
    assert!(matches!(&error, KeyError::Ambiguous(candidates) if candidates.len() == 2), "{error}");
    assert!(error.to_string().contains("--key FILE"), "{error}");
    assert_eq!(case.find(None, Some(&running.socket), &[EVE]).await.expect("clear").principal, EVE);
}

#[tokio::test]
async fn where_none_fits_everything_looked_at_is_told() {
    let case = Case::new();
    case.at_home("stranger", "id_ed25519");
    let error = case.find(None, None, &[BOB]).await.expect_err("none").to_string();
    for part in [BOB, "SSH_AUTH_SOCK is not set", ".ssh/id_ed25519", "--key FILE"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let running = case.shop.agent(&[]);
    let error = case.find(None, Some(&running.socket), &[BOB]).await.expect_err("none").to_string();
    assert!(error.contains("the ssh-agent, which has no key"), "{error}");
}
