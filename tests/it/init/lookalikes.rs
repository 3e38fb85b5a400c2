//! `gonogo init` in small repositories of ten kinds, each with a list of what must be found there: the plan lints without a
//! warning, and says what a run in production would touch.

use std::{fs, path::Path};

use super::written;
use crate::gonogo::Gonogo;

/// The folder `name` of the fixtures, in a git work tree.
fn copy(name: &str) -> Gonogo {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/init").join(name);
    let mut gonogo = Gonogo::new().file(".git/config", "[remote \"origin\"]\n\turl = git@github.com:acme/look-alike.git\n");
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let path = entry.strip_prefix(&root).expect("within").to_str().expect("a name").to_owned();
                gonogo = gonogo.file(&path, &fs::read_to_string(&entry).expect("text"));
            }
        }
    }
    gonogo
}

#[test]
fn what_ten_kinds_of_repository_say_is_found() {
    let lists = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/init");
    let (mut count, mut wrong) = (0, Vec::new());
    for list in fs::read_dir(lists).expect("the lists").map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file()) {
        let name = list.file_stem().expect("a name").to_str().expect("a name");
        let gonogo = copy(name);
        let ran = gonogo.run(["init", "--yes"]).exits(0).says("gonogo plan --env prod");
        assert!(gonogo.read(".gitignore").ends_with(".gonogo/\n"));
        let all: String = written(&gonogo).into_iter().map(|(_, text)| text).collect();
        for line in fs::read_to_string(&list).expect("a list").lines() {
            let found = line.strip_prefix("! ").map_or_else(|| all.contains(line), |not| !(all.clone() + &ran.stderr).contains(not));
            if !found {
                wrong.push(format!("{name}: {line}"));
            }
        }
        let linted = gonogo.run(["lint"]).exits(0);
        assert!(linted.stdout.contains("nothing wrong"), "{name}: {}", linted.stderr);
        gonogo.run(["plan", "--env", "prod"]).exits(0).says("against `prod` touches");
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, 10);
}
