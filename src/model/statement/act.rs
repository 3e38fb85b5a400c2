//! What can be put on record.

use super::{
    Answer, Begun, Checkpoint, Choice, Closing, Decision, Deployment, Deputation, Emergency, PasskeyStep, Repair, Review, RolloutStep, Run,
    SignOff, StageDecision, VouchedAuthors, Withdrawal,
};
use crate::model::{Release, Waiver};

/// What is said in a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A run of the plan.
    Run(Box<Run>),
    /// An answer to a manual item.
    Answer(Answer),
    /// An approver accepts an exception.
    Waiver(Waiver),
    /// A role holder's decision on one report.
    SignOff(Box<SignOff>),
    /// A sign-off is taken back.
    Withdrawal(Withdrawal),
    /// Somebody may sign for an approver who is absent.
    Deputation(Deputation),
    /// A deployment, however it went.
    Deployment(Box<Deployment>),
    /// The gate is passed in an emergency.
    Emergency(Emergency),
    /// An emergency was looked at afterwards.
    Review(Review),
    /// A deployment is about to begin.
    Begun(Box<Begun>),
    /// Who wrote a release, where git cannot tell.
    VouchedAuthors(VouchedAuthors),
    /// Something that happened in a stage of a rollout.
    Rollout(Box<RolloutStep>),
    /// A role holder's decision at the end of a stage.
    StageDecision(Box<StageDecision>),
    /// What happens with somebody's passkey.
    Passkey(Box<PasskeyStep>),
    /// Broken rows are set aside.
    Repair(Repair),
    /// The heads of all chains of a database.
    Checkpoint(Checkpoint),
    /// The shared chain ends here; each project goes on with one of its own.
    Closing(Closing),
    /// Something a newer program says; its predicate type.
    Other(String),
}

impl Act {
    /// Whether it says no to something: that counts where a yes would not.
    pub fn is_no(&self) -> bool {
        match self {
            Self::SignOff(said) => said.decision == Decision::NoGo,
            Self::StageDecision(said) => said.choice != Choice::Go,
            _ => false,
        }
    }

    /// The release it is about, where it is about one.
    pub fn release(&self) -> Option<&Release> {
        match self {
            Self::Run(run) => Some(&run.release),
            Self::SignOff(sign_off) => Some(&sign_off.release),
            Self::Deployment(deployment) => Some(&deployment.release),
            Self::Emergency(emergency) => Some(&emergency.release),
            Self::Begun(begun) => Some(&begun.release),
            Self::VouchedAuthors(vouched) => Some(&vouched.release),
            Self::Rollout(rollout) => Some(&rollout.release),
            Self::StageDecision(decision) => Some(&decision.release),
            Self::Answer(_)
            | Self::Waiver(_)
            | Self::Withdrawal(_)
            | Self::Review(_)
            | Self::Deputation(_)
            | Self::Passkey(_)
            | Self::Repair(_)
            | Self::Checkpoint(_)
            | Self::Closing(_)
            | Self::Other(_) => None,
        }
    }
}
