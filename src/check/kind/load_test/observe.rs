//! Reads the report, and the earlier one.

use super::{
    LoadTest,
    seen::{Load, Seen},
};
use crate::check::{
    Context, Unseen,
    evidence::{Keys, bring},
};

pub(super) async fn observe(check: &LoadTest, cx: &Context) -> Result<Seen, Unseen> {
    let (evidence, reports) = bring::<Load>(&check.keys(), Vec::new(), cx).await?;
    let load = only(reports)?;
    let earlier = match check.earlier() {
        Some(file) => {
            let keys = Keys { file: &file, format: None, max_age: None, unbound: None };
            Some(only(bring::<Load>(&keys, Vec::new(), cx).await?.1)?)
        }
        None => None,
    };
    Ok(Seen { evidence, load, earlier })
}

fn only(mut reports: Vec<Load>) -> Result<Load, Unseen> {
    match (reports.pop(), reports.len()) {
        (Some(load), 0) => Ok(load),
        (_, more) => Err(Unseen::Unknown(format!("there are {} files, and load tests cannot be added up: name one", more + 1))),
    }
}
