//! Reads what a source holds.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    held::{Held, MOST_KEYS, Value},
    printed,
    source::Source,
    syntax::{self, Syntax},
};
use crate::{
    check::{Context, Unseen, blocking},
    model::Size,
    net::{
        EnvFile,
        command::{self, Command},
        env_file,
        regular_file::{self, FileError},
    },
};

/// Kubernetes limits a whole Secret to 1 MiB (kubernetes.io, "Secrets", size limit); no value in a file is larger.
const LARGEST_VALUE: Size = Size(1 << 20);

/// Which keys are asked for by their name.
type Asked<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// Every key of `source`, sorted, or why it cannot be read, with no value in it. For the keys that are `asked` for a `KEY_FILE` is
/// followed, and an object that a program prints is one value.
pub(crate) async fn read(source: &Source, asked: Asked<'_>, cx: &Context) -> Result<Vec<Held>, Unseen> {
    let named = |why: &dyn std::fmt::Display| Unseen::Unknown(format!("{source} {why}"));
    let mut held = match source {
        Source::EnvFile(file, syntax) => {
            let (path, syntax) = (cx.path(file), *syntax);
            let held = blocking(move || env_file(&path, syntax)).await?.map_err(|error| named(&error))?;
            named_by_file(held, asked, cx).await?
        }
        Source::Environment => {
            let held = cx.shared.env.iter().map(|(key, value)| Held::text(key, value)).collect();
            named_by_file(held, asked, cx).await?
        }
        Source::Directory(folder) => {
            let path = cx.path(folder);
            blocking(move || directory(&path)).await?.map_err(|error| named(&error))?
        }
        Source::Command(argv, format) => {
            let dir = cx.path("");
            let command = Command { argv, env: &cx.shared.env, dir: &dir, deadline: cx.until(), limit: command::LARGEST, stdin: b"" };
            let printed = command.output().await?;
            printed::read(&printed, *format, &|key| asked(key)).map_err(|why| Unseen::Unknown(format!("what {source} printed {why}")))?
        }
    };
    if held.len() > MOST_KEYS {
        return Err(named(&format!("holds {} keys; at most {MOST_KEYS} are judged", held.len())));
    }
    held.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(held)
}

/// Where a key is set twice to different things, readers disagree and so do we.
fn env_file(path: &Path, syntax: Option<Syntax>) -> Result<Vec<Held>, env_file::ReadError> {
    let text = regular_file::read_text(path, env_file::LARGEST)?;
    let file = EnvFile::parse(&text)?;
    let mut keys: BTreeMap<&str, Vec<(Value, u64)>> = BTreeMap::new();
    syntax::values(&file, &text, syntax).into_iter().for_each(|(key, line, value)| keys.entry(key).or_default().push((value, line)));
    let one = |mut values: Vec<(Value, u64)>| match values.iter().all(|(value, _)| *value == values[0].0) {
        true => values.swap_remove(0).0,
        false => Value::Contradictory(values.iter().map(|(_, line)| *line).collect()),
    };
    Ok(keys.into_iter().map(|(key, values)| Held { key: key.to_owned(), value: one(values) }).collect())
}

/// Docker's convention: `KEY_FILE` names the file that holds `KEY`, unless `KEY` itself is set.
async fn named_by_file(held: Vec<Held>, asked: Asked<'_>, cx: &Context) -> Result<Vec<Held>, Unseen> {
    let set: Vec<String> = held.iter().filter(|h| h.value.text() != Some("")).map(|h| h.key.clone()).collect();
    let mut out = Vec::new();
    for entry in held {
        let stem = entry.key.strip_suffix("_FILE").filter(|stem| asked(stem));
        let path = entry.value.text().filter(|value| value.contains('/') && !value.contains("://")).map(str::to_owned);
        match (stem, path) {
            (Some(stem), Some(_)) if set.iter().any(|key| key == stem) => {}
            (Some(stem), Some(path)) => {
                let (stem, at) = (stem.to_owned(), cx.path(&path));
                let value = blocking(move || contents(&at, &path)).await?;
                out.retain(|other: &Held| other.key != stem);
                out.push(Held { key: stem, value });
            }
            // An empty KEY next to its KEY_FILE has been replaced.
            _ if out.iter().any(|other| other.key == entry.key) => {}
            _ => out.push(entry),
        }
    }
    Ok(out)
}

fn contents(at: &Path, path: &str) -> Value {
    match regular_file::read_bytes(at, LARGEST_VALUE) {
        Ok(bytes) => Value::of(without_line_end(bytes)),
        Err(error) => Value::Unreadable(format!("the file it is read from, {path}, {error}")),
    }
}

/// No folder of secrets is larger.
const LARGEST_FOLDER: u64 = 32 << 20;

/// Every file of the folder, symbolic links followed. Sub-folders hold no keys; names that begin with `..` are the
/// versions Kubernetes keeps (`..data`), which the visible names link to.
fn directory(folder: &Path) -> Result<Vec<Held>, FileError> {
    if !fs::metadata(folder)?.is_dir() {
        return Err(FileError::Other("it is not a folder".into()));
    }
    let (mut held, mut size) = (Vec::new(), 0);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let key = entry.file_name().to_string_lossy().into_owned();
        if key.starts_with("..") || fs::metadata(entry.path()).is_ok_and(|meta| meta.is_dir()) {
            continue;
        }
        let value = match regular_file::read_bytes(&entry.path(), LARGEST_VALUE) {
            Ok(bytes) => {
                size += bytes.len() as u64;
                Value::of(without_line_end(bytes))
            }
            Err(error) => Value::Unreadable(format!("its file {error}")),
        };
        held.push(Held { key, value });
        if held.len() > MOST_KEYS || size > LARGEST_FOLDER {
            return Err(FileError::Other("it holds too much for a folder of secrets".into()));
        }
    }
    Ok(held)
}

/// Editors and `echo` end a file with a line end that nobody means.
fn without_line_end(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    bytes
}
