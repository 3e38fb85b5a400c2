//! Values from an env file, the process environment, and files that a `KEY_FILE` names.

use gonogo::model::Outcome;
use serde_json::json;

use super::{Look, folder, look, random};

#[tokio::test]
async fn made_for_production() {
    let folder = folder(&format!(
        "# production\nJWT_SECRET_KEY={}\nexport DB_PASSWORD='gK7#vQ2!mZp9xL'\nPAY_API_KEY=\"{}\"\nLOG_LEVEL=info\nJWT_TOKEN_EXPIRES_IN=3600\n",
        random(1),
        random(2)
    ));
    let keys = json!({ "keys": [{ "name": "JWT_SECRET_KEY", "use": "key", "min-bytes": 32 }, "DB_PASSWORD", "*_API_KEY"] });
    let seen = look(folder.path(), keys).look().await.expect("seen");
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass, "{:#?}", seen.expectations);
    assert_eq!(seen.expectations.len(), 4);
    assert_eq!(
        seen.observation.value(),
        json!({
            "source": "env file prod.env",
            "keys": 5,
            "secrets": [
                { "key": "DB_PASSWORD", "use": "password", "length": "8 to 15 characters", "strength": "score 4 of 4", "flaws": [] },
                { "key": "JWT_SECRET_KEY", "use": "key", "length": "64 to 127 characters", "strength": "32 to 63 bytes", "flaws": [] },
                { "key": "PAY_API_KEY", "use": "token", "length": "64 to 127 characters", "strength": "score 4 of 4", "flaws": [] },
            ],
            "globs": { "*_API_KEY": 1 },
            "looks-secret": null,
        })
    );
    // Whatever looks secret is the default, and a setting of a secret is none.
    let seen = look(folder.path(), json!({})).look().await.expect("seen");
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass);
    assert_eq!(
        (&seen.observation.value()["looks-secret"], &seen.observation.value()["passed-over"]),
        (&json!(3), &json!(["JWT_TOKEN_EXPIRES_IN"]))
    );
}

#[tokio::test]
async fn each_flaw_is_said_once_and_by_name() {
    for (line, reason) in [
        ("DB_PASSWORD=", "`DB_PASSWORD`: got nothing: it is empty, wanted a value made for production"),
        ("DB_PASSWORD='  '", "`DB_PASSWORD`: got nothing but white space, wanted a value made for production"),
        (
            "DB_PASSWORD='${PROD_PASSWORD}'",
            "`DB_PASSWORD`: got a template that was never filled in (`${…}`), wanted a value made for production",
        ),
        ("DB_PASSWORD=difyai123456", "`DB_PASSWORD`: got a published default (Dify docker example), wanted a value made for production"),
        ("DB_USER=shop\nDB_PASSWORD=shop", "`DB_PASSWORD`: got the name of its user, wanted a value made for production"),
        (
            "DB_PASSWORD=sunshine-99",
            "`DB_PASSWORD`: got too weak (fewer than a million guesses find it), wanted a value made for production",
        ),
        ("DB_PASSWORD=aaa\nDB_PASSWORD=bbb", "`DB_PASSWORD`: got different values on lines 1 and 2, wanted a value made for production"),
        ("OTHER=1", "`DB_PASSWORD`: got nothing: it is not set, wanted a value made for production"),
    ] {
        let folder = folder(line);
        let outcome = look(folder.path(), json!({ "keys": ["DB_PASSWORD"] })).outcome().await;
        assert_eq!(outcome, (Outcome::Fail, reason.to_owned()), "{line}");
    }
}

#[tokio::test]
async fn keys_that_share_a_value() {
    let key = "f32f716d70a42c5703f4656015e76299";
    let text = format!("A_SECRET={key}\nB_SECRET={key}\nC_SECRET={}1\nD_SECRET={}\n", &key[..31], random(3));
    let folder = folder(&text);
    let (outcome, reason) = look(folder.path(), json!({})).outcome().await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(reason.starts_with("`A_SECRET`: got the same value as `B_SECRET`, wanted"), "{reason}");
    assert!(reason.ends_with("and 1 more"), "{reason}");
    let allow = json!({ "keys": [
        { "name": "A_SECRET", "allow": ["shared"] }, { "name": "B_SECRET", "allow": ["shared"] }, { "name": "C_SECRET", "allow": ["shared"] }, "D_SECRET"
    ] });
    assert_eq!(look(folder.path(), allow).outcome().await.0, Outcome::Pass);
}

/// Trap 11: what is random may spell a word.
#[tokio::test]
async fn random_base64_may_have_dev_in_it() {
    for value in [
        "kQ3devX9zT0mVb7LwPfR2yHs8nGcJ4uE6aZtDkYxB1o=",
        "9vTestQm4LzK8rWb2XcPj7HsDevN0yGf5uAeR1iZoE6B",
        "pDEVr8Yk2mXq7Wc9Zt4Ln0Bv5Hs3Jg6Fd1Qa",
    ] {
        let folder = folder(&format!("SIGNING_SECRET={value}\n"));
        let outcome = look(folder.path(), json!({ "keys": ["SIGNING_SECRET"] })).outcome().await;
        assert_eq!(outcome.0, Outcome::Pass, "{value}: {}", outcome.1);
    }
}

