//! `gonogo.yaml`: the project, its environments and their variables, and what is included.

use std::collections::BTreeMap;

use super::{
    Found, checks,
    environment::{Environment, environments},
    sheet::{Sheet, quoted},
};

/// Where a service listens that says nothing else.
const USUAL_PORT: u16 = 8080;

/// Each file of the plan.
pub(super) fn files(found: &Found) -> BTreeMap<String, String> {
    let environments = environments(found);
    let mut sections = checks::sections(found, &environments);
    let mut sheet = Sheet::default();
    head(&mut sheet, found);
    sheet.line(0, &format!("project: {}", quoted(&found.project)), "stands on every report");
    sheet.gap();
    sheet.line(0, "environments:", "where this is run; choose with --env where there are several");
    for environment in &environments {
        environment.write(&mut sheet, found);
    }
    sheet.gap();
    if found.sources.is_empty() {
        sheet.line(0, "checks:", "gonogo explain lists every kind of check there is");
        let (_, only) = sections.pop_first().unwrap_or_default();
        return [("gonogo.yaml".to_owned(), sheet.text() + &only)].into();
    }
    sheet.line(0, "include:", "one file for each section of the checklist, in this order");
    let mut files = BTreeMap::new();
    for (file, title, about) in checks::SECTIONS {
        if let Some(text) = sections.remove(file) {
            sheet.line(2, &format!("- {file}"), about);
            files.insert(file.to_owned(), head_of(title) + &text);
        }
    }
    files.insert("gonogo.yaml".to_owned(), sheet.text());
    files
}

fn head_of(title: &str) -> String {
    let mut sheet = Sheet::default();
    sheet.line(0, &format!("section: {title}"), "the heading in the report");
    sheet.gap();
    sheet.line(0, "checks:", "each a blocker, unless it has severity: warning");
    sheet.text()
}

fn head(sheet: &mut Sheet, found: &Found) {
    sheet.say(0, "May we go? The checklist before a deployment, as gonogo init wrote it. It is yours now: read it, change it, add to it.");
    sheet.say(0, "");
    sheet.say(2, "gonogo lint: is the plan itself in order? (touches nothing)");
    sheet.say(2, "gonogo plan: what would a run reach, and with which credentials? (sends nothing)");
    sheet.say(2, "gonogo verify: may we go?");
    sheet.say(0, "");
    if found.sources.is_empty() {
        sheet.say(0, "Nothing here said what is deployed, so it only asks whether the service answers.");
    } else {
        sheet.say(0, "It was written from:");
        for (path, what) in found.sources.iter().take(20) {
            sheet.say(2, &format!("{path}: {what}"));
        }
        if found.sources.len() > 20 {
            sheet.say(2, &format!("and {} more files", found.sources.len() - 20));
        }
    }
}

impl Environment<'_> {
    fn write(&self, sheet: &mut Sheet, found: &Found) {
        let about = match self.name {
            "prod" => "what the users reach",
            "staging" => "the rehearsal; it does not answer for production",
            _ => "this machine, to try the plan; name one prod for what the users reach",
        };
        sheet.line(2, &format!("{}:", self.name), about);
        if let Some(settings) = self.settings {
            sheet.line(
                4,
                &format!("env-file: {}", quoted(&settings.path)),
                "variables from there; the process environment comes before it",
            );
        }
        sheet.line(4, "vars:", "the checks say ${url}; values that differ from place to place stand here");
        let (url, why) = self.url(found);
        sheet.line(6, &format!("url: \"{url}\""), &why);
        if self.name == "prod"
            && let Some((host, _)) = checks::redirecting(found)
        {
            let said = format!("plain-url: \"${{PROD_PLAIN_URL:-http://{host}}}\"");
            sheet.line(6, &said, "the same, without TLS: it must only lead to HTTPS");
        }
        if checks::asks_database(found) {
            let said = format!("database: \"${{{}}}\"", self.database());
            sheet.line(6, &said, "better a login of gonogo's own: gonogo plan --grants says what it needs");
        }
        if let Some(redis) = self.redis() {
            sheet.line(6, &format!("redis: \"${{{redis}}}\""), "the store whose contents must survive a restart");
        }
        if let Some(settings) = self.settings {
            sheet.line(6, &format!("env-file: {}", quoted(&settings.path)), "its secrets are judged; no value of it is ever shown");
        }
        if let Some(other) = checks::other_settings(found, self.name) {
            sheet.line(6, &format!("other-env-file: {}", quoted(other)), "no secret may be shared with that environment");
        }
    }

    /// As it stands between double quotes; hosts and ports have only characters that need no escaping.
    fn url(&self, found: &Found) -> (String, String) {
        let scheme = if found.proxy.tls.is_some() || found.proxy.redirects.is_some() { "https" } else { "http" };
        match (self.name, &found.proxy.host, &found.port) {
            ("prod", Some(host), _) => (format!("${{PROD_URL:-{scheme}://{}}}", host.name), format!("from {}", host.file)),
            ("prod", None, _) => (
                "${PROD_URL:?where production answers, like https://api.example.com}".into(),
                "set PROD_URL, or write the address here".into(),
            ),
            ("staging", _, _) => {
                let wanted = "${STAGING_URL:?where staging answers, like https://api.staging.example.com}";
                (wanted.into(), "set STAGING_URL, or write the address here".into())
            }
            (_, _, Some((port, file))) => (format!("${{URL:-http://localhost:{port}}}"), format!("the port is from {file}; or set URL")),
            (_, _, None) => (format!("${{URL:-http://localhost:{USUAL_PORT}}}"), "set URL, or write here where the service answers".into()),
        }
    }
}
