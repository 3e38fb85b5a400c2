//! Expressions as a person writes them beside expressions as PostgreSQL prints them.
//!
//! The server resolves types when an index is created and prints what it resolved: `lower(email)` on a `varchar`
//! comes back as `lower(email::text)`, `status IN ('a', 'b')` as `status = ANY (ARRAY['a'::text, 'b'::text])`.

use super::token::{Token, tokens};

/// Whether `printed`, from a catalogue, is what somebody who writes `written` asked for.
pub(super) fn same(written: &str, printed: &str) -> bool {
    let qualified = tokens(written).iter().any(|token| *token == Token::Symbol(".".into()));
    normal(written, !qualified) == normal(printed, !qualified)
}

fn normal(text: &str, unqualified: bool) -> Vec<Token> {
    let mut tokens = tokens(text);
    if unqualified {
        drop_qualifiers(&mut tokens);
    }
    drop_casts(&mut tokens);
    join_signs(&mut tokens);
    spell_out(&mut tokens);
    while drop_parentheses(&mut tokens) {}
    tokens
}

/// `public.f(x)` as `f(x)`: what the search path would have left out.
fn drop_qualifiers(tokens: &mut Vec<Token>) {
    while let Some(dot) = tokens.iter().position(|token| token.is(".")) {
        let from = if dot > 0 && matches!(tokens[dot - 1], Token::Word(_)) { dot - 1 } else { dot };
        tokens.drain(from..=dot);
    }
}

/// Casts that type resolution adds: any on a constant, and those between the text types.
fn drop_casts(tokens: &mut Vec<Token>) {
    let mut i = 0;
    while i < tokens.len() {
        if !tokens[i].is("::") || i == 0 {
            i += 1;
            continue;
        }
        let (end, kind) = type_at(tokens, i + 1);
        let number = ["integer", "bigint", "smallint", "numeric", "real", "double precision"].contains(&kind.as_str());
        let texts = ["text", "character varying", "varchar", "bpchar", "character", "name"];
        let texts = texts.iter().any(|t| kind == *t || kind.strip_suffix("[]") == Some(t));
        match &tokens[i - 1] {
            Token::Text(value) if number => tokens[i - 1] = Token::Number(value.clone()),
            Token::Text(_) | Token::Number(_) => {}
            _ if texts => {}
            _ => {
                i += 1;
                continue;
            }
        }
        tokens.drain(i..end);
    }
}

/// Where the type that begins at `start` ends, and its name.
fn type_at(tokens: &[Token], start: usize) -> (usize, String) {
    let word = |i: usize| match tokens.get(i) {
        Some(Token::Word(word)) => word.as_str(),
        _ => "",
    };
    let is = |i: usize, text: &str| tokens.get(i).is_some_and(|token| token.is(text));
    let mut end = start + 1;
    let mut name = word(start).to_owned();
    while is(end, ".") {
        name = word(end + 1).to_owned();
        end += 2;
    }
    if (word(start) == "character" || word(start) == "bit") && word(end) == "varying" || word(start) == "double" && word(end) == "precision"
    {
        name = format!("{name} {}", word(end));
        end += 1;
    }
    if is(end, "(") {
        // A length cuts: such a cast means something.
        end += tokens[end..].iter().position(|token| token.is(")")).map_or(0, |i| i + 1);
        name.push_str("()");
    }
    if ["with", "without"].contains(&word(end)) && word(end + 1) == "time" && word(end + 2) == "zone" {
        name = format!("{name} {} time zone", word(end));
        end += 3;
    }
    while is(end, "[") && is(end + 1, "]") {
        end += 2;
        name.push_str("[]");
    }
    (end.min(tokens.len()), name)
}

/// A sign before a number belongs to it, unless it stands between two values.
fn join_signs(tokens: &mut Vec<Token>) {
    let mut i = 0;
    while i + 1 < tokens.len() {
        let joins = i == 0
            || match &tokens[i - 1] {
                Token::Symbol(symbol) => symbol != ")" && symbol != "]",
                Token::Word(word) => ["and", "or", "not", "in", "between"].contains(&word.as_str()),
                Token::Text(_) | Token::Number(_) => false,
            };
        if let (true, Token::Number(number), true) = (tokens[i].is("-"), &tokens[i + 1], joins) {
            tokens[i] = Token::Number(format!("-{number}"));
            tokens.remove(i + 1);
        }
        i += 1;
    }
}

/// `LIKE`, `IN (…)` and their negations as the operators that PostgreSQL keeps them as.
fn spell_out(tokens: &mut Vec<Token>) {
    let mut i = 0;
    while i < tokens.len() {
        let negated = i > 0 && tokens[i - 1].is("not");
        let operator = match &tokens[i] {
            Token::Word(word) if word == "like" => Some(if negated { "!~~" } else { "~~" }),
            Token::Word(word) if word == "ilike" => Some(if negated { "!~~*" } else { "~~*" }),
            Token::Word(word) if word == "in" && tokens.get(i + 1).is_some_and(|next| next.is("(")) => {
                spell_in(tokens, i, negated);
                None
            }
            _ => None,
        };
        if let Some(operator) = operator {
            tokens[i] = Token::Symbol(operator.into());
            if negated {
                tokens.remove(i - 1);
                continue;
            }
        }
        i += 1;
    }
}

