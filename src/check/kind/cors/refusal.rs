//! Whether a class of hostile origins is refused: on GET, on OPTIONS and where an error is answered.

use super::{
    Cors,
    answer::Said,
    ask::Way,
    fetch::{self, Leak},
    hostile::Class,
    judge::{Seen, answer, turned_away},
};
use crate::{
    check::kind::http::quote,
    model::{Expectation, excerpt},
};

/// What was seen of one hostile origin in one way.
struct Found<'o> {
    origin: &'o str,
    way: Way,
    leak: Leak,
    credentials: bool,
}

/// The demand on one class; `error` is the status of the error that wanted origins are answered.
pub(super) fn judge(cors: &Cors, seen: &Seen<'_>, class: Class, origins: &[String], error: Option<u16>) -> Expectation {
    let (mut leaks, mut unseen) = (Vec::new(), Vec::new());
    for origin in origins {
        for way in Way::ALL {
            let ask = cors.hostile(way, origin);
            match answer(seen, &ask) {
                Err(why) => unseen.push(why),
                Ok(said) => match fetch::leak(said, origin) {
                    Some(leak) => leaks.push(Found { origin, way, leak, credentials: fetch::allows_credentials(said) }),
                    None => unseen.extend(proves_nothing(said, way, error).map(|why| format!("{}: {why}", ask.told()))),
                },
            }
        }
    }
    let ways = if error.is_some() { "GET, OPTIONS and errors" } else { "GET and OPTIONS" };
    let demand = Expectation::new(format!("refuses:{}", class.name()), class.what()).wanted("refused on GET, OPTIONS and errors");
    match (leaks.as_slice(), unseen.as_slice()) {
        ([], []) => demand.got(format!("refused on {ways} ({})", count(origins))).met(true),
        ([], [first]) => demand.undetermined(first),
        ([], [first, rest @ ..]) => demand.undetermined(format!("{first}; and {} more", rest.len())),
        (leaks, _) => demand.got(told(leaks)).met(false),
    }
}

/// Why an answer without a leak is no refusal.
fn proves_nothing(said: &Said, way: Way, error: Option<u16>) -> Option<String> {
    if said.is_turned_away(way, error) {
        return Some(turned_away(said));
    }
    let no_error = way == Way::Error && error.is_some() && said.status < 400;
    no_error.then(|| format!("it answers with {}, not with an error", said.status()))
}

fn count(origins: &[String]) -> String {
    match origins {
        [only] => quote(only),
        many => format!("{} origins, {} the first", many.len(), quote(&many[0])),
    }
}

/// "`https://evil.example` allowed on GET and OPTIONS with credentials".
fn told(leaks: &[Found<'_>]) -> String {
    let mut origins: Vec<&str> = Vec::new();
    for leak in leaks {
        if !origins.contains(&leak.origin) {
            origins.push(leak.origin);
        }
    }
    let mut said: Vec<String> = origins.iter().take(2).map(|origin| of_origin(origin, leaks)).collect();
    if origins.len() > 2 {
        said.push(format!("{} more", origins.len() - 2));
    }
    excerpt(&joined(&said), 1_000)
}

fn of_origin(origin: &str, leaks: &[Found<'_>]) -> String {
    let of = || leaks.iter().filter(|leak| leak.origin == origin);
    let how = match of().next().map(|leak| leak.leak) {
        Some(Leak::Wildcard) => format!("`*` for {}", quote(origin)),
        Some(Leak::Listed) => format!("{} among several values", quote(origin)),
        Some(Leak::Echo) | None => format!("{} allowed", quote(origin)),
    };
    let ways: Vec<String> = of().map(|leak| leak.way.word().to_owned()).collect();
    // With `*` browsers never send credentials.
    let credentials = of().any(|leak| leak.credentials && leak.leak != Leak::Wildcard);
    format!("{how} on {}{}", joined(&ways), if credentials { " with credentials" } else { "" })
}

/// "a", "a and b", "a, b and c".
fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
