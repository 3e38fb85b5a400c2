//! The tables in a database, and who may do what with them.

/// The format of the tables; stored in the schema's comment. Format 1 has no chains of projects; a ledger in which they have
/// not begun keeps it, so that older programs go on.
pub(super) const FORMAT: u32 = 2;

/// What the schema's comment begins with.
pub(super) const COMMENT: &str = "gonogo ledger, format ";

/// Waits until nobody adds to the shared chain. The number is `gonogo` in ASCII.
pub(super) const LOCK: &str = "SELECT pg_advisory_xact_lock(113728291825519)";

const TABLES: &str = include_str!("tables.sql");

/// Says that projects have chains of their own; older programs add nothing then.
pub(super) const BY_PROJECT: &str = "COMMENT ON SCHEMA gonogo IS 'gonogo ledger, format 2'";

/// The statements that make a ledger's tables, or complete them; for a database's owner to run. With `role`, that role
/// may read and add, which is all that gonogo does.
pub fn schema_sql(role: Option<&str>) -> String {
    format!("BEGIN;\n{LOCK};\n{}COMMIT;\n", statements(role))
}

/// The same without the transaction around them.
pub(super) fn statements(role: Option<&str>) -> String {
    let mut sql = TABLES.to_owned();
    for (table, follows) in [
        ("entries", Some("follows")),
        ("blobs", None),
        ("chains", Some("chain_follows")),
        ("kept", None),
        ("samples", Some("sample_follows")),
    ] {
        if let Some(follows) = follows {
            sql.push_str(&format!(
                "DROP TRIGGER IF EXISTS follow ON gonogo.{table};\n\
                 CREATE TRIGGER follow BEFORE INSERT ON gonogo.{table} FOR EACH ROW EXECUTE FUNCTION gonogo.{follows}();\n"
            ));
        }
        for (trigger, when) in [
            ("only_grow", "UPDATE OR DELETE ON gonogo.TABLE FOR EACH ROW"),
            ("are_never_emptied", "TRUNCATE ON gonogo.TABLE FOR EACH STATEMENT"),
        ] {
            let when = when.replace("TABLE", table);
            sql.push_str(&format!(
                "DROP TRIGGER IF EXISTS {trigger} ON gonogo.{table};\n\
                 CREATE TRIGGER {trigger} BEFORE {when} EXECUTE FUNCTION gonogo.only_grows();\n\
                 ALTER TABLE gonogo.{table} ENABLE ALWAYS TRIGGER {trigger};\n"
            ));
        }
    }
    let tables = "gonogo.entries, gonogo.blobs, gonogo.chains, gonogo.kept, gonogo.samples, gonogo.told";
    sql.push_str(&format!("REVOKE ALL ON SCHEMA gonogo FROM PUBLIC;\nREVOKE ALL ON {tables} FROM PUBLIC;\n"));
    if let Some(role) = role {
        let role = quoted(role);
        sql.push_str(&format!("GRANT USAGE ON SCHEMA gonogo TO {role};\nGRANT SELECT, INSERT ON {tables} TO {role};\n"));
    }
    sql
}

/// An identifier. Source: manual, "Identifiers and Key Words".
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "").replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_a_name_and_nothing_else() {
        let sql = schema_sql(Some("x\"; DROP TABLE y; --"));
        assert!(sql.contains("TO \"x\"\"; DROP TABLE y; --\";\n"), "{sql}");
        assert!(!schema_sql(None).contains("GRANT"));
    }

    #[test]
    fn the_comment_says_the_format() {
        assert!(TABLES.contains(BY_PROJECT) && BY_PROJECT.ends_with(&format!("IS '{COMMENT}{FORMAT}'")));
    }
}
