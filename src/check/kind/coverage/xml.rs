//! Cobertura's XML (coverage-04.dtd), as coverage.py, Istanbul, gcovr, coverlet and many more write it, and JaCoCo's.

use super::seen::Covered;
use crate::{
    check::evidence::{Element, Event, Events, Said, time},
    model::quote,
};

pub(super) fn cobertura(events: &mut Events<'_>, root: &Element, said: &mut Said) -> Result<Covered, String> {
    let (mut lines, mut branches, mut path) = ((0, 0), (0, 0), vec![root.name.clone()]);
    while let Some(event) = events.next()? {
        match event {
            Event::Open(element) => {
                // The lines of its methods stand a second time among those of the class.
                let of_class = element.name == "line" && path.len() >= 2 && path[path.len() - 2] == "class";
                if of_class {
                    let hits = element.get("hits").and_then(|hits| hits.parse::<i64>().ok()).ok_or("has a line without its `hits`")?;
                    lines = (lines.0 + u64::from(hits > 0), lines.1 + 1);
                    let taken = element.get("condition-coverage").and_then(conditions).unwrap_or_default();
                    branches = (branches.0 + taken.0, branches.1 + taken.1);
                }
                path.push(element.name);
            }
            Event::Close(_) => drop(path.pop()),
            Event::Text(_) => {}
        }
    }
    if let Some(time) = root.get("timestamp").and_then(|text| text.parse::<f64>().ok()).filter(|time| *time > 0.0).and_then(time) {
        said.time(&time);
    }
    let mut odd = Vec::new();
    let mut of = |covered: &str, all: &str, rate: &str, counted: (u64, u64)| {
        let number = |name: &str| root.get(name).and_then(|text| text.parse::<u64>().ok());
        let sums = number(covered).zip(number(all)).unwrap_or(counted);
        let told = root.get(rate).and_then(|text| text.parse::<f64>().ok());
        let share = sums.0 as f64 / sums.1.max(1) as f64;
        let recounted = counted.1 == sums.1 && counted.0 != sums.0 && covered == "lines-covered";
        if recounted || sums.0 > sums.1 || told.is_some_and(|told| sums.1 > 0 && (told - share).abs() > 0.011) {
            odd.push(format!(
                "its {} of {} do not agree with its `{rate}` {}, or with {} of {} that stand there",
                sums.0,
                sums.1,
                quote(root.get(rate).unwrap_or_default()),
                counted.0,
                counted.1
            ));
        }
        sums
    };
    let lines = of("lines-covered", "lines-valid", "line-rate", lines);
    let branches = of("branches-covered", "branches-valid", "branch-rate", branches);
    Ok(Covered { lines: Some(lines), branches: Some(branches), functions: None, odd })
}

/// `50% (1/2)`
fn conditions(text: &str) -> Option<(u64, u64)> {
    let (taken, all) = text.split_once('(')?.1.strip_suffix(')')?.split_once('/')?;
    Some((taken.trim().parse().ok()?, all.trim().parse().ok()?))
}

pub(super) fn jacoco(events: &mut Events<'_>, root: &Element, said: &mut Said) -> Result<Covered, String> {
    let (mut covered, mut depth, mut elements) = (Covered::default(), 1, 0_u64);
    while let Some(event) = events.next()? {
        match event {
            Event::Open(element) => {
                depth += 1;
                elements += 1;
                // The sums of the whole stand right under the root.
                if element.name == "counter" && depth == 2 {
                    let number =
                        |name: &str| element.get(name).and_then(|text| text.parse::<u64>().ok()).ok_or("has a counter without numbers");
                    let (hit, missed) = (number("covered")?, number("missed")?);
                    let place = match element.get("type") {
                        Some("LINE") => &mut covered.lines,
                        Some("BRANCH") => &mut covered.branches,
                        Some("METHOD") => &mut covered.functions,
                        _ => continue,
                    };
                    *place = Some((hit, hit + missed));
                } else if element.name == "sessioninfo"
                    && let Some(time) = element.get("dump").and_then(|text| text.parse::<f64>().ok()).and_then(time)
                {
                    said.time(&time);
                }
            }
            Event::Close(_) => depth -= 1,
            Event::Text(_) => {}
        }
    }
    match covered {
        Covered { lines: None, .. } if elements > 0 => Err(format!("is {} without a sum of its lines", quote(&root.name))),
        covered => Ok(covered),
    }
}
