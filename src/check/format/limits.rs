//! How much a document may hold, so that no document fills memory or the stack.

use serde_json::Value;

use crate::model::Size;

/// What one document may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes, as written.
    pub(crate) size: Size,
    /// Lists and objects within each other; of XML, elements.
    pub(crate) depth: usize,
    /// Values, after aliases.
    pub(crate) values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size: Size(64 << 20), depth: 128, values: 1_000_000 }
    }
}

/// What may still come.
pub(super) struct Left {
    depth: usize,
    values: usize,
    most: usize,
}

impl Left {
    pub(super) fn of(limits: Limits) -> Self {
        Self { depth: limits.depth, values: limits.values, most: limits.values }
    }

    /// Makes room for one value within `depth` others.
    pub(super) fn take(&mut self, depth: usize) -> Result<(), String> {
        if depth > self.depth {
            return Err(format!("is nested more than {} deep", self.depth));
        }
        self.take_many(1)
    }

    /// Makes room for so many values.
    pub(super) fn take_many(&mut self, values: usize) -> Result<(), String> {
        self.values = self.values.checked_sub(values).ok_or_else(|| format!("holds more than {} values", self.most))?;
        Ok(())
    }
}

/// How many values there are, `value` and all that is in it.
pub(crate) fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// How many lists and objects stand within each other.
pub(super) fn height(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(height).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(height).max().unwrap_or_default(),
        _ => 0,
    }
}
