//! One part of a run that many machines share: which checks are its own.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Digest;

/// Machines that one run may be shared among.
const MOST: u32 = 1_000;

/// The part of one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Shard {
    /// Which part, from 1.
    pub number: u32,
    /// How many parts there are.
    pub of: u32,
    /// What the parts that belong together are called: a CI pipeline's run, for example.
    pub set: String,
}

impl Shard {
    /// The part that `3/10` names.
    pub fn parse(part: &str, set: &str) -> Result<Self, String> {
        let numbers = part.split_once('/').and_then(|(number, of)| Some((u32::from_str(number).ok()?, u32::from_str(of).ok()?)));
        let (number, of) = numbers.ok_or_else(|| format!("`{part}` is no part: write `3/10`, the third of ten"))?;
        if !(1..=MOST).contains(&of) || !(1..=of).contains(&number) {
            return Err(format!("`{part}` is no part: the parts of a run are 1/N to N/N, and N is at most {MOST}"));
        }
        if set.is_empty() || set.len() > 200 || set.contains(char::is_control) {
            return Err("the name of a set has 1 to 200 characters, none of them a control character".into());
        }
        Ok(Self { number, of, set: set.to_owned() })
    }

    /// Whether the check is this part's: by its id alone, so that each part knows it without the others.
    pub fn holds(&self, id: &str) -> bool {
        let digest = Digest::of(id.as_bytes());
        let start = u64::from_str_radix(&digest.as_str()[..15], 16).unwrap_or_default();
        start % u64::from(self.of) == u64::from(self.number - 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shard {}/{} of `{}`", self.number, self.of, self.set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_is_in_one_part() {
        let shards: Vec<Shard> = (1..=7).map(|number| Shard::parse(&format!("{number}/7"), "run 5").expect("a part")).collect();
        let mut sizes = [0; 7];
        for number in 0..700 {
            let id = format!("smoke[{number}]");
            let holding: Vec<usize> = (0..7).filter(|at| shards[*at].holds(&id)).collect();
            assert_eq!(holding.len(), 1, "{id}");
            sizes[holding[0]] += 1;
        }
        assert!(sizes.iter().all(|size| (60..=140).contains(size)), "{sizes:?}");
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for (part, set) in [
            ("0/3", "a"),
            ("4/3", "a"),
            ("1/0", "a"),
            ("1/1001", "a"),
            ("1", "a"),
            ("a/b", "a"),
            ("-1/3", "a"),
            ("1/3", ""),
            ("1/3", "a\nb"),
        ] {
            assert!(Shard::parse(part, set).is_err(), "{part} {set}");
        }
    }
}
