//! The floors: a module uses only what stands below it. Any other edge fails here.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each floor with the floors it may use.
const FLOORS: [(&str, &[&str]); 14] = [
    ("model", &[]),
    ("net", &["model"]),
    ("check", &["model", "net"]),
    ("notify", &["model", "net", "check"]),
    ("rollout", &["model", "net", "check", "notify"]),
    ("plan", &["model", "net", "check", "notify", "rollout"]),
    ("starter", &["model", "net", "check", "plan"]),
    ("demo", &["model", "net"]),
    ("run", &["model", "net", "check", "rollout", "plan"]),
    ("render", &["model", "rollout"]),
    ("ledger", &["model", "net"]),
    ("acts", &["model", "net", "check", "notify", "rollout", "plan", "run", "render", "ledger"]),
    ("cli", &["model", "net", "check", "rollout", "plan", "starter", "demo", "run", "render", "ledger", "acts"]),
    ("web", &["model", "net", "render", "rollout", "ledger", "acts"]),
];

#[test]
fn imports_go_downwards() {
    let mut wrong = Vec::new();
    for (floor, below) in FLOORS {
        for file in sources(&Path::new("src").join(floor)) {
            let text = fs::read_to_string(&file).expect("a source file");
            for used in crate_paths(&text) {
                if used != floor && !below.contains(&used.as_str()) {
                    wrong.push(format!("{}: uses `crate::{used}`, `{floor}` may use {below:?}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_ledger_logs_in_to_write() {
    for file in sources(Path::new("src")).into_iter().filter(|file| !file.starts_with("src/ledger") && !file.starts_with("src/net")) {
        let text = fs::read_to_string(&file).expect("a source file");
        let logs_in = text.contains("Recorder") && text.contains("postgres");
        assert!(!logs_in, "{}: a session that may write is for the ledger alone", file.display());
    }
}

/// What decides about a release, or about a word that counts: a door shows what came of it and decides nothing.
const RULES: [&str; 11] = [
    "GateInput",
    "PolicyInForce",
    "WaiverTerms",
    "ledger::gate(",
    "ledger::votes(",
    "Emergencies",
    "Decisions",
    "signed_waiver",
    "given_answer",
    "let_through",
    "Independence",
];

#[test]
fn doors_decide_nothing() {
    for file in ["src/cli", "src/web"].iter().flat_map(|door| sources(Path::new(door))) {
        let text = fs::read_to_string(&file).expect("a source file");
        for rule in RULES {
            assert!(!text.contains(rule), "{}: `{rule}` is for `acts` and `ledger`", file.display());
        }
    }
}

#[test]
fn acts_neither_parse_nor_print_nor_end_the_process() {
    for file in sources(Path::new("src/acts")) {
        let text = fs::read_to_string(&file).expect("a source file");
        for door in ["clap", "anyhow", "println!", "print!(", "io::stdout", "io::stderr", "process::exit", "ExitCode"] {
            assert!(!text.contains(door), "{}: `{door}` is for the command line", file.display());
        }
    }
}

#[test]
fn every_folder_is_a_floor() {
    let floors: BTreeSet<String> = FLOORS.iter().map(|(floor, _)| (*floor).to_owned()).collect();
    for entry in fs::read_dir("src").expect("src").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().into_string().expect("a name");
        assert!(floors.contains(&name) || ["lib.rs", "main.rs"].contains(&name.as_str()), "src/{name} is no floor");
    }
}

#[test]
fn every_kind_has_the_same_rooms() {
    let kinds = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/kind");
    let mut seen = 0;
    for kind in fs::read_dir(kinds).expect("kinds").map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()) {
        for (room, says) in
            [("observe.rs", "fn observe("), ("seen.rs", "Seen"), ("judge.rs", "fn judge("), ("counterexamples.rs", "fn counterexamples(")]
        {
            let text = fs::read_to_string(kind.join(room)).unwrap_or_else(|_| panic!("{} has no {room}", kind.display()));
            assert!(text.contains(says), "{}/{room} lacks `{says}`", kind.display());
        }
        seen += 1;
    }
    assert!(seen >= 9, "{seen} kinds");
}

#[test]
fn every_file_says_what_is_here() {
    for file in sources(Path::new("src")).into_iter().chain(sources(Path::new("tests"))) {
        let text = fs::read_to_string(&file).expect("a source file");
        assert!(text.starts_with("//! "), "{} does not open with `//!`", file.display());
    }
}

#[test]
fn no_drawers_without_a_subject() {
    for file in sources(Path::new("src")).into_iter().chain(sources(Path::new("tests"))) {
        for part in file.iter().map(|part| part.to_string_lossy().replace(".rs", "")) {
            assert!(!["util", "utils", "helper", "helpers", "common", "misc"].contains(&part.as_str()), "{}", file.display());
        }
    }
}

/// The first segment after each `crate::`, also within `use crate::{a::b, c}`; comments do not count.
fn crate_paths(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => used.extend(group_heads(group)),
            None => used.extend(head(rest)),
        }
    }
    used
}

/// The heads of the parts of a `{…}` group, at its own level.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut heads) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' if depth == 0 => {
                heads.extend(head(&group[start..at]));
                start = at + 1;
            }
            '}' if depth == 0 => {
                heads.extend(head(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    heads
}

fn head(path: &str) -> Option<String> {
    let name: String = path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty() && name.starts_with(char::is_lowercase)).then_some(name)
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "fuzz") {
                files.extend(sources(&path));
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text = "use crate::{\n    check::{Check, plan::X},\n    model::A,\n};\nuse crate::net::tls; // crate::cli\nlet x = crate::run::verify();\n";
    let seen: Vec<String> = crate_paths(text).into_iter().collect();
    assert_eq!(seen, ["check", "model", "net", "run"]);
}
