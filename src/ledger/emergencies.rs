//! Times the gate was passed in an emergency, and whether they were looked at afterwards.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{AskedRelease, History, VerifiedEntry};
use crate::model::{Act, Emergency, EmergencyRow, Person, Review, utc};

/// The emergencies of one environment, oldest first, each with its review.
pub struct Emergencies<'h> {
    all: Vec<(&'h VerifiedEntry, &'h Emergency, Option<&'h Review>)>,
}

impl<'h> Emergencies<'h> {
    /// Those that somebody trusted signed.
    pub fn of(history: &'h History, wanted: &AskedRelease) -> Self {
        let entries = history.entries().iter().filter(|proven| {
            let made = &proven.statement.made;
            proven.signer().is_some() && made.project == wanted.project && made.environment == wanted.environment
        });
        let mut all: Vec<(&VerifiedEntry, &Emergency, Option<&Review>)> = Vec::new();
        for proven in entries {
            match &proven.statement.act {
                Act::Emergency(emergency) => all.push((proven, emergency, None)),
                Act::Review(review) => {
                    // Whoever opened the gate does not close the case alone.
                    let of = |(opened, _, _): &&mut (&VerifiedEntry, _, _)| {
                        opened.entry.statement() == review.emergency && opened.signer() != proven.signer()
                    };
                    if let Some((_, _, closed)) = all.iter_mut().find(of) {
                        *closed = Some(review);
                    }
                }
                _ => {}
            }
        }
        Self { all }
    }

    /// What holds the next release: each emergency whose review is overdue, in a sentence.
    pub fn overdue(&self, now: Timestamp) -> Vec<String> {
        let open = self.all.iter().filter(|(_, emergency, review)| review.is_none() && emergency.review_by < now);
        open.map(|(proven, emergency, _)| {
            format!(
                "the emergency deployment of {} (entry {}, {}) was to be reviewed by {}: `gonogo deploy review {}`",
                emergency.release.name().unwrap_or_else(|| "a release".into()),
                proven.entry.seq,
                emergency.ticket,
                utc(emergency.review_by),
                proven.entry.seq
            )
        })
        .collect()
    }

    /// How pages show those that are open or of the release at hand.
    pub fn rows(&self, wanted: &AskedRelease, people: &BTreeMap<String, Person>) -> Vec<EmergencyRow> {
        let shown = self.all.iter().filter(|(_, emergency, review)| review.is_none() || wanted.is(&emergency.release));
        shown
            .map(|(proven, emergency, review)| {
                let by = proven.signer().unwrap_or_default();
                EmergencyRow {
                    release: emergency.release.clone(),
                    name: people.get(by).map_or_else(|| by.to_owned(), |person| person.name.clone()),
                    role: emergency.role.clone(),
                    reason: emergency.reason.clone(),
                    ticket: emergency.ticket.clone(),
                    at: proven.entry.recorded,
                    review_by: emergency.review_by,
                    reviewed: review.map(|review| review.comment.clone()),
                }
            })
            .collect()
    }
}
