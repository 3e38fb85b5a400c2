//! Whether the clock follows others, as those say that see to it.

use serde_json::{Map, Value};

use super::{
    facts::{Facts, Wanted},
    observe::printed,
};
use crate::check::Context;

pub(super) async fn read(wanted: &Wanted, cx: &Context, facts: &mut Facts) {
    let Some(names) = wanted.names("clock") else { return };
    let mut clock = Map::new();
    let systemd = systemd(cx, &mut clock).await;
    let chrony = if systemd.is_err() || names.mention("offset_seconds") { Some(chrony(cx, &mut clock).await) } else { None };
    let why = |said: &Result<(), String>| said.as_ref().err().cloned().unwrap_or_default();
    match (&systemd, &chrony) {
        (Err(systemd), Some(Err(chrony))) => facts.lack(&["clock"], None, format!("nobody here tells: {systemd}; {chrony}")),
        (_, Some(said @ Err(_))) => facts.lack(&["clock"], Some("offset_seconds"), why(said)),
        (said @ Err(_), _) => ["ntp", "timezone"].into_iter().for_each(|key| facts.lack(&["clock"], Some(key), why(said))),
        (Ok(()), _) => {}
    }
    facts.put("clock", Ok(Value::Object(clock)));
}

/// timedatectl(1), which asks the kernel.
async fn systemd(cx: &Context, clock: &mut Map<String, Value>) -> Result<(), String> {
    let argv = ["timedatectl", "show", "--no-pager", "--property=Timezone", "--property=NTP", "--property=NTPSynchronized"];
    let (said, complaint) = printed(cx, &argv, &[0]).await.map_err(|error| error.to_string())?;
    for (key, value) in said.lines().filter_map(|line| line.split_once('=')) {
        let flag = match value {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        match (key, flag) {
            ("NTPSynchronized", Some(flag)) => drop(clock.insert("synchronised".into(), flag.into())),
            ("NTP", Some(flag)) => drop(clock.insert("ntp".into(), flag.into())),
            ("Timezone", _) => drop(clock.insert("timezone".into(), value.into())),
            _ => {}
        }
    }
    if clock.contains_key("synchronised") {
        Ok(())
    } else {
        Err(format!("`timedatectl show` does not say whether it is synchronised: {complaint}"))
    }
}

/// chronyc(1): with `-c` fields between commas, the fifth the offset in seconds, the last the state.
async fn chrony(cx: &Context, clock: &mut Map<String, Value>) -> Result<(), String> {
    let (said, _) = printed(cx, &["chronyc", "-n", "-c", "tracking"], &[0]).await.map_err(|error| error.to_string())?;
    let fields: Vec<&str> = said.trim().split(',').collect();
    let offset = fields.get(4).and_then(|offset| offset.parse::<f64>().ok());
    let (Some(offset), 14.., Some(state)) = (offset, fields.len(), fields.last()) else {
        return Err("`chronyc tracking` does not print what is known of it".into());
    };
    let synchronised = match *state {
        "Normal" | "Insert second" | "Delete second" => true,
        "Not synchronised" => false,
        other => return Err(format!("`chronyc tracking` says `{other}`, which is not known")),
    };
    clock.entry("synchronised").or_insert(synchronised.into());
    clock.insert("offset_seconds".into(), offset.abs().into());
    Ok(())
}
