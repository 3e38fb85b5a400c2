//! Compose files: of each service its image, ports, health check, variables and labels, and nothing of another.

use serde_json::{Map, Value};

use super::Named;
use super::{
    backup::{self, Way},
    command,
    container::asked_path,
    detect::{Place, Said},
    documents::{documents, texts},
    environment,
    found::Found,
    proxy::{Host, rule_hosts},
    service::{Role, is_released},
};

/// `compose.yaml`, `docker-compose.prod.yml`, `compose.example.yml`, `podman-compose.yml`, and `docker-compose/basic.yml`.
pub(super) fn is_compose(place: &Place<'_>) -> bool {
    let words = ["compose", "docker-compose", "podman-compose"];
    let is_called_so = |part: &str| {
        let stem = part.split('.').next().unwrap_or_default();
        words.iter().any(|word| stem.starts_with(word) || stem.ends_with(word))
    };
    place.is_yaml() && place.path.split('/').any(is_called_so)
}

/// Takes what each service says.
pub(super) fn read(found: &mut Found, path: &str, text: &str) -> Said {
    if environment::of_path(path).is_none() {
        return Err("is for developers or tests".into());
    }
    let all = documents(text.as_bytes())?;
    let Some(services) = all.first().and_then(|file| file.get("services")?.as_object()) else { return Ok(None) };
    for (name, service) in services {
        if let Some(service) = service.as_object() {
            one(found, path, name, service);
        }
    }
    Ok(Some("services: images, ports, health checks and the names of secrets"))
}

fn one(found: &mut Found, path: &str, name: &str, service: &Map<String, Value>) {
    let image = service.get("image").and_then(Value::as_str).map(filled).unwrap_or_default();
    let build = service.get("build").and_then(|build| build.as_str().or_else(|| build.get("context")?.as_str()));
    let role = if build.is_some() || image.is_empty() { Role::Own } else { found.image(&image, path) };
    found.made(backups(service, &image), path);
    if role == Role::Store("redis", 6379) && said(service.get("command")).contains("appendonly yes") {
        found.append_only.get_or_insert_with(|| path.to_owned());
    }
    let hosts: Vec<(String, bool)> =
        labels(service).iter().flat_map(|(_, rule)| rule_hosts(rule)).map(|host| (host, tls(service))).collect();
    if role != Role::Own {
        return;
    }
    for (key, value) in pairs(service.get("environment")) {
        let place = format!("{path}: {name}");
        // `${NAME:-}`: it may stay empty.
        match value.ends_with(":-}") {
            true => found.option(&key, "", &place),
            false => found.variable(&key, &value, &place),
        }
    }
    for (host, tls) in hosts {
        let file = || path.to_owned();
        found.host(Host { name: host, file: file(), tls: tls.then(file), service: Some(name.to_owned()), ..Host::default() });
    }
    let folder = build.and_then(|build| joined(path, build, service));
    let port = service.get("ports").and_then(Value::as_array).and_then(|ports| ports.iter().find_map(published));
    let health = service.get("healthcheck").and_then(|check| asked_path(&said(check.get("test"))));
    let named = |name: String| Named { name, file: path.to_owned() };
    let known = found.service(name, path);
    known.folder = known.folder.take().or(folder);
    known.port = known.port.take().or(port.map(|port| (port, path.to_owned())));
    known.health = known.health.take().or(health.map(named));
    known.image = known.image.take().or(Some(image).filter(|image| is_released(image)).map(named));
}

/// The default of a variable in its place: `${TAG:-1.2}`; one without stays as it is.
fn filled(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let Some((inner, after)) = rest.split_once('}') else { return text.to_owned() };
    match inner.split_once(":-") {
        Some((_, default)) => format!("{before}{default}{}", filled(after)),
        None => format!("{before}${{{inner}}}{}", filled(after)),
    }
}

/// The folder of what is built, from the project's folder on, if it is in it: that of the Dockerfile where it is named.
fn joined(path: &str, context: &str, service: &Map<String, Value>) -> Option<String> {
    let dockerfile = service.get("build").and_then(|build| build.get("dockerfile")?.as_str()).unwrap_or("Dockerfile");
    let mut parts: Vec<&str> = path.rsplit_once('/').map_or("", |(folder, _)| folder).split('/').collect();
    let inner = dockerfile.rsplit_once('/').map_or("", |(folder, _)| folder);
    for part in context.split('/').chain(inner.split('/').filter(|part| !["docker", "dockerfiles", "build", "deploy"].contains(part))) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().filter(|part| !part.is_empty())?),
            part => parts.push(part),
        }
    }
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    // A toolkit's own image, not the project's.
    (!parts.contains(&"vendor")).then(|| parts.join("/"))
}

