//! Whether the wanted origins are allowed, and what else the answers must not say.

use std::collections::BTreeMap;

use super::{
    Cors,
    ask::{Ask, NO_ORIGIN, Way},
    fetch, refusal,
    seen::{Came, Said, Seen},
    vary,
};
use crate::{check::http::Method, model::Expectation};

/// Each question with its answer, or why there is none.
pub(super) type Replies = BTreeMap<Ask, Came>;

/// Why a demand on all answers is open; which did not come, and why, is said where each of them matters.
pub(super) const NOT_ALL: &str = "not every answer came";

/// The answer to `ask`, or why there is none.
pub(super) fn answer<'s>(seen: &'s Replies, ask: &Ask) -> Result<&'s Said, String> {
    match seen.get(ask) {
        Some(Ok(said)) => Ok(said),
        Some(Err(why)) => Err(format!("{} got no answer: {why}", ask.told())),
        None => Err(format!("{} was not asked", ask.told())),
    }
}

/// Every demand: first that the wanted are allowed, then that the others are not.
pub(super) fn judge(cors: &Cors, answers: &Seen, _: jiff::Timestamp) -> Vec<Expectation> {
    let mut seen = answers.by_ask();
    let error = cors.error(&seen);
    for (ask, came) in &mut seen {
        if let Ok(said) = &*came
            && cors.proves_nothing(ask, said, error)
        {
            *came = Err(turned_away(said));
        }
    }
    let asks = cors.asks(answers.seed.as_deref());
    let all_seen = asks.iter().all(|ask| answer(&seen, ask).is_ok());
    let mut all = Vec::new();
    for origin in cors.wanted() {
        all.push(cors.judge_get(&seen, origin));
        all.extend(cors.judge_preflight(&seen, origin));
        all.push(cors.judge_error(&seen, origin));
    }
    if cors.public {
        all.push(cors.judge_no_credentials(&seen, all_seen));
    } else {
        all.extend(refusal::judge(cors, answers.seed.as_deref(), &seen, error));
    }
    all.push(cors.judge_values(&seen, all_seen));
    all.extend(cors.vary.then(|| vary::judge(cors, &asks, &seen)));
    all.extend(cors.judge_addresses(answers));
    all
}

impl Cors {
    /// Whether a limit or a gateway answered, and not the API: then nothing is refused by it. An origin that it lets in
    /// is let in all the same.
    fn proves_nothing(&self, ask: &Ask, said: &Said, error: Option<u16>) -> bool {
        let wanted = self.wanted().contains(&ask.origin.as_str());
        if wanted { said.is_limited() } else { said.allow_origin.is_empty() && said.is_turned_away(ask.way, error) }
    }

