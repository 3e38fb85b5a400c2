//! Whether the files are of the release under sign-off, and young.

use jiff::Timestamp;

use super::{
    Keys,
    seen::{Claim, Evidence, Filed, digest_in},
};
use crate::model::{CLOCK_TOLERANCE, Expectation, Period, counted, first_of, quote};

/// What one file comes to.
enum Bound {
    Yes(String),
    No(String),
    /// It says something that cannot be compared.
    Unclear(String),
    Nothing,
}

impl Evidence {
    /// Every demand on the files, and then those on what stands in them, `inner`. Where one of them could not be read, what is red
    /// stays so; but those named by the beginnings `more`, which the missing one could still meet, are undetermined.
    pub(crate) fn judge(&self, keys: &Keys<'_>, at: Timestamp, inner: Vec<Expectation>, more: &[&str]) -> Vec<Expectation> {
        let mut all = vec![self.bound(keys, at)];
        all.extend(keys.max_age.map(|limit| self.age(limit, at)));
        if self.unread.is_empty() {
            return all.into_iter().chain(inner).collect();
        }
        let demand = Expectation::new("read", "what cannot be read").wanted("nothing");
        all.push(demand.undetermined(first_of(&self.unread, 3, self.unread.len(), "; ")));
        let open = |one: &Expectation| one.met == Some(false) && more.iter().any(|begin| one.name.starts_with(begin));
        let open = |one: Expectation| if open(&one) { one.undetermined("it may be so with what cannot be read") } else { one };
        all.into_iter().chain(inner.into_iter().map(open)).collect()
    }

    fn bound(&self, keys: &Keys<'_>, at: Timestamp) -> Expectation {
        let name = if self.files.len() == 1 { "what the file is of" } else { "what the files are of" };
        let demand = Expectation::new("binding", name).wanted(self.wanted());
        let said: Vec<(&Filed, Bound)> = self.files.iter().map(|file| (file, self.compared(file))).collect();
        let of = |file: &Filed| format!("`{}` ({})", file.file, file.format);
        if let Some((file, Bound::No(what))) = said.iter().find(|(_, bound)| matches!(bound, Bound::No(_))) {
            return demand.got(format!("{} is of {what}", of(file))).met(false);
        }
        let accepted = keys.unbound.is_some();
        if let Some((file, bound)) =
            said.iter().find(|(_, bound)| matches!(bound, Bound::Unclear(_) | Bound::Nothing)).filter(|_| !accepted)
        {
            let why = match bound {
                Bound::Unclear(why) => format!("{} {why}", of(file)),
                _ => format!(
                    "{} says neither a commit nor a digest: bind it where it is made, or write `unbound: accepted` with a `max-age`",
                    of(file)
                ),
            };
            return demand.got("not known").undetermined(why);
        }
        let unbound: Vec<String> = said
            .iter()
            .filter(|(_, bound)| matches!(bound, Bound::Unclear(_) | Bound::Nothing))
            .map(|(file, _)| format!("`{}`, SHA-256 {}, of {}", file.file, file.sha256, shown_age(file, at)))
            .collect();
        match (said.first(), unbound.len()) {
            (None, _) => demand.got("not known").undetermined("there is no file"),
            (Some((file, Bound::Yes(what))), 0) => {
                demand.got(format!("{what}: {} (SHA-256 {})", counted_files(self.files.len(), file), file.sha256)).met(true)
            }
            (_, count) => {
                let named = first_of(&unbound, 3, count, "; ");
                demand.got(format!("unbound, which the plan accepts: {named}")).met(true)
            }
        }
    }

    fn wanted(&self) -> String {
        let digest = self.artifact.as_deref().and_then(digest_in).map(|digest| format!("sha256:{digest}"));
        match (&self.commit, digest) {
            (Some(commit), Some(digest)) => format!("the commit {commit} or the artifact {digest}"),
            (Some(commit), None) => format!("the commit {commit}"),
            (None, Some(digest)) => format!("the artifact {digest}"),
            (None, None) => "the release under sign-off".into(),
        }
    }

