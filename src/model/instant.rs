//! Instants as people read them.

use jiff::Timestamp;

/// An instant in whole seconds, always in UTC and always saying so: `2026-11-20 17:07:41 UTC`.
pub fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
