//! The demands on which instances answered.

use jiff::Timestamp;

use super::{LoadBalancer, seen::Seen};
use crate::{
    check::volley,
    model::{Expectation, quote},
};

pub(super) fn judge(check: &LoadBalancer, seen: &Seen, _: Timestamp) -> Vec<Expectation> {
    let mut all = vec![seen.answers.judge(), instances(check, seen)];
    if !check.sticky {
        all.push(visitors(check, seen));
    }
    all.extend(check.drained.iter().flat_map(|names| names.iter()).map(|name| drained(name, seen)));
    all
}

fn instances(check: &LoadBalancer, seen: &Seen) -> Expectation {
    let count = seen.answers.by.len() as u64;
    let judged = check.instances.judge(Expectation::new("instances", "instances that answer"), count, "instance");
    let got = format!("{}: {}", judged.got, seen.answers);
    match judged.met {
        // Those that did not say who they were may be others, and so may those that were not asked.
        Some(true) if seen.answers.untold + seen.answers.unsent > 0 => judged.undetermined("not every request has an answer with a name"),
        _ if seen.answers.sent == 0 => judged.undetermined("nothing was sent"),
        _ => judged.got(got),
    }
}

fn visitors(check: &LoadBalancer, seen: &Seen) -> Expectation {
    let demand = Expectation::new("not-sticky", "one visitor").wanted("to be answered by several instances");
    if seen.answers.sent == 0 {
        return demand.got("not known").undetermined("nothing was sent");
    }
    match &seen.visitor {
        None if seen.cookies => demand.got("not known").undetermined("cookies are set, and it was not tried with them"),
        None => demand.got("no cookie that could keep one").met(true),
        Some(visitor) if visitor.untold + visitor.unsent > 0 || visitor.sent == 0 => {
            demand.got("not known").undetermined("not every request with its cookies has an answer with a name")
        }
        Some(visitor) => demand.got(format!("with its cookies: {visitor}")).met(visitor.by.len() > 1 || check.instances.takes(1)),
    }
}

fn drained(name: &str, seen: &Seen) -> Expectation {
    let demand = Expectation::new(format!("drained:{name}"), format!("answers of {}", quote(name))).wanted("none");
    let answers = &seen.answers;
    let of_visitor = seen.visitor.as_ref().and_then(|visitor| visitor.by.get(name)).copied().unwrap_or_default();
    match answers.by.get(name).copied().unwrap_or_default() + of_visitor {
        0 if answers.untold + answers.unsent > 0 || answers.sent == 0 => {
            demand.got("not known").undetermined("not every request has an answer with a name")
        }
        0 => demand.got(format!("none; they are at most {:.1} % of all", volley::most(0, answers.sent) * 100.0)).met(true),
        count => demand.got(count.to_string()).met(false),
    }
}
