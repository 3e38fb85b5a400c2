//! What is shown while a run goes on: a bar for who watches a terminal, plain lines for CI, nothing when quiet. Nothing that
//! a target said: what is secret in it may become known only later.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use super::edge;
use crate::{
    model::{Event, one_line},
    render::terminal,
};

/// Shows events on standard error.
pub(super) enum Progress {
    /// `--quiet`.
    Silent,
    /// One line a finished check.
    Lines(terminal::Style),
    /// One line that moves, with the checks that run now.
    Bar(ProgressBar, RefCell<BTreeMap<usize, String>>),
}

impl Progress {
    /// A bar where somebody watches, lines otherwise.
    pub(super) fn new(quiet: bool, watched: bool) -> Self {
        if quiet {
            Self::Silent
        } else if watched {
            Self::Bar(bar(), RefCell::default())
        } else {
            Self::Lines(terminal::Style { colour: false, width: 160, verbose: false })
        }
    }

    pub(super) fn show(&self, event: &Event) {
        match self {
            Self::Silent => {}
            Self::Lines(style) => line(event, *style),
            Self::Bar(bar, running) => advance(bar, &mut running.borrow_mut(), event),
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len}  {elapsed}  {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

fn advance(bar: &ProgressBar, running: &mut BTreeMap<usize, String>, event: &Event) {
    match event {
        Event::Started { total, .. } => {
            bar.reset();
            bar.set_length(u64::try_from(*total).unwrap_or(u64::MAX));
        }
        Event::Began { index, id } => {
            running.insert(*index, id.clone());
            bar.set_message(now(running));
        }
        Event::Retrying { id, .. } => bar.set_message(format!("{}: again", one_line(id))),
        Event::Finished { index, .. } => {
            bar.inc(1);
            // Of those that were never begun nothing changes.
            if running.remove(index).is_some() {
                bar.set_message(now(running));
            }
        }
        Event::Interrupted { why } => bar.println(format!("ending the run early: {}", one_line(why))),
        Event::Ended { .. } => bar.finish_and_clear(),
    }
}

/// What is waited for: the first of the running checks, and how many beside it.
fn now(running: &BTreeMap<usize, String>) -> String {
    match (running.values().next(), running.len()) {
        (None, _) => String::new(),
        (Some(first), 1) => one_line(first).into_owned(),
        (Some(first), count) => format!("{} and {} more", one_line(first), count - 1),
    }
}

fn line(event: &Event, style: terminal::Style) {
    match event {
        Event::Started { total, selected, .. } => edge::say(&format!("{selected} of {total} checks")),
        Event::Began { .. } | Event::Ended { .. } => {}
        Event::Retrying { id, .. } => edge::say(&format!("again    {}: it could not be reached", one_line(id))),
        Event::Finished { finding, .. } => edge::say(&terminal::line(finding, style)),
        Event::Interrupted { why } => edge::say(&format!("ending the run early: {}", one_line(why))),
    }
}
