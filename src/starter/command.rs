//! The commands of a shell script or a cron table, as far as words go: what a program is given, and where its output goes.

use std::collections::BTreeMap;

/// The words of one command line, several commands with their pipes; what only the shell knows stands as `*`.
#[derive(Debug, Clone, Default)]
pub(super) struct Words(Vec<String>);

/// The commands of a script, in their order, without comments.
pub(super) fn lines(text: &str) -> Vec<Words> {
    let mut variables = BTreeMap::new();
    let mut all = Vec::new();
    for line in joined(text) {
        if let Some((name, value)) = assignment(&line) {
            variables.insert(name.to_owned(), filled(value.trim_matches(['"', '\'']), &variables));
        }
        // What comes after `;` and `&&` is a command of its own.
        let filled = filled(&line, &variables).replace("&&", ";");
        all.extend(filled.split(';').map(Words::of).filter(|words| !words.0.is_empty()));
    }
    all
}

/// Whether a glob has only what paths commonly have, says where it begins, and leads nowhere upwards.
pub(super) fn is_glob(text: &str) -> bool {
    let common = |c: char| c.is_ascii_alphanumeric() || "._-/*@+".contains(c);
    let begins = !text.starts_with(['*', '-']) || text.starts_with("*.");
    (1..=200).contains(&text.len()) && text.chars().all(common) && begins && !text.contains("..") && !text.contains("**")
}

impl Words {
    pub(super) fn of(line: &str) -> Self {
        // Redirections may touch their words.
        let spaced = line.replace(">>", ">").replace('>', " > ").replace('|', " | ");
        let words = spaced.split_whitespace().map(|word| word.replace(['"', '\'', '(', ')', '`'], ""));
        Self(words.filter(|word| !word.is_empty()).collect())
    }

    /// What stands after a program's name, whatever folder it is called from, up to the next pipe.
    pub(super) fn after(&self, program: &str) -> Option<&[String]> {
        // Who only talks of a program does not run it.
        if self.0.iter().any(|word| matches!(word.as_str(), "echo" | "printf" | "which" | "install" | "command")) {
            return None;
        }
        let at = self.0.iter().position(|word| word.rsplit('/').next() == Some(program))?;
        let rest = &self.0[at + 1..];
        Some(rest.split(|word| word == "|").next().unwrap_or(rest))
    }

    /// Where the output of a program with these arguments goes: none where it goes to no file, none within where the
    /// file's place is not said.
    pub(super) fn output(&self, arguments: &[String]) -> Option<Option<String>> {
        let value = |word: &String| word.strip_prefix("--file=").or_else(|| word.strip_prefix("--pgdata=")).map(str::to_owned);
        let next = |names: &[&str]| arguments.iter().skip_while(|word| !names.contains(&word.as_str())).nth(1).cloned();
        // What follows `2>` are complaints.
        let redirected = self.0.windows(3).rev().find(|three| three[1] == ">" && three[0] != "2").map(|three| three[2].clone());
        let named = arguments.iter().find_map(value).or_else(|| next(&["-f", "--file", "-D", "--pgdata"]));
        let place = named.or(redirected).filter(|place| !place.starts_with("/dev/") && !place.starts_with('&'))?;
        Some(Some(place).filter(|place| is_glob(place)))
    }
}

/// Lines with their continuations, without comments.
pub(super) fn joined(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let (line, more) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
        match all.last_mut() {
            Some(last) if open => *last += &format!(" {line}"),
            _ => all.push(line.to_owned()),
        }
        open = more;
    }
    all
}

/// `NAME=value`, with nothing else on the line.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").unwrap_or(line).trim();
    let (name, value) = line.split_once('=')?;
    (is_variable(name) && !value.contains(char::is_whitespace)).then_some((name, value))
}

/// What a shell takes for a variable's name (POSIX, section 3.216).
pub(super) fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Variables and their defaults filled in; what a command says, a date above all, becomes `*`.
fn filled(line: &str, variables: &BTreeMap<String, String>) -> String {
    let mut all = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let (text, length) = if let Some(inner) = rest.strip_prefix("$(") {
            ("*".to_owned(), 2 + inner.find(')').map_or(inner.len(), |at| at + 1))
        } else if let Some(inner) = rest.strip_prefix('`') {
            ("*".to_owned(), 1 + inner.find('`').map_or(inner.len(), |at| at + 1))
        } else if let Some(inner) = rest.strip_prefix("${") {
            let end = inner.find('}').unwrap_or(inner.len());
            let (name, default) = inner[..end].split_once(":-").unwrap_or((&inner[..end], "*"));
            (variables.get(name).map_or(default, String::as_str).to_owned(), (2 + end + 1).min(rest.len()))
        } else if let Some(inner) = rest.strip_prefix('$') {
            let name: String = inner.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            (variables.get(&name).cloned().unwrap_or_else(|| "*".into()), 1 + name.len())
        } else {
            (c.to_string(), c.len_utf8())
        };
        all.push_str(&text);
        rest = &rest[length..];
        if all.len() > 1 << 16 {
            // A script that doubles its variables line by line does not make backups.
            return String::new();
        }
    }
    while all.contains("**") {
        all = all.replace("**", "*");
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_ends() {
        let doubling: String = (0..60).map(|i| format!("A{}=$A{i}$A{i}\n", i + 1)).collect();
        for text in ["$", "${", "$(", "`", "\\", "A=$A", "é$é", ">", "pg_dump >", &format!("A0=x\n{doubling}")] {
            lines(text).iter().for_each(|words| drop(words.output(&words.0)));
        }
    }
}
