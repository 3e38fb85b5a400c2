//! The stretches of time after a deployment in which checks are looked at, each with an end by which that is due.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, words};

/// A window of the phase after the deployment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// Right after it: what `deploy` looks at by itself.
    #[default]
    Immediate,
    /// Within the first hours.
    ShortTerm,
    /// Within the first days.
    LongTerm,
}

words!(Window { Immediate = "immediate", ShortTerm = "short-term", LongTerm = "long-term" });

impl Window {
    /// All of them, in the order of time.
    pub const ALL: [Self; 3] = [Self::Immediate, Self::ShortTerm, Self::LongTerm];
}

/// What the plan asks of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WindowTerms {
    /// By when its run is to be on record, counted from the end of the deployment: `24h`. A window begins where the one
    /// before it is due; a run that looked earlier is not its own.
    pub due: Period,
    /// Where the one before it is due, counted from the same.
    #[serde(skip)]
    pub begins: Period,
    /// Whether the next release waits for it once it is due. Default: it is only told.
    #[serde(default)]
    pub required: bool,
}

/// The windows after a deployment, in the order of time: by when each is to be looked at, on record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Windows {
    /// Right after it.
    #[serde(default)]
    pub immediate: Option<WindowTerms>,
    /// Within the first hours.
    #[serde(default)]
    pub short_term: Option<WindowTerms>,
    /// Within the first days.
    #[serde(default)]
    pub long_term: Option<WindowTerms>,
}

/// A window as it lies after one deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Which.
    pub window: Window,
    /// Whether the next release waits for it.
    pub required: bool,
    /// When it begins.
    pub begins: Timestamp,
    /// By when it is to be looked at.
    pub due: Timestamp,
}

impl Windows {
    /// Those that the plan has, each with its terms.
    pub fn each(&self) -> impl Iterator<Item = (Window, WindowTerms)> {
        let mut copy = *self;
        let terms = copy.all_mut().map(|(window, terms)| Some((window, (*terms)?)));
        terms.into_iter().flatten()
    }

    /// Each with the place for its terms.
    pub fn all_mut(&mut self) -> [(Window, &mut Option<WindowTerms>); 3] {
        [(Window::Immediate, &mut self.immediate), (Window::ShortTerm, &mut self.short_term), (Window::LongTerm, &mut self.long_term)]
    }

    /// The terms of one of them.
    pub fn terms(&self, window: Window) -> Option<WindowTerms> {
        self.each().find(|(own, _)| *own == window).map(|(_, terms)| terms)
    }

    /// As they lie after a deployment that ended at `live`.
    pub fn after(&self, live: Timestamp) -> Vec<Stretch> {
        let at = |period: Period| period.after(live);
        let each = self.each();
        each.map(|(window, terms)| Stretch { window, required: terms.required, begins: at(terms.begins), due: at(terms.due) }).collect()
    }
}
