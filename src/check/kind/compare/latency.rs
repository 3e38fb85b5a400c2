//! Differences in time, request by request.

use serde::{Deserialize, Serialize};

/// The median of the differences, new less old, with its 95 % interval; in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// How many pairs.
    pub pairs: usize,
    /// The median.
    pub median: f64,
    /// The ends of the interval.
    pub low: f64,
    pub high: f64,
}

/// Of these differences; nothing of fewer than six, which have no such interval.
pub(super) fn of(mut differences: Vec<f64>) -> Option<Paired> {
    differences.sort_by(f64::total_cmp);
    let pairs = differences.len();
    let rank = rank(pairs)?;
    let median = if pairs % 2 == 1 { differences[pairs / 2] } else { f64::midpoint(differences[pairs / 2 - 1], differences[pairs / 2]) };
    Some(Paired { pairs, median, low: differences[rank - 1], high: differences[pairs - rank] })
}

/// The largest rank that the true median lies below, or above on the other side, with a chance of 2.5 % at most: the binomial distribution
/// of how many of `pairs` fall short of it.
fn rank(pairs: usize) -> Option<usize> {
    let mut chance = 0.5_f64.powi(i32::try_from(pairs).ok()?);
    let (mut below, mut rank) = (0.0, 0);
    for count in 0..pairs {
        below += chance;
        if below > 0.025 {
            break;
        }
        rank = count + 1;
        chance *= (pairs - count) as f64 / (count + 1) as f64;
    }
    (rank > 0).then_some(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_sign_test() {
        // Tables of the sign test's confidence interval for the median, 95 %, two sides.
        for (pairs, wanted) in
            [(5, None), (6, Some(1)), (8, Some(1)), (9, Some(2)), (20, Some(6)), (50, Some(18)), (100, Some(40)), (1000, Some(469))]
        {
            assert_eq!(rank(pairs), wanted, "{pairs}");
        }
        let paired = of(vec![5.0, -1.0, 2.0, 3.0, 4.0, 1.0]).expect("six");
        assert_eq!((paired.median, paired.low, paired.high), (2.5, -1.0, 5.0));
    }
}
