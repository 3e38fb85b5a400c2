//! Files that break each demand.

use jiff::{SignedDuration, Timestamp};

use super::{
    File,
    seen::{Content, FileSeen, Owner, Seen},
    words::{Mode, Type},
};
use crate::model::{Digest, Size};

pub(super) fn counterexamples(check: &File, at: Timestamp) -> Vec<Seen> {
    let wrong = wrong(check, at);
    let seen = |files: Vec<FileSeen>| Seen {
        found: check.path.iter().map(|path| (path.to_string(), files.len())).collect(),
        // The numbers of those that are demanded, whatever they are.
        owner: Some(1),
        group: Some(1),
        files,
        ..Seen::default()
    };
    let most = check.count.and_then(|count| count.0.max).unwrap_or(1);
    let many = usize::try_from(most).unwrap_or(usize::MAX).saturating_add(1).min(crate::check::file_glob::MOST + 1);
    let small = FileSeen { kind: Some(Type::File), ..wrong.clone() };
    let large = FileSeen { size: check.size.and_then(|size| size.max).map_or(0, |Size(most)| most.saturating_add(1)), ..small.clone() };
    vec![seen(Vec::new()), seen(vec![wrong.clone()]), seen(vec![small]), seen(vec![large]), seen(vec![FileSeen::default(); many])]
}

/// A file in which everything that can be wrong is.
fn wrong(check: &File, at: Timestamp) -> FileSeen {
    FileSeen {
        path: "a file".into(),
        kind: if check.r#type == Some(Type::File) { Some(Type::Directory) } else { Some(Type::File) },
        mode: check.mode.map_or(0o7777, |Mode(mode)| mode ^ 0o7777),
        owner: Owner { id: 2, name: None },
        group: Owner { id: 2, name: None },
        size: 0,
        // The future is neither young nor old.
        modified: at.checked_add(SignedDuration::from_hours(24)).ok(),
        content: Some(Content {
            found: check.finds().into_iter().map(|find| (find.name, (!find.present).then_some(1))).collect(),
            sha256: Some(Digest::none()),
            ..Content::default()
        }),
        ..FileSeen::default()
    }
}
