//! Redis' RDB: the end is found by the checksum over all that precedes it.
//!
//! Nothing of the values is parsed, so that every version's types are read alike. Source: `rdb.c` of Redis 7.

use std::io::{self, BufRead, Read};

use jiff::Timestamp;

use super::{
    aof,
    content::{Content, Family},
    crc::Crc64,
    fault::Fault,
};

/// Ends the data; eight bytes of checksum follow since version 5.
const EOF: u8 = 0xff;
/// A text about the file: two strings.
const AUX: u8 = 0xfa;
/// A library of functions: one string.
const FUNCTION: u8 = 0xf5;

/// Version 5 is the first with a checksum.
const FIRST_WITH_CHECKSUM: u32 = 5;

/// The version that its first nine bytes give: `REDIS0011`, and `VALKEY080` since Valkey 9.
pub(super) fn version(head: &[u8]) -> Option<u32> {
    let digits = head.get(..9).and_then(|head| head.strip_prefix(b"REDIS").or(head.strip_prefix(b"VALKEY")))?;
    std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

/// Reads it to its end; what may follow is an append-only file that began with a snapshot.
pub(super) fn read(input: &mut dyn BufRead) -> Result<Content, Fault> {
    let mut content = Content::new("Redis RDB", Family::Redis);
    let mut front = Front { input, crc: Crc64::new(), made: None };
    let keys = front.read()?;
    content.made = front.made;
    let Front { input, crc, .. } = front;
    let more = if keys == Keys::None { checked_end(input, &crc)? } else { find_end(input, crc)? };
    if more {
        content.format = "Redis append-only file with a snapshot".into();
        let commands = aof::commands(input)?;
        return if keys == Keys::None && commands == 0 { Err(no_keys()) } else { Ok(content) };
    }
    if keys == Keys::None { Err(no_keys()) } else { Ok(content) }
}

fn no_keys() -> Fault {
    Fault::broken("holds no keys")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    None,
    Some,
}

/// What stands before the first database.
struct Front<'a> {
    input: &'a mut dyn BufRead,
    crc: Crc64,
    made: Option<Timestamp>,
}

impl<'a> Front<'a> {
    /// Whether there are keys; the byte that said so has been read.
    fn read(&mut self) -> Result<Keys, Fault> {
        let head = self.bytes(9)?;
        let version = version(&head).unwrap_or_default();
        if version < FIRST_WITH_CHECKSUM {
            return Err(Fault::unread(format!("is an RDB of version {version}, which has no checksum: Redis before 2.6")));
        }
        loop {
            match self.byte()? {
                AUX => {
                    let name = self.text()?;
                    let value = self.text()?;
                    if name == b"ctime" {
                        let seconds = String::from_utf8_lossy(&value).parse().ok();
                        self.made = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
                    }
                }
                FUNCTION => drop(self.text()?),
                EOF => return Ok(Keys::None),
                _ => return Ok(Keys::Some),
            }
        }
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.input.read_exact(&mut byte)?;
        self.crc.add(byte[0]);
        Ok(byte[0])
    }

    fn bytes(&mut self, count: u64) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        self.input.take(count).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < count {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        bytes.iter().for_each(|byte| self.crc.add(*byte));
        Ok(bytes)
    }

    /// A string: its length in 6, 14, 32 or 64 bits, or a small number, or compressed (then of no interest here).
    fn text(&mut self) -> Result<Vec<u8>, Fault> {
        let first = self.byte()?;
        match first >> 6 {
            0 => self.limited(u64::from(first & 0x3f)),
            1 => {
                let low = self.byte()?;
                self.limited(u64::from(first & 0x3f) << 8 | u64::from(low))
            }
            2 => {
                let size = if first == 0x81 { 8 } else { 4 };
                let length = self.bytes(size)?.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
                self.limited(length)
            }
            _ => self.special(first),
        }
    }

    fn special(&mut self, first: u8) -> Result<Vec<u8>, Fault> {
        let number = |bytes: Vec<u8>| {
            let mut all = [if bytes.last().is_some_and(|last| last & 0x80 != 0) { 0xff } else { 0 }; 8];
            all[..bytes.len()].copy_from_slice(&bytes);
            i64::from_le_bytes(all).to_string().into_bytes()
        };
        match first {
            0xc0 => self.bytes(1).map(number),
            0xc1 => self.bytes(2).map(number),
            0xc2 => self.bytes(4).map(number),
            _ => Err(Fault::unread("has a front that is not understood here")),
        }
    }

    /// Texts about the file are short; functions have at most a few megabytes.
    fn limited(&mut self, length: u64) -> Result<Vec<u8>, Fault> {
        if length > 64 << 20 { Err(Fault::broken("is damaged: a text at its front is too long")) } else { self.bytes(length) }
    }
}

/// The checksum that comes now is right, or switched off; whether anything follows it.
fn checked_end(input: &mut dyn BufRead, crc: &Crc64) -> Result<bool, Fault> {
    let mut sum = [0; 8];
    input.read_exact(&mut sum)?;
    let sum = u64::from_le_bytes(sum);
    if sum != crc.value() && sum != 0 {
        return Err(Fault::broken("is damaged: its checksum does not match"));
    }
    Ok(!input.fill_buf()?.is_empty())
}

/// Reads on to the end of the snapshot: an end mark whose following eight bytes are the checksum of all before. Whether
/// anything follows. With the checksum switched off (eight zeros) only the end of the file counts as the end.
fn find_end(input: &mut dyn BufRead, mut crc: Crc64) -> Result<bool, Fault> {
    // The last nine bytes read; the checksum covers all but the last eight of them.
    let mut window = [0_u8; 9];
    let mut filled = 0_usize;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let length = buffer.len();
        for (i, byte) in buffer.iter().enumerate() {
            if filled < 9 {
                window[filled] = *byte;
                filled += 1;
                if filled < 9 {
                    continue;
                }
            } else {
                window.copy_within(1.., 0);
                window[8] = *byte;
            }
            crc.add(window[0]);
            if window[0] == EOF && u64::from_le_bytes(tail(&window)) == crc.value() {
                input.consume(i + 1);
                return Ok(!input.fill_buf()?.is_empty());
            }
        }
        input.consume(length);
    }
    if filled == 9 && window == [EOF, 0, 0, 0, 0, 0, 0, 0, 0] {
        return Ok(false);
    }
    Err(Fault::broken("is truncated or damaged: no end with a matching checksum is in it"))
}

fn tail(window: &[u8; 9]) -> [u8; 8] {
    let mut tail = [0; 8];
    tail.copy_from_slice(&window[1..]);
    tail
}
