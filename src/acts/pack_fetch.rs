//! Fetches the packs that a plan pins, and puts them beside it: what a run reads is then in the plan's own repository.

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use super::{ActError, Caller};
use crate::{
    model::Digest,
    net::{git, new_file::NewFile},
    plan::{PackPin, Request},
};

/// How long git may take for one pack.
const LONGEST: Duration = Duration::from_secs(120);

/// What became of a pinned pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FetchedPack {
    pub(crate) pin: PackPin,
    /// It stood there already.
    pub(crate) was_there: bool,
}

/// Fetches what is not there yet. A file whose fingerprint is another than the pinned one is not written.
pub(crate) async fn fetch(caller: &Caller, config: &std::path::Path) -> Result<Vec<FetchedPack>, ActError> {
    let request = Request { config: config.to_owned(), env: caller.env.clone(), ..Request::default() };
    let folder = config.parent().map(PathBuf::from).unwrap_or_default();
    let mut fetched = Vec::new();
    for pin in PackPin::of_plan(&request).map_err(ActError::Plan)? {
        let place = folder.join(pin.fetched());
        let was_there = fs::read(&place).is_ok_and(|bytes| Digest::of(&bytes) == pin.sha256);
        if !was_there {
            let deadline = Instant::now() + LONGEST;
            let got = git::file_of(&pin.repository, &pin.commit, &pin.path, &caller.env, deadline).await;
            let bytes =
                got.map_err(|error| ActError::Usage(format!("the pack {} of {} cannot be fetched: {error}", pin.path, pin.repository)))?;
            let digest = Digest::of(&bytes);
            if digest != pin.sha256 {
                let why = format!(
                    "the pack {} of {} at {} is not what is pinned: its SHA-256 is {digest}, wanted {}",
                    pin.path, pin.repository, pin.commit, pin.sha256
                );
                return Err(ActError::Usage(why));
            }
            let written = (|| {
                fs::create_dir_all(place.parent().unwrap_or(&place))?;
                let mut new = NewFile::at(&place)?;
                new.file().write_all(&bytes)?;
                new.keep()
            })();
            written.map_err(|error| ActError::Usage(format!("{} cannot be written: {error}", place.display())))?;
        }
        fetched.push(FetchedPack { pin, was_there });
    }
    Ok(fetched)
}
