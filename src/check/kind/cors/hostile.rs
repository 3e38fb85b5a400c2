//! The origins that must be refused, class by class: what allow-lists go wrong on, as `hostile.txt` has it.

use std::{collections::BTreeSet, sync::LazyLock};

use super::{Cors, ask::Way, draw, origin::Origin};
use crate::check::table::rows;

/// Any website at all.
pub(super) const STRANGER: &str = "https://evil.example";

/// Where a script of a sandboxed page or a local file comes from.
pub(super) const NULL: &str = "null";

/// A way in which an allow-list lets others in.
pub(super) struct Class {
    /// For the expectation's name.
    pub(super) name: &'static str,
    /// For people.
    pub(super) what: &'static str,
    /// What is tried in every way.
    always: Vec<&'static str>,
    pub(super) pools: Vec<Pool>,
}

/// Of these, how many are tried: so many from the head of the list, and so many others by chance.
pub(super) struct Pool {
    pub(super) first: usize,
    pub(super) drawn: usize,
    pub(super) templates: Vec<&'static str>,
}

/// In the order of the report.
pub(super) static CLASSES: LazyLock<Vec<Class>> = LazyLock::new(|| {
    let mut all: Vec<Class> = Vec::new();
    for (heading, line) in rows(include_str!("hostile.txt")) {
        if all.last().is_none_or(|class| class.name != heading.name) {
            all.push(Class { name: heading.name, what: heading.about, always: Vec::new(), pools: Vec::new() });
        }
        let Some(class) = all.last_mut() else { continue };
        let numbers = line.strip_prefix("draw ").and_then(|numbers| numbers.split_once(' '));
        let numbers = numbers.and_then(|(first, drawn)| Some((first.parse().ok()?, drawn.parse().ok()?)));
        match (numbers, class.pools.last_mut()) {
            (Some((first, drawn)), _) => class.pools.push(Pool { first, drawn, templates: Vec::new() }),
            (None, Some(pool)) => pool.templates.push(line),
            (None, None) => class.always.push(line),
        }
    }
    all
});

impl Class {
    /// Those that are always tried, none of them welcome and none twice.
    fn members(&self, cors: &Cors) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        for origin in self.always.iter().flat_map(|template| origins(template, cors)) {
            if !cors.welcomes(&origin) && !members.iter().any(|member| member.origin == origin) {
                members.push(Member { origin, ways: &Way::ALL });
            }
        }
        members
    }
}

fn origins(template: &str, cors: &Cors) -> Vec<String> {
    match template {
        "{REFUSED}" => cors.refused.iter().flat_map(|refused| refused.iter()).map(|origin| origin.text.clone()).collect(),
        _ if template.contains(char::is_uppercase) => {
            cors.origins().filter(|wanted| wanted.is_web()).flat_map(|wanted| beside(template, wanted)).collect()
        }
        _ => vec![template.to_owned()],
    }
}

/// What a template stands for beside a wanted origin: one origin for each value of what it names in capitals.
pub(super) fn beside(template: &str, wanted: &Origin) -> Vec<String> {
    parts(wanted).into_iter().fold(vec![template.to_owned()], |all, (name, values)| {
        let fill = |text: String| match text.contains(name) {
            true => values.iter().map(|value| text.replace(name, value)).collect(),
            false => vec![text],
        };
        all.into_iter().flat_map(fill).collect()
    })
}

/// What of a wanted origin stands in capitals.
fn parts(wanted: &Origin) -> [(&'static str, Vec<String>); 13] {
    let host = wanted.host.as_str();
    let (first, above) = host.split_once('.').unwrap_or((host, host));
    let stem = host.rsplit_once('.').map_or(host, |(stem, _)| stem);
    let domains = if wanted.is_named() { wanted.domains() } else { Vec::new() };
    let dots = host.match_indices('.').take(4).filter(|_| wanted.is_named());
    let one = |text: &str| vec![text.to_owned()];
    let owned = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
    [
        ("{SCHEME}", one(&wanted.scheme)),
        ("{HTTP}", if wanted.scheme == "https" { one("http") } else { Vec::new() }),
        ("{HOST}", one(host)),
        ("{PORT}", vec![wanted.port.map(|port| format!(":{port}")).unwrap_or_default()]),
        ("{OTHER}", vec![other_port(wanted.port).to_string()]),
        ("{CUT}", one(&host[..host.len() - 1])),
        ("{STEM}", one(stem)),
        ("{FIRST}", one(first)),
        ("{LABEL}", one(stem.rsplit('.').next().unwrap_or(stem))),
        ("{PARENT}", one(if above.contains('.') { above } else { host })),
        ("{DOMAIN}", owned(&domains)),
        ("{ABOVE}", owned(domains.get(1..).unwrap_or_default())),
        ("{DOTLESS}", dots.map(|(dot, _)| format!("{}x{}", &host[..dot], &host[dot + 1..])).collect()),
    ]
}

/// Another port, if possible one that begins like the wanted one.
fn other_port(port: Option<u16>) -> u16 {
    match port.map(|port| (port, port.checked_mul(10))) {
        Some((_, Some(longer))) => longer,
        Some((8443, None)) => 8444,
        _ => 8443,
    }
}

/// An origin that must be refused.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) origin: String,
    /// The ways in which it is asked.
    pub(super) ways: &'static [Way],
}

