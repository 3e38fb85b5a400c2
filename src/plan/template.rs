//! The text of a scalar taken apart: what is literal and what is a variable.
//!
//! `${name}`, `${name:-default}`, `${name:?message}`; `$$` is a dollar sign; any other `$` is itself. A default may
//! hold variables again.

/// Defaults within defaults.
const DEEPEST: usize = 8;

/// A scalar's text with variables in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(pub(super) Vec<Part>);

/// A piece of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Text that stands for itself.
    Text(String),
    /// A variable.
    Variable { name: String, otherwise: Otherwise },
}

/// What happens if a variable is not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Otherwise {
    /// It is an error.
    Refuse,
    /// It is an error, said in the author's words.
    Say(String),
    /// This takes its place.
    Use(Template),
}

/// What is wrong with a template: the words, and what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) message: String,
    /// The piece of text to point at.
    pub(super) at: String,
}

impl Template {
    /// Takes `text` apart; `None` if there is nothing to take apart.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, Malformed> {
        if !text.contains("${") && !text.contains("$$") {
            return Ok(None);
        }
        let mut rest = text;
        parts(&mut rest, 0).map(|parts| Some(Self(parts)))
    }

    /// As written, but without defaults and messages, which may hold what should not be shown.
    pub(super) fn written(&self) -> String {
        let piece = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable { name, .. } => format!("${{{name}}}"),
        };
        self.0.iter().map(piece).collect()
    }

    /// Every variable in it, those of defaults too.
    pub(super) fn names(&self) -> Vec<&str> {
        let names = |part| match part {
            &Part::Text(_) => Vec::new(),
            Part::Variable { name, otherwise: Otherwise::Use(template) } => {
                let mut names = template.names();
                names.push(name.as_str());
                names
            }
            Part::Variable { name, .. } => vec![name.as_str()],
        };
        self.0.iter().flat_map(names).collect()
    }

    /// Defaults given for variables, with the variable's name.
    pub(super) fn defaults(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.0.iter().filter_map(|part| match part {
            Part::Variable { name, otherwise: Otherwise::Use(template) } => Some((name.as_str(), template)),
            Part::Variable { .. } | Part::Text(_) => None,
        })
    }

    /// Whether it is literal text with escaped dollar signs.
    pub(super) fn is_literal(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Text(_)))
    }
}

/// The pieces up to the end, or within a default up to its `}`, which stays.
fn parts(rest: &mut &str, depth: usize) -> Result<Vec<Part>, Malformed> {
    let mut parts = Vec::new();
    let mut text = String::new();
    while let Some(c) = rest.chars().next() {
        if depth > 0 && c == '}' {
            break;
        }
        if let Some(after) = rest.strip_prefix("$$") {
            text.push('$');
            *rest = after;
        } else if rest.starts_with("${") {
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(variable(rest, depth)?);
        } else {
            text.push(c);
            *rest = &rest[c.len_utf8()..];
        }
    }
    if !text.is_empty() || parts.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

/// `rest` begins with `${`; it is left after the `}`.
fn variable(rest: &mut &str, depth: usize) -> Result<Part, Malformed> {
    let whole = *rest;
    let malformed = |message: &str, length: usize| Malformed { message: message.into(), at: whole[..length].into() };
    let inner = &whole[2..];
    let length = inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(inner.len());
    let (name, after) = inner.split_at(length);
    if after.is_empty() {
        return Err(malformed("`${` without its `}`", 2));
    }
    if !is_name(name) {
        let end = whole.find('}').map_or(2, |end| end + 1);
        return Err(malformed("`${…}` takes the name of a variable: letters, digits, `_`, `-`, `.`", end));
    }
    if depth > DEEPEST {
        return Err(malformed("defaults are nested too deep", 2 + length));
    }
    let name = name.to_owned();
    let otherwise = if let Some(default) = after.strip_prefix(":-") {
        *rest = default;
        Otherwise::Use(Template(parts(rest, depth + 1)?))
    } else if let Some(message) = after.strip_prefix(":?") {
        let end = message.find('}').ok_or_else(|| malformed("`${` without its `}`", 2 + length))?;
        *rest = &message[end..];
        Otherwise::Say(message[..end].trim().to_owned())
    } else {
        *rest = after;
        Otherwise::Refuse
    };
    match rest.strip_prefix('}') {
        Some(after) => *rest = after,
        None if rest.is_empty() => return Err(malformed("`${` without its `}`", 2 + length)),
        None => return Err(malformed("after the name comes `}`, `:-default` or `:?message`", 2 + length)),
    }
    Ok(Part::Variable { name, otherwise })
}

/// Whether a variable may be called this.
pub(super) fn is_name(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(first) && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, String> {
        match Template::parse(text) {
            Ok(Some(template)) => Ok(template.written()),
            Ok(None) => Ok("literal".into()),
            Err(malformed) => Err(format!("{} at {}", malformed.message, malformed.at)),
        }
    }

    #[test]
    fn takes_apart() {
        for (text, shown) in [
            ("https://${host}:${port:-443}/", "https://${host}:${port}/"),
            ("${A:-${B:-x}}}", "${A}}"),
            ("$$${a}$b$", "$${a}$b$"),
            ("${A:?say why: {it} }", "${A} }"),
            ("$5 and $HOME", "literal"),
        ] {
            assert_eq!(written(text).as_deref(), Ok(shown), "{text}");
        }
    }

    #[test]
    fn refuses_halves() {
        for text in ["${", "${}", "${a", "${a:-", "${a:-${b}", "${a b}", "${1a}", "${a:+b}", "${ä}", "${a:?m"] {
            assert!(written(text).is_err(), "{text}");
        }
    }
}
