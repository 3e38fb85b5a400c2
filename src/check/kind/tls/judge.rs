//! Every demand on what was seen.

use jiff::Timestamp;

use super::{Tls, dates, development, files, issuers, named, public, revocation, seen::Seen, session, strength, trusted};
use crate::model::Expectation;

/// The demands, as of an instant.
pub(super) fn judge(check: &Tls, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = judge_certificates(check, seen, at);
    all.extend(files::key(seen).into_iter().chain(files::serves(seen)));
    if check.file.is_none() {
        all.push(revocation::must_staple(seen, at));
        all.extend(revocation::revocation(seen, at));
        all.push(session::handshake(seen, check.min_version));
        all.extend(check.min_version.refused().iter().map(|version| session::refuses(seen, *version)));
    }
    all
}

/// What is demanded of the certificates, the most telling first: a report shows the first two that are red.
fn judge_certificates(check: &Tls, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    all.extend(seen.name.as_ref().map(|name| named::judge(seen, name)));
    all.push(dates::remaining(seen, check.min_remaining, at));
    all.push(dates::started(seen, at));
    if !check.development {
        all.push(development::judge(seen));
    }
    all.extend([strength::key(seen), strength::signature(seen)]);
    all.extend([issuers::purpose(seen), issuers::ca(seen), issuers::path_length(seen), issuers::name_constraints(seen)]);
    all.push(trusted::chain(seen, at));
    if check.order == issuers::Order::Strict {
        all.push(issuers::order(seen));
    }
    if check.public {
        all.extend([public::lifetime(seen), public::keys(seen), public::profile(seen)]);
    }
    all
}
