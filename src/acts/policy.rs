//! Which policy is in force: the work tree's, that of a protected place in git, or the one that a judge brings.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use jiff::{Timestamp, tz::TimeZone};

use super::{ActError, Caller, record::GIT};
use crate::{
    ledger::{
        Look, Passkeys, PolicyInForce, Trust,
        signing::{Signers, SignersFile, SignersProblem},
    },
    model::{CiToken, Digest, Person, PolicyPlace, Release, Signoff, Windows, plain},
    net::git,
    plan::{self, Plan, Purpose, Request},
};

/// Whose word counts, all of it from one place.
#[derive(Clone, Default)]
pub(crate) struct ChosenPolicy {
    /// Whose signatures are needed.
    pub(crate) signoff: Option<Signoff>,
    pub(crate) people: BTreeMap<String, Person>,
    /// Whose key is whose.
    pub(crate) signers: Arc<Signers>,
    /// Whose passkey is whose, by the ledger that was read.
    pub(crate) passkeys: Arc<Passkeys>,
    /// Of whom each manual item is asked.
    pub(crate) asked_of: BTreeMap<String, Vec<String>>,
    /// The windows after a deployment.
    pub(crate) windows: Windows,
    /// Where the record is kept, where the plan says so.
    pub(crate) ledger: Option<String>,
    /// The plan's `release:` block.
    pub(crate) release: Release,
    /// Whether the plan lives in another repository than what is released.
    pub(crate) elsewhere: bool,
    /// Its place in git, where it is not the work tree's.
    pub(crate) place: Option<PolicyPlace>,
    /// That another policy than the one in the work tree counts.
    pub(crate) remark: Option<String>,
    /// Whether a judge brought it, who believes nothing else.
    brought: bool,
}

/// What `--policy-from` and `GONOGO_POLICY_FROM` come to; an error where they differ, or one is empty: an unset variable
/// of a CI must not mean the work tree.
pub(crate) fn named(flag: Option<&str>, variable: Option<&str>) -> Result<Option<String>, ActError> {
    for (name, said) in [("`--policy-from`", flag), ("`GONOGO_POLICY_FROM`", variable)] {
        if said.is_some_and(|said| said.trim().is_empty()) {
            return Err(ActError::Usage(format!(
                "{name} is empty: name a branch of a remote (`origin/main`), a full ref or a commit; an unset variable leaves it empty"
            )));
        }
    }
    match (flag, variable) {
        (Some(flag), Some(variable)) if flag != variable => {
            Err(ActError::Usage(format!("`--policy-from` says `{flag}` and `GONOGO_POLICY_FROM` says `{variable}`: leave one of them out")))
        }
        (flag, variable) => Ok(flag.or(variable).map(str::to_owned)),
    }
}

impl ChosenPolicy {
    /// The plan's own, or what another state of its repository says.
    pub(super) async fn of(caller: &Caller, plan: &Plan, reference: Option<&str>) -> Result<Self, ActError> {
        let mut policy = match reference {
            None => Self::own(plan, signers_of(plan)?),
            Some(reference) => Self::at(caller, plan, reference).await?,
        };
        Arc::make_mut(&mut policy.signers).ask_revoked(&caller.env).await;
        policy.each_with_a_key_of_their_own()
    }

    fn own(plan: &Plan, signers: Signers) -> Self {
        Self {
            signoff: plan.signoff.clone(),
            people: plan.people.clone(),
            signers: Arc::new(signers),
            asked_of: asked_of(plan),
            windows: plan.windows,
            ledger: plan.ledger.clone(),
            release: plan.release.clone(),
            elsewhere: plan.release_elsewhere,
            ..Self::default()
        }
    }

    /// What a judge brings: nothing of what is judged counts.
    pub(super) fn brought(signoff: Option<Signoff>, people: BTreeMap<String, Person>, signers: Signers) -> Self {
        Self { signoff, people, signers: Arc::new(signers), brought: true, ..Self::default() }
    }

    /// What came with what is judged.
    pub(super) fn packed(signoff: Option<Signoff>, people: BTreeMap<String, Person>, signers: Signers) -> Self {
        Self { brought: false, ..Self::brought(signoff, people, signers) }
    }

    /// That of a plan which a whole organisation is judged by. Nobody has checked anything out there: who wrote a release is as
    /// its run says.
    pub(super) async fn of_all(caller: &Caller, plan: &Plan) -> Result<Self, ActError> {
        let own = Self::own(plan, signers_of(plan)?);
        let mut policy = Self { ledger: None, release: Release::default(), elsewhere: true, brought: true, ..own };
        Arc::make_mut(&mut policy.signers).ask_revoked(&caller.env).await;
        policy.each_with_a_key_of_their_own()
    }

