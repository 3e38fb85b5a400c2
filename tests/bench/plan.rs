//! The plans that are run, written as a team would write them, with titles and reasons.

use std::{fmt::Write as _, fs, path::Path};

/// So many checks, all of them blockers; `check` writes the kind's own line. The env-file is empty.
pub(crate) fn write(folder: &Path, checks: usize, check: impl Fn(usize) -> String) -> std::io::Result<()> {
    fs::write(folder.join("gonogo.yaml"), "project: bench\nenvironments:\n  prod: { env-file: prod.env }\ninclude: [checks.yaml]\n")?;
    fs::write(folder.join("prod.env"), "")?;
    let mut text = "section: Endpoints\nchecks:\n".to_owned();
    for number in 1..=checks {
        let _ = write!(
            text,
            "  - id: endpoint-{number}\n    title: Endpoint {number} is well\n    owner: web\n    why: Somebody relies on it.\n    {}\n",
            check(number)
        );
    }
    fs::write(folder.join("checks.yaml"), text)
}
