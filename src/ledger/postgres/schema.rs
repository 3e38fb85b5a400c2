//! The tables in a database, and who may do what with them.

/// The format of the tables; stored in the schema's comment.
pub(super) const FORMAT: u32 = 1;

/// What the schema's comment begins with.
pub(super) const COMMENT: &str = "gonogo ledger, format ";

const TABLES: &str = r#"CREATE SCHEMA IF NOT EXISTS gonogo;
COMMENT ON SCHEMA gonogo IS 'gonogo ledger, format 1';
CREATE TABLE IF NOT EXISTS gonogo.entries (
    seq bigint PRIMARY KEY CHECK (seq > 0),
    version bigint NOT NULL,
    prev text NOT NULL UNIQUE,
    recorded text NOT NULL,
    payload bytea NOT NULL,
    signature text,
    statement text NOT NULL,
    digest text NOT NULL UNIQUE
);
CREATE INDEX IF NOT EXISTS entries_by_statement ON gonogo.entries (statement);
CREATE INDEX IF NOT EXISTS entries_by_version ON gonogo.entries (version, seq);
CREATE TABLE IF NOT EXISTS gonogo.blobs (
    digest text PRIMARY KEY,
    bytes bytea NOT NULL
);
-- Bytes that are compressed already, mostly: reading them whole is all that is ever done.
ALTER TABLE gonogo.blobs ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE OR REPLACE FUNCTION gonogo.only_grows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'the ledger only grows: % on gonogo.% is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE OR REPLACE FUNCTION gonogo.follows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM gonogo.entries) THEN
        RAISE EXCEPTION 'an entry of the ledger follows the newest one';
    END IF;
    RETURN NEW;
END $$;
"#;

/// The statements that make a ledger's tables, or complete them; for a database's owner to run. With `role`, that role
/// may read and add, which is all that gonogo does.
pub fn schema_sql(role: Option<&str>) -> String {
    let mut sql = format!("BEGIN;\n{TABLES}");
    for (trigger, table, when) in [
        ("follow", "entries", "BEFORE INSERT ON gonogo.entries FOR EACH ROW EXECUTE FUNCTION gonogo.follows()"),
        ("only_grow", "entries", "BEFORE UPDATE OR DELETE ON gonogo.entries FOR EACH ROW EXECUTE FUNCTION gonogo.only_grows()"),
        ("are_never_emptied", "entries", "BEFORE TRUNCATE ON gonogo.entries FOR EACH STATEMENT EXECUTE FUNCTION gonogo.only_grows()"),
        ("only_grow", "blobs", "BEFORE UPDATE OR DELETE ON gonogo.blobs FOR EACH ROW EXECUTE FUNCTION gonogo.only_grows()"),
        ("are_never_emptied", "blobs", "BEFORE TRUNCATE ON gonogo.blobs FOR EACH STATEMENT EXECUTE FUNCTION gonogo.only_grows()"),
    ] {
        sql.push_str(&format!("DROP TRIGGER IF EXISTS {trigger} ON gonogo.{table};\nCREATE TRIGGER {trigger} {when};\n"));
        if trigger != "follow" {
            sql.push_str(&format!("ALTER TABLE gonogo.{table} ENABLE ALWAYS TRIGGER {trigger};\n"));
        }
    }
    sql.push_str("REVOKE ALL ON SCHEMA gonogo FROM PUBLIC;\nREVOKE ALL ON gonogo.entries, gonogo.blobs FROM PUBLIC;\n");
    if let Some(role) = role {
        let role = quoted(role);
        sql.push_str(&format!(
            "GRANT USAGE ON SCHEMA gonogo TO {role};\nGRANT SELECT, INSERT ON gonogo.entries, gonogo.blobs TO {role};\n"
        ));
    }
    sql.push_str("COMMIT;\n");
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
        assert!(TABLES.contains(&format!("IS '{COMMENT}{FORMAT}'")));
    }
}
