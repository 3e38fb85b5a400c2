//! The longest time between two backups: a long reach proves nothing if weeks of it are missing.

use jiff::Timestamp;

use super::{
    Backup,
    seen::{Gap, Seen},
    standing::{Copies, Standing},
};
use crate::model::{Expectation, Period};

/// The widest gap that ends within the retention; `None` where there are no two usable backups.
pub(super) fn widest(check: &Backup, seen: &Seen, at: Timestamp) -> Option<Gap> {
    check.max_gap?;
    let copies = Copies::of(seen, at);
    let since = check.retention.map_or(Timestamp::MIN, |reach| at.checked_sub(reach.signed()).unwrap_or(Timestamp::MIN));
    // What has the content of a newer one is no backup of its own time.
    let times: Vec<Timestamp> = copies.usable().into_iter().filter(|(copy, _)| copy.same_as.is_none()).map(|(_, time)| time).collect();
    let gaps = times.windows(2).filter(|pair| pair[0] >= since).map(|pair| Gap { from: pair[1], until: pair[0], unseen: None });
    let gap = gaps.max_by_key(|gap| gap.until.duration_since(gap.from))?;
    let unseen = copies.all.iter().find_map(|(copy, standing)| match standing {
        Standing::Unseen(why) if copy.at.is_none_or(|time| gap.from < time && time < gap.until) => Some(format!("{} {why}", copy.name)),
        _ => None,
    });
    Some(Gap { unseen, ..gap })
}

/// No gap is longer than that.
pub(super) fn judge(seen: &Seen, longest: Period) -> Expectation {
    let expectation = Expectation::new("gap", "longest time between two usable backups").wanted(format!("at most {longest}"));
    let seconds = longest.get().as_secs();
    let Some(gap) = &seen.gap else {
        return expectation.got("not known").bound("<=", seconds, None, "s").undetermined("there are no two usable backups");
    };
    let length = Period::between(gap.from, gap.until);
    let expectation = expectation.got(format!("{length}, from {} to {}", gap.from, gap.until));
    let expectation = expectation.bound("<=", seconds, Some(length.get().as_secs().into()), "s");
    match &gap.unseen {
        Some(why) if length > longest => expectation.undetermined(why),
        _ => expectation.met(length <= longest),
    }
}
