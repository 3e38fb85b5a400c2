//! Two hundred recorders of as many projects, all at once on one server.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use gonogo::{
    ledger::{LedgerError, Store, postgres::schema_sql},
    model::Digest,
};
use tokio::{sync::Barrier, task::JoinSet};

use super::{append, of_project, open, remark};
use crate::servers::postgres::Postgres;

const RECORDERS: usize = 200;
/// How often each adds.
const TIMES: usize = 3;

/// None waits for another, although one project is held up for as long as it takes, and nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn recorders_of_many_projects_do_not_wait_for_each_other() {
    // Debian's settings let a hundred log in.
    let server = Postgres::for_many(RECORDERS + 10);
    let database = server.named_database(&[&schema_sql(Some("app"))]).await;
    // Over the socket, which asks for no password: each recorder has a machine of its own to work that out.
    let place = format!("postgres://app@/{database}?host={}&port={}", server.folder.display(), server.port);
    let ledger = open(&place).expect("a ledger");
    append(ledger.as_ref(), remark("it begins"), Vec::new()).await.expect("added");
    let held = u32::from_str_radix(&Digest::of(b"api").as_str()[..8], 16).expect("digits").cast_signed();
    let owner = server.client(&database).await;
    owner.batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({}, {held})", i32::from_be_bytes(*b"gono"))).await.expect("held");

    let ready = Arc::new(Barrier::new(RECORDERS));
    let mut recorders = JoinSet::new();
    for project in 0..RECORDERS {
        let (store, ready) = (open(&place).expect("a ledger"), ready.clone());
        recorders.spawn(async move {
            store.clock().await.expect("logged in");
            ready.wait().await;
            record(store.as_ref(), &format!("project {project}")).await.expect("nobody waits for the project that is held up")
        });
    }
    let longest = recorders.join_all().await.into_iter().max();
    println!("the longest wait for one entry: {longest:?}");
    owner.batch_execute("COMMIT").await.expect("let go");
    for project in 0..RECORDERS {
        assert_eq!(ledger.rows(&format!("project {project}")).await.expect("rows").len(), 1 + TIMES);
    }
}

/// The longest that one append took.
async fn record(store: &dyn Store, project: &str) -> Result<Duration, LedgerError> {
    let mut longest = Duration::ZERO;
    for i in 0..TIMES {
        let began = Instant::now();
        append(store, of_project(project, &i.to_string()), Vec::new()).await?;
        longest = longest.max(began.elapsed());
    }
    Ok(longest)
}
