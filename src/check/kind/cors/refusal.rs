//! Whether a class of hostile origins is refused: on GET, on OPTIONS and where an error is answered.

use super::{
    Cors,
    ask::{Ask, Way},
    fetch::{self, Leak},
    hostile::{self, Member},
    judge::{Replies, answer, turned_away},
    seen::Said,
};
use crate::model::{Expectation, excerpt, first_of, quote};

/// What was seen of one hostile origin in one way.
struct Found<'o> {
    member: &'o Member,
    way: Way,
    leak: Leak,
    credentials: bool,
    at: Option<&'o str>,
}

/// The demands, class by class; `error` is the status of the error that wanted origins are answered.
pub(super) fn judge(cors: &Cors, seed: Option<&str>, seen: &Replies, error: Option<u16>) -> Vec<Expectation> {
    let mut any: Option<How> = None;
    let mut all = Vec::new();
    for (class, members) in hostile::matrix(cors, seed) {
        let (leaks, unseen) = look_at(cors, seen, &members, error);
        let as_any = any.as_ref().is_some_and(|any| class.name != "null" && explained(&leaks, &members, any));
        let demand = Expectation::new(format!("refuses:{}", class.name), class.what).wanted("refused");
        all.push(match (leaks.as_slice(), unseen.as_slice()) {
            ([], []) => demand.got(format!("refused on {} ({})", ways(&members, error), count(&members))).met(true),
            ([], unseen) => demand.undetermined(first_of(unseen, 1, unseen.len(), "; ")),
            _ if as_any => demand.got("allowed like any other website").met(false),
            (leaks, _) => demand.got(told(leaks)).met(false),
        });
        if class.name == "reflection" && !leaks.is_empty() {
            any = Some(How::of(&leaks));
        }
    }
    all
}

/// What lets these origins in, and what of them was not seen.
fn look_at<'o>(cors: &Cors, seen: &'o Replies, members: &'o [Member], error: Option<u16>) -> (Vec<Found<'o>>, Vec<String>) {
    let (mut leaks, mut unseen) = (Vec::new(), Vec::new());
    for member in members {
        for way in member.ways.iter().copied() {
            let ask = cors.hostile(way, &member.origin);
            match answer(seen, &ask) {
                Err(why) => unseen.push(why),
                Ok(said) => match fetch::leak(said, &member.origin) {
                    Some(leak) => {
                        let (credentials, at) = (fetch::allows_credentials(said), said.at.as_deref());
                        leaks.push(Found { member, way, leak, credentials, at });
                    }
                    None => unseen.extend(proves_nothing(said, &ask, error)),
                },
            }
        }
    }
    (leaks, unseen)
}

/// Whether all of these come in just as any website does, so that there is nothing to add.
fn explained(leaks: &[Found<'_>], members: &[Member], any: &How) -> bool {
    let mut of_each = by_member(leaks);
    let asked_so = members.iter().filter(|member| !any.ways_of(member).is_empty()).count();
    asked_so > 0 && of_each.clone().count() == asked_so && of_each.all(|leaks| any.fits(leaks))
}

/// "GET, OPTIONS and errors", as far as one of them was asked so.
fn ways(members: &[Member], error: Option<u16>) -> String {
    let asked = |way: &Way| members.iter().any(|member| member.ways.contains(way)) && (*way != Way::Error || error.is_some());
    joined(&Way::ALL.into_iter().filter(asked).map(|way| way.word().to_owned()).collect::<Vec<_>>())
}

/// Why an answer without a leak is no refusal.
fn proves_nothing(said: &Said, ask: &Ask, error: Option<u16>) -> Option<String> {
    if said.is_turned_away(ask.way, error) {
        return Some(format!("{}: {}", ask.told(), turned_away(said)));
    }
    let no_error = ask.way == Way::Error && error.is_some() && said.status < 400;
    no_error.then(|| format!("{} has {}, which is no error", ask.told(), said.status()))
}

fn count(members: &[Member]) -> String {
    match members {
        [only] => quote(&only.origin),
        many => format!("{} origins, {} the first", many.len(), quote(&many[0].origin)),
    }
}

/// The leaks of each origin.
fn by_member<'l, 'o>(leaks: &'l [Found<'o>]) -> impl Iterator<Item = &'l [Found<'o>]> + Clone {
    leaks.chunk_by(|one, next| std::ptr::eq(one.member, next.member))
}

/// "`https://evil.example` allowed on GET and OPTIONS with credentials"; origins that come in alike together.
fn told(leaks: &[Found<'_>]) -> String {
    let mut alike: Vec<(How, Vec<&str>)> = Vec::new();
    for of_one in by_member(leaks) {
        let origin = of_one[0].member.origin.as_str();
        match alike.iter_mut().find(|(other, _)| other.fits(of_one)) {
            Some((_, origins)) => origins.push(origin),
            None => alike.push((How::of(of_one), vec![origin])),
        }
    }
    let mut said: Vec<String> = alike.iter().take(2).map(|(how, origins)| how.told(origins)).collect();
    said.extend((alike.len() > 2).then(|| format!("others in {} more ways", alike.len() - 2)));
    let at = leaks[0].at.filter(|at| leaks.iter().all(|leak| leak.at == Some(at)));
    excerpt(&format!("{}{}", said.join(", "), at.map(|at| format!(" at {at}")).unwrap_or_default()), 1_000)
}

/// How an origin comes in.
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

    /// Those of its ways in which this origin was asked.
    fn ways_of(&self, member: &Member) -> Vec<Way> {
        self.ways.iter().copied().filter(|way| member.ways.contains(way)).collect()
    }

    /// Whether another origin comes in like this, as far as it was asked.
    fn fits(&self, leaks: &[Found<'_>]) -> bool {
        let other = Self::of(leaks);
        other.leak == self.leak && other.credentials == self.credentials && other.ways == self.ways_of(leaks[0].member)
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
