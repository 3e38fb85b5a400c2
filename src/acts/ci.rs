//! What CI systems say about a job in its environment. Names are those of each system's documentation.

use crate::model::{ProcessEnv, Release, plain};

/// A CI system in each line.
const SYSTEMS: &str = include_str!("ci.tsv");

/// One CI system.
struct System {
    name: &'static str,
    commit: &'static str,
    tag: &'static str,
    /// The variables that may say who had the job run.
    actor: &'static str,
    /// The job's address.
    job: &'static str,
}

/// The system whose mark is set.
fn system(env: &ProcessEnv) -> Option<System> {
    let mut rows = SYSTEMS.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.find_map(|row| match row[..] {
        [name, mark, commit, tag, actor, job] => env.get(mark).map(|_| System { name, commit, tag, actor, job }),
        _ => None,
    })
}

/// The text with each `{VARIABLE}` replaced by its value; `None` where one is not set.
fn filled(text: &str, env: &ProcessEnv) -> Option<String> {
    let mut parts = text.split(['{', '}']).enumerate();
    parts.try_fold(String::new(), |all, (at, part)| Some(all + if at % 2 == 1 { env.get(part)? } else { part }))
}

/// What the CI job is for, as far as it can be the name of a release; `None` outside CI.
pub(super) fn release(env: &ProcessEnv) -> Option<Release> {
    let system = system(env)?;
    Some(Release {
        version: version(&system, env).filter(|version| Release::check_version(version).is_ok()),
        commit: env.get(system.commit).filter(|commit| Release::check_commit(commit).is_ok()).map(str::to_owned),
        artifact: None,
        source: system.name.into(),
        dirty: false,
    })
}

/// What the CI says that is left out, a sentence each.
pub(super) fn left_out(env: &ProcessEnv) -> Vec<String> {
    let Some(system) = system(env) else { return Vec::new() };
    let version = version(&system, env).and_then(|version| Release::check_version(&version).err());
    let commit = env.get(system.commit).and_then(|commit| Release::check_commit(commit).err());
    let actors = system.actor.split(' ').filter(|name| env.get(name).is_some_and(|actor| !is_line(actor)));
    let of = |what: &str, why: String| format!("{what} of {} is not used: {why}", system.name);
    let actors = actors.map(|name| of(&format!("`{name}`"), "it holds characters that cannot be seen".into()));
    version.map(|why| of("the tag", why)).into_iter().chain(commit.map(|why| of("the commit", why))).chain(actors).collect()
}

fn version(system: &System, env: &ProcessEnv) -> Option<String> {
    let (prefix, variable) = system.tag.trim_end_matches('}').split_once('{')?;
    let tag = env.get(variable)?.strip_prefix(prefix)?;
    Some(tag.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(tag).to_owned())
}

/// Whether it is one line of characters that can be seen.
fn is_line(text: &str) -> bool {
    plain(text) == text && !text.contains(['\n', '\t'])
}

/// Who had the CI job run, as the CI says; `None` outside CI.
pub(super) fn actor(env: &ProcessEnv) -> Option<&str> {
    system(env)?.actor.split(' ').find_map(|name| env.get(name)).filter(|actor| is_line(actor))
}

/// Who deploys, and what is to be said of it: the CI knows better than a flag.
pub(super) fn deployer(env: &ProcessEnv, said: Option<&str>) -> (Option<String>, Option<String>) {
    match (actor(env), said) {
        (Some(actor), Some(said)) if actor != said => {
            (Some(actor.to_owned()), Some(format!("the CI says that {actor} deploys, `--deployer` says {said}: the CI is believed")))
        }
        (actor, said) => (actor.or(said).map(str::to_owned), None),
    }
}

/// The CI job's address, or at least the system's name; `None` outside CI.
pub(super) fn job(env: &ProcessEnv) -> Option<String> {
    match system(env) {
        Some(system) => Some(filled(system.job, env).filter(|job| is_line(job)).unwrap_or_else(|| system.name.into())),
        None => env.get("CI").filter(|ci| !["false", "0"].contains(ci)).map(|_| "CI".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn env(variables: &[(&str, &str)]) -> ProcessEnv {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_tag_build_names_its_version() {
        let env = env(&[("GITHUB_ACTIONS", "true"), ("GITHUB_SHA", COMMIT), ("GITHUB_REF", "refs/tags/v1.4.2")]);
        let release = release(&env).expect("a release");
        assert_eq!(
            (release.version.as_deref(), release.commit.as_deref(), release.source.as_str()),
            (Some("1.4.2"), Some(COMMIT), "GitHub Actions")
        );
    }

    #[test]
    fn a_branch_build_names_only_its_commit() {
        let env = env(&[("GITLAB_CI", "true"), ("CI_COMMIT_SHA", COMMIT), ("CI_JOB_URL", "https://gitlab.example.com/-/jobs/7")]);
        assert_eq!(release(&env).expect("a release").version, None);
        assert_eq!(job(&env).as_deref(), Some("https://gitlab.example.com/-/jobs/7"));
    }

    #[test]
    fn what_cannot_be_a_name_is_left_out_and_told() {
        let strange = env(&[
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_SHA", "0a1b"),
            ("CI_COMMIT_TAG", "1.4\n- GO"),
            ("GITLAB_USER_EMAIL", "bob\u{202e}@x"),
            ("GITLAB_USER_LOGIN", "eve"),
            ("CI_JOB_URL", "https://x/\u{1b}[2J"),
        ]);
        let release = release(&strange).expect("a release");
        assert_eq!((release.version, release.commit), (None, None));
        // Nobody else takes the place of somebody who cannot be named.
        assert_eq!((actor(&strange), job(&strange).as_deref()), (None, Some("GitLab CI")));
        let told = left_out(&strange);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("the tag of GitLab CI is not used: ") && told[0].contains("U+000A"), "{}", told[0]);
        assert!(told[1].contains("has 4") && told[2].starts_with("`GITLAB_USER_EMAIL` of GitLab CI"), "{told:?}");
        assert!(left_out(&env(&[("CI_COMMIT_TAG", "\n")])).is_empty());
    }

    #[test]
    fn every_system_of_the_table_is_known_by_its_mark() {
        let rows: Vec<Vec<&str>> = SYSTEMS.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
        assert_eq!(rows.len(), 8);
        for row in rows {
            assert_eq!(system(&env(&[(row[1], "1")])).map(|system| system.name), Some(row[0]));
        }
        let azure = [("TF_BUILD", "1"), ("SYSTEM_COLLECTIONURI", "https://x/"), ("SYSTEM_TEAMPROJECT", "p"), ("BUILD_BUILDID", "7")];
        assert_eq!(job(&env(&azure)).as_deref(), Some("https://x/p/_build/results?buildId=7"));
        assert_eq!(job(&env(&azure[..3])).as_deref(), Some("Azure Pipelines"));
    }

    #[test]
    fn outside_ci_there_is_none() {
        assert_eq!((release(&env(&[])), job(&env(&[("CI", "false")]))), (None, None));
    }
}
