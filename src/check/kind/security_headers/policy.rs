//! Content Security Policy (CSP3): what each policy of a page lets in, and which flaw all of them have.

use std::collections::BTreeSet;

use super::rule::Verdict;

/// Directives that a `meta` element cannot give.
const NOT_IN_META: [&str; 3] = ["frame-ancestors", "report-uri", "sandbox"];

/// The shortest policy is one directive.
const SHORTEST: usize = "img-src".len() - 1;

/// What a policy lets in of which it says nothing.
const EVERYTHING: [&str; 4] = ["*", "data:", "'unsafe-inline'", "'unsafe-eval'"];

/// What may stand twice.
const MAY_REPEAT: [&str; 2] = ["report-uri", "report-to"];

/// What a policy leaves open, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Flaw {
    Inline,
    Data,
    BroadScripts,
    BroadObjects,
    Insecure,
    Eval,
    InsecurePassive,
    Styles,
}

impl Flaw {
    fn says(self) -> &'static str {
        match self {
            Self::Inline => "scripts may stand in the page (`'unsafe-inline'`, or nothing restricts them)",
            Self::Data => "scripts may come from `data:`",
            Self::BroadScripts => "scripts may come from anywhere",
            Self::BroadObjects => "plugins may come from anywhere (no `object-src`, no `default-src`, or `*`)",
            Self::Insecure => "a source of plain http or ftp",
            Self::Eval => "`'unsafe-eval'`",
            Self::InsecurePassive => "images or media over plain http",
            Self::Styles => "styles may stand in the page or come from anywhere",
        }
    }
}

/// One policy.
pub(super) struct Policy {
    directives: Vec<(String, Vec<String>)>,
    in_header: bool,
    repeats: bool,
}

impl Policy {
    fn read(text: &str, in_header: bool) -> Result<Self, String> {
        let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        let mut policy = Self { directives: Vec::new(), in_header, repeats: false };
        if text.trim().len() < SHORTEST {
            return Err(format!("`{}` is no policy", text.trim()));
        }
        for directive in text.split(';') {
            let mut words = directive.split_ascii_whitespace().map(str::to_lowercase);
            let Some(name) = words.next() else { continue };
            if policy.get(&name).is_some() {
                if !MAY_REPEAT.contains(&name.as_str()) {
                    return Err(format!("`{name}` stands twice in one policy, where the second one is ignored"));
                }
                policy.repeats = true;
                continue;
            }
            if in_header || !NOT_IN_META.contains(&name.as_str()) {
                let mut sources: Vec<String> = words.collect();
                if sources.is_empty() && name.ends_with("-src") {
                    sources.push("'none'".into());
                }
                policy.directives.push((name, sources));
            }
        }
        Ok(policy)
    }

    fn get(&self, name: &str) -> Option<&[String]> {
        self.directives.iter().find(|(have, _)| have == name).map(|(_, sources)| sources.as_slice())
    }

    /// The sources of the first of `names` that it has; everything where it has none.
    fn sources(&self, names: &[&str]) -> Vec<&str> {
        let found = names.iter().find_map(|name| self.get(name));
        found.map_or_else(|| EVERYTHING.to_vec(), |sources| sources.iter().map(String::as_str).collect())
    }

    /// The lists that scripts come under: elements, attributes, and the one for both.
    fn scripts(&self) -> [Vec<&str>; 3] {
        ["script-src-elem", "script-src-attr", "script-src"].map(|name| self.sources(&[name, "script-src", "default-src"]))
    }

    fn styles(&self) -> [Vec<&str>; 3] {
        ["style-src-elem", "style-src-attr", "style-src"].map(|name| self.sources(&[name, "style-src", "default-src"]))
    }

    fn default_is_none(&self) -> bool {
        self.get("default-src").is_some_and(|sources| sources == ["'none'"])
    }

    /// Says `'strict-dynamic'` without anything that could be trusted: no script runs.
    fn trusts_nothing(&self) -> bool {
        self.scripts().iter().any(|list| list.contains(&"'strict-dynamic'") && !has_proof(list))
    }

    /// What it leaves open on a page that came over `https`.
    fn flaws(&self, https: bool) -> BTreeSet<Flaw> {
        let mut flaws = BTreeSet::new();
        let mut add = |flaw, is_so: bool| {
            if is_so {
                flaws.insert(flaw);
            }
        };
        let scripts = self.scripts().map(trusted);
        for list in &scripts {
            add(Flaw::Inline, list.contains(&"'unsafe-inline'"));
            add(Flaw::Data, list.contains(&"data:"));
            add(Flaw::BroadScripts, list.iter().any(|source| is_broad(source)));
            add(Flaw::Eval, list.contains(&"'unsafe-eval'"));
        }
        add(Flaw::BroadObjects, self.sources(&["object-src", "default-src"]).into_iter().any(is_broad));
        for list in self.styles() {
            let inline = list.contains(&"'unsafe-inline'") && !has_proof(&list);
            add(Flaw::Styles, inline || list.contains(&"data:") || list.iter().any(|source| is_broad(source)));
            add(Flaw::Eval, list.contains(&"'unsafe-eval'") && list != EVERYTHING);
        }
        if https {
            let others = self.directives.iter().filter(|(name, _)| !matches!(name.as_str(), "img-src" | "media-src" | "script-src"));
            let active = others.flat_map(|(_, sources)| sources.iter().map(String::as_str)).chain(scripts.into_iter().flatten());
            add(Flaw::Insecure, active.into_iter().any(is_insecure));
            let passive = ["img-src", "media-src"].map(|name| self.sources(&[name, "default-src"]));
            add(Flaw::InsecurePassive, passive.iter().flatten().any(|source| is_insecure(source)));
        }
        flaws
    }
}

