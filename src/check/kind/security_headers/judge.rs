//! Each rule on each page.

use jiff::Timestamp;

use super::{
    Profile, SecurityHeaders, browser, cookie, policy,
    rule::{Grade, Rule, Verdict},
    scripts,
    seen::{Answer, Page, Plain, Seen},
};
use crate::{
    check::http::essence,
    model::{Expectation, quote},
    net::http::Address,
};

/// What HTML is sent as.
pub(super) const HTML: [&str; 2] = ["text/html", "application/xhtml+xml"];

pub(super) fn judge(check: &SecurityHeaders, seen: &Seen, _: Timestamp) -> Vec<Expectation> {
    let rules = || check.rules().iter().filter(|rule| **rule != Rule::Redirection);
    let of_page = |page: &Page| {
        let answered = check.answered(page);
        let judged = answered.met == Some(true);
        let rest: Vec<Expectation> = rules().filter(|_| judged).map(|rule| check.of(*rule, page)).collect();
        std::iter::once(answered).chain(rest).collect::<Vec<_>>()
    };
    let mut all: Vec<Expectation> = seen.pages.iter().flat_map(of_page).collect();
    if check.plain().is_some() {
        all.push(check.redirection(seen.plain.as_ref()));
    }
    all
}

impl SecurityHeaders {
    /// Whether it is a page that can be judged.
    fn answered(&self, page: &Page) -> Expectation {
        let what = if page.not_found { "a page that is not there".into() } else { format!("page {}", page.path) };
        let demand = Expectation::new(format!("page:{}", page.name()), what).wanted("an answer below 500");
        let says = format!("status {} at {}", page.status, page.url);
        let html = page.has_html() && self.profile == Profile::Api && !page.not_found;
        match (&page.stopped, page.status) {
            (Some(why), _) => demand.got(says).undetermined(format!("it was not reached: {why}")),
            (None, 500..) => demand.got(says).met(false),
            (None, 400..) if !page.not_found => demand
                .got(says.clone())
                .undetermined(format!("{says} is hardly the page that is meant: correct the path, or give `headers` that let us in")),
            _ if html => demand.got(says).undetermined("it is HTML, which browsers show: write `profile: page`"),
            _ => demand.got(says).met(true),
        }
    }

    fn of(&self, rule: Rule, page: &Page) -> Expectation {
        let bonus = self.wants_bonus(rule);
        let demand = Expectation::new(format!("{rule}:{}", page.name()), format!("{rule} of {}", page.name())).wanted(rule.remedy());
        let verdict = match page.verdict(rule) {
            Ok(verdict) => verdict,
            Err(why) => return demand.got("not known").undetermined(why),
        };
        graded(demand, &verdict, bonus)
    }

    fn redirection(&self, seen: Option<&Plain>) -> Expectation {
        let rule = Rule::Redirection;
        let demand = Expectation::new(rule.word(), "plain http").wanted(rule.remedy());
        match seen.map(|plain| (&plain.answer, &plain.from)) {
            None => demand.got("not known").undetermined("it was not asked"),
            Some((Answer::Unknown(why), _)) => demand.got("not known").undetermined(why),
            Some((Answer::Refused, from)) => {
                graded(demand, &Verdict::best("redirection-not-needed-no-http", format!("{from} is closed")), false)
            }
            Some((Answer::Route(route), _)) => graded(demand, &redirection(route), false),
        }
    }
}

fn graded(demand: Expectation, verdict: &Verdict, bonus: bool) -> Expectation {
    let met = verdict.grade == Grade::Best || verdict.grade == Grade::Holds && !bonus;
    demand.got(format!("{} ({})", verdict.says, verdict.result)).met(met)
}

/// What the way from plain http comes to.
fn redirection(route: &[String]) -> Verdict {
    let addresses: Vec<Address> = route.iter().filter_map(|text| text.parse().ok()).collect();
    let says = route.iter().take(4).map(|text| quote(text)).collect::<Vec<_>>().join(" → ");
    match addresses.as_slice() {
        _ if addresses.len() != route.len() => Verdict::broken("redirection-not-to-https", says),
        [] | [_] => Verdict::broken("redirection-missing", format!("{says} answers without a redirect")),
        [.., last] if !last.is_https() => Verdict::broken("redirection-not-to-https", says),
        [_, second, ..] if !second.is_https() => Verdict::broken("redirection-not-to-https-on-initial-redirection", says),
        [first, second, ..] if first.host() != second.host() => Verdict::broken("redirection-off-host-from-http", says),
        _ => Verdict::best("redirection-to-https", says),
    }
}

impl Page {
    fn name(&self) -> &str {
        if self.not_found { "not-found" } else { &self.path }
    }

    /// The values of a header.
    fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(have, _)| have == name).map(|(_, value)| value.as_str()).collect()
    }

    fn has_html(&self) -> bool {
        let types = self.all("content-type");
        types.is_empty() || types.iter().any(|one| HTML.contains(&essence(one).as_str()))
    }

    /// What a rule comes to here; why it cannot be said.
    fn verdict(&self, rule: Rule) -> Result<Verdict, String> {
        if let Some(name) = self
            .too_long
            .as_deref()
            .filter(|name| *name == rule.word() || *name == "content-security-policy" && rule == Rule::XFrameOptions)
        {
            return Err(format!("the header `{name}` is longer than is read"));
        }
        let https = self.url.starts_with("https://");
        let all = self.all(rule.word());
        let html = self.html.as_ref();
        let unread = html.and_then(|html| html.unread.as_deref()).map(|why| format!("the page {why}"));
        let readable = |verdict: Verdict| unread.clone().map_or(Ok(verdict), Err);
        Ok(match rule {
            Rule::StrictTransportSecurity => browser::transport(&all, https),
            Rule::XContentTypeOptions => browser::sniffing(&all),
            Rule::XFrameOptions => {
                browser::framing(&all, policy::read(&self.all("content-security-policy"), &[]).ok().and_then(|all| policy::frames(&all)))
            }
            Rule::ReferrerPolicy => return readable(browser::referrer(&all, html.and_then(|html| html.referrer.as_deref()))),
            Rule::CrossOriginResourcePolicy => browser::resource(&all),
            Rule::CrossOriginOpenerPolicy => browser::opener(&all),
            Rule::CrossOriginEmbedderPolicy => browser::embedder(&all),
            Rule::Cookies => {
                let hsts = browser::transport(&self.all(Rule::StrictTransportSecurity.word()), https).grade != Grade::Broken;
                cookie::judge(&self.cookies, hsts)
            }
            Rule::ContentSecurityPolicy => {
                let verdict = self.policy(&all, https);
                return if verdict.grade == Grade::Broken { readable(verdict) } else { Ok(verdict) };
            }
            Rule::SubresourceIntegrity => match html {
                None => Verdict::holds("sri-not-implemented-response-not-html", "no HTML"),
                Some(html) => return readable(scripts::judge(html, &self.url)),
            },
            Rule::Redirection => return Err("it is of no single page".into()),
        })
    }

    fn policy(&self, headers: &[&str], https: bool) -> Verdict {
        let metas = self.html.as_ref().map_or(&[][..], |html| &html.policies);
        match policy::read(headers, metas) {
            Err(why) => Verdict::broken("csp-header-invalid", why),
            Ok(all) if !all.is_empty() => policy::judge(&all, https),
            Ok(_) if !self.all("content-security-policy-report-only").is_empty() => {
                Verdict::broken("csp-not-implemented-but-reporting-enabled", "a policy that only reports")
            }
            Ok(_) => Verdict::broken("csp-not-implemented", "no policy"),
        }
    }
}
