//! What was found in a folder, as far as a plan can say it.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Serialize;

use super::{
    Named,
    backup::{Backup, Way},
    database::Databases,
    environment::{self, Settings},
    judges::Judged,
    origin::is_public_host,
    pipeline::Stage,
    proxy::Host,
    service::{self, Role, Service},
    sheet::one_line,
    walk::natural,
};

/// Of anything that a plan lists.
const MOST: usize = 300;
/// Backups of a plan.
const MOST_BACKUPS: usize = 20;

/// What was found.
#[derive(Default, Serialize)]
pub(super) struct Found {
    /// What the project is called.
    pub(super) project: String,
    #[serde(skip)]
    pub(super) root: PathBuf,
    /// Env files, by path.
    pub(super) settings: Vec<Settings>,
    /// Keys of secrets that services are given, each with who says so.
    pub(super) required: BTreeMap<String, String>,
    /// Keys that an example leaves empty.
    pub(super) optional: Vec<String>,
    /// The stores that are used, each with the file that says so first.
    pub(super) stores: BTreeMap<&'static str, String>,
    /// Libraries that could speak to a store.
    #[serde(skip)]
    pub(super) drivers: Vec<&'static str>,
    /// The variables that lead to a store.
    pub(super) leads: BTreeMap<&'static str, String>,
    #[serde(skip)]
    pub(super) databases: Databases,
    /// The project's own services.
    pub(super) services: Vec<Service>,
    /// The names that proxies, ingresses and pipelines give it.
    pub(super) hosts: Vec<Host>,
    /// Origins that may call from a browser.
    pub(super) origins: Vec<Named>,
    /// A store that a compose file starts with an append-only file.
    pub(super) append_only: Option<String>,
    pub(super) backups: Vec<Backup>,
    /// Units of systemd that run by the clock.
    pub(super) timers: Vec<Named>,
    /// Folders of Kubernetes manifests, each with how many workloads and the first one's file.
    pub(super) manifests: BTreeMap<String, (usize, String)>,
    /// Takes what is said of a service beyond those that a plan lists.
    #[serde(skip)]
    beyond: Service,
    /// Health paths in code, by the folder of their file.
    #[serde(skip)]
    paths: Vec<Named>,
    /// Kubernetes' secrets that have keys of secrets: the name, the keys and the file.
    pub(super) mounted: Vec<(String, Vec<String>, String)>,
    /// A file that says that Spring's actuator is there.
    pub(super) actuator: Option<String>,
    /// Ports that images expose, each with its file.
    #[serde(skip)]
    exposed: Vec<(u16, String)>,
    /// Jobs of pipelines that deploy.
    pub(super) stages: Vec<Stage>,
    /// What other tools write or read, by the kind that judges it: the first that is found.
    pub(super) judged: BTreeMap<&'static str, Judged>,
    /// Where the repository is on the web.
    pub(super) repository: Option<String>,
    /// Whose a part of it is: the pattern, and who.
    pub(super) owners: Vec<(String, String)>,
    /// What was taken for what, for the reader: path and what it is.
    pub(super) sources: Vec<(String, String)>,
}

impl Found {
    /// Nothing yet, in the folder `root`.
    pub(super) fn new(root: &std::path::Path) -> Self {
        let name = root.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
        let plain = plain.trim_matches(['-', '.', '_']).chars().take(60).collect::<String>();
        let project = if plain.is_empty() { "my-project".into() } else { plain };
        Self { project, root: root.to_owned(), ..Self::default() }
    }

    /// The service of this name; facts of one name are of one service, whichever file says them.
    pub(super) fn service(&mut self, name: &str, file: &str) -> &mut Service {
        let name = slug(name);
        match self.services.iter().position(|service| service.name == name) {
            Some(at) => &mut self.services[at],
            None if self.services.len() >= MOST => {
                self.beyond = Service::default();
                &mut self.beyond
            }
            None => {
                self.services.push(Service { name, file: file.to_owned(), ..Service::default() });
                let last = self.services.len() - 1;
                &mut self.services[last]
            }
        }
    }

