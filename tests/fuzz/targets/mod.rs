//! What must hold for any input, one reader a file: shared by the fuzz targets and the replay of their corpus.

pub(crate) mod backup;
pub(crate) mod certificate;
pub(crate) mod env_file;
pub(crate) mod listing;
pub(crate) mod plan;
pub(crate) mod report;

/// What is done with an input; it panics where a law is broken.
pub(crate) type Target = fn(&[u8]);

/// Every target: its name, which is its corpus' too, and what must hold.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("backup", backup::holds),
    ("certificate", certificate::holds),
    ("env_file", env_file::holds),
    ("listing", listing::holds),
    ("plan", plan::holds),
    ("report", report::holds),
];
