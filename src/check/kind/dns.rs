//! A name's DNS records are as demanded.

mod asker;
mod caa;
mod counterexamples;
mod dmarc;
mod judge;
mod observe;
mod policies;
mod seen;
mod spf;
mod wanted;

use schemars::JsonSchema;
use serde::Deserialize;

use self::{
    caa::Caa,
    dmarc::Dmarc,
    spf::Spf,
    wanted::{Domain, Records, Server, Type},
};
use crate::{
    check::{Check, OneOrMore, Touch, demand::Fields},
    model::{Period, ProcessEnv, without_contradiction},
};

/// A name's DNS records are as demanded: A, AAAA, CNAME, MX, NS, TXT, CAA, SRV, TLSA or SOA, and who may send mail for it (SPF,
/// DMARC) and issue certificates (CAA). They are asked of the machine's own name servers or of those named by `servers`, without
/// `/etc/hosts`; an alias (CNAME) is followed as far as the answer has it. An answer that does not fit into a packet is fetched
/// over TCP.
///
/// That a name is not there (NXDOMAIN), that it has no such record, and that nobody could say are three different answers: SERVFAIL,
/// REFUSED, a referral and a time-out are undetermined, never an absence. So are several `servers` that differ, unless `agree` is
/// demanded, which is red then, more than 100 records, and a zone with more than 16 name servers; of each four addresses are asked.
///
/// Not seen: signatures (DNSSEC is left to the name servers that are asked), what other resolvers still keep, the forward
/// confirmation of mail hosts, and DKIM, whose keys have names that only its mails say (ask for one as `type: TXT`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dns {
    /// The name: `example.com`, `_443._tcp.www.example.com`.
    pub name: Domain,
    /// The type of record: `A`, `AAAA`, `CNAME`, `MX`, `NS`, `TXT`, `CAA`, `SRV`, `TLSA` or `SOA`. Without another demand there must be
    /// one. Needed by all keys but `spf`, `dmarc` and `caa`.
    pub r#type: Option<Type>,
    /// Name servers to ask instead of the machine's own: `10.0.0.53`, `10.0.0.53:5353`, `[2001:db8::53]:53`, or a list of them, each of
    /// which is asked.
    pub servers: Option<OneOrMore<Server>>,
    /// The records as zone files write them, `10 mx.example.com`: a list is all there may be, in any order; `{contains: […]}` leaves room
    /// for others. Names in any case, with or without the last dot; a TXT record as one text without quotes.
    pub records: Option<Records>,
    /// Demands on the parts of every record: `value` and `ttl` of each; `target` of NS, CNAME and SRV; `preference`, `exchange` of MX;
    /// `priority`, `weight`, `port` of SRV; `flags`, `tag`, `property` of CAA; `usage`, `selector`, `matching` of TLSA; `primary`,
    /// `serial`, `minimum` of SOA.
    pub fields: Option<Fields>,
    /// `false`: there is no such name, or it has no such record; an alias to nowhere is neither, since whoever makes what it names has
    /// it. `true`: there is a record.
    pub exists: Option<bool>,
    /// `true`: every name server of the zone gives the same answer, asked itself and without recursion, and so do all `servers`. One
    /// that none of its addresses answers for is undetermined. Of `type: SOA` that compares the zone's serial number.
    #[serde(default)]
    pub agree: bool,
    /// How long the records may be kept at most, aliases on the way included, before something moves: asked of the zone's own name
    /// servers, since a cache counts down. Where an alias leads to another zone, write a check of that name too.
    pub max_ttl: Option<Period>,
    /// Who may send mail in this name (RFC 7208): exactly one SPF record, which ends as demanded and needs at most 10 further look-ups,
    /// those of included records too. `{all: fail}` is `-all`, `softfail` is `~all`, `neutral` is `?all`.
    pub spf: Option<Spf>,
    /// What receivers do with mail that only pretends to be from here (RFC 7489): exactly one record at `_dmarc` of the name, or of the
    /// nearest name above it that has one, whose `sp` counts then. A policy for a part of the mail (`pct`, `t=y`) is none.
    pub dmarc: Option<Dmarc>,
    /// Who may issue certificates for the name (RFC 8659): exactly these, and for wildcards none but these. The records of the name
    /// count, else those of the nearest name above it that has any; where no name has one, everybody may.
    pub caa: Option<Caa>,
}

without_contradiction!(Dns);

impl Dns {
    fn contradiction(&self) -> Option<String> {
        let on_type = self.records.is_some() || self.fields.is_some() || self.exists.is_some() || self.agree || self.max_ttl.is_some();
        let policies = self.spf.is_some() || self.dmarc.is_some() || self.caa.is_some();
        let Some(kind) = self.r#type else {
            if on_type {
                return Some("it is not said which records are meant: give a `type`, like `type: A`".into());
            }
            return (!policies).then(|| "this demands nothing: give a `type` of record, `spf`, `dmarc` or `caa`".into());
        };
        if self.exists == Some(false) && (self.records.is_some() || self.fields.is_some() || self.max_ttl.is_some()) {
            return Some("`exists: false` stands without `records`, `fields` and `max-ttl`: what is not there has none".into());
        }
        self.records.as_ref().and_then(|records| records.texts().find_map(|text| kind.normal(text).err()))
    }

    /// Whether there must be records.
    fn wants_records(&self) -> bool {
        self.exists.unwrap_or(self.records.is_none() && self.fields.is_none() && self.max_ttl.is_none() && !self.agree)
    }

    /// Whether the name servers of the zone are asked.
    fn asks_zone(&self) -> bool {
        self.agree || self.max_ttl.is_some()
    }
}

impl Check for Dns {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let policies = [("TXT", self.spf.is_some()), ("TXT _dmarc", self.dmarc.is_some()), ("CAA", self.caa.is_some())];
        let asked = self.r#type.map(Type::word).into_iter().chain(policies.iter().filter(|(_, given)| *given).map(|(what, _)| *what));
        let zone = if self.asks_zone() { ", also of each name server of the zone" } else { "" };
        let action = format!("asks for {} of {}{zone}", asked.collect::<Vec<_>>().join(", "), self.name);
        match &self.servers {
            None => vec![Touch::new("dns (the name servers of this machine)", action)],
            Some(servers) => servers.iter().map(|server| Touch::new(format!("dns://{server}"), action.clone())).collect(),
        }
    }
}
