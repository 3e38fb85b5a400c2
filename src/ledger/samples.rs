//! The samples of a stage: kept beside the entries, each chained to the one before it and the first to the stage's beginning.
//!
//! What is in them is for others to say; here they are bytes with a number and the fingerprint of the ones before.

use serde::Deserialize;

use super::{LedgerError, Store, VerifiedEntry};
use crate::model::{Act, Digest, RecordedEvidence, RolloutStep, Size, StageStep};

/// The most that one sample may have.
pub(super) const LARGEST_SAMPLE: Size = Size(256 << 10);

/// How many are read or taken over at once.
pub(super) const SAMPLES_AT_ONCE: usize = 1000;

/// A sample as it is stored: its number and its bytes.
pub type NumberedSample = (u64, Vec<u8>);

/// What chains a sample.
#[derive(Deserialize)]
struct Link {
    number: u64,
    prev: Digest,
}

/// The fingerprint of these bytes, which are to be the sample with this number after `prev`; else what is wrong with them.
fn follow(number: u64, payload: &[u8], prev: &Digest) -> Result<Digest, String> {
    let link: Link = serde_json::from_slice(payload).map_err(|error| format!("sample {number} cannot be read: {error}"))?;
    if payload.contains(&b'\n') {
        return Err(format!("sample {number} is more than one line"));
    }
    if link.number != number {
        return Err(format!("sample {number} says that it is number {}", link.number));
    }
    if link.prev != *prev {
        return Err(format!("sample {number} follows {}, but what is before it is {prev}", link.prev));
    }
    Ok(Digest::of(payload))
}

/// Follows the samples of the stage that began with the statement `run`, from the first on; the first that does not follow is
/// told.
pub fn follow_samples(run: &Digest, samples: &[Vec<u8>]) -> Result<(), String> {
    (1..).zip(samples).try_fold(run.clone(), |prev, (number, payload)| follow(number, payload, &prev)).map(drop)
}

/// How many of the samples that are given, from the number `first` on, stand in the ledger at `place` already. `found` are those
/// there from the one before them on.
pub(super) fn admit(place: &str, run: &Digest, first: u64, given: &[Vec<u8>], found: &[NumberedSample]) -> Result<usize, LedgerError> {
    let refused = |why: String| LedgerError::unavailable(place, "added to", why);
    let before = first.checked_sub(1).ok_or_else(|| refused("samples are counted from 1".into()))?;
    let there: Vec<&NumberedSample> = found.iter().filter(|(number, _)| *number >= first).collect();
    if let Some(((number, _), _)) = there.iter().zip(given).find(|((_, there), given)| there != *given) {
        return Err(LedgerError::SampleTaken(*number));
    }
    let stored = found.iter().find(|(number, _)| *number == before).map(|(_, payload)| Digest::of(payload));
    let prev = if before == 0 { Some(run.clone()) } else { stored };
    let mut prev = prev.ok_or_else(|| refused(format!("sample {first} was given, and sample {before} is not on record")))?;
    for (number, payload) in (first..).zip(given) {
        let length = Size(payload.len() as u64);
        if length.0 > LARGEST_SAMPLE.0 {
            return Err(refused(format!("sample {number} is {length} long, more than {LARGEST_SAMPLE}: measure less in one stage")));
        }
        prev = follow(number, payload, &prev).map_err(refused)?;
    }
    Ok(there.len().min(given.len()))
}

/// What of the samples does not hold of all stages that began among these entries, a sentence each: each sample follows the one
/// before it, and all that the evidence on record rests on is there.
pub async fn sample_faults(store: &dyn Store, entries: &[&VerifiedEntry]) -> Result<Vec<String>, LedgerError> {
    let steps: Vec<(&VerifiedEntry, &RolloutStep)> = entries.iter().filter_map(|entry| step_of(entry)).collect();
    let mut faults = Vec::new();
    let mut rests = evidence(&steps);
    for (entry, step) in steps.iter().filter(|(_, step)| step.begun().is_some()) {
        let (run, stage) = (entry.entry.statement(), &step.stage);
        let samples = store.samples(&run, 1).await?;
        let of = format!("stage `{stage}`, attempt {} (entry {})", step.attempt, entry.entry.seq);
        faults.extend(follow_samples(&run, &samples).err().map(|why| format!("{of}: {why}")));
        let theirs = rests.extract_if(.., |(_, evidence)| evidence.began == run);
        faults.extend(theirs.filter_map(|(seq, evidence)| Some(format!("{of}: {}", broken(seq, evidence, &samples)?))));
    }
    faults.extend(rests.iter().map(|(seq, _)| format!("entry {seq}: the beginning of the stage that it is evidence of is not on record")));
    Ok(faults)
}

