//! A pack's documentation, from its own file: what it wants to know, what it checks and why, how a plan includes it.

use std::fmt::Write as _;

use super::{node::Node, pack::Pack, pack::PackVar, yaml};
use crate::check::Kind;

/// All about one pack, as Markdown.
pub fn pack_page(pack: &Pack) -> String {
    let mut page = format!("# pack:{}\n\n{}\n", pack.name, pack.about);
    let tree = yaml::parse(0, &pack.source, &mut Vec::new());
    let checks = tree.as_ref().and_then(|tree| tree.get("checks")?.items()).unwrap_or_default();
    variables(&mut page, pack, checks);
    for (program, help) in &pack.needs_command {
        let _ = write!(page, "\nRuns `{program}`. {}\n", help.trim());
    }
    page.push_str("\n## Checks\n");
    checks.iter().for_each(|check| describe(&mut page, check));
    let _ = write!(
        page,
        "\n## Use\n\nIn `gonogo.yaml`; `as` is what the ids begin with, `change` puts other keys and settings over those of a check,\n\
         `without` leaves a check out, which reports show with the reason:\n\n```yaml\ninclude:\n{}```\n",
        indented(&pack.example)
    );
    let _ = write!(page, "\n## Source\n\n```yaml\n{}```\n", pack.source);
    page
}

fn variables(page: &mut String, pack: &Pack, checks: &[Node]) {
    page.push_str("\n## Variables\n");
    // What the plan has to say comes first.
    let (open, rest): (Vec<_>, Vec<_>) = pack.vars.iter().partition(|(_, var)| var.is_open());
    for (name, var) in open.into_iter().chain(rest) {
        let _ = write!(page, "\n- **`{name}`** ({}): {}\n", need(pack, name, var, checks), var.about.trim());
    }
}

/// Whether the plan has to give a variable, or what it is otherwise.
fn need(pack: &Pack, name: &str, var: &PackVar, checks: &[Node]) -> String {
    if let Some(default) = &var.default {
        return format!("default `{default}`");
    }
    if let Some(base) = &var.http_of {
        return format!("default: `{base}` with `http://` and on port 80");
    }
    let users = checks.iter().filter(|check| pack.variables(check, None).contains(name));
    let users: Vec<String> = users.map(|check| format!("`{}`", word(check, "id"))).collect();
    match users.as_slice() {
        users if var.optional => format!(
            "optional: without it {} left out",
            if users.len() == 1 { format!("{} is", users[0]) } else { format!("{} are", users.join(", ")) }
        ),
        [only] if checks.len() > 1 => format!("required, unless {only} is left out"),
        _ => "required".into(),
    }
}

fn describe(page: &mut String, check: &Node) {
    let kind = check.entries().unwrap_or_default().iter().find_map(|(key, _)| Kind::named(&key.text)).map_or("", |kind| kind.name);
    let severity = check.get("severity").map_or_else(|| "blocker".to_owned(), |_| word(check, "severity"));
    let _ = write!(page, "\n- **`{}`** (`{kind}`, {severity}): {}\n", word(check, "id"), word(check, "title"));
    for (label, key) in [("Why", "why"), ("Fix", "fix")] {
        let _ = writeln!(page, "  - {label}: {}", word(check, key));
    }
}

fn word(check: &Node, key: &str) -> String {
    check.get(key).and_then(Node::scalar).map(|scalar| scalar.text.trim().to_owned()).unwrap_or_default()
}

fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") };
    text.lines().map(line).collect()
}
