//! The commands that a plan may have sent to a server: they read, and no others.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use crate::model::from_text;

/// A command that changes nothing: `INFO replication`, `CLUSTER NODES`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    words: Vec<String>,
    known: &'static Known,
}

/// What a reply's rows are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Lines of `key:value`: one row.
    Info,
    /// Keys and values by turns: one row.
    Pairs,
    /// A list of those: a row each.
    Maps,
    /// `ROLE`: one row.
    Role,
    /// `CLUSTER NODES`: a row a node.
    Nodes,
    /// `ACL LIST`: a row a user.
    Users,
    /// A text or a number: one row with the field `answer`.
    Answer,
}

#[derive(Debug, PartialEq, Eq)]
struct Known {
    /// In capitals.
    name: &'static str,
    /// How many words follow.
    arguments: RangeInclusive<usize>,
    shape: Shape,
}

const fn known(name: &'static str, arguments: RangeInclusive<usize>, shape: Shape) -> Known {
    Known { name, arguments, shape }
}

/// Source: redis.io, "Commands"; all are `@read` or change nothing by their documentation.
const KNOWN: &[Known] = &[
    known("INFO", 0..=8, Shape::Info),
    known("CONFIG GET", 1..=20, Shape::Pairs),
    known("ROLE", 0..=0, Shape::Role),
    known("CLUSTER INFO", 0..=0, Shape::Info),
    known("CLUSTER NODES", 0..=0, Shape::Nodes),
    known("CLUSTER SHARDS", 0..=0, Shape::Maps),
    known("SENTINEL MASTERS", 0..=0, Shape::Maps),
    known("SENTINEL MASTER", 1..=1, Shape::Pairs),
    known("SENTINEL REPLICAS", 1..=1, Shape::Maps),
    known("SENTINEL SENTINELS", 1..=1, Shape::Maps),
    known("SENTINEL CKQUORUM", 1..=1, Shape::Answer),
    known("ACL LIST", 0..=0, Shape::Users),
    known("ACL WHOAMI", 0..=0, Shape::Answer),
    known("DBSIZE", 0..=0, Shape::Answer),
    known("SLOWLOG LEN", 0..=0, Shape::Answer),
    known("EXISTS", 1..=20, Shape::Answer),
    known("TYPE", 1..=1, Shape::Answer),
    known("TTL", 1..=1, Shape::Answer),
    known("LLEN", 1..=1, Shape::Answer),
    known("XLEN", 1..=1, Shape::Answer),
    known("SCARD", 1..=1, Shape::Answer),
    known("ZCARD", 1..=1, Shape::Answer),
    known("HLEN", 1..=1, Shape::Answer),
    known("XINFO GROUPS", 1..=1, Shape::Maps),
];

impl Command {
    /// The words to send.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    pub(super) fn shape(&self) -> Shape {
        self.known.shape
    }

    /// The right it needs, as `ACL SETUSER` writes it: `+cluster|nodes`.
    pub fn right(&self) -> String {
        format!("+{}", self.known.name.to_lowercase().replace(' ', "|"))
    }

    /// Whether only a Sentinel knows it.
    pub fn is_for_sentinel(&self) -> bool {
        self.known.name.starts_with("SENTINEL")
    }
}

/// The words apart by spaces; the command's name in any case.
impl FromStr for Command {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let names = |known: &&Known| {
            let name: Vec<&str> = known.name.split(' ').collect();
            words.len() >= name.len() && name.iter().zip(&words).all(|(a, b)| a.eq_ignore_ascii_case(b))
        };
        let all = || KNOWN.iter().map(|known| known.name).collect::<Vec<_>>().join(", ");
        let known = KNOWN.iter().find(names).ok_or_else(|| format!("`{text}` is not among the commands that only read: {}", all()))?;
        let arguments = words.len() - known.name.split(' ').count();
        if !known.arguments.contains(&arguments) {
            let (least, most) = known.arguments.clone().into_inner();
            let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return Err(format!("`{}` takes {wanted} words after it, not {arguments}", known.name));
        }
        Ok(Self { words: words.into_iter().map(str::to_owned).collect(), known })
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.join(" "))
    }
}

from_text!(Command, { "type": "string", "description": "a command that only reads, like `INFO replication`" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_is_sent() {
        for text in ["INFO", "info replication", "config get maxmemory appendonly", "Sentinel CKQUORUM app", "EXISTS a b"] {
            assert_eq!(text.parse::<Command>().map(|command| command.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "",
            "SET a b",
            "CONFIG SET maxmemory 1",
            "CONFIG",
            "CONFIG REWRITE",
            "FLUSHALL",
            "INFOX",
            "TTL",
            "DBSIZE x",
            "SENTINEL RESET a",
        ] {
            assert!(text.parse::<Command>().is_err(), "{text}");
        }
        assert_eq!("cluster nodes".parse::<Command>().expect("known").right(), "+cluster|nodes");
    }
}
