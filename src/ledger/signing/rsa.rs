//! RSA through `ring`: the `ssh-key` crate signs wrongly with it, and the `rsa` crate leaks by its timing
//! (RUSTSEC-2023-0071).

use num_bigint::BigUint;
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, KeyPairComponents, PublicKeyComponents},
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA512},
};
use ssh_key::{Mpint, private::RsaKeypair, public::RsaPublicKey};
use zeroize::Zeroizing;

use super::wire::put_string;

/// `Some` if the signature fits (RFC 8332: `rsa-sha2-256` and `rsa-sha2-512`).
pub(super) fn verify(key: &RsaPublicKey, algorithm: &str, data: &[u8], signature: &[u8]) -> Option<()> {
    let parameters = match algorithm {
        "rsa-sha2-256" => &RSA_PKCS1_2048_8192_SHA256,
        "rsa-sha2-512" => &RSA_PKCS1_2048_8192_SHA512,
        _ => return None,
    };
    let public = PublicKeyComponents { n: key.n.as_positive_bytes()?, e: key.e.as_positive_bytes()? };
    public.verify(parameters, data, signature).ok()
}

/// The signature of `data` in SSH's encoding, or why this key cannot sign here.
pub(super) fn sign(pair: &RsaKeypair, data: &[u8]) -> Result<Vec<u8>, &'static str> {
    let pair = key_pair(pair)
        .ok_or("cannot sign here, it is damaged or has more than 4096 bits: load it into ssh-agent and give its .pub file")?;
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA512, &SystemRandom::new(), data, &mut signature).map_err(|_| "could not sign")?;
    let mut encoded = Vec::new();
    put_string(&mut encoded, b"rsa-sha2-512");
    put_string(&mut encoded, &signature);
    Ok(encoded)
}

fn key_pair(pair: &RsaKeypair) -> Option<KeyPair> {
    let (d, p, q) = (bytes(&pair.private.d)?, bytes(&pair.private.p)?, bytes(&pair.private.q)?);
    // OpenSSH's format leaves out the two exponents of the Chinese remainder theorem (RFC 8017, section 3.2).
    let (exponent_p, exponent_q) = (exponent(d, p)?, exponent(d, q)?);
    let components = KeyPairComponents {
        public_key: PublicKeyComponents { n: bytes(&pair.public.n)?, e: bytes(&pair.public.e)? },
        d,
        p,
        q,
        dP: exponent_p.as_slice(),
        dQ: exponent_q.as_slice(),
        qInv: bytes(&pair.private.iqmp)?,
    };
    KeyPair::from_components(&components).ok()
}

/// `d` modulo `prime` - 1.
fn exponent(d: &[u8], prime: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (d, prime, one) = (BigUint::from_bytes_be(d), BigUint::from_bytes_be(prime), BigUint::from(1u8));
    // A hostile file may have any number there; the remainder of a division by nothing is a panic.
    (prime > one).then(|| Zeroizing::new((d % (prime - one)).to_bytes_be()))
}

fn bytes(number: &Mpint) -> Option<&[u8]> {
    number.as_positive_bytes()
}
