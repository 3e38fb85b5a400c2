//! Who hears of what happens: the plan's `notify`, and that of its rollout.

mod channel;
mod email;
mod occasion;

pub use channel::{Notify, Way};
pub use email::{Email, Recipient};
pub use occasion::Occasion;
