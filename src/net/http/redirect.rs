//! Redirects: where an answer leads, and whether we go there.

use super::{
    address::Address,
    reply::{Hop, Reply, is_redirect},
};

pub(super) enum Next {
    /// It is the final one; where it is a redirect that is not followed, why.
    Stay(Option<String>),
    Go(Address),
}

/// Where to go after `reply` when `hops` of `most` are used up. Never from `https` to `http`: what is secret would
/// travel in the clear, and a check that ends there proves nothing about the address asked for.
pub(super) fn next(reply: &Reply, hops: &[Hop], most: u8) -> Next {
    if !is_redirect(reply.status) || most == 0 {
        return Next::Stay(None);
    }
    let stay = |why: String| Next::Stay(Some(why));
    let Some(location) = reply.location() else { return stay("it names no location".into()) };
    let to = match reply.address.join(&location) {
        Ok(to) => to,
        Err(why) => return stay(format!("its location is not followed: {why}")),
    };
    if reply.address.is_https() && !to.is_https() {
        return stay(format!("it leads from https to {to}, which is not followed"));
    }
    if to.url() == reply.address.url() || hops.iter().any(|hop| hop.from == to.to_string()) {
        return stay(format!("it is a redirect loop: {}", trail(hops, reply, &to)));
    }
    if hops.len() >= usize::from(most) {
        return stay(format!("more than {most} redirects: {}", trail(hops, reply, &to)));
    }
    Next::Go(to)
}

fn trail(hops: &[Hop], reply: &Reply, to: &Address) -> String {
    let mut places: Vec<String> = hops.iter().map(|hop| hop.from.clone()).collect();
    places.extend([reply.address.to_string(), to.to_string()]);
    if places.len() > 4 {
        places.splice(2..places.len() - 2, ["…".to_owned()]);
    }
    places.join(" → ")
}
