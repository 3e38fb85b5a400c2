//! Every attack on the sign-off that once worked, on the real program, each with one of its kin that nobody had tried.
//!
//! Each test is called by its row in the list of the faults of the first release, A1 to A23.

mod ambient;
mod authors;
mod begun;
mod bundles;
mod commits;
mod emergencies;
mod entries;
mod heads;
mod law;
mod links;
mod looks;
mod names;
mod pages;
mod refs;
mod roles;
mod statements;
mod told;
mod variables;
mod verified;
