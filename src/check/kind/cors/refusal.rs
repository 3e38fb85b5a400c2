//! Whether a class of hostile origins is refused: on GET, on OPTIONS and where an error is answered.

use super::{
    Cors,
    answer::Said,
    ask::{Ask, Way},
    fetch::{self, Leak},
    hostile::{self, Class},
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

/// The demands, class by class; `error` is the status of the error that wanted origins are answered.
pub(super) fn judge(cors: &Cors, seen: &Seen, error: Option<u16>) -> Vec<Expectation> {
    let mut any: Option<How> = None;
    let mut all = Vec::new();
    for (class, origins) in hostile::matrix(cors) {
        let (leaks, unseen) = look_at(cors, seen, &origins, error);
        let as_any = any.as_ref().is_some_and(|any| class != Class::Null && explained(&leaks, origins.len(), any));
        let ways = if error.is_some() { "GET, OPTIONS and errors" } else { "GET and OPTIONS" };
        let demand = Expectation::new(format!("refuses:{}", class.name()), class.what()).wanted("refused");
        all.push(match (leaks.as_slice(), unseen.as_slice()) {
            ([], []) => demand.got(format!("refused on {ways} ({})", count(&origins))).met(true),
            ([], [first]) => demand.undetermined(first),
            ([], [first, rest @ ..]) => demand.undetermined(format!("{first}; and {} more", rest.len())),
            _ if as_any => demand.got("allowed like any other website").met(false),
            (leaks, _) => demand.got(told(leaks)).met(false),
        });
        if class == Class::Reflection && !leaks.is_empty() {
            any = Some(How::of(&leaks));
        }
    }
    all
}

/// What lets these origins in, and what of them was not seen.
fn look_at<'o>(cors: &Cors, seen: &Seen, origins: &'o [String], error: Option<u16>) -> (Vec<Found<'o>>, Vec<String>) {
    let (mut leaks, mut unseen) = (Vec::new(), Vec::new());
    for origin in origins {
        for way in Way::ALL {
            let ask = cors.hostile(way, origin);
            match answer(seen, &ask) {
                Err(why) => unseen.push(why),
                Ok(said) => match fetch::leak(said, origin) {
                    Some(leak) => leaks.push(Found { origin, way, leak, credentials: fetch::allows_credentials(said) }),
                    None => unseen.extend(proves_nothing(said, &ask, error)),
                },
            }
        }
    }
    (leaks, unseen)
}

/// Whether all of these come in just as any website does, so that there is nothing to add.
fn explained(leaks: &[Found<'_>], origins: usize, any: &How) -> bool {
    let mut of_each = leaks.chunk_by(|one, next| one.origin == next.origin).map(How::of);
    of_each.clone().count() == origins && of_each.all(|how| how == *any)
}

/// Why an answer without a leak is no refusal.
fn proves_nothing(said: &Said, ask: &Ask, error: Option<u16>) -> Option<String> {
    if said.is_turned_away(ask.way, error) {
        return Some(turned_away(ask, said));
    }
    let no_error = ask.way == Way::Error && error.is_some() && said.status < 400;
    no_error.then(|| format!("{} has {}, which is no error", ask.told(), said.status()))
}

fn count(origins: &[String]) -> String {
    match origins {
        [only] => quote(only),
        many => format!("{} origins, {} the first", many.len(), quote(&many[0])),
    }
}

/// "`https://evil.example` allowed on GET and OPTIONS with credentials"; origins that come in alike together.
fn told(leaks: &[Found<'_>]) -> String {
    let mut alike: Vec<(How, Vec<&str>)> = Vec::new();
    for of_one in leaks.chunk_by(|one, next| one.origin == next.origin) {
        let how = How::of(of_one);
        match alike.iter_mut().find(|(other, _)| *other == how) {
            Some((_, origins)) => origins.push(of_one[0].origin),
            None => alike.push((how, vec![of_one[0].origin])),
        }
    }
    let mut said: Vec<String> = alike.iter().take(2).map(|(how, origins)| how.told(origins)).collect();
    said.extend((alike.len() > 2).then(|| format!("others in {} more ways", alike.len() - 2)));
    excerpt(&said.join(", "), 1_000)
}

/// How an origin comes in.
#[derive(PartialEq)]
struct How {
    leak: Leak,
    ways: Vec<Way>,
    credentials: bool,
}

impl How {
    /// Of the leaks of one origin, at least one.
    fn of(leaks: &[Found<'_>]) -> Self {
        Self {
            leak: leaks[0].leak,
            ways: leaks.iter().map(|leak| leak.way).collect(),
            // With `*` browsers never send credentials.
            credentials: leaks.iter().any(|leak| leak.credentials && leak.leak != Leak::Wildcard),
        }
    }

    fn told(&self, origins: &[&str]) -> String {
        let mut named: Vec<String> = origins.iter().take(2).map(|origin| quote(origin)).collect();
        named.extend((origins.len() > 2).then(|| format!("{} more", origins.len() - 2)));
        let named = joined(&named);
        let how = match self.leak {
            Leak::Wildcard => format!("`*` for {named}"),
            Leak::Listed => format!("{named} among several values"),
            Leak::Echo => format!("{named} allowed"),
        };
        let ways: Vec<String> = self.ways.iter().map(|way| way.word().to_owned()).collect();
        format!("{how} on {}{}", joined(&ways), if self.credentials { " with credentials" } else { "" })
    }
}

/// "a", "a and b", "a, b and c".
fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
