//! What lies in files: the key beside the certificate of a `file`, and the certificate that a server must serve.

use super::seen::{Certificate, KeyFile, Seen};
use crate::model::Expectation;

/// The key that lies beside the leaf is its own: with another the server would not start, or not with this certificate.
pub(super) fn key(seen: &Seen) -> Option<Expectation> {
    let expectation = Expectation::new("key", "Private key").wanted("that of the leaf");
    Some(match seen.key_file.as_ref()? {
        KeyFile::Belongs => expectation.got("that of the leaf").met(true),
        KeyFile::Foreign => expectation.got("the key of another certificate").met(false),
        KeyFile::Unknown(why) => expectation.undetermined(why),
    })
}

/// Every address serves the certificate of the file; where it has others too, then for other kinds of key.
pub(super) fn serves(seen: &Seen) -> Option<Expectation> {
    let meant = seen.meant.as_ref()?;
    let expectation = Expectation::new("serves", "Certificate of the file").wanted(format!("{} is served", shown(meant)));
    let leaf = |chain: usize| seen.chains.get(chain)?.certificates.first();
    let served: Vec<_> = seen.endpoints.iter().filter(|one| one.sni).filter_map(|one| Some((one, leaf(one.chain?)?))).collect();
    if served.is_empty() {
        return Some(expectation.undetermined("no certificate was shown"));
    }
    let is_meant = |leaf: &Certificate| leaf.fingerprint == meant.fingerprint;
    let (alike, others): (Vec<_>, Vec<_>) = served.into_iter().partition(|(_, leaf)| is_meant(leaf) || leaf.key.kind == meant.key.kind);
    let wrong = if alike.is_empty() { others } else { alike.into_iter().filter(|(_, leaf)| !is_meant(leaf)).collect() };
    let wrong: Vec<String> = wrong.iter().map(|(endpoint, leaf)| format!("{} on {}", shown(leaf), endpoint.label())).collect();
    Some(if wrong.is_empty() { expectation.got("it is").met(true) } else { expectation.got(wrong.join("; ")).met(false) })
}

fn shown(certificate: &Certificate) -> String {
    let Certificate { subject, serial, not_after, .. } = certificate;
    format!("`{subject}` (serial {serial}, until {not_after})")
}
