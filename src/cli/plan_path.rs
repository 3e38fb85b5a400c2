//! Where the plan is, as it is said or found.

use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// The plan that `said` names, by a path from `folder` where it lies in there. Where it names none that is there, the next plan so
/// called above, as far as the repository goes: what lies outside of that is somebody else's.
pub(super) fn plan_path(folder: Option<&Path>, said: &Path) -> PathBuf {
    let Some(folder) = folder else { return said.to_path_buf() };
    let within = said.strip_prefix(folder).unwrap_or(said);
    let mut up = PathBuf::new();
    if within.components().count() == 1 && !folder.join(within).exists() && folder.ancestors().any(is_repository) {
        for above in folder.ancestors().take_while(|above| !is_repository(above)) {
            up.push("..");
            let Some(found) = above.parent().map(|above| above.join(within)).filter(|found| found.is_file()) else { continue };
            return if is_of_one_owner(folder, &found) { up.join(within) } else { within.to_path_buf() };
        }
    }
    within.to_path_buf()
}

/// A plan names programs that are run: one that somebody else has put above, as anybody can in `/tmp`, is not found but has to be named.
fn is_of_one_owner(folder: &Path, found: &Path) -> bool {
    let owner = |path: &Path| path.symlink_metadata().ok().map(|about| about.uid());
    owner(folder).is_some_and(|own| owner(found) == Some(own))
}

fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists()
}
