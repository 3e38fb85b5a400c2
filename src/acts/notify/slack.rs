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
    let section = |text| json!({ "type": "section", "text": text });
    let mut blocks = vec![json!({ "type": "header", "text": plain(&headline, HEADER) }), section(plain(&lines.join("\n"), SECTION))];
    blocks.extend(news.link.map(|link| section(json!({ "type": "mrkdwn", "text": format!("<{}>", escaped(link)) }))));
    json!({ "text": escaped(&headline), "blocks": blocks }).to_string().into_bytes()
}

/// The text beside the blocks is mrkdwn: what would mention or link there is written as what it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::acts::notify::{news::sample, teams};

    /// Whoever is called so mentions nobody, and is shown as called.
    #[test]
    fn names_are_no_markup() {
        let news = sample("<!channel> *Eve* & [Co](https://evil.example)");
        let slack: Value = serde_json::from_slice(&message(&news, Occasion::Signed)).expect("JSON");
        assert_eq!(slack["text"], "&lt;!channel&gt; &amp; 1.4.2 in prod: signed");
        assert_eq!(slack["blocks"][0]["text"]["text"], "<!channel> & 1.4.2 in prod: signed");
        assert!(slack["blocks"].as_array().is_some_and(|blocks| blocks.iter().all(|block| block["text"]["type"] == "plain_text")));
        assert_eq!(slack["blocks"][1]["text"]["text"], news.text);
        let teams: Value = serde_json::from_slice(&teams::message(&news, Occasion::Signed)).expect("JSON");
        let body = teams["attachments"][0]["content"]["body"].as_array().expect("blocks").clone();
        assert!(body.iter().all(|block| block["type"] == "RichTextBlock" && block["inlines"][0]["type"] == "TextRun"));
        assert_eq!(body[1]["inlines"][0]["text"], news.text);
    }
}
