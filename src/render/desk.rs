//! The pages of the desk: of the same templates and the same escaping as a report.

use minijinja::{context, value::Serde};
use serde::Serialize;

use super::{Page, html, rollout::account, template, view::view};
use crate::rollout::Account;

/// The page of this name, shown to whoever `frame` says.
pub fn page(name: &str, frame: &impl Serialize, view: &impl Serialize) -> String {
    made(name, context! { frame => Serde(frame), it => Serde(view) })
}

/// A report, in the desk's frame.
pub fn release(page: &Page<'_>, frame: &impl Serialize, beside: &impl Serialize) -> String {
    made("release", context! { frame => Serde(frame), it => Serde(beside), ..view(page) })
}

/// A rollout, in the desk's frame.
pub fn rollout(account_of: &Account, frame: &impl Serialize, beside: &impl Serialize) -> String {
    made("rollout", context! { frame => Serde(frame), it => Serde(beside), ..account(account_of) })
}

fn made(name: &str, view: minijinja::Value) -> String {
    // The templates are part of the program, and every page is made in the tests; nothing of what it would have shown is lost
    // by saying that it cannot be shown.
    let quoted = || html::quote("This page could not be made: gonogo has a bug; please report it.");
    html::whole(&template::render(&format!("desk/{name}.html"), view, quoted))
}
