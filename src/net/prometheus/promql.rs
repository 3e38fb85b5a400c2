//! What a PromQL query is about, word by word: the metrics it names, and the comparisons that drop series. No grammar: what
//! a server's own dialect adds is passed over. (The one parser there is for Rust brings 17 crates, one of them abandoned:
//! RUSTSEC-2025-0141.)

/// What a query is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What it selects, each once.
    pub selectors: Vec<Selector>,
    /// Comparisons without `bool`, as they are written: `> 5`.
    pub filters: Vec<String>,
    /// What is compared, where the whole query is one such comparison.
    pub compared: Option<String>,
}

/// A selection of series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The metric, where it is named.
    pub metric: Option<String>,
    /// As it is written, without a range: `http_requests_total{code="500"}`.
    pub text: String,
}

/// One condition of a selector: `code="500"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matcher<'a> {
    /// The label.
    pub label: &'a str,
    /// `=`, `!=`, `=~` or `!~`.
    pub sign: &'a str,
    /// What it is held against, in its quotes.
    pub value: &'a str,
    /// The whole, as it is written.
    pub text: &'a str,
}

/// Words that are no metrics where they stand alone.
const KEYWORDS: [&str; 14] =
    ["and", "or", "unless", "bool", "offset", "atan2", "inf", "nan", "start", "end", "by", "without", "on", "ignoring"];

/// Words that a list of labels follows.
const LISTS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Text,
    Other,
}

/// A word, a text in quotes, or a sign, with where it stands.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    start: usize,
}

impl Token<'_> {
    fn is_word(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word && words.iter().any(|word| self.text.eq_ignore_ascii_case(word))
    }
}

/// Reads `query`.
///
/// # Errors
/// Why it cannot be one: something that is opened and not closed.
pub fn read(query: &str) -> Result<Query, String> {
    let tokens = tokens(query)?;
    balanced(&tokens)?;
    if tokens.is_empty() {
        return Err("the query is empty".into());
    }
    let mut found = Query::default();
    let (mut at, mut depth) = (0, 0_usize);
    // Whether nothing at the top binds looser than a comparison does.
    let alone = !tokens.iter().any(|token| token.is_word(&["and", "or", "unless"]));
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1);
        let opens = |sign: &str| next.is_some_and(|next| next.text == sign && next.kind == Kind::Other);
        match token.text {
            "(" if token.kind == Kind::Other => depth += 1,
            ")" if token.kind == Kind::Other => depth -= 1,
            _ => {}
        }
        at = match token.text {
            // The range of a selector, and the steps of a subquery.
            "[" if token.kind == Kind::Other => past(&tokens, at),
            "{" if token.kind == Kind::Other => found.select(query, &tokens, None, at),
            "==" | "!=" | "<=" | ">=" | "<" | ">" if token.kind == Kind::Other => {
                if !next.is_some_and(|next| next.is_word(&["bool"])) {
                    let whole = alone && depth == 0 && found.filters.is_empty();
                    found.compared = whole.then(|| query[..token.start].trim().to_owned());
                    found.filters.push(format!("{} {}", token.text, next.map_or("", |next| next.text)).trim_end().to_owned());
                }
                at + 1
            }
            _ if token.is_word(&LISTS) && opens("(") => past(&tokens, at + 1),
            // An aggregation may have its labels before what it aggregates.
            _ if token.kind != Kind::Word
                || opens("(")
                || token.is_word(&KEYWORDS)
                || next.is_some_and(|next| next.is_word(&LISTS[..2])) =>
            {
                at + 1
            }
            _ => found.select(query, &tokens, Some(token), at),
        };
    }
    Ok(found)
}

impl Selector {
    /// Its conditions, but for the metric's name.
    pub fn matchers(&self) -> Vec<Matcher<'_>> {
        // It was read out of a query, so it can be read again.
        let tokens = tokens(&self.text).unwrap_or_default();
        let whole = |three: &[Token<'_>]| three[0].start..three[2].start + three[2].text.len();
        let matching = tokens.windows(3).filter(|three| {
            three[0].kind == Kind::Word && matches!(three[1].text, "=" | "!=" | "=~" | "!~") && three[2].kind == Kind::Text
        });
        matching
            .map(|three| Matcher { label: three[0].text, sign: three[1].text, value: three[2].text, text: &self.text[whole(three)] })
            .collect()
    }
}

