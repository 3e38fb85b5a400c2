//! The Markdown page and the summary, read by a parser that follows CommonMark with GitHub's extensions.

use std::collections::BTreeMap;

use gonogo::render::{Page, summary};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{acts, all_pages, payload};

/// How often each kind of block and span stands in the page, and the running text outside code.
pub(in super::super) fn read(markdown: &str) -> (BTreeMap<String, usize>, String) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES;
    let mut shape: BTreeMap<String, usize> = BTreeMap::new();
    let mut text = String::new();
    let mut block = false;
    for event in Parser::new_ext(markdown, options) {
        let name = match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("http://") || dest_url.starts_with("https://"), "{dest_url}");
                continue;
            }
            // Nobody is called from within a code block.
            Event::Text(_) if block => continue,
            Event::End(TagEnd::CodeBlock) => {
                block = false;
                continue;
            }
            Event::Start(Tag::CodeBlock(_)) => {
                block = true;
                "code block".to_owned()
            }
            Event::Start(tag) => format!("{:?}", tag.to_end()),
            Event::Html(html) | Event::InlineHtml(html) => {
                text.push('\n');
                format!("html {}", html.trim())
            }
            Event::Text(words) => {
                text += &words;
                continue;
            }
            Event::Code(_) | Event::End(_) | Event::SoftBreak => {
                text.push('\n');
                continue;
            }
            other => format!("{other:?}"),
        };
        *shape.entry(name).or_default() += 1;
    }
    (shape, text)
}

/// Every page and summary of the report with `attack` everywhere: without a record and with each.
fn pages(attack: &str) -> Vec<String> {
    let report = payload::everywhere(attack);
    let mut pages = all_pages("markdown", attack);
    pages.push(summary(&Page::new(&report), 60_000));
    pages.extend(payload::records(attack).iter().map(|record| summary(&Page::new(&report).with_record(record), 60_000)));
    pages
}

#[test]
fn no_text_becomes_markup() {
    let wanted: Vec<_> = pages(payload::HARMLESS).iter().map(|page| shape(page)).collect();
    let ours = ["html <details>", "html </details>", "html <summary>"];
    for shape in &wanted {
        assert!(shape.keys().filter(|name| name.starts_with("html")).all(|name| ours.iter().any(|tag| name.starts_with(tag))), "{shape:?}");
    }
    for attack in payload::ATTACKS {
        for (markdown, wanted) in pages(attack).iter().zip(&wanted) {
            assert_eq!(shape(markdown), *wanted, "{attack:?}\n{markdown}");
        }
    }
}

/// But for the ends of lines: those of advice, comments and notes are kept; and for code that holds a `|`.
fn shape(markdown: &str) -> BTreeMap<String, usize> {
    let (mut shape, _) = read(markdown);
    for tag in ["html <br>", "html <code>", "html </code>"] {
        shape.remove(tag);
    }
    shape
}

#[test]
fn nobody_is_called_and_nothing_is_linked() {
    for attack in payload::ATTACKS {
        for markdown in pages(attack) {
            let (_, text) = read(&markdown);
            let characters: Vec<char> = text.chars().collect();
            for pair in characters.windows(2) {
                assert!(!(matches!(pair[0], '@' | '#') && pair[1].is_alphanumeric()), "{attack}: {text}");
            }
            // What is linked at all stands in angle brackets, which the parser takes for a link.
            assert!(!text.contains("GH-2") && !text.contains("www.evil"), "{attack}: {text}");
        }
    }
}

#[test]
fn no_character_acts() {
    for attack in payload::ATTACKS {
        for markdown in pages(attack) {
            assert_eq!(markdown.chars().find(|c| acts(*c)), None, "{attack:?}");
        }
    }
}

#[test]
fn a_log_commands_nobody() {
    for attack in payload::ATTACKS {
        for markdown in all_pages("markdown", attack) {
            assert!(!markdown.lines().any(|line| line.trim_start().starts_with("::")), "{attack:?}");
        }
    }
}
