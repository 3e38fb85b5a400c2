//! A checklist in Markdown: its boxes in their order, what stands under each, its tables, and where all of it stands.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) title: Option<String>,
    pub(super) boxes: Vec<Item>,
    pub(super) tables: Vec<Table>,
    /// Paragraphs and items outside of boxes, each with the heading it stands under.
    pub(super) loose: Vec<(String, String)>,
    /// Blocks of code outside of boxes.
    pub(super) loose_code: usize,
}

/// One box.
#[derive(Debug, Default)]
pub(super) struct Item {
    /// The place of what stands between its brackets.
    pub(super) mark: usize,
    pub(super) text: String,
    /// The heading it stands under.
    pub(super) section: String,
    /// The box it stands under.
    pub(super) parent: Option<usize>,
    pub(super) code: Vec<Code>,
    /// What else is said under it, not in a box of its own.
    pub(super) notes: Vec<String>,
    pub(super) links: Vec<String>,
}

/// Code of a box.
#[derive(Debug)]
pub(super) struct Code {
    /// The language of a block; `None` within a line.
    pub(super) language: Option<String>,
    pub(super) text: String,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) section: String,
    pub(super) head: Vec<String>,
    /// Each with where it stands.
    pub(super) rows: Vec<(Range<usize>, Vec<String>)>,
    /// Where its head stands.
    pub(super) place: Range<usize>,
}

/// What is being read.
#[derive(Default)]
struct Reader {
    page: Page,
    heading: String,
    /// The open items of lists, each with its box.
    items: Vec<Option<usize>>,
    /// Text that no block has taken yet.
    text: String,
    block: Option<Code>,
    cells: Vec<String>,
}

impl Page {
    /// Places are those in `text`.
    pub(super) fn read(text: &str) -> Self {
        let mut reader = Reader::default();
        for (event, place) in Parser::new_ext(text, Options::ENABLE_TASKLISTS | Options::ENABLE_TABLES).into_offset_iter() {
            reader.take(event, place);
        }
        reader.page
    }

    /// Whether a box is a heading for those under it and says nothing more itself.
    pub(super) fn is_group(&self, index: usize) -> bool {
        let item = &self.boxes[index];
        item.notes.is_empty() && item.code.iter().all(|code| code.language.is_none()) && self.under(index).next().is_some()
    }

    /// The boxes right under one.
    pub(super) fn under(&self, index: usize) -> impl Iterator<Item = usize> {
        (index + 1..self.boxes.len()).filter(move |other| self.boxes[*other].parent == Some(index))
    }
}

impl Reader {
    fn take(&mut self, event: Event<'_>, place: Range<usize>) {
        match event {
            Event::Text(text) => match &mut self.block {
                Some(block) => block.text.push_str(&text),
                None => self.text.extend(text.chars().filter(|c| !['\u{fe0f}', '\u{200d}'].contains(c))),
            },
            Event::Code(code) => {
                self.text.push_str(&format!("`{code}`"));
                if let Some(item) = self.item() {
                    item.code.push(Code { language: None, text: code.into_string() });
                }
            }
            Event::SoftBreak | Event::HardBreak => self.text.push('\n'),
            Event::TaskListMarker(_) => {
                let parent = self.items.iter().rev().skip(1).find_map(|item| *item);
                if let Some(item) = self.items.last_mut() {
                    *item = Some(self.page.boxes.len());
                }
                let section = self.heading.clone();
                self.page.boxes.push(Item { mark: place.start + 1, section, parent, ..Item::default() });
            }
            Event::Start(tag) => self.start(tag, place),
            Event::End(tag) => self.end(tag, place),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, place: Range<usize>) {
        match tag {
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Image { .. } => return,
            Tag::Link { dest_url, .. } => {
                if let Some(item) = self.item().filter(|_| dest_url.starts_with("http")) {
                    item.links.push(dest_url.into_string());
                }
                return;
            }
            _ => self.flush(),
        }
        match tag {
            Tag::Item => self.items.push(None),
            Tag::CodeBlock(kind) => {
                let language = match &kind {
                    CodeBlockKind::Fenced(info) => info.split([' ', ',', '{']).next().unwrap_or_default().to_lowercase(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.block = Some(Code { language: Some(language), text: String::new() });
            }
            Tag::Table(_) => self.page.tables.push(Table { section: self.heading.clone(), place, ..Table::default() }),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, place: Range<usize>) {
        match tag {
            TagEnd::Heading(_) => {
                self.heading = one_line(&std::mem::take(&mut self.text));
                self.page.title.get_or_insert_with(|| self.heading.clone());
            }
            TagEnd::CodeBlock => {
                let block = self.block.take();
                match self.items.iter().rev().find_map(|item| *item) {
                    Some(index) => self.page.boxes[index].code.extend(block),
                    None => self.page.loose_code += 1,
                }
            }
            TagEnd::TableCell => self.cells.push(one_line(&std::mem::take(&mut self.text))),
            TagEnd::TableHead | TagEnd::TableRow => {
                let cells = std::mem::take(&mut self.cells);
                if let Some(table) = self.page.tables.last_mut() {
                    if tag == TagEnd::TableHead { (table.head, table.place) = (cells, place) } else { table.rows.push((place, cells)) }
                }
            }
            TagEnd::Item => {
                self.flush();
                self.items.pop();
            }
            TagEnd::Paragraph => self.flush(),
            _ => {}
        }
    }

    /// The box that what comes now stands under.
    fn item(&mut self) -> Option<&mut Item> {
        let index = self.items.iter().rev().find_map(|item| *item)?;
        self.page.boxes.get_mut(index)
    }

    /// Gives the text to whom it belongs.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return;
        }
        match self.item() {
            Some(item) if item.text.is_empty() => item.text = one_line(&text),
            Some(item) => item.notes.push(one_line(&text)),
            None => self.page.loose.push((self.heading.clone(), text)),
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