    fn compared(&self, file: &Filed) -> Bound {
        let digest = self.artifact.as_deref().and_then(digest_in);
        let (mut agreed, mut other) = (None, None);
        let commits: Vec<&String> =
            file.said.claims.iter().filter_map(|claim| if let Claim::Commit(it) = claim { Some(it) } else { None }).collect();
        if let Some(commit) = &self.commit {
            for said in &commits {
                // An abbreviation as git makes them.
                let same = said.len() >= 7 && commit.starts_with(said.to_ascii_lowercase().as_str());
                *if same { &mut agreed } else { &mut other } = Some(format!("the commit {}", quote(said)));
            }
        }
        let digests: Vec<&String> =
            file.said.claims.iter().filter_map(|claim| if let Claim::Digest(it) = claim { Some(it) } else { None }).collect();
        let images: Vec<&String> =
            file.said.claims.iter().filter_map(|claim| if let Claim::Image(it) = claim { Some(it) } else { None }).collect();
        if let Some(digest) = &digest {
            if digests.iter().chain(&images).any(|said| *said == digest) {
                agreed = Some(format!("the artifact sha256:{digest}"));
            } else if let Some(said) = digests.first() {
                // The same image has one digest in each registry: any of them will do, none is another image.
                other = Some(format!("the artifact sha256:{said}"));
            }
        }
        match (other, agreed, file.said.claims.first()) {
            (Some(other), ..) => Bound::No(other),
            (None, Some(agreed), _) => Bound::Yes(agreed),
            (None, None, None) => Bound::Nothing,
            (None, None, Some(Claim::Image(id))) if digests.is_empty() && commits.is_empty() && digest.is_some() => {
                Bound::Unclear(format!(
                    "names its image by the id sha256:{id} only, which is not its digest in a registry: scan what was pushed, by its digest"
                ))
            }
            _ => Bound::Unclear(match (commits.is_empty(), &self.commit, &digest) {
                (false, None, _) => "names a commit, and which one is under sign-off is not known: give `--commit`".into(),
                _ => "names a digest, and that of the artifact under sign-off is not known: give `--artifact NAME@sha256:…`".into(),
            }),
        }
    }

    fn age(&self, limit: Period, at: Timestamp) -> Expectation {
        let seconds = |period: Period| i64::try_from(period.get().as_secs()).unwrap_or(i64::MAX);
        let demand = Expectation::new("max-age", "age").wanted(format!("at most {limit}")).bound("<=", seconds(limit), None, "s");
        if let Some(file) = self.files.iter().find(|file| time_of(file).is_none()) {
            return demand.undetermined(format!("`{}` does not say when it was made, and has no date", file.file));
        }
        let times = self.files.iter().filter_map(|file| Some((time_of(file)?, file)));
        let ahead = times.clone().find(|(time, _)| time.duration_since(at) > CLOCK_TOLERANCE.signed());
        if let Some((time, file)) = ahead {
            return demand.got(format!("`{}` is of {time}, in the future: the clocks differ, or its date was set", file.file)).met(false);
        }
        match times.min_by_key(|(time, _)| *time) {
            None => demand.undetermined("there is no file"),
            Some((time, file)) => {
                let age = Period::between(time, at);
                let demand = demand.bound("<=", seconds(limit), Some(seconds(age).into()), "s");
                demand.got(format!("{} (`{}`)", shown_age(file, at), file.file)).met(age <= limit)
            }
        }
    }
}

/// When it was made: as it says itself, else by its date. A time without a zone may be hours off, but not after the file's date.
fn time_of(file: &Filed) -> Option<Timestamp> {
    match (file.said.written, file.modified) {
        (Some(said), Some(modified)) if file.said.zoneless => Some(said.min(modified)),
        (Some(said), _) => Some(said),
        (None, modified) => modified,
    }
}

fn shown_age(file: &Filed, at: Timestamp) -> String {
    let Some(time) = time_of(file) else { return "an unknown age".into() };
    let by = if file.said.written.is_some() { "as it says" } else { "by the date of the file" };
    format!("{} ({time}, {by})", Period::between(time, at))
}

fn counted_files(count: usize, file: &Filed) -> String {
    if count == 1 { format!("`{}`", file.file) } else { counted(count, "file") }
}
