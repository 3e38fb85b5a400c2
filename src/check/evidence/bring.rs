//! Brings the files: finds them, tells what each is, and hands it to the kind that reads it.

use std::{path::Path, time::Instant};

use serde_json::Value;

use super::{
    Keys, Lines,
    format::{Format, Known},
    json,
    seen::{Evidence, Filed, Said},
    source::Source,
    xml::{Element, Event, Events},
};
use crate::{
    check::{Context, Unseen, blocking, file_glob::Glob},
    model::{beginning, excerpt, plain, quote},
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
    let (globs, root) = (keys.file.to_vec(), cx.path(""));
    let asked = Asked { format: keys.format, names, until: cx.until() };
    let mut evidence = Evidence::of(&cx.shared.release);
    let brought = blocking(move || all::<F>(&globs, &asked, &root)).await?;
    let mut facts = Vec::new();
    for (filed, read) in brought.map_err(Unseen::Unknown)? {
        evidence.files.push(filed);
        facts.push(read);
    }
    Ok((evidence, facts))
}

/// What is asked of each file.
struct Asked {
    format: Option<Format>,
    names: Vec<String>,
    until: Instant,
}

fn all<F: Facts>(globs: &[Glob], asked: &Asked, root: &Path) -> Result<Vec<(Filed, F)>, String> {
    let mut paths = Vec::new();
    for glob in globs {
        let found = glob.find(root, asked.until);
        if let Some(why) = found.ended {
            return Err(format!("`{glob}`: the files {why}"));
        }
        if let Some((path, why)) = found.blind.first() {
            return Err(format!("`{glob}`: `{}` {why}", shown(path, root)));
        }
        if found.paths.is_empty() {
            return Err(format!("there is no file `{glob}`: let it be made before this runs, or mend the path"));
        }
        paths.extend(found.paths);
    }
    paths.sort();
    paths.dedup();
    let read = |path: std::path::PathBuf| {
        let file = shown(&path, root);
        one(&path, &file, asked).map_err(|why| format!("the file `{file}` {}", excerpt(&plain(&why), 400)))
    };
    paths.into_iter().map(read).collect()
}

fn one<F: Facts>(path: &Path, file: &str, asked: &Asked) -> Result<(Filed, F), String> {
    let mut source = Source::open(path, asked.until)?;
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
    let (sha256, size, modified) = source.finish()?;
    Ok((Filed { file: file.to_owned(), sha256, size, format, modified, said }, facts))
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
