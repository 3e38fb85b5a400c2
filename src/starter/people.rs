//! Whose a repository is: its remote, and CODEOWNERS.

use super::{
    detect::{Place, Said},
    found::Found,
    origin::is_public_host,
    sheet::is_plain,
};
use crate::{model::Size, net::regular_file};

/// No configuration that people write is larger.
const LARGEST: Size = Size(1 << 20);
/// Patterns that a plan lists.
const MOST: usize = 12;

/// `CODEOWNERS`, wherever GitHub and GitLab look for it.
pub(super) fn is_owners(place: &Place<'_>) -> bool {
    place.name == "codeowners"
}

/// Takes who owns what.
pub(super) fn owners(found: &mut Found, _: &str, text: &str) -> Said {
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '['])) {
        let mut words = line.split_whitespace();
        let Some(pattern) = words.next().filter(|pattern| is_name(pattern, "/*._-")) else { continue };
        for owner in words.take_while(|word| !word.starts_with('#')).filter(|owner| owner.contains('@') && is_name(owner, "@/._+-")) {
            let known = (pattern.to_owned(), owner.to_owned());
            // One line for each owner, that of their first pattern.
            if found.owners.len() < MOST && !found.owners.iter().any(|(_, other)| *other == known.1) {
                found.owners.push(known);
            }
        }
    }
    Ok((!found.owners.is_empty()).then_some("who owns what"))
}

fn is_name(text: &str, marks: &str) -> bool {
    is_plain(text) && text.len() <= 100 && text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
}

/// The address of the remote `origin` on the web, without a login; read from the clone's configuration, of which nothing is run.
pub(super) fn remote(found: &mut Found) {
    let Ok(text) = regular_file::read_text(&found.root.join(".git/config"), LARGEST) else { return };
    let section = text.split("[remote \"origin\"]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap_or_default();
    let url = section.lines().find_map(|line| line.trim().strip_prefix("url")?.trim_start().strip_prefix('='));
    found.repository = url.and_then(|url| on_the_web(url.trim()));
}

/// `git@host:owner/name.git`, `ssh://git@host/owner/name`, `https://user:token@host/owner/name.git`.
fn on_the_web(remote: &str) -> Option<String> {
    let rest = remote.split_once("://").map_or(remote, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let at = rest.find([':', '/'])?;
    let (host, path) = (&rest[..at], rest[at + 1..].trim_end_matches('/').trim_end_matches(".git"));
    // After a port comes a slash.
    let path = path.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('/');
    (is_public_host(host) && path.contains('/') && is_name(path, "/._-")).then(|| format!("https://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_remote_loses_its_login() {
        for (remote, web) in [
            ("git@github.com:acme/shop.git", Some("https://github.com/acme/shop")),
            ("ssh://git@git.acme.io:2222/group/sub/shop.git", Some("https://git.acme.io/group/sub/shop")),
            ("https://bob:canary@gitlab.com/acme/shop", Some("https://gitlab.com/acme/shop")),
            ("/srv/git/shop.git", None),
            ("../shop", None),
            ("https://h/${x}", None),
        ] {
            assert_eq!(on_the_web(remote).as_deref(), web, "{remote}");
        }
    }

    #[test]
    fn owners_are_who_stands_there() {
        let mut found = Found::new(Path::new("/x"));
        let text = "# all\n* @acme/platform # us\n[Section]\n/db/ @acme/data ann@acme.io @acme/platform\n/x} @a\n/y nobody\n";
        assert!(owners(&mut found, "CODEOWNERS", text).is_ok_and(|said| said.is_some()));
        let said: Vec<String> = found.owners.iter().map(|(pattern, owner)| format!("{pattern} {owner}")).collect();
        assert_eq!(said, ["* @acme/platform", "/db/ @acme/data", "/db/ ann@acme.io"]);
    }
}
