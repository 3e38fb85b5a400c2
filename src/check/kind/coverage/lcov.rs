//! lcov's tracefile (geninfo(1), lcov 1.x and 2.x), as gcc, LLVM, Istanbul, c8, coverage.py and Dart write it.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use super::seen::Covered;
use crate::{check::evidence::Lines, model::quote};

/// What one source tells.
#[derive(Default)]
struct Source {
    name: String,
    /// Counted line by line.
    lines: (u64, u64),
    branches: (u64, u64),
    /// As its sums tell: covered, all.
    sums: [(Option<u64>, Option<u64>); 3],
}

pub(super) fn read(mut lines: Lines<'_>) -> Result<Covered, String> {
    let (mut all, mut known) =
        (Covered { lines: Some((0, 0)), branches: Some((0, 0)), functions: Some((0, 0)), odd: Vec::new() }, HashSet::new());
    let mut open: Option<Source> = None;
    let mut number = 0_u64;
    while let Some((line, _)) = lines.next()? {
        number += 1;
        let line = line.trim();
        if line == "end_of_record" {
            let source = open.take().ok_or_else(|| format!("is no lcov: line {number} ends a source, and none began"))?;
            source.end(&mut all);
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            return Err(format!("is no lcov: line {number}: {}", quote(line)));
        };
        match (key, &mut open) {
            ("TN", None) => {}
            ("SF", None) => {
                let mut hasher = DefaultHasher::new();
                value.hash(&mut hasher);
                if !known.insert(hasher.finish()) {
                    note(&mut all, format!("{} stands there twice: merge it with `lcov -a`", quote(value)));
                }
                open = Some(Source { name: value.to_owned(), ..Source::default() });
            }
            (_, None) => return Err(format!("is no lcov: line {number} stands in no source: {}", quote(line))),
            ("SF", Some(_)) => return Err(format!("is no lcov: line {number} begins a source within another")),
            (key, Some(source)) => source.take(key, value, line, &mut all),
        }
    }
    match open {
        Some(source) => Err(format!("is cut off: it ends within the source {}", quote(&source.name))),
        None => Ok(all),
    }
}

fn note(all: &mut Covered, what: String) {
    if all.odd.len() < 20 {
        all.odd.push(what);
    }
}

impl Source {
    fn take(&mut self, key: &str, value: &str, line: &str, all: &mut Covered) {
        let sum = || value.trim().parse::<u64>().ok();
        let known = match key {
            // Line, hits, perhaps a checksum.
            "DA" => value.split(',').nth(1).and_then(|hits| hits.trim().parse::<i64>().ok()).map(|hits| count(&mut self.lines, hits > 0)),
            // Line, block, branch, taken or `-`.
            "BRDA" => value.rsplit(',').next().map(|taken| count(&mut self.branches, !matches!(taken.trim(), "-" | "0"))),
            "LH" => sum().map(|sum| self.sums[0].0 = Some(sum)),
            "LF" => sum().map(|sum| self.sums[0].1 = Some(sum)),
            "BRH" => sum().map(|sum| self.sums[1].0 = Some(sum)),
            "BRF" => sum().map(|sum| self.sums[1].1 = Some(sum)),
            "FNH" => sum().map(|sum| self.sums[2].0 = Some(sum)),
            "FNF" => sum().map(|sum| self.sums[2].1 = Some(sum)),
            "TN" | "FN" | "FNDA" | "FNL" | "FNA" | "VER" | "MCDC" | "MCF" | "MCH" => Some(()),
            _ => None,
        };
        if known.is_none() {
            note(all, format!("the line {}", quote(line)));
        }
    }

    fn end(self, all: &mut Covered) {
        for (what, total, (hit, found), counted) in [
            ("lines", &mut all.lines, self.sums[0], self.lines),
            ("branches", &mut all.branches, self.sums[1], self.branches),
            ("functions", &mut all.functions, self.sums[2], (0, 0)),
        ] {
            let (hit, found) = (hit.unwrap_or(counted.0), found.unwrap_or(counted.1));
            let agrees = hit <= found && (counted.1 == 0 || counted == (hit, found));
            if !agrees && all.odd.len() < 20 {
                all.odd.push(format!(
                    "{} sums up {hit} of {found} {what}, and {} of {} stand there",
                    quote(&self.name),
                    counted.0,
                    counted.1
                ));
            }
            if let Some(total) = total {
                *total = (total.0 + hit, total.1 + found);
            }
        }
    }
}

fn count((covered, all): &mut (u64, u64), is_covered: bool) {
    *all += 1;
    *covered += u64::from(is_covered);
}
