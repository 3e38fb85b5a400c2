//! At which looks a demand may come to be shown: who looks until it is must be surer each time.

/// The next look comes when there is half as much again,
const GROWTH: f64 = 1.5;
/// and is allowed a quarter of the doubt: all looks that ever come together are allowed four thirds of that of the first.
const DOUBT: f64 = 0.25;
/// After one that could show nothing the next comes with the next sample, or of many with a hundredth more.
const SOON: usize = 100;

/// When a demand is looked at.
pub(super) struct Looks {
    /// With how many samples the soak is over.
    pub(super) first: usize,
    /// How many there are.
    pub(super) samples: usize,
    /// How sure the first look must be.
    pub(super) confidence: f64,
}

impl Looks {
    /// Whether a look showed it, else with how many samples the next one comes. `able` says whether so many samples could show it
    /// at best, whatever is bad among them: where they could not, no doubt is spent, and the next look comes soon. `shows` says whether
    /// they do, with so much confidence. What came of a look depends on nothing that came after it.
    pub(super) fn shown(&self, able: impl Fn(usize) -> bool, shows: impl Fn(usize, f64) -> bool) -> Result<(), usize> {
        let (mut look, mut doubt) = (self.first, 1.0 - self.confidence);
        while look <= self.samples {
            if !able(look) {
                look += (look / SOON).max(1);
            } else if shows(look, 1.0 - doubt) {
                return Ok(());
            } else {
                doubt *= DOUBT;
                look = ((look as f64 * GROWTH).ceil() as usize).max(look + 1);
            }
        }
        Err(look)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_look_comes_later_and_asks_more() {
        let asked = std::cell::RefCell::new(Vec::new());
        let look = |first, samples, able: usize| {
            let shows = |count, confidence: f64| {
                asked.borrow_mut().push((count, (1.0 - confidence) * 1e4));
                false
            };
            (Looks { first, samples, confidence: 0.96 }.shown(|count| count >= able, shows), asked.take())
        };
        let (next, looks) = look(10, 30, 0);
        assert_eq!(
            (next, looks.iter().map(|(count, doubt)| (*count, doubt.round() as u64)).collect()),
            (Err(35), vec![(10, 400), (15, 100), (23, 25)])
        );
        let (count, doubt) = look(10, 60, 21).1[0];
        assert_eq!((count, doubt.round()), (21, 400.0), "none is spent before it can show anything");
        assert_eq!(look(10, 30, 99), (Err(31), vec![]));
        assert_eq!(look(10, 9, 0), (Err(10), vec![]));
        assert_eq!(Looks { first: 0, samples: 4, confidence: 0.95 }.shown(|_| true, |count, _| count == 2), Ok(()));
    }
}
