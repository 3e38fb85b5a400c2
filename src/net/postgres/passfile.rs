//! The password file. Source: libpq manual, "The Password File".

use std::{os::unix::fs::PermissionsExt as _, path::Path};

/// What the file must match.
pub(super) struct Login<'a> {
    /// The names the host goes by: a local socket in the default folder is `localhost` too.
    pub(super) hosts: &'a [&'a str],
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// The password of the first line that matches; `Err` is why the file gives none.
///
/// Like libpq, a file that others can read is not used.
pub(super) fn password(file: &Path, login: &Login<'_>) -> Result<String, String> {
    let shown = file.display();
    let about = std::fs::metadata(file).map_err(|error| format!("the password file {shown} cannot be read: {error}"))?;
    if !about.is_file() {
        return Err(format!("the password file {shown} is not a plain file"));
    }
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(format!("the password file {shown} is open to others (mode {mode:04o}), so it is not used: `chmod 0600 {shown}`"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| format!("the password file {shown} cannot be read: {error}"))?;
    let found = text.lines().filter(|line| !line.starts_with('#')).find_map(|line| matching(line, login));
    found.ok_or_else(|| format!("the password file {shown} has no line for this host, port, database and user"))
}

fn matching(line: &str, login: &Login<'_>) -> Option<String> {
    let mut fields = fields(line.strip_suffix('\r').unwrap_or(line)).into_iter();
    let (host, port, database, user, password) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let matches = login.hosts.iter().any(|name| host.fits(name))
        && port.fits(&login.port.to_string())
        && database.fits(login.database)
        && user.fits(login.user);
    (matches && !password.text.is_empty()).then_some(password.text)
}

#[derive(Default)]
struct Field {
    text: String,
    /// Whether a character of it is escaped: `\*` is no wildcard.
    escaped: bool,
}

impl Field {
    fn fits(&self, value: &str) -> bool {
        self.text == value || (self.text == "*" && !self.escaped)
    }
}

/// The fields between colons, `\:` and `\\` resolved; the fifth ends at the next colon, as in libpq.
fn fields(line: &str) -> Vec<Field> {
    let mut fields = vec![Field::default()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let last = fields.len() - 1;
        match c {
            ':' => fields.push(Field::default()),
            '\\' => {
                fields[last].text.push(chars.next().unwrap_or('\\'));
                fields[last].escaped = true;
            }
            c => fields[last].text.push(c),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _};

    use super::*;

    const LINES: &str =
        "# db:5432:app:app:comment\nother:*:*:*:first\ndb:5432:app:ap\\:p:with\\:colon\\\\\n*:*:*:app:wild\nlocalhost:*:app:x:local\n";

    fn ask(hosts: &[&str], user: &str) -> Option<String> {
        LINES
            .lines()
            .filter(|line| !line.starts_with('#'))
            .find_map(|line| matching(line, &Login { hosts, port: 5432, database: "app", user }))
    }

    #[test]
    fn the_first_matching_line_wins() {
        assert_eq!(ask(&["db"], "ap:p").as_deref(), Some("with:colon\\"));
        assert_eq!(ask(&["db"], "app").as_deref(), Some("wild"));
        assert_eq!(ask(&["/var/run/postgresql", "localhost"], "x").as_deref(), Some("local"));
        assert_eq!(ask(&["db"], "nobody"), None);
    }

    #[test]
    fn a_file_open_to_others_is_not_used() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        write!(file, "*:*:*:*:pw").expect("written");
        let login = Login { hosts: &["db"], port: 1, database: "d", user: "u" };
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).expect("mode");
        let why = password(file.path(), &login).expect_err("refused");
        assert!(why.contains("mode 0640") && why.contains("chmod 0600"), "{why}");
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o600)).expect("mode");
        assert_eq!(password(file.path(), &login).as_deref(), Ok("pw"));
    }
}
