//! Asks the remote, then the clone.

use std::{collections::BTreeMap, path::Path};

use super::{
    Beside, Git, Signed,
    seen::{BranchSeen, Seen, SignatureSeen, TagSeen, TreeSeen},
};
use crate::{
    check::{Context, Unseen},
    model::{excerpt, plain},
    net::{
        command::{Command, CommandError, LARGEST, without_credentials},
        git::{GitError, Repository, Signers, refs_of},
    },
};

pub(super) async fn observe(check: &Git, cx: &Context) -> Result<Seen, Unseen> {
    let folder = cx.path(&check.folder);
    let clone = Repository::of(&folder, &cx.shared.env, cx.until())
        .await
        .map_err(|error| unseen(&format!("`{}`", check.folder.display()), error))?;
    let remote = remote(check, &clone, cx).await?;
    let commit = cx.shared.release.commit.clone();
    let looked_for = tags(check, cx)?;
    let branch = check.branch.as_ref().map(|branch| full("refs/heads/", branch.as_str()));
    let names: Vec<String> = looked_for.iter().map(|tag| full("refs/tags/", tag)).chain(branch.clone()).collect();
    let refs = if names.is_empty() {
        BTreeMap::new()
    } else {
        refs_of(&remote, &names, &cx.shared.env, cx.until()).await.map_err(|error| unanswered(&remote, error))?
    };
    let asked = |error| unseen("the clone", error);
    let mut seen = Seen { commit: commit.clone(), remote: excerpt(&without_credentials(&plain(&remote)), 200), ..Seen::default() };
    let mut objects = Vec::new();
    for tag in &looked_for {
        let name = full("refs/tags/", tag);
        let Some(object) = refs.get(&name) else { continue };
        let peeled = refs.get(&format!("{name}^{{}}"));
        let own = match peeled {
            Some(_) => clone.tag(object).await.map_err(asked)?,
            None => None,
        };
        let calls_itself = own.as_ref().map(|own| excerpt(&plain(&own.name), 100));
        seen.tags.push(TagSeen { name: tag.clone(), commit: peeled.unwrap_or(object).clone(), calls_itself });
        objects.push((object.clone(), peeled.is_some(), own.map(|own| own.signed)));
    }
    seen.looked_for = looked_for;
    if let Some(branch) = branch {
        let tip = refs.get(&branch).cloned();
        let contains = match (&tip, &commit) {
            (Some(tip), Some(commit)) => clone.contains(tip, commit).await.map_err(asked)?,
            _ => None,
        };
        seen.branch = Some(BranchSeen { tip, contains });
    }
    if let Some(file) = &check.signed_by {
        seen.signature = signature(check, &cx.path(file), &clone, &objects, commit.as_deref(), cx).await?;
    }
    if check.beside != Beside::Anything {
        let (changes, overlooked) = clone.changes(check.beside == Beside::Nothing).await.map_err(asked)?;
        let first = changes.iter().take(5).map(|path| excerpt(&plain(path), 200)).collect();
        seen.work_tree = Some(TreeSeen { head: clone.head().await.map_err(asked)?, changes: changes.len() as u64, first, overlooked });
    }
    Ok(seen)
}

/// The address of the remote, its credentials hidden.
async fn remote(check: &Git, clone: &Repository<'_>, cx: &Context) -> Result<String, Unseen> {
    let written = check.remote.expose();
    let address = if check.is_address() {
        written.to_owned()
    } else {
        let found = clone.remote(written).await.map_err(|error| unseen("the clone", error))?;
        found.ok_or_else(|| {
            Unseen::Unknown(format!("the clone has no remote `{}` with one address: write its address as `remote`", plain(written)))
        })?
    };
    if address.starts_with('-') || address.contains("::") {
        return Err(Unseen::Unknown("the address of the remote is one that runs a program: write another as `remote`".into()));
    }
    if let Ok(url) = url::Url::parse(&address) {
        let secret = url.password().or_else(|| Some(url.username()).filter(|name| url.scheme().starts_with("http") && !name.is_empty()));
        if let Some(secret) = secret {
            cx.hide_of(Some(&check.remote), "remote", &percent_encoding::percent_decode_str(secret).decode_utf8_lossy());
            cx.hide_of(Some(&check.remote), "remote", secret);
        }
    }
    // A path is the plan's, or the clone's own, and is asked for from elsewhere.
    let is_path = !address.contains("://") && !address.split('/').next().is_some_and(|first| first.contains(':'));
    Ok(if is_path { cx.path(&check.folder).join(&address).display().to_string() } else { address })
}

