//! The YAML documents in a file, with limits.

use serde_json::Value;

use crate::{
    check::format::{self, Form, Format, Limits},
    model::{Size, beginning, plain},
};

/// No file that people write is larger.
pub(super) const LIMITS: Limits = Limits { size: Size(4 << 20), depth: 64, values: 200_000 };

/// Reads them; a file that cannot be read says why, in a fragment that reads well after its name.
pub(super) fn documents(bytes: &[u8]) -> Result<Vec<Value>, String> {
    let form = Form { documents: true, ..Format::Yaml.into() };
    match format::read(bytes, form, LIMITS).map_err(|why| beginning(&plain(&why), 400).to_owned())? {
        Value::Array(all) => Ok(all),
        one => Ok(vec![one]),
    }
}

/// The texts of a list, or of what stands alone.
pub(super) fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let all = value.map_or([].as_slice(), |value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    all.iter().filter_map(Value::as_str)
}
