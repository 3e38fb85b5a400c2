//! The template engine: templates from the binary, strict about unknown names, and escaping by itself. No text gets
//! into a page unless it went through [`inert`] and through the escaping of the page's own syntax.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, escape_formatter, syntax::SyntaxConfig, value::Value};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{html, inert, markdown};

/// The templates, by the name that chooses their escaping: the pages and the parts they include.
const TEMPLATES: [(&str, &str); 29] = [
    ("report.html", include_str!("../../templates/report.html")),
    ("accepted.html", include_str!("../../templates/accepted.html")),
    ("signoff.html", include_str!("../../templates/signoff.html")),
    ("deployments.html", include_str!("../../templates/deployments.html")),
    ("rollout.html", include_str!("../../templates/rollout.html")),
    ("stage.html", include_str!("../../templates/stage.html")),
    ("stage-style.html", include_str!("../../templates/stage-style.html")),
    ("style.html", include_str!("../../templates/style.html")),
    ("desk/frame.html", include_str!("../../templates/desk/frame.html")),
    ("desk/style.html", include_str!("../../templates/desk/style.html")),
    ("desk/nav.html", include_str!("../../templates/desk/nav.html")),
    ("desk/board.html", include_str!("../../templates/desk/board.html")),
    ("desk/release.html", include_str!("../../templates/desk/release.html")),
    ("desk/rollout.html", include_str!("../../templates/desk/rollout.html")),
    ("desk/log.html", include_str!("../../templates/desk/log.html")),
    ("desk/me.html", include_str!("../../templates/desk/me.html")),
    ("desk/login.html", include_str!("../../templates/desk/login.html")),
    ("desk/invite.html", include_str!("../../templates/desk/invite.html")),
    ("desk/sign.html", include_str!("../../templates/desk/sign.html")),
    ("desk/put.html", include_str!("../../templates/desk/put.html")),
    ("desk/done.html", include_str!("../../templates/desk/done.html")),
    ("desk/error.html", include_str!("../../templates/desk/error.html")),
    ("desk/passkey.html", include_str!("../../templates/desk/passkey.html")),
    ("report.md", include_str!("../../templates/report.md")),
    ("accepted.md", include_str!("../../templates/accepted.md")),
    ("signoff.md", include_str!("../../templates/signoff.md")),
    ("deployments.md", include_str!("../../templates/deployments.md")),
    ("rollout.md", include_str!("../../templates/rollout.md")),
    ("stage.md", include_str!("../../templates/stage.md")),
];

/// What may stand in a part of an address as it is: a `.` may not, alone it means another.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// The page of `view` made with the template of this name.
///
/// The templates are part of the program and every sample report goes through them in the tests; should one fail all
/// the same, the reader gets the plain text instead, as `quoted` makes it safe, and never less than the whole report.
pub(super) fn render(name: &str, view: Value, quoted: impl FnOnce() -> String) -> String {
    try_render(name, view).unwrap_or_else(|_| quoted())
}

/// The engines, each made once: of HTML, and of Markdown.
static ENGINES: [LazyLock<Result<Environment<'static>, Error>>; 2] = [LazyLock::new(|| engine("html")), LazyLock::new(|| engine("md"))];

pub(super) fn try_render(name: &str, view: Value) -> Result<String, Error> {
    let [html, markdown] = &ENGINES;
    let engine = if name.ends_with(".html") { html } else { markdown };
    let engine = engine.as_ref().map_err(|error| Error::new(error.kind(), error.to_string()))?;
    engine.get_template(name)?.render(view)
}

fn engine(syntax: &str) -> Result<Environment<'static>, Error> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    env.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::Custom("markdown".into()) });
    env.set_formatter(escape);
    env.add_filter("code", |text: &str| Value::from_safe_string(markdown::code(text)));
    env.add_filter("link", |text: &str| Value::from_safe_string(markdown::link(text)));
    env.add_filter("spans", |text: &str| Value::from_safe_string(html::spans(text)));
    env.add_filter("unbroken", |text: &str| Value::from_safe_string(html::unbroken(text)));
    env.add_filter("css", |text: &str| Value::from_safe_string(html::css(text)));
    env.add_filter("lines", |text: &str| Value::from_safe_string(markdown::lines(text)));
    env.add_filter("log", |text: &str| Value::from_safe_string(markdown::log(text)));
    env.add_filter("segment", |text: &str| utf8_percent_encode(text, SEGMENT).to_string());
    for (part, source) in TEMPLATES.into_iter().filter(|(part, _)| part.rsplit('.').next() == Some(syntax)) {
        env.add_template(part, source)?;
    }
    Ok(env)
}

fn escape(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    match (value.as_str(), state.auto_escape()) {
        (Some(text), _) if value.is_safe() => Ok(out.write_str(text)?),
        (Some(text), AutoEscape::Custom(_)) => Ok(out.write_str(&markdown::text(text))?),
        (Some(text), _) => escape_formatter(out, state, &Value::from(inert::text(text))),
        (None, AutoEscape::Custom(_)) => Ok(write!(out, "{value}")?),
        (None, _) => escape_formatter(out, state, value),
    }
}
