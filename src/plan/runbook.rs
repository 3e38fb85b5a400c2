//! The plan's `runbook`: whom to reach and where to look, as somebody has filled it in.

use std::collections::HashSet;

use super::{fault::Fault, interpolate::literal, node::Node, place::Place, typed};
use crate::model::Runbook;

/// What can be reached, and how that is written.
const FORMS: &str = "write an e-mail address, a telephone number with its country, `+49 30 1234567`, an `https` address, or a `#channel`";

/// Reads it; it takes no variables. What nobody has filled in is told.
pub(super) fn read(label: Place, mut node: Node, faults: &mut Vec<Fault>) -> Option<Runbook> {
    literal(&mut node, faults);
    let read = typed::read(&node, label, HashSet::new(), &|reader| serde::Deserialize::deserialize(reader));
    faults.extend(read.faults);
    node.each_text(&mut |text, place| {
        let open = unfilled(text).map(|why| Fault::new(place, format!("`{text}` {why}")));
        faults.extend(open.map(|fault| fault.hint("write what must be known on the day it is needed, or leave it out")));
    });
    for (list, key) in [("contacts", "reach"), ("resources", "url")] {
        for scalar in node.get(list).and_then(Node::items).unwrap_or_default().iter().filter_map(|item| item.get(key)) {
            scalar.each_text(&mut |text, place| {
                let reached =
                    if key == "url" { is_web(text) } else { is_web(text) || is_mail(text) || is_number(text) || is_channel(text) };
                faults.extend(
                    (!reached && unfilled(text).is_none()).then(|| Fault::new(place, format!("`{text}` reaches nobody")).hint(FORMS)),
                );
            });
        }
    }
    let runbook: Runbook = read.value?;
    if runbook == Runbook::default() {
        faults.push(Fault::new(label, "nothing stands in it").hint("write `contacts`, `incidents` or `resources`, or leave the key out"));
    }
    Some(runbook)
}

/// Why it is no word about anything: what forms leave open is in brackets, or says that it is open.
pub(crate) fn unfilled(text: &str) -> Option<&'static str> {
    let open = ["tbd", "todo", "tba", "fixme", "xxx", "n/a", "none", "unknown", "placeholder"];
    let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric() && c != '/').map(str::to_lowercase).collect();
    match text.trim() {
        trimmed if !trimmed.chars().any(char::is_alphanumeric) => Some("says nothing"),
        trimmed if trimmed.contains(['[', ']', '<', '>', '{', '}']) => Some("is a form that nobody filled in"),
        _ if words.iter().any(|word| open.contains(&word.as_str())) => Some("says that it is open"),
        _ => None,
    }
}

fn is_web(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.host_str().is_some_and(|host| host.contains('.')))
}

/// One `@`, and a name with a point behind it.
fn is_mail(text: &str) -> bool {
    let parts = text.split_once('@').filter(|_| !text.contains(char::is_whitespace));
    parts.is_some_and(|(local, host)| !local.is_empty() && !host.contains('@') && host.trim_matches('.').contains('.'))
}

/// As E.164 has it, with what people put between the digits; `tel:` before it or not.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.starts_with('+') && text[1..].chars().all(|c| c.is_ascii_digit() || " -()./".contains(c)) && (7..=15).contains(&digits)
}

fn is_channel(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|name| name.len() > 1 && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_filled_in_is_told() {
        let reaches = |text: &str| unfilled(text).is_none() && (is_web(text) || is_mail(text) || is_number(text) || is_channel(text));
        for text in ["+49 30 1234567", "tel:+4930123456", "ops@example.com", "https://chat.example.com/ops", "#on-call"] {
            assert!(reaches(text), "{text}");
        }
        for text in [
            "",
            "[email]",
            "[phone/slack]",
            "<email>",
            "TBD",
            "@",
            "a@b",
            "+49",
            "12345",
            "slack",
            "https://",
            "https://x",
            "#",
            "# ops",
            "todo@example.com",
        ] {
            assert!(!reaches(text), "{text}");
        }
        assert!(["Ada Lovelace", "On-Call", "P0", "Escalate immediately"].into_iter().all(|text| unfilled(text).is_none()));
        assert!(["", " ", "-", "???", "[name]", "TBD", "to do: TODO"].into_iter().all(|text| unfilled(text).is_some()));
    }
}
