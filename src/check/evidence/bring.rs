//! Brings the files, or what a command prints or an address answers: tells what each is, and hands it to the kind that reads it.

use std::{path::Path, sync::Arc, time::Instant};

use jiff::fmt::rfc2822;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{
    Keys, Lines,
    format::{Format, Known},
    json,
    seen::{Evidence, Filed, Said},
    source::{Ended, Source},
    xml::{Element, Event, Events},
};
use crate::{
    check::{Context, Keep, Unseen, blocking, file_glob::Glob},
    model::{beginning, excerpt, first_of, plain, quote},
    net::{command, http::header},
};

/// What a file holds.
pub(crate) enum Content<'c, 's> {
    /// Its values, mostly one.
    Json(&'c [Value]),
    /// Its root element, and all that follows.
    Xml(Element, &'c mut Events<'s>),
    /// Its lines.
    Lines(Lines<'s>),
}

/// What a kind takes out of one file.
pub(crate) trait Facts: Sized + Send + 'static {
    /// What such a file is called: "a test report".
    const NOUN: &'static str;
    /// The formats that are read.
    const FORMATS: &'static [Format];
    /// The keys of JSON that matter, with blanks between; with `*` at their end, all that is below them.
    const KEYS: &'static str;

    /// Reads one file; `names` are those that the plan asks for in it.
    ///
    /// # Errors
    /// Why it cannot be read: a fragment that reads well after its name.
    fn read(format: Format, content: Content<'_, '_>, names: &[String], said: &mut Said) -> Result<Self, String>;
}

/// Reads every file.
pub(crate) async fn bring<F: Facts>(keys: &Keys<'_>, names: Vec<String>, cx: &Context) -> Result<(Evidence, Vec<F>), Unseen> {
    let (globs, root) = (keys.files.to_vec(), cx.path(""));
    let asked = Asked { format: keys.format, names, until: cx.until(), keep: keys.keep.then(|| cx.shared.keep.clone()) };
    let mut evidence = Evidence::of(&cx.shared.release);
    let given = match (keys.place.command, keys.place.url) {
        (Some(argv), _) => {
            let printed = Source::brought(keys.place.printed(argv, cx).await?, None, cx.until());
            Some((printed, command::shown(argv), format!("what `{}` prints", argv[0])))
        }
        (None, Some(url)) => {
            let reply = keys.place.answered(url, cx).await?;
            let said = reply.headers.get(header::LAST_MODIFIED).and_then(|said| said.to_str().ok());
            let modified = said.and_then(|said| rfc2822::DateTimeParser::new().parse_timestamp(said).ok());
            Some((Source::brought(reply.body.bytes, modified, cx.until()), url.to_string(), format!("what {url} answers")))
        }
        (None, None) => None,
    };
    let _turn = READING.acquire().await;
    let brought = blocking(move || match given {
        Some((source, name, said)) => vec![one::<F>(source, &name, &asked).map_err(|why| told(&said, &why))],
        None => all(&globs, &asked, &root),
    });
    let (brought, mut lost): (Vec<_>, Vec<_>) = brought.await?.into_iter().partition(Result::is_ok);
    let (filed, facts): (Vec<Filed>, Vec<F>) = brought.into_iter().flatten().unzip();
    // So many are told.
    lost.truncate(100);
    evidence.files = filed;
    evidence.unread = lost.into_iter().filter_map(Result::err).collect();
    if facts.is_empty() {
        return Err(Unseen::Unknown(first_of(&evidence.unread, 3, evidence.unread.len(), "; ")));
    }
    Ok((evidence, facts))
}

/// Reports that are read at once: reading takes the processor, and more of them at a time would only take memory.
static READING: Semaphore = Semaphore::const_new(4);

/// What is wrong with one of them, as a sentence.
fn told(said: &str, why: &str) -> String {
    format!("{} {}", excerpt(&plain(said), 300), excerpt(&plain(why), 400))
}

/// One of the files, or why it cannot be read.
type Read<F> = Result<(Filed, F), String>;

/// What is asked of each file.
struct Asked {
    format: Option<Format>,
    names: Vec<String>,
    until: Instant,
    keep: Option<Arc<Keep>>,
}

fn all<F: Facts>(globs: &[Glob], asked: &Asked, root: &Path) -> Vec<Read<F>> {
    let (mut paths, mut lost) = (Vec::new(), Vec::new());
    for glob in globs {
        let found = glob.find(root, asked.until);
        if found.paths.is_empty() && found.ended.is_none() && found.blind.is_empty() {
            lost.push(Err(format!("there is no file `{glob}`: let it be made before this runs, or mend the path")));
        }
        lost.extend(found.ended.map(|why| Err(format!("`{glob}`: the files {why}"))));
        lost.extend(found.blind.first().map(|(path, why)| Err(format!("`{glob}`: `{}` {why}", shown(path, root)))));
        paths.extend(found.paths);
    }
    paths.sort();
    paths.dedup();
    let read = |path: std::path::PathBuf| {
        let file = shown(&path, root);
        let read = Source::open(&path, asked.until).and_then(|source| one(source, &file, asked));
        read.map_err(|why| told(&format!("the file `{file}`"), &why))
    };
    lost.into_iter().chain(paths.into_iter().map(read)).collect()
}

fn one<F: Facts>(mut source: Source, name: &str, asked: &Asked) -> Read<F> {
    source.is_kept(asked.keep.is_some());
    let head = String::from_utf8_lossy(source.head()?).into_owned();
    let (wanted, names, mut said) = (asked.format, &asked.names, Said::default());
    let (format, facts) = match head.trim_start().chars().next() {
        None => return Err("is empty".into()),
        Some('{' | '[') if !is_log(&head) => {
            let values = json::read(source.rest(), F::KEYS)?;
            let empty_list = values.first().and_then(Value::as_array).is_some_and(Vec::is_empty);
            let known = if empty_list { wanted.map(Ok) } else { values.first().and_then(Format::of_json) };
            if known.is_none() && empty_list {
                return Err("is an empty list, which says nothing of its format: write `format`".into());
            }
            let format = taken::<F>(known, wanted, &head)?;
            (format, F::read(format, Content::Json(&values), names, &mut said)?)
        }
        Some('<') => {
            let mut events = Events::of(source.rest());
            let Some(Event::Open(root)) = events.next()? else { return Err("is no XML: it has no element".into()) };
            let format = taken::<F>(Format::of_root(&root), wanted, &head)?;
            (format, F::read(format, Content::Xml(root, &mut events), names, &mut said)?)
        }
        Some(_) => {
            let format = taken::<F>(Format::of_text(&head), wanted, &head)?;
            (format, F::read(format, Content::Lines(Lines::of(source.rest())), names, &mut said)?)
        }
    };
    let Ended { sha256, size, modified, copy } = source.finish()?;
    if let (Some(keep), Some(copy)) = (&asked.keep, copy) {
        keep.add(&sha256, copy).map_err(|why| format!("cannot be kept: {why}"))?;
    }
    Ok((Filed { file: excerpt(&plain(name), 300), sha256, size, format, modified, said }, facts))
}

/// A line of a log in brackets is no JSON.
fn is_log(head: &str) -> bool {
    head.trim_start()
        .strip_prefix('[')
        .is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_alphabetic() && !"tfn".contains(c)))
}

/// The format, if the kind reads it and the plan does not name another.
fn taken<F: Facts>(known: Option<Known>, wanted: Option<Format>, head: &str) -> Result<Format, String> {
    let meant = wanted.map_or_else(|| F::NOUN.to_owned(), |format| format.to_string());
    match known {
        Some(Ok(format)) if wanted.is_none_or(|wanted| wanted == format) && F::FORMATS.contains(&format) => Ok(format),
        Some(Ok(format)) => Err(format!("is {format}, not {meant}")),
        Some(Err(other)) => Err(format!("is {}, not {meant}{}", other.split(": ").next().unwrap_or(other), help(other))),
        None => Err(format!(
            "is not {meant}, nor another format that is known here: it begins with {}",
            quote(beginning(head.trim_start(), 60))
        )),
    }
}

fn help(other: &str) -> String {
    other.split_once(": ").map(|(_, help)| format!(": {help}")).unwrap_or_default()
}

fn shown(path: &Path, root: &Path) -> String {
    let path = path.strip_prefix(root).ok().filter(|rest| !rest.as_os_str().is_empty()).unwrap_or(path);
    excerpt(&plain(&path.to_string_lossy()), 300)
}
