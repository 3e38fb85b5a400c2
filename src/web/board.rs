//! The board: where every project stands.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use axum::{
    extract::{RawQuery, State},
    response::IntoResponse,
};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    Web,
    access::Visitor,
    form::{Fields, place, query},
    page::{Fault, Frame},
};
use crate::{
    acts::desk::{Row, Word},
    model::{Period, utc},
};

/// Rows of one page.
const PAGE: usize = 100;
/// How the rows may be sorted, with what that is called.
const SORTS: [(&str, &str); 4] =
    [("gravity", "most urgent first"), ("name", "by name"), ("oldest", "oldest look first"), ("newest", "newest look first")];

/// What the template is given.
#[derive(Serialize)]
struct View<'v> {
    rows: Vec<Line>,
    /// Each verdict with how many there are, and the address that shows those.
    words: Vec<Count>,
    text: &'v str,
    word: &'v str,
    sort: &'v str,
    sorts: [(&'static str, &'static str); 4],
    all: usize,
    found: usize,
    first: usize,
    page: usize,
    pages: usize,
    before: Option<String>,
    after: Option<String>,
    unread: usize,
    /// Since when nobody knows.
    stale: Option<String>,
    fault: Option<String>,
    asked: Option<String>,
    /// Only the verdicts are shown.
    public: bool,
}

#[derive(Serialize)]
struct Count {
    word: &'static str,
    said: &'static str,
    tone: &'static str,
    count: usize,
    link: String,
    chosen: bool,
}

#[derive(Serialize)]
struct Line {
    project: String,
    environment: String,
    link: Option<String>,
    tone: &'static str,
    sign: char,
    said: &'static str,
    why: Option<String>,
    waiting: Option<String>,
    live: Option<String>,
    live_since: Option<String>,
    live_signed: bool,
    looked: Option<String>,
    age: Option<String>,
    missing: Vec<String>,
    people: Vec<String>,
    emergencies: Vec<String>,
    rollout: Option<(String, String)>,
    own_roles: bool,
    stale: Option<String>,
}

/// The page.
pub(super) async fn board(
    State(web): State<Arc<Web>>,
    Visitor(session): Visitor,
    RawQuery(asked): RawQuery,
) -> Result<impl IntoResponse, Fault> {
    let fields = Fields::of(asked.unwrap_or_default().as_bytes());
    let (text, word, sort) = (fields.or("q", ""), fields.or("verdict", ""), fields.or("sort", SORTS[0].0));
    let (now, shown) = (web.desk.now(), web.desk.board.shown());
    let wanted: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let named: Vec<(&Arc<Row>, Word)> = shown
        .rows
        .iter()
        .map(|row| (row, row.word(now)))
        .filter(|(row, _)| wanted.iter().all(|part| has(row, part, session.is_none())))
        .collect();
    let mut counts: BTreeMap<Word, usize> = BTreeMap::new();
    named.iter().for_each(|(_, word)| *counts.entry(*word).or_default() += 1);
    let mut found: Vec<(&Arc<Row>, Word)> = named.iter().copied().filter(|(_, of)| word.is_empty() || of.name() == word).collect();
    match sort {
        "name" => {}
        "oldest" => found.sort_by_key(|(row, _)| row.looked),
        "newest" => found.sort_by_key(|(row, _)| Reverse(row.looked)),
        _ => found.sort_by_key(|(_, word)| *word),
    }
    let pages = found.len().div_ceil(PAGE).max(1);
    let page = fields.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, pages);
    let public = session.is_none();
    let link = |page: usize| {
        query(&[("q", text), ("verdict", word), ("sort", if sort == SORTS[0].0 { "" } else { sort }), ("page", &page.to_string())])
    };
    let view = View {
        rows: found.iter().skip((page - 1) * PAGE).take(PAGE).map(|(row, word)| line(row, *word, now, public)).collect(),
        words: Word::ALL.iter().filter_map(|(one, name)| Some(count(*one, name, *counts.get(one)?, (text, word)))).collect(),
        text,
        word,
        sort,
        sorts: SORTS,
        all: shown.rows.len(),
        found: found.len(),
        first: (page - 1) * PAGE + 1,
        page,
        pages,
        before: (page > 1).then(|| link(page - 1)),
        after: (page < pages).then(|| link(page + 1)),
        unread: shown.unread,
        stale: shown.asked.filter(|_| !shown.is_fresh(now)).map(utc),
        fault: shown.fault.clone().filter(|_| !public),
        asked: shown.asked.map(utc),
        public,
    };
    Ok(Frame::of(&web, session.as_ref(), "board", "Board").await.page("board", &view))
}

/// Whether a row has this, in small letters, in what people look for.
fn has(row: &Row, part: &str, public: bool) -> bool {
    if public {
        // Whoever is not signed in learns nothing by trying.
        return [&row.project, &row.environment].into_iter().any(|text| text.to_lowercase().contains(part));
    }
    let own = [Some(&row.project), Some(&row.environment), row.waiting.as_ref(), row.live.as_ref().map(|(name, _)| name)];
    own.into_iter().flatten().chain(&row.missing).chain(&row.people).any(|text| text.to_lowercase().contains(part))
}

/// How a verdict is called, its colour and its sign.
fn told(word: Word) -> (&'static str, &'static str, char) {
    match word {
        Word::Untrusted => ("Not to be believed", "no-go", '✗'),
        Word::NoGo => ("NO-GO", "no-go", '✗'),
        Word::Unchecked => ("Not checked", "unknown", '?'),
        Word::Hold => ("HOLD", "hold", '…'),
        Word::Go => ("GO", "go", '✓'),
        Word::Live => ("Live", "live", '●'),
    }
}

fn count(word: Word, name: &'static str, count: usize, (text, chosen): (&str, &str)) -> Count {
    let (said, tone, _) = told(word);
    let chosen = chosen == name;
    // Whoever chooses it again takes it away.
    let link = query(&[("q", text), ("verdict", if chosen { "" } else { name })]);
    Count { word: name, said, tone, count, link: format!("/{link}"), chosen }
}

fn line(row: &Row, word: Word, now: Timestamp, public: bool) -> Line {
    let (said, tone, sign) = told(word);
    let seen = !public && !row.environment.is_empty();
    let own = |text: &Option<String>| text.clone().filter(|_| !public);
    let all = |list: &[String]| if public { Vec::new() } else { list.to_vec() };
    let at = place(&row.project, &row.environment);
    Line {
        project: row.project.clone(),
        environment: row.environment.clone(),
        rollout: own(&row.rollout).map(|told| (told, format!("{at}/rollout"))),
        link: seen.then_some(at),
        tone,
        sign,
        said,
        why: own(&row.why),
        waiting: own(&row.waiting),
        live: row.live.as_ref().map(|(name, _)| name.clone()).filter(|_| !public),
        live_since: row.live.as_ref().map(|(_, since)| utc(*since)),
        live_signed: row.live_signed,
        looked: row.looked.map(utc),
        age: row.looked.map(|looked| age(looked, now)),
        missing: all(&row.missing),
        people: all(&row.people),
        emergencies: all(&row.emergencies),
        own_roles: row.own_roles,
        stale: row.is_stale(now).then(|| utc(row.judged)),
    }
}

/// How long ago, in one unit.
fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = Period::between(at, now).get().as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}
