//! XML of any length, element by element. A document type without declarations of its own may stand before it, as coverage tools
//! write it; long texts are not kept.

use std::io::{self, BufRead, BufReader, Read};

use quick_xml::{Reader, XmlVersion, events::Event as Raw};

use crate::check::format::without_declarations;

/// Elements within each other.
const DEEPEST: usize = 128;

/// What is kept of a text, and what a tag may have.
const LONGEST_TEXT: usize = 64 << 10;
const LONGEST_TAG: usize = 1 << 20;

/// An element that begins.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    /// Its name without a prefix.
    pub(crate) name: String,
    /// Its attributes, as they are written.
    pub(crate) attributes: Vec<(String, String)>,
}

impl Element {
    /// An attribute's value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What comes next in it.
pub(crate) enum Event {
    /// An element begins.
    Open(Element),
    /// The innermost element ends.
    Close(String),
    /// Text within an element, at least the beginning of it.
    Text(String),
}

/// The document.
pub(crate) struct Events<'s> {
    reader: Reader<BufReader<Thin<'s>>>,
    buffer: Vec<u8>,
    open: Vec<String>,
    begun: bool,
}

impl<'s> Events<'s> {
    pub(super) fn of(source: &'s mut dyn BufRead) -> Self {
        let mut reader =
            Reader::from_reader(BufReader::with_capacity(64 << 10, Thin { source, at: At::Text, run: 0, reference: false, last: [0; 8] }));
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), open: Vec::new(), begun: false }
    }

    /// What comes next; nothing after the end of the root element.
    pub(crate) fn next(&mut self) -> Result<Option<Event>, String> {
        loop {
            self.buffer.clear();
            let at = self.reader.buffer_position();
            let refused = |why: &dyn std::fmt::Display| format!("is no XML: byte {at}: {why}");
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| match error {
                quick_xml::Error::Io(error) => format!("cannot be read: {error}"),
                error => refused(&error),
            })?;
            return Ok(Some(match event {
                Raw::Start(_) if self.begun && self.open.is_empty() => return Err(refused(&"a second root element")),
                Raw::Start(start) => {
                    let name = utf8(start.local_name().as_ref())?;
                    let mut attributes = Vec::new();
                    for attribute in start.attributes() {
                        let attribute = attribute.map_err(|error| refused(&error))?;
                        let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| refused(&error))?;
                        attributes.push((utf8(attribute.key.as_ref())?, value.into_owned()));
                    }
                    self.begun = true;
                    self.open.push(name.clone());
                    if self.open.len() > DEEPEST {
                        return Err(format!("is nested more than {DEEPEST} deep"));
                    }
                    Event::Open(Element { name, attributes })
                }
                Raw::End(_) => Event::Close(self.open.pop().unwrap_or_default()),
                Raw::Text(text) if self.open.is_empty() => {
                    if text.iter().all(u8::is_ascii_whitespace) {
                        continue;
                    }
                    return Err(refused(&"text outside of the root element"));
                }
                Raw::Text(text) => Event::Text(String::from_utf8_lossy(&text).into_owned()),
                Raw::CData(text) => Event::Text(String::from_utf8_lossy(&text).into_owned()),
                Raw::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(c)) => Event::Text(c.into()),
                    _ => match &*reference {
                        b"lt" => Event::Text("<".into()),
                        b"gt" => Event::Text(">".into()),
                        b"amp" => Event::Text("&".into()),
                        b"apos" => Event::Text("'".into()),
                        b"quot" => Event::Text("\"".into()),
                        _ => return Err(refused(&"an entity that is not known")),
                    },
                },
                Raw::DocType(declared) => {
                    without_declarations(&declared)?;
                    continue;
                }
                Raw::Eof => match self.open.last() {
                    Some(open) => return Err(format!("is no XML: it ends within the element `{open}`")),
                    None if !self.begun => return Err("is no XML: it has no element".into()),
                    None => return Ok(None),
                },
                Raw::Decl(_) | Raw::Comment(_) | Raw::PI(_) | Raw::Empty(_) => continue,
            }));
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "is not UTF-8".into())
}

/// The bytes with long texts cut.
struct Thin<'s> {
    source: &'s mut dyn BufRead,
    at: At,
    /// Bytes since that began.
    run: usize,
    /// Within `&…;`.
    reference: bool,
    /// The last bytes.
    last: [u8; 8],
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    Text,
    Tag,
    Quoted(u8),
    /// A comment, CDATA or an instruction, until these bytes.
    Until(&'static [u8]),
}

impl Read for Thin<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written == 0 {
            // A byte becomes at most the three of an end.
            let room = buffer.len() / 3;
            let piece = self.source.fill_buf()?;
            let piece: Vec<u8> = piece[..piece.len().min(room)].to_vec();
            if piece.is_empty() {
                return Ok(0);
            }
            self.source.consume(piece.len());
            for byte in piece {
                for out in self.pass(byte)? {
                    buffer[written] = *out;
                    written += 1;
                }
            }
        }
        Ok(written)
    }
}

impl Thin<'_> {
    /// What is handed on for a byte.
    fn pass(&mut self, byte: u8) -> io::Result<&[u8]> {
        self.last.rotate_left(1);
        self.last[7] = byte;
        self.run += 1;
        let long = self.run > LONGEST_TEXT;
        let begin = |at| (at, 0);
        match self.at {
            At::Text if byte == b'<' => (self.at, self.run, self.reference) = (At::Tag, 0, false),
            At::Text if long && !self.reference => return Ok(&[]),
            // A reference is not cut in two.
            At::Text if self.run > LONGEST_TEXT + LONGEST_TAG => return Err(io::Error::other("a reference has no end")),
            At::Text if byte == b'&' => self.reference = true,
            At::Text if byte == b';' => self.reference = false,
            At::Until(end) if self.last.ends_with(end) => {
                (self.at, self.run) = begin(At::Text);
                return Ok(if long { end } else { &self.last[7..] });
            }
            At::Until(_) if long => return Ok(&[]),
            At::Tag | At::Quoted(_) if self.run > LONGEST_TAG => return Err(io::Error::other("a tag is larger than 1 MiB")),
            At::Tag if self.run == 8 && self.last == *b"![CDATA[" => (self.at, self.run) = begin(At::Until(b"]]>")),
            At::Tag if self.run == 3 && self.last.ends_with(b"!--") => (self.at, self.run) = begin(At::Until(b"-->")),
            At::Tag if self.run == 1 && byte == b'?' => (self.at, self.run) = begin(At::Until(b"?>")),
            At::Tag if byte == b'>' => (self.at, self.run) = begin(At::Text),
            At::Tag if byte == b'"' || byte == b'\'' => self.at = At::Quoted(byte),
            At::Quoted(quote) if byte == quote => self.at = At::Tag,
            _ => {}
        }
        Ok(&self.last[7..])
    }
}