/// The tags that may be the release's.
fn tags(check: &Git, cx: &Context) -> Result<Vec<String>, Unseen> {
    match (&check.tag, &cx.shared.release.version) {
        _ if !check.tagged => Ok(Vec::new()),
        (Some(tag), _) => Ok(vec![tag.as_str().to_owned()]),
        (None, Some(version)) => Ok(vec![version.clone(), format!("v{version}")]),
        (None, None) => {
            Err(Unseen::Unknown("the run knows no version, so no tag can be looked for: give `--version`, or write `tag`".into()))
        }
    }
}

fn full(place: &str, name: &str) -> String {
    if name.starts_with("refs/") { name.to_owned() } else { format!("{place}{name}") }
}

async fn signature(
    check: &Git,
    file: &Path,
    clone: &Repository<'_>,
    tags: &[(String, bool, Option<bool>)],
    commit: Option<&str>,
    cx: &Context,
) -> Result<Option<SignatureSeen>, Unseen> {
    let of = check.signs();
    let seen = |good, said: &str| Ok(Some(SignatureSeen { of, good, said: said.to_owned() }));
    let id = match (of, tags, commit) {
        (Signed::Tag, [(_, false, _)], _) => return seen(Some(false), "a tag without a message, which cannot be signed"),
        (Signed::Tag, [(_, _, None)], _) => return seen(None, "the clone does not hold the tag: fetch it (`git fetch --tags`)"),
        (Signed::Tag, [(_, _, Some(false))], _) => return seen(Some(false), "not signed"),
        (Signed::Tag, [(id, ..)], _) => id.as_str(),
        // What there is not is told by the demand on it.
        (Signed::Tag, ..) => return Ok(None),
        (Signed::Commit, _, None) => return Ok(None),
        (Signed::Commit, _, Some(commit)) => commit,
    };
    if of == Signed::Commit && clone.contains(id, id).await.map_err(|error| unseen("the clone", error))?.is_none() {
        return seen(None, "the clone does not hold the commit: fetch it");
    }
    let bytes = crate::net::regular_file::read_bytes(file, LARGEST)
        .map_err(|why| Unseen::Unknown(format!("`signed-by` {}, which {why}", file.display())))?;
    let home = tempfile::tempdir().map_err(|error| Unseen::Unknown(format!("no folder for the keys: {error}")))?;
    // OpenPGP's packets begin with a byte over 127, armoured ones say what they are.
    let is_pgp = bytes.first().is_some_and(|first| *first > 127) || bytes.starts_with(b"-----BEGIN PGP");
    if is_pgp {
        let argv = ["gpg", "--homedir", &home.path().display().to_string(), "--batch", "--quiet", "--no-autostart", "--import", "-"]
            .map(str::to_owned);
        Command { argv: &argv, env: &cx.shared.env, dir: home.path(), deadline: cx.until(), limit: LARGEST, stdin: &bytes }
            .output()
            .await?;
    }
    let signers = if is_pgp { Signers::OpenPgp(home.path()) } else { Signers::Ssh(file) };
    let (good, said) = clone.verify(of.word(), id, &signers).await.map_err(|error| unseen("the clone", error))?;
    seen(Some(good), if said.is_empty() { "not signed" } else { &said })
}

fn unseen(what: &str, error: GitError) -> Unseen {
    match error {
        GitError::Command(error) => error.into(),
        GitError::NoRepository => Unseen::Unknown(format!("{what} is in no git repository")),
        error => Unseen::Unknown(error.to_string()),
    }
}

/// What cannot be reached may be reached later; who is not let in stays out.
fn unanswered(remote: &str, error: CommandError) -> Unseen {
    let said = error.to_string();
    let late =
        ["resolve host", "timed out", "refused", "unable to access", "Connection", "early EOF"].iter().any(|word| said.contains(word));
    let why = format!("{} does not tell its refs: {said}", excerpt(&without_credentials(&plain(remote)), 200));
    if late || matches!(error, CommandError::TimedOut(..)) { Unseen::Unreachable(why) } else { Unseen::Unknown(why) }
}
