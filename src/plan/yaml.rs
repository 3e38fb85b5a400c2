//! YAML text to a [`Node`] tree. The only module that knows the YAML parser (serde-saphyr's, named `serde_yaml` here).
//!
//! It works on the parser's events and not on deserialized values, since only events tell a plain scalar from a quoted
//! one and give the bytes each stands in. Aliases and merge keys (`<<`) are resolved here; what they may unfold to, and
//! how deep a file may nest, is limited.

use std::collections::HashMap;

use serde_yaml::granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::{
    fault::Fault,
    node::{Key, Node, Scalar, Style, Value},
    place::Place,
};

/// Lists and maps within each other.
const DEEPEST: usize = 64;
/// What aliases of one file may unfold to, in nodes; what is written out is bounded by the file's size.
const MOST_UNFOLDED: usize = 600_000;

/// The file's only document; `None` if it cannot be read. What can be read on after a problem is.
pub(super) fn parse(file: u32, text: &str, faults: &mut Vec<Fault>) -> Option<Node> {
    let events = Parser::new_from_str(text);
    let mut composer = Composer { events, file, text, faults, anchors: HashMap::new(), nodes: 0, unfolded: 0 };
    match composer.document() {
        Ok(node) => Some(node),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

struct Composer<'t, 'f, I> {
    events: I,
    file: u32,
    text: &'t str,
    faults: &'f mut Vec<Fault>,
    /// Each anchored node with the number of nodes in it.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    /// Those of them that aliases brought, and the copies that anchors keep.
    unfolded: usize,
}

impl<'t, I: Iterator<Item = Result<(Event<'t>, Span), ScanError>>> Composer<'t, '_, I> {
    fn document(&mut self) -> Result<Node, Fault> {
        let top = Place::top(self.file);
        loop {
            match self.next()? {
                (Event::DocumentStart(..), _) => {}
                (Event::StreamEnd | Event::DocumentEnd, _) => return Err(Fault::new(top, "the file is empty")),
                (event, place) => {
                    let node = self.node(event, place, 0)?;
                    self.end()?;
                    return Ok(node);
                }
            }
        }
    }

    fn end(&mut self) -> Result<(), Fault> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(..), place) => {
                    return Err(Fault::new(place, "a second document begins here").hint("a plan file holds one document: split the file"));
                }
                _ => {}
            }
        }
    }

    /// The next event that is not about comments or anchors' names.
    fn next(&mut self) -> Result<(Event<'t>, Place), Fault> {
        loop {
            return match self.events.next() {
                Some(Ok((event, _))) if !matters(&event) => continue,
                Some(Ok((event, span))) => Ok((event, Place::new(self.file, &span.byte_range().unwrap_or_default()))),
                Some(Err(error)) => Err(self.refused(&error)),
                None => Ok((Event::StreamEnd, Place::top(self.file))),
            };
        }
    }

    fn node(&mut self, event: Event<'t>, place: Place, depth: usize) -> Result<Node, Fault> {
        if depth > DEEPEST {
            return Err(Fault::new(place, format!("lists and maps are nested more than {DEEPEST} deep")));
        }
        self.nodes += 1;
        let before = self.nodes;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (Value::Scalar(self.scalar(text.into_owned(), style, tag.as_deref(), place)?), anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), place)?;
                (Value::List(self.list(depth)?), anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), place)?;
                (Value::Map(self.map(depth)?), anchor)
            }
            Event::Alias(anchor) => return self.alias(anchor, place),
            _ => return Err(Fault::new(place, "a value is missing here")),
        };
        let node = Node { place, value };
        if anchor > 0 {
            let size = 1 + self.nodes - before;
            self.unfold(size, place)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(node)
    }

    fn unfold(&mut self, nodes: usize, place: Place) -> Result<(), Fault> {
        self.unfolded = self.unfolded.saturating_add(nodes);
        if self.unfolded <= MOST_UNFOLDED {
            return Ok(());
        }
        Err(Fault::new(place, format!("the aliases of this file unfold to more than {MOST_UNFOLDED} values"))
            .hint("aliases of aliases multiply: write less with them"))
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<Node, Fault> {
        let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
            return Err(Fault::new(place, "an alias stands within its own anchor"));
        };
        self.unfold(size, place)?;
        self.nodes += size;
        Ok(node)
    }

    fn scalar(&self, text: String, style: ScalarStyle, tag: Option<&Tag>, place: Place) -> Result<Scalar, Fault> {
        let text_tag = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
        if !text_tag {
            self.refuse_tag(tag, place)?;
        }
        let plain = style == ScalarStyle::Plain && !text_tag;
        Ok(Scalar { text, style: if plain { Style::Plain } else { Style::Quoted } })
    }

    fn refuse_tag(&self, tag: Option<&Tag>, place: Place) -> Result<(), Fault> {
        match tag {
            None => Ok(()),
            Some(tag) => {
                Err(Fault::new(place, format!("the tag `{}` means nothing here", tag.original())).hint("write the value without a tag"))
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Fault> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, place) => items.push(self.node(event, place, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(Key, Node)>, Fault> {
        let mut entries = Vec::new();
        let mut merged = Vec::new();
        let mut seen = Seen::default();
        loop {
            let (event, place) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..));
            let key = self.node(event, place, depth + 1)?;
            let (event, at) = self.next()?;
            let node = self.node(event, at, depth + 1)?;
            match key.value {
                Value::Scalar(scalar) if plain && scalar.text == "<<" => merged.push(node),
                Value::Scalar(scalar) if !scalar.is_null() => {
                    if let Some(first) = seen.find(&scalar.text, &entries) {
                        self.faults.push(self.twice(&scalar.text, place, first));
                    } else {
                        entries.push((Key { place, text: scalar.text }, node));
                    }
                }
                _ => self.faults.push(Fault::new(place, "a key must be a word")),
            }
        }
        for node in merged {
            self.merge(node, &mut entries, &mut seen);
        }
        // A plan may have ten thousand maps of two keys.
        entries.shrink_to_fit();
        Ok(entries)
    }

    fn twice(&self, key: &str, place: Place, first: Place) -> Fault {
        let line = 1 + self.text.get(..first.start as usize).unwrap_or_default().matches('\n').count();
        Fault::new(place, format!("duplicate key `{key}`, first given in line {line}"))
    }

    /// What stands in the map itself wins over what is merged in, what is merged in first over what comes later.
    fn merge(&mut self, node: Node, entries: &mut Vec<(Key, Node)>, seen: &mut Seen) {
        let place = node.place;
        match node.value {
            Value::Map(more) => {
                for (key, node) in more {
                    if seen.find(&key.text, entries).is_none() {
                        entries.push((key, node));
                    }
                }
            }
            Value::List(items) if items.iter().all(|item| item.entries().is_some()) => {
                items.into_iter().for_each(|item| self.merge(item, entries, seen));
            }
            Value::List(_) | Value::Scalar(_) => self.faults.push(Fault::new(place, "`<<` merges maps: write `<<: *anchor`")),
        }
    }

    /// The parser's own words, but where people meet a problem often.
    fn refused(&self, error: &ScanError) -> Fault {
        let at = error.marker().byte_offset().unwrap_or_default().min(self.text.len());
        let place = Place::new(self.file, &(at..at + self.text[at..].chars().next().map_or(0, char::len_utf8)));
        let line = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let indented_by_tab = self.text[line..].trim_start_matches(' ').starts_with('\t');
        match error.kind() {
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart => tab(place),
            _ if indented_by_tab => tab(place),
            ErrorKind::UnknownAnchor => {
                Fault::new(place, "this alias has no anchor before it").hint("quote the value if its `*` is meant literally")
            }
            ErrorKind::RecursionLimitExceeded => Fault::new(place, format!("lists and maps are nested more than {DEEPEST} deep")),
            ErrorKind::MappingValueNotAllowed => {
                Fault::new(place, "a `:` makes this a key where no key can stand").hint("quote the value, or check the indentation")
            }
            _ => Fault::new(place, format!("not YAML: {}", error.info()))
                .hint("check the indentation, quotes and brackets here and just above"),
        }
    }
}

/// The keys of a map so far. Nearly all maps have a handful, which are searched; of more than these a table is made.
#[derive(Default)]
struct Seen(HashMap<String, Place>);

impl Seen {
    const SEARCHED: usize = 24;

    /// Where `key` stands among `entries`, all of which were found to be new before.
    fn find(&mut self, key: &str, entries: &[(Key, Node)]) -> Option<Place> {
        if entries.len() <= Self::SEARCHED {
            return entries.iter().find(|(known, _)| known.text == key).map(|(known, _)| known.place);
        }
        for (known, _) in &entries[self.0.len()..] {
            self.0.insert(known.text.clone(), known.place);
        }
        self.0.get(key).copied()
    }
}

fn matters(event: &Event<'_>) -> bool {
    event.is_node()
        || matches!(event, Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd | Event::SequenceEnd | Event::MappingEnd)
}

fn tab(place: Place) -> Fault {
    Fault::new(place, "a tab stands in the indentation").hint("YAML wants spaces")
}
