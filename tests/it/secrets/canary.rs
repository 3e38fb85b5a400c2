//! No value, flawed or fine, is in anything the check returns.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use gonogo::check::{self, kind::secrets::Secrets};
use serde_json::json;

use super::{folder, look};

const CANARIES: [(&str, &str); 16] = [
    ("JWT_SECRET_KEY", "9c1f0d7e5b3a48268fd04ce1b97a6530"),
    ("DB_PASSWORD", "gK7#vQ2!mZp9xL/w"),
    ("WEAK_PASSWORD", "sunshine-1987"),
    ("SHORT_KEY", "q7Rx2"),
    ("PLACEHOLDER_SECRET", "your-own-very-secret-value"),
    ("STAGE_API_KEY", "dev-activities-key-0042"),
    ("TEST_API_KEY", "sk_test_4242canary4242canary"),
    ("KNOWN_SECRET", "SW2YcwTIb9zpOOhoPsMm"),
    ("REPEATED_KEY", "abcxyzabcxyzabcxyz"),
    ("SAME_A_SECRET", "7d1e9b5f2c8a4063b7d1e9b5f2c8a406"),
    ("SAME_B_SECRET", "7d1e9b5f2c8a4063b7d1e9b5f2c8a406"),
    ("TEMPLATE_SECRET", "${CANARY_TEMPLATE_NAME}"),
    ("DATABASE_URL", "postgres://canaryuser:canary%2Fp4ss-Zk3Rw9@localhost/canarydb"),
    ("CONTROL_SECRET", "\u{1b}[31mcanary\u{7}red\u{202e}x"),
    ("JSON_SECRET", r#"{"client_secret":"changeme-canary","token":"Zk3Rw9Lm7Qx2Vb8N"}"#),
    ("LIST_API_KEY", "Zk3Rw9Lm7Qx2Vb8N,Hg5Tn1Kp6Wd4Rc0M"),
];

#[tokio::test]
async fn no_value_comes_out() {
    let lines: String = CANARIES.iter().map(|(key, value)| format!("{key}='{value}'\n")).collect();
    let folder = folder(&lines);
    std::fs::write(folder.path().join("staging.env"), &lines).expect("written");
    let settings = json!({ "differs-from": { "env-file": "staging.env" } });
    let seen = look(folder.path(), settings).look().await.expect("seen");
    assert_eq!(seen.observation.value()["secrets"].as_array().map(Vec::len), Some(CANARIES.len()));
    let out = format!("{seen:#?}\n{}\n{}", seen.observation.value(), serde_json::to_string(&seen.expectations).expect("JSON"));
    free_of_canaries(&out);

    // A program's output, its errors, and the settings themselves.
    for text in [
        &*lines,
        "{\"A\": \"9c1f0d7e5b3a48268fd04ce1b97a6530\" \"B\"}",
        "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"data\":{\"A\":\"SW2YcwTIb9zpOOhoPsMm!\"}}",
    ] {
        std::fs::write(folder.path().join("printed"), text).expect("written");
        for program in [vec!["cat", "printed"], vec!["sh", "-c", "cat printed >&2; exit 1"]] {
            let settings = json!({ "source": { "command": program } });
            let unseen =
                super::Look::new("secrets", settings).root(folder.path()).env(&[("PATH", super::PATH)]).look().await.expect_err("no JSON");
            free_of_canaries(&format!("{unseen} {unseen:?}"));
        }
    }
    let settings = json!({ "source": { "command": ["fetch", "--password=9c1f0d7e5b3a48268fd04ce1b97a6530"] } });
    let check: Secrets = serde_json::from_value(settings).expect("valid");
    let touches = check::Check::touches(&check, &gonogo::model::ProcessEnv::default());
    free_of_canaries(&format!("{touches:?}"));
}

fn free_of_canaries(out: &str) {
    for (key, value) in CANARIES {
        let encoded: String =
            value.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
        let prefix: String = value.chars().take(8).collect();
        let base64 = STANDARD_NO_PAD.encode(value);
        for form in [value, &encoded, &prefix, &base64[..base64.len().min(12)]] {
            assert!(form.len() < 4 || !out.contains(form), "{key} comes out: {out}");
        }
    }
}
