//! Redis' append-only file: commands, each a list of texts with their lengths.

use std::io::{self, BufRead, Read as _};

use super::{
    content::{Content, Family},
    fault::Fault,
};

/// The longest line: a time stamp.
const LONGEST: usize = 64;

/// Whether a file begins as one: `*2\r\n$`, or a time stamp (`#TS:`).
pub(super) fn begins(head: &[u8]) -> bool {
    match head {
        [b'*', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (1..=9).contains(&digits) && rest[digits..].starts_with(b"\r\n$")
        }
        _ => head.starts_with(b"#TS:"),
    }
}

pub(super) fn read(input: &mut dyn BufRead) -> Result<Content, Fault> {
    match commands(input)? {
        0 => Err(Fault::broken("holds no commands")),
        _ => Ok(Content::new("Redis append-only file", Family::Redis)),
    }
}

/// How many commands that change data there are, each read to its end.
pub(super) fn commands(input: &mut dyn BufRead) -> Result<u64, Fault> {
    let mut count = 0;
    while let Some(first) = line(input)? {
        if first.starts_with(b"#") {
            continue;
        }
        let words = number(&first, b'*')?;
        let mut selects = false;
        for i in 0..words {
            let length = number(&line(input)?.ok_or_else(truncated)?, b'$')?;
            let mut kept = Vec::new();
            input.take(length.min(8)).read_to_end(&mut kept)?;
            let rest = length - kept.len() as u64;
            if io::copy(&mut input.take(rest), &mut io::sink())? < rest {
                return Err(truncated());
            }
            let mut end = [0; 2];
            input.read_exact(&mut end)?;
            if &end != b"\r\n" {
                return Err(Fault::broken("is damaged: a text in it is longer than it says"));
            }
            selects |= i == 0 && kept.eq_ignore_ascii_case(b"SELECT");
        }
        count += u64::from(!selects);
    }
    Ok(count)
}

/// The next line without its end, `None` at the end of the file.
fn line(input: &mut dyn BufRead) -> Result<Option<Vec<u8>>, Fault> {
    let mut line = Vec::new();
    input.take(LONGEST as u64).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.ends_with(b"\r\n") {
        line.truncate(line.len() - 2);
        return Ok(Some(line));
    }
    // Cut off, unless it is longer than any line that belongs here.
    if line.len() < LONGEST && !line.ends_with(b"\n") { Err(truncated()) } else { Err(no_command()) }
}

fn number(line: &[u8], mark: u8) -> Result<u64, Fault> {
    let digits =
        line.strip_prefix(&[mark]).filter(|digits| !digits.is_empty() && digits.len() < 16 && digits.iter().all(u8::is_ascii_digit));
    let number = digits.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.parse().ok());
    number.ok_or_else(no_command)
}

fn no_command() -> Fault {
    Fault::broken("is damaged: what should be a command is none")
}

fn truncated() -> Fault {
    Fault::broken("is truncated within its last command")
}
