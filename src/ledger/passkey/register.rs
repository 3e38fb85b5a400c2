//! Whose passkey is whose, as registrars have signed it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Assertion, Bound, public_key};
use crate::{
    ledger::{Checked, History, LedgerError, LinkedEntry, ORG, PolicyInForce, SignatureStanding, VerifiedEntry},
    model::{Act, DeskPolicy, Digest, Method, Passkey, PasskeyStep, Revocation, utc},
};

/// The passkeys of an organisation, by a policy.
#[derive(Default)]
pub struct Passkeys {
    pub(super) desk: Option<DeskPolicy>,
    /// The chain in which they stand.
    pub(super) org: History,
    pub(super) known: Vec<KnownPasskey>,
    /// Who has a role that may sign this way, by id.
    pub(super) admitted: BTreeSet<String>,
    /// What is said there and counts nothing, a sentence each.
    ignored: Vec<String>,
}

/// A passkey with what is said of it.
#[derive(Debug, Clone)]
pub struct KnownPasskey {
    /// The passkey.
    pub passkey: Passkey,
    /// When it was offered first.
    pub since: Timestamp,
    /// Who signed that it is the person's.
    pub confirmations: Vec<Confirmation>,
    /// The entry from which on it counts; `None` where somebody must confirm it still.
    pub counts_from: Option<u64>,
    /// When it was revoked, by whom, and from when on its signatures do not count.
    pub revoked: Option<Revoked>,
    /// The same by somebody who may not, or of whom that is not known: nothing is approved with it.
    pub doubted: Option<Revoked>,
}

/// Somebody signed that a passkey is the person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Who, by id.
    pub by: String,
    /// With which key.
    pub(super) key: Option<String>,
    /// In which entry of the chain.
    pub entry: u64,
    /// When.
    pub at: Timestamp,
}

/// The end of a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Who said so, by id.
    pub by: String,
    /// In which entry of the chain.
    pub entry: u64,
    /// From when on its signatures do not count.
    pub since: Timestamp,
    /// The newest entry of each chain then, by the fingerprint of its name.
    pub(super) heads: BTreeMap<Digest, Digest>,
}

impl Passkeys {
    /// Those of the chain `org`, by the desk, the registrars and the roles of a policy.
    pub fn of(org: History, policy: &PolicyInForce<'_>) -> Result<Self, LedgerError> {
        let Some(desk) = policy.policy.desk.clone() else { return Ok(Self { org, ..Self::default() }) };
        let may = policy.policy.roles.values().filter(|role| role.methods.contains(&Method::Webauthn));
        let admitted = may.flat_map(|role| role.people.iter().cloned()).collect();
        let mut passkeys = Self { desk: Some(desk), org: History::default(), known: Vec::new(), admitted, ignored: Vec::new() };
        // An entry of the chain may rest on those before it: on no later one.
        let bears = |linked: &&LinkedEntry| linked.label().act == Act::PASSKEY || !linked.label().is_known();
        for linked in org.linked().iter().filter(bears) {
            if linked.entry.bare.is_some() {
                let why = format!("only its link is here, and it may say whose passkey is whose in `{ORG}`");
                return Err(LedgerError::Broken { seq: linked.entry.seq, why });
            }
            passkeys.org = org.before(linked.entry.seq);
            let entry = org.verified(linked)?;
            if let Act::Passkey(step) = &entry.statement.act {
                passkeys.take(entry, step, policy.now);
            }
        }
        passkeys.org = org;
        Ok(passkeys)
    }

    fn take(&mut self, entry: &VerifiedEntry, step: &PasskeyStep, now: Timestamp) {
        let (seq, at) = (entry.entry.seq, entry.own);
        match step {
            PasskeyStep::Invited(_) => {}
            PasskeyStep::Offered(offer) => _ = self.known(&offer.passkey, at),
            PasskeyStep::Confirmed(passkey) => match self.confirmer(entry, passkey) {
                Ok(by) => self.confirmed(passkey, Confirmation { by, key: entry.key().map(str::to_owned), entry: seq, at }),
                Err(why) => {
                    self.known(passkey, at);
                    self.ignored.push(format!("entry {seq} confirms a passkey of `{}` and counts nothing: {why}", passkey.person));
                }
            },
            PasskeyStep::Revoked(said) => {
                // One that is still to come takes away already: it never gives.
                let since = said.since.unwrap_or(at).min(at).min(now);
                let revoked = |by| Revoked { by, entry: seq, since, heads: said.heads.clone() };
                match self.revoker(entry, said) {
                    Ok(by) => self.revoked(said, revoked(by)),
                    Err(why) => {
                        if entry.entry.signature.is_some() {
                            // Whoever signed it may have been a registrar then: nothing is approved with the passkey until it is known.
                            self.doubted(said, revoked(entry.statement.made.by.clone().unwrap_or_default()));
                        }
                        self.ignored.push(format!("entry {seq} revokes a passkey of `{}` and is doubtful: {why}", said.person));
                    }
                }
            }
        }
    }

