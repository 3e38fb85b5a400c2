//! Packs on real servers: green on one in good order, and each check red on one that lacks what it asks for.

use std::{collections::BTreeMap, time::Duration};

use gonogo::model::Outcome;

use super::including;
use crate::servers::{
    dns::NameServer,
    postgres::{ENCODED, Postgres},
    prometheus::{Past, Prometheus},
    redis::Redis,
};

/// What each check of a pack comes to, with these variables.
async fn outcomes(pack: &str, vars: String) -> BTreeMap<String, (Outcome, String)> {
    let gonogo = including(&format!("- {{ pack: {pack}, as: p, vars: {{ {vars} }} }}"));
    let (_, report) = tokio::task::spawn_blocking(move || gonogo.verify(&[])).await.expect("it ran");
    let short = |id: &str| id.trim_start_matches("p/").to_owned();
    report.findings.into_iter().map(|finding| (short(&finding.id), (finding.outcome, finding.reason))).collect()
}

#[track_caller]
fn all_green(outcomes: &BTreeMap<String, (Outcome, String)>) {
    let wrong: Vec<_> = outcomes.iter().filter(|(_, (outcome, _))| *outcome != Outcome::Pass).collect();
    assert!(wrong.is_empty() && !outcomes.is_empty(), "{wrong:#?}");
}

/// Exactly these are not green, and say this.
#[track_caller]
fn not_green(outcomes: &BTreeMap<String, (Outcome, String)>, wanted: &[(&str, Outcome, &str)]) {
    let wrong: Vec<_> = outcomes.iter().filter(|(_, (outcome, _))| *outcome != Outcome::Pass).collect();
    let ids: Vec<&str> = wrong.iter().map(|(id, _)| id.as_str()).collect();
    let mut sorted: Vec<&str> = wanted.iter().map(|(id, ..)| *id).collect();
    sorted.sort_unstable();
    assert_eq!(ids, sorted, "{wrong:#?}");
    for (id, outcome, said) in wanted {
        let (got, reason) = &outcomes[*id];
        assert!(got == outcome && reason.contains(said), "{id}: {got:?} {reason}");
    }
}

fn database(server: &Postgres, role: &str) -> String {
    format!("database: \"postgres://{role}:{ENCODED}@127.0.0.1:{}/postgres\"", server.port)
}

