//! Many checks of one database ask together, and each sees what it would have seen alone.

use crate::{gonogo::Gonogo, servers::postgres::Postgres};

/// More than an observation names of the others.
const SCHEMAS: usize = 14;

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_what_it_would_have_seen_alone() {
    let schema = |number: usize| {
        let more: String = (0..number % 5).map(|index| format!("; CREATE INDEX more{index} ON s{number}.t (at, id)")).collect();
        format!(
            "CREATE SCHEMA s{number}; CREATE TABLE s{number}.t (id bigint PRIMARY KEY, parent bigint REFERENCES s{number}.t, at int); \
             CREATE INDEX by_at ON s{number}.t (at){more}"
        )
    };
    let statements: Vec<String> = (1..=SCHEMAS).map(schema).collect();
    let database = Postgres::shared().database(&statements.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let check = |number: usize| {
        format!(
            "  - {{ id: c{number}, postgres-indexes: {{ database: \"${{DATABASE_URL}}\", schema: s{number}, indexes: [by_at], \
             foreign-keys: true, no-duplicates: true }} }}\n"
        )
    };
    let checks: String = (1..=SCHEMAS).map(check).collect();
    let plan = format!("project: p\nenvironments: {{ prod: {{}} }}\nchecks:\n{checks}");
    let house = Gonogo::new().plan(&plan).env("DATABASE_URL", &database.url());
    let together = house.verify(&[]).1;
    for (place, seen) in together.findings.iter().enumerate() {
        let alone = house.verify(&["--only", &seen.id]).1;
        let alone = &alone.findings[place];
        assert!(!seen.expectations.is_empty(), "{}", seen.reason);
        assert_eq!((&alone.id, &alone.observation, &alone.expectations), (&seen.id, &seen.observation, &seen.expectations));
    }
}
