//! Where the plan is, as it is said or found.

use std::path::{Path, PathBuf};

/// The plan that `said` names, by a path from `folder` where it lies in there. Where it names none that is there, the next plan so
/// called above, as far as the repository goes: what lies outside of that is somebody else's.
pub(super) fn plan_path(folder: Option<&Path>, said: &Path) -> PathBuf {
    let Some(folder) = folder else { return said.to_path_buf() };
    let within = said.strip_prefix(folder).unwrap_or(said);
    let mut up = PathBuf::new();
    if within.components().count() == 1 && !folder.join(within).exists() && folder.ancestors().any(is_repository) {
        for above in folder.ancestors().take_while(|above| !is_repository(above)) {
            up.push("..");
            if above.parent().is_some_and(|above| above.join(within).is_file()) {
                return up.join(within);
            }
        }
    }
    within.to_path_buf()
}

fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists()
}
