//! JSON text of a report: small, and still one line a finding, so that `grep` and `diff` find their way.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// `value`, an object, with a line for each key and for each item of its lists; one final newline.
pub(super) fn listing(value: &impl Serialize, room: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(room);
    let mut serializer = Serializer::with_formatter(&mut bytes, Listing { depth: 0, empty: true });
    // Fails only on keys that are no strings and numbers that are not finite: the types here have none.
    if value.serialize(&mut serializer).is_err() {
        bytes.clear();
    }
    bytes.push(b'\n');
    bytes
}

/// Lists and maps within each other, and whether nothing stands in the innermost yet.
struct Listing {
    depth: usize,
    empty: bool,
}

impl Listing {
    fn open(&mut self) {
        (self.depth, self.empty) = (self.depth + 1, true);
    }

    /// Closes a list or map that has lines of its own down to `listed`.
    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, listed: usize) -> io::Result<()> {
        let lines = self.depth == listed && !self.empty;
        (self.depth, self.empty) = (self.depth - 1, false);
        if lines { line(writer, self.depth) } else { Ok(()) }
    }

    fn item<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool, listed: usize) -> io::Result<()> {
        self.empty = false;
        if !first {
            writer.write_all(b",")?;
        }
        if self.depth == listed { line(writer, self.depth) } else { Ok(()) }
    }
}

/// The list of a key in the object; and the object itself.
const LIST: usize = 2;
const OBJECT: usize = 1;

impl Formatter for Listing {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open();
        writer.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, LIST)?;
        writer.write_all(b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.item(writer, first, LIST)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open();
        writer.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, OBJECT)?;
        writer.write_all(b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.item(writer, first, OBJECT)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.depth == OBJECT { b": " } else { b":" })
    }
}

fn line<W: ?Sized + Write>(writer: &mut W, depth: usize) -> io::Result<()> {
    writer.write_all(b"\n")?;
    (0..depth).try_for_each(|_| writer.write_all(b"  "))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn each_key_and_each_item_of_its_lists_has_a_line() {
        let value = json!({ "a": 1, "none": [], "nothing": {}, "map": { "x": [1, 2], "y": {} }, "list": [{ "x": [1], "y": "z" }, 2] });
        let text = String::from_utf8(super::listing(&value, 0)).expect("text");
        let wanted = r#"{
  "a": 1,
  "none": [],
  "nothing": {},
  "map": {"x":[1,2],"y":{}},
  "list": [
    {"x":[1],"y":"z"},
    2
  ]
}
"#;
        assert_eq!(text, wanted);
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), value);
    }
}
