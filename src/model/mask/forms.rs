//! The ways in which programs write a value, the case of ASCII letters apart: as it is, escaped for JSON or HTML,
//! percent-encoded, in hexadecimal, base32 and base64.

use std::fmt::Write as _;

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, Encoding, HEXLOWER};

use crate::model::plain;

/// What stands for itself when percent-encoded: RFC 3986, 2.3; ECMAScript's `encodeURIComponent`; and the query and the
/// path of the WHATWG URL Standard, which programs put into their messages.
const KEPT: [&[u8]; 4] = [b"-._~", b"-._~!'()*", b"-._~!'()*$&+,/:;=?@[]\\^`{|}", b"-._~!'()*$&+,/:;=@[]\\^|"];

/// The ways `value` may come back to be read.
pub(super) fn spellings(value: &str) -> Vec<String> {
    // Quotations have one space for any white space.
    let collapsed = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut forms = vec![value.to_owned(), plain(value).into_owned(), collapsed];
    forms.extend(KEPT.map(|kept| percent_encoded(value, kept)));
    // application/x-www-form-urlencoded.
    forms.push(percent_encoded(value, b"-._*").replace("%20", "+"));
    forms.extend([(false, false), (true, false), (false, true), (true, true)].map(|(ascii, cautious)| json(value, ascii, cautious)));
    // Writers of HTML disagree only about quotes.
    forms.extend([("&quot;", "&#39;"), ("&#34;", "&#39;"), ("&quot;", "&#x27;"), ("&quot;", "'")].map(|quotes| html(value, quotes)));
    forms.sort();
    forms.dedup();
    forms
}

/// The ways in which nobody reads it: the same in each other's alphabets, wherever it stands in what is encoded.
pub(super) fn encodings(value: &str) -> Vec<String> {
    let mut forms: Vec<String> = (0..3).filter_map(|pad| encoded(&BASE64_NOPAD, value, pad)).collect();
    forms.extend(forms.clone().iter().map(|form| form.replace('+', "-").replace('/', "_")));
    forms.extend((0..5).filter_map(|pad| encoded(&BASE32_NOPAD, value, pad)).chain(encoded(&HEXLOWER, value, 0)));
    forms
}

fn percent_encoded(value: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A JSON string without its quotes. `ascii` as Python and PHP write it; `cautious` escapes also what could end a
/// script: Go and Ruby `<`, `>`, `&`, PHP `/`.
fn json(value: &str, ascii: bool, cautious: bool) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if cautious && ascii => out.push_str("\\/"),
            '<' | '>' | '&' if cautious && !ascii => escape(c, &mut out),
            c if c.is_control() || (ascii && !c.is_ascii()) => escape(c, &mut out),
            c => out.push(c),
        }
    }
    out
}

fn escape(c: char, out: &mut String) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        let _ = write!(out, "\\u{unit:04x}");
    }
}

fn html(value: &str, (double, single): (&str, &str)) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', double).replace('\'', single)
}

/// After `pad` other bytes; characters that also depend on the neighbours are cut off at both ends. Too short a rest would
/// be found by chance.
fn encoded(encoding: &Encoding, value: &str, pad: usize) -> Option<String> {
    let bits = encoding.bit_width();
    let padded = [&[0; 4][..pad], value.as_bytes()].concat();
    let stable = (8 * pad).div_ceil(bits)..8 * padded.len() / bits;
    (stable.len() >= 8).then(|| encoding.encode(&padded)[stable].to_owned())
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn knows_how_others_write_it() {
        let forms = spellings("a/\"b\\ 'é<&>\tz");
        for form in [
            r#"a/\"b\\ 'é<&>\tz"#,
            r#"a\/\"b\\ '\u00e9<&>\tz"#,
            r#"a/\"b\\ 'é\u003c\u0026\u003e\tz"#,
            "a/&quot;b\\ &#39;é&lt;&amp;&gt;\tz",
            "a/&#34;b\\ &#39;é&lt;&amp;&gt;\tz",
            "a%2F%22b%5C%20%27%C3%A9%3C%26%3E%09z",
            "a%2F%22b%5C+%27%C3%A9%3C%26%3E%09z",
            "a/%22b\\%20'%C3%A9%3C&%3E%09z",
            "a/\"b\\ 'é<&> z",
        ] {
            assert!(forms.iter().any(|known| known == form), "{form} is not among {forms:#?}");
        }
    }
}
