//! What is given for each connection keyword: in the text (URL or `key=value`), else in a PG* variable.

use std::collections::BTreeMap;

use super::{
    keyword::{KEYWORDS, Keyword},
    pairs,
    trouble::TargetError,
    uri,
};
use crate::model::{ProcessEnv, words_of};

/// One setting and where it stands: `None` in the text itself, else the variable.
pub(super) struct Given {
    pub(super) value: String,
    pub(super) variable: Option<&'static str>,
}

/// Every setting given. It holds the password: never print it.
pub(super) struct Settings(BTreeMap<&'static str, Given>);

/// The schemas that `text` puts on the search path: the first is where its program's tables are.
pub fn schemas(text: &str) -> Vec<String> {
    Settings::read(Some(text), &ProcessEnv::default()).map_or_else(|_| Vec::new(), |settings| settings.schemas())
}

impl Settings {
    /// Settings of `text`, completed by PG* variables: what stands in the text wins, as in libpq.
    pub(super) fn read(text: Option<&str>, env: &ProcessEnv) -> Result<Self, TargetError> {
        let mut settings = Self(BTreeMap::new());
        let (in_url, pairs) = text.map(written).transpose()?.unwrap_or_default();
        for (name, value) in pairs {
            settings.put(&name, value, in_url)?;
        }
        for keyword in &*KEYWORDS {
            let Some(variable) = keyword.variable else { continue };
            let Some(value) = env.get(variable) else { continue };
            // libpq would let PGHOSTADDR lead a host written out to another machine; what is written wins here.
            if settings.0.contains_key(keyword.name) || (keyword.name == "hostaddr" && settings.0.contains_key("host")) {
                continue;
            }
            settings.0.insert(keyword.name, Given { value: value.to_owned(), variable: Some(variable) });
        }
        settings.refuse()?;
        Ok(settings)
    }

    /// The value of `name`; an empty one counts as unset, as in libpq.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.given(name).map(|given| given.value.as_str())
    }

    pub(super) fn given(&self, name: &str) -> Option<&Given> {
        self.0.get(name).filter(|given| !given.value.is_empty())
    }

    /// The schemas to put on the search path.
    pub(super) fn schemas(&self) -> Vec<String> {
        let names = self.value("schema").unwrap_or_default().split(',').map(|name| name.trim().trim_matches('"').to_owned());
        names.filter(|name| !name.is_empty()).collect()
    }

    fn put(&mut self, name: &str, value: String, in_url: bool) -> Result<(), TargetError> {
        // JDBC's `ssl=true` is accepted by libpq too.
        let (name, value) = if name == "ssl" && value == "true" { ("sslmode", "require".to_owned()) } else { (name, value) };
        match Keyword::named(name) {
            Some(keyword) => drop(self.0.insert(keyword.name, Given { value, variable: None })),
            None if in_url && is_about_a_pool(name) => {}
            None => return Err(unknown(name, in_url)),
        }
        Ok(())
    }

    fn refuse(&self) -> Result<(), TargetError> {
        for (name, given) in self.0.iter().filter(|(_, given)| !given.value.is_empty()) {
            let Some(refusal) = Keyword::named(name).and_then(|keyword| keyword.refusal.as_ref()) else { continue };
            if !refusal.neutral.contains(&given.value.to_ascii_lowercase().as_str()) {
                return Err(TargetError::new(format!("`{}` cannot be honoured: {}", given.variable.unwrap_or(name), refusal.why)));
            }
        }
        Ok(())
    }
}

/// How a program keeps and uses its connections changes nothing of where they go: `connection_limit`, `pool_max_conns`,
/// `prepareThreshold`.
fn is_about_a_pool(name: &str) -> bool {
    const WORDS: &str =
        "pool pgbouncer limit timeout cache idle lifetime recycle prepare prepared statement batched fetch max min size frequency";
    words_of(name).iter().any(|word| WORDS.split(' ').any(|known| known == word))
}

