//! Images: which one is run must be said, and stay so.

use super::{
    object::Container,
    rule::Said::{self, Broken, Holds, Open},
};
use crate::model::quote;

/// Tags that lead elsewhere tomorrow.
const MOVING: [&str; 4] = ["latest", "master", "main", "none"];

/// An image as written: its tag and its digest.
fn parts(image: &str) -> (Option<&str>, Option<&str>) {
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    let last = name.rsplit('/').next().unwrap_or_default();
    (last.split_once(':').map(|(_, tag)| tag), digest)
}

fn image<'a>(container: &Container<'a>) -> Result<&'a str, Said> {
    let image = container.at("/image").ok_or_else(|| Broken("no image".into()))?.as_str().unwrap_or_default();
    if image.is_empty() || image.contains(['$', '{', '<', ' ']) {
        return Err(Open(format!("the image {} is not filled in", quote(image))));
    }
    Ok(image)
}

fn has_digest(image: &str) -> bool {
    let hex = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts(image).1.is_some_and(|digest| digest.strip_prefix("sha256:").is_some_and(hex))
}

pub(super) fn pinned(container: &Container<'_>) -> Said {
    let image = match image(container) {
        Ok(image) => image,
        Err(said) => return said,
    };
    match parts(image) {
        (_, Some(_)) => Said::holds(has_digest(image), format!("{} has no digest that is one", quote(image))),
        (None | Some(""), None) => Broken(format!("{} has no tag, which is `latest`", quote(image))),
        (Some(tag), None) if MOVING.contains(&tag.to_ascii_lowercase().as_str()) => {
            Broken(format!("{} is another image tomorrow", quote(image)))
        }
        (Some(_), None) => Holds,
    }
}

pub(super) fn digest(container: &Container<'_>) -> Said {
    match image(container) {
        Ok(image) => Said::holds(has_digest(image), format!("{} has no digest", quote(image))),
        Err(said) => said,
    }
}

pub(super) fn pulled(container: &Container<'_>) -> Said {
    Said::holds(container.at("/imagePullPolicy").is_some_and(|policy| policy == "Always"), "it may be an image that was pulled before")
}
