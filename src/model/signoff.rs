//! Whose signatures a deployment needs: the plan's `signoff`.

mod ci_token;
mod condition;
mod desk;
mod requests;
mod written;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Holiday, Period, Severity, Times};

pub use ci_token::CiToken;
pub use condition::When;
pub use desk::DeskPolicy;
pub use requests::Requests;

/// Whose signatures a deployment needs, and how long they count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Signoff {
    /// The file with the people's public keys, as `ssh-keygen -Y verify` takes it.
    pub allowed_signers: String,
    /// A file of revoked keys: public keys, one a line, or a key revocation list of `ssh-keygen -k`.
    #[serde(default)]
    pub revoked_keys: Option<String>,
    /// The people of each role.
    #[schemars(length(min = 1))]
    pub roles: BTreeMap<String, Role>,
    /// The roles that must each sign.
    #[schemars(length(min = 1))]
    pub require: Vec<Required>,
    /// How long a sign-off counts, from its time on. Default: 7d.
    #[serde(default = "days::<7>")]
    pub valid_for: Period,
    /// How old the newest full run may be at the gate. Default: 24h.
    #[serde(default = "days::<1>")]
    pub max_age: Period,
    /// Who may sign for whom who is absent, by id, once that person has signed so.
    #[serde(default)]
    pub deputies: BTreeMap<String, Vec<String>>,
    /// How people are asked who have not signed; all at once, and once a day, where it is left out.
    #[serde(default)]
    pub requests: Option<Requests>,
    /// Recorders that are known by the identity token of their CI, by id.
    #[serde(default)]
    pub ci_tokens: BTreeMap<String, CiToken>,
    /// What is demanded of the approvers beside the author and the deployer of a release.
    #[serde(default)]
    pub independence: Independence,
    /// Whether whoever committed somebody else's work counts as its author.
    #[serde(default)]
    pub committers: Committers,
    /// Addresses of machines that write or commit: nobody has to stand behind them.
    #[serde(default)]
    pub bots: Vec<String>,
    /// Whether a waiver counts on a blocker without its approver's signature.
    #[serde(default)]
    pub unsigned_waivers: Unsigned,
    /// Whether runs and deployments count without a recorder's signature.
    #[serde(default)]
    pub unsigned_runs: UnsignedRuns,
    /// How long a waiver may last.
    #[serde(default)]
    pub longest_waiver: LongestWaiver,
    /// Who may deploy past the gate in an emergency; nobody where it is left out.
    #[serde(default)]
    pub break_glass: Option<BreakGlass>,
    /// When a release may be deployed; at any time where it is left out.
    #[serde(default)]
    pub windows: Vec<Times>,
    /// When none may, whatever the windows say.
    #[serde(default)]
    pub freeze: Vec<Times>,
    /// An iCalendar file of days on which none may.
    #[serde(default)]
    pub holidays: Option<String>,
    /// What that file says.
    #[serde(skip)]
    pub closed_on: Vec<Holiday>,
    /// Where people sign in the browser, and whose word tells whose passkey is whose; no passkey counts where it is left out.
    #[serde(default)]
    pub desk: Option<DeskPolicy>,
}

/// What is taken where nothing is said.
fn days<const DAYS: u64>() -> Period {
    Period::days(DAYS)
}

/// A role: who has it and what its signature means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Role {
    /// Who has it, by id.
    pub people: Vec<String>,
    /// The sentence that is signed; `None` takes the usual one.
    pub meaning: Option<String>,
    /// How its people may sign.
    pub methods: Vec<Method>,
}

/// How a decision was put on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Signed with the person's own SSH key.
    Ssh,
    /// Signed in the browser with the person's own passkey, at the desk that the policy names.
    Webauthn,
    /// Entered by somebody else from evidence: a scanned page, an e-mail, a ticket.
    Recorded,
}

/// A role that must sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Required {
    /// The role.
    pub role: String,
    /// By how many different people, at least 1.
    pub count: u32,
    /// For which changes; for all where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
}

/// What is demanded of the approvers beside the author and the deployer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Independence {
    /// Somebody approves who neither wrote nor deploys the release.
    #[default]
    Required,
    /// The author may approve alone.
    NotRequired,
}

/// Whether whoever committed somebody else's work counts as its author.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Committers {
    /// They could have changed it.
    #[default]
    Count,
    /// They are told and do not count.
    Shown,
}

/// Whether something counts without a signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unsigned {
    /// It does not.
    #[default]
    Refused,
    /// It does.
    Allowed,
}

/// Whether runs and deployments count without a recorder's signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnsignedRuns {
    /// They do: people sign what they saw anyway.
    #[default]
    Allowed,
    /// Only a run signed by somebody with the role `recorder` counts.
    Refused,
}

/// How long a waiver may last, by the severity of its check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LongestWaiver {
    /// On a blocker. Default: 90d.
    #[serde(default = "days::<90>")]
    pub blocker: Period,
    /// On a warning. Default: 180d.
    #[serde(default = "days::<180>")]
    pub warning: Period,
    /// On an informative check. Default: 365d.
    #[serde(default = "days::<365>")]
    pub info: Period,
}

impl Default for LongestWaiver {
    fn default() -> Self {
        Self { blocker: days::<90>(), warning: days::<180>(), info: days::<365>() }
    }
}

impl LongestWaiver {
    /// On a check of this severity.
    pub fn on(&self, severity: Severity) -> Period {
        match severity {
            Severity::Blocker => self.blocker,
            Severity::Warning => self.warning,
            Severity::Info => self.info,
        }
    }
}

/// Who may deploy past the gate, and by when it is looked at afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BreakGlass {
    /// The roles whose signature opens the gate.
    #[schemars(length(min = 1))]
    pub roles: Vec<String>,
    /// When the review afterwards is due; once overdue, the next release is held. Default: 3d.
    #[serde(default = "days::<3>")]
    pub review_within: Period,
}

impl Required {
    /// Whether the role must sign for these changes, or for ones that nobody knows.
    pub fn is_demanded(&self, changed: Option<&[String]>) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(changed).is_some())
    }
}

impl Signoff {
    /// The roles that must sign for these changes, or for ones that nobody knows.
    pub fn demanded(&self, changed: Option<&[String]>) -> Vec<Required> {
        self.require.iter().filter(|required| required.is_demanded(changed)).cloned().collect()
    }

    /// The role under which CI signs what it records.
    pub const RECORDER: &'static str = "recorder";

    /// The sentence that somebody in `role` signs.
    pub fn meaning(&self, role: &str) -> String {
        self.roles
            .get(role)
            .and_then(|role| role.meaning.clone())
            .unwrap_or_else(|| format!("I have read this report and, as {role}, I stand by the decision I sign."))
    }

    /// Whether `person` has a role of a person: any but the recorder's.
    pub fn is_of_people(&self, person: &str) -> bool {
        self.roles.keys().any(|role| role != Self::RECORDER && self.has_role(person, role))
    }

    /// Whether `person` has `role`.
    pub fn has_role(&self, person: &str, role: &str) -> bool {
        self.roles.get(role).is_some_and(|role| role.people.iter().any(|id| id == person))
    }
}
