//! Asking the server, once a run for all checks on it.

use std::{sync::Arc, time::Instant};

use jiff::Timestamp;

use super::{
    RedisPersistence,
    own_file::OwnFile,
    seen::{LoginSeen, Seen},
};
use crate::{
    check::{Context, Unseen, blocking},
    model::{excerpt, plain},
    net::redis::{Answer, Question, Session, Target},
};

/// The fields of `INFO` that are judged or shown.
const FIELDS: &str = include_str!("info_fields.txt");

/// The longest value of a field that is kept; a snapshot schedule is longer than any of them.
const LONGEST: usize = 300;

pub(super) async fn observe(settings: &RedisPersistence, cx: &Context) -> Result<Seen, Unseen> {
    let target = settings.target(&cx.path("")).map_err(|error| {
        let written = settings.url.written();
        Unseen::Unknown(format!("`url` ({written}) cannot be used: {error}"))
    })?;
    if let Some(password) = target.password() {
        cx.hide_of(Some(&settings.url), "url", password);
    }
    let until = cx.until();
    let key = format!("redis-persistence {}", target.fingerprint());
    let seen: Arc<Seen> = cx.shared.memo.once(key, ask(cx, &target, until)).await?;
    Ok(Seen::clone(&seen))
}

async fn ask(cx: &Context, target: &Target, until: Instant) -> Result<Seen, Unseen> {
    let mut session = match Session::open(target, &cx.shared.reach, until).await? {
        Ok(session) => session,
        Err(words) => {
            let user = target.user().unwrap_or_default().to_owned();
            return Ok(Seen { login: Some(LoginSeen { user, refused: Some(words) }), ..Seen::default() });
        }
    };
    let mut seen = Seen::default();
    if let Some(user) = target.user() {
        let refused = other_user(&session.ask(Question::WhoAmI).await?, user);
        let stop = refused.is_some();
        seen.login = Some(LoginSeen { user: user.to_owned(), refused });
        if stop {
            return Ok(seen);
        }
    }
    let text = state(&mut session).await?;
    take_fields(&text, &mut seen);
    stop_if_not_serving(&text, session.who())?;
    if seen.field("cluster_enabled") == Ok("1") || seen.field("redis_mode") == Ok("cluster") {
        cluster(&mut session, &mut seen).await?;
    }
    for name in ["save", "appendonly", "appendfsync"] {
        match session.ask(Question::Setting(name)).await? {
            Answer::Texts(pair) => {
                if let [key, value] = pair.as_slice()
                    && key == name
                {
                    seen.config.insert(name.to_owned(), shown(value));
                }
            }
            Answer::Refused(words) => {
                seen.config_refused = Some(words);
                break;
            }
            Answer::Odd(kind) => {
                seen.config_refused = Some(format!("it answers with {kind}"));
                break;
            }
        }
    }
    let field = |name: &str| lines(&text).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
    if let (Some(path), Some(process)) = (field("config_file"), field("process_id")) {
        seen.own_file = blocking(move || OwnFile::read(&path, &process)).await?;
    }
    Ok(seen)
}

/// Why the server does not take us for the one who logged in; before Redis 6 it cannot be asked.
fn other_user(answer: &Answer, user: &str) -> Option<String> {
    match answer {
        Answer::Texts(names) if names.iter().all(|name| name == user) => None,
        Answer::Texts(names) => Some(format!("the login is accepted, but we are then `{}`", shown(&names.join(" ")))),
        Answer::Refused(_) | Answer::Odd(_) => None,
    }
}

async fn state(session: &mut Session) -> Result<String, Unseen> {
    let answer = session.ask(Question::State).await?;
    let who = session.who();
    match answer {
        Answer::Texts(texts) if texts.len() == 1 => Ok(texts.concat()),
        Answer::Refused(words) => Err(Unseen::Unknown(format!("{who} refuses INFO ({words}): grant +info"))),
        Answer::Texts(_) => Err(Unseen::Unknown(format!("{who} answers INFO with a list: is it Redis?"))),
        Answer::Odd(kind) => Err(Unseen::Unknown(format!("{who} answers INFO with {kind}: is it Redis?"))),
    }
}

/// What a node says of its cluster; nothing where it refuses.
async fn cluster(session: &mut Session, seen: &mut Seen) -> Result<(), Unseen> {
    if let Answer::Texts(texts) = session.ask(Question::Cluster).await? {
        let text = texts.concat();
        let state = lines(&text).find(|(key, _)| *key == "cluster_state");
        seen.info.extend(state.map(|(key, value)| (key.to_owned(), shown(value))));
    }
    Ok(())
}

/// What a server can be.
const MODES: [&str; 3] = ["standalone", "cluster", "sentinel"];

/// What is loading its data has nothing to show yet, and a Sentinel has no data. What says of itself what nobody knows here
/// is not judged as what it may not be.
fn stop_if_not_serving(text: &str, who: &str) -> Result<(), Unseen> {
    let field = |name: &str| lines(text).find(|(key, _)| *key == name).map(|(_, value)| shown(value));
    for (name, known) in
        [("loading", &["0", "1"][..]), ("async_loading", &["0", "1"]), ("cluster_enabled", &["0", "1"]), ("redis_mode", &MODES)]
    {
        if let Some(odd) = field(name).filter(|value| !known.contains(&value.as_str())) {
            return Err(Unseen::Unknown(format!("{who} says `{name}:{odd}`, which is not known here")));
        }
    }
    if ["loading", "async_loading"].iter().any(|name| field(name).as_deref() == Some("1")) {
        let done = field("loading_loaded_perc").map_or(String::new(), |percent| format!(" ({percent} % done)"));
        return Err(Unseen::Unreachable(format!("{who} is still loading its data{done}: try again when it serves")));
    }
    if field("redis_mode").as_deref() == Some("sentinel") {
        return Err(Unseen::Unknown(format!("{who} is a Sentinel, which keeps no data: name a data server")));
    }
    if lines(text).count() == 0 {
        return Err(Unseen::Unknown(format!("{who} answers INFO with a text that has no fields: is it Redis?")));
    }
    Ok(())
}

fn take_fields(text: &str, seen: &mut Seen) {
    for (key, value) in lines(text).filter(|(key, _)| FIELDS.lines().any(|field| field == *key)) {
        let value = shown(value);
        // Two values for one field are none: whoever reads it says that it makes no sense.
        match seen.info.get_mut(key) {
            Some(first) if *first != value => *first = shown(&format!("{first} and {value}")),
            Some(_) => {}
            None => drop(seen.info.insert(key.to_owned(), value)),
        }
    }
    let number = |name: &str| lines(text).find(|(key, _)| *key == name).and_then(|(_, value)| value.parse::<i64>().ok());
    if let (Some(now), Some(uptime)) = (number("server_time_usec"), number("uptime_in_seconds")) {
        seen.started = Timestamp::from_second((now / 1_000_000).saturating_sub(uptime)).ok();
    }
}

/// The fields of `INFO`: `key:value` lines between headings.
fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.trim_end().split_once(':'))
}

fn shown(text: &str) -> String {
    excerpt(&plain(text), LONGEST)
}
