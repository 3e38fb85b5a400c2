//! Tells those who want to hear of it what happens. One who cannot be told changes nothing: that is a sentence, and no more.

mod deployment;
mod email;
mod news;
mod signature;
mod slack;
mod teams;
mod verification;
mod waiting;
mod webhook;

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use super::{Caller, Dialogue, EnvironmentRecord};
use crate::{
    model::{Masker, Person, Size, plain},
    net::command::Command,
    notify::{Notify, Occasion, Way},
    plan::Plan,
};

pub(crate) use deployment::{begun, ended};
pub(crate) use news::{News, Whom};
pub(crate) use signature::{signed, signed_by};
pub(crate) use verification::{ask, recorded};

/// How long it may take to tell one of them.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether anybody wants to hear anything of this plan.
fn is_silent(plan: &Plan) -> bool {
    plan.notify.is_empty() && plan.notify_unset.is_empty()
}

/// Tells it beside the record; who could not be told stands in the dialogue.
async fn tell_of(caller: &Caller, dialogue: &dyn Dialogue, record: &EnvironmentRecord, news: &News<'_>) {
    for sentence in tell(caller, &record.plan, &record.policy.people, news).await {
        dialogue.tell(&sentence);
    }
}

/// Tells all who want to hear of it, all at once. What is returned are sentences about those who could not be told.
pub(super) async fn tell(caller: &Caller, plan: &Plan, people: &BTreeMap<String, Person>, news: &News<'_>) -> Vec<String> {
    if is_silent(plan) && news.stage.is_none() {
        return Vec::new();
    }
    let masker = Masker::of(plan.words.clone(), &plan.secrets, &caller.env);
    let news = &news.masked(&masker);
    let heard = plan.hearers(news.stage.is_some()).filter_map(|notify| Some((notify, news.heard(&notify.on)?)));
    let told = heard.map(|(notify, occasion)| async move {
        let failed = to(caller, &plan.root, people, notify, (news, occasion)).await;
        failed.into_iter().map(move |why| format!("could not tell of `{occasion}`: {why}")).collect::<Vec<_>>()
    });
    let unset = plan.notify_unset.iter().filter_map(|(on, why)| Some(format!("could not tell of `{}`: {why}", news.heard(on)?)));
    let failed = join_all(told).await.into_iter().flatten().chain(unset);
    failed.map(|sentence| plain(&masker.mask(&sentence)).into_owned()).collect()
}

/// Tells one of them; why not, for each who could not be told.
async fn to(
    caller: &Caller,
    folder: &Path,
    people: &BTreeMap<String, Person>,
    notify: &Notify,
    (news, occasion): (&News<'_>, Occasion),
) -> Vec<String> {
    let none = BTreeMap::new;
    let named = |name: &str, told: Result<(), String>| told.err().map(|why| format!("{name}: {why}")).into_iter().collect();
    match notify.way() {
        Ok(Way::Command(argv)) => named("the program", run(caller, folder, argv, &news.json(occasion)).await),
        Ok(Way::Webhook(to, key)) => webhook::send(caller, &to, key, news.json(occasion), PATIENCE).await.err().into_iter().collect(),
        Ok(Way::Slack(to)) => named("Slack", webhook::post(caller, &to, none(), slack::message(news, occasion), PATIENCE).await),
        Ok(Way::Teams(to)) => named("Teams", webhook::post(caller, &to, none(), teams::message(news, occasion), PATIENCE).await),
        Ok(Way::Email(email)) => email::send(caller, folder, people, email, (news, occasion)).await,
        Err(why) => vec![why],
    }
}

async fn run(caller: &Caller, folder: &Path, argv: &[String], body: &[u8]) -> Result<(), String> {
    let command = Command { argv, env: &caller.env, dir: folder, deadline: Instant::now() + PATIENCE, limit: Size(1 << 20), stdin: body };
    command.output().await.map(drop).map_err(|error| error.to_string())
}
