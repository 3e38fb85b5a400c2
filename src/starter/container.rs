//! Dockerfiles and compose files: the port, the health check, the stores.

use serde_json::Value;

use super::{
    backup::{self, Way},
    command,
    origin::is_path,
};
use crate::plan;

/// What a compose file says.
pub(super) struct Compose {
    /// The path of a service's health check.
    pub(super) health: Option<String>,
    /// A Redis is started with an append-only file.
    pub(super) append_only: bool,
    /// The backups that services make.
    pub(super) backups: Vec<Way>,
}

/// The path that a Dockerfile's `HEALTHCHECK` asks.
pub(super) fn health(dockerfile: &str) -> Option<String> {
    instructions(dockerfile).find(|line| begins(line, "HEALTHCHECK")).and_then(|line| asked_path(&line))
}

/// The first port that a Dockerfile exposes.
pub(super) fn port(dockerfile: &str) -> Option<u16> {
    let line = instructions(dockerfile).find(|line| begins(line, "EXPOSE"))?;
    line.split_whitespace().skip(1).find_map(|word| word.split('/').next()?.parse().ok()).filter(|port| *port > 0)
}

/// `None` where it is no compose file.
pub(super) fn compose(text: &str) -> Option<Compose> {
    let file = plan::scalars(text)?;
    let services = file.get("services")?.as_object()?;
    let health = services.values().find_map(|service| asked_path(&said(service.get("healthcheck")?.get("test")?)));
    let append_only = services.values().any(|service| {
        let image = service.get("image").map(said).unwrap_or_default();
        let command = service.get("command").map(said).unwrap_or_default();
        (image.contains("redis") || image.contains("valkey")) && command.contains("appendonly yes")
    });
    let mut backups = Vec::new();
    for service in services.values() {
        let commands = ["entrypoint", "command"].iter().filter_map(|key| service.get(key)).map(said).collect::<Vec<_>>().join(" ");
        // A dollar that is meant for the service is doubled.
        let lines = command::lines(&commands.replace("$$", "$"));
        lines.iter().filter_map(backup::made).for_each(|way| backup::add(&mut backups, way));
        // An image that does nothing else; where it writes to lies on its host.
        let image = service.get("image").map(said).unwrap_or_default();
        if image.contains("backup") && ["postgres", "pg", "mysql", "mariadb", "db"].iter().any(|whose| image.contains(whose)) {
            backup::add(&mut backups, Way::Dumps(None));
        }
    }
    Some(Compose { health, append_only, backups })
}

/// A scalar, or a list of them as one line.
fn said(value: &Value) -> String {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join(" ")
}

/// Lines with their continuations, without comments; an empty line ends none.
fn instructions(dockerfile: &str) -> impl Iterator<Item = String> {
    let lines: Vec<&str> = dockerfile.lines().filter(|line| !line.trim().is_empty()).collect();
    command::joined(&lines.join("\n")).into_iter()
}

fn begins(line: &str, word: &str) -> bool {
    line.split_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case(word))
}

/// The path of the first URL in a command, if it is more than `/`.
fn asked_path(command: &str) -> Option<String> {
    let start = command.find("http://").map(|at| at + 7).or_else(|| command.find("https://").map(|at| at + 8))?;
    let url: &str = command[start..].split(|c: char| c.is_whitespace() || "\"'|;)&<>]".contains(c)).next()?;
    let path = &url[url.find('/')?..];
    is_path(path).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_an_image_says() {
        let text = "FROM x\n# EXPOSE 1\nexpose 8000/tcp\nHEALTHCHECK --interval=5s \\\n  CMD curl -fsS \"http://localhost:8000/healthz\" || exit 1\n";
        assert_eq!((port(text), health(text).as_deref()), (Some(8000), Some("/healthz")));
        assert_eq!((port("EXPOSE $PORT"), health("HEALTHCHECK NONE")), (None, None));
        assert_eq!(health("HEALTHCHECK CMD curl http://h/${x}"), None);
    }

    #[test]
    fn reads_what_a_compose_file_says() {
        let text = "services:\n  api:\n    image: a\n    healthcheck: { test: [CMD, curl, -f, 'http://localhost/ready'] }\n  cache:\n    image: redis:7\n    command: [redis-server, --appendonly yes]\n";
        let compose = compose(text).map(|compose| (compose.health, compose.append_only));
        assert_eq!(compose, Some((Some("/ready".to_owned()), true)));
        assert!(super::compose("just: text").is_none() && super::compose("a: [").is_none());
    }
}
