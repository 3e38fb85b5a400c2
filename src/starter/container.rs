//! Dockerfiles: the port and the health check, for the service that is built there.

use super::{
    command,
    detect::{Place, Said},
    found::Found,
    origin::is_path,
};

/// By the name, in lower case.
pub(super) fn is_dockerfile(place: &Place<'_>) -> bool {
    let name = place.name;
    matches!(name, "dockerfile" | "containerfile") || name.starts_with("dockerfile.") || name.ends_with(".dockerfile")
}

/// Takes what an image says for itself: of the service that is built from its folder.
pub(super) fn read(found: &mut Found, path: &str, text: &str) -> Said {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file).to_ascii_lowercase();
    if super::environment::of_path(&file).is_none() {
        return Err("is for developers or tests".into());
    }
    if let Some(health) = health(text) {
        found.answers(health, path);
    }
    if let Some(port) = port(text) {
        found.exposes(port, path);
    }
    Ok(Some("image: its port and health check"))
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

/// Lines with their continuations, without comments; an empty line ends none.
fn instructions(dockerfile: &str) -> impl Iterator<Item = String> {
    let lines: Vec<&str> = dockerfile.lines().filter(|line| !line.trim().is_empty()).collect();
    command::joined(&lines.join("\n")).into_iter()
}

fn begins(line: &str, word: &str) -> bool {
    line.split_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case(word))
}

/// The path of the first URL in a command, if it is more than `/`.
pub(super) fn asked_path(command: &str) -> Option<String> {
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
}
