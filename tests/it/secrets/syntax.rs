//! Env files that the programs which read them read differently.

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::json;

use super::{Look, folder, random};

/// Without `syntax`, then for compose, dotenv, systemd and the shell.
async fn outcomes(line: &str) -> [Outcome; 5] {
    let folder = folder(&format!("{line}\n"));
    let mut outcomes = [Unknown; 5];
    for (at, syntax) in [None, Some("compose"), Some("dotenv"), Some("systemd"), Some("shell")].into_iter().enumerate() {
        let mut source = json!({ "env-file": "prod.env" });
        if let Some(syntax) = syntax {
            source["syntax"] = json!(syntax);
        }
        let look = Look::new("secrets", json!({ "source": source, "keys": ["DB_PASSWORD"] })).root(folder.path());
        outcomes[at] = look.outcome().await.0;
    }
    outcomes
}

#[tokio::test]
async fn each_program_has_its_own_reading() {
    let good = random(1);
    for (line, wanted) in [
        ("DB_PASSWORD=${PROD_PASSWORD}".to_owned(), [Unknown, Unknown, Fail, Fail, Unknown]),
        ("DB_PASSWORD=$Zq7vK2mX9pL4wR8tB3".to_owned(), [Unknown, Unknown, Pass, Pass, Unknown]),
        ("DB_PASSWORD=gK7vQ2$mZp9xL4wR8tB3".to_owned(), [Unknown, Unknown, Pass, Pass, Unknown]),
        ("DB_PASSWORD='gK7vQ2$mZp9xL4wR8tB3'".to_owned(), [Pass; 5]),
        ("DB_PASSWORD='k<ab>Q2!mZp9xL4w$R8tB3 #;'".to_owned(), [Pass; 5]),
        ("DB_PASSWORD=ab1#vQ2!mZp9xL4w".to_owned(), [Unknown, Pass, Fail, Pass, Pass]),
        (format!("DB_PASSWORD={good} # made in May"), [Pass; 5]),
        (format!("DB_PASSWORD = {good}"), [Pass, Pass, Pass, Pass, Unknown]),
        (format!("STEM={good}\nDB_PASSWORD=${{STEM}}"), [Unknown, Pass, Fail, Fail, Pass]),
        ("DB_PASSWORD=changeme".to_owned(), [Fail; 5]),
        ("DB_PASSWORD=change\\me".to_owned(), [Fail; 5]),
    ] {
        assert_eq!(outcomes(&line).await, wanted, "{line}");
    }
}

#[tokio::test]
async fn both_readings_are_shown_and_no_value() {
    let folder = folder("DB_PASSWORD=$Zq7vK2mX9pL4wR8tB3\n");
    let look = Look::new("secrets", json!({ "source": { "env-file": "prod.env" }, "keys": ["DB_PASSWORD"] })).root(folder.path());
    assert_eq!(
        look.outcome().await.1,
        "`DB_PASSWORD`: its line is read differently: compose and shell read a value with something in its place that is not in the \
         file (`$…`), dotenv and systemd read a value without a known weakness; say `syntax:` of the program that reads the file"
    );
}