/// The step of a rollout that an entry says.
pub(super) fn step_of(entry: &VerifiedEntry) -> Option<(&VerifiedEntry, &RolloutStep)> {
    if let Act::Rollout(step) = &entry.statement.act { Some((entry, step)) } else { None }
}

fn evidence<'h>(steps: &[(&'h VerifiedEntry, &'h RolloutStep)]) -> Vec<(u64, &'h RecordedEvidence)> {
    let of = |(entry, step): &(&VerifiedEntry, &'h RolloutStep)| match &step.step {
        StageStep::Evidence(evidence) => Some((entry.entry.seq, evidence)),
        StageStep::Begun(_) | StageStep::Started(_) | StageStep::RollbackBegun(_) | StageStep::RollbackEnded(_) => None,
    };
    steps.iter().filter_map(of).collect()
}

/// Why the evidence of the entry `seq` does not rest on these samples.
fn broken(seq: u64, evidence: &RecordedEvidence, samples: &[Vec<u8>]) -> Option<String> {
    let RecordedEvidence { began, samples: count, last, .. } = evidence;
    let rests = usize::try_from(*count).unwrap_or(usize::MAX);
    if rests > samples.len() {
        return Some(format!("the evidence in entry {seq} rests on {count} samples, and {} are here", samples.len()));
    }
    let newest = rests.checked_sub(1).map_or_else(|| began.clone(), |newest| Digest::of(&samples[newest]));
    (newest != *last).then(|| format!("the evidence in entry {seq} rests on another sample {count}: {last}, and here it is {newest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three samples of a stage, as whoever watches it writes them.
    fn three(run: &Digest) -> Vec<Vec<u8>> {
        let mut prev = run.clone();
        let sample = |number: u64| {
            let payload = format!("{{\"number\":{number},\"values\":{{}},\"prev\":\"{prev}\"}}").into_bytes();
            prev = Digest::of(&payload);
            payload
        };
        (1..=3).map(sample).collect()
    }

    #[test]
    fn every_byte_that_is_changed_shows() {
        let run = Digest::of(b"a beginning");
        let whole = three(&run);
        assert_eq!(follow_samples(&run, &whole), Ok(()));
        for (at, sample) in whole.iter().enumerate() {
            for byte in 0..sample.len() {
                let mut changed = whole.clone();
                changed[at][byte] ^= 1;
                // The last one is what evidence names.
                let last = at == 2 && Digest::of(&changed[2]) != Digest::of(&whole[2]);
                assert!(follow_samples(&run, &changed).is_err() || last, "byte {byte} of sample {}", at + 1);
            }
            let mut cut = whole.clone();
            cut.remove(at);
            assert_eq!(follow_samples(&run, &cut).is_err(), at < 2, "sample {} is gone", at + 1);
        }
        assert!(follow_samples(&Digest::of(b"another"), &whole).is_err_and(|why| why.starts_with("sample 1 follows")));
    }

    #[test]
    fn only_the_next_one_is_taken() {
        let run = Digest::of(b"a beginning");
        let all = three(&run);
        let found = |numbers: &[u64]| numbers.iter().zip(&all).map(|(number, payload)| (*number, payload.clone())).collect::<Vec<_>>();
        assert_eq!(admit("x", &run, 1, &all, &[]), Ok(0));
        assert_eq!(admit("x", &run, 1, &all, &found(&[1, 2])), Ok(2), "what stands there is no other");
        assert_eq!(admit("x", &run, 3, &all[2..], &found(&[1, 2])[1..]), Ok(0));
        let other = vec![String::from_utf8(all[0].clone()).expect("text").replace("{}", "{ }").into_bytes()];
        assert_eq!(admit("x", &run, 1, &other, &found(&[1])), Err(LedgerError::SampleTaken(1)));
        let why =
            |first, given: &[Vec<u8>], found: &[NumberedSample]| admit("x", &run, first, given, found).expect_err("refused").to_string();
        assert!(why(3, &all[2..], &found(&[1])).contains("sample 2 is not on record"));
        assert!(why(0, &all, &[]).contains("counted from 1"));
        assert!(why(1, &all[1..], &[]).contains("says that it is number 2"));
        assert!(why(2, &all[2..], &found(&[1])).contains("says that it is number 3"));
        let large = format!("{{\"number\":1,\"prev\":\"{run}\",\"x\":\"{}\"}}", "x".repeat(256 << 10)).into_bytes();
        assert!(why(1, &[large], &[]).contains("long, more than 256"));
        let lines = format!("{{\"number\":1,\n\"prev\":\"{run}\"}}").into_bytes();
        assert!(why(1, &[lines], &[]).contains("more than one line"));
    }
}
