//! The readers of backup files.

use std::{
    io::Read,
    time::{Duration, Instant},
};

use gonogo::check::kind::backup::dump::{Accepts, Content, Fault, read_stream};

/// A stream is a backup or has a fault, however it arrives; the words for it do nothing to a terminal; what is
/// whole is so whatever else would have done; and half of a dump is none.
pub(crate) fn holds(input: &[u8]) {
    let Some(found) = read(input, Accepts::Known) else { return };
    match &found {
        Ok(content) => {
            assert!(!content.format.is_empty() && content.format.len() < 200, "{content:?}");
            assert!(content.tables.len() <= input.len() * 1024, "{} tables in {} bytes", content.tables.len(), input.len());
            assert_eq!(read(input, Accepts::Bytes), Some(found.clone()), "contents that are not known would do, and these do not");
            if ["pg_dump custom", "Redis RDB"].contains(&content.format.as_str()) {
                for length in [input.len() / 2, input.len() - 1] {
                    assert!(
                        matches!(read(&input[..length], Accepts::Known), Some(Err(_)) | None),
                        "{length} bytes of {} are whole",
                        input.len()
                    );
                }
            }
        }
        Err(fault) => {
            let said = fault.to_string();
            assert!(*fault != Fault::Changing, "a stream does not change");
            assert!(!said.is_empty() && said.len() < 1_000 && !said.contains(char::is_control), "{said:?}");
        }
    }
    // Of several faults another may be met first.
    if let Some(again) = in_time(|until| read_stream(Drops(input), Accepts::Known, until)) {
        assert_eq!(again.ok(), found.ok(), "in small pieces it is another");
    }
}

fn read(input: &[u8], accepts: Accepts) -> Option<Result<Content, Fault>> {
    in_time(|until| read_stream(input, accepts, until))
}

/// `None` for what takes longer than it is given, as a bomb does. That it ends soon then the fuzzer's own limit says.
fn in_time(read: impl FnOnce(Instant) -> Result<Content, Fault>) -> Option<Result<Content, Fault>> {
    let until = Instant::now() + Duration::from_secs(1);
    let found = read(until);
    let late = Instant::now().saturating_duration_since(until);
    assert!(late < Duration::from_secs(5), "it ended {late:?} after its time");
    late.is_zero().then_some(found)
}

/// Gives a few bytes at a time.
struct Drops<'i>(&'i [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let length = buf.len().min(1 + self.0.len() % 7);
        (&mut self.0).take(length as u64).read(buf)
    }
}
