//! The sign-off on the real program: keys of ssh-keygen, an agent, git, a ledger in a file; and what attackers make of it.

mod answers;
mod apart;
mod by_hand;
mod house;
mod policy;
mod tampered;
mod tampered_deeply;
mod voided;
mod whole;
