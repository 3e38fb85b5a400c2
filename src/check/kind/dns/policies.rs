//! Records that say what others may do in a name, as texts, from wherever they stand.

use serde::{Deserialize, Serialize};

use super::{Dns, asker::Asker, seen::Seen, spf};
use crate::net::dns::{Name, RecordType, written};

/// The most names whose SPF records are fetched: more look-ups than that are too many by themselves.
const MOST_NAMES: usize = 12;

/// The records of one name that matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Texts {
    /// As they stand there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
    /// Why they are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// Fetches what the demands on policies are about.
pub(super) async fn look(check: &Dns, asker: &Asker<'_>, seen: &mut Seen) {
    if check.spf.is_some() {
        walk(&check.name.0, asker, seen).await;
    }
    if check.dmarc.is_some() {
        for name in check.name.and_above() {
            let Ok(own) = name.prepend_label("_dmarc") else { break };
            // The version comes first (RFC 7489, 6.3).
            let texts = fetch(&own, RecordType::TXT, asker, |text| is_version(text, "v=dmarc1", ';')).await;
            let last = texts != Texts::default();
            seen.dmarc.push((written(&name), texts));
            if last {
                break;
            }
        }
    }
    if check.caa.is_some() {
        for name in check.name.and_above() {
            let texts = fetch(&name, RecordType::CAA, asker, |_| true).await;
            let last = texts != Texts::default();
            seen.caa.push((written(&name), texts));
            if last {
                break;
            }
        }
    }
}

/// The SPF records that a sender of mail is held against, from that of the name on.
async fn walk(name: &Name, asker: &Asker<'_>, seen: &mut Seen) {
    let mut waiting = vec![written(name)];
    while let Some(next) = waiting.pop() {
        if seen.spf.contains_key(&next) || seen.spf.len() >= MOST_NAMES {
            continue;
        }
        let texts = match next.parse::<Name>() {
            Ok(name) => fetch(&name, RecordType::TXT, asker, |text| is_version(text, "v=spf1", ' ')).await,
            Err(error) => Texts { unknown: Some(format!("it is no name ({error})")), ..Texts::default() },
        };
        waiting.extend(texts.found.iter().flat_map(|text| spf::leads_to(text)));
        seen.spf.insert(next, texts);
    }
}

/// Whether a record begins with its version, which ends there.
fn is_version(text: &str, version: &str, end: char) -> bool {
    let (begun, rest) = text.split_at_checked(version.len()).unwrap_or(("", text));
    begun.eq_ignore_ascii_case(version) && rest.chars().next().is_none_or(|next| next == end || next == ' ')
}

async fn fetch(name: &Name, record: RecordType, asker: &Asker<'_>, matters: impl Fn(&str) -> bool) -> Texts {
    match asker.agreed(name, record).await {
        Ok(answer) => {
            let found = answer.records.iter().map(|record| record.value.clone()).filter(|text| matters(text)).collect();
            Texts { found, unknown: None }
        }
        Err(why) => Texts { found: Vec::new(), unknown: Some(why) },
    }
}
