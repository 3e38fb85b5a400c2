//! The demands, each over all files.

use jiff::Timestamp;

use super::{
    File,
    content::Find,
    seen::{Content, FileSeen, Owner, Seen},
    words::{Type, Who},
};
use crate::model::{Expectation, Period, Size, counted, quote, utc};

/// What is so of one file, and whether that is as demanded; else why that is not known.
type Told = Result<(bool, String), String>;

pub(super) fn judge(check: &File, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = vec![presence(check, seen)];
    let none_will_do = check.count.is_some_and(|count| count.0.takes(0));
    let mut demand = |name: &str, what: &str, wanted: String, told: &dyn Fn(&FileSeen) -> Told| {
        all.push(over(seen, none_will_do, Expectation::new(name, what).wanted(wanted), told));
    };
    if let Some(wanted) = check.r#type {
        demand("type", "kind", word(Some(wanted)).into(), &|file| Ok(kind(file, wanted)));
    }
    if let Some(wanted) = &check.target {
        demand("target", "where the link leads", wanted.to_string(), &|file| Ok(target(file, wanted.as_str())));
    }
    if let Some(wanted) = check.mode {
        demand("mode", "permissions", wanted.to_string(), &|file| Ok((file.mode == wanted.0, octal(file))));
    }
    if let Some(most) = check.max_mode {
        demand("max-mode", "permissions", format!("no more than {most}"), &|file| Ok((file.mode & !most.0 == 0, octal(file))));
    }
    if let Some(wanted) = &check.owner {
        demand("owner", "owner", wanted.to_string(), &|file| who(&file.owner, wanted, seen.owner, "/etc/passwd"));
    }
    if let Some(wanted) = &check.group {
        demand("group", "group", wanted.to_string(), &|file| who(&file.group, wanted, seen.group, "/etc/group"));
    }
    if let Some(wanted) = check.size {
        demand("size", "size", wanted.to_string(), &|file| size(file, |size| wanted.takes(size)));
    }
    if let Some(wanted) = check.age {
        demand("age", "time of the last change", format!("{wanted} ago"), &|file| age(file, at, |then| wanted.is_before(then, at)));
    }
    for find in check.finds() {
        demand(&find.name, "content", find.wanted.clone(), &|file| found(content(file)?, &find));
    }
    if let Some(wanted) = &check.sha256 {
        demand("sha256", "SHA-256", wanted.0.to_string(), &|file| {
            let digest = content(file)?.sha256.as_ref().ok_or("it was not taken")?;
            Ok((*digest == wanted.0, digest.to_string()))
        });
    }
    all
}

/// That something is there, so many, or nothing.
fn presence(check: &File, seen: &Seen) -> Expectation {
    let there = seen.files.len();
    let blind = seen.blind.first().map(|blind| format!("{} {}", quote(&blind.path), blind.why));
    let first = || seen.files.first().map(|file| format!("{}, {}", quote(&file.path), noun(file))).unwrap_or_default();
    let empty = seen.found.iter().find(|(_, count)| **count == 0).map(|(path, _)| quote(path));
    if check.absent || check.takes_none_only() {
        let demand = Expectation::new("absent", "files").wanted("none");
        return match blind {
            _ if there > 0 => {
                demand.got(if there == 1 { first() } else { format!("{}, the first {}", counted(there, "file"), first()) }).met(false)
            }
            Some(why) => demand.undetermined(why),
            None => demand.got("nothing there").met(true),
        };
    }
    let demand = match check.count {
        Some(count) => Expectation::new("count", "number of files").wanted(count.0.to_string()),
        None => Expectation::new("exists", "files").wanted("to be there"),
    };
    let broken = seen.files.iter().find_map(|file| Some(format!("{} {}", quote(&file.path), file.broken.as_ref()?)));
    let unseen = seen.files.iter().find_map(|file| Some(format!("{} {}", quote(&file.path), file.unseen.as_ref()?)));
    let too_many = check.count.is_some_and(|count| count.0.max.is_some_and(|most| there as u64 > most));
    match (broken, blind.or(unseen)) {
        (Some(broken), _) => demand.got(broken).met(false),
        (None, Some(why)) if !too_many => demand.undetermined(why),
        (None, _) => match (check.count, empty) {
            (Some(count), _) => demand.got(there.to_string()).met(count.0.takes(there as u64)),
            (None, Some(path)) => demand.got(format!("nothing at {path}")).met(false),
            (None, None) => demand.got(if there == 1 { first() } else { counted(there, "file") }).met(there > 0),
        },
    }
}

