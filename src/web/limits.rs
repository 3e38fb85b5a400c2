//! How often somebody may ask: a bucket of tokens each, in bounded memory.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Buckets that are kept; who finds no room shares one with all others who find none.
const MOST: usize = 20_000;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// Anything, by address: many may sit behind one.
    Address,
    /// Anything, by session.
    Session,
    /// What changes something.
    Post,
    /// Signing in, and what else is asked before anybody is known.
    Login,
}

impl What {
    /// How many at once, and how many each second after that.
    fn rate(self) -> (f64, f64) {
        match self {
            Self::Address => (400.0, 200.0),
            Self::Session => (60.0, 10.0),
            Self::Post => (20.0, 1.0),
            Self::Login => (30.0, 1.0),
        }
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// The buckets.
#[derive(Default)]
pub(super) struct Limits(Mutex<HashMap<(What, String), Bucket>>);

impl Limits {
    /// Takes a token of this name's; `false` where there is none.
    pub(super) fn allow(&self, what: What, name: &str, now: Instant) -> bool {
        let (most, refill) = what.rate();
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = (what, name.to_owned());
        if buckets.len() >= MOST && !buckets.contains_key(&key) {
            // Who has not asked for a while has a full bucket, like somebody new.
            buckets.retain(|(what, _), bucket| {
                let (most, refill) = what.rate();
                bucket.left + now.saturating_duration_since(bucket.at).as_secs_f64() * refill < most
            });
            if buckets.len() >= MOST {
                key.1.clear();
            }
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: most, at: now });
        bucket.left = (bucket.left + now.saturating_duration_since(bucket.at).as_secs_f64() * refill).min(most);
        bucket.at = now;
        let allowed = bucket.left >= 1.0;
        bucket.left -= if allowed { 1.0 } else { 0.0 };
        allowed
    }
}

/// The name of an address: of IPv6 the network, of which one customer has all addresses.
pub(super) fn name_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => address.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_runs_empty_and_fills_again() {
        let (limits, now) = (Limits::default(), Instant::now());
        let asked = |name: &str, now| limits.allow(What::Post, name, now);
        assert_eq!((0..30).filter(|_| asked("a", now)).count(), 20);
        assert!(asked("b", now), "another's is another");
        assert_eq!((0..30).filter(|_| asked("a", now + Duration::from_secs(3))).count(), 3);
    }

    #[test]
    fn memory_is_bounded_and_strangers_share_what_is_left() {
        let (limits, now) = (Limits::default(), Instant::now());
        for at in 0..MOST + 1_000 {
            limits.allow(What::Login, &at.to_string(), now);
        }
        assert!(limits.0.lock().expect("buckets").len() <= MOST + 1);
        assert!(!limits.allow(What::Login, "new", now));
    }

    #[test]
    fn of_an_ipv6_address_the_network_counts() {
        let name = |text: &str| name_of(text.parse().expect("an address"));
        assert_eq!(name("2001:db8:1:2:3::1"), name("2001:db8:1:2:ffff::9"));
        assert_ne!(name("2001:db8:1:2::1"), name("2001:db8:1:3::1"));
        assert_eq!(name("::ffff:10.0.0.1"), "10.0.0.1");
    }
}
