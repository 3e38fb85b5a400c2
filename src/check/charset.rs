//! A body as text, in the charset that it names.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// How much of a page is looked through for the charset that it names itself (WHATWG HTML, 13.2.3.2).
const PRESCAN: usize = 1024;

/// The text, and whether all of it was read: nothing is proven to be missing from what was not. The charset is that of the
/// byte order mark, else of `content_type`, else the one that the page names, else UTF-8. `whole`: the body ends there.
pub(crate) fn decode<'b>(content_type: Option<&str>, bytes: &'b [u8], whole: bool) -> (Cow<'b, str>, bool) {
    let named = Encoding::for_bom(bytes).map(|(encoding, _)| Some(encoding)).unwrap_or_else(|| {
        let label = content_type.and_then(parameter).map(str::to_owned).or_else(|| within(&bytes[..bytes.len().min(PRESCAN)]));
        label.map_or(Some(UTF_8), |label| Encoding::for_label(label.as_bytes()))
    });
    let Some(encoding) = named else { return (String::from_utf8_lossy(bytes), false) };
    if encoding == UTF_8
        && let Err(error) = std::str::from_utf8(bytes)
        // A character cut in two at the end of what was kept is no fault of the target.
        && error.error_len().is_none()
        && !whole
    {
        return (String::from_utf8_lossy(bytes), true);
    }
    let (text, _, wrong) = encoding.decode(bytes);
    // Every other character is such a zero in a charset of two bytes that nobody named.
    let read = !wrong && !text.contains('\0');
    (text, read)
}

/// The parameter `charset` of a media type (RFC 9110, 8.3.2).
fn parameter(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then_some(value.trim().trim_matches('"'))
    })
}

/// `<meta charset="…">`, `<meta … content="text/html; charset=…">`, `<?xml … encoding="…"?>`.
fn within(start: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let text = text.trim_start();
    let after = |mark: &str| text.split_once(mark).map(|(_, rest)| rest);
    let rest = if text.starts_with("<?xml") { after("encoding=") } else { after("<meta").and_then(|_| after("charset=")) }?;
    let label: String =
        rest.trim_start_matches(['"', '\'']).chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c)).collect();
    (!label.is_empty()).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn a_text_is_read_as_what_it_is() {
        let bom = [&[0xff, 0xfe][..], &utf16("Debug")].concat();
        let plain = utf16("Debug");
        for (content_type, bytes, text, read) in [
            (None, "grün".as_bytes(), "grün", true),
            (None, &bom, "Debug", true),
            (Some("text/plain; charset=utf-16le"), &plain, "Debug", true),
            (None, &plain, "D\0e\0b\0u\0g\0", false),
            (Some("text/plain; Charset=\"ISO-8859-1\""), b"gr\xfcn", "grün", true),
            (None, b"gr\xfcn", "gr\u{fffd}n", false),
            (Some("text/plain; charset=martian"), b"green", "green", false),
            (Some("text/html"), b"<html><meta charset='iso-8859-1'>gr\xfcn", "<html><meta charset='iso-8859-1'>grün", true),
            (None, b"<?xml version='1.0' encoding='iso-8859-1'?>gr\xfcn", "<?xml version='1.0' encoding='iso-8859-1'?>grün", true),
        ] {
            assert_eq!(decode(content_type, bytes, true), (text.into(), read), "{content_type:?} {text}");
        }
        assert!(decode(None, &"grün".as_bytes()[..3], false).1, "cut within a character");
        assert!(!decode(None, &"grün".as_bytes()[..3], true).1);
    }
}
