//! The few elements of a page that matter: `meta`, `base` and `script`. No more of HTML is understood than where tags begin and end.

use super::seen::{Html, Script};
use crate::model::excerpt;

/// The most scripts that are kept.
const MOST: usize = 500;

/// Elements whose content is text to a browser that runs scripts.
const RAW: [&str; 10] = ["script", "style", "textarea", "title", "noscript", "iframe", "noembed", "noframes", "template", "xmp"];

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

/// What matters in it.
pub(super) fn read(text: &str) -> Html {
    let (mut html, mut rest, mut in_head) = (Html::default(), text, true);
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            let is_empty = comment.starts_with('>') || comment.starts_with("->");
            rest = if is_empty { comment } else { comment.find("-->").map_or("", |end| &comment[end + 3..]) };
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let (tag, after) = tag(rest);
        rest = after;
        in_head &= tag.name != "body";
        take(&tag, in_head, &mut html);
        if RAW.contains(&tag.name.as_str()) {
            rest = from_end_of(&tag.name, rest);
        }
    }
    if html.scripts.len() > MOST {
        html.unread = Some(format!("has more than {MOST} scripts"));
        html.scripts.truncate(MOST);
    }
    html
}

fn take(tag: &Tag, in_head: bool, html: &mut Html) {
    let kept = |text: &str| excerpt(text.trim(), 16 << 10);
    match tag.name.as_str() {
        // A policy counts in the head only.
        "meta" if in_head && tag.value("http-equiv").is_some_and(|name| name.trim().eq_ignore_ascii_case("content-security-policy")) => {
            html.policies.extend(tag.value("content").filter(|content| !content.trim().is_empty()).map(kept));
        }
        "meta" if tag.value("name").is_some_and(|name| name.trim().eq_ignore_ascii_case("referrer")) => {
            html.referrer = tag.value("content").map(kept).or(html.referrer.take());
        }
        "base" if html.base.is_none() => html.base = tag.value("href").map(|href| excerpt(href.trim(), 500)),
        "script" => {
            html.has_scripts = true;
            let integrity = tag.value("integrity").is_some_and(|value| !value.trim().is_empty());
            html.scripts.extend(tag.value("src").map(|src| Script { src: excerpt(src.trim(), 500), integrity }));
        }
        _ => {}
    }
}

/// The tag that begins here, and what comes after it.
fn tag(text: &str) -> (Tag, &str) {
    let is_end = |c: char| c.is_ascii_whitespace() || c == '>' || c == '/';
    let end = text.find(is_end).unwrap_or(text.len());
    let mut tag = Tag { name: text[..end].to_ascii_lowercase(), attributes: Vec::new() };
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return (tag, after);
        }
        if rest.is_empty() {
            return (tag, "");
        }
        let end = name_end(rest);
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            (value, rest) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                _ => after.split_at(after.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(after.len())),
            };
        }
        tag.attributes.push((name, decoded(value)));
    }
}

/// Where the name of an attribute ends; it has at least one character, which may be `=`.
fn name_end(text: &str) -> usize {
    let mut rest = text.char_indices().skip(1);
    rest.find(|(_, c)| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/')).map_or(text.len(), |(at, _)| at)
}

/// What comes from the end tag of `name` on.
fn from_end_of<'a>(name: &str, text: &'a str) -> &'a str {
    let is_it = |at: &usize| text.get(at + 2..at + 2 + name.len()).is_some_and(|have| have.eq_ignore_ascii_case(name));
    text.match_indices("</").map(|(at, _)| at).find(is_it).map_or("", |at| &text[at..])
}

/// With the character references that templates write.
fn decoded(text: &str) -> String {
    let known = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#039;", "'"),
        ("&apos;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
    ];
    known.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to)).replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_where_a_browser_finds_them() {
        let html = read(
            r#"<!DOCTYPE html><html><!-- <script src="//comment"></script> --><head>
            <META HTTP-EQUIV=" Content-Security-Policy " content="default-src &#39;none&#39;"/>
            <meta name=Referrer content=no-referrer><base href='/x/'>
            <title><script src="//title"></script></title><script>"<script src='//text'>"</script>
            <script async src = 'https://cdn.example/a.js' integrity=sha384-x></script>
            </head><body><meta http-equiv="content-security-policy" content="late"><script src=/b.js></script><scr"#,
        );
        assert_eq!(html.policies, ["default-src 'none'"]);
        assert_eq!((html.referrer.as_deref(), html.base.as_deref(), html.has_scripts), (Some("no-referrer"), Some("/x/"), true));
        let scripts: Vec<(&str, bool)> = html.scripts.iter().map(|script| (script.src.as_str(), script.integrity)).collect();
        assert_eq!(scripts, [("https://cdn.example/a.js", true), ("/b.js", false)]);
    }

    #[test]
    fn what_is_none_ends_all_the_same() {
        for text in
            ["<", "<a", "<a =", "<a b=", "<a b='", "<a b=\"c", "<!--", "<script", "<script>", "<script></scrip", "<a ==>", "<é é=é>"]
        {
            read(text);
        }
    }
}
