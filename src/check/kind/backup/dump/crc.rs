//! The two checksums that Redis and PostgreSQL put into their backups.

/// CRC-64/Redis: the polynomial of Jones, reflected, begun with 0. Source: `crc64.c` of Redis.
pub(super) struct Crc64(u64);

const JONES: [u64; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut value = i as u64;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0x95ac_9329_ac4b_c9b5 } else { value >> 1 };
            bit += 1;
        }
        table[i] = value;
        i += 1;
    }
    table
};

impl Crc64 {
    pub(super) fn new() -> Self {
        Self(0)
    }

    pub(super) fn add(&mut self, byte: u8) {
        self.0 = JONES[usize::from(self.0.to_le_bytes()[0] ^ byte)] ^ self.0 >> 8;
    }

    pub(super) fn value(&self) -> u64 {
        self.0
    }
}

/// CRC-32C (Castagnoli), as PostgreSQL's manifests have it.
pub(super) struct Crc32c(u32);

const CASTAGNOLI: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut value = i as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0x82f6_3b78 } else { value >> 1 };
            bit += 1;
        }
        table[i] = value;
        i += 1;
    }
    table
};

impl Crc32c {
    pub(super) fn new() -> Self {
        Self(!0)
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = CASTAGNOLI[usize::from(self.0.to_le_bytes()[0] ^ byte)] ^ self.0 >> 8;
        }
    }

    pub(super) fn value(&self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values() {
        // The check value of both catalogues: over the digits 1 to 9.
        let mut crc = Crc64::new();
        b"123456789".iter().for_each(|byte| crc.add(*byte));
        assert_eq!(crc.value(), 0xe9c6_d914_c4b8_d9ca);
        let mut crc = Crc32c::new();
        crc.add(b"123456789");
        assert_eq!(crc.value(), 0xe306_9283);
    }
}
