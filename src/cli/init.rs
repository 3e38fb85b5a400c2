//! `gonogo init`: writes a first plan from what the folder holds. Overwrites nothing.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use ssh_key::PublicKey;

use super::{Failure, arguments::InitOptions, edge};
use crate::{
    model::{Exit, counted, plain},
    net::git,
    starter::{Answers, Looked},
};

/// Lines about what was not read.
const MOST_TOLD: usize = 20;

/// Runs the command: 2 where a plan stands already, and nothing is written then.
pub(super) fn init(options: &InitOptions) -> Result<Exit, Failure> {
    let root = &options.folder;
    let canonical = fs::canonicalize(root).with_context(|| root.display().to_string()).map_err(Failure::usage)?;
    if !canonical.is_dir() {
        return Err(Failure::usage(anyhow!("`{}` is no folder", root.display())));
    }
    refuse_to_overwrite(root, &[place(root, "gonogo.yaml")])?;
    let looked = Looked::at(&canonical);
    let answers = if options.yes { Answers::default() } else { asked(&looked) };
    let files = looked.plan(&answers).map_err(Failure::output)?;
    let files: BTreeMap<PathBuf, String> = files.into_iter().map(|(path, text)| (place(root, &path), text)).collect();
    refuse_to_overwrite(root, &files.keys().cloned().collect::<Vec<_>>())?;
    write(&files).map_err(Failure::output)?;
    let ignored = ignore_ledger(&canonical);
    looked.left_out.iter().take(MOST_TOLD).for_each(|(what, why)| edge::say(&plain(&format!("left out: {what} {why}"))));
    match looked.left_out.len().saturating_sub(MOST_TOLD) {
        0 => {}
        more => edge::say(&format!("left out: {} more", counted(more, "such line"))),
    }
    edge::say(&match looked.sources() {
        0 => "nothing here says what is deployed: a small plan to begin with".to_owned(),
        n => format!("written from {}:", counted(n, "file")),
    });
    let written: String = files.keys().map(|path| format!("{}\n", plain(&path.display().to_string()))).collect();
    edge::print(&written).map_err(Failure::output)?;
    match ignored {
        Ok(false) => {}
        Ok(true) => edge::say("`.gonogo/`, the ledger's folder, is in `.gitignore` now"),
        Err(error) => edge::say(&format!("`.gonogo/` could not be put into `.gitignore`: {error}")),
    }
    edge::say(&next(&looked));
    Ok(Exit::Go)
}

/// The three next commands, and where the gate belongs.
fn next(looked: &Looked) -> String {
    let pipeline = looked.deploys().map(|(job, file)| format!("\nLater `gonogo gate --env prod` stands before job `{job}` of `{file}`."));
    let lines = [
        "\nhint: read the plan, then",
        "  gonogo lint                # is the plan in order? touches nothing",
        "  gonogo plan --env prod     # what would a run reach, and with which variables? sends nothing",
        "  gonogo verify --env prod   # may we go?",
    ];
    plain(&format!("{}{}", lines.join("\n"), pipeline.unwrap_or_default())).into_owned()
}

/// What no file says, as whoever sits at the terminal answers; an empty answer leaves it open.
fn asked(looked: &Looked) -> Answers {
    let mut answers = Answers::default();
    if looked.address().is_none() {
        answers.url = until("Where does production answer, like https://api.example.com? (Enter: not yet) ", |said| {
            let url = url::Url::parse(said).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.username().is_empty())?;
            let port = url.port().map_or(String::new(), |port| format!(":{port}"));
            Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
        });
    }
    let Some(who) = until("Who signs releases, by e-mail address? (Enter: not yet) ", |said| is_address(said).then(|| said.to_owned()))
    else {
        return answers;
    };
    let key = until("Their public SSH key, or the file that it is in? (Enter: not yet) ", |said| {
        let line = if said.contains(' ') { said.to_owned() } else { fs::read_to_string(said).ok()? };
        let key = PublicKey::from_openssh(line.trim()).ok()?;
        PublicKey::from(key.key_data().clone()).to_openssh().ok()
    });
    answers.signer = Some((who, key));
    answers
}

