//! The origins that must be refused, class by class: what allow-lists go wrong on.
//!
//! Those that are always tried in every way are those of the public scanners CORScanner and Corsy, plus development
//! machines and tunnels; `draw.rs` adds more.

use std::collections::BTreeSet;

use super::{Cors, ask::Way, draw, origin::Origin};

/// Any website at all.
pub(super) const STRANGER: &str = "https://evil.example";

/// Where a script of a sandboxed page or a local file comes from.
pub(super) const NULL: &str = "null";

/// Development servers by the ports of common tools (Create React App and Next.js, Angular, Vite, Vue), addresses and
/// schemes that stand for the own machine, and services on which everybody gets a name.
const DEVELOPMENT: [&str; 11] = [
    "http://localhost",
    "http://localhost:3000",
    "http://localhost:4200",
    "http://localhost:5173",
    "http://localhost:8080",
    "http://127.0.0.1:5173",
    "http://0.0.0.0",
    "https://evil.ngrok-free.app",
    "https://evil.vercel.app",
    "capacitor://localhost",
    "file://",
];

/// A way in which an allow-list lets others in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Whatever is sent is allowed.
    Reflection,
    /// `null` is allowed.
    Null,
    /// What begins like a wanted origin.
    Prefix,
    /// What ends like a wanted origin.
    Suffix,
    /// A dot stands for any character, as in a careless expression.
    Dot,
    /// `_` after the host: all browsers send such names.
    Underscore,
    /// A backtick after the host: some browsers send such names.
    Backtick,
    /// An encoded backtick after the host.
    Percent,
    /// The wanted host as a login.
    Userinfo,
    /// Another subdomain: one forgotten subdomain then opens the API.
    Subdomain,
    /// The domain above.
    Parent,
    /// Another top-level domain, or an ending cut short: a list searched as text holds its own beginnings.
    Ending,
    /// The wanted host over plain http: whoever is on the way speaks for it.
    Http,
    /// The wanted host on another port.
    Port,
    /// Development machines and tunnels.
    Dev,
    /// Addresses and names of private networks: somebody else's, wherever the visitor sits.
    Private,
    /// Suffixes under which everybody can register a name.
    Shared,
    /// Schemes and hosts of applications built on a browser.
    App,
    /// Extensions: anybody can publish one.
    Extension,
    /// What the plan names.
    Named,
}

impl Class {
    /// In the order of the report: each with the name of its demand, and what people call it.
    const ALL: [(Self, &str, &str); 20] = [
        (Self::Reflection, "reflection", "any other website"),
        (Self::Null, "null", "origin `null`"),
        (Self::Prefix, "prefix", "name that begins like a wanted one"),
        (Self::Suffix, "suffix", "name that ends like a wanted one"),
        (Self::Dot, "dot", "name with another character for a dot"),
        (Self::Underscore, "underscore", "wanted name followed by `_`"),
        (Self::Backtick, "backtick", "wanted name followed by a backtick"),
        (Self::Percent, "percent", "wanted name followed by `%60`"),
        (Self::Userinfo, "userinfo", "wanted name before an `@`"),
        (Self::Subdomain, "subdomain", "unlisted subdomain"),
        (Self::Parent, "parent", "domain above a wanted one"),
        (Self::Ending, "ending", "wanted name with another ending"),
        (Self::Http, "http", "wanted website over plain http or another scheme"),
        (Self::Port, "port", "wanted host on another port"),
        (Self::Dev, "dev", "development machines and tunnels"),
        (Self::Private, "private", "private networks and local names"),
        (Self::Shared, "shared", "hosting where everybody gets a name"),
        (Self::App, "app", "shells of applications"),
        (Self::Extension, "extension", "browser extensions"),
        (Self::Named, "named", "origins that the plan refuses"),
    ];

    /// For the expectation's name.
    pub(super) fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// For people.
    pub(super) fn what(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    fn origins(self, cors: &Cors) -> Vec<String> {
        match self {
            Self::Reflection => vec![STRANGER.to_owned()],
            Self::Null => vec![NULL.to_owned()],
            Self::Dev => DEVELOPMENT.map(str::to_owned).to_vec(),
            Self::Named => cors.refused.iter().flat_map(|refused| refused.iter()).map(|origin| origin.as_str().to_owned()).collect(),
            _ => cors.origins().filter(|wanted| wanted.is_web()).flat_map(|wanted| self.beside(wanted)).collect(),
        }
    }

    /// The origins of this class that resemble one wanted origin.
    fn beside(self, wanted: &Origin) -> Vec<String> {
        let (scheme, host) = (wanted.scheme(), wanted.host());
        let port = wanted.port().map(|port| format!(":{port}")).unwrap_or_default();
        let at = |host: &str| format!("{scheme}://{host}{port}");
        let domains = if wanted.is_named() { wanted.domains() } else { Vec::new() };
        match self {
            Self::Prefix => vec![at(&format!("{host}.evil.example"))],
            Self::Suffix => domains.iter().map(|domain| at(&format!("evil{domain}"))).collect(),
            Self::Dot if wanted.is_named() => {
                let dots = host.match_indices('.').take(4);
                dots.map(|(dot, _)| at(&format!("{}x{}", &host[..dot], &host[dot + 1..]))).collect()
            }
            Self::Underscore => vec![at(&format!("{host}_.evil.example"))],
            Self::Backtick => vec![at(&format!("{host}`.evil.example"))],
            Self::Percent => vec![at(&format!("{host}%60.evil.example"))],
            Self::Userinfo => vec![at(&format!("{host}@evil.example"))],
            Self::Subdomain => domains.iter().map(|domain| at(&format!("evil.{domain}"))).collect(),
            Self::Parent => domains.iter().skip(1).map(|domain| at(domain)).collect(),
            Self::Http if wanted.is_https() => vec![format!("http://{host}{port}")],
            Self::Port => vec![format!("{scheme}://{host}:{}", other_port(wanted.port()))],
            _ => Vec::new(),
        }
    }
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

/// Every class that the settings leave something of, with its origins, none of them welcome and none of a class twice;
/// those that the seed draws come last. Without a seed, as in old reports, none are drawn.
pub(super) fn matrix(cors: &Cors, seed: Option<&str>) -> Vec<(Class, Vec<Member>)> {
    let mut all = Class::ALL.map(|(class, ..)| {
        let mut members: Vec<Member> = Vec::new();
        for origin in class.origins(cors) {
            if !cors.welcomes(&origin) && !members.iter().any(|member| member.origin == origin) {
                members.push(Member { origin, ways: &Way::ALL });
            }
        }
        (class, members)
    });
    let known: BTreeSet<String> = all.iter().flat_map(|(_, members)| members).map(|member| member.origin.clone()).collect();
    for (class, member) in seed.into_iter().flat_map(|seed| draw::members(cors, seed, &known)) {
        all[class as usize].1.push(member);
    }
    all.into_iter().filter(|(_, members)| !members.is_empty()).collect()
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
        let rest = matrix(&cors, None).into_iter().filter(|(class, _)| !matches!(class, Class::Reflection | Class::Null | Class::Dev));
        rest.map(|(class, members)| format!("{}: {}", class.name(), origins(&members).join(" "))).collect()
    }

    #[test]
    fn each_class_stands_at_its_own_place() {
        assert!(Class::ALL.iter().enumerate().all(|(at, (class, ..))| *class as usize == at));
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
        let (_, dev) = all.iter().find(|(class, _)| *class == Class::Dev).expect("the class");
        assert!(!origins(dev).contains(&"http://localhost:3000") && origins(dev).contains(&"http://localhost:5173"));
    }
}
