//! A headless Chromium, told what to do over its DevTools pipe: messages in JSON with a NUL after each.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::gonogo::search_path;

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with one page.
pub(crate) struct Browser {
    process: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    /// What happened while an answer was waited for.
    events: VecDeque<Value>,
    session: String,
    next: u64,
    _profile: TempDir,
}

impl Browser {
    /// Starts it with an empty page.
    pub(crate) fn start() -> Self {
        let profile = TempDir::new().expect("a folder");
        // The descriptors 3 and 4 are the pipe; a shell hands it its own input and output as these.
        let script = "exec chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-extensions \
            --user-data-dir=\"$0\" --remote-debugging-pipe about:blank 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null";
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(script).arg(profile.path()).env_clear().env("PATH", search_path()).env("HOME", profile.path());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a shell");
        let (commands, output) = (process.stdin.take().expect("a pipe"), process.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(output).split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("JSON");
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self { process, commands, messages, events: VecDeque::new(), session: String::new(), next: 1, _profile: profile };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let attached = browser.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        browser.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log", "Network", "DOM"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Calls a method of the protocol and waits for its answer; panics with what it says is wrong.
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.next;
        self.next += 1;
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if !self.session.is_empty() && !method.starts_with("Target.") {
            message["sessionId"] = json!(self.session);
        }
        self.commands.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.messages.recv_timeout(left).unwrap_or_else(|_| panic!("the browser says nothing to {method}"));
            if message["id"] == json!(id) {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push_back(message);
        }
    }

    /// Opens an address and waits until the page is loaded.
    pub(crate) fn open(&mut self, address: &str) {
        self.leave();
        let opened = self.call("Page.navigate", json!({ "url": address }));
        assert!(opened["errorText"].is_null(), "{address}: {}", opened["errorText"]);
        self.arrive();
    }

    /// Marks the page that is about to be left.
    pub(crate) fn leave(&mut self) {
        self.events.clear();
        self.eval("window.isLeft = true");
    }

    /// Waits until another page than the one that was left is there.
    pub(crate) fn arrive(&mut self) {
        self.until("!window.isLeft && document.readyState === 'complete'");
    }

    /// What an expression comes to on the page; a promise is waited for.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        let done = self.call("Runtime.evaluate", parameters);
        assert!(done["exceptionDetails"].is_null(), "{expression}: {}", done["exceptionDetails"]);
        done["result"]["value"].clone()
    }

    /// The text that a person sees.
    pub(crate) fn text(&mut self) -> String {
        self.eval("document.body.innerText").as_str().unwrap_or_default().to_owned()
    }

    /// Clicks what a selector means, and waits for the page that this leads to.
    pub(crate) fn click_through(&mut self, selector: &str) {
        self.leave();
        let click =
            format!("(() => {{ const it = document.querySelector({selector:?}); if (!it) return false; it.click(); return true }})()");
        assert_eq!(self.eval(&click), json!(true), "there is no {selector}");
        self.arrive();
    }

    /// Waits until an expression is true on the page, also across pages.
    pub(crate) fn until(&mut self, expression: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let parameters = json!({ "expression": expression, "returnByValue": true });
            if self.call("Runtime.evaluate", parameters)["result"]["value"] == json!(true) {
                return;
            }
            assert!(Instant::now() < end, "never: {expression}\n{}", self.text());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the console and the browser's own log have said of the pages since the last one was opened: errors and warnings.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.eval("0");
        let wanted = |message: &Value| match message["method"].as_str() {
            Some("Log.entryAdded") => {
                let entry = &message["params"]["entry"];
                ["error", "warning"].contains(&entry["level"].as_str()?).then(|| format!("{}: {}", entry["url"], entry["text"]))
            }
            Some("Runtime.exceptionThrown") => Some(message["params"]["exceptionDetails"].to_string()),
            Some("Runtime.consoleAPICalled") => {
                let call = &message["params"];
                ["error", "warning"].contains(&call["type"].as_str()?).then(|| call["args"].to_string())
            }
            _ => None,
        };
        self.events.iter().filter_map(wanted).collect()
    }

    /// Gives the browser a cookie of this host.
    pub(crate) fn cookie(&mut self, origin: &str, cookie: &str) {
        let (name, value) = cookie.split_once('=').expect("a cookie");
        let cookie =
            json!({ "name": name, "value": value, "url": origin, "path": "/", "secure": true, "httpOnly": true, "sameSite": "Strict" });
        assert_eq!(self.call("Network.setCookie", cookie)["success"], json!(true));
    }

    /// An authenticator that verifies its user without asking, and makes resident keys; its id.
    pub(crate) fn authenticator(&mut self) -> String {
        self.call("WebAuthn.enable", json!({}));
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        self.call("WebAuthn.addVirtualAuthenticator", json!({ "options": options }))["authenticatorId"].as_str().expect("an id").to_owned()
    }

    /// A picture of the whole page, as PNG; `width` is that of the window.
    pub(crate) fn picture(&mut self, width: u32, dark: bool, file: &std::path::Path) {
        use base64::Engine as _;
        let scheme = if dark { "dark" } else { "light" };
        self.call("Emulation.setEmulatedMedia", json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }));
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 }),
        );
        let data = self.call("Page.captureScreenshot", json!({ "captureBeyondViewport": true }))["data"].clone();
        let bytes = base64::engine::general_purpose::STANDARD.decode(data.as_str().expect("a picture")).expect("base64");
        std::fs::write(file, bytes).expect("written");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
