//! SPDX licence expressions (SPDX 2.3, annex D).

/// Whether a licence may be used as the expression says, where `may` says it of one licence; `None` where it is no expression.
pub(super) fn may_be_used(expression: &str, may: &dyn Fn(&str) -> bool) -> Option<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let used = any(&mut rest, may, 0)?;
    rest.is_empty().then_some(used)
}

fn any(rest: &mut &[&str], may: &dyn Fn(&str) -> bool, depth: usize) -> Option<bool> {
    let mut used = all(rest, may, depth)?;
    while take(rest, "OR") {
        used |= all(rest, may, depth)?;
    }
    Some(used)
}

fn all(rest: &mut &[&str], may: &dyn Fn(&str) -> bool, depth: usize) -> Option<bool> {
    let mut used = one(rest, may, depth)?;
    while take(rest, "AND") {
        used &= one(rest, may, depth)?;
    }
    Some(used)
}

fn one(rest: &mut &[&str], may: &dyn Fn(&str) -> bool, depth: usize) -> Option<bool> {
    if depth > 50 {
        return None;
    }
    if take(rest, "(") {
        let used = any(rest, may, depth + 1)?;
        return take(rest, ")").then_some(used);
    }
    let (id, others) = rest.split_first().filter(|(id, _)| !["AND", "OR", "WITH", ")"].contains(&id.to_uppercase().as_str()))?;
    *rest = others;
    if take(rest, "WITH") {
        *rest = rest.split_first()?.1;
    }
    Some(may(id))
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    let taken = rest.split_first().filter(|(first, _)| first.eq_ignore_ascii_case(word));
    taken.map(|(_, others)| *rest = others).is_some()
}

#[cfg(test)]
mod tests {
    use super::may_be_used;

    #[test]
    fn one_side_of_or_and_both_of_and() {
        let may = |id: &str| ["mit", "apache-2.0"].contains(&id.to_lowercase().as_str());
        for (expression, used) in [
            ("MIT", Some(true)),
            ("GPL-3.0-only", Some(false)),
            ("MIT OR GPL-3.0-only", Some(true)),
            ("MIT AND GPL-3.0-only", Some(false)),
            ("MIT AND (GPL-3.0-only OR apache-2.0)", Some(true)),
            ("(MIT and Apache-2.0) or GPL-2.0", Some(true)),
            ("GPL-2.0-only OR MIT AND GPL-3.0-only", Some(false)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("GPL-2.0-only WITH Classpath-exception-2.0", Some(false)),
            ("", None),
            ("MIT OR", None),
            ("MIT Apache-2.0", None),
            ("(MIT", None),
            ("MIT WITH", None),
            (&"(".repeat(10_000), None),
        ] {
            assert_eq!(may_be_used(expression, &may), used, "{expression}");
        }
    }
}