fn is_address(text: &str) -> bool {
    let common = |c: char| c.is_ascii_alphanumeric() || "@._+-".contains(c);
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
        && text.chars().all(common)
}

/// Asks until the answer can be taken, nothing is answered, or nobody is there.
fn until<T>(question: &str, taken: impl Fn(&str) -> Option<T>) -> Option<T> {
    loop {
        let said = edge::asked(question)?;
        match taken(&said) {
            Some(answer) => return Some(answer),
            None => edge::say("that is none: once more, or Enter to leave it open"),
        }
    }
}

/// Puts the ledger's folder among what git ignores, where the folder is in a work tree and nobody has; whether it did.
fn ignore_ledger(root: &Path) -> std::io::Result<bool> {
    if !git::in_work_tree(root) {
        return Ok(false);
    }
    let path = root.join(".gitignore");
    let there = match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read?,
    };
    if there.lines().any(|line| matches!(line.trim().trim_matches('/'), ".gonogo" | "**/.gonogo" | ".gonogo/*" | ".gonogo/**")) {
        return Ok(false);
    }
    let gap = if there.is_empty() || there.ends_with('\n') { "" } else { "\n" };
    // Follows no link: it may lead out of the repository.
    if fs::symlink_metadata(&path).is_ok_and(|kind| kind.file_type().is_symlink()) {
        return Err(std::io::Error::other("it is a link"));
    }
    fs::File::options().append(true).create(true).open(&path)?.write_all(format!("{gap}.gonogo/\n").as_bytes())?;
    Ok(true)
}

/// As people would name it: nothing stands before a path in the folder they are in.
fn place(root: &Path, path: &str) -> PathBuf {
    if root == Path::new(".") { path.into() } else { root.join(path) }
}

/// Everything is looked at before anything is written. What is there in any form, a broken link too, stays.
fn refuse_to_overwrite(root: &Path, files: &[PathBuf]) -> Result<(), Failure> {
    let mut there: Vec<String> =
        files.iter().filter(|path| fs::symlink_metadata(path).is_ok()).map(|path| format!("`{}`", path.display())).collect();
    // A link would lead the files elsewhere.
    let folder = place(root, "checks");
    if files.iter().any(|path| path.starts_with(&folder)) && fs::symlink_metadata(&folder).is_ok_and(|kind| !kind.is_dir()) {
        there.push(format!("`{}`, which is no folder,", folder.display()));
    }
    let verb = if there.len() == 1 { "is" } else { "are" };
    if there.is_empty() { Ok(()) } else { Err(Failure::usage(anyhow!("{} {verb} there already; nothing was written", there.join(", ")))) }
}

/// All or nothing: what was written before a failure is taken away again.
fn write(files: &BTreeMap<PathBuf, String>) -> anyhow::Result<()> {
    let mut made: Vec<&PathBuf> = Vec::new();
    let mut folders: Vec<PathBuf> = Vec::new();
    for (path, text) in files {
        if let Err(error) = write_new(path, text, &mut folders) {
            // What cannot be taken away either is named by the error below.
            made.iter().for_each(|path| drop(fs::remove_file(path)));
            folders.iter().for_each(|folder| drop(fs::remove_dir(folder)));
            return Err(error.context(format!("`{}` could not be written", path.display())));
        }
        made.push(path);
    }
    Ok(())
}

fn write_new(path: &Path, text: &str, folders: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if let Some(folder) = path.parent()
        && fs::create_dir(folder).is_ok()
    {
        folders.push(folder.to_owned());
    }
    // Refuses what came into being since, and follows no link.
    let mut file = fs::File::options().write(true).create_new(true).open(path)?;
    let written = file.write_all(text.as_bytes());
    if written.is_err() {
        drop(fs::remove_file(path));
    }
    Ok(written?)
}
