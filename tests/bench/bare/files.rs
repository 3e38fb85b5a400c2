//! A bare reader of JSON, XML and YAML: whole values, and no more.

use std::{fs, hint::black_box, io::BufReader};

use anyhow::{Context as _, bail};
use quick_xml::events::Event;
use serde_json::Value;

/// `NAMES-FILE`.
pub(crate) fn run(settings: &[&str]) -> anyhow::Result<()> {
    let [names] = settings else { bail!("file of names") };
    for name in fs::read_to_string(names)?.lines() {
        match name.rsplit_once('.').context("a name without an ending")?.1 {
            "json" => drop(black_box(serde_json::from_slice::<Value>(&fs::read(name)?)?)),
            "yaml" => drop(black_box(serde_yaml::from_multiple::<Value>(&fs::read_to_string(name)?)?)),
            _ => {
                let mut reader = quick_xml::Reader::from_reader(BufReader::new(fs::File::open(name)?));
                let mut buffer = Vec::new();
                while !matches!(reader.read_event_into(&mut buffer)?, Event::Eof) {
                    buffer.clear();
                }
            }
        }
    }
    Ok(())
}
