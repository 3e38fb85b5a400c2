//! An answer that is cut off after so many bytes, and of which the beginning is remembered.

use std::io;

use crate::net::watched::Watch;

/// How much of the beginning is kept.
const KEPT: usize = 64;

#[derive(Debug)]
pub(super) struct Capped {
    left: usize,
    /// Whether more came than that.
    pub(super) is_spent: bool,
    pub(super) first: Vec<u8>,
}

impl Capped {
    pub(super) fn new(limit: usize) -> Self {
        Self { left: limit, is_spent: false, first: Vec::new() }
    }
}

impl Watch for Capped {
    fn came(&mut self, read: io::Result<&[u8]>) -> io::Result<()> {
        let bytes = read?;
        self.first.extend(bytes.iter().take(KEPT - self.first.len()));
        self.is_spent = bytes.len() > self.left;
        self.left = self.left.saturating_sub(bytes.len());
        if self.is_spent { Err(io::Error::other("it sends too much")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_at_its_limit_and_keeps_the_beginning() {
        let mut capped = Capped::new(100);
        capped.came(Ok(&[b'x'; 40])).expect("within the limit");
        capped.came(Ok(&[b'y'; 60])).expect("just within the limit");
        assert!(!capped.is_spent);
        assert!(capped.came(Ok(b"z")).is_err());
        assert!(capped.is_spent);
        assert_eq!(capped.first, [[b'x'; 40].as_slice(), &[b'y'; 24]].concat());
    }
}
