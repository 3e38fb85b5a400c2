//! What fuzzing found worth keeping, replayed: every input of `tests/fuzz/corpus` against its target's laws.

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use std::{collections::BTreeSet, fs, panic::catch_unwind, path::Path};

use targets::TARGETS;

#[test]
fn every_input_holds() {
    for (target, holds) in TARGETS {
        let folder = Path::new("tests/fuzz/corpus").join(target);
        let inputs: Vec<_> = fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("an entry").path()).collect();
        assert!(inputs.len() >= 20, "{} has {} inputs", folder.display(), inputs.len());
        for input in inputs {
            let bytes = fs::read(&input).expect("an input");
            assert!(catch_unwind(|| holds(&bytes)).is_ok(), "{} does not hold; the message is above", input.display());
        }
    }
}

/// A target is its file, its program, its place in the manifest, its corpus and its line in the list.
#[test]
fn every_target_is_whole() {
    let listed: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(stems("targets"), listed.iter().cloned().chain(["mod".to_owned()]).collect());
    assert_eq!(stems("bin"), listed);
    assert_eq!(stems("corpus"), listed);
    let manifest = fs::read_to_string("tests/fuzz/Cargo.toml").expect("the manifest");
    assert!(listed.iter().all(|name| manifest.contains(&format!("name = \"{name}\"\npath = \"bin/{name}.rs\""))));
}

fn stems(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(Path::new("tests/fuzz").join(folder)).expect("a folder");
    entries.map(|entry| entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned()).collect()
}
