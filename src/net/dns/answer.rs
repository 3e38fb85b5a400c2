//! What an answer means: records, none of that type, or no such name. Everything else is no answer.

use std::net::SocketAddr;

use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{DNSClass, RData, RecordType},
};
use serde::{Deserialize, Serialize};

use super::{Question, Record, written};
use crate::net::Trouble;

/// More records than this for one name are not looked at.
const MOST_RECORDS: usize = 100;

/// Aliases that are followed within one answer.
const MOST_ALIASES: usize = 16;

/// What an answer says (RFC 2308).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// There are such records.
    Records,
    /// The name is there, without such a record.
    #[default]
    NoData,
    /// There is no such name (NXDOMAIN).
    NoName,
}

/// One server's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which of the three it is.
    pub said: Said,
    /// The server knows it itself.
    pub authoritative: bool,
    /// The records of the type asked for, in the order of their values.
    pub records: Vec<Record>,
    /// What the name is an alias for, one after the other, with the seconds that each may be kept.
    pub aliases: Vec<(String, u32)>,
}

impl Answer {
    pub(super) fn of(reply: &Message, question: &Question, server: SocketAddr) -> Result<Self, Trouble> {
        let who = format!("the name server {server}");
        let said = match reply.metadata.response_code {
            ResponseCode::NoError => Said::NoData,
            ResponseCode::NXDomain => Said::NoName,
            ResponseCode::ServFail => {
                let why = format!(
                    "{who} cannot tell {question} (SERVFAIL): it reaches no server of the zone, or the zone's signatures are wrong"
                );
                return Err(Trouble::Unreachable(why));
            }
            ResponseCode::Refused => return Err(Trouble::Unknown(format!("{who} does not answer us (REFUSED), asked for {question}"))),
            other => return Err(Trouble::Unknown(format!("{who} answers {question} with the error {}", u16::from(other)))),
        };
        let mut answer = Self { said, authoritative: reply.metadata.authoritative, records: Vec::new(), aliases: Vec::new() };
        answer.collect(reply, question);
        if answer.records.len() > MOST_RECORDS {
            return Err(Trouble::Unknown(format!("{who} has more than {MOST_RECORDS} records for {question}")));
        }
        let told = !answer.records.is_empty() || !answer.aliases.is_empty() || said == Said::NoName;
        let denies = reply.authorities.iter().any(|record| record.record_type() == RecordType::SOA);
        // An empty answer of a server that neither knows nor finds out only names others.
        if !told && !denies && !reply.metadata.authoritative && !reply.metadata.recursion_available {
            return Err(Trouble::Unknown(format!("{who} does not know {question} and refers to other servers")));
        }
        Ok(answer)
    }

    /// The records of the name, or of what it is an alias for; what else stands in an answer was not asked for.
    fn collect(&mut self, reply: &Message, question: &Question) {
        let mut name = question.name.clone();
        name.set_fqdn(true);
        for _ in 0..MOST_ALIASES {
            let own = || reply.answers.iter().filter(|record| record.name == name && record.dns_class == DNSClass::IN);
            let of_type: Vec<_> = own().filter(|record| record.record_type() == question.record).collect();
            if !of_type.is_empty() {
                self.said = Said::Records;
                self.records = of_type.into_iter().map(Record::of).collect();
                self.records.sort_by(|a, b| a.value.cmp(&b.value));
                // A server may send a record twice (RFC 2181, 5).
                self.records.dedup_by(|a, b| a.value == b.value);
                return;
            }
            let alias = own().find_map(|record| match &record.data {
                RData::CNAME(to) => Some((to.0.clone(), record.ttl)),
                _ => None,
            });
            let Some((to, ttl)) = alias else { return };
            self.aliases.push((written(&to), ttl));
            name = to;
        }
    }

    /// Whether `other` says the same, however long it may be kept.
    pub fn same(&self, other: &Self) -> bool {
        let values = |answer: &Self| answer.records.iter().map(|record| record.value.clone()).collect::<Vec<_>>();
        let aliases = |answer: &Self| answer.aliases.iter().map(|(to, _)| to.clone()).collect::<Vec<_>>();
        self.said == other.said && values(self) == values(other) && aliases(self) == aliases(other)
    }
}