    /// The same signers, by the policy and the people of the plan that a run was made with.
    pub(super) fn as_of(&self, then: &Plan) -> Self {
        let people = if then.people.is_empty() { &self.people } else { &then.people };
        let signoff = then.signoff.clone().or_else(|| self.signoff.clone());
        Self { signoff, people: people.clone(), asked_of: asked_of(then), windows: then.windows, brought: false, ..self.clone() }
    }

    /// The same with whose passkey is whose.
    #[must_use]
    pub(super) fn knowing(self, passkeys: Arc<Passkeys>) -> Self {
        Self { passkeys, ..self }
    }

    /// Over all that a record is judged by: the files it was `made_of`, and whose passkey signs.
    pub(super) fn judges_by(&self, made_of: &Digest) -> Digest {
        let people = self.people.keys().chain(self.signoff.iter().flat_map(|signoff| signoff.roles.values().flat_map(|role| &role.people)));
        let each: BTreeSet<&String> = people.collect();
        let keys: Vec<_> = each.into_iter().flat_map(|person| self.passkeys.of_person(person)).collect();
        Digest::of(format!("{made_of} {keys:?}").as_bytes())
    }

    /// Whether people sign in the browser too.
    pub(super) fn has_desk(&self) -> bool {
        self.signoff.as_ref().is_some_and(|signoff| signoff.desk.is_some())
    }

    /// Whether it counts for runs of the past too.
    pub(super) fn is_binding(&self) -> bool {
        self.place.is_some() || self.brought
    }

    /// Tells whoever decides which policy it is; the gate must use the same.
    pub(super) fn says_where(&self, dialogue: &dyn super::Dialogue) {
        if dialogue.at_desk().is_some() {
            return;
        }
        dialogue.tell(&match &self.place {
            Some(place) => format!("policy of {} ({})", place.reference, place.commit),
            None => "policy of the work tree: a gate with `--policy-from` takes another".to_owned(),
        });
    }

    /// How a ledger is looked at by its signers.
    pub(super) fn look(&self, now: Timestamp) -> Look<'static> {
        Look::by(self.trust(now), now)
    }

    /// Which CI job records as whom.
    pub(super) fn ci_tokens(&self) -> BTreeMap<String, CiToken> {
        self.signoff.as_ref().map(|signoff| signoff.ci_tokens.clone()).unwrap_or_default()
    }

    /// Its signers, as trusted at a moment.
    pub(super) fn trust(&self, now: Timestamp) -> Trust {
        Trust { signers: self.signers.clone(), passkeys: self.passkeys.clone(), ci_tokens: self.ci_tokens(), now }
    }

    /// As it is in force at a moment; `None` where nobody has to sign.
    pub(crate) fn in_force(&self, now: Timestamp) -> Option<PolicyInForce<'_>> {
        Some(PolicyInForce { policy: self.signoff.as_ref()?, people: &self.people, now })
    }

    fn each_with_a_key_of_their_own(self) -> Result<Self, ActError> {
        let holders = self.signoff.as_ref().map(holders).unwrap_or_default();
        let Some(shared) = self.signers.shared(&holders).into_iter().next() else { return Ok(self) };
        Err(ActError::Usage(format!(
            "{} could sign with one key, {}, so they would not be two people: give each a line and a key of their own",
            shared.people.join(" and "),
            shared.key
        )))
    }

    async fn at(caller: &Caller, plan: &Plan, reference: &str) -> Result<Self, ActError> {
        let refused = |error: git::GitError| ActError::Usage(format!("the policy of `{}`: {error}", plain(reference)));
        let deadline = Instant::now() + GIT;
        let root = plan.root.as_path();
        let PolicyPlace { reference: full, commit } = git::resolve(root, reference, &caller.env, deadline).await.map_err(refused)?;
        let config = plan.config.to_string_lossy().into_owned();
        let main = git::files_at(root, &commit, &|name| name == config, &caller.env, deadline).await.map_err(refused)?;
        let main = main.get(&config).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let main = main.ok_or_else(|| ActError::Usage(format!("there is no plan `{config}` at {full} ({commit})")))?;
        // Whatever the plan may include, and whatever it names.
        let inside = |name: &str| !name.starts_with("../") && (name.ends_with(".yaml") || name.ends_with(".yml"));
        let wanted = |name: &str| inside(name) || main.contains(name);
        let files = git::files_at(root, &commit, &wanted, &caller.env, deadline).await.map_err(refused)?;
        let request = Request {
            config: root.join(&plan.config),
            environment: Some(plan.environment.clone()),
            env: caller.env.clone(),
            files: Some(files),
            purpose: Purpose::Look,
            ..Request::default()
        };
        let protected = plan::load(&request).map_err(ActError::Plan)?;
        if protected.project != plan.project {
            return Err(ActError::Usage(format!(
                "the project is called `{}` here and `{}` at {full}: a project that is renamed would have no record",
                plan.project, protected.project
            )));
        }
        let keys = |plan: &Plan, policy: &Signoff| {
            let named = std::iter::once(&policy.allowed_signers).chain(&policy.revoked_keys);
            named.map(|name| plan.keys(name).map(Digest::of)).collect::<Vec<_>>()
        };
        let same = protected.signoff == plan.signoff
            && protected.windows == plan.windows
            && protected.people == plan.people
            && protected.signoff.as_ref().is_none_or(|policy| keys(&protected, policy) == keys(plan, policy));
        let remark = (!same).then(|| format!("policy, people or signers differ from those of {full}, which count here"));
        let signers = signers_of(&protected)?;
        Ok(Self { place: Some(PolicyPlace { reference: full, commit }), remark, ..Self::own(&protected, signers) })
    }
}