/// Whether a nonce or a hash says which one is meant.
fn has_proof(sources: &[&str]) -> bool {
    sources.iter().any(|source| ["'sha256-", "'sha384-", "'sha512-", "'nonce-"].iter().any(|start| source.starts_with(start)))
}

/// Without what browsers ignore beside a nonce or a hash.
fn trusted(sources: Vec<&str>) -> Vec<&str> {
    if !has_proof(&sources) {
        return sources;
    }
    let dynamic = sources.contains(&"'strict-dynamic'");
    let is_host = |source: &str| ["http:", "https:", "ftp:", "*", "'self'"].iter().any(|start| source.starts_with(start));
    sources.into_iter().filter(|source| *source != "'unsafe-inline'" && !(dynamic && is_host(source))).collect()
}

/// Whether a source is a scheme, or any host of one, whatever the port.
fn is_broad(source: &str) -> bool {
    let host = match source.split_once("://") {
        None if matches!(source, "http:" | "https:" | "ftp:") => return true,
        None => source,
        Some((_, rest)) => rest,
    };
    let host = host.split('/').next().unwrap_or_default();
    matches!(host.split_once(':').map_or(host, |(host, _)| host), "*" | "*.*")
}

fn is_insecure(source: &str) -> bool {
    source.starts_with("http:") || source.starts_with("ftp:")
}

/// The policies of a page's headers and `meta` elements; a header that came twice, or with commas, is several.
pub(super) fn read(headers: &[&str], metas: &[String]) -> Result<Vec<Policy>, String> {
    let in_headers = headers.iter().flat_map(|value| value.split(',')).map(|text| Policy::read(text, true));
    let in_metas = metas.iter().flat_map(|value| value.split(',')).map(|text| Policy::read(text, false));
    let all = in_headers.chain(in_metas).collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().filter(|policy| !policy.directives.is_empty()).collect())
}

/// What the policies come to.
pub(super) fn judge(policies: &[Policy], https: bool) -> Verdict {
    if policies.iter().any(Policy::trusts_nothing) {
        return Verdict::broken("csp-header-invalid", "`'strict-dynamic'` without a nonce or a hash, so that no script runs");
    }
    // What one policy forbids is forbidden; only which hosts two of them share is not followed, so a host over plain http counts.
    let all: Vec<BTreeSet<Flaw>> = policies.iter().map(|policy| policy.flaws(https)).collect();
    let counts = |flaw: &&Flaw| match flaw {
        Flaw::Insecure | Flaw::InsecurePassive => true,
        _ => all.iter().all(|flaws| flaws.contains(flaw)),
    };
    let flaws: BTreeSet<Flaw> = all.iter().flatten().filter(counts).copied().collect();
    let says = flaws.iter().take(3).map(|flaw| flaw.says()).collect::<Vec<_>>().join("; ");
    let repeats = policies.iter().any(|policy| policy.repeats);
    let named = |result| if repeats { "csp-implemented-but-duplicate-directives" } else { result };
    match flaws.first() {
        Some(Flaw::Inline | Flaw::Data | Flaw::BroadScripts | Flaw::BroadObjects) => {
            Verdict::broken("csp-implemented-with-unsafe-inline", says)
        }
        Some(Flaw::Insecure) => Verdict::broken("csp-implemented-with-insecure-scheme", says),
        Some(Flaw::Eval) => Verdict::broken("csp-implemented-with-unsafe-eval", says),
        Some(Flaw::InsecurePassive) => Verdict::holds(named("csp-implemented-with-insecure-scheme-in-passive-content-only"), says),
        Some(Flaw::Styles) => Verdict::holds(named("csp-implemented-with-unsafe-inline-in-style-src-only"), says),
        None if policies.iter().any(Policy::default_is_none) => {
            Verdict::best(named("csp-implemented-with-no-unsafe-default-src-none"), "a policy without unsafe sources, by default none")
        }
        None => Verdict::best(named("csp-implemented-with-no-unsafe"), "a policy without unsafe sources"),
    }
}

/// Who may frame the page, where a header says: `true` if that is not everybody.
pub(super) fn frames(policies: &[Policy]) -> Option<bool> {
    let lists: Vec<_> = policies.iter().filter(|policy| policy.in_header).filter_map(|policy| policy.get("frame-ancestors")).collect();
    (!lists.is_empty()).then(|| lists.iter().any(|list| !list.iter().any(|source| is_broad(source))))
}