    /// Takes a health path that a file answers.
    pub(super) fn answers(&mut self, name: String, file: &str) {
        if self.paths.len() < MOST {
            self.paths.push(Named { name, file: file.to_owned() });
        }
    }

    /// Takes a port that an image exposes.
    pub(super) fn exposes(&mut self, port: u16, file: &str) {
        if self.exposed.len() < MOST {
            self.exposed.push((port, file.to_owned()));
        }
    }

    /// Takes the image of a container: what it is, and, of a store, that there is one.
    pub(super) fn image(&mut self, image: &str, file: &str) -> Role {
        let role = service::role(image);
        if let Role::Store(store, _) = role {
            self.uses(store, file);
        }
        role
    }

    pub(super) fn uses(&mut self, store: &'static str, file: &str) {
        self.stores.entry(store).or_insert_with(|| file.to_owned());
    }

    /// Takes a variable that a service is given; the value is only asked where it leads.
    pub(super) fn variable(&mut self, key: &str, value: &str, place: &str) {
        self.leads_to(key, value, place);
        if environment::is_secret(key, value) {
            self.require(key, place);
        }
    }

    /// Takes a variable that may stay unset.
    pub(super) fn option(&mut self, key: &str, value: &str, place: &str) {
        self.leads_to(key, value, place);
        let fits = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && key.len() <= 100;
        if fits && environment::is_secret(key, "") && self.optional.len() < MOST && !self.optional.iter().any(|known| known == key) {
            self.optional.push(key.to_owned());
        }
    }

    fn leads_to(&mut self, key: &str, value: &str, place: &str) {
        if let Some((store, readable)) = environment::store_of(key, value) {
            self.uses(store, place.split([':', ' ']).next().unwrap_or(place));
            if readable {
                self.leads.entry(store).or_insert_with(|| key.to_owned());
            }
        }
    }

    /// Takes the key of a secret that somebody is given.
    pub(super) fn require(&mut self, key: &str, place: &str) {
        let fits = (1..=100).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if fits && self.required.len() < MOST {
            self.required.entry(key.to_owned()).or_insert_with(|| one_line(place));
        }
    }

