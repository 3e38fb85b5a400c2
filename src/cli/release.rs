//! What is being released: from flags, else the plan, else the CI's variables, else git.

use std::{path::Path, time::Instant};

use super::{arguments::ReleaseOptions, case::GIT, ci, edge};
use crate::{
    model::{ProcessEnv, Release},
    net::git,
};

/// What the command line says.
pub(super) fn flags(options: &ReleaseOptions) -> Release {
    Release {
        version: options.release.clone(),
        commit: options.commit.clone(),
        artifact: options.artifact.clone(),
        source: "flags".into(),
        dirty: false,
    }
}

/// Takes each of version, commit and artifact from the first source that has it, and names the sources.
pub(super) fn release(flags: Release, planned: &Release, env: &ProcessEnv, folder: &Path) -> Release {
    let plan = Release { source: "plan".into(), ..planned.clone() };
    let mut sources = vec![flags, plan];
    match ci::release(env) {
        Some(ci) => {
            ci::left_out(env).iter().for_each(|why| edge::say(&format!("gonogo: {why}")));
            sources.push(ci);
        }
        None => sources.extend(git(env, folder)),
    }
    combined(&sources)
}

fn combined(sources: &[Release]) -> Release {
    let mut release = Release::default();
    let mut named: Vec<&str> = Vec::new();
    for source in sources {
        let mut took = false;
        for (have, offered) in
            [(&mut release.version, &source.version), (&mut release.commit, &source.commit), (&mut release.artifact, &source.artifact)]
        {
            let offered = offered.as_ref().filter(|value| !value.is_empty());
            if have.is_none() && offered.is_some() {
                *have = offered.cloned();
                took = true;
            }
        }
        if took {
            named.push(&source.source);
            release.dirty |= source.dirty;
        }
    }
    release.source = if named.is_empty() { "none".into() } else { named.join(", ") };
    release
}

/// The checkout's commit, the tag that stands on it, and whether it has changes; `None` where there is no checkout.
fn git(env: &ProcessEnv, folder: &Path) -> Option<Release> {
    let asked = async || git::checkout(folder, env, Instant::now() + GIT).await;
    // Whoever asks is within a runtime and does not wait in it.
    let thread = || tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?.block_on(asked());
    let git::Checkout { commit, tag, dirty } = std::thread::scope(|scope| scope.spawn(thread).join().ok().flatten())?;
    let version = tag.map(|tag| tag.strip_prefix('v').map(str::to_owned).unwrap_or(tag));
    Some(Release { version, commit: Some(commit), artifact: None, source: "git".into(), dirty })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_comes_from_the_first_that_has_it() {
        let flags = Release { version: Some("1.4.2".into()), source: "flags".into(), ..Release::default() };
        let git =
            Release { version: Some("1.4.1".into()), commit: Some("0a1b".into()), source: "git".into(), dirty: true, ..Release::default() };
        let release = combined(&[flags, git]);
        assert_eq!(
            release,
            Release {
                version: Some("1.4.2".into()),
                commit: Some("0a1b".into()),
                artifact: None,
                source: "flags, git".into(),
                dirty: true
            }
        );
    }

    #[test]
    fn without_a_source_it_says_so() {
        assert_eq!(combined(&[]).source, "none");
    }
}
