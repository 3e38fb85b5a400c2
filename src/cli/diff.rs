//! `gonogo diff A B`: what changed between two stored reports, and what asks less. Nothing is judged again.

use super::{
    Failure,
    arguments::{DiffOptions, OutputOptions},
    edge::Edge,
    outlet::{Outlets, Wanted},
    stored::Stored,
};
use crate::{
    model::{Difference, Exit},
    render::{self, DIFFERENCE_FORMATS},
};

/// Runs the command: 0 when the two were compared, whatever differs.
pub(super) fn diff(edge: &Edge, options: &DiffOptions) -> Result<Exit, Failure> {
    let (before, after) = (Stored::read(&options.before)?, Stored::read(&options.after)?);
    let names: Vec<&'static str> = DIFFERENCE_FORMATS.iter().map(|format| format.name).collect();
    let output = OutputOptions { format: options.format.clone(), quiet: options.quiet, verbose: false };
    let outlets = Outlets::among(edge, &output, &names)?;
    let difference = Difference::between((&before.report, before.digest()), (&after.report, after.digest()));
    outlets.write_texts(|wanted| match wanted {
        Wanted::Terminal(style) => render::difference(&difference, style).into(),
        Wanted::Format(name) => {
            DIFFERENCE_FORMATS.iter().find(|format| format.name == name).map_or_else(String::new, |f| (f.render)(&difference)).into()
        }
        // Only a report has them.
        Wanted::Verdict(_) | Wanted::Summary(_) => String::new().into(),
    })?;
    Ok(Exit::Go)
}
