//! When a role must sign: only where what changed concerns it.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use schemars::{JsonSchema, json_schema};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap as _};

use crate::model::{from_forms, schema};

/// Which changes a role has to sign for.
#[derive(Debug, Clone)]
pub struct When {
    /// Patterns of paths in the repository: `migrations/**`.
    paths: Vec<String>,
    matcher: GlobSet,
}

impl PartialEq for When {
    fn eq(&self, other: &Self) -> bool {
        self.paths == other.paths
    }
}

impl Eq for When {}

/// The condition as it stands in a plan.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenWhen {
    /// Patterns of paths in the repository, of which one must have changed since what is live: `migrations/**`. Where that is not
    /// known, the role must sign.
    #[schemars(length(min = 1))]
    paths: Vec<String>,
}

from_forms!(When, "a map with `paths`", map compiled);

schema!(When, |generator| {
    let full = generator.subschema_for::<WrittenWhen>();
    json_schema!({ "allOf": [full] })
});

fn compiled(WrittenWhen { paths }: WrittenWhen) -> Result<When, String> {
    if paths.is_empty() {
        return Err("`paths` is empty, so the role never signs: leave the role out".into());
    }
    let mut set = GlobSetBuilder::new();
    for path in &paths {
        if path.starts_with(['/', '!']) || path.starts_with("./") || path.trim() != path || path.is_empty() {
            return Err(format!("`{path}` is no pattern of paths: write them as git does, from the repository's root, `migrations/**`"));
        }
        set.add(glob(path).map_err(|error| format!("`{path}` is no pattern: {error}"))?);
    }
    let matcher = set.build().map_err(|error| format!("the patterns cannot be used: {error}"))?;
    Ok(When { paths, matcher })
}

/// A star stops at a slash, two do not; a pattern that ends with a slash means all that is under it.
fn glob(path: &str) -> Result<Glob, globset::Error> {
    let whole = if path.ends_with('/') { format!("{path}**") } else { path.to_owned() };
    GlobBuilder::new(&whole).literal_separator(true).build()
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("paths", &self.paths)?;
        map.end()
    }
}

impl When {
    /// Why the role must sign, where these paths have changed, or nobody knows which; `None` where it need not.
    pub fn holds(&self, changed: Option<&[String]>) -> Option<String> {
        let Some(changed) = changed else { return Some("what changed is not known".into()) };
        let found = changed.iter().find(|path| self.matcher.is_match(path))?;
        Some(format!("`{found}` changed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_changes_concern_everybody() {
        let when = |paths: &[&str]| compiled(WrittenWhen { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
        let migrations = when(&["migrations/**", "*.sql", "infra/"]).expect("patterns");
        let holds = |paths: &[&str]| migrations.holds(Some(&paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>()));
        assert_eq!(migrations.holds(None), Some("what changed is not known".into()));
        assert_eq!(holds(&["src/a.rs", "migrations/2026/7.sql"]), Some("`migrations/2026/7.sql` changed".into()));
        assert!(holds(&["seed.sql"]).is_some() && holds(&["infra/a/b.tf"]).is_some());
        assert_eq!(holds(&["src/a.rs", "src/seed.sql", "old-migrations/7.sql"]), None);
        assert_eq!(holds(&[]), None);
        for wrong in [&[][..], &["/migrations/**"], &["!src"], &["a["], &[""], &[" a"]] {
            assert!(when(wrong).is_err(), "{wrong:?}");
        }
    }
}
