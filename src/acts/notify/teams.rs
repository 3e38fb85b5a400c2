//! What a workflow of Teams takes that posts a card when a webhook request is received: a message with an Adaptive Card. The connectors
//! of Office that took other cards are retired. Source: learn.microsoft.com, "Create incoming webhooks with Workflows".

use serde_json::{Value, json};

use super::News;
use crate::notify::Occasion;

/// The message.
pub(super) fn message(news: &News<'_>, occasion: Occasion) -> Vec<u8> {
    let lines = std::iter::once(news.text.clone()).chain(news.waiting().into_iter().map(|line| format!("• {line}")));
    let headline = json!({ "type": "TextRun", "text": news.headline(occasion), "weight": "Bolder", "size": "Medium" });
    let body: Vec<Value> =
        std::iter::once(headline).chain(lines.map(|line| json!({ "type": "TextRun", "text": line }))).map(block).collect();
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": news.link.iter().map(|link| json!({ "type": "Action.OpenUrl", "title": "Open the desk", "url": link })).collect::<Vec<_>>(),
    });
    let attachment = json!({ "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card });
    json!({ "type": "message", "attachments": [attachment] }).to_string().into_bytes()
}

/// A run of text is shown as it is: unlike that of a `TextBlock` it is no Markdown.
fn block(run: Value) -> Value {
    json!({ "type": "RichTextBlock", "inlines": [run] })
}
