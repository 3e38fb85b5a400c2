//! A statement with its signature as a file: a DSSE envelope
//! (<https://github.com/secure-systems-lab/dsse/blob/master/envelope.md>).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// What SSH signatures of this program are made for; a signature for anything else proves nothing here.
pub const NAMESPACE: &str = "gonogo";
/// The type of every payload.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The bytes that are signed for `payload`: DSSE's pre-authentication encoding.
pub fn pae(payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// One small file that somebody signs and sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The statement's exact bytes.
    pub payload: Vec<u8>,
    /// The armored SSH signature over its [`pae`].
    pub signature: String,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(rename = "payloadType")]
    payload_type: String,
    payload: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize)]
struct WireSignature {
    /// Empty where no key is named: readers of in-toto want it there.
    #[serde(default)]
    keyid: String,
    /// Base64 of the armored SSH signature.
    sig: String,
}

impl Envelope {
    /// The file's bytes; `keyid` is the fingerprint of the key, a hint and no proof.
    pub fn to_json(&self, keyid: &str) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(&self.wire(keyid)).unwrap_or_default();
        json.push(b'\n');
        json
    }

    /// The same on a line, of a key that is not named.
    pub fn to_line(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec(&self.wire("")).unwrap_or_default();
        json.push(b'\n');
        json
    }

    fn wire(&self, keyid: &str) -> Wire {
        Wire {
            payload_type: PAYLOAD_TYPE.into(),
            payload: STANDARD.encode(&self.payload),
            signatures: vec![WireSignature { keyid: keyid.to_owned(), sig: STANDARD.encode(&self.signature) }],
        }
    }

    /// Reads such a file; an error says why it is none.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        let wire: Wire = serde_json::from_slice(json).map_err(|error| format!("this is no signature file: {error}"))?;
        if wire.payload_type != PAYLOAD_TYPE {
            return Err(format!("its payload is `{}`, wanted `{PAYLOAD_TYPE}`", crate::model::excerpt(&wire.payload_type, 64)));
        }
        let [signature] = wire.signatures.as_slice() else {
            return Err(format!("it has {} signatures, wanted exactly one", wire.signatures.len()));
        };
        let payload = STANDARD.decode(&wire.payload).map_err(|error| format!("its payload is not base64: {error}"))?;
        let armored = STANDARD.decode(&signature.sig).map_err(|error| format!("its signature is not base64: {error}"))?;
        let signature = String::from_utf8(armored).map_err(|_| "its signature is not text".to_owned())?;
        Ok(Self { payload, signature })
    }
}
