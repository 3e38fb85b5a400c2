//! What targets say that only looks green.

use gonogo::model::Outcome;

use super::{beside_a_pass, gonogo, not_green, server};
use crate::servers::postgres::Postgres;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_number_meets_no_bound() {
    let server = server().await;
    let demand = |path: &str, demand: &str| format!("http: {{ url: \"${{api}}{path}\", expect: {{ json: {{ {demand} }} }} }}");
    for (path, wanted) in [
        ("/nan", "\"$.errors\": { max: 5 }"),
        ("/null", "\"$.errors\": { max: 5 }"),
        ("/null", "\"$.errors\": { not: 7 }"),
        ("/null", "\"$.errors\": { exists: false }"),
        ("/null", "\"$.text\": { max: 5 }"),
        ("/null", "\"$.list\": { max: 5 }"),
        ("/null", "\"$.list[*]\": { max: 5 }"),
        ("/null", "\"$.missing\": { max: 5 }"),
        ("/null", "\"$.missing\": { not: 7 }"),
    ] {
        not_green(&server, &demand(path, wanted), &[], Outcome::Fail);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_value_counts() {
    let server = server().await;
    not_green(&server, "http: { url: \"${api}/many\", expect: { json: { \"$.parts[*].n\": { max: 5 } } } }", &[], Outcome::Fail);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_no_absence_of_errors() {
    let server = server().await;
    for path in ["/empty", "/none", "/cut"] {
        let check = format!("http: {{ url: \"${{api}}{path}\", expect: {{ not-contains: error }} }}");
        not_green(&server, &check, &[], Outcome::Unknown);
    }
    not_green(&server, "http: { url: \"${api}/none\", expect: { contains: well } }", &[], Outcome::Fail);
    not_green(&server, "http: { url: \"${api}/cut\", expect: { contains: well } }", &[], Outcome::Unknown);
    not_green(&server, "http: { url: \"${api}/empty\", expect: { json: { \"$.error\": { exists: false } } } }", &[], Outcome::Fail);
    for path in ["/empty", "/none", "/cut"] {
        not_green(&server, &format!("health: {{ url: \"${{api}}{path}\" }}"), &[], Outcome::Unknown);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_on_a_value_means_all_of_it() {
    let server = server().await;
    let check = "http: { url: \"${api}/many\", expect: { json: { \"$.host\": { matches: \"example\\\\.com\" } } } }";
    not_green(&server, check, &[], Outcome::Fail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_health_answer_that_contradicts_itself_is_red() {
    let server = server().await;
    for path in ["/beside", "/beside-deep", "/beside-flag", "/login"] {
        not_green(&server, &format!("health: {{ url: \"${{api}}{path}\" }}"), &[], Outcome::Fail);
    }
    let twice = "health: { url: \"${api}/flips\", successes: 4, interval: 10ms }";
    not_green(&server, twice, &[], Outcome::Fail);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_release_than_the_one_under_sign_off_is_red() {
    let server = server().await;
    let bound = |binding: &str| format!("health: {{ url: \"${{api}}/old\", release: {{ {binding} }} }}");
    let (version, commit) = (bound("json: $.version"), bound("json: $.commit, field: commit"));
    let after = |more: &[&'static str]| [&["--phase", "post-deploy"], more].concat();
    for release in ["1.4.2", "1.40", "v1.4.0", "1.4-rc1", "1"] {
        not_green(&server, &version, &after(&["--release", release]), Outcome::Fail);
    }
    for sha in ["0a1b2c4d5e6f", "0a1b2c", "a1b2c3", "0a1b2c3-dirty"] {
        not_green(&server, &commit, &after(&["--commit", sha]), Outcome::Fail);
    }
    // Which one is meant must be known.
    not_green(&server, &version, &after(&[]), Outcome::Unknown);
    let (ran, _) = gonogo(&server, &beside_a_pass(&version)).env("GONOGO_ENV", "prod").verify(&after(&["--release", "v1.4"]));
    assert_eq!(ran.code, 0);
    let (ran, _) = gonogo(&server, &beside_a_pass(&commit)).env("GONOGO_ENV", "prod").verify(&after(&["--commit", "0A1B2C3d4e5f"]));
    assert_eq!(ran.code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_like_the_index_is_not_the_index() {
    let statements = [
        "CREATE TABLE public.users (id int PRIMARY KEY, email text, name text)",
        "CREATE SCHEMA other",
        "CREATE TABLE other.users (id int, email text)",
        // Each is called like an index that was asked for.
        "CREATE VIEW public.idx_view AS SELECT 1 AS x",
        "CREATE TABLE public.idx_table (id int)",
        "CREATE SEQUENCE public.idx_sequence",
        "CREATE INDEX idx_elsewhere ON other.users (email)",
        // A path under which other schemas stand before the system's.
        "CREATE SCHEMA evil",
        "CREATE TABLE evil.pg_index AS SELECT * FROM pg_catalog.pg_index",
        "CREATE VIEW evil.pg_class AS SELECT * FROM pg_catalog.pg_class",
        "GRANT USAGE ON SCHEMA evil, other TO app",
        "GRANT SELECT ON ALL TABLES IN SCHEMA evil TO app",
    ];
    let database = Postgres::shared().database(&statements).await;
    let path = format!("ALTER ROLE app IN DATABASE {} SET search_path = evil, other, pg_catalog", database.name);
    let client = database.client().await;
    client.batch_execute(&path).await.expect("a path");
    // Of another session's temporary table; it lasts as long as the client.
    let temporary = "CREATE TEMP TABLE users (email text); CREATE INDEX idx_temporary ON pg_temp.users (email)";
    client.batch_execute(temporary).await.expect("a temporary index");
    let server = server().await;
    for wanted in [
        "idx_view",
        "idx_table",
        "idx_sequence",
        "idx_elsewhere",
        "idx_temporary",
        "users_pkey1",
        "{ table: users, columns: [email] }",
        "{ table: idx_view, columns: [x] }",
        "{ table: other.users, columns: [id] }",
    ] {
        let check = format!("postgres-indexes: {{ database: \"{}\", indexes: [{wanted}] }}", database.url());
        not_green(&server, &check, &[], Outcome::Fail);
    }
    let check = format!("postgres-indexes: {{ database: \"{}\", indexes: [users_pkey, other.idx_elsewhere] }}", database.url());
    let (ran, _) = gonogo(&server, &beside_a_pass(&check)).env("GONOGO_ENV", "prod").verify(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_is_unknown() {
    let server = server().await;
    for source in [
        "env-file: missing.env",
        "env-file: /dev/zero",
        "directory: missing",
        "command: [no-such-program-anywhere]",
        "command: [\"false\"]",
    ] {
        let reason = not_green(&server, &format!("secrets: {{ source: {{ {source} }} }}"), &[], Outcome::Unknown);
        assert!(!reason.is_empty(), "{source}");
    }
    not_green(&server, "secrets: { source: { command: [echo, \"{}\"] } }", &[], Outcome::Fail);
}
