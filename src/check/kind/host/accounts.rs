//! Accounts and groups: those of `/etc`, and those that a directory service knows, where it is asked for them by name.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    facts::{Facts, Names, Wanted},
    observe::{printed, text},
};
use crate::{
    check::Context,
    net::accounts::{Account, Group, accounts, groups, parsed_accounts, parsed_groups},
};

pub(super) async fn read(wanted: &Wanted, cx: &Context, facts: &mut Facts) {
    let (users, teams) = (wanted.names("users"), wanted.names("groups"));
    if users.is_none() && teams.is_none() {
        return;
    }
    let (mut accounts, mut groups) = match (accounts(), groups()) {
        (Ok(accounts), Ok(groups)) => (accounts, groups),
        (Err(why), _) | (_, Err(why)) => {
            return ["users", "groups"].into_iter().for_each(|topic| facts.lack(&[topic], None, why.clone()));
        }
    };
    if let Some(names) = users {
        let known = accounts.iter().map(|account| account.name.clone()).collect();
        let said = elsewhere("users", "passwd", names, &known, cx, facts).await;
        accounts.extend(parsed_accounts(&said).into_iter().filter(|account| !known.contains(&account.name)));
    }
    if let Some(names) = teams {
        let known = groups.iter().map(|group| group.name.clone()).collect();
        let said = elsewhere("groups", "group", names, &known, cx, facts).await;
        groups.extend(parsed_groups(&said).into_iter().filter(|group| !known.contains(&group.name)));
    }
    // Whom a service adds to a group of this machine, or whom it puts where, is not told by names.
    if let (Some(service), true) = (service("group").or_else(|| service("passwd")), users.is_some() || teams.is_some()) {
        let why = format!("`{service}` may know more of them: demand this where the accounts are kept");
        facts.lack(&["users"], Some("groups"), why.clone());
        facts.lack(&["groups"], Some("members"), why);
    }
    if users.is_some() {
        facts.put("users", Ok(Value::Object(accounts.iter().map(|one| (one.name.clone(), user(one, &groups))).collect())));
    }
    if teams.is_some() {
        facts.put("groups", Ok(Value::Object(groups.iter().map(|one| (one.name.clone(), team(one, &accounts))).collect::<Map<_, _>>())));
    }
}

/// What a directory service says of those that `/etc` does not know. That it says nothing proves nothing: it may not answer.
async fn elsewhere(topic: &str, database: &str, names: &Names, known: &BTreeSet<String>, cx: &Context, facts: &mut Facts) -> String {
    let Some(service) = service(database) else { return String::new() };
    if names.all {
        facts.lack(&[topic], None, format!("`{service}` may know more of them, and does not list all: demand them by name"));
    }
    let missing: Vec<&str> = names.these.iter().filter(|name| !known.contains(*name)).map(String::as_str).collect();
    if missing.is_empty() {
        return String::new();
    }
    // 2: one of them is not known.
    let argv: Vec<&str> = ["getent", "--", database].iter().chain(&missing).copied().collect();
    let (said, why) = match printed(cx, &argv, &[0, 2]).await {
        Ok((said, _)) => (said, format!("`{service}` knows no such name, or did not answer")),
        Err(error) => (String::new(), error.to_string()),
    };
    let is_found = |name: &str| said.lines().any(|line| line.split(':').next() == Some(name));
    for name in missing.iter().filter(|name| !is_found(name)) {
        facts.lack(&[topic, name], None, why.clone());
    }
    said
}

/// The first source of nsswitch.conf(5) that is not a file of this machine.
fn service(database: &str) -> Option<String> {
    sources(&text("/etc/nsswitch.conf").ok()?, database)
}

fn sources(text: &str, database: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.split('#').next()?.trim().strip_prefix(database)?.trim_start().strip_prefix(':'))?;
    // What stands in brackets says what to do next; `systemd` makes up accounts for units that run.
    let own = |source: &&str| {
        matches!(*source, "files" | "compat" | "systemd" | "altfiles" | "db") || source.starts_with('[') || source.ends_with(']')
    };
    line.split_whitespace().find(|source| !own(source)).map(str::to_owned)
}

fn user(account: &Account, groups: &[Group]) -> Value {
    let own = groups.iter().find(|group| group.gid == account.gid).map_or_else(|| account.gid.to_string(), |group| group.name.clone());
    let others =
        groups.iter().filter(|group| group.gid != account.gid && group.members.contains(&account.name)).map(|group| group.name.clone());
    json!({
        "uid": account.uid, "gid": account.gid, "home": account.home, "shell": account.shell,
        "groups": std::iter::once(own.clone()).chain(others).collect::<Vec<_>>(), "group": own,
    })
}

fn team(group: &Group, accounts: &[Account]) -> Value {
    let own = accounts.iter().filter(|account| account.gid == group.gid).map(|account| &account.name);
    let members: BTreeSet<&String> = group.members.iter().chain(own).collect();
    json!({ "gid": group.gid, "members": members })
}

#[cfg(test)]
mod tests {
    use super::sources;

    #[test]
    fn a_directory_service_is_told_from_files() {
        for (line, service) in [
            ("passwd: files", None),
            ("passwd:\tfiles systemd # ldap", None),
            ("passwd: files [NOTFOUND=return] sss", Some("sss")),
            ("# passwd: ldap\npasswd : compat", None),
            ("passwd: ldap files", Some("ldap")),
            ("passwd_compat: nis", None),
            ("group: winbind", None),
        ] {
            assert_eq!(sources(line, "passwd").as_deref(), service, "{line}");
        }
    }
}
