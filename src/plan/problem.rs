//! What is wrong with a plan, and where.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{
    conceal,
    fault::{Fault, Weight},
    form::Forms,
    marks,
    place::{Place, Sources},
};
use crate::model::{excerpt, plain};

/// Characters of a line that are shown.
const WIDEST: usize = 140;
/// Bytes of a line of which a piece is shown; a longer one is no text that people wrote.
const LONGEST_LINE: usize = 64 * 1024;
/// Problems that are told one by one.
const MOST: usize = 500;
/// Bytes of a message; a key can be as long as a file.
const LONGEST: usize = 600;

/// One problem of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether it stops a run.
    pub weight: Weight,
    /// The file: the plan's folder as it was given, and the name within.
    pub file: String,
    /// Counted from 1; 0 where the problem has no place in the file.
    pub line: u64,
    /// Counted from 1, in characters.
    pub column: u64,
    /// What is wrong: a lowercase fragment, without the value of a variable.
    pub message: String,
    /// What to do next: "did you mean `severity`?".
    pub hint: Option<String>,
    /// `file:line:col`, the line shown and the place underlined, in plain text; message and hint are not in it.
    pub shown: String,
}

/// All of it, as a person reads it: message, place, hint.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n{}", self.weight.word(), self.message, self.shown)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl Problem {
    /// A problem with a file as a whole: it is not there, or cannot be read.
    pub(super) fn of_file(file: &str, message: impl Into<String>, hint: Option<String>) -> Self {
        let file = plain(file).into_owned();
        let shown = format!(" --> {file}");
        Self { weight: Weight::Error, file, line: 0, column: 0, message: message.into(), hint, shown }
    }

    /// What people get to see of `fault`.
    pub(super) fn of(fault: &Fault, sources: &Sources, forms: &mut Forms) -> Self {
        let clean = |text: &str| excerpt(&plain(&conceal::without_passwords(text)), LONGEST).replace(['\n', '\t'], " ");
        let source = sources.of(fault.place);
        let (line, range) = source.line_of(fault.place.start as usize);
        let column = source.text[range.start..(fault.place.start as usize).clamp(range.start, range.end)].chars().count() + 1;
        Self {
            weight: fault.weight,
            file: source.path.clone(),
            line: line as u64 + 1,
            column: column as u64,
            message: clean(&fault.message),
            hint: hint(fault, sources, forms).as_deref().map(clean),
            shown: shown(fault.place, sources, column),
        }
    }

    /// Every fault once, in the order of the files.
    pub(super) fn all(mut faults: Vec<Fault>, sources: &Sources) -> Vec<Self> {
        faults
            .sort_by(|a, b| (a.place.file, a.place.start, a.weight, &a.message).cmp(&(b.place.file, b.place.start, b.weight, &b.message)));
        faults.dedup_by(|a, b| (a.place.file, a.place.start, &a.message) == (b.place.file, b.place.start, &b.message));
        let errors = faults.iter().filter(|fault| fault.weight == Weight::Error).count();
        let told = faults.iter().take(MOST).filter(|fault| fault.weight == Weight::Error).count();
        let mut forms = Forms::default();
        let mut problems: Vec<Self> = faults.iter().take(MOST).map(|fault| Self::of(fault, sources, &mut forms)).collect();
        if faults.len() > MOST
            && let Some(source) = sources.iter().next()
        {
            let weight = if errors > told { Weight::Error } else { Weight::Warning };
            let message = format!("there are {} more problems", faults.len() - MOST);
            problems.push(Self { weight, ..Self::of_file(&source.path, message, None) });
        }
        problems
    }
}

/// What to do next: about a mark that only looks right, in the right form, or as whoever found it says.
fn hint(fault: &Fault, sources: &Sources, forms: &mut Forms) -> Option<String> {
    let own = fault.hint.clone();
    if fault.weight != Weight::Error || own.as_ref().is_some_and(|hint| hint.starts_with("did you mean")) {
        return own;
    }
    let source = sources.of(fault.place);
    let line = &source.text[source.line_of(fault.place.start as usize).1];
    // What a map lacks is not wrong with the words in its first line.
    let lacks = ["the key `", "the check has no kind"].iter().any(|lacks| fault.message.starts_with(lacks));
    if !lacks
        && line.len() <= LONGEST_LINE
        && let Some(advice) = marks::advice(line)
    {
        return Some(advice.to_owned());
    }
    let better = if ["expected a map", "expected a list"].iter().any(|wanted| fault.message.starts_with(wanted)) {
        forms.at(sources, fault.place, &fault.message).map(|form| format!("write `{form}`"))
    } else if fault.message.starts_with("unknown key") {
        forms.home(sources, fault.place)
    } else {
        None
    };
    better.or(own)
}

/// The line with the place underlined. Of a place of several lines the first is shown.
fn shown(place: Place, sources: &Sources, column: usize) -> String {
    let source = sources.of(place);
    let (line, range) = source.line_of(place.start as usize);
    let header = format!(" --> {}:{}:{column}", plain(&source.path), line + 1);
    let text = &source.text[range.clone()];
    if text.trim().is_empty() || text.len() > LONGEST_LINE {
        return header;
    }
    let start = (place.start as usize).clamp(range.start, range.end) - range.start;
    let end = (place.end as usize).clamp(range.start + start, range.end) - range.start;
    let (text, span) = displayed(text, start..end);
    let snippet = Snippet::source(text.as_str()).line_start(line + 1).annotation(AnnotationKind::Primary.span(span));
    let picture = Renderer::plain().term_width(WIDEST + 20).render(&[Group::with_level(Level::ERROR).element(snippet)]);
    format!("{header}\n{}", picture.trim_end())
}

/// A line fit to be shown, and where `span` is in it: secrets are out, control characters escaped, a long line is cut.
fn displayed(line: &str, span: std::ops::Range<usize>) -> (String, std::ops::Range<usize>) {
    let (before, marked, after) = conceal::in_line(line, &span);
    let clean = |text: &str| plain(&text.replace('\t', "    ")).into_owned();
    let (mut before, mut marked, mut after) = (clean(&before), clean(&marked), clean(&after));
    if before.chars().count() + marked.chars().count() + after.chars().count() > WIDEST {
        let skip = before.chars().count().saturating_sub(WIDEST / 2);
        if skip > 0 {
            before = format!("…{}", before.chars().skip(skip).collect::<String>());
        }
        cut(&mut marked, WIDEST / 2);
        cut(&mut after, WIDEST - WIDEST / 2);
    }
    let span = before.len()..before.len() + marked.len();
    (before + &marked + &after, span)
}

fn cut(text: &mut String, most: usize) {
    if text.chars().count() > most {
        *text = text.chars().take(most).chain(['…']).collect();
    }
}
