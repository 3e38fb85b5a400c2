//! What an incoming webhook of Slack takes: a text for notifications, and blocks. Source: docs.slack.dev, "Sending messages using
//! incoming webhooks" and "Block Kit".

use serde_json::json;

use super::News;
use crate::{model::beginning, notify::Occasion};

/// A header has at most 150 characters.
const HEADER: usize = 150;
/// A section has at most 3,000.
const SECTION: usize = 3_000;

/// The message.
pub(super) fn message(news: &News<'_>, occasion: Occasion) -> Vec<u8> {
    let headline = news.headline(occasion);
    let lines: Vec<String> = std::iter::once(news.text.clone()).chain(news.waiting().into_iter().map(|line| format!("• {line}"))).collect();
    let plain = |text: &str, most| json!({ "type": "plain_text", "text": beginning(text, most), "emoji": false });
    let blocks = json!([
        { "type": "header", "text": plain(&headline, HEADER) },
        { "type": "section", "text": plain(&lines.join("\n"), SECTION) },
    ]);
    json!({ "text": escaped(&headline), "blocks": blocks }).to_string().into_bytes()
}

/// The text beside the blocks is mrkdwn: what would mention or link there is written as what it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