/// What is wrong with the keys of those who sign by this plan.
pub(crate) fn signer_problems(plan: &Plan) -> Vec<String> {
    let Some(policy) = &plan.signoff else { return Vec::new() };
    match signers_of(plan) {
        Err(error) => vec![error.to_string()],
        Ok(signers) => {
            let file = &policy.allowed_signers;
            let remarks = signers.remarks().iter().map(|remark| format!("{file}:{}: {}", remark.line, remark.why)).collect::<Vec<_>>();
            let shared = signers.shared(&holders(policy)).into_iter();
            let shared = shared.map(|shared| format!("{file}: {} could sign with one key, {}", shared.people.join(" and "), shared.key));
            remarks.into_iter().chain(shared).collect()
        }
    }
}

/// Everybody who has a role, signs for one who has, or confirms passkeys, each once.
fn holders(policy: &Signoff) -> Vec<String> {
    let registrars = policy.desk.iter().flat_map(|desk| desk.registrars.clone());
    let all: BTreeSet<String> = policy
        .roles
        .values()
        .flat_map(|role| role.people.clone())
        .chain(registrars)
        .chain(policy.deputies.values().flatten().cloned())
        .collect();
    all.into_iter().collect()
}

/// Of whom each manual item of the plan is asked, by id.
fn asked_of(plan: &Plan) -> BTreeMap<String, Vec<String>> {
    let manual = plan.items.iter().filter(|item| item.kind.name == "manual");
    manual.map(|item| (item.id.clone(), crate::ledger::asked_of(&item.settings))).collect()
}

/// The signers of a plan, from the bytes that were read with it.
pub(super) fn signers_of(plan: &Plan) -> Result<Signers, ActError> {
    let Some(policy) = &plan.signoff else { return Ok(Signers::default()) };
    let read = |name: &str| plan.keys(name).ok_or_else(|| ActError::Usage(format!("the file `{name}` was not read with the plan")));
    let allowed = read(&policy.allowed_signers)?;
    let revoked = policy.revoked_keys.as_deref().map(|name| read(name).map(|bytes| (name, bytes))).transpose()?;
    parsed((&policy.allowed_signers, allowed), revoked)
}

/// Reads signers and revoked keys, each with the name of its file, or says every line that is wrong.
pub(super) fn parsed((name, allowed): (&str, &[u8]), revoked: Option<(&str, &[u8])>) -> Result<Signers, ActError> {
    let allowed = std::str::from_utf8(allowed).map_err(|_| ActError::Usage(format!("the file `{name}` is not text")))?;
    let signers = Signers::parse(allowed, revoked.map(|(_, bytes)| bytes), &TimeZone::system());
    signers.map_err(|problems: Vec<SignersProblem>| {
        let of = |file| if file == SignersFile::Revoked { revoked.map_or(name, |(name, _)| name) } else { name };
        let lines: Vec<String> = problems.iter().map(|problem| format!("{}:{}: {}", of(problem.file), problem.line, problem.why)).collect();
        ActError::Usage(lines.join("\n"))
    })
}
