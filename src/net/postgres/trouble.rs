//! Why a database could not be looked at, as sentences a person can act on. No password is ever in one.

use std::{error::Error as _, io};

use tokio_postgres::error::{DbError, Error, SqlState};

use super::wire::Refusal;
use crate::net::trouble::{EXHAUSTED, TlsHints, causes_of, exhausted};

pub use crate::net::trouble::Trouble;

const HINTS: TlsHints = TlsHints {
    identity: "`sslcert` and `sslkey`",
    issuer: "the CA in `sslrootcert`, or `system` for the system's roots",
    name: "; `sslmode=verify-full` demands the name in subjectAltName",
    longest: 300,
};

impl Trouble {
    /// What an error of the connection or of a query says.
    pub(super) fn of(who: &str, error: &Error) -> Self {
        if let Some(db) = error.as_db_error() {
            return of_server(who, db);
        }
        if let Some(refusal) = found::<Refusal>(error) {
            return Self::Unknown(match refusal {
                Refusal::TooMuch => format!("{who}: {refusal}; it was cut off"),
                Refusal::NotPostgres => not_postgres(who),
            });
        }
        if let Some(tls) = found::<rustls::Error>(error) {
            return Self::Unknown(match tls {
                rustls::Error::InvalidMessage(_) => not_postgres(who),
                _ => format!("{who}: {}", HINTS.of_tls(tls)),
            });
        }
        if let Some(io) = found::<io::Error>(error) {
            return of_io(who, io);
        }
        if error.is_closed() {
            return Self::Unreachable(format!("{who} closed the connection"));
        }
        let cause = error.source().map(|cause| format!(": {}", outside(&cause.to_string()))).unwrap_or_default();
        Self::Unknown(format!("{who}: {error}{cause}"))
    }
}

/// Why a text does not say where to connect. It never quotes a part that may belong to a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TargetError(pub(super) String);

impl TargetError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Why a statement was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{trouble}")]
pub struct Refused {
    /// What went wrong, for people.
    pub trouble: Trouble,
    /// The server's own SQLSTATE; `None` where no answer came.
    pub code: Option<String>,
    /// The server's own words.
    pub said: String,
}

impl Refused {
    pub(super) fn of(who: &str, error: &Error) -> Self {
        let said = error.as_db_error().map(|db| outside(db.message())).unwrap_or_default();
        Self { trouble: Trouble::of(who, error), code: error.code().map(|code| code.code().to_owned()), said }
    }

    /// Whether the connection is gone, or its end is announced: what the server did last is then not known.
    pub fn is_lost(&self) -> bool {
        self.code.as_deref().is_none_or(|code| code.starts_with("57P") || code.starts_with("08"))
    }

    /// Whether it is for what the statement says. Source: manual, "PostgreSQL Error Codes", classes 0A, 22, 42 and 54.
    pub(super) fn is_of_the_text(&self) -> bool {
        self.code.as_deref().is_some_and(|code| ["0A", "22", "42", "54"].iter().any(|class| code.starts_with(class)))
    }

    /// Whether the login may not use what the statement names.
    pub fn is_denied(&self) -> bool {
        self.code.as_deref() == Some(SqlState::INSUFFICIENT_PRIVILEGE.code())
    }
}

/// Whether the server asked for a password and there is none to give; tokio-postgres says it by this cause alone.
pub(super) fn lacks_password(error: &Error) -> bool {
    error.source().is_some_and(|cause| cause.to_string() == "password missing")
}

pub(super) fn not_postgres(who: &str) -> String {
    format!("{who}: what answers there does not speak PostgreSQL's protocol; check host and port")
}

/// What the operating system says about a connection.
pub(super) fn of_io(who: &str, error: &io::Error) -> Trouble {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, InvalidData, InvalidInput, NotFound, PermissionDenied,
        UnexpectedEof,
    };
    if exhausted(error) {
        return Trouble::Unreachable(format!("{who} {EXHAUSTED}"));
    }
    let why = match error.kind() {
        ConnectionRefused => "refused the connection: is it running, and does it listen there?".to_owned(),
        NotFound => "has no socket there: is it running, and is this its socket folder?".to_owned(),
        PermissionDenied => return Trouble::Unknown(format!("{who}: this user may not open it: {error}")),
        UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe => "closed the connection without an answer".to_owned(),
        InvalidInput => return Trouble::Unknown(format!("{who}: {}", outside(&error.to_string()))),
        InvalidData => return Trouble::Unknown(not_postgres(who)),
        _ => format!("could not be reached: {error}"),
    };
    Trouble::Unreachable(format!("{who} {why}"))
}

fn of_server(who: &str, error: &DbError) -> Trouble {
    let said = outside(error.message());
    let code = error.code();
    let unreachable = |why: &str| Trouble::Unreachable(format!("{who} {why}: {said}"));
    let unknown = |why: &str| Trouble::Unknown(format!("{who} {why}: {said}"));
    // PgBouncer says nearly everything under one code.
    let pooler = |words: &str| *code == SqlState::PROTOCOL_VIOLATION && error.message().contains(words);
    if *code == SqlState::INVALID_PASSWORD || pooler("authentication failed") || pooler("no such user") {
        return unknown("refuses the login (wrong user or password)");
    }
    if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        return unknown("refuses the login (pg_hba.conf, or the role does not exist or may not log in)");
    }
    if *code == SqlState::INVALID_CATALOG_NAME || pooler("no such database") {
        return unknown("has no such database");
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return unknown("denies permission");
    }
    if *code == SqlState::TOO_MANY_CONNECTIONS {
        return unreachable("has no connection left");
    }
    if *code == SqlState::CANNOT_CONNECT_NOW {
        return unreachable("does not take connections now");
    }
    if [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::DATABASE_DROPPED, SqlState::IDLE_SESSION_TIMEOUT].contains(code) {
        return unreachable("ended the session");
    }
    if *code == SqlState::QUERY_CANCELED {
        return unreachable("did not finish the query in time");
    }
    if *code == SqlState::LOCK_NOT_AVAILABLE {
        return unreachable("has a table locked by another session (a migration in progress?)");
    }
    if code.code().starts_with("08") || code.code().starts_with("53") {
        return unreachable(&format!("has trouble (SQLSTATE {})", code.code()));
    }
    unknown(&format!("answers with an error (SQLSTATE {})", outside(code.code())))
}

fn outside(text: &str) -> String {
    HINTS.outside(text)
}

/// The first error of that type behind it.
fn found<T: std::error::Error + 'static>(error: &Error) -> Option<&T> {
    causes_of(error).find_map(|cause| cause.downcast_ref())
}
