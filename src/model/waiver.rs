//! An accepted exception as somebody wrote it: for one check in one environment, dated and owned.

mod terms;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{Digest, Waived};

pub use terms::{WaiverTerms, WaiverVoid};

/// An accepted exception. It never turns a failure into a pass: it says who accepts it, why and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The check's id.
    pub check: String,
    /// The environment it holds for.
    pub environment: String,
    /// Why it is accepted.
    pub reason: String,
    /// Where it is tracked.
    pub ticket: String,
    /// Who answers for it, by id.
    pub owner: String,
    /// Who accepts it, by id; never the owner.
    pub approver: String,
    /// When it was granted, where that is known: its length is counted from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<Timestamp>,
    /// Until when: the first instant at which it no longer counts.
    pub expires: Timestamp,
}

impl Waiver {
    /// What its approver signs. It covers everything but the project, which the statement names.
    pub fn digest(&self) -> Digest {
        // A struct of strings always serialises.
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// How it stands in a finding.
    pub fn waived(&self) -> Waived {
        Waived {
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            approver: self.approver.clone(),
            ticket: self.ticket.clone(),
            expires: self.expires,
        }
    }
}

/// A date or an instant; of a date its beginning, or its end, in UTC.
pub fn moment(text: &str, end: bool) -> Result<Timestamp, String> {
    let is_date = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let found = if is_date {
        let day: Result<Date, _> = text.parse();
        let day = day.and_then(|day| if end { day.tomorrow() } else { Ok(day) });
        day.and_then(|day| day.to_zoned(TimeZone::UTC)).map(|start| start.timestamp())
    } else {
        text.parse::<Timestamp>()
    };
    found.map_err(|_| {
        if text.parse::<jiff::civil::DateTime>().is_ok() && !is_date {
            format!("`{text}` has no offset, so it is another instant elsewhere")
        } else {
            format!("`{text}` is neither a date nor an instant")
        }
    })
}
