//! Takes the newest drill from what the run was told of the record.

use super::{RolloutDrill, seen::Seen};
use crate::check::{Context, Unseen};

pub(super) async fn observe(check: &RolloutDrill, cx: &Context) -> Result<Seen, Unseen> {
    let Some(drills) = &cx.shared.drills else {
        return Err(Unseen::Unknown("the run has no record to look in, and drills stand nowhere else: give `--record`".into()));
    };
    let elsewhere = drills.keys().filter(|name| **name != check.environment).cloned().collect();
    Ok(Seen { drill: drills.get(&check.environment).cloned(), elsewhere })
}
