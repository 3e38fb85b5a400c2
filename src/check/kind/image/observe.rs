//! Asks the registry for the manifest, and for what it leads to.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Image,
    reference::Wanted,
    registry::{Registry, Stored},
    seen::Seen,
    signature,
};
use crate::{
    check::{Context, Unseen},
    model::{Size, excerpt, plain, quote},
    net::regular_file,
};

/// The most manifests of an index that are kept.
const MOST: usize = 100;

pub(super) async fn observe(check: &Image, cx: &Context) -> Result<Seen, Unseen> {
    let mut registry = Registry::new(check, cx).await?;
    let release = cx.shared.release.artifact.as_deref().and_then(Wanted::of_artifact);
    let mut seen = Seen { release, ..Seen::default() };
    let Some(manifest) = registry.manifest(check.image.version()).await? else { return Ok(seen) };
    seen.digest = Some(manifest.digest.clone());
    seen.platforms = platforms(&manifest, &mut registry).await?;
    let wanted = check.platforms.iter().flat_map(|all| all.iter());
    let named: Vec<String> =
        wanted.flat_map(|one| seen.platforms.iter().filter(|(there, _)| one.is(there))).map(|(_, digest)| digest.clone()).collect();
    for digest in named.into_iter().filter(|digest| *digest != manifest.digest) {
        if registry.manifest(&digest).await?.is_none() {
            seen.missing.insert(digest, "the index names it, and the registry does not have it".into());
        }
    }
    if let Some(file) = &check.signed_by {
        let read = regular_file::read_text(&cx.path(file), Size(64 << 10)).map_err(|error| error.to_string());
        let point =
            read.and_then(|pem| signature::key(&pem)).map_err(|why| Unseen::Unknown(format!("the file `{}` {why}", file.display())))?;
        seen.signature = Some(signature::look(&mut registry, &manifest.digest, &point).await?);
    }
    Ok(seen)
}

/// The digest by platform: of an index as it says, of one manifest as its configuration does.
async fn platforms(manifest: &Stored, registry: &mut Registry<'_>) -> Result<BTreeMap<String, String>, Unseen> {
    let value = &manifest.value;
    if let Some(all) = value.get("manifests").and_then(Value::as_array) {
        if all.len() > MOST {
            return Err(Unseen::Unknown(format!("the index names more than {MOST} manifests")));
        }
        let of = |one: &Value| Some((name(one.get("platform")?)?, one["digest"].as_str()?.to_owned()));
        // What is of no platform is about the others: where they were built, what is in them.
        return Ok(all.iter().filter_map(of).filter(|(name, _)| !name.starts_with("unknown/")).collect());
    }
    let Some(config) = value["config"]["digest"].as_str().filter(|digest| digest.starts_with("sha256:")) else {
        return Err(Unseen::Unknown(format!(
            "its manifest is of a kind that is not read: {}",
            quote(value["mediaType"].as_str().unwrap_or("without a name"))
        )));
    };
    let Some(config) = registry.blob(config).await? else {
        return Err(Unseen::Unknown("the registry does not have its configuration".into()));
    };
    Ok(name(&config.value).map(|name| (name, manifest.digest.clone())).into_iter().collect())
}

/// A platform as people write it.
fn name(value: &Value) -> Option<String> {
    let variant = value["variant"].as_str().map(|variant| format!("/{variant}")).unwrap_or_default();
    Some(excerpt(&plain(&format!("{}/{}{variant}", value["os"].as_str()?, value["architecture"].as_str()?)), 80))
}
