//! SPF, DMARC and CAA in a real zone.

use gonogo::model::Outcome::{Fail, Pass, Unknown};
use serde_json::json;

use super::{ZONE, outcome};
use crate::servers::dns::NameServer;

#[tokio::test]
async fn policies_are_read_as_what_they_mean() {
    let more = format!(
        "{ZONE}two 60 TXT \"v=spf1 -all\"\ntwo 60 TXT \"V=SPF1 mx -all\"\nsoft 60 TXT \"v=spf1 redirect=_spf.example.com\"\n\
         away 60 TXT \"v=spf1 include:spf.elsewhere.example -all\"\n_dmarc.half 60 TXT \"v=DMARC1; p=reject; pct=50\"\n\
         closed 60 CAA 0 issue \";\"\nmany 60 TXT \"v=spf1 a mx a mx a mx a mx a mx a -all\"\n"
    );
    let knot = NameServer::knot(&[("example.com", &more)]);
    for (settings, wanted, said) in [
        (json!({ "spf": { "all": "fail" } }), Pass, "-all, with 2 look-ups"),
        (json!({ "spf": { "all": "softfail" } }), Fail, "got -all"),
        (json!({ "name": "soft.example.com", "spf": { "all": ["fail", "softfail"] } }), Pass, "~all, with 1 look-ups"),
        (json!({ "name": "two.example.com", "spf": { "all": "fail" } }), Fail, "2 SPF records"),
        (json!({ "name": "shop.example.com", "spf": { "all": "fail" } }), Fail, "no SPF record"),
        (json!({ "name": "many.example.com", "spf": { "all": "fail" } }), Fail, "more than 10"),
        (json!({ "name": "away.example.com", "spf": { "all": "fail" } }), Unknown, "REFUSED"),
        (json!({ "dmarc": { "policy": ["quarantine", "reject"] } }), Pass, "quarantine"),
        (json!({ "dmarc": { "policy": "reject" } }), Fail, "got quarantine"),
        (json!({ "name": "mail.shop.example.com", "dmarc": { "policy": "quarantine" } }), Pass, "at `_dmarc.example.com`"),
        (json!({ "name": "half.example.com", "dmarc": { "policy": "reject" } }), Fail, "a policy for a part only"),
        (json!({ "caa": { "issuers": "letsencrypt.org" } }), Pass, "by the records at example.com"),
        (json!({ "name": "a.b.shop.example.com", "caa": { "issuers": "LetsEncrypt.org" } }), Pass, "at example.com"),
        (json!({ "caa": { "issuers": ["letsencrypt.org", "sectigo.com"] } }), Fail, "got not sectigo.com"),
        (json!({ "caa": { "issuers": "sectigo.com" } }), Fail, "also `letsencrypt.org`"),
        (json!({ "name": "closed.example.com", "caa": { "issuers": "letsencrypt.org" } }), Fail, "got not letsencrypt.org"),
        (json!({ "name": "www.elsewhere.example", "caa": { "issuers": "letsencrypt.org" } }), Unknown, "REFUSED"),
    ] {
        let (outcome, reason) = outcome(&[knot.address], settings.clone()).await;
        assert!(outcome == wanted && reason.contains(said), "{settings}: {outcome} {reason}");
    }
}
