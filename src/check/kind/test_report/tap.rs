//! TAP, the Test Anything Protocol, versions 12 to 14 (testanything.org).

use std::sync::LazyLock;

use regex::Regex;

use super::seen::{Came, Tests};
use crate::{
    check::evidence::Lines,
    model::{quote, regex},
};

static POINT: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(?P<not>not )?ok\b(?:\s+(?P<number>\d+))?(?P<text>[^#]*)(?:#\s*(?P<word>(?i)skip|todo)\S*.*|#.*)?$"));
static PLAN: LazyLock<Regex> = LazyLock::new(|| regex(r"^1\.\.(?P<last>\d+)\s*(?P<skip>#\s*(?i)skip.*)?(?:#.*)?$"));

pub(super) fn read(mut lines: Lines<'_>, asked: &[String]) -> Result<Tests, String> {
    let mut tests = Tests::default();
    let (mut planned, mut points, mut in_block) = (None, 0_u64, false);
    while let Some((line, _)) = lines.next()? {
        let line = line.trim_end();
        // The lines that begin with blanks are tests within a test, which the outer one sums up, or what is told of it.
        if in_block && line.starts_with(' ') {
            in_block = line.trim() != "...";
            continue;
        }
        in_block = line.trim() == "---" && line.starts_with(' ');
        if line.is_empty() || line.starts_with([' ', '\t', '#']) {
            continue;
        }
        if let Some(plan) = PLAN.captures(line) {
            let last = plan["last"].parse::<u64>().map_err(|_| "has a plan without a number".to_owned())?;
            if planned.replace(last).is_some() {
                tests.odd("a second plan".into());
            }
        } else if let Some(point) = POINT.captures(line) {
            points += 1;
            if let Some(number) = point.name("number").filter(|number| number.as_str().parse() != Ok(points)) {
                tests.odd(format!("the test {} stands where {points} should", number.as_str()));
            }
            let word = point.name("word").map(|word| word.as_str().to_ascii_lowercase());
            let came = match (point.name("not").is_some(), word.as_deref()) {
                (_, Some("skip")) | (true, Some("todo")) => Came::Skipped,
                (true, _) => Came::Failed,
                (false, _) => Came::Passed,
            };
            let name = point["text"].trim().trim_start_matches("- ").to_owned();
            tests.count(came, &[&name], asked);
        } else if let Some(why) = line.strip_prefix("Bail out!") {
            tests.count(Came::Failed, &[&format!("bailed out:{why}")], asked);
            return Ok(tests);
        } else if !line.starts_with("TAP version ") && !line.starts_with("pragma ") {
            tests.odd(format!("the line {}", quote(line)));
        }
    }
    match planned {
        None => tests.odd("no plan (`1..N`) says how many tests there are: it may be cut off".into()),
        Some(planned) if planned > points => {
            let missing = planned - points;
            tests.count(Came::Failed, &[&format!("{missing} of the {planned} planned tests, which did not run")], asked);
        }
        Some(planned) if planned < points => tests.odd(format!("{planned} tests are planned, and {points} stand there")),
        Some(_) => {}
    }
    Ok(tests)
}
