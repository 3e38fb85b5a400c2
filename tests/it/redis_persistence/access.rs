//! Logins, TLS, sockets, and servers that refuse CONFIG.

use gonogo::model::Outcome::{Fail, Pass, Unknown};
use serde_json::json;

use super::outcome;
use crate::{
    look::Look,
    servers::redis::{ENCODED, PASSWORD, Redis},
};

/// `app` may do what the check needs, `blind` everything but CONFIG, `mute` not even INFO.
fn users() -> String {
    format!(
        "user app on >{PASSWORD} -@all +info +config|get +acl|whoami\nuser blind on >{PASSWORD} ~* +@all -config\nuser mute on >{PASSWORD} -@all +ping\n"
    )
}

#[tokio::test]
async fn the_least_rights_are_enough() {
    let redis = Redis::start(&format!("{}appendonly yes\nsave 3600 1", users()));
    let settings = json!({ "url": redis.url_as("app"), "aof": true, "use": "queue" });
    assert_eq!(outcome(&redis, settings).await, (Pass, "all 7 expectations are met".into()));
}

#[tokio::test]
async fn a_refused_login_is_red_though_default_would_do() {
    let redis = Redis::start(&format!("{}appendonly yes", users()));
    // `default` needs no password here: a client that went on after the refusal would see everything.
    assert_eq!(redis.say(&["PING"]).await, "simple-string(\"PONG\")");
    let url = format!("redis://app:wrong-{ENCODED}@127.0.0.1:{}", redis.port);
    let refused = "login as `app`: got refused: WRONGPASS invalid username-password pair or user is disabled., wanted accepted";
    assert_eq!(outcome(&redis, json!({ "url": url, "aof": true })).await, (Fail, refused.into()));
    let url = format!("redis://:{ENCODED}@127.0.0.1:{}", redis.port);
    let (outcome, reason) = outcome(&redis, json!({ "url": url })).await;
    assert_eq!(outcome, Fail);
    assert!(reason.contains("without any password configured"), "{reason}");
}

#[tokio::test]
async fn a_missing_login_says_so() {
    let redis = Redis::start(&format!("requirepass {PASSWORD}\nappendonly yes"));
    let (outcome, reason) = Look::new("redis-persistence", json!({ "url": redis.url() })).outcome().await;
    assert_eq!(outcome, Unknown);
    assert!(reason.contains("demands a login, and the URL holds no password (NOAUTH"), "{reason}");
    let url = format!("redis://:{ENCODED}@127.0.0.1:{}/3", redis.port);
    let (outcome, reason) = Look::new("redis-persistence", json!({ "url": url })).outcome().await;
    assert_eq!((outcome, reason.as_str()), (Pass, "all 6 expectations are met"));
}

#[tokio::test]
async fn config_refused_by_acl_leaves_what_info_says() {
    let redis = Redis::start(&format!("{}appendonly yes\nsave 3600 1", users()));
    let url = redis.url_as("blind");
    let (half, reason) = outcome(&redis, json!({ "url": url, "aof": true })).await;
    assert_eq!(half, Unknown);
    assert_eq!(
        reason,
        "`appendfsync`: the server refuses CONFIG GET (NOPERM this user has no permissions to run the 'config|get' command)"
    );
    let any = json!({ "url": url, "aof": true, "appendfsync": ["always", "everysec", "no"] });
    assert_eq!(outcome(&redis, any).await, (Pass, "all 5 expectations are met".into()));
    assert_eq!(outcome(&redis, json!({ "url": url, "rdb": true })).await.0, Unknown);
    redis.snapshot().await;
    assert_eq!(outcome(&redis, json!({ "url": url, "max-save-age": "1h" })).await, (Pass, "all 3 expectations are met".into()));
    let (outcome, reason) = outcome(&redis, json!({ "url": redis.url_as("mute") })).await;
    assert_eq!(outcome, Unknown);
    assert!(reason.contains("refuses INFO (NOPERM"), "{reason}");
}

#[tokio::test]
async fn config_renamed_leaves_what_info_says() {
    let redis = Redis::start("rename-command CONFIG \"\"\nappendonly no\nsave \"\"");
    let (off, reason) = outcome(&redis, json!({ "aof": true })).await;
    assert_eq!((off, reason.as_str()), (Fail, "append-only file: got off, wanted on"));
    let (outcome, reason) = outcome(&redis, json!({})).await;
    assert_eq!(outcome, Unknown);
    assert!(
        reason.contains("whether snapshots are scheduled is not known: the server refuses CONFIG GET (ERR unknown command"),
        "{reason}"
    );
}

#[tokio::test]
async fn over_tls_with_its_own_authority() {
    let (redis, port) = Redis::start_tls("appendonly yes\ntls-auth-clients no");
    let url = format!("rediss://localhost:{port}");
    let look = async |settings| {
        let mut look = Look::new("redis-persistence", settings);
        look.timeout = std::time::Duration::from_secs(2);
        look.outcome().await
    };
    assert_eq!(look(json!({ "url": url, "ca-file": redis.file("ca.crt") })).await.0, Pass);
    for (settings, said) in [
        (json!({ "url": url, "ca-file": redis.file("other-ca.crt") }), "its issuer is not trusted"),
        (json!({ "url": url }), "its issuer is not trusted"),
        (json!({ "url": url, "ca-file": redis.file("none.crt") }), "it does not exist"),
        (json!({ "url": format!("rediss://127.0.0.1:{port}"), "ca-file": redis.file("ca.crt") }), "it is for another host"),
        (json!({ "url": format!("redis://localhost:{port}") }), "only TLS, or no TLS, on that port?"),
        (
            json!({ "url": format!("rediss://localhost:{}", redis.port), "ca-file": redis.file("ca.crt") }),
            "does it speak TLS on that port?",
        ),
    ] {
        let (outcome, reason) = look(settings).await;
        assert!(outcome == Unknown && reason.contains(said), "{outcome} {reason}, wanted {said}");
    }
}

#[tokio::test]
async fn over_tls_with_a_certificate_of_our_own() {
    let (redis, port) = Redis::start_tls("appendonly yes");
    let mut settings = json!({ "url": format!("rediss://localhost:{port}"), "ca-file": "ca.crt" });
    let look = async |settings| Look::new("redis-persistence", settings).root(&redis.folder).outcome().await;
    let (outcome, reason) = look(settings.clone()).await;
    assert!(outcome == Unknown && reason.contains("does not accept our client certificate"), "{outcome} {reason}");
    settings["cert-file"] = json!("client.crt");
    settings["key-file"] = json!("client.key");
    assert_eq!(look(settings).await.0, Pass);
}

#[tokio::test]
async fn a_name_pinned_to_an_address() {
    let redis = Redis::start("appendonly yes");
    let mut look = Look::new("redis-persistence", json!({ "url": "redis://cache.invalid:1" }));
    let pin = format!("127.0.0.1:{}", redis.port).parse().expect("a pin");
    look.pins = [("cache.invalid".to_owned(), pin)].into_iter().collect();
    assert_eq!(look.outcome().await.0, Pass);
}

#[tokio::test]
async fn over_a_local_socket() {
    let redis = Redis::start("appendonly yes");
    let url = format!("unix://{}", redis.file("socket"));
    assert_eq!(outcome(&redis, json!({ "url": url })).await.0, Pass);
    let (outcome, reason) = outcome(&redis, json!({ "url": "unix:///nowhere/socket" })).await;
    assert!(outcome == Unknown && reason.contains("has no socket there"), "{reason}");
}
