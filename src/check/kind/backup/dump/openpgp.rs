//! What gpg encrypts: packets that say how long they are (RFC 9580, section 4.2), so that the end can be proven without a key.

use std::io::{self, BufRead, Read as _};

use super::{
    content::{Content, Family},
    fault::Fault,
    reading::{byte, skip},
};

/// The last line of an armoured message.
const END: &[u8] = b"-----END PGP MESSAGE-----";

/// Packets that hold what is encrypted, signed or compressed: a message ends with one.
const DATA: [u8; 5] = [8, 9, 11, 18, 20];

/// Whether a file begins with the packet of a session key: for a public key (1) or a passphrase (3).
pub(super) fn begins(head: &[u8]) -> bool {
    let (tag, version) = match *head {
        [first @ 0xc0..=0xff, length, version, ..] if length < 192 => (first & 0x3f, version),
        [first @ (0x84 | 0x8c), _, version, ..] | [first @ (0x85 | 0x8d), _, _, version, ..] => (first >> 2 & 0x0f, version),
        _ => return false,
    };
    matches!((tag, version), (1, 3 | 6) | (3, 4..=6))
}

/// Follows the packets of `input` to their end.
pub(super) fn packets(input: &mut dyn BufRead) -> Result<Content, Fault> {
    let mut last = 0;
    while !input.fill_buf()?.is_empty() {
        last = packet(input)?;
    }
    if DATA.contains(&last) { Ok(Content::new("unknown contents, gpg", Family::Other)) } else { Err(Fault::broken("is truncated")) }
}

/// Reads an armoured message to its last line.
pub(super) fn armoured(input: &mut dyn BufRead) -> Result<Content, Fault> {
    let (mut line, mut last) = (Vec::new(), Vec::new());
    while input.take(256).read_until(b'\n', &mut line)? > 0 {
        if !line.trim_ascii().is_empty() {
            last.clone_from(&line);
        }
        line.clear();
    }
    if last.trim_ascii() == END { Ok(Content::new("unknown contents, gpg", Family::Other)) } else { Err(Fault::broken("is truncated")) }
}

/// Skips a packet; its type.
fn packet(input: &mut dyn BufRead) -> Result<u8, Fault> {
    let first = byte(input)?;
    match first {
        0xc0.. => {
            // A body in parts: every part but the last is a power of two long, and says that more follow.
            loop {
                let length = match byte(input)? {
                    short @ 0..=191 => u64::from(short),
                    high @ 192..=223 => (u64::from(high - 192) << 8) + u64::from(byte(input)?) + 192,
                    power @ 224..=254 => {
                        skip(input, 1 << (power & 0x1f))?;
                        continue;
                    }
                    255 => number(input, 4)?,
                };
                skip(input, length)?;
                break;
            }
            Ok(first & 0x3f)
        }
        0x80.. => {
            if first & 3 == 3 {
                return Err(Fault::unread("does not say how long its data is: nothing proves its end"));
            }
            let length = number(input, 1 << (first & 3))?;
            skip(input, length)?;
            Ok(first >> 2 & 0x0f)
        }
        _ => Err(Fault::broken("is damaged: between its packets stands something else")),
    }
}

fn number(input: &mut dyn BufRead, bytes: u32) -> io::Result<u64> {
    (0..bytes).try_fold(0, |number, _| Ok(number << 8 | u64::from(byte(input)?)))
}
