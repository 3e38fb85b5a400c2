//! What a value can be wrapped in: base64, base32, hexadecimal, percent signs, gzip, UTF-16.

use std::io::Read as _;

use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use data_encoding::BASE32_NOPAD;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// What is unpacked of one value at most.
const LARGEST: u64 = 1 << 20;

/// The bytes within `text` for each encoding that it may be written in, and how a sentence leads over to them.
pub(super) fn layers(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let text = text.trim();
    let mut found = Vec::new();
    if text.len() >= 6 {
        found.extend(base64(marked(text)).map(|bytes| ("base64 of", bytes)));
        found.extend(hexadecimal(text).map(|bytes| ("hexadecimal of", bytes)));
        let base32 = BASE32_NOPAD.decode(text.trim_end_matches('=').as_bytes()).ok().filter(|bytes| bytes.len() >= 8);
        found.extend(base32.map(|bytes| ("base32 of", bytes)));
    }
    if text.contains('%') {
        let bytes: Vec<u8> = percent_encoding::percent_decode_str(text).collect();
        found.extend((bytes != text.as_bytes()).then_some(("URL-encoded,", bytes)));
    }
    found
}

/// The text that `bytes` are, packed or not, and how a sentence leads over to it where they are.
pub(super) fn readable(bytes: &[u8]) -> Option<(&'static str, String)> {
    let unpacked = |from: &mut dyn std::io::Read| {
        let mut out = Vec::new();
        from.take(LARGEST).read_to_end(&mut out).ok().and_then(|_| printable(out))
    };
    let (low, high): (Vec<u8>, Vec<u8>) = bytes.chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip();
    match bytes {
        [0x1f, 0x8b, ..] => Some(("gzip of", unpacked(&mut MultiGzDecoder::new(bytes))?)),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some(("zlib of", unpacked(&mut ZlibDecoder::new(bytes))?)),
        _ if low.len() >= 4 && high.iter().all(|byte| *byte == 0) => Some(("UTF-16 of", printable(low)?)),
        _ => Some(("", printable(bytes.to_vec())?)),
    }
}

fn printable(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let reads = text.chars().all(|c| !c.is_control() || c.is_whitespace()) && text.trim().chars().count() >= 4;
    reads.then_some(text)
}

/// The bytes that `text` writes in hexadecimal or base64, if it clearly does: only letters and digits are text.
pub(super) fn clearly(text: &str) -> Option<Vec<u8>> {
    let marked_text = marked(text);
    hexadecimal(text).filter(|bytes| bytes.len() >= 8).or_else(|| {
        let clear = marked_text.len() >= 16 && (marked_text.len() < text.len() || text.contains(['+', '/', '=', '_', '-']));
        base64(marked_text).filter(|_| clear)
    })
}

/// `text` without what says that base64 follows (Laravel's `base64:`, a data URL).
fn marked(text: &str) -> &str {
    let data = text.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")).map(|(_, rest)| rest);
    data.unwrap_or_else(|| text.strip_prefix("base64:").unwrap_or(text))
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits: Option<Vec<u32>> = text.chars().filter(|c| !matches!(c, '-' | ':' | ' ')).map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() >= 8 && digits.len().is_multiple_of(2))?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

/// Of either alphabet, padded or not, on one line or several.
fn base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let joined: String = text.split_ascii_whitespace().collect();
    let lines = joined.len() == text.len() || text.lines().count() > 1;
    let decode = |alphabet| GeneralPurpose::new(alphabet, config).decode(&joined).ok();
    [&STANDARD, &URL_SAFE].into_iter().filter(|_| lines).find_map(decode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappings_are_told_from_random_text() {
        let inner = |text: &str| layers(text).into_iter().find_map(|(what, bytes)| readable(&bytes).map(|(how, text)| (what, how, text)));
        for (text, what, how) in [
            ("Y2hhbmdlbWU=", "base64 of", ""),
            ("Y2hhbmdlbWU", "base64 of", ""),
            ("base64:Y2hhbmdlbWU=", "base64 of", ""),
            ("data:text/plain;base64,Y2hhbmdlbWU=", "base64 of", ""),
            ("Y2hh\nbmdl\nbWU=\n", "base64 of", ""),
            ("6368616e67656d65", "hexadecimal of", ""),
            ("63:68:61:6e:67:65:6d:65", "hexadecimal of", ""),
            ("MNUGC3THMVWWK===", "base32 of", ""),
            ("change%6de", "URL-encoded,", ""),
            ("YwBoAGEAbgBnAGUAbQBlAA==", "base64 of", "UTF-16 of"),
            ("H4sIAAAAAAAC/0vOSMxLT81NBQAsKdNjCAAAAA==", "base64 of", "gzip of"),
        ] {
            assert_eq!(inner(text), Some((what, how, "changeme".into())), "{text}");
        }
        for text in ["9f86d081884c7d659a2feaa0c55ad015", "Zk3Rw9Lm7Qx2Vb8NcTs6Yh1J", "100%sure%", "hunter2"] {
            assert_eq!(inner(text), None, "{text}");
        }
    }
}
