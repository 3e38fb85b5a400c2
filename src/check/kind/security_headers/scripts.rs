//! Subresource integrity: scripts of other sites come as they were meant.

use url::Url;

use super::{rule::Verdict, seen::Html};
use crate::model::{beginning, quote};

/// What the scripts of a page at `page` come to.
pub(super) fn judge(html: &Html, page: &str) -> Verdict {
    if !html.has_scripts {
        return Verdict::holds("sri-not-implemented-but-no-scripts-loaded", "no scripts");
    }
    let Ok(page) = page.parse::<Url>() else { return Verdict::broken("html-not-parseable", "the page has no address") };
    let base = html.base.as_deref().and_then(|base| page.join(base).ok()).unwrap_or_else(|| page.clone());
    let (mut worst, mut foreign, mut own_with_digest) = (None, false, false);
    for script in &html.scripts {
        let src = script.src.as_str();
        let is_relative = src.starts_with("//");
        let Ok(url) = base.join(src) else { continue };
        if !is_relative && is_ours(&page, &url) {
            own_with_digest |= script.integrity && url.scheme() == "https";
            continue;
        }
        foreign = true;
        // The scheme of `//…` is that of whoever embeds the page.
        let rank = match (script.integrity, url.scheme() == "https" && !is_relative) {
            (true, true) => continue,
            (true, false) => 1,
            (false, true) => 2,
            (false, false) => 3,
        };
        worst = worst.max(Some((rank, beginning(src, 100))));
    }
    match worst {
        Some((1, src)) => {
            Verdict::broken("sri-implemented-but-external-scripts-not-loaded-securely", format!("{} not over https", quote(src)))
        }
        Some((2, src)) => {
            Verdict::broken("sri-not-implemented-but-external-scripts-loaded-securely", format!("{} without `integrity`", quote(src)))
        }
        Some((_, src)) => Verdict::broken(
            "sri-not-implemented-and-external-scripts-not-loaded-securely",
            format!("{} neither over https nor with `integrity`", quote(src)),
        ),
        None if own_with_digest => Verdict::best("sri-implemented-and-all-scripts-loaded-securely", "scripts with `integrity`"),
        None if foreign => Verdict::best("sri-implemented-and-external-scripts-loaded-securely", "scripts of others with `integrity`"),
        None => Verdict::holds("sri-not-implemented-but-all-scripts-loaded-from-secure-origin", "scripts of its own site"),
    }
}

/// Whether a script is of the page's own host, or of one below it: which hosts beside it are the same owner's cannot be told.
fn is_ours(page: &Url, script: &Url) -> bool {
    let (Some(page), Some(host)) = (page.host_str(), script.host_str()) else { return matches!(script.scheme(), "data" | "blob") };
    let site = page.strip_prefix("www.").unwrap_or(page);
    host == site || host.strip_suffix(site).is_some_and(|before| before.ends_with('.'))
}
