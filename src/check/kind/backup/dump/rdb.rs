//! Redis' RDB: the end is found by the checksum over all that precedes it.
//!
//! Nothing of the values is parsed, so that every version's types are read alike. Source: `rdb.c` of Redis 7.

use std::io::{self, BufRead, Read};

use jiff::Timestamp;

use super::{
    aof,
    content::{Content, Family},
    crc::Crc,
    fault::Fault,
    reading::byte,
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
    let mut front = Front { input, crc: Crc::redis(), made: None };
    let has_keys = front.read()?;
    let Front { input, crc, made } = front;
    let more = if has_keys { find_end(input, crc)? } else { checked_end(input, &crc)? };
    let commands = if more { aof::commands(input)? } else { 0 };
    if !has_keys && commands == 0 {
        return Err(Fault::broken("holds no keys"));
    }
    let format = if more { "Redis append-only file with a snapshot" } else { "Redis RDB" };
    Ok(Content { made, ..Content::new(format, Family::Redis) })
}

/// What stands before the first database.
struct Front<'a> {
    input: &'a mut dyn BufRead,
    crc: Crc,
    made: Option<Timestamp>,
}

impl<'a> Front<'a> {
    /// Whether there are keys; the byte that said so has been read.
    fn read(&mut self) -> Result<bool, Fault> {
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
                EOF => return Ok(false),
                _ => return Ok(true),
            }
        }
    }

    fn byte(&mut self) -> io::Result<u8> {
        let byte = byte(self.input)?;
        self.crc.add(&[byte]);
        Ok(byte)
    }

    fn bytes(&mut self, count: u64) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        self.input.take(count).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < count {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        self.crc.add(&bytes);
        Ok(bytes)
    }

    /// A string: its length in 6, 14, 32 or 64 bits, or a small number, or compressed (then of no interest here).
    fn text(&mut self) -> Result<Vec<u8>, Fault> {
        let first = self.byte()?;
        let length = match first >> 6 {
            0 => u64::from(first & 0x3f),
            1 => u64::from(first & 0x3f) << 8 | u64::from(self.byte()?),
            2 => self.bytes(if first == 0x81 { 8 } else { 4 })?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)),
            _ => return self.special(first),
        };
        // Texts about the file are short; functions have at most a few megabytes.
        if length > 64 << 20 { Err(Fault::broken("is damaged: a text at its front is too long")) } else { self.bytes(length) }
    }

    fn special(&mut self, first: u8) -> Result<Vec<u8>, Fault> {
        let number = |bytes: Vec<u8>| {
            let mut all = [if bytes.last().is_some_and(|last| last & 0x80 != 0) { 0xff } else { 0 }; 8];
            all[..bytes.len()].copy_from_slice(&bytes);
            i64::from_le_bytes(all).to_string().into_bytes()
        };
        match first {
            0xc0..=0xc2 => self.bytes(1 << (first & 3)).map(number),
            _ => Err(Fault::unread("has a front that is not understood here")),
        }
    }
}

/// The checksum that comes now is right, or switched off; whether anything follows it.
fn checked_end(input: &mut dyn BufRead, crc: &Crc) -> Result<bool, Fault> {
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
fn find_end(input: &mut dyn BufRead, mut crc: Crc) -> Result<bool, Fault> {
    // The last eight bytes read as one number: the checksum covers all but them. `ended`: they follow an end mark.
    let (mut last, mut read, mut ended) = (0_u64, 0_u64, false);
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let length = buffer.len();
        for (i, byte) in buffer.iter().enumerate() {
            let [covered, ..] = last.to_le_bytes();
            last = last >> 8 | u64::from(*byte) << 56;
            read += 1;
            if read <= 8 {
                continue;
            }
            crc.add(&[covered]);
            ended = covered == EOF;
            if ended && last == crc.value() {
                input.consume(i + 1);
                return Ok(!input.fill_buf()?.is_empty());
            }
        }
        input.consume(length);
    }
    if ended && last == 0 { Ok(false) } else { Err(Fault::broken("is truncated or damaged: no end with a matching checksum is in it")) }
}