#[tokio::test]
async fn nothing_chosen_is_never_green() {
    let folder = folder("LOG_LEVEL=info\n");
    for (settings, reason) in [
        (json!({}), "keys that look secret in env file prod.env: got 0 of 1, wanted at least 1 (else name the keys)"),
        (json!({ "keys": ["*_API_KEY"] }), "keys like `*_API_KEY` in env file prod.env: got 0 of 1, wanted at least 1"),
    ] {
        assert_eq!(look(folder.path(), settings).outcome().await, (Outcome::Fail, reason.to_owned()));
    }
    std::fs::write(folder.path().join("prod.env"), "# nothing\n").expect("written");
    assert_eq!(look(folder.path(), json!({})).outcome().await.0, Outcome::Fail);
}

#[tokio::test]
async fn the_process_environment() {
    let value = random(4);
    let settings = json!({ "source": { "environment": true }, "keys": ["JWT_SECRET_KEY", "DATABASE_URL"] });
    let env = [("JWT_SECRET_KEY", value.as_str()), ("DATABASE_URL", "postgres://postgres:postgres@db.corp/app")];
    assert_eq!(
        Look::new("secrets", settings).env(&env).outcome().await,
        (
            Outcome::Fail,
            "`DATABASE_URL`: got a URL with a published default login (PostgreSQL image documentation), wanted a value made for production"
                .to_owned()
        )
    );
}

#[tokio::test]
async fn a_value_in_a_file_of_its_own() {
    let folder = folder("DB_PASSWORD_FILE=secrets/db\nLOG_FILE=/var/log/app.log\nAPI_TOKEN_FILE=/run/secrets/none\nAPI_TOKEN=\n");
    std::fs::create_dir(folder.path().join("secrets")).expect("made");
    std::fs::write(folder.path().join("secrets/db"), "gK7#vQ2!mZp9xL\n").expect("written");
    let password = json!({ "keys": ["DB_PASSWORD"] });
    assert_eq!(look(folder.path(), password.clone()).outcome().await.0, Outcome::Pass);
    assert_eq!(
        look(folder.path(), json!({ "keys": ["API_TOKEN"] })).outcome().await,
        (Outcome::Unknown, "`API_TOKEN`: the file it is read from, /run/secrets/none, does not exist".to_owned())
    );
    // What is set directly wins, as in the images that know the convention.
    std::fs::write(folder.path().join("prod.env"), "DB_PASSWORD=changeme\nDB_PASSWORD_FILE=secrets/db\n").expect("written");
    assert_eq!(look(folder.path(), password).outcome().await.0, Outcome::Fail);
}

#[tokio::test]
async fn a_file_that_is_none() {
    let folder = folder("DB_PASSWORD=x\nhunter2 is no line of an env file\n");
    let says = |reason: &str| (Outcome::Unknown, reason.to_owned());
    assert_eq!(look(folder.path(), json!({})).outcome().await, says("env file prod.env is no env file: line 2: there is no `=`"));
    std::fs::write(folder.path().join("prod.env"), [0xff, 0xfe, 0]).expect("written");
    assert_eq!(look(folder.path(), json!({})).outcome().await, says("env file prod.env is not UTF-8 text"));
    std::fs::write(folder.path().join("prod.env"), vec![b'#'; (1 << 20) + 1]).expect("written");
    assert_eq!(look(folder.path(), json!({})).outcome().await, says("env file prod.env is larger than 1 MiB"));
    std::fs::remove_file(folder.path().join("prod.env")).expect("removed");
    assert_eq!(look(folder.path(), json!({})).outcome().await, says("env file prod.env does not exist"));
}

#[tokio::test]
async fn too_many_keys_are_refused_not_half_judged() {
    let folder = folder(&(0..3_000).map(|at| format!("K{at}_SECRET={}\n", random(at))).collect::<String>());
    let (outcome, reason) = look(folder.path(), json!({})).outcome().await;
    assert_eq!((outcome, reason.as_str()), (Outcome::Unknown, "env file prod.env holds 3000 keys; at most 2000 are judged"));
}

