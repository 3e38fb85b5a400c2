//! YAML 1.2 with its core schema: aliases and merge keys (`<<`) are resolved, and counted as what they unfold to.
//!
//! It works on the parser's events, since only they tell a plain scalar from a quoted one: `yes` and `off` are texts, whatever YAML
//! 1.1 made of them.

mod scalar;

use std::collections::HashMap;

use serde_json::{Map, Value};
use serde_yaml::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::{
    json::several,
    limits::{Left, count, height},
};

pub(super) fn read(text: &str, documents: bool, left: Left) -> Result<Value, String> {
    let mut composer = Composer { events: Parser::new_from_str(text), anchors: HashMap::new(), left };
    let mut all = composer.documents()?;
    match all.len() {
        0 => Err("is empty".into()),
        _ if documents => Ok(Value::Array(all)),
        1 => Ok(all.swap_remove(0)),
        count => Err(several(count)),
    }
}

struct Composer<I> {
    events: I,
    /// Each anchored value with the number of values in it, and how deep they go.
    anchors: HashMap<usize, (Value, usize, usize)>,
    left: Left,
}

impl<'t, I: Iterator<Item = Result<(Event<'t>, Span), ScanError>>> Composer<I> {
    fn documents(&mut self) -> Result<Vec<Value>, String> {
        let mut all = Vec::new();
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(all),
                (Event::DocumentStart(..), _) => self.anchors.clear(),
                (Event::DocumentEnd, _) => {}
                (event, line) => match self.value(event, line, 0)? {
                    // An error message, a page: whatever it is, nothing would be found missing in it.
                    Value::String(_) => return Err("is one text and neither a map nor a list: YAML makes that of anything".into()),
                    value => all.push(value),
                },
            }
        }
    }

    /// The next event that is not about comments or anchors' names, with its line.
    fn next(&mut self) -> Result<(Event<'t>, usize), String> {
        loop {
            return match self.events.next() {
                Some(Ok((event, _))) if !matters(&event) => continue,
                Some(Ok((event, span))) => Ok((event, span.start.line())),
                Some(Err(error)) => Err(format!("is no YAML: line {}: {}", error.marker().line(), error.info())),
                None => Ok((Event::StreamEnd, 0)),
            };
        }
    }

    fn value(&mut self, event: Event<'t>, line: usize, depth: usize) -> Result<Value, String> {
        self.left.take(depth)?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, tag.as_deref(), line)?, anchor),
            Event::SequenceStart(_, anchor, tag) => {
                refuse_tag(tag.as_deref(), line)?;
                (self.list(depth)?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                refuse_tag(tag.as_deref(), line)?;
                (self.map(depth)?, anchor)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor);
                let (value, values, height) =
                    known.ok_or_else(|| format!("is no YAML: line {line}: an alias stands within its own anchor"))?;
                self.left.take(depth + height)?;
                self.left.take_many(*values)?;
                return Ok(value.clone());
            }
            _ => return Err(format!("is no YAML: line {line}: a value is missing")),
        };
        if anchor > 0 {
            let values = count(&value);
            self.left.take_many(values)?;
            self.anchors.insert(anchor, (value.clone(), values, height(&value)));
        }
        Ok(value)
    }

    fn list(&mut self, depth: usize) -> Result<Value, String> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(items)),
                (event, line) => items.push(self.value(event, line, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, String> {
        let (mut fields, mut merged) = (Map::new(), Vec::new());
        loop {
            let (event, line) = self.next()?;
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, 0, tag) => {
                    let is_plain = style == ScalarStyle::Plain && tag.is_none();
                    if is_plain && scalar::resolve(&text) == Some(Value::Null) {
                        return Err(format!("has a key in line {line} that is no text"));
                    }
                    (text.into_owned(), is_plain)
                }
                _ => return Err(format!("has a key in line {line} that is no text")),
            };
            let (event, at) = self.next()?;
            let value = self.value(event, at, depth + 1)?;
            match key {
                (key, true) if key == "<<" => merged.push((value, line)),
                (key, _) if fields.contains_key(&key) => {
                    return Err(format!("has the key `{key}` twice in one map, the second time in line {line}"));
                }
                (key, _) => drop(fields.insert(key, value)),
            }
        }
        merged.into_iter().try_for_each(|(value, line)| merge(&mut fields, value, line))?;
        Ok(Value::Object(fields))
    }
}

/// What stands in the map itself wins over what is merged in, what is merged in first over what comes later.
fn merge(fields: &mut Map<String, Value>, value: Value, line: usize) -> Result<(), String> {
    match value {
        Value::Object(more) => {
            for (key, value) in more {
                fields.entry(key).or_insert(value);
            }
        }
        Value::Array(items) if items.iter().all(Value::is_object) => {
            items.into_iter().try_for_each(|item| merge(fields, item, line))?;
        }
        _ => return Err(format!("merges something into the map in line {line} that is no map")),
    }
    Ok(())
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, line: usize) -> Result<Value, String> {
    let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
    if !is_text {
        refuse_tag(tag, line)?;
    }
    if is_text || style != ScalarStyle::Plain {
        return Ok(text.into());
    }
    scalar::resolve(text).ok_or_else(|| format!("has `{text}` in line {line}, which is no number that can be compared"))
}

fn refuse_tag(tag: Option<&Tag>, line: usize) -> Result<(), String> {
    tag.map_or(Ok(()), |tag| Err(format!("has the tag `{}` in line {line}, which is not read", tag.original())))
}

fn matters(event: &Event<'_>) -> bool {
    event.is_node()
        || matches!(event, Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd | Event::SequenceEnd | Event::MappingEnd)
}
