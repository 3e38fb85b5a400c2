//! A record as a text and as fields.

use hickory_proto::rr::{self, RData};
use serde_json::{Map, Value, json};

use super::written;
use crate::model::{excerpt, plain};

/// The longest value that is kept; a DKIM key takes 400 to 800.
const LONGEST: usize = 4 << 10;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// As zone files write it, names without the trailing dot and in small letters; of a TXT record its parts as one text.
    pub value: String,
    /// How many seconds it may be kept.
    pub ttl: u32,
    /// Its parts by name.
    pub fields: Map<String, Value>,
}

impl Record {
    pub(super) fn of(record: &rr::Record) -> Self {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| drop(fields.insert(name.into(), value));
        let value = match &record.data {
            RData::MX(mx) => {
                put("preference", mx.preference.into());
                put("exchange", written(&mx.exchange).into());
                format!("{} {}", mx.preference, written(&mx.exchange))
            }
            RData::NS(name) => target(&mut put, &name.0),
            RData::CNAME(name) => target(&mut put, &name.0),
            RData::TXT(txt) => text(&txt.txt_data.concat()),
            RData::CAA(caa) => {
                let value = text(&caa.value);
                put("flags", caa.flags().into());
                put("tag", caa.tag.to_ascii_lowercase().into());
                put("property", value.clone().into());
                format!("{} {} {value}", caa.flags(), caa.tag.to_ascii_lowercase())
            }
            RData::SRV(srv) => {
                put("priority", srv.priority.into());
                put("weight", srv.weight.into());
                put("port", srv.port.into());
                format!("{} {} {} {}", srv.priority, srv.weight, srv.port, target(&mut put, &srv.target))
            }
            RData::TLSA(tlsa) => {
                let (usage, selector, matching) = (u8::from(tlsa.cert_usage), u8::from(tlsa.selector), u8::from(tlsa.matching));
                let data = data_encoding::HEXLOWER.encode(&tlsa.cert_data);
                put("usage", usage.into());
                put("selector", selector.into());
                put("matching", matching.into());
                format!("{usage} {selector} {matching} {data}")
            }
            RData::SOA(soa) => {
                put("primary", written(&soa.mname).into());
                put("serial", soa.serial.into());
                put("minimum", soa.minimum.into());
                let (mname, rname) = (written(&soa.mname), written(&soa.rname));
                format!("{mname} {rname} {} {} {} {} {}", soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum)
            }
            other => text(other.to_string().as_bytes()),
        };
        put("value", json!(value));
        put("ttl", record.ttl.into());
        Self { value, ttl: record.ttl, fields }
    }
}

fn target(put: &mut impl FnMut(&str, Value), name: &rr::Name) -> String {
    let name = written(name);
    put("target", name.clone().into());
    name
}

fn text(bytes: &[u8]) -> String {
    excerpt(&plain(&String::from_utf8_lossy(bytes)), LONGEST)
}
