//! Values that hold others: in fields, in files, in URLs, encoded.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use super::{Look, PATH, folder, look, random};

async fn of(value: &str, keys: Value) -> Outcome {
    let folder = folder(&format!("DB_PASSWORD='{value}'\n"));
    look(folder.path(), keys).outcome().await.0
}

#[tokio::test]
async fn no_wrapper_hides_a_development_value() {
    let base64 = |text: &str| STANDARD.encode(text);
    for value in [
        r#"{"computed":"changeme"}"#.to_owned(),
        r#"{"a":[{"b":{"token":"changeme"}}]}"#.to_owned(),
        base64("dev-activities-key"),
        base64(&base64("changeme")),
        base64(r#"{"client_secret":"changeme"}"#),
        "6465762d616374697669746965732d6b6579".to_owned(),
        "Basic YWRtaW46YWRtaW4=".to_owned(),
        format!("Basic {}", base64("shop:shop")),
        "Bearer dev-activities-key-2024".to_owned(),
        "DefaultEndpointsProtocol=https;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==".to_owned(),
        "Server=tcp:sql.corp,1433;User Id=sa;Password=yourStrong(!)Password;".to_owned(),
        "o.a.k.PlainLoginModule required username=\"admin\" password=\"admin-secret\";".to_owned(),
        "https://api.corp.com/hook?token=changeme".to_owned(),
        "postgres://shop:change%6De@db.corp.com/shop".to_owned(),
        "shop:changeme@tcp(db.corp.com:3306)/shop".to_owned(),
        "sk-proj-****wXyZ".to_owned(),
        "abcdefghijklmnopqrstuvwxyz0123456789".to_owned(),
        "11111111-2222-3333-4444-555555555555".to_owned(),
        "preprod-8f3a9c1e7b2d4f60a1b2c3d4".to_owned(),
        "motdepasse2024".to_owned(),
        "chnageme".to_owned(),
    ] {
        assert_eq!(of(&value, json!({ "keys": ["DB_PASSWORD"] })).await, Fail, "{value}");
        assert_eq!(of(&value, json!({})).await, Fail, "{value}");
    }
}

#[tokio::test]
async fn good_values_stay_good_however_they_are_wrapped() {
    let good = random(1);
    for value in [
        format!(r#"{{"raw":"{good}","computed":"{good}","note":"","rawValueType":{{"type":"string"}},"sensitive":true}}"#),
        STANDARD.encode(&good),
        format!("Basic {}", STANDARD.encode(format!("shop:{good}"))),
        format!("Server=tcp:sql.corp.com,1433;User Id=shop;Password={good};Encrypt=True"),
        format!("o.a.k.PlainLoginModule required username=\"shop\" password=\"{good}\";"),
        format!("https://api.corp.com/hook?token={good}"),
        "velvet-test-plank-mosaic-otter".to_owned(),
    ] {
        assert_eq!(of(&value, json!({ "keys": ["DB_PASSWORD"] })).await, Pass, "{value}");
    }
}

#[tokio::test]
async fn a_named_key_without_a_judged_field_is_undetermined() {
    let folder = folder("APP_CONFIG='{\"log\":{\"level\":\"info\"},\"port\":8080}'\n");
    assert_eq!(
        look(folder.path(), json!({ "keys": ["APP_CONFIG"] })).outcome().await,
        (Unknown, "`APP_CONFIG`: JSON, of which nothing is taken for a secret by its name".to_owned())
    );
    let config = r#"{"log":{"level":"info"}}"#;
    for encoded in [STANDARD.encode(config), STANDARD.encode(STANDARD.encode(config))] {
        std::fs::write(folder.path().join("prod.env"), format!("APP_CONFIG={encoded}\n")).expect("written");
        assert_eq!(look(folder.path(), json!({ "keys": ["APP_CONFIG"] })).outcome().await.0, Unknown, "{encoded}");
    }
    // A published default is red there all the same.
    let published = "{\"computed\":\"minioadmin\"}";
    std::fs::write(folder.path().join("prod.env"), format!("APP_CONFIG='{published}'\n")).expect("written");
    assert_eq!(look(folder.path(), json!({ "keys": ["APP_CONFIG"] })).outcome().await.0, Fail);
    // Wrapped without end, or endless, it is not half judged.
    let endless = (0..3_000).map(|at| format!("\"a{at}\":\"x\"")).collect::<Vec<_>>().join(",");
    let deep = (0..14).fold(random(2), |text, _| STANDARD.encode(text));
    for value in [format!("{{{endless}}}"), deep] {
        std::fs::write(folder.path().join("prod.env"), format!("APP_SECRET='{value}'\n")).expect("written");
        let (outcome, reason) = look(folder.path(), json!({ "keys": ["APP_SECRET"] })).outcome().await;
        assert_eq!(outcome, Unknown, "{reason}");
        assert!(reason.ends_with("it holds more than can be looked at, or is wrapped too often"), "{reason}");
    }
}

#[tokio::test]
async fn files_in_a_kubernetes_secret() {
    let good = random(3);
    for (name, text) in [
        (".env", "LOG=info\nDB_PASSWORD=IT\n"),
        ("config.yaml", "log: info\ndb:\n  user: shop\n  password: IT\n"),
        (
            "appsettings.json",
            r#"{"Logging":{"Level":"Info"},"ConnectionStrings":{"Default":"Server=sql.corp.com;User Id=shop;Password=IT"}}"#,
        ),
        ("app.properties", "server.port=8080\nspring.datasource.password=IT\n"),
        (".dockerconfigjson", r#"{"auths":{"registry.corp.com":{"username":"shop","password":"IT"}}}"#),
    ] {
        for (value, wanted) in [("changeme", Fail), (good.as_str(), Pass)] {
            let root = tempfile::tempdir().expect("a folder");
            let data = json!({ name: STANDARD.encode(text.replace("IT", value)) });
            let secret = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "api" }, "data": data });
            std::fs::write(root.path().join("secret.json"), secret.to_string()).expect("written");
            let look = Look::new("secrets", json!({ "source": { "command": ["cat", "secret.json"] } }));
            let (outcome, reason) = look.root(root.path()).env(&[("PATH", PATH)]).outcome().await;
            assert_eq!(outcome, wanted, "{name}: {reason}");
        }
    }
}

