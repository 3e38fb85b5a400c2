//! What was looked at, and through what, stands in the report and so in its fingerprint.

mod commands;
mod lines;
mod roots;
mod targets;

use gonogo::model::Report;

use crate::gonogo::Gonogo;

/// The report of a run of this environment, with every format beside it.
fn report(gonogo: &Gonogo) -> Report {
    let formats: Vec<String> =
        gonogo::render::FORMATS.iter().flat_map(|format| ["--format".to_owned(), format!("{0}=out.{0}", format.name)]).collect();
    gonogo.verify(&formats.iter().map(String::as_str).collect::<Vec<_>>()).1
}

/// Everything that the last run wrote.
fn written(gonogo: &Gonogo) -> String {
    gonogo::render::FORMATS.iter().map(|format| gonogo.read(&format!("out.{}", format.name))).collect()
}

fn target<'r>(report: &'r Report, id: &str) -> &'r str {
    let finding = report.findings.iter().find(|finding| finding.id == id).unwrap_or_else(|| panic!("{id}"));
    finding.target.as_deref().unwrap_or_default()
}
