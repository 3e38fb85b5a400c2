//! A session: logged in or refused at once, then asked what changes nothing.

use std::{
    io,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use redis::{AsyncConnectionConfig, Cmd, RedisConnectionInfo, RedisError, Value, aio::MultiplexedConnection};
use secrecy::ExposeSecret as _;
use tokio::task::AbortHandle;

use super::{
    command::Command,
    dial::{self, within},
    question::Question,
    rows::{self, Row},
    target::{Credentials, Target},
    trouble::{Trouble, outside},
    wire::Refusal,
};
use crate::net::Reach;

/// An open session.
pub struct Session {
    connection: MultiplexedConnection,
    driver: AbortHandle,
    end: Arc<OnceLock<io::Error>>,
    who: String,
    until: Instant,
}

/// What a server answers to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A text, or a list of texts. What is neither stands as its type's name in [`Answer::Odd`].
    Texts(Vec<String>),
    /// It does not answer: its own words, as `NOPERM this user has no permissions to run the 'config|get' command`.
    Refused(String),
    /// It answers with something of another type.
    Odd(&'static str),
}

impl Session {
    /// Connects and, where the target has a password, logs in; where it has none nothing is sent yet. `Ok(Err(words))` where the
    /// server refuses user or password, in its words: the connection is closed then.
    pub async fn open(target: &Target, reach: &Reach, until: Instant) -> Result<Result<Self, String>, Trouble> {
        let who = format!("Redis at {}", target.address());
        let wire = dial::open(target, reach, &who, until).await?;
        let end = wire.end();
        // Every wait has its own limit, which is shorter than the crate's.
        let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
        // Without login, database and library name the crate sends nothing by itself.
        let nothing = RedisConnectionInfo::default().set_skip_set_lib_name();
        let opened = MultiplexedConnection::new_with_config(&nothing, wire, config).await;
        let (connection, driver) = opened.map_err(|error| Trouble::Unreachable(format!("{who}: {}", outside(&error.to_string()))))?;
        let driver = tokio::spawn(driver).abort_handle();
        let mut session = Self { connection, driver, end, who, until };
        let Some(login) = &target.login else { return Ok(Ok(session)) };
        Ok(session.log_in(login).await?.map_or(Ok(session), Err))
    }

    /// How people know the server: `Redis at cache:6379`.
    pub fn who(&self) -> &str {
        &self.who
    }

    /// Asks.
    ///
    /// # Errors
    /// When no answer comes in time or the server does not let us ask anything.
    pub async fn ask(&mut self, question: Question) -> Result<Answer, Trouble> {
        let mut command = Cmd::new();
        for word in question.words() {
            command.arg(word);
        }
        let reply = self.send(&command, &format!("did not answer {question}")).await?;
        match reply {
            Ok(value) => Ok(answer(value)),
            Err(error) => self.refused(&error).map(Answer::Refused),
        }
    }

    /// The rows that a server answers to a command; `Err` with its words where it refuses that.
    ///
    /// # Errors
    /// When no answer comes in time, or one that is not understood.
    pub async fn rows(&mut self, asked: &Command) -> Result<Result<Vec<Row>, String>, Trouble> {
        let mut command = Cmd::new();
        for word in asked.words() {
            command.arg(word);
        }
        match self.send(&command, &format!("did not answer {asked}")).await? {
            Ok(value) => rows::rows(asked, value).map(Ok).map_err(|why| Trouble::Unknown(format!("{}: {}", self.who, outside(&why)))),
            // `SENTINEL CKQUORUM` says by an error that there is none.
            Err(error) if ["NOQUORUM", "NOGOODSLAVE"].contains(&error.code().unwrap_or_default()) => {
                self.refused(&error).map(|words| Ok(rows::answer(&words)))
            }
            Err(error) => self.refused(&error).map(Err),
        }
    }

    /// `None` when logged in, else the server's words.
    async fn log_in(&mut self, login: &Credentials) -> Result<Option<String>, Trouble> {
        let mut command = Cmd::new();
        command.arg("AUTH");
        if let Some(user) = &login.user {
            command.arg(user);
        }
        command.arg(login.password.expose_secret());
        match self.send(&command, "did not answer the login").await? {
            Ok(Value::Okay) => Ok(None),
            Ok(_) => Ok(Some("it answers the login neither with OK nor with an error".into())),
            Err(error) => self.refused(&error).map(Some),
        }
    }

    async fn send(&mut self, command: &Cmd, failed: &str) -> Result<Result<Value, RedisError>, Trouble> {
        let reply = within(self.until, &self.who, failed, self.connection.send_packed_command(command)).await?;
        let error = match reply {
            Ok(Value::ServerError(error)) => return Ok(Err(error.into())),
            Ok(value) => return Ok(Ok(value)),
            Err(error) if error.code().is_some() => return Ok(Err(error)),
            Err(error) => error,
        };
        // The driver may tell us of the end before it has noted why; it is done in a moment.
        for _ in 0..10 {
            if let Some(error) = self.end.get() {
                return Err(Trouble::of_io(&self.who, error));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if error.kind() == redis::ErrorKind::Parse {
            return Err(Trouble::Unknown(format!("{}: {}", self.who, Refusal::NotRedis)));
        }
        Err(Trouble::of_io(&self.who, &io::ErrorKind::UnexpectedEof.into()))
    }

    /// The server's words, unless they mean that it lets us ask nothing at all.
    fn refused(&self, error: &RedisError) -> Result<String, Trouble> {
        let (code, detail) = (error.code().unwrap_or_default(), error.detail().unwrap_or_default());
        let words = outside(format!("{code} {detail}").trim());
        let who = &self.who;
        match code {
            "NOAUTH" => Err(Trouble::Unknown(format!("{who} demands a login, and the URL holds no password ({words})"))),
            "DENIED" => Err(Trouble::Unknown(format!("{who} is in protected mode: {words}"))),
            "LOADING" => Err(Trouble::Unreachable(format!("{who} is loading its data: {words}"))),
            "ERR" if detail.starts_with("max number of clients") => {
                Err(Trouble::Unreachable(format!("{who} has no connection left: {words}")))
            }
            _ => Ok(words),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

fn answer(value: Value) -> Answer {
    let text = |value: Value| match value {
        Value::BulkString(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Value::SimpleString(text) => Some(text),
        Value::Okay => Some("OK".into()),
        _ => None,
    };
    match value {
        Value::Array(items) => {
            items.into_iter().map(text).collect::<Option<_>>().map_or(Answer::Odd("a list of something else"), Answer::Texts)
        }
        Value::Nil => Answer::Odd("nothing"),
        Value::Int(_) => Answer::Odd("a number"),
        other => text(other).map_or(Answer::Odd("something else"), |text| Answer::Texts(vec![text])),
    }
}
