//! XML: an object with the root element under its name. An element is an object: its attributes as `@name`, its text as `#text`,
//! and for each name of its children the list of them, also of one. Names keep the prefix that is written.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};
use serde_json::{Map, Value};

use super::limits::Left;

/// An element that has not ended yet.
struct Open {
    name: String,
    fields: Map<String, Value>,
    text: String,
}

pub(super) fn read(text: &str, mut left: Left) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Open> = Vec::new();
    let mut root: Option<Value> = None;
    loop {
        let at = reader.buffer_position();
        let refused = |why: &dyn std::fmt::Display| format!("is no XML: line {}: {why}", line(text, at));
        match reader.read_event().map_err(|error| refused(&error))? {
            Event::Start(start) if root.is_some() && open.is_empty() => {
                return Err(refused(&format!("a second root element, `{}`", String::from_utf8_lossy(start.name().as_ref()))));
            }
            Event::Start(start) => {
                left.take(open.len() + 1)?;
                open.push(begin(&start, &mut left).map_err(|why| refused(&why))?);
            }
            Event::End(_) => end(&mut open, &mut root),
            Event::Text(piece) => add(&mut open, &piece.xml10_content().map_err(|error| refused(&error))?).map_err(|why| refused(&why))?,
            Event::CData(piece) => add(&mut open, &piece.xml10_content().map_err(|error| refused(&error))?).map_err(|why| refused(&why))?,
            Event::GeneralRef(reference) => {
                let c = character(&reference).map_err(|why| refused(&why))?;
                add(&mut open, c.encode_utf8(&mut [0; 4])).map_err(|why| refused(&why))?;
            }
            Event::DocType(declared) => without_declarations(&declared)?,
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
        }
    }
    match (open.last(), root) {
        (Some(open), _) => Err(format!("is no XML: it ends within the element `{}`", open.name)),
        (None, None) => Err("is no XML: it has no element".into()),
        (None, Some(root)) => Ok(root),
    }
}

/// That a document type has no declarations of its own: those may change what the rest means. Whatever it refers to is never fetched.
pub(crate) fn without_declarations(declared: &[u8]) -> Result<(), String> {
    if declared.contains(&b'[') {
        return Err("has a document type with declarations of its own, which are not read: they may change what the rest means".into());
    }
    Ok(())
}

fn begin(start: &BytesStart<'_>, left: &mut Left) -> Result<Open, String> {
    let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
    let mut fields = Map::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        left.take_many(1).map_err(|why| format!("it {why}"))?;
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| error.to_string())?;
        fields.insert(format!("@{}", String::from_utf8_lossy(attribute.key.as_ref())), value.into());
    }
    Ok(Open { name, fields, text: String::new() })
}

/// Puts the element that ends into the one around it, or at the top.
fn end(open: &mut Vec<Open>, root: &mut Option<Value>) {
    let Some(Open { name, mut fields, text }) = open.pop() else { return };
    if !text.trim().is_empty() {
        fields.insert("#text".into(), text.trim().into());
    }
    let element = Value::Object(fields);
    match open.last_mut() {
        Some(around) => match around.fields.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(all) => all.push(element),
            other => *other = element,
        },
        None => *root = Some(Value::Object(Map::from_iter([(name, element)]))),
    }
}

fn add(open: &mut [Open], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(open) => open.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("text outside of the root element".into()),
    }
    Ok(())
}

/// What a reference stands for: a character, or one of XML's own five names (XML 1.0, 4.6).
fn character(reference: &BytesRef<'_>) -> Result<char, String> {
    if let Some(c) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(c);
    }
    let name = String::from_utf8_lossy(reference);
    Ok(match name.as_ref() {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return Err(format!("the entity `&{name};` is not known")),
    })
}

fn line(text: &str, at: u64) -> usize {
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
    1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count()
}
