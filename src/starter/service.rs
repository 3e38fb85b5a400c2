//! The services that a repository starts, each with what is said of it and of no other.

use serde::Serialize;

use super::Named;

/// What one of them is.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Service {
    pub(super) name: String,
    /// The file that says so first.
    pub(super) file: String,
    /// Where it is built, from the project's folder on; nothing where it is not built here.
    pub(super) folder: Option<String>,
    pub(super) image: Option<Named>,
    /// The port it is reached at, and the file that says so.
    pub(super) port: Option<(u16, String)>,
    /// The path that says whether it is well.
    pub(super) health: Option<Named>,
    /// The name it is reached by.
    pub(super) host: Option<Named>,
}

impl Service {
    /// How much speaks for it as the one that the users reach.
    pub(super) fn weight(&self) -> u32 {
        let first = ["web", "app", "api", "frontend", "server", "backend", "gateway", "site", "www"];
        let called = self.name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| first.contains(&word));
        let worker = ["worker", "queue", "cron", "migrat", "job", "sidekiq", "celery", "seed", "prestart", "loadgenerator", "init"];
        [
            (self.host.is_some(), 16),
            (self.health.is_some(), 8),
            (called, 4),
            (self.folder.is_some(), 3),
            (self.port.is_some(), 2),
            (!worker.iter().any(|word| self.name.contains(word)), 16),
        ]
        .into_iter()
        .map(|(speaks, weight)| if speaks { weight } else { 0 })
        .sum()
    }
}

/// What a service's image is, where its name says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// It keeps something: the store, and the port it listens on.
    Store(&'static str, u16),
    /// It watches, serves or helps, and is made by others.
    Tool,
    /// The project's own.
    Own,
}

/// Stores by words of their images and of drivers' schemes, with their ports.
pub(super) const STORES: [(&str, &str, u16); 24] = [
    ("postgres", "postgres", 5432),
    ("postgresql", "postgres", 5432),
    ("postgis", "postgres", 5432),
    ("timescaledb", "postgres", 5432),
    ("pgvector", "postgres", 5432),
    ("redis", "redis", 6379),
    ("valkey", "redis", 6379),
    ("keydb", "redis", 6379),
    ("dragonfly", "redis", 6379),
    ("mysql", "mysql", 3306),
    ("mariadb", "mysql", 3306),
    ("percona", "mysql", 3306),
    ("mongo", "mongodb", 27017),
    ("mongodb", "mongodb", 27017),
    ("rabbitmq", "rabbitmq", 5672),
    ("kafka", "kafka", 9092),
    ("redpanda", "kafka", 9092),
    ("nats", "nats", 4222),
    ("elasticsearch", "elasticsearch", 9200),
    ("opensearch", "elasticsearch", 9200),
    ("memcached", "memcached", 11211),
    ("minio", "minio", 9000),
    ("clickhouse", "clickhouse", 8123),
    ("meilisearch", "meilisearch", 7700),
];

/// Words of images that only help.
const TOOLS: [&str; 26] = [
    "traefik",
    "nginx",
    "caddy",
    "haproxy",
    "envoy",
    "adminer",
    "pgadmin",
    "pgadmin4",
    "phpmyadmin",
    "mailhog",
    "mailpit",
    "mailcatcher",
    "maildev",
    "prometheus",
    "grafana",
    "loki",
    "jaeger",
    "tempo",
    "alertmanager",
    "exporter",
    "selenium",
    "busybox",
    "certbot",
    "zookeeper",
    "backup",
    "collector",
];

/// By the words of the image's last part: `bitnami/postgresql:16`, `pgvector/pgvector`.
pub(super) fn role(image: &str) -> Role {
    let path = image.split('@').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default().split(':').next().unwrap_or_default().to_ascii_lowercase();
    let words = || last.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    if words().any(|word| TOOLS.contains(&word)) {
        return Role::Tool;
    }
    let store = words().find_map(|word| STORES.iter().find(|(known, ..)| *known == word));
    store.map_or(Role::Own, |(_, store, port)| Role::Store(store, *port))
}

/// Whether an image can be asked for in a registry: a name of several parts and a tag, nothing left to fill in, and not the one
/// that a moving word stands for.
pub(super) fn is_released(image: &str) -> bool {
    let (path, tag) = image.rsplit_once(':').unwrap_or((image, ""));
    let common = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/:".contains(&b));
    path.contains('/') && !path.starts_with(['.', '/']) && !tag.is_empty() && !tag.contains('/') && common(image) && image.len() <= 200
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_s_last_part_says_what_it_is() {
        for (image, is) in [
            ("bitnami/postgresql:16", Role::Store("postgres", 5432)),
            ("pgvector/pgvector:pg16", Role::Store("postgres", 5432)),
            ("prodrigestivill/postgres-backup-local", Role::Tool),
            ("oliver006/redis_exporter", Role::Tool),
            ("ghcr.io/acme/redisify:1", Role::Own),
            ("registry.example.com:5000/shop/api@sha256:00", Role::Own),
        ] {
            assert_eq!(role(image), is, "{image}");
        }
        assert!(is_released("ghcr.io/acme/shop:1.2") && !is_released("shop:1") && !is_released("a/b:${TAG}") && !is_released("h:5000/a/b"));
    }
}
