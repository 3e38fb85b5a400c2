//! The two checksums that Redis and PostgreSQL put into their backups.

/// A reflected CRC of up to 64 bits.
pub(super) struct Crc {
    table: &'static [u64; 256],
    value: u64,
    /// What the value is begun with, and combined with at the end.
    edge: u64,
}

static JONES: [u64; 256] = table(0x95ac_9329_ac4b_c9b5);
static CASTAGNOLI: [u64; 256] = table(0x82f6_3b78);

const fn table(polynomial: u64) -> [u64; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut value = i as u64;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ polynomial } else { value >> 1 };
            bit += 1;
        }
        table[i] = value;
        i += 1;
    }
    table
}

impl Crc {
    /// CRC-64/Redis: the polynomial of Jones, begun with 0. Source: `crc64.c` of Redis.
    pub(super) fn redis() -> Self {
        Self { table: &JONES, value: 0, edge: 0 }
    }

    /// CRC-32C (Castagnoli), as PostgreSQL's manifests have it.
    pub(super) fn castagnoli() -> Self {
        Self { table: &CASTAGNOLI, value: 0xffff_ffff, edge: 0xffff_ffff }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.value = self.table[usize::from(self.value.to_le_bytes()[0] ^ byte)] ^ self.value >> 8;
        }
    }

    pub(super) fn value(&self) -> u64 {
        self.value ^ self.edge
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values() {
        // The check value of both catalogues: over the digits 1 to 9.
        let mut crc = Crc::redis();
        crc.add(b"123456789");
        assert_eq!(crc.value(), 0xe9c6_d914_c4b8_d9ca);
        let mut crc = Crc::castagnoli();
        crc.add(b"123456789");
        assert_eq!(crc.value(), 0xe306_9283);
    }
}
