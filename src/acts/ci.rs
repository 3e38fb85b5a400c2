//! What CI systems say about a job in its environment. Names are those of each system's documentation.

use crate::model::{ProcessEnv, Release, plain};

/// One CI system.
struct System {
    name: &'static str,
    /// The variable by which it is known.
    mark: &'static str,
    commit: &'static str,
    /// A tag's name, where the job runs for a tag.
    tag: fn(&ProcessEnv) -> Option<&str>,
    /// Who had the job run.
    actor: &'static [&'static str],
    /// The job's address.
    job: fn(&ProcessEnv) -> Option<String>,
}

const SYSTEMS: [System; 8] = [
    System {
        name: "GitHub Actions",
        mark: "GITHUB_ACTIONS",
        commit: "GITHUB_SHA",
        tag: |env| env.get("GITHUB_REF")?.strip_prefix("refs/tags/"),
        actor: &["GITHUB_ACTOR"],
        job: |env| {
            Some(format!("{}/{}/actions/runs/{}", env.get("GITHUB_SERVER_URL")?, env.get("GITHUB_REPOSITORY")?, env.get("GITHUB_RUN_ID")?))
        },
    },
    System {
        name: "GitLab CI",
        mark: "GITLAB_CI",
        commit: "CI_COMMIT_SHA",
        tag: |env| env.get("CI_COMMIT_TAG"),
        actor: &["GITLAB_USER_EMAIL", "GITLAB_USER_LOGIN"],
        job: |env| url(env, "CI_JOB_URL"),
    },
    System {
        name: "Jenkins",
        mark: "JENKINS_URL",
        commit: "GIT_COMMIT",
        tag: |env| env.get("TAG_NAME"),
        actor: &["BUILD_USER_EMAIL", "BUILD_USER_ID"],
        job: |env| url(env, "BUILD_URL"),
    },
    System {
        name: "CircleCI",
        mark: "CIRCLECI",
        commit: "CIRCLE_SHA1",
        tag: |env| env.get("CIRCLE_TAG"),
        actor: &["CIRCLE_USERNAME"],
        job: |env| url(env, "CIRCLE_BUILD_URL"),
    },
    System {
        name: "Buildkite",
        mark: "BUILDKITE",
        commit: "BUILDKITE_COMMIT",
        tag: |env| env.get("BUILDKITE_TAG"),
        actor: &["BUILDKITE_BUILD_CREATOR_EMAIL", "BUILDKITE_BUILD_CREATOR"],
        job: |env| url(env, "BUILDKITE_BUILD_URL"),
    },
    System {
        name: "Azure Pipelines",
        mark: "TF_BUILD",
        commit: "BUILD_SOURCEVERSION",
        tag: |env| env.get("BUILD_SOURCEBRANCH")?.strip_prefix("refs/tags/"),
        actor: &["BUILD_REQUESTEDFOREMAIL", "BUILD_REQUESTEDFOR"],
        job: |env| {
            Some(format!(
                "{}{}/_build/results?buildId={}",
                env.get("SYSTEM_COLLECTIONURI")?,
                env.get("SYSTEM_TEAMPROJECT")?,
                env.get("BUILD_BUILDID")?
            ))
        },
    },
    System {
        name: "Bitbucket Pipelines",
        mark: "BITBUCKET_BUILD_NUMBER",
        commit: "BITBUCKET_COMMIT",
        tag: |env| env.get("BITBUCKET_TAG"),
        actor: &["BITBUCKET_STEP_TRIGGERER_UUID"],
        job: |env| Some(format!("{}/pipelines/results/{}", env.get("BITBUCKET_GIT_HTTP_ORIGIN")?, env.get("BITBUCKET_BUILD_NUMBER")?)),
    },
    System {
        name: "Woodpecker",
        mark: "CI_PIPELINE_FORGE_URL",
        commit: "CI_COMMIT_SHA",
        tag: |env| env.get("CI_COMMIT_TAG"),
        actor: &["CI_COMMIT_AUTHOR_EMAIL", "CI_COMMIT_AUTHOR"],
        job: |env| url(env, "CI_PIPELINE_URL"),
    },
];

fn url(env: &ProcessEnv, name: &str) -> Option<String> {
    env.get(name).map(str::to_owned)
}

fn system(env: &ProcessEnv) -> Option<&'static System> {
    SYSTEMS.iter().find(|system| env.get(system.mark).is_some())
}

/// What the CI job is for, as far as it can be the name of a release; `None` outside CI.
pub(super) fn release(env: &ProcessEnv) -> Option<Release> {
    let system = system(env)?;
    Some(Release {
        version: version(system, env).filter(|version| Release::check_version(version).is_ok()),
        commit: env.get(system.commit).filter(|commit| Release::check_commit(commit).is_ok()).map(str::to_owned),
        artifact: None,
        source: system.name.into(),
        dirty: false,
    })
}

/// What the CI says that is left out, a sentence each.
pub(super) fn left_out(env: &ProcessEnv) -> Vec<String> {
    let Some(system) = system(env) else { return Vec::new() };
    let version = version(system, env).and_then(|version| Release::check_version(&version).err());
    let commit = env.get(system.commit).and_then(|commit| Release::check_commit(commit).err());
    let actors = system.actor.iter().filter(|name| env.get(name).is_some_and(|actor| !is_line(actor)));
    let of = |what: &str, why: String| format!("{what} of {} is not used: {why}", system.name);
    let actors = actors.map(|name| of(&format!("`{name}`"), "it holds characters that cannot be seen".into()));
    version.map(|why| of("the tag", why)).into_iter().chain(commit.map(|why| of("the commit", why))).chain(actors).collect()
}

fn version(system: &System, env: &ProcessEnv) -> Option<String> {
    let tag = (system.tag)(env)?;
    Some(tag.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(tag).to_owned())
}

/// Whether it is one line of characters that can be seen.
fn is_line(text: &str) -> bool {
    plain(text) == text && !text.contains(['\n', '\t'])
}

/// Who had the CI job run, as the CI says; `None` outside CI.
pub fn actor(env: &ProcessEnv) -> Option<&str> {
    system(env)?.actor.iter().find_map(|name| env.get(name)).filter(|actor| is_line(actor))
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
pub fn job(env: &ProcessEnv) -> Option<String> {
    match system(env) {
        Some(system) => Some((system.job)(env).filter(|job| is_line(job)).unwrap_or_else(|| system.name.into())),
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
    fn outside_ci_there_is_none() {
        assert_eq!((release(&env(&[])), job(&env(&[("CI", "false")]))), (None, None));
    }
}