    fn known(&mut self, passkey: &Passkey, since: Timestamp) -> &mut KnownPasskey {
        let place = self.known.iter().position(|known| known.passkey == *passkey).unwrap_or_else(|| {
            let passkey = passkey.clone();
            self.known.push(KnownPasskey { passkey, since, confirmations: Vec::new(), counts_from: None, revoked: None, doubted: None });
            self.known.len() - 1
        });
        &mut self.known[place]
    }

    /// Who signed the confirmation with a key of their own, where they may confirm it.
    fn confirmer(&self, entry: &VerifiedEntry, passkey: &Passkey) -> Result<String, String> {
        if entry.aside.is_some() {
            return Err("it is still to come by the clock here".into());
        }
        let by = signer(entry)?;
        let Some(desk) = &self.desk else { return Err("the policy names no desk".into()) };
        if (&passkey.rp_id, &passkey.origin) != (&desk.rp_id, &desk.origin) {
            return Err(format!("it is for {} ({}), the policy says {} ({})", passkey.origin, passkey.rp_id, desk.origin, desk.rp_id));
        }
        if *by != passkey.person && !desk.registrars.contains(by) {
            return Err(format!("`{by}` is no registrar"));
        }
        // Neither an id nor a key is two people's.
        let taken = |known: &&KnownPasskey| {
            let same = known.passkey.credential == passkey.credential || known.passkey.public_key == passkey.public_key;
            same && known.passkey != *passkey
        };
        match self.known.iter().filter(|known| known.counts_from.is_some()).find(taken) {
            Some(other) => Err(format!("its id or its key is that of a passkey of `{}`", other.passkey.person)),
            None => Ok(by.clone()),
        }
    }

    /// It counts by two registrars, or by one and its holder's own key.
    fn confirmed(&mut self, passkey: &Passkey, confirmation: Confirmation) {
        let entry = confirmation.entry;
        let known = self.known(passkey, confirmation.at);
        if known.confirmations.iter().all(|earlier| earlier.by != confirmation.by && earlier.key != confirmation.key) {
            known.confirmations.push(confirmation);
        }
        let others = known.confirmations.iter().any(|confirmation| confirmation.by != passkey.person);
        if others && known.confirmations.len() > 1 {
            known.counts_from.get_or_insert(entry);
        }
    }

    /// Who revokes: a registrar or the holder, with an SSH key, or the holder with a passkey that counts.
    fn revoker(&self, entry: &VerifiedEntry, said: &Revocation) -> Result<String, String> {
        let by = match signer(entry) {
            Ok(by) => by.clone(),
            Err(why) => {
                let (by, signature) = (entry.statement.made.by.as_ref(), entry.entry.signature.as_deref());
                let (Some(by), Some(signature)) = (by, signature.filter(|text| Assertion::is_kept_as(text))) else { return Err(why) };
                match self.check(&entry.statement, &entry.entry.payload, signature, entry.own) {
                    Checked::Signed { .. } => by.clone(),
                    Checked::Untrusted(why) | Checked::Forged(why) => return Err(why),
                }
            }
        };
        let is_registrar = self.desk.as_ref().is_some_and(|desk| desk.registrars.contains(&by));
        if by == said.person || is_registrar { Ok(by) } else { Err(format!("`{by}` is neither its holder nor a registrar")) }
    }

    fn doubted(&mut self, said: &Revocation, doubted: Revoked) {
        let theirs = |known: &&mut KnownPasskey| known.passkey.credential == said.credential && known.passkey.person == said.person;
        for known in self.known.iter_mut().filter(theirs) {
            known.doubted.get_or_insert(doubted.clone());
        }
    }

    fn revoked(&mut self, said: &Revocation, revoked: Revoked) {
        let theirs = |known: &&mut KnownPasskey| known.passkey.credential == said.credential && known.passkey.person == said.person;
        for known in self.known.iter_mut().filter(theirs) {
            match &mut known.revoked {
                Some(earlier) => earlier.since = earlier.since.min(revoked.since),
                none => *none = Some(revoked.clone()),
            }
        }
    }