fn spell_in(tokens: &mut Vec<Token>, at: usize, negated: bool) {
    let Some(close) = tokens[at..].iter().position(|token| token.is(")")).map(|i| at + i) else { return };
    let list: Vec<Token> = tokens[at + 2..close].to_vec();
    let symbol = |text: &str| Token::Symbol(text.into());
    let word = |text: &str| Token::Word(text.into());
    let mut spelt = vec![symbol(if negated { "<>" } else { "=" })];
    if list.len() == 1 {
        spelt.extend(list);
    } else {
        spelt.extend([word(if negated { "all" } else { "any" }), symbol("("), word("array"), symbol("[")]);
        spelt.extend(list);
        spelt.extend([symbol("]"), symbol(")")]);
    }
    tokens.splice(at - usize::from(negated)..=close, spelt);
}

/// Drops one pair of parentheses that changes nothing; false when there is none.
fn drop_parentheses(tokens: &mut Vec<Token>) -> bool {
    for open in 0..tokens.len() {
        if !tokens[open].is("(") {
            continue;
        }
        let Some(close) = closing(tokens, open) else { continue };
        let called = open > 0 && matches!(&tokens[open - 1], Token::Word(word) if !["and", "or", "not"].contains(&word.as_str()));
        if !called && idle(tokens, open, close) {
            tokens.remove(close);
            tokens.remove(open);
            return true;
        }
    }
    false
}

/// Around all of it, around one value, or around one comparison between connectives.
fn idle(tokens: &[Token], open: usize, close: usize) -> bool {
    let connects = |token: Option<&Token>| token.is_none_or(|t| t.is("and") || t.is("or") || t.is("(") || t.is(")"));
    let inner = &tokens[open + 1..close];
    let whole = open == 0 && close + 1 == tokens.len();
    let before = open.checked_sub(1).and_then(|i| tokens.get(i));
    let alone = connects(before) && connects(tokens.get(close + 1));
    let simple = !inner.iter().any(|token| token.is("and") || token.is("or") || token.is("not") && !is_test(inner));
    // A doubled pair is one too many.
    let doubled = before.is_some_and(|t| t.is("("))
        && tokens.get(close + 1).is_some_and(|t| t.is(")"))
        && closing(tokens, open - 1) == Some(close + 1);
    whole || inner.len() == 1 || doubled || (alone && simple && !inner.iter().any(|token| token.is(",")))
}

/// `x IS NOT NULL`: its `not` connects nothing.
fn is_test(inner: &[Token]) -> bool {
    inner.windows(2).filter(|pair| pair[1].is("not")).all(|pair| pair[0].is("is")) && !inner.first().is_some_and(|token| token.is("not"))
}

fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
            if depth == 0 {
                return Some(i);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn what_the_server_prints_is_recognised() {
        for (written, printed) in [
            ("lower(email)", "lower(email::text)"),
            ("LOWER( email )", "lower((email)::text)"),
            ("payload->>'kind'", "(payload ->> 'kind'::text)"),
            ("(a || b)", "(a || b)"),
            ("immutable_unaccent(name)", "public.immutable_unaccent(name)"),
            ("deleted_at IS NULL", "(deleted_at IS NULL)"),
            ("status = 'active'", "((status)::text = 'active'::text)"),
            ("status = 'active'", "status = 'active'::activity.status"),
            ("status in ('a', 'b')", "status::text = ANY (ARRAY['a'::character varying, 'b'::character varying]::text[])"),
            ("status not in ('a','b')", "status <> ALL (ARRAY['a'::text, 'b'::text])"),
            ("status IN ('a')", "status = 'a'::text"),
            ("kind != 3", "(kind <> 3)"),
            ("kind > -1", "kind > '-1'::integer"),
            ("email LIKE '%@x'", "email::text ~~ '%@x'::text"),
            ("a IS NOT NULL AND (b = 1)", "a IS NOT NULL AND b = 1"),
            ("deleted_at IS NULL AND status = 'x'", "((deleted_at IS NULL) AND ((status)::text = 'x'::text))"),
        ] {
            assert!(same(written, printed), "{written} / {printed}");
        }
    }

    #[test]
    fn what_differs_stays_different() {
        for (written, printed) in [
            ("lower(email)", "upper(email::text)"),
            ("payload->>'kind'", "((payload ->> 'kind'::text))::integer"),
            ("status = 'active'", "status = 'ACTIVE'::text"),
            ("deleted_at IS NULL", "deleted_at IS NOT NULL"),
            ("a = 1 AND (b = 2 OR c = 3)", "a = 1 AND b = 2 OR c = 3"),
            ("NOT (a = 1 AND b = 2)", "NOT a = 1 AND b = 2"),
            ("left(name, 3)", "left(name, 4)"),
            ("name", "name::character varying(3)"),
            ("\"Email\" = 'x'", "email = 'x'"),
            ("a.lower(x)", "b.lower(x)"),
        ] {
            assert!(!same(written, printed), "{written} / {printed}");
        }
    }
}
