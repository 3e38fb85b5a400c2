//! libpq's connection keywords: their PG* variables, and what is done with each.
//!
//! Source: PostgreSQL manual, "Parameter Key Words" and "Environment Variables" of the libpq chapter.

/// What is done with a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// It decides where and how to connect.
    Used,
    /// It neither changes what is connected to nor what is proven of it.
    Harmless,
    /// Passing over it would weaken what was asked for: refused, unless its value (lower-case) changes nothing.
    Refused { neutral: &'static [&'static str], why: &'static str },
}

/// One keyword.
#[derive(Debug)]
pub(super) struct Keyword {
    pub(super) name: &'static str,
    pub(super) variable: Option<&'static str>,
    pub(super) treatment: Treatment,
}

impl Keyword {
    /// The keyword of that name, or of what other programs than libpq call it.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        let name = match name {
            "currentSchema" | "search_path" | "schema_search_path" => "schema",
            "ApplicationName" => "application_name",
            "encoding" | "charset" => "client_encoding",
            "loadBalanceHosts" => "load_balance_hosts",
            "tcpKeepAlive" => "keepalives",
            name => name,
        };
        KEYWORDS.iter().find(|keyword| keyword.name == name)
    }

    /// The keyword most like `name`, for "did you mean".
    pub(super) fn like(name: &str) -> Option<&'static str> {
        let score = |keyword: &Keyword| strsim::jaro_winkler(keyword.name, name);
        let best = KEYWORDS.iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
        (score(best) > 0.85).then_some(best.name)
    }
}

const fn used(name: &'static str, variable: &'static str) -> Keyword {
    Keyword { name, variable: Some(variable), treatment: Treatment::Used }
}

const fn harmless(name: &'static str, variable: Option<&'static str>) -> Keyword {
    Keyword { name, variable, treatment: Treatment::Harmless }
}

const fn refused(name: &'static str, variable: Option<&'static str>, neutral: &'static [&'static str], why: &'static str) -> Keyword {
    Keyword { name, variable, treatment: Treatment::Refused { neutral, why } }
}

/// Every keyword of libpq 18, and some that other programs write into the same URL: Prisma's `schema` and `sslaccept`,
/// Java's `targetServerType`.
pub(super) const KEYWORDS: &[Keyword] = &[
    used("host", "PGHOST"),
    used("hostaddr", "PGHOSTADDR"),
    used("port", "PGPORT"),
    used("dbname", "PGDATABASE"),
    used("user", "PGUSER"),
    used("password", "PGPASSWORD"),
    used("passfile", "PGPASSFILE"),
    used("channel_binding", "PGCHANNELBINDING"),
    used("connect_timeout", "PGCONNECT_TIMEOUT"),
    used("options", "PGOPTIONS"),
    used("sslmode", "PGSSLMODE"),
    used("requiressl", "PGREQUIRESSL"),
    used("sslnegotiation", "PGSSLNEGOTIATION"),
    used("sslrootcert", "PGSSLROOTCERT"),
    used("sslcert", "PGSSLCERT"),
    used("sslkey", "PGSSLKEY"),
    used("target_session_attrs", "PGTARGETSESSIONATTRS"),
    Keyword { name: "schema", variable: None, treatment: Treatment::Used },
    refused("sslaccept", None, &["accept_invalid_certs"], "write `sslmode=verify-full`, or `sslmode=require` to accept any"),
    refused("targetServerType", None, &["any"], "write `target_session_attrs=primary`, `standby` or `prefer-standby`"),
    harmless("application_name", Some("PGAPPNAME")),
    harmless("fallback_application_name", None),
    harmless("client_encoding", Some("PGCLIENTENCODING")),
    harmless("keepalives", None),
    harmless("keepalives_idle", None),
    harmless("keepalives_interval", None),
    harmless("keepalives_count", None),
    harmless("tcp_user_timeout", None),
    harmless("load_balance_hosts", Some("PGLOADBALANCEHOSTS")),
    harmless("sslcompression", Some("PGSSLCOMPRESSION")),
    harmless("sslsni", Some("PGSSLSNI")),
    harmless("sslcertmode", Some("PGSSLCERTMODE")),
    harmless("krbsrvname", Some("PGKRBSRVNAME")),
    harmless("gsslib", Some("PGGSSLIB")),
    harmless("gssdelegation", Some("PGGSSDELEGATION")),
    harmless("sslkeylogfile", None),
    refused("gssencmode", Some("PGGSSENCMODE"), &["disable", "prefer"], "GSSAPI encryption is not supported"),
    refused("require_auth", Some("PGREQUIREAUTH"), &[], "the server's choice of authentication cannot be restricted"),
    refused("requirepeer", Some("PGREQUIREPEER"), &[], "the owner of the server process cannot be checked"),
    refused("sslcrl", Some("PGSSLCRL"), &[], "revocation lists are not read"),
    refused("sslcrldir", Some("PGSSLCRLDIR"), &[], "revocation lists are not read"),
    refused("sslpassword", None, &[], "encrypted client keys are not supported: give a key without a passphrase"),
    refused(
        "ssl_min_protocol_version",
        Some("PGSSLMINPROTOCOLVERSION"),
        &["tlsv1", "tlsv1.1", "tlsv1.2"],
        "the protocol cannot be restricted further than to TLS 1.2 and 1.3",
    ),
    refused(
        "ssl_max_protocol_version",
        Some("PGSSLMAXPROTOCOLVERSION"),
        &["tlsv1.3"],
        "the protocol cannot be restricted further than to TLS 1.2 and 1.3",
    ),
    refused("min_protocol_version", Some("PGMINPROTOCOLVERSION"), &["3.0"], "only protocol version 3.0 is spoken"),
    refused("max_protocol_version", Some("PGMAXPROTOCOLVERSION"), &["3.0", "3.2", "latest"], "only protocol version 3.0 is spoken"),
    refused("service", Some("PGSERVICE"), &[], "service files are not read: write what it holds, `host=… port=… dbname=… user=…`"),
    refused("servicefile", Some("PGSERVICEFILE"), &[], "service files are not read: write what it holds, `host=… port=… dbname=… user=…`"),
    refused("replication", None, &["false", "off", "no", "0"], "a replication connection cannot be used to look"),
    refused("oauth_issuer", None, &[], "OAuth is not supported"),
    refused("oauth_client_id", None, &[], "OAuth is not supported"),
    refused("oauth_client_secret", None, &[], "OAuth is not supported"),
    refused("oauth_scope", None, &[], "OAuth is not supported"),
    refused("scram_client_key", None, &[], "SCRAM pass-through keys are not supported"),
    refused("scram_server_key", None, &[], "SCRAM pass-through keys are not supported"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for keyword in KEYWORDS {
            assert_eq!(KEYWORDS.iter().filter(|other| other.name == keyword.name).count(), 1, "{}", keyword.name);
        }
        assert_eq!(Keyword::like("ssl_mode"), Some("sslmode"));
        assert_eq!(Keyword::like("quux"), None);
    }
}
