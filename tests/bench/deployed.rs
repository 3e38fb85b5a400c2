//! Ledgers of so many deployments: each of a release with a run, a report of its own and a sign-off.

use std::fs;

use anyhow::Context as _;
use gonogo::{
    ledger::{Blob, Draft, Label, place},
    model::{
        Act, Deployer, DeployerSource, Deployment, DeploymentStatus, Digest, Made, ProcessEnv, Release, Report, Run, Statement, Subject,
    },
};
use jiff::Timestamp;
use ssh_key::PrivateKey;
use tokio::runtime::Runtime;

use crate::{
    ledger::{self, FEW, Kind, Seeded},
    scenario::{Beside, Contest},
    server::Server,
};

/// The deployment log beside that of a ledger without deployments.
pub(crate) fn contest(deployments: usize, kind: Kind) -> anyhow::Result<Contest> {
    let server = Server::start(1, 0, None)?;
    let (many, few) = (ledger::ledger(&server, FEW, kind)?, ledger::ledger(&server, FEW, kind)?);
    Runtime::new()?.block_on(seed(&many, deployments))?;
    let arguments = vec!["log".to_owned()];
    let bare = vec!["elsewhere".to_owned(), few.folder.path().display().to_string(), "log".to_owned()];
    let Seeded { folder, database, .. } = many;
    Ok(Contest { folder, beside: Beside::Arguments(arguments), bare, keep: Box::new((server, few, database)) })
}

/// Adds them, as the programs of a pipeline do.
async fn seed(ledger: &Seeded, deployments: usize) -> anyhow::Result<()> {
    let key = PrivateKey::from_openssh(fs::read_to_string(ledger.folder.path().join("sec"))?)?;
    let now = ledger::now();
    let store = place::open(&ledger.place, ledger.folder.path(), &ProcessEnv::default(), now, false)?;
    let entries = store.entries("bench").await?;
    let statements = entries.iter().filter_map(|entry| Statement::from_json(&entry.payload).ok());
    let (made, run) = statements
        .filter_map(|statement| if let Act::Run(run) = statement.act { Some((statement.made, run)) } else { None })
        .next_back()
        .context("a run")?;
    let report = Report::from_json(&store.blob(&run.report).await?.context("its report")?)?;
    let mut head = entries.last().context("a newest entry")?.digest();
    for number in 0..deployments {
        let release = Release { version: Some(format!("2.{number}")), ..Release::default() };
        let json = Report { release: release.clone(), ..report.clone() }.to_json();
        let digest = Digest::of(&json);
        let run = Run { release: release.clone(), report: digest.clone(), ..(*run).clone() };
        let said = |act| Statement {
            subject: vec![Subject::sha256("report.json", &digest)],
            made: Made { head: head.clone(), ..made.clone() },
            act,
        };
        let draft = |act| Draft { payload: said(act).to_json(), signature: None };
        let blobs = vec![Blob::of(json)];
        store.append(draft(Act::Run(Box::new(run))), blobs, now, None).await?;
        let (signed, _): (Draft, Label) = ledger::decision(release.clone(), &digest, now, &head, &key)?;
        store.append(signed, Vec::new(), now, None).await?;
        let ended = store.append(draft(Act::Deployment(Box::new(deployment(release, &digest, now)))), Vec::new(), now, None).await?;
        head = ended.digest();
    }
    Ok(())
}

fn deployment(release: Release, report: &Digest, finished: Timestamp) -> Deployment {
    Deployment {
        release,
        status: DeploymentStatus::Succeeded,
        notes: None,
        deployer: Deployer { name: "ci".into(), source: DeployerSource::Declared },
        started: None,
        finished,
        log: None,
        report: Some(report.clone()),
        verified: None,
        emergency: None,
        begun: None,
        unverified: None,
        policy: None,
    }
}
