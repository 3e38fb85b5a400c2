//! The HTML page, read by a tokenizer that follows the HTML standard.

use html5gum::{Token, Tokenizer};

use super::{acts, all_pages, payload, rendered};

/// Every start tag with its attributes.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    Tokenizer::new(html)
        .filter_map(|token| match token.expect("no error") {
            Token::StartTag(tag) => Some((text(&tag.name), tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect())),
            Token::Error(error) => panic!("{error:?}"),
            Token::EndTag(_) | Token::String(_) | Token::Comment(_) | Token::Doctype(_) => None,
        })
        .collect()
}

/// The names of the tags but for those that stand or not by whether a text is a web address or has a hyphen.
fn structure(html: &str) -> Vec<String> {
    let unbroken = |attributes: &[(String, String)]| attributes.iter().any(|(name, value)| name == "class" && value == "w");
    let tags = tags(html).into_iter().filter(|(_, attributes)| !unbroken(attributes));
    tags.map(|(name, _)| name).filter(|name| name != "a" && name != "code").collect()
}

#[test]
fn no_text_becomes_markup() {
    let wanted: Vec<_> = all_pages("html", payload::HARMLESS).iter().map(|page| structure(page)).collect();
    assert!(wanted.len() == 3 && wanted.iter().all(|page| page.len() > 200));
    for attack in payload::ATTACKS {
        let got: Vec<_> = all_pages("html", attack).iter().map(|page| structure(page)).collect();
        assert_eq!(got, wanted, "{attack}");
    }
}

#[test]
fn no_attribute_runs_or_fetches() {
    let allowed = [
        "aria-hidden",
        "aria-label",
        "aria-labelledby",
        "charset",
        "class",
        "content",
        "d",
        "data-title",
        "focusable",
        "href",
        "http-equiv",
        "id",
        "lang",
        "name",
        "rel",
        "role",
        "rowspan",
        "scope",
        "style",
        "tabindex",
        "viewbox",
    ];
    for attack in payload::ATTACKS {
        for (tag, attributes) in all_pages("html", attack).iter().flat_map(|page| tags(page)) {
            assert!(!["script", "iframe", "img", "object", "embed", "base", "link", "form"].contains(&tag.as_str()), "{attack}: <{tag}>");
            for (name, value) in attributes {
                assert!(allowed.contains(&name.as_str()), "{attack}: <{tag} {name}>");
                let web = value.starts_with("https://") || value.starts_with("http://");
                assert!(name != "href" || value.starts_with('#') || web, "{attack}: {value}");
                assert!(!matches!(name.as_str(), "style" | "id" | "class") || !value.contains("evil"), "{attack}: {value}");
            }
        }
    }
}

#[test]
fn no_character_acts() {
    for attack in payload::ATTACKS {
        for html in all_pages("html", attack) {
            assert_eq!(html.chars().find(|c| acts(*c)), None, "{attack:?}");
        }
    }
}

#[test]
fn a_page_asks_for_nothing_and_lets_nothing_run() {
    let html = rendered("html", &super::super::sample::stored("no-go"));
    assert!(html.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\""));
    for fetches in ["src=", "@import", "url(", "<link", "<script", "javascript:"] {
        assert!(!html.contains(fetches), "{fetches}");
    }
}