/// The port that others reach: `8000:8000`, `127.0.0.1:8000:80/tcp`, `${PORT:-3000}:3000`, `{ target: 80, published: 8000 }`.
fn published(port: &Value) -> Option<u16> {
    let number = |value: &Value| value.as_u64().map(|number| number.to_string()).or_else(|| value.as_str().map(filled));
    let text = match port {
        Value::Object(port) => number(port.get("published").or_else(|| port.get("target"))?)?,
        other => number(other)?,
    };
    let parts: Vec<&str> = text.split('/').next()?.split(':').collect();
    parts.get(parts.len().saturating_sub(2))?.parse().ok().filter(|port| *port > 0)
}

/// A map, or a list of `KEY=value` lines.
fn pairs(value: Option<&Value>) -> Vec<(String, String)> {
    match value {
        Some(Value::Object(map)) => map.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect(),
        list => texts(list)
            .map(|line| line.split_once('=').unwrap_or((line, "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
    }
}

fn labels(service: &Map<String, Value>) -> Vec<(String, String)> {
    pairs(service.get("labels")).into_iter().filter(|(key, _)| key.ends_with(".rule")).collect()
}

/// A router of it speaks TLS.
fn tls(service: &Map<String, Value>) -> bool {
    pairs(service.get("labels")).iter().any(|(key, value)| key.contains(".tls") && value != "false")
}

/// A scalar, or a list of them as one line.
fn said(value: Option<&Value>) -> String {
    texts(value).collect::<Vec<_>>().join(" ")
}

/// The backups that a service makes.
fn backups(service: &Map<String, Value>, image: &str) -> Vec<Way> {
    let commands = ["entrypoint", "command"].map(|key| said(service.get(key))).join(" ");
    let mut ways = Vec::new();
    // A dollar that is meant for the service is doubled.
    command::lines(&commands.replace("$$", "$")).iter().filter_map(backup::made).for_each(|way| backup::add(&mut ways, way));
    // An image that does nothing else; where it writes to lies on its host.
    if image.contains("backup") && ["postgres", "pg", "mysql", "mariadb", "db"].iter().any(|whose| image.contains(whose)) {
        backup::add(&mut ways, Way::Dumps(None));
    }
    ways
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn each_service_keeps_its_own_facts() {
        let text = "services:\n  api:\n    build: { context: ./api }\n    ports: ['127.0.0.1:8001:80/tcp']\n    healthcheck: { test: [CMD, curl, -f, 'http://localhost/ready'] }\n    environment: [JWT_SECRET=canary, 'DATABASE_URL=postgres://u:canary@db/x']\n  web:\n    image: ghcr.io/acme/web:${TAG:-1.2}\n    ports: [{ target: 80, published: '8002' }]\n    labels:\n      - traefik.http.routers.web.rule=Host(`shop.acme.io`) && PathPrefix(`/`)\n      - traefik.http.routers.web.tls=true\n  cache:\n    image: redis:7\n    command: [redis-server, --appendonly yes]\n";
        let mut found = Found::new(Path::new("/x/shop"));
        assert!(read(&mut found, "docker/compose.yml", text).is_ok_and(|said| said.is_some()));
        found.settle();
        let said: Vec<_> = found
            .services
            .iter()
            .map(|s| (s.name.as_str(), s.folder.as_deref(), s.port.as_ref().map(|port| port.0), s.health.as_ref().map(|h| h.name.as_str())))
            .collect();
        assert_eq!(said, [("web", None, Some(8002), None), ("api", Some("docker/api"), Some(8001), Some("/ready"))]);
        assert_eq!(found.services[0].image.as_ref().map(|image| image.name.as_str()), Some("ghcr.io/acme/web:1.2"));
        assert_eq!(found.hosts[0].url(), "https://shop.acme.io");
        assert_eq!(found.required.keys().collect::<Vec<_>>(), ["DATABASE_URL", "JWT_SECRET"]);
        assert_eq!(found.leads["postgres"], "DATABASE_URL");
        assert!(found.append_only.is_some() && !format!("{:?}", found.required).contains("canary"));
        assert_eq!(read(&mut found, "compose.yaml", "just: text"), Ok(None));
        assert!(read(&mut found, "compose.dev.yaml", text).is_err() && read(&mut found, "compose.yaml", "a: [").is_err());
    }
}
