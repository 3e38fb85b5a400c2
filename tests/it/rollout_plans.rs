//! The four rollouts of the demo: each plan is in order, and says every line of what it was written from.

use std::{collections::BTreeSet, fs, path::Path};

use gonogo::plan;

use crate::scripted::instant;

const FOLDER: &str = "fixtures/demo/rollouts";

/// Each with how many lines of its source it says; fewer would be lines that were lost.
const PLANS: [(&str, usize); 4] = [("orchestrator-v2", 150), ("story-2.6", 141), ("story-21.6", 69), ("us-011", 23)];

fn text(plan: &str, file: &str) -> String {
    let path = Path::new(FOLDER).join(plan).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The numbers of the lines that a plan's comments name: `#L26 #L30`. Those of its first line explain them.
fn named(plan: &str) -> BTreeSet<usize> {
    let text = text(plan, "gonogo.yaml");
    let lines = text.lines().skip(1).filter_map(|line| line.split_once('#'));
    let words = lines.flat_map(|(_, comment)| comment.split_whitespace());
    words.filter_map(|word| word.trim_start_matches('#').strip_prefix('L')?.parse().ok()).collect()
}

#[test]
fn every_folder_with_lines_is_looked_at() {
    let entries = fs::read_dir(FOLDER).expect("the plans").map(|entry| entry.expect("an entry"));
    let with_lines = entries.filter(|entry| entry.path().join("lines.tsv").exists());
    let folders: BTreeSet<String> = with_lines.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(folders, PLANS.map(|(name, _)| name.to_owned()).into());
}

#[test]
fn every_line_is_said_by_the_plan_and_none_that_is_not_there() {
    for (name, count) in PLANS {
        let listed: Vec<usize> = text(name, "lines.tsv")
            .lines()
            .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
                [number, said] if !said.trim().is_empty() => number.parse().expect("a number"),
                _ => panic!("{name}: {line}"),
            })
            .collect();
        assert!(listed.is_sorted_by(|one, other| one < other), "{name}: each once, in their order");
        assert_eq!(listed.len(), count, "{name}");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), named(name), "{name}");
    }
}

#[test]
fn every_plan_is_in_order() {
    for (name, _) in PLANS {
        let config = Path::new(FOLDER).join(name).join("gonogo.yaml");
        let lint = plan::lint(&plan::Request { config, ..Default::default() }, instant());
        let said: Vec<&str> = lint.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert!(said.is_empty() && lint.untried.is_empty(), "{name}: {said:?} {:?}", lint.untried);
        assert!(lint.checks > 10, "{name}");
    }
}
