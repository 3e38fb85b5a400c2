//! `gonogo sign`: a role holder's decision on one report, signed with their own key.

use std::path::PathBuf;

use anyhow::anyhow;

use super::{
    Failure,
    arguments::SignOptions,
    edge::{self, Edge},
    runtime,
};
use crate::{
    acts::{
        RecordRequest,
        deputy::{AppointRequest, appoint},
        sign::{SignRequest, Signed, add, sign as decide, sign_all},
    },
    model::{Exit, moment},
};

/// Runs the command: 0 when the decision is on record or in its file.
pub(super) fn sign(edge: &Edge, options: &SignOptions) -> Result<Exit, Failure> {
    let (caller, record) = (edge.caller(), edge.of(&options.record)?);
    if options.bundle.is_none() && (!options.add.is_empty() || options.statement.is_some()) {
        let (entries, head) = runtime::block_on(async {
            Ok(add(&caller, &edge::TOLD, &record, &options.add, options.statement.as_ref(), &options.evidence).await?)
        })?;
        let lines: String = entries.iter().map(|entry| format!("on record: entry {}\n", entry.seq)).collect();
        return edge::printed(&format!("{lines}ledger head {head}\n"));
    }
    let request = SignRequest {
        record,
        release: options.release.request()?,
        bundle: options.bundle.clone(),
        role: options.role.clone().unwrap_or_default(),
        no_go: options.no_go,
        withdraw: options.withdraw,
        comment: options.comment.clone(),
        person: options.person.clone(),
        deputy_of: options.deputy_for.clone(),
        beside: Vec::new(),
        evidence: options.evidence.clone(),
        out: options.out.clone(),
        export: options.export.clone().zip(options.signer.clone()),
        key: options.key.key.clone(),
    };
    if let Some((deputy, until)) = options.appoint.clone().zip(options.until.as_deref()) {
        let until = moment(until, true).map_err(|why| Failure::usage(anyhow!("--until: {why}")))?;
        let appointed = AppointRequest { deputy, until };
        return edge.on_record(async { Ok(appoint(&caller, &edge.with(&options.key), &request, &appointed).await?) });
    }
    if !options.also.is_empty() {
        let of = |config: &PathBuf| SignRequest {
            record: RecordRequest { config: config.clone(), ..request.record.clone() },
            ..request.clone()
        };
        let all: Vec<SignRequest> = std::iter::once(request.clone()).chain(options.also.iter().map(of)).collect();
        let signed = runtime::block_on(async { Ok(sign_all(&caller, &edge.with(&options.key), &all).await?) })?;
        let lines = signed.iter().map(|(project, entry, head)| format!("{project}: on record: entry {}, ledger head {head}", entry.seq));
        edge::print_lines(&lines.collect::<Vec<_>>())?;
        return Ok(Exit::Go);
    }
    let said = match runtime::block_on(async { Ok(decide(&caller, &edge.with(&options.key), &request).await?) })? {
        Signed::OnRecord(entry, head) => {
            edge::print_lines(&[format!("on record: entry {}, ledger head {head}", entry.seq)])?;
            return Ok(Exit::Go);
        }
        Signed::InFile(file) => format!("{}\n", file.display()),
        Signed::Exported(file) => {
            let file = file.display();
            format!("{file}\nsign it with `ssh-keygen -Y sign -n gonogo -f KEY {file}`, take it in with `gonogo sign --statement {file}`\n")
        }
    };
    edge::printed(&said)
}
