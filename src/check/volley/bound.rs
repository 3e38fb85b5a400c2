//! What a share of some answers says of the share of all: the exact bounds of Clopper and Pearson (Biometrika 26, 1934), each
//! wrong at most once in twenty times.

/// How often a bound may be wrong.
const RISK: f64 = 0.05;

/// The least share of all that `hits` of `count` are still to be expected of.
pub(crate) fn least(hits: u64, count: u64) -> f64 {
    if hits == 0 {
        return 0.0;
    }
    // The more there are, the more likely so many hits.
    halved(|share| 1.0 - at_most(hits - 1, count, share) < RISK)
}

/// The largest.
pub(crate) fn most(hits: u64, count: u64) -> f64 {
    if hits >= count {
        return 1.0;
    }
    halved(|share| at_most(hits, count, share) > RISK)
}

/// How many answers, all alike, prove that the others are no more than `share` of all; nothing where no number does.
pub(crate) fn needed(share: f64) -> Option<u64> {
    let count = (RISK.ln() / (1.0 - share).ln()).ceil();
    (share > 0.0 && count < 1e9).then_some(count as u64)
}

/// Where `is_below` ends to hold, between 0 and 1.
fn halved(is_below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if is_below(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// How likely no more than `hits` of `count` are, each with the likelihood `share`.
fn at_most(hits: u64, count: u64, share: f64) -> f64 {
    let float = |number: u64| number as f64;
    // Logarithms, or the first terms would be 0.
    let (odds, mut term) = ((share / (1.0 - share)).ln(), float(count) * (1.0 - share).ln());
    let mut sum = term.exp();
    for hit in 0..hits {
        term += (float(count - hit) / float(hit + 1)).ln() + odds;
        sum += term.exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of R: `binom.test(x, n, conf.level = 0.9)$conf.int`, and `1 - 0.05^(1/n)`, its closed form for no hit.
    #[test]
    fn bounds_are_those_of_the_tables() {
        for (hits, count, low, high) in [
            (0, 10, 0.0, 1.0 - 0.05_f64.powf(0.1)),
            (10, 10, 0.05_f64.powf(0.1), 1.0),
            (1, 10, 0.005_116, 0.394_163),
            (5, 10, 0.222_441, 0.777_559),
            (0, 5000, 0.0, 1.0 - 0.05_f64.powf(1.0 / 5000.0)),
            (2500, 5000, 0.488_247, 0.511_753),
        ] {
            assert!((least(hits, count) - low).abs() < 1e-4, "{hits} of {count}: {}", least(hits, count));
            assert!((most(hits, count) - high).abs() < 1e-4, "{hits} of {count}: {}", most(hits, count));
        }
    }

    #[test]
    fn so_many_are_needed() {
        assert_eq!((needed(0.01), needed(0.05), needed(0.0)), (Some(299), Some(59), None));
        assert!(most(0, 299) <= 0.01 && most(0, 298) > 0.01);
    }
}
