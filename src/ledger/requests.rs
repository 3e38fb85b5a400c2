//! Who is asked for a signature that is missing, one after another, and when that has timed out.

use jiff::Timestamp;

use super::{AskedRelease, Deputies, History, LedgerError, PolicyInForce, quorum::Missing, runs::full, votes::Vote};
use crate::model::{AskedPerson, Period, SignatureRequest, Verdict, utc};

/// Since when nothing but people is missing: the first of the newest full runs that have all been GO.
pub(super) fn since(history: &History, asked: &AskedRelease) -> Result<Option<Timestamp>, LedgerError> {
    let all = full(history, asked)?.into_iter().rev().filter(|(entry, run)| entry.aside.is_none() && asked.covered(&run.release).is_ok());
    Ok(all.take_while(|(_, run)| run.verdict == Verdict::Go).map(|(entry, _)| entry.entry.recorded).last())
}

/// Who is asked at this moment for what is missing, by the policy's `requests`; `None` where it has none.
pub(super) fn request(
    since: Timestamp,
    missing: &Missing,
    votes: &[Vote<'_>],
    policy: &PolicyInForce<'_>,
    deputies: &Deputies<'_>,
) -> Option<SignatureRequest> {
    let (rule, role) = (policy.policy.requests.as_ref()?, &missing.role);
    let has_decided = |id: &String| {
        let theirs = |vote: &&Vote<'_>| vote.counts() && vote.sign_off.role == *role && vote.behind().contains(&id.as_str());
        votes.iter().any(|vote| theirs(&vote))
    };
    let people = policy.policy.roles.get(role).into_iter().flat_map(|role| &role.people).filter(|id| !has_decided(id));
    let mut asked = Vec::new();
    for (place, id) in (0_u64..).zip(people) {
        // So many as must sign are asked at once.
        let turns = (place + 1).saturating_sub(missing.count.into());
        let wait = rule.next_after.map_or(0, |next| next.as_millis().saturating_mul(turns));
        let at = Period::millis(wait).after(since);
        if at > policy.now {
            break;
        }
        let is_reminded = rule.remind_after.is_some_and(|remind| remind.after(at) <= policy.now);
        // Whoever is absent has said who is there for them.
        let deputy = deputies.standing(id, role, policy);
        asked.extend([Some(id), deputy.as_ref()].into_iter().flatten().map(|person| AskedPerson {
            person: person.clone(),
            at,
            is_reminded,
        }));
    }
    let over = rule.time_out.map(|over| over.after(since)).filter(|over| *over <= policy.now);
    Some(SignatureRequest { asked, timed_out: over })
}

/// The sentence of it: `asked: sec 2026-11-30 10:00 UTC (reminded), eve …`.
pub(super) fn told(request: &SignatureRequest, policy: &PolicyInForce<'_>) -> String {
    if let Some(over) = request.timed_out {
        return format!("; timed out {}: nobody answered, nobody refused, and a signature still counts", utc(over));
    }
    let each = request.asked.iter().map(|AskedPerson { person, at, is_reminded }| {
        format!("{} {}{}", policy.name(person), utc(*at), if *is_reminded { " (reminded)" } else { "" })
    });
    format!("; asked: {}", each.collect::<Vec<_>>().join(", "))
}
