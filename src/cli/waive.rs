//! `gonogo waive`: an approver accepts an exception and signs for it.

use anyhow::anyhow;
use jiff::Timestamp;

use super::{
    Failure,
    arguments::WaiveOptions,
    case::Case,
    edge::{self, Edge},
    signer::{self, Signer},
};
use crate::model::{Act, Exit, Method, Subject, Waiver, moment, plain, utc};

/// Runs the command: 0 when the exception is accepted on record.
pub(super) fn waive(edge: &Edge, options: &WaiveOptions) -> Result<Exit, Failure> {
    edge::block_on(async {
        let mut case = Case::open(edge, &options.record, true).await?;
        case.policy()?;
        let written = case.plan.waivers.iter().find(|waiver| waiver.waiver.check == options.id).map(|waiver| waiver.waiver.clone());
        let people = match &written {
            Some(waiver) if options.reason.is_none() => vec![waiver.approver.clone()],
            _ => case.everybody(),
        };
        let signer = Signer::find(edge, &case, options.key.key.as_deref(), &people).await?;
        let waiver = match written {
            Some(waiver) if options.reason.is_none() => waiver,
            _ => said(options, &case, &signer)?,
        };
        check(&case, &waiver)?;
        edge::say(&plain(&format!("{} in {}: {}", waiver.check, waiver.environment, waiver.reason)));
        edge::say(&plain(&format!("{}, owner {}, until {}", waiver.ticket, waiver.owner, utc(waiver.expires))));
        edge::say(&plain(&format!("{} accepts this with {}", signer.id(), signer.key())));
        signer::confirm(&options.key, "Accept this exception?")?;
        let subject = vec![Subject::sha256("waiver", &waiver.digest())];
        let entry = signer.record(&mut case, subject, Method::Ssh, Act::Waiver(waiver), Vec::new()).await?;
        edge::print(&format!("on record: entry {}, ledger head {}\n", entry.seq, case.history.head())).map_err(Failure::output)?;
        Ok(Exit::Go)
    })
}

/// The exception that the options describe; whoever signs is its approver.
fn said(options: &WaiveOptions, case: &Case, signer: &Signer<'_>) -> Result<Waiver, Failure> {
    let (Some(reason), Some(ticket), Some(owner), Some(expires)) = (&options.reason, &options.ticket, &options.owner, &options.expires)
    else {
        return Err(Failure::usage(anyhow!(
            "no waiver of `{}` is in the plan: say `--reason`, `--ticket`, `--owner` and `--expires`",
            options.id
        )));
    };
    let expires: Timestamp = moment(expires, true).map_err(|why| Failure::usage(anyhow!("--expires: {why}")))?;
    Ok(Waiver {
        check: options.id.clone(),
        environment: case.plan.environment.clone(),
        reason: reason.clone(),
        ticket: ticket.clone(),
        owner: owner.clone(),
        approver: signer.id().to_owned(),
        granted: Some(edge::clock()),
        expires,
    })
}

/// What a waiver may not be, wherever it was written.
fn check(case: &Case, waiver: &Waiver) -> Result<(), Failure> {
    let refuse = |why: String| Err(Failure::usage(anyhow!(why)));
    let Some(item) = case.plan.items.iter().find(|item| item.id == waiver.check) else {
        return refuse(format!("the plan has no check `{}`", waiver.check));
    };
    if item.guard {
        return refuse(format!("`{}` guards `{}` and cannot be waived", waiver.check, case.plan.environment));
    }
    if waiver.owner == waiver.approver {
        return refuse(format!("{} owns the exception, so somebody else must accept it", waiver.owner));
    }
    let people = &case.people;
    if !people.is_empty() && !people.contains_key(&waiver.owner) {
        return refuse(format!("there is no person `{}` in `people`", waiver.owner));
    }
    if waiver.expires <= case.now {
        return refuse(format!("it would have ended already, at {}", utc(waiver.expires)));
    }
    let longest = case.policy()?.longest_waiver.on(item.severity);
    if longest.after(waiver.granted.unwrap_or(case.now)) < waiver.expires {
        return refuse(format!("it would last until {}, on a {} at most {longest} are allowed", utc(waiver.expires), item.severity.word()));
    }
    Ok(())
}