    /// Whether there is one with this id, whosever it is.
    pub fn has(&self, credential: &str) -> bool {
        self.known.iter().any(|known| known.passkey.credential == credential)
    }

    /// The newest entry of the chain; `None` where there is none.
    pub fn head(&self) -> Option<Digest> {
        (!self.org.is_empty()).then(|| self.org.head())
    }

    /// The chain in which they stand.
    pub fn chain(&self) -> &History {
        &self.org
    }

    /// Those of somebody, oldest first, whatever became of them.
    pub fn of_person<'p>(&'p self, person: &'p str) -> impl Iterator<Item = &'p KnownPasskey> {
        self.known.iter().filter(move |known| known.passkey.person == person)
    }

    /// The ids of those of somebody that sign now.
    pub fn signing(&self, person: &str, now: Timestamp) -> Vec<String> {
        self.of_person(person).filter(|known| known.signs(now)).map(|known| known.passkey.credential.clone()).collect()
    }

    /// Whose passkey made this over `challenge`, where it signs now: a login.
    pub fn who(&self, assertion: &Assertion, challenge: &[u8], now: Timestamp) -> Result<&KnownPasskey, String> {
        let of_id = |known: &&KnownPasskey| known.passkey.credential == assertion.credential && known.counts_from.is_some();
        let known = self.known.iter().find(of_id).ok_or("no passkey with this id is confirmed")?;
        let desk = self.desk.as_ref().ok_or("the policy names no desk")?;
        assertion
            .verify(&known.passkey, challenge, Bound { rp_id: &desk.rp_id, origin: &desk.origin })
            .map_err(|error| error.to_string())?;
        if known.signs(now) { Ok(known) } else { Err(format!("the passkey of `{}` was revoked", known.passkey.person)) }
    }

    /// Whose word those stand on that signed in `history`, a sentence each.
    pub fn told(&self, history: &History) -> Vec<String> {
        let signatures = history.linked().iter().filter_map(|linked| linked.entry.signature.as_deref());
        let signed = signatures.filter(|text| Assertion::is_kept_as(text)).filter_map(|text| Assertion::from_text(text).ok());
        let signed: BTreeSet<String> = signed.map(|assertion| assertion.credential).collect();
        let known = self.known.iter().filter(|known| known.counts_from.is_some() && signed.contains(&known.passkey.credential));
        known.map(KnownPasskey::told).collect()
    }

    /// What is said of passkeys and counts nothing, a sentence each.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }
}

impl Revoked {
    pub(super) fn sentence(&self, person: &str) -> String {
        format!("the passkey of `{person}` was revoked by `{}` on {}", self.by, utc(self.since))
    }

    pub(super) fn doubt(&self, person: &str) -> String {
        let Self { by, entry, .. } = self;
        format!(
            "entry {entry} of `{ORG}` says that the passkey of `{person}` is revoked, and whether `{by}` may say so is not known: a registrar revokes it, and a new one is made"
        )
    }
}

impl KnownPasskey {
    /// Whether it signs at this moment.
    pub fn signs(&self, now: Timestamp) -> bool {
        self.counts_from.is_some() && self.doubted.is_none() && self.revoked.as_ref().is_none_or(|revoked| now < revoked.since)
    }

    /// Whose it is, and on whose word.
    fn told(&self) -> String {
        let by = self.confirmations.iter().map(|said| format!("{} on {} (entry {} of `{ORG}`)", said.by, utc(said.at), said.entry));
        let revoked = self.revoked.as_ref().map(|said| format!("; revoked by {} on {}", said.by, utc(said.since))).unwrap_or_default();
        let (name, person) = (self.name(), &self.passkey.person);
        format!("{name} is of {person}: confirmed by {}{revoked}", by.collect::<Vec<_>>().join(", "))
    }

    /// The key's name, as signatures show it.
    pub fn name(&self) -> String {
        public_key::name(&self.passkey)
    }
}

/// Who signed it with a trusted SSH key.
fn signer(entry: &VerifiedEntry) -> Result<&String, String> {
    let by = entry.statement.made.by.as_ref();
    match (&entry.standing, by) {
        (_, None) => Err("nobody signed it".into()),
        (SignatureStanding::Signed { .. }, Some(by)) => Ok(by),
        (SignatureStanding::Untrusted(why), _) => Err(why.clone()),
        (SignatureStanding::Unsigned, _) => Err("it is not signed".into()),
    }
}
