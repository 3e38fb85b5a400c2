//! The demands on the bill.

use jiff::Timestamp;

use super::{
    Licences, Sbom,
    licence::may_be_used,
    seen::{Bill, NONE, Seen},
};
use crate::model::{Expectation, first_of, quote};

pub(super) fn judge(check: &Sbom, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let bill = &seen.bill;
    let demand = Expectation::new("valid", "its own rules").wanted("kept");
    let got = if bill.invalid.is_empty() { "kept".to_owned() } else { first_of(&bill.invalid, 3, bill.invalid.len(), "; ") };
    let mut all = vec![demand.got(got).met(bill.invalid.is_empty())];
    let least = check.min_components.unwrap_or(1);
    let demand = Expectation::new("components", "components").wanted(format!("at least {least}"));
    all.push(
        demand.bound(">=", least, Some(bill.components.into()), "count").got(bill.components.to_string()).met(bill.components >= least),
    );
    if let Some(licences) = &check.licences {
        all.extend(licences.judge(bill));
    }
    if check.minimum_elements {
        let lacking: Vec<String> = bill
            .lacking
            .iter()
            .map(|(what, count)| if *count == 0 { what.clone() } else { format!("{what} of {count} of {} components", bill.components) })
            .collect();
        let got = if lacking.is_empty() { "all".to_owned() } else { format!("missing: {}", lacking.join(", ")) };
        all.push(Expectation::new("minimum-elements", "minimum elements").wanted("all").got(got).met(lacking.is_empty()));
    }
    if !bill.odd.is_empty() {
        let demand = Expectation::new("understood", "what else stands in it").wanted("nothing that is not understood");
        all.push(demand.undetermined(first_of(&bill.odd, 3, bill.odd.len(), "; ")));
    }
    seen.evidence.judge(&check.keys(), at, all, &["components"])
}

impl Licences {
    fn judge(&self, bill: &Bill) -> Vec<Expectation> {
        let (mut wrong, mut unclear, mut missing) = (Vec::new(), Vec::new(), 0);
        for (licence, (count, first)) in &bill.licences {
            let more = if *count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            let said = format!("{} of {first}{more}", quote(licence));
            match may_be_used(licence, &|id| self.may(id)) {
                _ if licence == NONE => missing = *count,
                // Whether it is one of the denied, under a name of its own, nobody can tell.
                Some(true) if self.allowed.is_none() && licence.contains("LicenseRef-") => unclear.push(said),
                Some(true) => {}
                Some(false) => wrong.push(said),
                None => unclear.push(said),
            }
        }
        let demand = Expectation::new("licences", "licences").wanted(self.wanted());
        let got = if wrong.is_empty() { "all as wanted".to_owned() } else { first_of(&wrong, 5, wrong.len(), ", ") };
        let mut all = vec![demand.got(got).met(wrong.is_empty())];
        if !unclear.is_empty() {
            let demand = Expectation::new("licences-told", "licences that cannot be told").wanted("none");
            all.push(demand.undetermined(first_of(&unclear, 5, unclear.len(), ", ")));
        }
        if missing > 0 {
            let demand = Expectation::new("unlicensed", "components without a licence").wanted("none, unless accepted");
            let said = format!("{missing} of {}", bill.components);
            all.push(match self.missing {
                Some(_) => demand.got(format!("{said}, which the plan accepts")).met(true),
                None => demand.undetermined(format!("{said}: let the tool find them, or write `missing: accepted`")),
            });
        }
        all
    }

    fn may(&self, id: &str) -> bool {
        let means = |list: &crate::check::OneOrMore<crate::check::demand::Text>| {
            list.iter().any(|known| match known.as_str().strip_suffix('*') {
                Some(begin) => id.to_lowercase().starts_with(&begin.to_lowercase()),
                None => known.as_str().eq_ignore_ascii_case(id),
            })
        };
        self.allowed.as_ref().is_none_or(means) && !self.denied.as_ref().is_some_and(means)
    }

    fn wanted(&self) -> String {
        let allowed = self.allowed.iter().map(|list| format!("only {list}"));
        allowed.chain(self.denied.iter().map(|list| format!("no {list}"))).collect::<Vec<_>>().join(", ")
    }
}
