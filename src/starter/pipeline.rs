//! Pipelines of GitHub and GitLab: the environments that they deploy to, by which job, and where these answer.

use serde::Serialize;
use serde_json::Value;

use super::{
    detect::{Place, Said},
    documents::documents,
    environment,
    found::Found,
    origin::is_public_host,
    proxy::Host,
    sheet::is_plain,
};

/// A job that deploys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Stage {
    pub(super) job: String,
    pub(super) file: String,
    /// The environment, as the pipeline calls it.
    pub(super) environment: Option<String>,
}

impl Stage {
    /// Whether it deploys to production, or does not say where to.
    pub(super) fn is_release(&self) -> bool {
        self.environment.as_deref().is_none_or(|name| environment::of_path(name) == Some("prod"))
    }
}

/// By the path, in lower case.
pub(super) fn is_pipeline(place: &Place<'_>) -> bool {
    place.is_yaml() && (place.path.starts_with(".github/workflows/") || place.path.starts_with(".gitlab-ci") || place.within(".gitlab"))
}

/// Takes the jobs that deploy.
pub(super) fn read(found: &mut Found, path: &str, text: &str) -> Said {
    let all = documents(text.as_bytes())?;
    let Some(file) = all.first().and_then(Value::as_object) else { return Ok(None) };
    let jobs = file.get("jobs").and_then(Value::as_object).unwrap_or(file);
    let mut any = false;
    for (job, said) in jobs.iter().filter(|(job, said)| said.is_object() && is_plain(job) && !job.starts_with('.')) {
        let name = said.pointer("/environment/name").or_else(|| said.get("environment")).and_then(Value::as_str);
        let environment = name.filter(|name| is_plain(name) && !name.contains(['$', '{'])).map(str::to_owned);
        let deploys = job.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| matches!(word, "deploy" | "deployment" | "rollout"));
        if !(deploys || environment.is_some()) || found.stages.len() >= 20 {
            continue;
        }
        any = true;
        if let Some(url) = said.pointer("/environment/url").and_then(Value::as_str) {
            address(found, path, url, environment.as_deref().unwrap_or(job));
        }
        found.stages.push(Stage { job: job.clone(), file: path.to_owned(), environment });
    }
    // What deploys to production first.
    found.stages.sort_by_key(|stage| (!stage.is_release(), stage.environment.is_none(), !stage.job.contains("deploy")));
    Ok(any.then_some("pipeline: environments and jobs that deploy"))
}

fn address(found: &mut Found, path: &str, url: &str, environment: &str) {
    let Some((scheme, rest)) = url.split_once("://") else { return };
    let name = rest.split(['/', ':', '?']).next().unwrap_or_default();
    if let Some(environment) = environment::of_path(environment).filter(|_| is_public_host(name)) {
        let tls = (scheme == "https").then(|| path.to_owned());
        found.host(Host { name: name.to_owned(), file: path.to_owned(), environment, tls, ..Host::default() });
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn reads_environments_jobs_and_addresses() {
        let mut found = Found::new(Path::new("/x"));
        let github = "on: push\njobs:\n  test: { steps: [] }\n  deploy-staging:\n    environment: staging\n  deploy:\n    environment: { name: production, url: 'https://shop.acme.io/start' }\n  preview:\n    environment: { name: '${{ x }}', url: 'https://${{ x }}.acme.io' }\n";
        assert!(read(&mut found, ".github/workflows/cd.yml", github).is_ok_and(|said| said.is_some()));
        let gitlab =
            "stages: [a]\n.base: { environment: x }\ndeploy_stage:\n  environment: { name: staging, url: https://staging.acme.io }\n";
        drop(read(&mut found, ".gitlab-ci.yml", gitlab));
        let jobs: Vec<&str> = found.stages.iter().map(|stage| stage.job.as_str()).collect();
        assert_eq!(jobs, ["deploy", "deploy-staging", "deploy_stage"]);
        let hosts: Vec<_> = found.hosts.iter().map(|host| (host.environment, host.url())).collect();
        assert_eq!(hosts, [("prod", "https://shop.acme.io".into()), ("staging", "https://staging.acme.io".to_owned())]);
    }
}