/// A name that is like no option may be a piece of a password that was not encoded or quoted: only a URL's, whose
/// `@` was looked for, is shown.
fn unknown(name: &str, in_url: bool) -> TargetError {
    let plain = name.len() <= 40 && !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    match Keyword::like(name) {
        Some(like) if plain => TargetError::new(format!("unknown connection option `{name}`: did you mean `{like}`?")),
        None if plain && in_url => {
            TargetError::new(format!("unknown connection option `{name}`: only libpq's options are understood; remove it"))
        }
        _ => TargetError::new("an unknown connection option; is a password with special characters percent-encoded, or quoted?"),
    }
}

/// The settings of the text, and whether it is a URL.
fn written(text: &str) -> Result<(bool, Vec<(String, String)>), TargetError> {
    let text = text.trim();
    if let Some(rest) = uri::after_scheme(text)? {
        return Ok((true, uri::parse(rest)?));
    }
    if !text.contains('=') {
        return Err(TargetError::new("it is neither a `postgres://` URL nor a list of `key=value` settings"));
    }
    Ok((false, pairs::parse(text)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(variables: &[(&str, &str)]) -> ProcessEnv {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_written_wins_over_variables() {
        let env = env(&[("PGHOST", "other"), ("PGHOSTADDR", "10.0.0.1"), ("PGPORT", "6000"), ("PGPASSWORD", "pw")]);
        let settings = Settings::read(Some("host=db dbname=app"), &env).expect("valid");
        let values: Vec<_> = ["host", "hostaddr", "port", "dbname", "password"].map(|name| settings.value(name)).into();
        assert_eq!(values, [Some("db"), None, Some("6000"), Some("app"), Some("pw")]);
        assert_eq!(settings.given("port").and_then(|given| given.variable), Some("PGPORT"));
    }

    #[test]
    fn an_option_it_cannot_honour_is_an_error() {
        for (text, why) in [
            ("host=db sslcrl=/x", "`sslcrl` cannot be honoured: revocation lists are not read"),
            (
                "postgres://db/app?sslaccept=strict",
                "`sslaccept` cannot be honoured: write `sslmode=verify-full`, or `sslmode=require` to accept any",
            ),
            (
                "jdbc:postgresql://db/app?targetServerType=primary",
                "`targetServerType` cannot be honoured: write `target_session_attrs=primary`, `standby` or `prefer-standby`",
            ),
            ("postgres://db/app?charme=yes", "unknown connection option `charme`: only libpq's options are understood; remove it"),
            ("postgres://db/app?sslmodes=require", "unknown connection option `sslmodes`: did you mean `sslmode`?"),
            ("app", "it is neither a `postgres://` URL nor a list of `key=value` settings"),
            ("mysql://u:p@h/d", "`mysql://` is not PostgreSQL: write `postgres://`"),
        ] {
            assert_eq!(Settings::read(Some(text), &env(&[])).err(), Some(TargetError::new(why)), "{text}");
        }
        assert!(Settings::read(Some("host=db gssencmode=disable"), &env(&[])).is_ok());
        let error = Settings::read(Some("host=db"), &env(&[("PGSERVICE", "x")])).err().expect("refused");
        assert!(error.0.starts_with("`PGSERVICE` cannot be honoured"), "{error}");
    }

    #[test]
    fn what_other_programs_write_is_read() {
        for (text, schemas) in [
            ("postgresql://u:p@db:5432/app?schema=activity&connection_limit=5&pool_timeout=2&pgbouncer=true", &["activity"][..]),
            ("jdbc:postgresql://db:5432/app?user=u&password=p&currentSchema=a,%22B%22&prepareThreshold=0&ApplicationName=x", &["a", "B"]),
            ("postgres://u:p@db:5432/app?pool=5&encoding=utf8&prepared_statements=false&reaping_frequency=10", &[]),
            ("postgresql+asyncpg://u:p@db:5432/app?prepared_statement_cache_size=0&search_path=app", &["app"]),
        ] {
            let settings = Settings::read(Some(text), &env(&[])).unwrap_or_else(|error| panic!("{text}: {error}"));
            let values: Vec<_> = ["host", "port", "dbname", "user", "password"].map(|name| settings.value(name)).into();
            assert_eq!(values, [Some("db"), Some("5432"), Some("app"), Some("u"), Some("p")], "{text}");
            assert_eq!(settings.schemas(), schemas, "{text}");
        }
    }
}
