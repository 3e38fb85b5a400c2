//! What a deployment printed, as it is kept: masked, with its end to read at once.

use crate::{
    acts::Caller,
    ledger::Blob,
    model::{Kept, Masker, Size, plain},
    plan::Plan,
};

/// More than any deployment prints that somebody reads.
pub(crate) const LARGEST: Size = Size(64 << 20);

/// Lines of the end that are shown.
const LINES: usize = 20;
/// Characters of the end that are shown.
const CHARACTERS: usize = 4_000;

/// Knows every secret of the plan and of the environment.
pub(super) fn masker(caller: &Caller, plan: &Plan) -> Masker {
    Masker::of(plan.words.clone(), &plan.secrets, &caller.env)
}

/// What was printed, masked.
pub(super) fn kept(masker: &Masker, printed: &[u8]) -> (Kept, Blob) {
    let text = masker.mask(&String::from_utf8_lossy(printed));
    let lines: Vec<&str> = text.lines().collect();
    let end = lines[lines.len().saturating_sub(LINES)..].iter().map(|line| plain(line)).collect::<Vec<_>>().join("\n");
    let skipped = end.chars().count().saturating_sub(CHARACTERS);
    let tail = end.chars().skip(skipped).collect();
    let blob = Blob::of(text.into_bytes());
    (Kept { digest: blob.digest.clone(), bytes: blob.bytes.len() as u64, tail }, blob)
}
