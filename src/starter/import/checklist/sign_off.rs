//! Who signs a checklist: lines like `Security: ____`, and tables of roles.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use super::{Page, sheet::slug, shown, yaml};
use crate::model::regex;

/// What a box is that somebody signs on.
pub(super) const LINE: &str = "somebody signs there: it is a role of `signoff`";

static SECTION: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)\b(?:sign[ -]?offs?|approv(?:als?|ers?)|signatures?|goedkeuring|ondertekening|freigabe|unterschrift(?:en)?)\b")
});
/// A role, and a line to sign on.
static ROLE: LazyLock<Regex> = LazyLock::new(|| regex(r"^\W*(?P<role>[^:|]{2,60}?)\s*:\s*(?:_{2,}|\.{4,}|…+|\[\s*\]|$)"));
/// What else is filled in on such a page.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)^(?:date|datum|time|tijd|name|naam|signature|signed|handtekening|unterschrift|version|versie|release|notes?)\b")
});
static COLUMN: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^(?:role|rol|rolle|function|functie|funktion|team|approver)s?$"));

/// A role of the plan.
pub(super) struct Role {
    id: String,
    name: String,
}

/// Whether people sign under such a heading.
pub(super) fn is_section(heading: &str) -> bool {
    SECTION.is_match(heading)
}

/// Whether a line under this heading is one to sign on.
pub(super) fn is_line(heading: &str, line: &str) -> bool {
    is_section(heading) && ROLE.captures(line).is_some_and(|found| !OTHER.is_match(&found["role"]))
}

/// The roles, each once; one where the checklist names none, so that somebody can answer.
pub(super) fn roles(page: &Page) -> Vec<Role> {
    let boxes = page.boxes.iter().map(|item| (item.section.as_str(), item.text.as_str()));
    let lines = page.loose.iter().flat_map(|(heading, text)| text.lines().map(move |line| (heading.as_str(), line)));
    let lines = lines.chain(boxes).filter(|(heading, line)| is_line(heading, line));
    let mut names: Vec<String> = lines.filter_map(|(_, line)| Some(ROLE.captures(line)?["role"].to_owned())).collect();
    for table in page.tables.iter().filter(|table| is_section(&table.section)) {
        let column = table.head.iter().position(|cell| COLUMN.is_match(cell));
        names.extend(column.into_iter().flat_map(|column| table.rows.iter().filter_map(move |(_, cells)| cells.get(column).cloned())));
    }
    let mut roles: Vec<Role> = Vec::new();
    for name in names.into_iter().map(|name| shown(&name, 60)) {
        let id = slug(&name);
        if !id.is_empty() && !roles.iter().any(|role| role.id == id) {
            roles.push(Role { id, name });
        }
    }
    if roles.is_empty() {
        roles.push(Role { id: "release".into(), name: "Release".into() });
    }
    roles
}

/// `people` and `signoff`, with a person for each role, to be filled in.
pub(super) fn block(roles: &[Role]) -> String {
    let map = |value: &dyn Fn(&Role) -> Value| roles.iter().map(|role| (role.id.clone(), value(role))).collect::<Map<_, _>>();
    let people = map(&|role| json!({ "name": format!("{} (write the name)", role.name) }));
    let require: Vec<&str> = roles.iter().map(|role| role.id.as_str()).collect();
    let signoff = json!({ "allowed-signers": "signers", "roles": map(&|role| json!([role.id])), "require": require });
    let mut out = "# Fill in who has each role: the key is the person's e-mail address, and the file `signers` has a line for each,\n\
                   # like `ann@example.com ssh-ed25519 AAAA…`. Until it holds a key nobody can answer or sign.\n"
        .to_owned();
    let all: Map<String, Value> = [("people".to_owned(), people.into()), ("signoff".to_owned(), signoff)].into_iter().collect();
    yaml::block(&all, 0, &mut out);
    out
}

/// The file of their keys, without any yet.
pub(super) fn signers(roles: &[Role]) -> String {
    let lines = roles.iter().map(|role| format!("# {} ssh-ed25519 AAAA…\n", role.id));
    format!("# One line for each person of the plan: their id there and their public key.\n{}", lines.collect::<String>())
}
