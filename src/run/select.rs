//! Which checks of a plan a run tries, and why not the others.

use std::collections::{BTreeSet, HashMap};

use globset::Glob;

use super::Settings;
use crate::{
    model::{Phase, Severity, is_named, list_of, when},
    plan::{Item, Plan, Standing},
};

/// What a run does with one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Try it.
    Try,
    /// Leave it out: not meant for this environment or phase.
    Skip(String),
    /// Leave it to another run: deselected, or meant for another vantage than this one.
    Leave(String),
    /// It is meant to run, but cannot from here.
    Unknown(String),
}

impl Choice {
    fn is_left_out(&self) -> bool {
        matches!(self, Self::Skip(_) | Self::Leave(_))
    }
}

/// One choice for each check, in the plan's order.
#[derive(Debug, Clone)]
pub struct Selection {
    /// By index into the plan's items.
    pub choices: Vec<Choice>,
    /// Something was left out on request.
    pub partial: bool,
}

/// A selection that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// A selector fits no check: of which option, as given, and a hint to the nearest name there is.
    #[error("`{0} {1}` fits no id, tag or kind of the plan{2}")]
    Unmatched(&'static str, String, String),
    /// `--from` names a vantage that no check of the plan mentions.
    #[error("no check of the plan has `from: {0}`")]
    Vantage(String),
    /// Nothing is left to run.
    #[error("no check is selected: {0}")]
    Nothing(String),
}

impl Selection {
    /// The choice for each check of `plan`.
    ///
    /// # Errors
    /// When a selector fits nothing, or nothing is left: an empty run proves nothing.
    pub fn of(plan: &Plan, settings: &Settings) -> Result<Self, SelectionError> {
        let only = Selectors::new("--only", &settings.only, plan)?;
        let skip = Selectors::new("--skip", &settings.skip, plan)?;
        if let Some(from) = &settings.from
            && !plan.items.iter().any(|item| item.from.as_ref() == Some(from))
        {
            return Err(SelectionError::Vantage(from.clone()));
        }
        let wanted = only.with_needs(plan);
        let own = settings.shard.as_ref().map(|shard| with_needs(plan, |item| shard.holds(&item.id)));
        let choices: Vec<Choice> = plan
            .items
            .iter()
            .map(|item| {
                let choice = choice(item, settings);
                if item.guard || !matches!(choice, Choice::Try | Choice::Unknown(_)) {
                    return choice;
                }
                if wanted.as_ref().is_some_and(|wanted| !wanted.contains(item.id.as_str())) {
                    return Choice::Leave("not among those asked for with `--only`".into());
                }
                if let (Some(shard), Some(own)) = (&settings.shard, &own)
                    && !own.contains(item.id.as_str())
                {
                    return Choice::Leave(format!("looked at by another shard than {}/{}", shard.number, shard.of));
                }
                if let Some(selector) = skip.fitting(item) {
                    return Choice::Leave(format!("left out with `--skip {selector}`"));
                }
                choice
            })
            .collect();
        // What is looked at in a phase of a rollout is not the whole checklist.
        let partial =
            settings.stage.is_some() || settings.shard.is_some() || choices.iter().any(|choice| matches!(choice, Choice::Leave(_)));
        Self { choices, partial }.not_empty(plan, settings, &only)
    }

    fn not_empty(self, plan: &Plan, settings: &Settings, only: &Selectors<'_>) -> Result<Self, SelectionError> {
        // A guard runs whatever is asked for, so it counts only where it is asked for itself.
        let tried = |(item, choice): (&Item, &Choice)| (!item.guard || only.fitting(item).is_some()) && !choice.is_left_out();
        let guards_only = plan.items.iter().all(|item| item.guard);
        // Where there are more machines than checks some have none; the others' shares are what counts.
        // What a stage of a rollout must show are measures; it needs no check.
        let may_be_empty = settings.shard.is_some() || settings.stage.is_some();
        if may_be_empty || plan.items.iter().zip(&self.choices).any(tried) || (guards_only && !plan.items.is_empty()) {
            return Ok(self);
        }
        Err(SelectionError::Nothing(format!(
            "none of the plan's {} checks is meant for environment `{}`, phase `{}` and the given selectors",
            plan.items.len(),
            plan.environment,
            settings.stage.as_ref().map_or_else(|| when(settings.phase, settings.window()), |stage| stage.name.clone())
        )))
    }

    /// How many checks will be tried.
    pub fn tried(&self) -> usize {
        self.choices.iter().filter(|choice| matches!(choice, Choice::Try)).count()
    }
}

