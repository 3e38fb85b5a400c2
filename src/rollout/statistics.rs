//! What counts show: bounds for a share, for two shares beside each other, for a mean, and evidence that holds however often one
//! looks.

use statrs::distribution::{Beta, ContinuousCDF as _, Gamma, Normal, StudentsT};

/// How many of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that were meant; never more than all.
    pub bad: u64,
    /// All.
    pub total: u64,
}

/// A stretch in which the truth lies, each end with the confidence that was asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// At least.
    pub lower: f64,
    /// At most; infinite where nothing is shown.
    pub upper: f64,
}

impl Counts {
    /// The share that these counts show, each end one-sided (Clopper and Pearson, 1934): exact, so at least as sure as asked.
    pub fn share(self, confidence: f64) -> Bounds {
        let (bad, good) = (self.bad as f64, self.total.saturating_sub(self.bad) as f64);
        let lower = if bad == 0.0 { 0.0 } else { quantile(bad, good + 1.0, 1.0 - confidence) };
        let upper = if good == 0.0 { 1.0 } else { quantile(bad + 1.0, good, confidence) };
        Bounds { lower, upper }
    }

    /// By what this share is to be multiplied to be `other`'s: one at most 1.05 is no more than five hundredths larger. Of the
    /// bad ones of both, so many are on one side: rare ones come as Poisson's, for whom that is exact (Przyborowski and
    /// Wileński, 1940), and for others it is on the sure side. Without a bad one on the other side nothing is shown.
    pub fn beside(self, other: Self, confidence: f64) -> Bounds {
        if self.total == 0 || other.total == 0 {
            return Bounds { lower: 0.0, upper: f64::INFINITY };
        }
        let sizes = other.total as f64 / self.total as f64;
        let part = Self { bad: self.bad, total: self.bad + other.bad }.share(confidence);
        let odds = |part: f64| if part < 1.0 { part / (1.0 - part) * sizes } else { f64::INFINITY };
        Bounds { lower: odds(part.lower), upper: odds(part.upper) }
    }
}

/// How many it takes, with so many bad ones among them, to show that the share is under `limit`.
pub fn needed(bad: u64, limit: f64, confidence: f64) -> u64 {
    let shows = |total: u64| Counts { bad, total }.share(confidence).upper < limit;
    let mut enough = bad + 1;
    while !shows(enough) && enough < u64::MAX / 2 {
        enough *= 2;
    }
    let mut few = enough / 2;
    while few + 1 < enough {
        let middle = few + (enough - few) / 2;
        *(if shows(middle) { &mut enough } else { &mut few }) = middle;
    }
    enough
}

/// Of fewer values nobody knows the spread.
pub const FEWEST: usize = 30;

/// The mean that these values show, by Student's t; `None` of fewer than [`FEWEST`].
pub fn mean(values: &[f64], confidence: f64) -> Option<Bounds> {
    if values.len() < FEWEST {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let t = StudentsT::new(0.0, 1.0, count - 1.0).ok()?.inverse_cdf(confidence);
    let half = t * (spread / count).sqrt();
    Some(Bounds { lower: mean - half, upper: mean + half })
}

/// Up to here the beta distribution is exact: its continued fraction needs about the root of the larger number of steps, and has 140.
const EXACT: f64 = 1e4;
/// Up to here rare ones come as Poisson's, whose bounds are on the sure side of the binomial ones.
const RARE: f64 = 1e3;

/// Where a beta distribution has so much of itself below.
fn quantile(a: f64, b: f64, part: f64) -> f64 {
    if a.max(b) <= EXACT {
        return Beta::new(a, b).map_or(f64::NAN, |beta| reach(1.0, part, |x| beta.cdf(x)));
    }
    if b < a.min(RARE) {
        return 1.0 - quantile(b, a, 1.0 - part);
    }
    if a <= RARE {
        let most = 2.0 * a + 100.0;
        return Gamma::new(a, 1.0).map_or(f64::NAN, |gamma| reach(most, part, |x| gamma.cdf(x)) / (a + b - 1.0));
    }
    // Abramowitz and Stegun 26.5.22; of numbers so large its error is in the sixth digit.
    let y = Normal::standard().inverse_cdf(1.0 - part);
    let (one, other) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
    let (h, lambda) = (2.0 / (one + other), (y * y - 3.0) / 6.0);
    let w = y * (h + lambda).sqrt() / h - (other - one) * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * h));
    a / (a + b * (2.0 * w).exp())
}

/// Where between 0 and `most` a rising function comes to `part`: halved so often that no digit is left.
fn reach(most: f64, part: f64, below: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, most);
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        *(if below(middle) < part { &mut low } else { &mut high }) = middle;
    }
    f64::midpoint(low, high)
}

/// By what the odds of a bad one may have grown: a bet on each, the same stake.
const ODDS: [f64; 8] = [1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0];

/// Evidence that a share is larger than it may be: the winnings of bets that are fair or worse while it is not (Ville, 1939). At
/// whatever moment one looks, however often, it reaches `n` in at most one case of `n` that are in order.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// The logarithm of what each bet has come to.
    bets: [f64; ODDS.len()],
    /// The most that all together ever came to.
    highest: f64,
}