    /// Takes the keys of a secret of Kubernetes', as it is mounted.
    pub(super) fn mount<'k>(&mut self, name: &str, keys: impl Iterator<Item = &'k str>, file: &str) {
        let plain = |key: &&str| key.len() <= 100 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        let keys: Vec<String> = keys.filter(plain).filter(|key| environment::is_secret(key, "")).map(str::to_owned).collect();
        let name = slug(name);
        if !keys.is_empty() && self.mounted.len() < MOST && !self.mounted.iter().any(|(known, ..)| *known == name) {
            self.mounted.push((name, keys, file.to_owned()));
        }
    }

    /// Takes a name that it answers to, if it is one to ask from outside and the file is not for developers. The environment is
    /// that of the path, unless the file says another.
    pub(super) fn host(&mut self, host: Host) {
        let said = Some(host.environment).filter(|said| !said.is_empty());
        let Some(environment) = said.or_else(|| environment::of_path(&host.file)) else { return };
        if !is_public_host(&host.name) || self.hosts.len() >= MOST {
            return;
        }
        let host = Host { environment, ..host };
        let at = self.hosts.iter().position(|known| (&known.name, known.environment) == (&host.name, environment)).unwrap_or_else(|| {
            self.hosts.push(host.clone());
            self.hosts.len() - 1
        });
        let known = &mut self.hosts[at];
        known.tls = known.tls.take().or(host.tls);
        known.redirects = known.redirects.take().or(host.redirects);
        known.service = known.service.take().or(host.service);
    }

    /// Takes ways in which a file makes backups.
    pub(super) fn made(&mut self, ways: Vec<Way>, file: &str) -> bool {
        let any = !ways.is_empty();
        for way in ways {
            if self.backups.len() < MOST_BACKUPS && !self.backups.iter().any(|known| known.way == way) {
                self.backups.push(Backup { way, file: file.to_owned() });
            }
        }
        any
    }

    /// Takes dumps by their paths, all at once.
    pub(super) fn dumps(&mut self, paths: &[String]) {
        for (way, path) in super::backup::folders(paths) {
            self.sources.push((path.clone(), "a folder of dumps".into()));
            self.made(vec![way], &path);
        }
    }

    /// Whether the database is a PostgreSQL: it is named, or what there is of SQL is not another's.
    pub(super) fn has_postgres(&self) -> bool {
        let other = |store: &&'static str| matches!(*store, "mysql" | "sqlite");
        let drivers = &self.drivers;
        self.stores.contains_key("postgres")
            || (!self.databases.is_empty()
                && !self.stores.keys().any(other)
                && (drivers.contains(&"postgres") || !drivers.iter().any(other)))
    }

    /// When all is read: gives each path in code to the service that is built there, and puts the first service first.
    pub(super) fn settle(&mut self) {
        self.optional.retain(|key| !self.required.contains_key(key));
        let mut paths = std::mem::take(&mut self.paths);
        paths.sort_by_key(|path| (path.file.matches('/').count(), natural(&path.file)));
        for path in paths {
            let (name, file) = (path.name.clone(), path.file.clone());
            self.built(&file).health.get_or_insert(Named { name, file });
        }
        for (port, file) in std::mem::take(&mut self.exposed) {
            self.built(&file).port.get_or_insert((port, file));
        }
        let hosts: Vec<(String, Named)> = self.hosts.iter().filter_map(|host| Some((slug(host.service.as_ref()?), host.named()))).collect();
        for (name, host) in hosts {
            if let Some(service) = self.services.iter_mut().find(|service| service.name == name) {
                service.host.get_or_insert(host);
            }
        }
        self.services.sort_by_key(|service| (std::cmp::Reverse(service.weight()), service.name.clone()));
    }

    /// The service that a file is part of: the one that is built from the nearest folder above, or is called like one; for a file
    /// of the whole repository the first one, or, as there is none, the project itself.
    fn built(&mut self, file: &str) -> &mut Service {
        let within = |folder: &str| folder.is_empty() || file.starts_with(&format!("{folder}/"));
        let near = |service: &Service| {
            let called = file.split('/').rev().skip(1).any(|folder| slug(folder) == service.name);
            let folder = service.folder.as_ref().filter(|folder| within(folder)).map(|folder| folder.len());
            folder.max(called.then_some(service.name.len())).map(|length| (length, service.weight()))
        };
        let all = &self.services;
        let nearest = (0..all.len()).filter(|at| near(&all[*at]).is_some()).max_by_key(|at| near(&all[*at]));
        let first = file.split_once('/').map_or("", |(first, _)| first);
        let whole = WHOLE.contains(&first);
        let heaviest =
            || (0..all.len()).filter(|_| whole && all.iter().all(|service| service.folder.is_none())).max_by_key(|at| all[*at].weight());
        match nearest.or_else(heaviest) {
            Some(at) => &mut self.services[at],
            None => {
                let name = if whole { self.project.clone() } else { first.to_owned() };
                self.service(&name, file)
            }
        }
    }
}

/// Folders that are of no one part of a repository.
const WHOLE: [&str; 14] =
    ["", "app", "bootstrap", "build", "cmd", "config", "docker", "internal", "lib", "pages", "pkg", "priv", "server", "src"];

/// A name as an id may have it.
pub(super) fn slug(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let slug: String = words.join("-").chars().take(40).collect();
    match slug.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => slug,
        Some(_) => format!("s-{slug}"),
        None => "unnamed".to_owned(),
    }
}
