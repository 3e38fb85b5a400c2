//! Reaching PostgreSQL: every way a login can go right or wrong, and what is said about it.

mod hostile;
mod lending;
mod login;
mod pooled;
mod tls;

use std::time::{Duration, Instant};

use gonogo::{
    model::ProcessEnv,
    net::{
        Pins, Reach,
        postgres::{Loan, Target, Trouble},
    },
};

use crate::servers::postgres::PASSWORD;

/// The variables a test's process has.
fn env(variables: &[(&str, &str)]) -> ProcessEnv {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Logs in as `text` says and asks something; `Err` is what people would read.
async fn ask(text: &str) -> Result<String, Trouble> {
    ask_with(Some(text), &[], Pins::default()).await
}

async fn ask_with(text: Option<&str>, variables: &[(&str, &str)], pins: Pins) -> Result<String, Trouble> {
    let env = env(variables);
    let target = Target::resolve(text, &env).map_err(|error| Trouble::Unknown(error.to_string()))?.with_passfile();
    let reach = Reach::new(env, pins, crate::scripted::instant());
    let result = async {
        let mut loan = reach.postgres(&target, soon()).await?;
        value(
            &mut loan,
            "SELECT coalesce((SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl), 'plain') || ' ' || current_user",
        )
        .await
    };
    let result = result.await;
    if let Err(trouble) = &result {
        assert!(!trouble.to_string().contains(&PASSWORD[..6]), "the password is in: {trouble}");
    }
    reach.close().await;
    result
}

async fn value(loan: &mut Loan, query: &str) -> Result<String, Trouble> {
    let reading = loan.begin(soon()).await?;
    let rows = reading.rows(query, &[]).await?;
    reading.end().await?;
    Ok(rows[0].get(0))
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(8)
}

fn unknown(result: Result<String, Trouble>) -> String {
    match result {
        Err(Trouble::Unknown(why)) => why,
        other => panic!("wanted unknown, got {other:?}"),
    }
}

fn unreachable(result: Result<String, Trouble>) -> String {
    match result {
        Err(Trouble::Unreachable(why)) => why,
        other => panic!("wanted unreachable, got {other:?}"),
    }
}