fn choice(item: &Item, settings: &Settings) -> Choice {
    if let Standing::Excluded(reason) = &item.standing {
        return Choice::Skip(reason.clone());
    }
    if let Some(stage) = settings.stage.as_ref().filter(|stage| !item.guard && !item.stages.contains(&stage.name)) {
        return Choice::Skip(format!("not meant for the phase {} of the rollout", stage.name));
    }
    let around = settings.stage.is_none();
    // A guard proves that this is the right place; that holds in every phase.
    if around && !item.guard && !item.phases.contains(&settings.phase) {
        let stages = item.stages.iter().map(String::as_str);
        let meant: Vec<&str> = item.phases.iter().map(|phase| phase.word()).chain(stages).collect();
        return Choice::Skip(format!("meant for {}, this run is {}", meant.join(" and "), settings.phase));
    }
    if around && !item.guard && settings.phase == Phase::PostDeploy && !item.windows.contains(&settings.window) {
        let meant: Vec<&str> = item.windows.iter().map(|window| window.word()).collect();
        return Choice::Skip(format!("looked at in the window {}, this run is {}", meant.join(" and "), settings.window));
    }
    if let Some(unknown) = unknown(item) {
        return Choice::Unknown(unknown);
    }
    match (&item.from, &settings.from) {
        (Some(needed), Some(here)) if needed != here => Choice::Leave(format!("runs from `{needed}`, this share runs from `{here}`")),
        (Some(needed), None) => Choice::Unknown(format!("must be run from `{needed}`: run `gonogo verify --from {needed}` there")),
        _ => Choice::Try,
    }
}

/// What the check asks about and this run does not know; nothing is looked at then.
fn unknown(item: &Item) -> Option<String> {
    let first = item.awaits.first()?;
    let (release, said) = (first.starts_with("release."), format!("`${{{first}}}` is not known to this run"));
    Some(if release { format!("{said}: name the release with `--release`, `--commit` or `--artifact`") } else { said })
}

/// The words given to `--only` or `--skip`.
struct Selectors<'a> {
    patterns: Vec<Selector<'a>>,
}

/// As given; a pattern where it is no check's name.
struct Selector<'a> {
    given: &'a str,
    pattern: Option<globset::GlobMatcher>,
}

impl<'a> Selectors<'a> {
    fn new(option: &'static str, given: &'a [String], plan: &Plan) -> Result<Self, SelectionError> {
        let mut patterns = Vec::with_capacity(given.len());
        for selector in given.iter().flat_map(|given| apart(given)) {
            let unmatched = |hint: Option<String>| {
                let hint = hint.map(|hint| format!(": did you mean `{hint}`?")).unwrap_or_default();
                SelectionError::Unmatched(option, selector.to_owned(), hint)
            };
            let pattern = match plan.items.iter().any(|item| is_named(&item.id, selector)) {
                // `smoke[users]` is a member of a list, not a class of characters.
                true => None,
                false => Some(Glob::new(selector).map_err(|_| unmatched(nearest(selector, plan)))?.compile_matcher()),
            };
            let selector = Selector { given: selector, pattern };
            if !plan.items.iter().any(|item| selector.fits(item)) {
                return Err(unmatched(nearest(selector.given, plan)));
            }
            patterns.push(selector);
        }
        Ok(Self { patterns })
    }

    fn fitting(&self, item: &Item) -> Option<&'a str> {
        self.patterns.iter().find(|selector| selector.fits(item)).map(|selector| selector.given)
    }

    /// The ids that fit, with all they need; `None` where no selector was given.
    fn with_needs<'p>(&self, plan: &'p Plan) -> Option<BTreeSet<&'p str>> {
        (!self.patterns.is_empty()).then(|| with_needs(plan, |item| self.fitting(item).is_some()))
    }
}

/// The ids of the checks that fit, with all they need.
fn with_needs(plan: &Plan, fits: impl Fn(&Item) -> bool) -> BTreeSet<&str> {
    let by_id: HashMap<&str, &Item> = plan.items.iter().map(|item| (item.id.as_str(), item)).collect();
    let mut open: Vec<&Item> = plan.items.iter().filter(|item| fits(item)).collect();
    let mut wanted = BTreeSet::new();
    while let Some(item) = open.pop() {
        if wanted.insert(item.id.as_str()) {
            open.extend(item.needs.iter().filter_map(|id| by_id.get(id.as_str()).copied()));
        }
    }
    wanted
}

/// The selectors in `a,b`; a comma in the id of a list's member, `smoke[users,eu]`, parts nothing.
fn apart(given: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    given.split(move |c| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        c == ',' && depth <= 0
    })
}

impl Selector<'_> {
    fn fits(&self, item: &Item) -> bool {
        let list = list_of(&item.id);
        let names = [item.id.as_str(), item.kind.name].into_iter().chain(list).chain(item.tags.iter().map(String::as_str));
        match &self.pattern {
            None => is_named(&item.id, self.given) || names.into_iter().any(|name| name == self.given),
            Some(pattern) => names.into_iter().any(|name| pattern.is_match(name)),
        }
    }
}

fn nearest(selector: &str, plan: &Plan) -> Option<String> {
    let names =
        plan.items.iter().flat_map(|item| [item.id.as_str(), item.kind.name].into_iter().chain(item.tags.iter().map(String::as_str)));
    names
        .map(|name| (strsim::jaro_winkler(selector, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}

/// A warning or informative check never makes a run worth its verdict; said when no blocker is tried.
pub(super) fn relies_on_nothing(plan: &Plan, selection: &Selection) -> bool {
    !plan.items.iter().zip(&selection.choices).any(|(item, choice)| item.severity == Severity::Blocker && !choice.is_left_out())
}
