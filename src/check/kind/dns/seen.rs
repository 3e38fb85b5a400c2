//! What the name servers said.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::policies::Texts;
use crate::{
    check::demand::Hits,
    net::dns::{Answer, Said},
};

/// What the name servers said.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// What each of the servers that were to be asked said of the records; the machine's own are one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Told>,
    /// What the parts of the records hold that are demanded, by the first answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Hits>,
    /// The name servers of the zone, where they were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// The SPF records on the way, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spf: BTreeMap<String, Texts>,
    /// The DMARC records, from the name upwards until there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dmarc: Vec<(String, Texts)>,
    /// The CAA records, from the name upwards until there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caa: Vec<(String, Texts)>,
}

/// The name servers of a zone.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Zone {
    /// The name of the zone.
    pub name: String,
    /// Why its name servers could not be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// What each of their addresses said.
    #[serde(default)]
    pub answers: Vec<Told>,
}

/// What one server said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Told {
    /// Its name, where it has one, and its address.
    pub server: String,
    /// Its name alone, of a name server of the zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Why it did not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// What it said.
    #[serde(default)]
    pub said: Said,
    /// What the name is an alias for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<String>,
    /// The most seconds that one of them, or of the aliases, may be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
}

impl Told {
    /// What `server` answered, or why it did not.
    pub(super) fn of(server: String, host: Option<String>, answer: Result<&Answer, String>) -> Self {
        let answer = match answer {
            Ok(answer) => answer,
            Err(why) => return Self { server, host, unknown: Some(why), ..Self::default() },
        };
        let ttls = answer.records.iter().map(|record| record.ttl).chain(answer.aliases.iter().map(|(_, ttl)| *ttl));
        Self {
            server,
            host,
            unknown: None,
            said: answer.said,
            aliases: answer.aliases.iter().map(|(to, _)| to.clone()).collect(),
            records: answer.records.iter().map(|record| record.value.clone()).collect(),
            ttl: ttls.max(),
        }
    }

    /// Whether `other` says the same.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.said == other.said && self.aliases == other.aliases && self.records == other.records
    }

    /// For a sentence.
    pub(super) fn shown(&self, word: &str) -> String {
        let alias = self.aliases.last().map_or(String::new(), |to| format!(", by the alias {}", crate::model::quote(to)));
        match self.said {
            Said::Records => {
                let named: Vec<String> = self.records.iter().map(|record| crate::model::quote(record)).collect();
                format!("{}{alias}", crate::model::first_of(&named, 4, named.len(), ", "))
            }
            Said::NoData => format!("no {word} record{alias}"),
            Said::NoName => format!("no such name (NXDOMAIN){alias}"),
        }
    }
}