/// Every class that the settings leave something of, with its origins; those that the seed draws come last. Without a seed, as
/// in old reports, none are drawn.
pub(super) fn matrix(cors: &Cors, seed: Option<&str>) -> Vec<(&'static Class, Vec<Member>)> {
    let mut all: Vec<(&Class, Vec<Member>)> = CLASSES.iter().map(|class| (class, class.members(cors))).collect();
    let known: BTreeSet<String> = all.iter().flat_map(|(_, members)| members).map(|member| member.origin.clone()).collect();
    for (class, members) in &mut all {
        members.extend(seed.into_iter().flat_map(|seed| draw::members(class, cors, seed, &known)));
    }
    all.retain(|(_, members)| !members.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn origins(members: &[Member]) -> Vec<&str> {
        members.iter().map(|member| member.origin.as_str()).collect()
    }

    /// Those that are always tried.
    fn said(settings: serde_json::Value) -> Vec<String> {
        let mut settings = settings;
        settings["url"] = json!("https://api.example.com/");
        let cors: Cors = serde_json::from_value(settings).expect("settings");
        let rest = matrix(&cors, None).into_iter().filter(|(class, _)| !["reflection", "null", "dev"].contains(&class.name));
        rest.map(|(class, members)| format!("{}: {}", class.name, origins(&members).join(" "))).collect()
    }

    #[test]
    fn each_class_stands_at_its_own_place() {
        assert_eq!(CLASSES.iter().map(|class| class.name).collect::<BTreeSet<_>>().len(), 20);
        assert!(CLASSES.iter().all(|class| !class.what.is_empty() && class.pools.iter().all(|pool| pool.templates.len() >= pool.first)));
    }

    #[test]
    fn one_origin_has_all_its_look_alikes() {
        assert_eq!(
            said(json!({ "origins": ["https://app.example.com"] })),
            [
                "prefix: https://app.example.com.evil.example",
                "suffix: https://evilapp.example.com https://evilexample.com",
                "dot: https://appxexample.com https://app.examplexcom",
                "underscore: https://app.example.com_.evil.example",
                "backtick: https://app.example.com`.evil.example",
                "percent: https://app.example.com%60.evil.example",
                "userinfo: https://app.example.com@evil.example",
                "subdomain: https://evil.app.example.com https://evil.example.com",
                "parent: https://example.com",
                "http: http://app.example.com",
                "port: https://app.example.com:8443",
            ]
        );
    }

    #[test]
    fn what_is_welcome_is_not_hostile() {
        let both = said(json!({ "origins": ["https://app.example.com", "https://example.com"] }));
        assert!(!both.iter().any(|class| class.starts_with("parent")), "{both:?}");
        assert!(both.contains(&"http: http://app.example.com http://example.com".to_owned()), "{both:?}");
        let below = said(json!({ "origins": ["https://app.example.com"], "subdomains-of": ["example.com"] }));
        assert!(!below.iter().any(|class| class.starts_with("subdomain")), "{below:?}");
        assert!(below.contains(&"suffix: https://evilexample.com".to_owned()), "{below:?}");
        assert!(below.contains(&"port: https://app.example.com:8443".to_owned()), "{below:?}");
        let ports = said(json!({ "origins": ["http://localhost:3000"], "other-ports": "allow" }));
        assert_eq!(
            ports,
            [
                "prefix: http://localhost.evil.example:3000",
                "suffix: http://evillocalhost:3000",
                "underscore: http://localhost_.evil.example:3000",
                "backtick: http://localhost`.evil.example:3000",
                "percent: http://localhost%60.evil.example:3000",
                "userinfo: http://localhost@evil.example:3000",
                "subdomain: http://evil.localhost:3000",
            ]
        );
    }

    #[test]
    fn a_longer_port_begins_like_the_wanted_one() {
        assert_eq!([Some(3000), Some(8443), Some(443), None].map(other_port), [30000, 8444, 4430, 8443]);
    }

    #[test]
    fn development_origins_that_are_wanted_leave_the_others() {
        let cors: Cors =
            serde_json::from_value(json!({ "url": "https://a.example/", "origins": "http://localhost:3000" })).expect("settings");
        let all = matrix(&cors, Some("shop 1.4.2"));
        let (_, dev) = all.iter().find(|(class, _)| class.name == "dev").expect("the class");
        assert!(!origins(dev).contains(&"http://localhost:3000") && origins(dev).contains(&"http://localhost:5173"));
    }
}