/// A demand on every file: the first that is not so decides, then the first of which it is not known.
fn over(seen: &Seen, none_will_do: bool, demand: Expectation, told: &dyn Fn(&FileSeen) -> Told) -> Expectation {
    let many = seen.files.len() > 1;
    let at = |file: &FileSeen, said: String| if many { format!("{said} at {}", quote(&file.path)) } else { said };
    let told = |file: &FileSeen| match (&file.broken, &file.unseen) {
        (Some(why), _) | (None, Some(why)) => Err(why.clone()),
        (None, None) => told(file),
    };
    let all: Vec<(&FileSeen, Told)> = seen.files.iter().map(|file| (file, told(file))).collect();
    let wrong: Vec<_> =
        all.iter().filter_map(|(file, told)| told.as_ref().ok().filter(|(met, _)| !met).map(|(_, got)| (file, got))).collect();
    if let Some((file, got)) = wrong.first() {
        let more = if wrong.len() > 1 { format!("; {} of {} are not so", wrong.len(), all.len()) } else { String::new() };
        return demand.got(format!("{}{more}", at(file, (*got).clone()))).met(false);
    }
    if let Some((file, Err(why))) = all.iter().find(|(_, told)| told.is_err()) {
        return demand.undetermined(format!("{} {why}", quote(&file.path)));
    }
    match all.first() {
        Some((file, Ok((_, got)))) => demand.got(at(file, got.clone())).met(true),
        _ if none_will_do && seen.blind.is_empty() => demand.got("no file").met(true),
        _ => demand.undetermined("there is no file that could be looked at"),
    }
}

fn kind(file: &FileSeen, wanted: Type) -> (bool, String) {
    (if wanted == Type::Link { file.link.is_some() } else { file.kind == Some(wanted) }, noun(file))
}

fn noun(file: &FileSeen) -> String {
    let kind = word(file.kind);
    match (&file.link, &file.end) {
        (Some(link), None) => format!("a link to {}", quote(link)),
        (Some(_), Some(end)) => format!("a link to {kind} ({})", quote(end)),
        _ => kind.to_owned(),
    }
}

fn word(kind: Option<Type>) -> &'static str {
    match kind {
        Some(Type::File) => "a file",
        Some(Type::Directory) => "a folder",
        Some(Type::Link) => "a link",
        None => "a pipe, a socket or a device",
    }
}

fn target(file: &FileSeen, wanted: &str) -> (bool, String) {
    let leads = file.link.as_deref() == Some(wanted) || file.end.as_deref() == Some(wanted) && file.link.is_some();
    (leads, noun(file))
}

fn octal(file: &FileSeen) -> String {
    format!("{:04o}", file.mode)
}

fn who(owner: &Owner, wanted: &Who, number: Option<u32>, list: &str) -> Told {
    let said = owner.name.clone().unwrap_or_else(|| format!("number {}", owner.id));
    match (number, &owner.name) {
        (Some(number), _) => Ok((owner.id == number, said)),
        (None, Some(_)) => Ok((false, said)),
        (None, None) => {
            Err(format!("belongs to {said}, and {list} names neither that nor {}: write the number", quote(&wanted.to_string())))
        }
    }
}

fn size(file: &FileSeen, takes: impl Fn(Size) -> bool) -> Told {
    match file.kind {
        Some(Type::File) => Ok((takes(Size(file.size)), Size(file.size).to_string())),
        other => Err(format!("is {}, whose size says nothing", word(other))),
    }
}

fn age(file: &FileSeen, at: Timestamp, takes: impl Fn(Timestamp) -> bool) -> Told {
    let then = file.modified.ok_or("has no time of its last change")?;
    let said = if then > at { format!("in the future: {}", utc(then)) } else { format!("{} ago", Period::between(then, at)) };
    Ok((takes(then), said))
}

fn content(file: &FileSeen) -> Result<&Content, String> {
    let content = file.content.as_ref().ok_or("was not read")?;
    content.unread.clone().map_or(Ok(content), Err)
}

fn found(content: &Content, find: &Find) -> Told {
    match (content.found.get(&find.name).ok_or("was not looked through")?, &content.opaque) {
        (Some(line), _) => Ok((find.present, format!("found in line {line}"))),
        (None, Some(why)) if !find.present => Err(why.clone()),
        (None, _) => Ok((!find.present, "not found".into())),
    }
}
