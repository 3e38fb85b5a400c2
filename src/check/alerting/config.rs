//! Where Alertmanager sends an alert, by the routes that it runs with (prometheus.io/docs/alerting/latest/configuration).
//! Of a label that is not known both ways are followed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::matcher::{LabelMatcher, all_take};
use crate::check::format::{self, Format, Limits};

/// Routes within each other.
const DEEPEST: usize = 32;

/// Its settings, as far as they say who hears of an alert.
#[derive(Debug)]
pub(crate) struct Config {
    root: Route,
    /// How many ways each receiver has to reach somebody.
    pub(crate) receivers: BTreeMap<String, usize>,
}

#[derive(Debug)]
struct Route {
    receiver: String,
    matchers: Vec<LabelMatcher>,
    goes_on: bool,
    /// It is mute, or active, at certain times only.
    is_timed: bool,
    routes: Vec<Route>,
}

/// Where an alert goes, or may go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lead {
    pub(crate) receiver: String,
    pub(crate) is_certain: bool,
    pub(crate) is_timed: bool,
}

impl Config {
    /// Reads the settings in YAML.
    ///
    /// # Errors
    /// What is not understood in them.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let config = format::read(text.as_bytes(), Format::Yaml.into(), Limits::default())?;
        let receivers = config.get("receivers").and_then(Value::as_array).ok_or("no `receivers`")?;
        let receivers = receivers.iter().map(|receiver| {
            let name = receiver.get("name").and_then(Value::as_str).ok_or("a receiver without a name")?;
            let ways = receiver.as_object().into_iter().flatten().filter(|(key, _)| key.ends_with("_configs"));
            Ok((name.to_owned(), ways.filter_map(|(_, list)| list.as_array()).map(Vec::len).sum()))
        });
        let receivers = receivers.collect::<Result<_, String>>()?;
        let root = Route::read(config.get("route").ok_or("no `route`")?, "", DEEPEST)?;
        Ok(Self { root, receivers })
    }

    /// Where an alert with these labels goes, and where it may go as labels that are not known would have it.
    pub(crate) fn leads(&self, labels: &BTreeMap<String, String>) -> Vec<Lead> {
        let mut leads = Vec::new();
        self.root.follow(labels, true, &mut leads);
        leads
    }
}

impl Route {
    fn read(value: &Value, above: &str, depth: usize) -> Result<Self, String> {
        let route = value.as_object().filter(|_| depth > 0).ok_or("a route that is none, or too deep")?;
        let receiver = match route.get("receiver") {
            None if !above.is_empty() => above,
            Some(Value::String(name)) => name,
            _ => return Err("a route without a receiver".into()),
        };
        let mut matchers = Vec::new();
        for (key, is_regex) in [("match", false), ("match_re", true)] {
            for (name, value) in route.get(key).and_then(Value::as_object).into_iter().flatten() {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                matchers.push(LabelMatcher::new(name, &value, is_regex, true));
            }
        }
        match route.get("matchers") {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => matchers.extend(LabelMatcher::read(text)?),
            Some(Value::Array(texts)) => {
                for text in texts {
                    matchers.extend(LabelMatcher::read(text.as_str().ok_or("a matcher that is no text")?)?);
                }
            }
            Some(_) => return Err("`matchers` that are no list".into()),
        }
        let list = |key: &str| route.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let routes = list("routes").iter().map(|child| Self::read(child, receiver, depth - 1)).collect::<Result<_, _>>()?;
        Ok(Self {
            receiver: receiver.to_owned(),
            matchers,
            goes_on: route.get("continue").and_then(Value::as_bool).unwrap_or_default(),
            is_timed: !list("mute_time_intervals").is_empty() || !list("active_time_intervals").is_empty(),
            routes,
        })
    }

    /// Follows an alert that has come here, for sure or perhaps.
    fn follow(&self, labels: &BTreeMap<String, String>, is_certain: bool, leads: &mut Vec<Lead>) {
        let (mut caught, mut is_open) = (Some(false), is_certain);
        for child in &self.routes {
            match all_take(&child.matchers, labels) {
                Some(false) => continue,
                Some(true) => {
                    child.follow(labels, is_open, leads);
                    caught = Some(true);
                    if !child.goes_on {
                        break;
                    }
                }
                None => {
                    child.follow(labels, false, leads);
                    caught = caught.filter(|caught| *caught);
                    is_open &= child.goes_on;
                }
            }
        }
        if caught != Some(true) {
            let is_certain = is_certain && caught == Some(false);
            leads.push(Lead { receiver: self.receiver.clone(), is_certain, is_timed: self.is_timed });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = r#"
route:
  receiver: "null"
  routes:
    - { match: { severity: critical }, receiver: page, continue: true }
    - matchers: ['team=~"db|web"']
      receiver: chat
      routes: [{ match_re: { region: "eu.*" }, receiver: eu, mute_time_intervals: [nights] }]
    - { matchers: ["alertname=Watchdog"], receiver: dead }
receivers:
  - name: "null"
  - { name: page, pagerduty_configs: [{ a: 1 }], email_configs: [{}, {}] }
  - { name: chat, slack_configs: [{}] }
  - { name: eu, webhook_configs: [{}] }
  - { name: dead, webhook_configs: [] }
"#;

    #[test]
    fn an_alert_goes_where_its_labels_lead() {
        let config = Config::read(SETTINGS).expect("settings");
        assert_eq!(config.receivers.values().sum::<usize>(), 5);
        assert_eq!((config.receivers["null"], config.receivers["dead"], config.receivers["page"]), (0, 0, 3));
        for (labels, leads) in [
            (&[("alertname", "A"), ("severity", "warning"), ("team", "ops")][..], "null"),
            (&[("alertname", "A"), ("severity", "critical"), ("team", "ops")], "page"),
            (&[("alertname", "A"), ("severity", "critical"), ("team", "db"), ("region", "us")], "page chat"),
            (&[("alertname", "A"), ("severity", "warning"), ("team", "db"), ("region", "eu1")], "eu@"),
            (&[("alertname", "A"), ("severity", "warning"), ("team", "db")], "eu?@ chat?"),
            (&[("alertname", "Watchdog"), ("severity", "none")], "eu?@ chat? dead?"),
            (&[("alertname", "A"), ("severity", "critical")], "page eu?@ chat?"),
            (&[("alertname", "A"), ("team", "ops")], "page? null?"),
        ] {
            let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let said = config
                .leads(&labels)
                .into_iter()
                .map(|lead| format!("{}{}{}", lead.receiver, if lead.is_certain { "" } else { "?" }, if lead.is_timed { "@" } else { "" }));
            assert_eq!(said.collect::<Vec<_>>().join(" "), leads, "{labels:?}");
        }
    }

    #[test]
    fn settings_that_are_not_understood_are_refused() {
        for text in ["", "route: {}", "receivers: []", "route: { receiver: a, matchers: [x] }\nreceivers: []", "receivers: [{}]\nroute: {}"]
        {
            assert!(Config::read(text).is_err(), "{text}");
        }
    }
}