#[tokio::test]
async fn another_environment_has_other_values() {
    let (own, other) = (random(5), random(6));
    let folder = folder(&format!("JWT_SECRET_KEY={own}\nDB_PASSWORD='gK7#vQ2!mZp9xL'\n"));
    let staging = folder.path().join("staging.env");
    let settings = json!({ "differs-from": { "env-file": "staging.env" } });
    for (text, outcome, reason) in [
        (format!("JWT_SECRET_KEY={other}\nDB_PASSWORD=another-Pw-77x\n"), Outcome::Pass, "all 4 expectations are met"),
        (
            format!("JWT_SECRET_KEY={own}\nDB_PASSWORD=another-Pw-77x\n"),
            Outcome::Fail,
            "values shared with env file staging.env: got `JWT_SECRET_KEY`, wanted none",
        ),
        (
            format!("JWT_SECRET_KEY={}x\nDB_PASSWORD=another-Pw-77x\n", &own[..63]),
            Outcome::Fail,
            "values shared with env file staging.env: got `JWT_SECRET_KEY (nearly)`, wanted none",
        ),
        (
            format!("JWT_SECRET_KEY={other}\nOLD_SECRET={own}\n"),
            Outcome::Fail,
            "values shared with env file staging.env: got `JWT_SECRET_KEY (as OLD_SECRET there)`, wanted none",
        ),
        (
            "LOG_LEVEL=info\n".to_owned(),
            Outcome::Unknown,
            "values shared with env file staging.env: none of the judged keys is set there, so nothing was compared",
        ),
    ] {
        std::fs::write(&staging, text).expect("written");
        assert_eq!(look(folder.path(), settings.clone()).outcome().await, (outcome, reason.to_owned()));
    }
    std::fs::remove_file(staging).expect("removed");
    assert_eq!(look(folder.path(), settings).outcome().await, (Outcome::Unknown, "env file staging.env does not exist".to_owned()));
}

#[tokio::test]
async fn another_environment_has_other_parts() {
    let random = random(7);
    let base64 = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    for (here, there, wanted) in [
        (format!("postgres://app:{random}@prod.corp/app"), format!("postgres://app:{random}@staging.corp/app"), Outcome::Fail),
        ("velvet-otter-plank-prod".to_owned(), "velvet-otter-plank-staging".to_owned(), Outcome::Fail),
        (random.clone(), base64(&random), Outcome::Fail),
        (base64(&format!("app:{random}")), format!("{{\"a\":{{\"password\":\"{random}\"}}}}"), Outcome::Pass),
        (format!("{{\"a\":{{\"password\":\"{random}\"}}}}"), base64(&random), Outcome::Fail),
        (format!("postgres://app:{random}@db.corp/app"), format!("postgres://app:{}@db.corp/app", super::random(8)), Outcome::Pass),
    ] {
        let folder = folder(&format!("DB_PASSWORD='{here}'\n"));
        std::fs::write(folder.path().join("staging.env"), format!("DB_PASSWORD='{there}'\n")).expect("written");
        let settings = json!({ "keys": ["DB_PASSWORD"], "differs-from": { "env-file": "staging.env" } });
        assert_eq!(look(folder.path(), settings).outcome().await.0, wanted, "{here} {there}");
    }
}

#[tokio::test]
async fn names_that_say_secret_and_names_that_do_not() {
    let good = random(9);
    for key in ["ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY", "DB_PW", "JWT", "KAFKA_SASL_JAAS_CONFIG", "dbPassword"] {
        let folder = folder(&format!("{key}=changeme\n"));
        assert_eq!(look(folder.path(), json!({})).outcome().await.0, Outcome::Fail, "{key}");
    }
    let settings = "SESSION_SECURE_COOKIE=false\nGF_AUTH_DISABLE_PASSWORD_LOGIN=true\nPWD=/srv/app\nMAX_TOKENS=4096\nSTRIPE_API_KEY=\nSMTP_PASSWORD=\"\"\n";
    let folder = folder(&format!("{settings}JWT_SECRET_KEY={good}\n"));
    let seen = look(folder.path(), json!({})).look().await.expect("seen");
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass, "{:#?}", seen.expectations);
    assert_eq!(seen.observation.value()["looks-secret"], json!(1));
    // Named, an empty one is red; a glob that finds only empty ones finds nothing.
    assert_eq!(look(folder.path(), json!({ "keys": ["STRIPE_API_KEY"] })).outcome().await.0, Outcome::Fail);
    assert_eq!(look(folder.path(), json!({ "keys": ["*_API_KEY"] })).outcome().await.0, Outcome::Fail);
    assert_eq!(look(folder.path(), json!({ "keys": ["*_KEY"] })).outcome().await.0, Outcome::Pass);
    // A switch's word is no password.
    std::fs::write(folder.path().join("prod.env"), "DB_PASSWORD=true\n").expect("written");
    assert_eq!(look(folder.path(), json!({})).outcome().await.0, Outcome::Fail);
}

#[tokio::test]
async fn a_token_expires_at_the_instant_of_the_run() {
    // {"iss":"https://id.corp.com","exp":…}, signed with nothing that is published. The run is at 2026-11-20.
    let token = |exp: u64| {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", part(r#"{"alg":"RS256"}"#), part(&format!(r#"{{"iss":"https://id.corp.com","exp":{exp}}}"#)), part("signature"))
    };
    let folder = folder(&format!("SERVICE_TOKEN={}\n", token(1_893_456_000)));
    assert_eq!(look(folder.path(), json!({})).outcome().await.0, Outcome::Pass);
    std::fs::write(folder.path().join("prod.env"), format!("SERVICE_TOKEN={}\n", token(1_700_000_000))).expect("written");
    let (outcome, reason) = look(folder.path(), json!({})).outcome().await;
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(reason, "`SERVICE_TOKEN`: got a token that expired on 2023-11-14T22:13:20Z, wanted a value made for production");
}
