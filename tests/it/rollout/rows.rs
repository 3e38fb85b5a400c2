//! The forty ways in which a rollout goes wrong, each with the tests that say what is right then.

use std::{collections::BTreeSet, fs};

#[test]
fn each_of_the_forty_has_a_test_that_is_there() {
    let rows = fs::read_to_string("tests/it/rollout/rows.tsv").expect("the rows");
    let mut numbers = Vec::new();
    for row in rows.lines() {
        let [number, what, tests] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("no three columns: {row}") };
        numbers.push(number.parse::<u32>().expect("a number"));
        assert!(!what.trim().is_empty(), "{row}");
        let tests: BTreeSet<&str> = tests.split(' ').collect();
        for test in tests {
            let (file, name) = test.split_once("::").unwrap_or_else(|| panic!("`{test}` is no file::test"));
            let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
            let at = text.find(&format!("fn {name}()")).unwrap_or_else(|| panic!("row {number}: {file} has no `{name}`"));
            let before = &text[text[..at].rfind("\n\n").unwrap_or(0)..at];
            assert!(before.contains("#[test]") || before.contains("#[tokio::test"), "row {number}: `{name}` is no test");
        }
    }
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
}