impl Query {
    /// Takes the selector that begins at a position; gives the position after it.
    fn select(&mut self, query: &str, tokens: &[Token<'_>], metric: Option<&Token<'_>>, at: usize) -> usize {
        let opening = if metric.is_some() { at + 1 } else { at };
        let braced = tokens.get(opening).is_some_and(|token| token.text == "{" && token.kind == Kind::Other);
        let end = if braced { past(tokens, opening) } else { opening };
        let inside = if braced { &tokens[opening + 1..end - 1] } else { &[] };
        let text = tokens[end - 1];
        let text = query[tokens[at].start..text.start + text.text.len()].to_owned();
        let selector = Selector { metric: metric.map(|token| token.text.to_owned()).or_else(|| named(inside)), text };
        if !self.selectors.contains(&selector) {
            self.selectors.push(selector);
        }
        end
    }
}

/// The name among matchers: `__name__="x"`, or `"x"` alone, as Prometheus 3 writes names with other letters.
fn named(inside: &[Token<'_>]) -> Option<String> {
    let bare = |text: &str| text.get(1..text.len() - 1).map(str::to_owned);
    let given = inside.windows(3).find(|three| three[0].text == "__name__" && three[1].text == "=");
    let alone = inside.iter().enumerate().find(|(at, token)| {
        let edge = |token: Option<&Token<'_>>| token.is_none_or(|token| token.text == ",");
        token.kind == Kind::Text && edge(at.checked_sub(1).and_then(|before| inside.get(before))) && edge(inside.get(at + 1))
    });
    given.and_then(|three| bare(three[2].text)).or_else(|| alone.and_then(|(_, token)| bare(token.text)))
}

/// The position after what is opened at `at`.
fn past(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, token) in tokens[at..].iter().enumerate().filter(|(_, token)| token.kind == Kind::Other) {
        match token.text {
            "(" | "{" | "[" => depth += 1,
            ")" | "}" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + offset + 1;
        }
    }
    tokens.len()
}

fn balanced(tokens: &[Token<'_>]) -> Result<(), String> {
    let mut open = Vec::new();
    for token in tokens.iter().filter(|token| token.kind == Kind::Other) {
        match token.text {
            "(" => open.push(")"),
            "{" => open.push("}"),
            "[" => open.push("]"),
            ")" | "}" | "]" if open.pop() != Some(token.text) => return Err(format!("`{}` in the query closes nothing", token.text)),
            _ => {}
        }
    }
    open.pop().map_or(Ok(()), |missing| Err(format!("`{missing}` is missing in the query")))
}

fn tokens(query: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = query.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let mut take_while = |takes: &dyn Fn(char, char) -> bool| {
            let (mut end, mut before) = (start + first.len_utf8(), first);
            while let Some((at, next)) = rest.next_if(|(_, next)| takes(before, *next)) {
                (end, before) = (at + next.len_utf8(), next);
            }
            end
        };
        let in_word = |next: char| next.is_ascii_alphanumeric() || matches!(next, '_' | ':');
        let (kind, end) = match first {
            _ if first.is_whitespace() => continue,
            '#' => {
                take_while(&|_, next| next != '\n');
                continue;
            }
            '"' | '\'' | '`' => (Kind::Text, closed(query, start, first, &mut rest)?),
            // With its unit, `5m`, or its exponent, `1e-3`.
            _ if first.is_ascii_digit() || first == '.' => {
                let of_number = |before: char, next: char| {
                    next.is_ascii_alphanumeric() || next == '.' || (matches!(before, 'e' | 'E') && matches!(next, '+' | '-'))
                };
                (Kind::Other, take_while(&of_number))
            }
            _ if in_word(first) => (Kind::Word, take_while(&|_, next| in_word(next))),
            '=' | '!' | '<' | '>' => (Kind::Other, take_while(&|before, next| before == first && matches!(next, '=' | '~'))),
            _ => (Kind::Other, start + first.len_utf8()),
        };
        tokens.push(Token { kind, text: &query[start..end], start });
    }
    Ok(tokens)
}

/// Where a text in quotes ends.
fn closed(query: &str, start: usize, quote: char, rest: &mut std::iter::Peekable<std::str::CharIndices<'_>>) -> Result<usize, String> {
    while let Some((at, next)) = rest.next() {
        if next == quote {
            return Ok(at + 1);
        }
        if next == '\\' && quote != '`' {
            rest.next();
        }
    }
    Err(format!("a text in quotes is not closed in the query: {}", crate::model::quote(&query[start..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(query: &str) -> Vec<String> {
        read(query).expect(query).selectors.into_iter().map(|one| one.metric.unwrap_or(one.text)).collect()
    }

    #[test]
    fn metrics_are_found_and_nothing_else() {
        for (query, names) in [
            ("up", &["up"][..]),
            (r#"sum by (job) (rate(http_requests_total{job="api",code=~"5..|> 3"}[5m])) / 2 # up"#, &["http_requests_total"]),
            ("sum(rate(a:b[5m] offset -1h)) by (le, up)", &["a:b"]),
            ("a / on(instance) group_left(node) b", &["a", "b"]),
            ("a and ignoring(x) b OR c unless d", &["a", "b", "c", "d"]),
            ("histogram_quantile(0.95, sum(rate(x_bucket[5m])) without (pod))", &["x_bucket"]),
            ("max_over_time(rate(x[1m])[10m:15s]) @ end()", &["x"]),
            ("x @ 1609746000 + Inf - nan + 1e-5 + 0x1F + .5", &["x"]),
            (r#"{__name__="odd.name", job="a"}"#, &["odd.name"]),
            (r#"{"odd.name", job="a"}"#, &["odd.name"]),
            (r#"{job="a"}"#, &[r#"{job="a"}"#]),
            (r#"label_replace(up, "a", "$1", "b", '(.*)[')"#, &["up"]),
            ("count(count_total) + count", &["count_total", "count"]),
            ("vector(1) + time()", &[]),
        ] {
            assert_eq!(metrics(query), names, "{query}");
        }
        assert_eq!(read("rate( x {a=\"}\"} [5m])").expect("a query").selectors[0].text, "x {a=\"}\"}");
    }

    #[test]
    fn conditions_are_told_apart() {
        let query = read(r#"sum(x{a = "b,c", d=~'e"', f!="${version}"})"#).expect("a query");
        let found: Vec<_> = query.selectors[0].matchers().iter().map(|one| (one.label, one.sign, one.value, one.text)).collect();
        assert_eq!(
            found,
            [("a", "=", "\"b,c\"", "a = \"b,c\""), ("d", "=~", "'e\"'", "d=~'e\"'"), ("f", "!=", "\"${version}\"", "f!=\"${version}\"")]
        );
    }

    #[test]
    fn comparisons_that_drop_series_are_found() {
        for (query, filters) in [
            ("x > 5", &["> 5"][..]),
            ("x >= bool 5", &[]),
            ("count(up == 0) < 3", &["== 0", "< 3"]),
            (r#"x{a!="b",c=~">"} != y"#, &["!= y"]),
            ("x>5", &["> 5"]),
            ("a == BOOL b", &[]),
        ] {
            assert_eq!(read(query).expect(query).filters, filters, "{query}");
        }
    }

    #[test]
    fn what_is_compared_is_told_from_the_limit() {
        for (query, compared) in [
            ("a / b > 5", Some("a / b")),
            ("(a > 5)", None),
            ("count(a == 0) > 1", None),
            ("a or b > 5", None),
            ("a > bool 5", None),
            ("5 < a", Some("5")),
        ] {
            assert_eq!(read(query).expect(query).compared.as_deref(), compared, "{query}");
        }
    }

    #[test]
    fn what_is_not_closed_is_refused() {
        for query in ["", "  # up", "rate(x[5m]", "x{a=\"b}", "x)", "sum(x]", "x{a='b\\'}"] {
            assert!(read(query).is_err(), "{query}");
        }
    }
}
