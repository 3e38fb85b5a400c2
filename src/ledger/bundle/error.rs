//! Why bytes are no bundle.

/// What is wrong with a bundle. Names in it were checked: they hold no character that acts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// It cannot be packed or unpacked.
    #[error("this is not a bundle: {0}")]
    Archive(String),
    /// It cannot be written: most often there is no room.
    #[error("{0}")]
    Unwritten(String),
    /// It is larger than any bundle should be.
    #[error("this bundle has more than {limit} {what}, which no bundle should have")]
    TooLarge {
        /// The limit.
        limit: u64,
        /// `bytes` or `files`.
        what: &'static str,
    },
    /// A name that leads out of the folder it is unpacked into, or that no bundle has.
    #[error("this bundle has a file with the name `{0}`, which no bundle has")]
    Name(String),
    /// A folder, a link or a device.
    #[error("`{0}` in this bundle is not a plain file")]
    NotAFile(String),
    /// A file that every bundle has is not there.
    #[error("`{0}` is missing from this bundle")]
    Missing(String),
    /// A file that the manifest does not name.
    #[error("`{0}` stands in this bundle, but not in its manifest")]
    Unlisted(String),
    /// A file is not what the manifest, or its own name, says.
    #[error("these files of the bundle were changed: {}", .0.join(", "))]
    Altered(Vec<String>),
    /// A file of it cannot be read.
    #[error("`{name}` in this bundle cannot be read: {why}")]
    Unreadable {
        /// The file.
        name: String,
        /// Why.
        why: String,
    },
}