#[tokio::test]
async fn nested_json_of_other_tools() {
    let good = random(4);
    for text in [
        r#"{"DB_PASSWORD":{"computed":"IT"}}"#,
        r#"{"database":{"user":"shop","password":"IT"},"sops":{"version":"3.9.0"}}"#,
        r#"{"request_id":"1","lease_id":"","data":{"data":{"db":{"password":"IT"}},"metadata":{"version":2,"deletion_time":""}}}"#,
        r#"{"db_password":{"sensitive":true,"type":"string","value":"IT"}}"#,
        r#"{"values":{"root_module":{"resources":[{"type":"aws_db_instance","values":{"password":"IT","port":5432}}]}}}"#,
        r#"{"Logging":{"Level":"Info"},"Jwt":{"SigningKey":"IT","Issuer":"https://id.corp.com"}}"#,
        r#"{"containers":[{"environment":[{"name":"DB_PASSWORD","value":"IT"}]}]}"#,
    ] {
        for (value, wanted) in [("changeme", Fail), (good.as_str(), Pass)] {
            let root = tempfile::tempdir().expect("a folder");
            std::fs::write(root.path().join("printed.json"), text.replace("IT", value)).expect("written");
            let look = Look::new("secrets", json!({ "source": { "command": ["cat", "printed.json"] } }));
            let (outcome, reason) = look.root(root.path()).env(&[("PATH", PATH)]).outcome().await;
            assert_eq!(outcome, wanted, "{text}: {reason}");
        }
    }
}
