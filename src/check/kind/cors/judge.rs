//! Whether the wanted origins are allowed, and what else the answers must not say.

use std::collections::BTreeMap;

use super::{
    Cors,
    answer::{Answers, Said},
    ask::{Ask, NO_ORIGIN, Way},
    fetch, hostile, refusal, vary,
};
use crate::{
    check::kind::http::{Method, quote},
    model::Expectation,
};

/// Each question with its answer, or why there is none.
pub(super) type Seen<'s> = BTreeMap<Ask, Result<&'s Said, &'s str>>;

/// The answer to `ask`, or why there is none.
pub(super) fn answer<'s>(seen: &Seen<'s>, ask: &Ask) -> Result<&'s Said, String> {
    match seen.get(ask) {
        Some(Ok(said)) => Ok(said),
        Some(Err(why)) => Err(format!("{} got no answer: {why}", ask.told())),
        None => Err(format!("{} was not asked", ask.told())),
    }
}

impl Cors {
    /// Every demand: first that the wanted are allowed, then that the others are not.
    pub(super) fn judge_all(&self, answers: &Answers) -> Vec<Expectation> {
        let seen = answers.by_ask();
        let error = self.error(&seen);
        let mut all = Vec::new();
        for origin in self.wanted() {
            all.push(self.judge_get(&seen, origin));
            all.extend(self.judge_preflight(&seen, origin));
            all.push(self.judge_error(&seen, origin));
        }
        if self.public {
            all.push(self.judge_no_credentials(&seen));
        } else {
            let classes = hostile::matrix(self);
            all.extend(classes.iter().map(|(class, origins)| refusal::judge(self, &seen, *class, origins, error)));
        }
        all.push(self.judge_values(&seen));
        all.extend(self.vary.then(|| vary::judge(&self.asks(), &seen, error)));
        all
    }

