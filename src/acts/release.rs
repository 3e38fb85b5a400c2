//! What is being released, and which commit that is: what git has checked out beats what the CI says, and what is said
//! against either is a no-go.

use std::{path::Path, time::Instant};

use super::{ActError, Caller, ChosenPolicy, ci, record::GIT};
use crate::{
    model::{ProcessEnv, Release},
    net::git,
};

/// What was said of the release.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReleaseRequest {
    pub(crate) version: Option<String>,
    /// The full commit id.
    pub(crate) commit: Option<String>,
    /// The artifact with its digest.
    pub(crate) artifact: Option<String>,
}

impl ReleaseRequest {
    /// Whether anything was said.
    pub(crate) fn is_empty(&self) -> bool {
        self.version.is_none() && self.commit.is_none() && self.artifact.is_none()
    }

    /// Whether it names a release, and each part can be one.
    pub(super) fn check(&self) -> Result<(), ActError> {
        type Check = fn(&str) -> Result<(), String>;
        let parts: [(&str, &Option<String>, Check); 3] = [
            ("version", &self.version, Release::check_version),
            ("commit", &self.commit, Release::check_commit),
            ("artifact", &self.artifact, Release::check_artifact),
        ];
        if self.is_empty() {
            return Err(ActError::Usage("say which release is meant: `version`, `commit` or `artifact`".into()));
        }
        let wrong = |(name, said, check): &(&str, &Option<String>, Check)| Some(format!("`{name}`: {}", check(said.as_deref()?).err()?));
        parts.iter().find_map(wrong).map_or(Ok(()), |why| Err(ActError::Usage(why)))
    }

    /// The release in these words alone.
    pub(super) fn as_said(&self) -> Release {
        let Self { version, commit, artifact } = self.clone();
        Release { version, commit, artifact, source: "flags".into(), dirty: false }
    }
}

/// A release, and what is to be said of how it is known.
pub(super) struct Identified {
    pub(super) release: Release,
    pub(super) notes: Vec<String>,
}

/// Which release is meant: each part from the first of flags, plan, CI and git that has it; the commit by what is checked
/// out in the plan's folder; [`ActError::Contradiction`] where a flag or the plan names another commit than the one that
/// is checked out.
pub(super) async fn identify(caller: &Caller, said: &ReleaseRequest, policy: &ChosenPolicy, folder: &Path) -> Result<Identified, ActError> {
    let planned = Release { source: "plan".into(), ..policy.release.clone() };
    let git = if policy.elsewhere { None } else { git(&caller.env, folder).await };
    let mut identified = combine(said.as_said(), planned, ci::release(&caller.env), git, policy.elsewhere)?;
    identified.notes.extend(ci::left_out(&caller.env));
    Ok(identified)
}

/// The one rule of which commit it is. `elsewhere`: the plan lives in another repository than the release, so what is
/// checked out, or what the CI runs for, says nothing of it.
fn combine(flags: Release, planned: Release, ci: Option<Release>, git: Option<Release>, elsewhere: bool) -> Result<Identified, ActError> {
    let mut notes = Vec::new();
    let said = [(&flags, "`--commit`"), (&planned, "the plan's `release:`")];
    let here = if elsewhere { None } else { git.as_ref().or(ci.as_ref()) };
    match here.and_then(|here| Some((here, here.commit.as_ref()?))) {
        Some((here, commit)) => {
            for (release, name) in said {
                if let Some(other) = release.commit.as_ref().filter(|other| *other != commit) {
                    return Err(ActError::Contradiction(format!(
                        "{name} names the commit {other}, and {} has {commit}: check out what is released, or leave the commit out",
                        here.source
                    )));
                }
            }
            if let (Some(git), Some(ci)) = (&git, &ci)
                && let Some(other) = ci.commit.as_ref().filter(|other| Some(*other) != git.commit.as_ref())
            {
                notes.push(format!("git has the commit {commit} checked out, and {} says {other}: what is checked out counts", ci.source));
            }
        }
        None => {
            if let Some((release, name)) = said.into_iter().find(|(release, _)| release.commit.is_some()) {
                let commit = release.commit.as_deref().unwrap_or_default();
                notes.push(format!("that this is the commit {commit} is only claimed, by {name}: no checkout here shows it"));
            }
        }
    }
    let mut sources = vec![flags, planned];
    if let Some(git) = git {
        // A tag that the CI runs for is a name; the commit is the one that is checked out.
        let named = ci.map(|ci| Release { commit: None, ..ci });
        sources.extend(named);
        sources.push(git);
    } else {
        sources.extend(ci.filter(|_| !elsewhere));
    }
    Ok(Identified { release: combined(&sources), notes })
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

async fn git(env: &ProcessEnv, folder: &Path) -> Option<Release> {
    let git::Checkout { commit, tag, dirty } = git::checkout(folder, env, Instant::now() + GIT).await?;
    let version = tag.map(|tag| tag.strip_prefix('v').map(str::to_owned).unwrap_or(tag));
    // A tag that is no version is a name for something else.
    let version = version.filter(|version| Release::check_version(version).is_ok());
    Some(Release { version, commit: Some(commit), artifact: None, source: "git".into(), dirty })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(source: &str, commit: Option<&str>) -> Release {
        Release { commit: commit.map(str::to_owned), source: source.into(), ..Release::default() }
    }

    /// Every combination of who names a commit, and which.
    #[test]
    fn what_is_checked_out_beats_the_ci_and_contradictions_are_a_no_go() {
        let named = [None, Some("c1"), Some("c2")];
        for flag in named {
            for plan in named {
                for ci in named {
                    for git in named {
                        for elsewhere in [false, true] {
                            let checked_out = git.filter(|_| !elsewhere).map(|git| naming("git", Some(git)));
                            let result = combine(
                                naming("flags", flag),
                                naming("plan", plan),
                                ci.map(|ci| naming("GitHub Actions", Some(ci))),
                                checked_out,
                                elsewhere,
                            );
                            let about = format!("{flag:?} {plan:?} {ci:?} {git:?} {elsewhere}");
                            let here = if elsewhere { None } else { git.or(ci) };
                            let against = |said: Option<&str>| here.is_some() && said.is_some() && said != here;
                            if against(flag) || against(plan) {
                                let why = result.err().map(|error| error.to_string()).unwrap_or_default();
                                assert!(why.contains("c1") && why.contains("c2"), "{about}: {why}");
                                continue;
                            }
                            let identified = result.unwrap_or_else(|error| panic!("{about}: {error}"));
                            assert_eq!(identified.release.commit.as_deref(), here.or(flag).or(plan), "{about}");
                            let claimed = identified.notes.iter().any(|note| note.contains("only claimed"));
                            assert_eq!(claimed, here.is_none() && (flag.is_some() || plan.is_some()), "{about}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn each_part_comes_from_the_first_that_has_it() {
        let flags = Release { version: Some("1.4.2".into()), source: "flags".into(), ..Release::default() };
        let git =
            Release { version: Some("1.4.1".into()), commit: Some("0a1b".into()), source: "git".into(), dirty: true, ..Release::default() };
        let identified = combine(flags, Release::default(), None, Some(git), false).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            identified.release,
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
