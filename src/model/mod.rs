//! The values everything else is made of: no I/O, no async, no command line.
//!
//! [`Report`] and what it contains are the public JSON format `gonogo.report/v1`; fields are only ever added.

mod ambient;
mod check_id;
mod difference;
mod digest;
mod event;
mod exit;
mod expectation;
mod finding;
mod given_answer;
mod given_drill;
mod holidays;
mod in_rollout;
mod instant;
mod json;
mod listing;
mod mask;
mod merge;
mod outcome;
mod percent;
mod period;
mod person;
mod phase;
mod process_env;
mod record;
mod release;
mod report;
mod runbook;
mod secret;
mod severity;
mod shard;
mod shown_verdict;
mod signoff;
mod size;
mod statement;
mod stored;
mod text;
mod times;
mod verdict;
mod waiver;
mod window;
mod words;
mod written;

pub use ambient::{Ambient, TrustedRoots};
pub use check_id::{is_named, list_of};
pub use difference::{Change, CheckDifference, DIFFERENCE_SCHEMA, Difference, Effect, Movement, Side, Standing};
pub use digest::{Digest, RunningDigest};
pub use event::Event;
pub use exit::Exit;
pub use expectation::{Bound, Expectation};
pub use finding::{Finding, Location, Retries, Waived};
pub use given_answer::GivenAnswer;
pub use given_drill::{DrillEnd, GivenDrill};
pub use holidays::Holiday;
pub use in_rollout::{InRollout, MayAnswer};
pub use instant::utc;
pub use json::Json;
pub use mask::Masker;
pub(crate) use mask::{CREDENTIAL, percent_decoded, regex};
pub use merge::{MergeError, Share};
pub use outcome::Outcome;
pub use percent::Percent;
pub use period::{CLOCK_TOLERANCE, Period};
pub use person::Person;
pub use phase::{Phase, when};
pub use process_env::ProcessEnv;
pub use record::{
    AnswerRow, AskedPerson, BegunRow, DeploymentRow, EmergencyRow, GateAnswer, NobodySigns, Record, RecordStanding, RoleRow, SignOffRow,
    SignOffState, SignatureRequest, WaiverRow,
};
pub use release::Release;
pub use report::{Counts, Partial, PlanIdentity, Report, SCHEMA, Tally, Tool, Vantage};
pub use runbook::{Contact, IncidentLevel, Resource, Runbook};
pub use secret::{SECRET_NEWTYPE, Secret, looks_secret, words_of};
pub use severity::Severity;
pub use shard::Shard;
pub use shown_verdict::ShownVerdict;
pub use signoff::{
    BreakGlass, CiToken, Committers, DeskPolicy, Independence, LongestWaiver, Method, Requests, Required, Role, Signoff, Unsigned,
    UnsignedRuns, When,
};
pub use size::Size;
pub use statement::{
    Act, AfterWayBack, Answer, Author, Authors, Begun, Checkpoint, Choice, Closing, Decision, Deployer, DeployerSource, Deployment,
    DeploymentStatus, Deputation, Emergency, Evidence, Invitation, Kept, Made, Offer, Passkey, PasskeyStep, PolicyPlace, RecordedEvidence,
    Repair, Repaired, Reply, Review, Revocation, RollbackBegun, RollbackEnded, RollbackKind, RollbackOutcome, RolloutStep, Run, SignOff,
    SignedBeside, SignedException, StageBegun, StageDecision, StageStarted, StageStep, Statement, StatementError, Subject, VouchedAuthors,
    Withdrawal,
};
pub use stored::ReportError;
pub(crate) use stored::unique_keys;
pub use text::{beginning, counted, excerpt, excerpt_of, first_of, one_line, plain, quote, shell_word, spelled};
pub use times::Times;
pub use verdict::Verdict;
pub use waiver::{Waiver, WaiverTerms, WaiverVoid, moment};
pub use window::{Stretch, Window, WindowTerms, Windows};
pub(crate) use words::words;
pub(crate) use written::{form, from_forms, from_text, read_form, read_text, schema, without_contradiction};
