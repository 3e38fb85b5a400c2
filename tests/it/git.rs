//! What git says, from real repositories: which commit a name means, who wrote a release, what a folder held.

mod authors;
mod refs;
pub(crate) mod release;
mod repository;
mod tree;

use repository::Repository;
