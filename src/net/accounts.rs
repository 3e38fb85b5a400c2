//! The accounts and groups of this machine, as `/etc/passwd` and `/etc/group` have them (passwd(5), group(5)).

use std::path::Path;

use super::regular_file::read_bytes;
use crate::model::Size;

/// Some sites have a hundred thousand accounts.
const LARGEST: Size = Size(16 << 20);

/// An account; never its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name to log in with.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// The number of its own group.
    pub gid: u32,
    /// Its folder.
    pub home: String,
    /// What is started at a login.
    pub shell: String,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: u32,
    /// The accounts that it names.
    pub members: Vec<String>,
}

/// The accounts of `/etc/passwd`.
///
/// # Errors
/// A sentence, where it cannot be read.
pub fn accounts() -> Result<Vec<Account>, String> {
    text("/etc/passwd").map(|text| parsed_accounts(&text))
}

/// The groups of `/etc/group`.
///
/// # Errors
/// A sentence, where it cannot be read.
pub fn groups() -> Result<Vec<Group>, String> {
    text("/etc/group").map(|text| parsed_groups(&text))
}

/// Accounts as `/etc/passwd` and `getent passwd` have them. A line that is none is passed over, as the C library does.
pub fn parsed_accounts(text: &str) -> Vec<Account> {
    let account = |line: &str| {
        let mut fields = line.split(':');
        let (name, _password) = (fields.next()?, fields.next()?);
        let (uid, gid, _about) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?, fields.next()?);
        Some(Account { name: named(name)?, uid, gid, home: fields.next()?.to_owned(), shell: fields.next()?.to_owned() })
    };
    text.lines().filter_map(account).collect()
}

/// The same for groups.
pub fn parsed_groups(text: &str) -> Vec<Group> {
    let group = |line: &str| {
        let mut fields = line.split(':');
        let (name, _password, gid) = (fields.next()?, fields.next()?, fields.next()?.parse().ok()?);
        let members = fields.next()?.split(',').filter(|member| !member.is_empty()).map(str::to_owned).collect();
        Some(Group { name: named(name)?, gid, members })
    };
    text.lines().filter_map(group).collect()
}

/// A comment is no name, nor is what stands for accounts elsewhere (`+`, `-`).
fn named(name: &str) -> Option<String> {
    (!name.is_empty() && !name.starts_with(['#', '+', '-'])).then(|| name.to_owned())
}

fn text(file: &str) -> Result<String, String> {
    let bytes = read_bytes(Path::new(file), LARGEST).map_err(|error| format!("`{file}` {error}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_accounts_or_nothing() {
        let text = "root:x:0:0:root:/root:/bin/bash\n# x:x:1:1::/:\n+::::::\nbad:x:y:0::/:\nshort:x:1\ndeploy:$6$salt$hash:1001:1002:D,,,:/srv:/bin/sh\n";
        let names: Vec<_> = parsed_accounts(text).into_iter().map(|one| (one.name, one.uid, one.gid, one.home, one.shell)).collect();
        let one = |name: &str, uid, gid, home: &str, shell: &str| (name.to_owned(), uid, gid, home.to_owned(), shell.to_owned());
        assert_eq!(names, [one("root", 0, 0, "/root", "/bin/bash"), one("deploy", 1001, 1002, "/srv", "/bin/sh")]);
        let groups = parsed_groups("docker:x:999:deploy,ci\nempty:x:5:\n+:::\n");
        assert_eq!(groups.iter().map(|group| group.members.len()).collect::<Vec<_>>(), [2, 0]);
    }
}
