//! Brings the objects and lets each rule look at them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use super::{
    Kubernetes,
    object::Object,
    read,
    rule::{About, All, Rule, Said},
    seen::{Places, Seen, Tally},
};
use crate::{
    check::{
        Argv, Context, Unseen, blocking,
        file_glob::{Found, Glob, MOST},
        format::Limits,
    },
    model::{Size, quote},
    net::regular_file,
};

/// What is read of all files together.
const LARGEST: Size = Size(64 << 20);

pub(super) async fn observe(check: &Kubernetes, cx: &Context) -> Result<Seen, Unseen> {
    let (objects, unread) = match (&check.files, &check.command) {
        (Some(files), _) => from_files(files.to_vec(), cx).await?,
        (_, Some(argv)) => from_command(check, argv, cx).await?,
        _ => return Err(Unseen::Unknown("the plan names no place".into())),
    };
    Ok(check.found(&objects, unread))
}

type Brought = (Vec<Object>, Places);

async fn from_command(check: &Kubernetes, argv: &Argv, cx: &Context) -> Result<Brought, Unseen> {
    let printed = check.program(argv).output(cx).await?;
    let program = argv[0].clone();
    blocking(move || {
        let (mut objects, mut unread) = (Vec::new(), Places::default());
        if let Err(why) = read::read(printed.as_ref(), Limits::default(), &mut objects) {
            unread.add(format!("what `{program}` prints {why}"));
        }
        (objects, unread)
    })
    .await
}

async fn from_files(globs: Vec<Glob>, cx: &Context) -> Result<Brought, Unseen> {
    let (root, until) = (cx.path(""), cx.until());
    blocking(move || {
        let (mut objects, mut unread, mut left) = (Vec::new(), Places::default(), LARGEST.0);
        for glob in &globs {
            let found = glob.find(&root, until);
            let mut files: BTreeSet<PathBuf> = BTreeSet::new();
            note(&found, &mut unread);
            for path in found.paths {
                if path.is_dir() {
                    let below = Glob::below(&path).find(&root, until);
                    note(&below, &mut unread);
                    files.extend(below.paths.into_iter().filter(|path| is_manifest(path)));
                } else {
                    files.insert(path);
                }
            }
            if files.is_empty() {
                unread.add(format!("`{glob}` leads to no file"));
            }
            if files.len() > MOST {
                unread.add(format!("`{glob}` leads to more than {MOST} files"));
            }
            for path in files.into_iter().take(MOST) {
                let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
                let read = regular_file::read_bytes(&path, Size(left)).map_err(|error| error.to_string());
                let read = read.and_then(|bytes| {
                    left = left.saturating_sub(bytes.len() as u64);
                    read::read(&bytes, Limits::default(), &mut objects)
                });
                if let Err(why) = read {
                    unread.add(format!("the file {} {why}", quote(&name)));
                }
            }
        }
        (objects, unread)
    })
    .await
}

fn note(found: &Found, unread: &mut Places) {
    found.blind.iter().for_each(|(path, why)| unread.add(format!("{} {why}", quote(&path.display().to_string()))));
    found.ended.iter().for_each(|why| unread.add(format!("the files {why}")));
}

fn is_manifest(path: &std::path::Path) -> bool {
    path.is_file() && path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|one| extension == *one))
}

impl Kubernetes {
    /// What the rules find in them.
    fn found(&self, objects: &[Object], unread: Places) -> Seen {
        let mut seen = Seen { unread, ..Seen::default() };
        let mut names = BTreeSet::new();
        for object in objects {
            *seen.kinds.entry(crate::model::excerpt(object.kind(), 100)).or_default() += 1;
            seen.pods += u64::from(object.pod().is_some());
            if let Some(why) = read::not_understood(object) {
                seen.unread.add(format!("{}: {why}", object.shown()));
            }
            if !names.insert((object.shown(), object.group().to_owned())) && !object.name().is_empty() {
                seen.unread.add(format!("{} stands there twice", object.shown()));
            }
        }
        let wanted = self.objects.iter().flat_map(|all| all.iter());
        seen.objects = wanted.map(|name| (name.clone(), objects.iter().any(|object| object.is_named(name)))).collect::<BTreeMap<_, _>>();
        let all = All { objects, fewest: self.fewest(), live: self.live };
        seen.rules = self.rules().into_iter().map(|rule| (rule.name.to_owned(), self.tally(rule, &all))).collect();
        seen
    }

    fn tally(&self, rule: &Rule, all: &All<'_>) -> Tally {
        let mut tally = Tally::default();
        for object in all.objects {
            let excepted = self.except.iter().any(|(name, rules)| object.is_named(name) && rules.iter().any(|one| one.0.name == rule.name));
            for (place, said) in asked(rule, object, all) {
                match said {
                    Said::Nothing => {}
                    Said::Holds => tally.held += 1,
                    Said::Broken(why) | Said::Open(why) if excepted => tally.excepted.add(format!("{place}: {why}")),
                    Said::Broken(why) => tally.broken.add(format!("{place}: {why}")),
                    Said::Open(why) => tally.open.add(format!("{place}: {why}")),
                }
            }
        }
        tally
    }
}

/// What a rule says of an object, and where in it.
fn asked(rule: &Rule, object: &Object, all: &All<'_>) -> Vec<(String, Said)> {
    match (&rule.about, object.pod()) {
        (About::Objects(ask), _) => vec![(object.shown(), ask(object, all))],
        (_, None) => Vec::new(),
        (About::Pods(ask), Some(pod)) => vec![(object.shown(), ask(&pod, all))],
        (About::Containers(ask), Some(pod)) => pod
            .containers()
            .map(|container| (format!("{} container {}", object.shown(), quote(container.name())), ask(&container)))
            .collect(),
    }
}
