//! A running desk over the record of a house, and somebody who asks it.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use ring::hmac;

use gonogo::model::Passkey;

use crate::{
    gonogo::{Gonogo, now},
    port,
    signoff::{
        house::House,
        passkeys::{Authenticator, Kind, confirmed},
    },
};

/// What the sessions of the tests are signed with.
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";
/// A token of a controller.
pub(crate) const TOKEN: &str = "a-token-of-a-controller-that-nobody-guesses";

/// A running desk; it ends when this is dropped.
pub(crate) struct Office {
    pub(crate) origin: String,
    pub(crate) port: u16,
    pub(crate) client: reqwest::Client,
    /// Whose passkeys are confirmed.
    pub(crate) keys: BTreeMap<String, Authenticator>,
    process: Child,
}

impl Office {
    /// Over the house's own ledger, with a passkey of each of the team and of somebody without a role.
    pub(crate) async fn of(house: &House, more: &[&str]) -> Self {
        Self::at(house, port::unused(), more).await
    }

    /// The same at this port.
    pub(crate) async fn at(house: &House, port: u16, more: &[&str]) -> Self {
        let mut keys = BTreeMap::new();
        for person in ["lead", "dev", "sec", "boss", "guest"] {
            let key = Authenticator::new(Kind::Es256);
            let passkey = Passkey { rp_id: "localhost".into(), origin: format!("http://localhost:{port}"), ..key.passkey(person) };
            confirmed(house, &passkey, &["boss", "lead"]).await;
            keys.insert(person.to_owned(), key);
        }
        let mut office = Self::over(house, port, more);
        office.keys = keys;
        let end = Instant::now() + Duration::from_secs(60);
        while office.page("/readyz", "").await.0 != StatusCode::OK {
            assert!(Instant::now() < end, "the desk is never ready");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        office
    }

    /// The same without any passkey.
    pub(crate) fn over(house: &House, port: u16, more: &[&str]) -> Self {
        house.write("desk.yaml", policy(house, port));
        Self::start(&house.gonogo, port, more)
    }

    /// In this folder, which has a `desk.yaml` for this port.
    pub(crate) fn start(folder: &Gonogo, port: u16, more: &[&str]) -> Self {
        let (listen, origin) = (format!("localhost:{port}"), format!("http://localhost:{port}"));
        std::fs::write(folder.path("session.key"), KEY).expect("written");
        std::fs::write(folder.path("tokens"), format!("{TOKEN}\n")).expect("written");
        let arguments = ["desk", "--listen", &listen, "--origin", &origin, "--session-key", "session.key", "--gate-token-file", "tokens"];
        // The other tests of this process may have done so already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).redirect(reqwest::redirect::Policy::none());
        let client = client.no_proxy().build().expect("a client");
        let mut command = folder.command(arguments.iter().chain(more));
        let process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a desk");
        let mut office = Self { origin, port, client, keys: BTreeMap::new(), process };
        let told = BufReader::new(office.process.stderr.take().expect("its words"));
        let (heard, hears) = std::sync::mpsc::channel();
        std::thread::spawn(move || told.lines().map_while(Result::ok).for_each(|line| drop(heard.send(line))));
        let mut said = String::new();
        while !said.contains("the desk is at") {
            let line = hears.recv_timeout(Duration::from_secs(30));
            said += &line.unwrap_or_else(|_| panic!("the desk does not start: {said}"));
            said.push('\n');
        }
        office
    }

    /// A request by somebody who is signed in; by nobody where the name is empty.
    pub(crate) fn ask(&self, method: Method, path: &str, person: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.origin));
        if person.is_empty() { request } else { request.header("cookie", self.cookie(person, now().as_second())) }
    }

    /// The cookie of a session that began then, as the desk makes it.
    pub(crate) fn cookie(&self, person: &str, since: i64) -> String {
        let passkey = self.keys.get(person).map(|key| key.passkey(person).credential).unwrap_or_default();
        let session = serde_json::json!([since + 1800, { "person": person, "passkey": passkey, "since": since, "used": since }]);
        let bytes = session.to_string().into_bytes();
        format!("__Host-gonogo={}.{}", URL_SAFE_NO_PAD.encode(&bytes), mark("session", &bytes))
    }

    /// What a form of that session carries.
    pub(crate) fn token(&self, person: &str, since: i64) -> String {
        mark("form", format!("{since}\n{}\n{person}", self.keys[person].passkey(person).credential).as_bytes())
    }

    /// The page at this path, as somebody sees it.
    pub(crate) async fn page(&self, path: &str, person: &str) -> (StatusCode, String) {
        told(self.ask(Method::GET, path, person).send().await.expect("an answer")).await
    }

    /// The same, which is there.
    pub(crate) async fn shown(&self, path: &str, person: &str) -> String {
        let (status, text) = self.page(path, person).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        text
    }

    /// Waits until the board says this.
    pub(crate) async fn board_says(&self, person: &str, what: &str) -> String {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let (_, text) = self.page("/", person).await;
            if text.contains(what) {
                return text;
            }
            assert!(Instant::now() < end, "the board never says `{what}`: {text}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The process id.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The house's people and its policy, for a desk at this port.
pub(crate) fn policy(house: &House, port: u16) -> String {
    let plan = house.plan();
    let (law, _checks) = plan.split_once("checks:\n").expect("checks");
    if law.contains("  desk: ") {
        return law.to_owned();
    }
    law.replace("signoff:\n", &format!("signoff:\n  desk: {}\n", at(port)))
}

/// The desk at this port, as a policy says it.
pub(crate) fn at(port: u16) -> String {
    format!("{{ origin: \"http://localhost:{port}\", registrars: [lead, boss] }}")
}

/// What an answer says.
pub(crate) async fn told(response: Response) -> (StatusCode, String) {
    (response.status(), response.text().await.expect("text"))
}

/// The mark that the desk's key makes of bytes, for one purpose.
fn mark(purpose: &str, bytes: &[u8]) -> String {
    let framed = [&(purpose.len() as u64).to_be_bytes()[..], purpose.as_bytes(), bytes].concat();
    URL_SAFE_NO_PAD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, KEY.as_bytes()), &framed))
}
