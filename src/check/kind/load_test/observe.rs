//! Reads the report, and the earlier one.

use super::{
    LoadTest,
    seen::{Load, Seen},
};
use crate::check::{
    Context, Unseen,
    evidence::{Evidence, Keys, bring},
    place::Place,
};

pub(super) async fn observe(check: &LoadTest, cx: &Context) -> Result<Seen, Unseen> {
    let (evidence, reports) = bring::<Load>(&check.keys(), Vec::new(), cx).await?;
    let load = only(reports, &evidence)?;
    let earlier = match &check.against {
        Some(against) => {
            let keys = Keys {
                files: std::slice::from_ref(&against.file),
                place: Place { command: None, url: None, ..check.keys().place },
                format: None,
                max_age: None,
                unbound: None,
                keep: check.keep,
            };
            let brought = bring::<Load>(&keys, Vec::new(), cx).await;
            Some(brought.and_then(|(evidence, reports)| only(reports, &evidence)))
        }
        None => None,
    };
    // Without it this test may still be red by itself.
    let (earlier, unread) = earlier.transpose().map_or_else(|why| (None, Some(why.to_string())), |earlier| (earlier, None));
    Ok(Seen { evidence, load, earlier, unread })
}

fn only(mut reports: Vec<Load>, evidence: &Evidence) -> Result<Load, Unseen> {
    match (reports.pop(), reports.len() + evidence.unread.len()) {
        (Some(load), 0) => Ok(load),
        (_, more) => Err(Unseen::Unknown(format!("there are {} files, and load tests cannot be added up: name one", more + 1))),
    }
}