/// Asks until the server says so.
async fn until(server: &Postgres, sql: &str) {
    for _ in 0..500 {
        let told: Option<bool> = server.client("postgres").await.query_one(sql, &[]).await.expect(sql).get(0);
        if told == Some(true) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never: {sql}");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_archiving() {
    let server = Postgres::alone();
    let app = database(&server, "app");
    let off = outcomes("postgres-archiving", app.clone()).await;
    not_green(&off, &[("archiving-on", Outcome::Fail, "archive_mode"), ("archiving-works", Outcome::Fail, "has_archived")]);

    let store = server.folder.join("store");
    std::fs::create_dir(&store).expect("a folder");
    crate::servers::own(&store);
    let command = format!("cp %p {}/%f", store.display());
    server.set(&format!("archive_mode = on\nwal_level = replica\narchive_command = '{command}'"));
    server.client("postgres").await.batch_execute("CREATE TABLE t (a int); SELECT pg_switch_wal()").await.expect("a full segment");
    until(&server, "SELECT archived_count > 0 FROM pg_stat_archiver").await;
    all_green(&outcomes("postgres-archiving", app.clone()).await);

    server.set("archive_command = 'false %p'");
    for _ in 0..4 {
        server.client("postgres").await.batch_execute("INSERT INTO t VALUES (1); SELECT pg_switch_wal()").await.expect("a full segment");
    }
    until(&server, "SELECT last_failed_time > last_archived_time FROM pg_stat_archiver").await;
    not_green(&outcomes("postgres-archiving", app.clone()).await, &[("archiving-works", Outcome::Fail, "last_attempt_failed")]);

    server.set("archive_command = '/bin/true'");
    until(&server, "SELECT last_archived_time > last_failed_time FROM pg_stat_archiver").await;
    for nothing in ["/bin/true", "/bin/true %p", "exit 0", "test -f %p", "sleep 0", "echo %p %f"] {
        server.set(&format!("archive_command = '{nothing}'"));
        let nowhere = outcomes("postgres-archiving", app.clone()).await;
        assert_eq!(nowhere["archiving-on"].0, Outcome::Fail, "{nothing}: {nowhere:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_replication() {
    let server = Postgres::alone();
    server.set("max_slot_wal_keep_size = '1GB'");
    let watcher = database(&server, "watcher");
    let none = outcomes("postgres-replication", watcher.clone()).await;
    not_green(&none, &[("standbys-stream", Outcome::Fail, "rows: got 0 rows")]);

    let follower = server.follower();
    until(&server, "SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn IS NOT NULL").await;
    all_green(&outcomes("postgres-replication", watcher.clone()).await);
    // A login that may not see states and positions is shown none.
    let blind = outcomes("postgres-replication", database(&server, "app")).await;
    not_green(&blind, &[("standbys-stream", Outcome::Unknown, "is NULL")]);

    drop(follower);
    until(&server, "SELECT NOT active FROM pg_replication_slots").await;
    let gone = outcomes("postgres-replication", watcher).await;
    not_green(&gone, &[("slots-in-use", Outcome::Fail, "active"), ("standbys-stream", Outcome::Fail, "rows: got 0 rows")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_access() {
    let server = Postgres::alone();
    let plain = outcomes("postgres-access", database(&server, "app")).await;
    not_green(&plain, &[("over-tls", Outcome::Fail, "ssl")]);
    let sql = "ALTER ROLE app CREATEDB VALID UNTIL 'tomorrow'; GRANT CREATE ON SCHEMA public TO PUBLIC";
    server.client("postgres").await.batch_execute(sql).await.expect(sql);
    let loose = outcomes("postgres-access", database(&server, "app")).await;
    not_green(
        &loose,
        &[
            ("no-superuser", Outcome::Fail, "rolcreatedb"),
            ("over-tls", Outcome::Fail, "ssl"),
            ("public-schema-closed", Outcome::Fail, "everybody_creates"),
        ],
    );
    let shared = Postgres::shared();
    let tls = format!("{}?sslmode=require", database(shared, "tlsonly").trim_end_matches('"')) + "\"";
    all_green(&outcomes("postgres-access", tls).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_capacity() {
    let server = Postgres::alone();
    let with = |role: &str, instances: u32| format!("{}, instances: \"{instances}\", pool-size: \"10\"", database(&server, role));
    all_green(&outcomes("postgres-capacity", with("watcher", 9)).await);
    not_green(&outcomes("postgres-capacity", with("watcher", 10)).await, &[("pools-fit", Outcome::Fail, "left_over")]);
    let blind = outcomes("postgres-capacity", with("app", 9)).await;
    not_green(&blind, &[("no-forgotten-transaction", Outcome::Unknown, "is NULL")]);
    let sql = "ALTER ROLE watcher CONNECTION LIMIT 50";
    server.client("postgres").await.batch_execute(sql).await.expect(sql);
    not_green(&outcomes("postgres-capacity", with("watcher", 9)).await, &[("pools-fit", Outcome::Fail, "within_own_limit")]);
    let used = format!("{}, used-percent: \"0.5\"", with("watcher", 1));
    not_green(&outcomes("postgres-capacity", used).await, &[("connections-free", Outcome::Fail, "used_percent")]);
    // A plain login is shown no more of pg_stat_activity than its own session; the count is that of all.
    let ours: Vec<_> = futures_util::future::join_all([(); 5].map(|()| server.client("postgres"))).await;
    let used = format!("{}, used-percent: \"5\"", with("app", 1));
    let open = [("connections-free", Outcome::Fail, "used_percent"), ("no-forgotten-transaction", Outcome::Unknown, "is NULL")];
    not_green(&outcomes("postgres-capacity", used).await, &open);
    drop(ours);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_settings() {
    // The server of the tests is quick and careless.
    let server = Postgres::alone();
    let careless = outcomes("postgres-settings", database(&server, "app")).await;
    not_green(
        &careless,
        &[
            ("writes-are-durable", Outcome::Fail, "fsync"),
            ("vacuum-runs", Outcome::Fail, "autovacuum"),
            ("no-damaged-page", Outcome::Fail, "data_checksums"),
            ("statements-end", Outcome::Fail, "milliseconds"),
        ],
    );
    server.set("fsync = on\nfull_page_writes = on\nsynchronous_commit = on\nautovacuum = on");
    let sql = "ALTER ROLE app SET statement_timeout = '30s'; ALTER ROLE app SET idle_in_transaction_session_timeout = '1min'";
    server.client("postgres").await.batch_execute(sql).await.expect(sql);
    let careful = outcomes("postgres-settings", database(&server, "app")).await;
    not_green(&careful, &[("no-damaged-page", Outcome::Fail, "data_checksums")]);
    // The limits of the look itself are not those of the login.
    server.client("postgres").await.batch_execute("ALTER ROLE app RESET statement_timeout").await.expect("a setting");
    server.client("postgres").await.batch_execute("ALTER SYSTEM SET max_connections = 50").await.expect("a setting");
    server.client("postgres").await.batch_execute("SELECT pg_reload_conf()").await.expect("a reload");
    until(&server, "SELECT pending_restart FROM pg_settings WHERE name = 'max_connections'").await;
    let old = outcomes("postgres-settings", format!("{}, oldest-version: \"990000\"", database(&server, "app"))).await;
    not_green(
        &old,
        &[
            ("no-damaged-page", Outcome::Fail, "data_checksums"),
            ("nothing-waits-for-a-restart", Outcome::Fail, "max_connections"),
            ("statements-end", Outcome::Fail, "milliseconds"),
            ("version-maintained", Outcome::Fail, "version"),
        ],
    );
}

async fn says(server: &Redis, words: &[&str], wanted: &str) {
    for _ in 0..500 {
        if server.say(words).await.contains(wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{words:?} never says {wanted}: {}", server.say(words).await);
}

fn url(server: &Redis) -> String {
    format!("url: \"{}\"", server.url())
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_replication_and_sentinel() {
    let primary = Redis::start("min-replicas-to-write 1");
    not_green(&outcomes("redis-replication", url(&primary)).await, &[("replicas-follow", Outcome::Fail, "connected_slaves")]);
    let replica = Redis::start(&format!("replicaof 127.0.0.1 {}", primary.port));
    says(&replica, &["INFO", "replication"], "master_link_status:up").await;
    says(&primary, &["INFO", "replication"], "state=online").await;
    all_green(&outcomes("redis-replication", url(&primary)).await);
    primary.say(&["CONFIG", "SET", "min-replicas-to-write", "0"]).await;
    not_green(&outcomes("redis-replication", url(&primary)).await, &[("no-writes-without-a-replica", Outcome::Fail, "got `0`")]);

    let sentinels = [(); 3].map(|()| Redis::sentinel(&primary));
    for sentinel in &sentinels {
        says(sentinel, &["SENTINEL", "CKQUORUM", "app"], "OK 3 usable").await;
        says(sentinel, &["SENTINEL", "REPLICAS", "app"], "slave-priority").await;
    }
    let watched = format!("{}, name: app", url(&sentinels[0]));
    all_green(&outcomes("redis-sentinel", watched.clone()).await);
    let more = outcomes("redis-sentinel", format!("{watched}, replicas: \"2\"")).await;
    not_green(&more, &[("primary-is-well", Outcome::Fail, "num-slaves")]);
    let [first, second, third] = sentinels;
    drop((second, third));
    let gone = outcomes("redis-sentinel", format!("{}, name: app", url(&first))).await;
    assert_ne!(gone["quorum"].0, Outcome::Pass, "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_cluster() {
    let nodes = [(); 3].map(|()| Redis::start("cluster-enabled yes\ncluster-node-timeout 1000"));
    for (at, node) in nodes.iter().enumerate() {
        let (from, to) = ([0, 5_461, 10_923][at].to_string(), [5_460, 10_922, 16_383][at].to_string());
        node.say(&["CLUSTER", "ADDSLOTSRANGE", &from, &to]).await;
        node.say(&["CLUSTER", "MEET", "127.0.0.1", &nodes[0].port.to_string()]).await;
    }
    for node in &nodes {
        says(node, &["CLUSTER", "INFO"], "cluster_state:ok").await;
        says(node, &["CLUSTER", "INFO"], "cluster_known_nodes:3").await;
    }
    all_green(&outcomes("redis-cluster", url(&nodes[0])).await);
    let [first, second, third] = nodes;
    drop(third);
    says(&first, &["CLUSTER", "INFO"], "cluster_state:fail").await;
    let gone = outcomes("redis-cluster", url(&first)).await;
    assert!(gone.values().all(|(outcome, _)| *outcome != Outcome::Pass), "{gone:?}");
    drop(second);
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_access() {
    let open = Redis::start("protected-mode no");
    let loose = outcomes("redis-access", url(&open)).await;
    not_green(&loose, &[("no-login-without-a-password", Outcome::Fail, "default"), ("protected", Outcome::Fail, "no")]);
    let closed = Redis::start("user default off nopass\nuser ops on >s3cr3t/p@ss:w0rd% -@all +acl|list +config|get");
    all_green(&outcomes("redis-access", format!("url: \"{}\"", closed.url_as("ops"))).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail() {
    let (good, bad) = (
        "@ 300 SOA ns a 1 60 60 600 60\n@ NS ns\nns A 127.0.0.1\n@ MX 10 mx\nmx A 127.0.0.1\n@ TXT \"v=spf1 ip4:192.0.2.1 -all\"\n\
         s1._domainkey TXT \"v=DKIM1; k=rsa; p=MIIBIjANBg\"\n_dmarc TXT \"v=DMARC1; p=reject\"",
        "@ 300 SOA ns a 1 60 60 600 60\n@ NS ns\nns A 127.0.0.1\n@ TXT \"v=spf1 +all\"\ns1._domainkey TXT \"v=DKIM1; p=\"\n_dmarc TXT \"v=DMARC1; p=none\"",
    );
    let server = NameServer::knot(&[("good.test", good), ("bad.test", bad)]);
    for (domain, outcome) in [("good.test", Outcome::Pass), ("bad.test", Outcome::Fail)] {
        let at = |id: &str| format!("{id}: {{ dns: {{ servers: \"{}\" }} }}", server.address);
        let change = ["takes-mail", "only-ours-send", "signed", "forgeries-refused"].map(at).join(", ");
        let gonogo = including(&format!("- {{ pack: mail, as: p, vars: {{ domain: {domain}, selector: s1 }}, change: {{ {change} }} }}"));
        let (_, report) = tokio::task::spawn_blocking(move || gonogo.verify(&[])).await.expect("it ran");
        for finding in report.findings {
            assert_eq!(finding.outcome, outcome, "{domain}, {}: {}", finding.id, finding.reason);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn queue_kafka() {
    let past: &[Past] = &[
        ("kafka_brokers", |_| Some(3.0)),
        ("kafka_topic_partition_under_replicated_partition{topic=\"orders\",partition=\"0\"}", |_| Some(0.0)),
        ("kafka_topic_partition_under_replicated_partition{topic=\"orders\",partition=\"1\"}", |_| Some(0.0)),
        ("kafka_consumergroup_lag{consumergroup=\"orders\",topic=\"orders\"}", |_| Some(120.0)),
    ];
    let server = Prometheus::start(past, "");
    let vars = |more: &str| format!("prometheus: \"{}\", group: orders, {more}", server.url());
    all_green(&outcomes("queue-kafka", vars("brokers: \"3\"")).await);
    let behind = outcomes("queue-kafka", vars("brokers: \"4\", most-lag: \"100\"")).await;
    not_green(&behind, &[("brokers-up", Outcome::Fail, "4"), ("group-keeps-up", Outcome::Fail, "100")]);
    // A group of that name is not there: no lag is no good news.
    let none = outcomes("queue-kafka", format!("prometheus: \"{}\", group: nobody, brokers: \"3\"", server.url())).await;
    not_green(&none, &[("group-keeps-up", Outcome::Unknown, "")]);
}
