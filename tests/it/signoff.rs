//! The sign-off on the real program: keys of ssh-keygen, an agent, git, a ledger in a file; and what attackers make of it.

mod answers;
mod apart;
mod attacks;
mod audited;
mod authors;
mod by_hand;
mod carried;
mod deployed;
mod drilled;
mod emergency;
mod evidence;
mod foreign;
pub(crate) mod house;
mod kept;
mod keys;
mod linked;
mod mended;
mod overtaken;
mod policy;
mod protected;
mod rolled_out;
mod strange;
mod tampered;
mod tampered_deeply;
mod voided;
mod whole;
mod windows;
