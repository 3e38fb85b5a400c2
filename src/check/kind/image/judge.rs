//! The demands on what the registry has.

use jiff::Timestamp;

use super::{
    Image,
    reference::{Platform, Wanted},
    seen::{Seen, Signature},
};
use crate::model::Expectation;

pub(super) fn judge(check: &Image, seen: &Seen, _: Timestamp) -> Vec<Expectation> {
    let there = Expectation::new("manifest", format!("image {}", check.image)).wanted("there");
    let moves = Expectation::new("pinned", "name of the image").wanted("a tag that is not `latest`, `main` or `master`, or a digest");
    let mut all: Vec<Expectation> = check.image.moves().map(|why| moves.got(why).met(false)).into_iter().collect();
    let Some(digest) = &seen.digest else {
        all.push(there.got("not there: the registry knows no such tag or digest").met(false));
        return all;
    };
    all.push(there.got(digest.as_str()).met(true));
    all.extend(check.same(digest, seen));
    all.extend(check.platforms.iter().flat_map(|all| all.iter()).map(|one| platform(one, seen)));
    all.extend(check.signed_by.as_ref().map(|file| signature(&file.display().to_string(), seen.signature.as_ref())));
    all
}

impl Image {
    fn same(&self, digest: &str, seen: &Seen) -> Option<Expectation> {
        let demand = Expectation::new("digest", "digest in the registry");
        let wanted = match (self.digest.as_ref()?, &seen.release) {
            (Wanted::This(wanted), _) => wanted,
            (Wanted::Release, Some(wanted)) => wanted,
            (Wanted::Release, None) => {
                let why = "this run does not know the digest of the artifact: give `--artifact registry/name@sha256:…`";
                return Some(demand.wanted("that of the artifact under sign-off").got(digest).undetermined(why));
            }
        };
        let demand = demand.wanted(wanted.as_str());
        if wanted == digest {
            return Some(demand.got(digest).met(true));
        }
        let named = |there: &str| self.platforms.as_ref().is_some_and(|all| all.iter().any(|one| one.is(there)));
        let of_platform = seen.platforms.iter().find(|(_, have)| *have == wanted);
        Some(match of_platform {
            Some((name, _)) if named(name) => demand.got(format!("it, for {name}, in the index {digest}")).met(true),
            Some((name, _)) => {
                let got = format!("an index, {digest}, in which it is that of {name} alone");
                demand.got(format!("{got}: name the `platforms` that are deployed, or the digest of the index")).met(false)
            }
            None => demand
                .got(format!("{digest}: another image, or one that pushing has compressed anew (skopeo: `--preserve-digests`)"))
                .met(false),
        })
    }
}

fn platform(wanted: &Platform, seen: &Seen) -> Expectation {
    let demand = Expectation::new(format!("platform:{wanted}"), format!("platform {wanted}")).wanted("there");
    let names = || seen.platforms.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    match seen.platforms.iter().find(|(there, _)| wanted.is(there)) {
        _ if seen.platforms.is_empty() => demand.got("not known").undetermined("its manifest names no platform"),
        None => demand.got(format!("only {}", names())).met(false),
        Some((_, digest)) => match seen.missing.get(digest) {
            Some(why) => demand.got(format!("{digest}: {why}")).met(false),
            None => demand.got(digest.as_str()).met(true),
        },
    }
}

fn signature(file: &str, seen: Option<&Signature>) -> Expectation {
    let demand = Expectation::new("signature", "signature").wanted(format!("by the key in `{file}`"));
    match seen {
        Some(Signature::Valid) => demand.got("by this key, over this digest").met(true),
        Some(Signature::Wrong(why)) => demand.got(why.as_str()).met(false),
        Some(Signature::Unknown(why)) => demand.got("not known").undetermined(why),
        None => demand.got("not known").undetermined("it was not looked for"),
    }
}
