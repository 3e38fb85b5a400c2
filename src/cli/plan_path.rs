//! Where the plan is, as it is said or found.

use std::{
    ffi::OsString,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::arguments::command;

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

/// Tells whoever names the plan as if it were no option's value how it is named.
pub(super) fn lead(error: &mut clap::Error, arguments: &[OsString]) {
    let Some(ContextValue::String(said)) = error.get(ContextKind::InvalidArg) else { return };
    let named = arguments.get(1).and_then(|name| name.to_str()).filter(|_| error.kind() == ErrorKind::UnknownArgument);
    let whole = command();
    let takes_plan =
        named.and_then(|name| whole.find_subcommand(name)).is_some_and(|below| below.get_arguments().any(|a| a.get_id() == "config"));
    let path = Path::new(said);
    let looks = path.is_file() || path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    if takes_plan && looks && !said.starts_with('-') {
        let tip = format!("the plan is named with `-c`: gonogo {} -c {said}", named.unwrap_or_default());
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
}

/// Where `folder` lies in its repository; `None` at the root and outside of one.
pub(super) fn within_repository(folder: &Path) -> Option<String> {
    let root = folder.ancestors().find(|above| is_repository(above))?;
    let within = folder.strip_prefix(root).ok()?.to_str()?;
    (!within.is_empty()).then(|| within.to_owned())
}

fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists()
}