    /// The one value that lets this origin in as wanted.
    fn value<'o>(&self, origin: &'o str) -> &'o str {
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

    /// "`Access-Control-Allow-Origin: https://…` with credentials".
    fn allowed(&self, origin: &str) -> String {
        let credentials = match self.credentials {
            Some(true) => " with credentials",
            Some(false) => " without credentials",
            None => "",
        };
        format!("`Access-Control-Allow-Origin: {}`{credentials}", self.value(origin))
    }

    fn judge_get(&self, seen: &Seen<'_>, origin: &str) -> Expectation {
        let exposes: Vec<&str> = self.exposes.iter().flat_map(|names| names.iter()).map(|name| name.as_str()).collect();
        let exposing = if exposes.is_empty() { String::new() } else { format!(", exposing {}", fetch::quoted(&exposes)) };
        let demand = self.demand("allows", "GET", origin).wanted(format!("2xx and {}{exposing}", self.allowed(origin)));
        let said = match answer(seen, &Ask::new(Way::Get, origin)) {
            Err(why) => return demand.undetermined(why),
            Ok(said) if said.status == 429 => return demand.undetermined(turned_away(said)),
            Ok(said) => said,
        };
        let mut faults = fetch::origin_faults(said, self.value(origin), self.credentials);
        faults.extend(fetch::exposure_faults(said, &exposes, self.with_credentials()));
        told(demand, said, (200..300).contains(&said.status), &faults)
    }

    /// What browsers ask before the methods and headers in use. `None` where they never ask.
    fn judge_preflight(&self, seen: &Seen<'_>, origin: &str) -> Option<Expectation> {
        let methods = self.preflighted();
        if methods.is_empty() {
            return None;
        }
        let headers = self.headers();
        let named = methods.iter().map(Method::to_string).chain(headers.iter().map(|name| format!("`{name}`"))).collect::<Vec<_>>();
        let demand = self.demand("preflight", "preflight", origin);
        let mut demand = demand.wanted(format!("2xx and {}, for {}", self.allowed(origin), named.join(", ")));
        let mut unseen = None;
        for method in methods {
            let said = match answer(seen, &Ask::preflight(method, origin)) {
                Ok(said) if said.status != 429 => said,
                Ok(said) => {
                    unseen.get_or_insert(turned_away(said));
                    continue;
                }
                Err(why) => {
                    unseen.get_or_insert(why);
                    continue;
                }
            };
            let mut faults = fetch::origin_faults(said, self.value(origin), self.credentials);
            faults.extend(fetch::preflight_faults(said, method, &headers, self.with_credentials()));
            demand = told(demand, said, (200..300).contains(&said.status), &faults);
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

    fn judge_error(&self, seen: &Seen<'_>, origin: &str) -> Expectation {
        let demand = self.demand("errors", "error answered to GET", origin);
        let demand = demand.wanted(format!("{} there too, or scripts cannot tell what went wrong", self.allowed(origin)));
        let said = match answer(seen, &Ask::new(Way::Error, origin)) {
            Err(why) => return demand.undetermined(why),
            Ok(said) => said,
        };
        if said.status < 400 {
            let why =
                format!("{} answers with {}: name a path that answers an error with `error-path`", self.error_address(), said.status());
            return demand.undetermined(why);
        }
        if said.status == 429 {
            return demand.undetermined(turned_away(said));
        }
        told(demand, said, true, &fetch::origin_faults(said, self.value(origin), self.credentials))
    }

    /// The status of the error that wanted origins are answered; `None` where one of them is answered none.
    fn error(&self, seen: &Seen<'_>) -> Option<u16> {
        let asks = self.wanted().into_iter().map(|origin| Ask::new(Way::Error, origin));
        let statuses: Vec<u16> = asks.filter_map(|ask| answer(seen, &ask).ok()).map(|said| said.status).collect();
        statuses.first().copied().filter(|_| statuses.iter().all(|status| *status >= 400))
    }

    /// Where `*` is wanted, credentials are allowed nowhere.
    fn judge_no_credentials(&self, seen: &Seen<'_>) -> Expectation {
        let demand = Expectation::new("no-credentials", "`Access-Control-Allow-Credentials`").wanted("none beside `*`");
        let found = seen.iter().find(|(_, said)| said.is_ok_and(|said| !said.allow_credentials.is_empty()));
        match (found, self.first_unseen(seen)) {
            (Some((ask, Ok(said))), _) => demand.got(format!("{} on {}", fetch::quoted(&said.allow_credentials), ask.told())).met(false),
            (_, Some(why)) => demand.undetermined(why),
            (_, None) => demand.got("none").met(true),
        }
    }

    /// No answer allows anything but a wanted origin, alone. What is given back to the origin that asked for it is
    /// judged with its class.
    fn judge_values(&self, seen: &Seen<'_>) -> Expectation {
        let demand = Expectation::new("allow-origin", "`Access-Control-Allow-Origin`");
        let demand = demand.wanted(if self.public { "only `*`, once" } else { "only wanted origins, each alone in one header" });
        let strays: Vec<(&Ask, &Said)> = seen
            .iter()
            .filter_map(|(ask, said)| said.ok().map(|said| (ask, said)))
            .filter(|(ask, said)| self.is_stray(ask, &said.allow_origin))
            .collect();
        match (strays.as_slice(), self.first_unseen(seen)) {
            ([(ask, said), rest @ ..], _) => {
                let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
                let value = match said.allow_origin.as_slice() {
                    [] => "none".to_owned(),
                    values => fetch::quoted(values),
                };
                let form = if said.allow_origin.len() > 1 { " in two headers" } else { "" };
                demand.got(format!("{value}{form} on {}{more}", ask.told())).met(false)
            }
            ([], Some(why)) => demand.undetermined(why),
            ([], None) => demand.got("nothing else").met(true),
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

    /// Why something was not seen, if anything was not.
    fn first_unseen(&self, seen: &Seen<'_>) -> Option<String> {
        self.asks().iter().find_map(|ask| answer(seen, ask).err())
    }
}

/// "status 200, no `Access-Control-Allow-Origin`".
fn told(demand: Expectation, said: &Said, status_fits: bool, faults: &[String]) -> Expectation {
    let met = status_fits && faults.is_empty();
    let allowed = if met { vec!["allowed".to_owned()] } else { Vec::new() };
    let parts: Vec<String> = std::iter::once(said.status()).chain(allowed).chain(faults.iter().cloned()).collect();
    demand.got(parts.join(", ")).met(met)
}

/// Why an answer proves nothing.
pub(super) fn turned_away(said: &Said) -> String {
    format!(
        "it was turned away with {} before origins mattered: raise the check's `timeout` so that it can ask more slowly, or let it past the limit",
        quote(&said.status())
    )
}