    /// The one value that lets this origin in as wanted.
    pub(super) fn value<'o>(&self, origin: &'o str) -> &'o str {
        if self.public { "*" } else { origin }
    }

    /// Whether rules for requests with credentials apply.
    fn with_credentials(&self) -> bool {
        self.credentials == Some(true)
    }

    /// `allows:https://app.example.com`, and `allows` where every origin is wanted.
    fn demand(&self, name: &str, what: &str, origin: &str) -> Expectation {
        if self.public {
            Expectation::new(name, what)
        } else {
            Expectation::new(format!("{name}:{origin}"), format!("{what} from `{origin}`"))
        }
    }

    /// "itself allowed with credentials".
    fn allowed(&self) -> String {
        let itself = if self.public { "`*`" } else { "itself" };
        let credentials = match self.credentials {
            Some(true) => " with credentials",
            Some(false) => " without credentials",
            None => "",
        };
        format!("{itself} allowed{credentials}")
    }

    fn judge_get(&self, seen: &Replies, origin: &str) -> Expectation {
        let exposes: Vec<&str> = self.exposes.iter().flat_map(|names| names.iter()).map(|name| name.as_str()).collect();
        let exposing = if exposes.is_empty() { String::new() } else { format!(", {} exposed", fetch::quoted(&exposes)) };
        let demand = self.demand("allows", "GET", origin).wanted(format!("2xx and {}{exposing}", self.allowed()));
        let ask = Ask::new(Way::Get, origin);
        match answer(seen, &ask) {
            Err(why) => demand.undetermined(why),
            Ok(said) => told(demand, said, is_2xx(said), || {
                let fault = fetch::origin_fault(said, self.value(origin), self.credentials);
                fault.or_else(|| fetch::exposure_fault(said, &exposes, self.with_credentials()))
            }),
        }
    }

    /// What browsers ask before they use the methods and headers. `None` where they never ask.
    fn judge_preflight(&self, seen: &Replies, origin: &str) -> Option<Expectation> {
        let (methods, headers) = (self.preflighted(), self.headers());
        if methods.is_empty() {
            return None;
        }
        let named = methods.iter().map(Method::to_string).chain(headers.iter().map(|name| format!("`{name}`"))).collect::<Vec<_>>();
        let demand = self.demand("preflight", "preflight", origin);
        let mut demand = demand.wanted(format!("2xx and {}, for {}", self.allowed(), named.join(", ")));
        let mut unseen = None;
        for method in methods {
            let ask = Ask::preflight(method, origin);
            let said = match answer(seen, &ask) {
                Ok(said) => said,
                Err(why) => {
                    unseen.get_or_insert(why);
                    continue;
                }
            };
            demand = told(demand, said, is_2xx(said), || {
                let fault = fetch::origin_fault(said, self.value(origin), self.credentials);
                fault.or_else(|| fetch::preflight_fault(said, method, &headers, self.with_credentials()))
            });
            if demand.met == Some(false) {
                demand.got = format!("for {method} {}", demand.got);
                return Some(demand);
            }
        }
        Some(match unseen {
            Some(why) => demand.undetermined(why),
            None => demand,
        })
    }

    fn judge_error(&self, seen: &Replies, origin: &str) -> Expectation {
        let demand = self.demand("errors", "error answered to GET", origin).wanted(format!("{} there too", self.allowed()));
        let ask = Ask::new(Way::Error, origin);
        match answer(seen, &ask) {
            Err(why) => demand.undetermined(why),
            Ok(said) if said.status < 400 => demand.undetermined(format!(
                "{} answers with {}: name a path that answers an error with `error-path`",
                self.error_address(),
                said.status()
            )),
            Ok(said) => told(demand, said, true, || fetch::origin_fault(said, self.value(origin), self.credentials)),
        }
    }

    /// The status of the error that wanted origins are answered; `None` where one of them is answered none.
    fn error(&self, seen: &Replies) -> Option<u16> {
        let asks = self.wanted().into_iter().map(|origin| Ask::new(Way::Error, origin));
        let statuses: Vec<u16> = asks.filter_map(|ask| answer(seen, &ask).ok()).map(|said| said.status).collect();
        statuses.first().copied().filter(|_| statuses.iter().all(|status| *status >= 400))
    }

    /// Where `*` is wanted, credentials are allowed nowhere.
    fn judge_no_credentials(&self, seen: &Replies, all_seen: bool) -> Expectation {
        let demand = Expectation::new("no-credentials", "`Access-Control-Allow-Credentials`").wanted("none beside `*`");
        let found = seen.iter().find(|(_, said)| said.as_ref().is_ok_and(|said| !said.allow_credentials.is_empty()));
        match found {
            Some((ask, Ok(said))) => demand.got(format!("{} on {}", fetch::quoted(&said.allow_credentials), ask.told())).met(false),
            _ if !all_seen => demand.undetermined(NOT_ALL),
            _ => demand.got("none").met(true),
        }
    }

    /// No answer allows anything but a wanted origin, alone. What is given back to the origin that asked for it is
    /// judged with its class.
    fn judge_values(&self, seen: &Replies, all_seen: bool) -> Expectation {
        let demand = Expectation::new("allow-origin", "`Access-Control-Allow-Origin`");
        let demand = demand.wanted(if self.public { "only `*`, once" } else { "only wanted origins, each alone in one header" });
        let strays: Vec<(&Ask, &Said)> = seen
            .iter()
            .filter_map(|(ask, said)| said.as_ref().ok().map(|said| (ask, said)))
            .filter(|(ask, said)| self.is_stray(ask, &said.allow_origin))
            .collect();
        match strays.as_slice() {
            [(ask, said), rest @ ..] => {
                let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
                let value = match said.allow_origin.as_slice() {
                    [] => "none".to_owned(),
                    values => fetch::quoted(values),
                };
                let form = if said.allow_origin.len() > 1 { " in two headers" } else { "" };
                demand.got(format!("{value}{form} on {}{more}", ask.told())).met(false)
            }
            [] if !all_seen => demand.undetermined(NOT_ALL),
            [] => demand.got("nothing else").met(true),
        }
    }

    fn is_stray(&self, ask: &Ask, values: &[String]) -> bool {
        let asked = ask.origin != NO_ORIGIN;
        match values {
            // Where `*` is wanted, its absence is judged with the wanted origin.
            [] => false,
            [only] if self.public => only != "*",
            [only] if asked && (*only == ask.origin || only == "*") => false,
            [only] => !self.welcomes(only),
            _ => true,
        }
    }
}

/// "status 200, no `Access-Control-Allow-Origin`"; the first fault, since the others mostly follow from it.
fn told(demand: Expectation, said: &Said, status_fits: bool, fault: impl FnOnce() -> Option<String>) -> Expectation {
    let status = said.status();
    if !status_fits {
        return demand.got(status).met(false);
    }
    match fault() {
        Some(fault) => demand.got(format!("{status}, {fault}")).met(false),
        None => demand.got(format!("{status}, allowed")).met(true),
    }
}

pub(super) fn is_2xx(said: &Said) -> bool {
    (200..300).contains(&said.status)
}

/// Why an answer proves nothing.
pub(super) fn turned_away(said: &Said) -> String {
    let status = said.status();
    format!("it was turned away with {status}: raise the check's `timeout` so that it can ask more slowly, or let it past the limit")
}