impl Evidence {
    /// Takes in what came since: the share may be up to `limit`.
    pub fn above(&mut self, counts: Counts, limit: f64) {
        self.bet(counts.bad, counts.total, limit);
    }

    /// Takes in what came since: the share may be as large as `other`'s at the same time. Of the bad ones of both only so many
    /// belong here as there are requests; how many there are altogether says nothing, so a baseline without one is no hindrance.
    pub fn worse_than(&mut self, counts: Counts, other: Counts) {
        let all = (counts.total + other.total) as f64;
        if counts.total > 0 && other.total > 0 {
            self.bet(counts.bad, counts.bad + other.bad, counts.total as f64 / all);
        }
    }

    /// `hits` of `tries`, of which one in order has at most the part `fair`.
    fn bet(&mut self, hits: u64, tries: u64, fair: f64) {
        for (bet, odds) in self.bets.iter_mut().zip(ODDS) {
            *bet += hits as f64 * odds.ln() - tries as f64 * (1.0 - fair + odds * fair).ln();
        }
        let now = self.bets.iter().map(|bet| bet.exp()).sum::<f64>() / ODDS.len() as f64;
        self.highest = self.highest.max(now);
    }

    /// The most that it ever came to: a share that is in order comes to `n` in at most one of `n` stages.
    pub fn highest(&self) -> f64 {
        self.highest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURE: f64 = 0.95;

    fn close(got: f64, wanted: f64) {
        assert!((got - wanted).abs() <= 1e-4 * wanted.abs().max(1.0), "{got} is not {wanted}");
    }

    #[test]
    fn shares_are_bounded_as_by_binom_test_of_r() {
        for (bad, total, lower, upper) in [(0, 299, 0.0, 0.009_969), (1, 20, 0.002_561, 0.216_107), (5, 100, 0.019_914, 0.102_253)] {
            let bounds = Counts { bad, total }.share(SURE);
            close(bounds.lower, lower);
            close(bounds.upper, upper);
        }
        assert_eq!(Counts::default().share(SURE), Bounds { lower: 0.0, upper: 1.0 });
        assert_eq!(Counts { bad: 3, total: 3 }.share(SURE).upper, 1.0);
    }

    /// Of the binomial tails themselves, summed; the crate's own inverse never came back from the first.
    #[test]
    fn millions_of_requests_are_bounded_too() {
        for (bad, total, lower, upper) in [
            (18, 24_000_000, 4.847627e-07, 1.112157e-06),
            (900, 1_000_000, 8.512497e-04, 9.509107e-04),
            (5_000, 1_000_000, 4.884543e-03, 5.117584e-03),
            (20_000, 100_000, 1.979209e-01, 2.020920e-01),
            (99_990, 100_000, 9.998304e-01, 9.999457e-01),
            (4_000, 9_000, 4.357876e-01, 4.531279e-01),
        ] {
            let bounds = Counts { bad, total }.share(SURE);
            assert!((bounds.lower / lower - 1.0).abs() < 1e-3 && (bounds.upper / upper - 1.0).abs() < 1e-3, "{bad} of {total}: {bounds:?}");
        }
        let most = Counts { bad: u64::MAX / 4, total: u64::MAX / 2 }.share(SURE);
        assert!((most.upper - 0.5).abs() < 1e-6 && (most.lower - 0.5).abs() < 1e-6, "{most:?}");
    }

    #[test]
    fn so_many_requests_show_a_rate() {
        let all =
            [(0.05, [59, 93, 124, 153]), (0.02, [149, 236, 313, 386]), (0.01, [299, 473, 628, 773]), (0.001, [2_995, 4_742, 6_294, 7_752])];
        for (limit, wanted) in all {
            assert_eq!([0, 1, 2, 3].map(|bad| needed(bad, limit, SURE)), wanted, "{limit}");
        }
    }

    #[test]
    fn two_shares_are_bounded_beside_each_other() {
        let (same, none) = (Counts { bad: 50, total: 10_000 }, Counts { bad: 0, total: 10_000 });
        let bounds = same.beside(same, SURE);
        assert!(bounds.lower < 1.0 && bounds.upper > 1.0 && bounds.upper < 1.5, "{bounds:?}");
        close(bounds.lower * bounds.upper, 1.0);
        assert_eq!(same.beside(none, SURE).upper, f64::INFINITY);
        assert!(same.beside(none, SURE).lower > 10.0);
        assert_eq!(none.beside(none, SURE), Bounds { lower: 0.0, upper: f64::INFINITY });
        // The sizes of the two do not matter by themselves.
        let small = Counts { bad: 5, total: 1_000 }.beside(same, SURE);
        assert!(small.lower < 1.0 && small.upper > 1.0, "{small:?}");
    }

    #[test]
    fn a_mean_is_bounded_by_students_t() {
        let values: Vec<f64> = (0..31).map(f64::from).collect();
        let bounds = mean(&values, SURE).expect("enough");
        // 15 ± 1.6973 × 9.0921 / √31
        close(bounds.upper, 17.7716);
        close(bounds.lower, 12.2284);
        assert_eq!(mean(&values[..29], SURE), None);
    }
}
