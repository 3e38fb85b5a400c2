//! Reads the facts that the paths name, and follows the paths.

use super::{
    Host, accounts, clock, disk,
    facts::{Facts, Wanted},
    kernel, network, packages, processes,
    seen::Seen,
    system, units, upgrades,
};
use crate::{
    check::{Context, Unseen, blocking},
    model::Size,
    net::{
        command::{Command, CommandError},
        regular_file::read_bytes,
    },
};

/// No list of a machine's packages, units or connections is larger.
const LARGEST: Size = Size(64 << 20);

pub(super) async fn observe(check: &Host, cx: &Context) -> Result<Seen, Unseen> {
    let wanted = Wanted::of(check);
    let mut facts = Facts::default();
    units::read(&wanted, cx, &mut facts).await;
    clock::read(&wanted, cx, &mut facts).await;
    packages::read(&wanted, cx, &mut facts).await;
    let lists_of = upgrades::read(&wanted, cx, &mut facts).await;
    accounts::read(&wanted, cx, &mut facts).await;
    let addresses = network::addresses(&wanted, cx).await;
    let files = tokio::time::timeout_at(cx.until().into(), blocking(move || files(&wanted, addresses))).await;
    facts.merge(files.map_err(|_| Unseen::Unreachable("the file systems of this machine did not answer in time".into()))??);
    let (document, lacks) = facts.document();
    let unread = check.expect.starts().filter_map(|(path, steps)| {
        let why = lacks.of(path, &steps.unwrap_or_default())?;
        Some((path.to_owned(), why.to_owned()))
    });
    Ok(Seen { unread: unread.collect(), found: check.expect.look(&document), lists_of })
}

/// What files tell.
fn files(wanted: &Wanted, addresses: Option<Result<network::Addresses, String>>) -> Facts {
    let mut facts = Facts::default();
    system::read(wanted, &mut facts);
    disk::read(wanted, &mut facts);
    processes::read(wanted, &mut facts);
    network::read(wanted, addresses, &mut facts);
    kernel::read(wanted, &mut facts);
    facts
}

/// The text of a file of the system.
pub(super) fn text(file: &str) -> Result<String, String> {
    let bytes = read_bytes(std::path::Path::new(file), LARGEST).map_err(|error| format!("`{file}` {error}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a program of the system prints, and its exit code if that is one of `codes`. It speaks English.
pub(super) async fn printed(cx: &Context, argv: &[&str], codes: &[i32]) -> Result<(String, String), CommandError> {
    let argv: Vec<String> = argv.iter().map(|word| (*word).to_owned()).collect();
    let env = cx.shared.env.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let env = env.chain([("LC_ALL".to_owned(), "C".to_owned())]).collect();
    let command = Command { argv: &argv, env: &env, dir: &cx.path(""), deadline: cx.until(), limit: LARGEST, stdin: b"" };
    let ended = command.run().await?;
    match ended.code {
        Some(code) if codes.contains(&code) => Ok((String::from_utf8_lossy(&ended.stdout).into_owned(), ended.complaint)),
        _ => {
            let name: Vec<String> = argv.into_iter().take_while(|word| !word.starts_with('-')).collect();
            Err(CommandError::Failed(name.join(" "), ended.how(&ended.complaint)))
        }
    }
}
