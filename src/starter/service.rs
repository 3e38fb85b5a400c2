//! The services that a repository starts, each with what is said of it and of no other.

use std::sync::LazyLock;

use serde::Serialize;

use super::{Named, table::rows};

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

/// A store's name and port, with the words that mean it.
static STORES: LazyLock<Vec<(&'static str, u16, Vec<&'static str>)>> = LazyLock::new(|| {
    let rows = rows(include_str!("stores.txt")).into_iter();
    rows.map(|row| (row[0], row[1].parse().unwrap_or_default(), row[2].split(' ').collect())).collect()
});

/// The store that a word means, and its port.
pub(super) fn store(word: &str) -> Option<(&'static str, u16)> {
    STORES.iter().find(|(_, port, words)| *port > 0 && words.contains(&word)).map(|(store, port, _)| (*store, *port))
}

/// By the words of the image's last part: `bitnami/postgresql:16`, `pgvector/pgvector`.
pub(super) fn role(image: &str) -> Role {
    let path = image.split('@').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default().split(':').next().unwrap_or_default().to_ascii_lowercase();
    let words = || last.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let helps = |word: &str| STORES.iter().any(|(_, port, words)| *port == 0 && words.contains(&word));
    if words().any(helps) {
        return Role::Tool;
    }
    words().find_map(store).map_or(Role::Own, |(store, port)| Role::Store(store, port))
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
