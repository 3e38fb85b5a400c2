//! What must hold for any input, one reader a file: shared by the fuzz targets and the replay of their corpus.

pub(crate) mod certificate;
pub(crate) mod env_file;
pub(crate) mod plan;
pub(crate) mod report;

/// What must hold for an input; it panics if it does not.
pub(crate) type Law = fn(&[u8]);

/// Every target by its name, which is its corpus' too.
pub(crate) const TARGETS: &[(&str, Law)] =
    &[("certificate", certificate::holds), ("env_file", env_file::holds), ("plan", plan::holds), ("report", report::holds)];
