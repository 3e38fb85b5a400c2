//! OpenSSH's patterns (ssh_config(5), PATTERNS): `*`, `?`, lists with commas, `!` before what must not match.

/// Whether `list` takes `text` in: some pattern does, and none with `!` before it. Letters are compared as they are.
pub(super) fn takes_in(list: &str, text: &str) -> bool {
    let mut taken = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(refused) if fits(refused.as_bytes(), text.as_bytes()) => return false,
            Some(_) => {}
            None => taken |= fits(pattern.as_bytes(), text.as_bytes()),
        }
    }
    taken
}

/// `*` takes in any bytes, `?` one. In time proportional to the product of the lengths, whatever the pattern.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where the last star was, and how far the text was then.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match (pattern.get(p), star) {
            (Some(b'*'), _) => {
                star = Some((p, t));
                p += 1;
            }
            (Some(&c), _) if c == b'?' || c == text[t] => (p, t) = (p + 1, t + 1),
            (_, Some((at, from))) => {
                star = Some((at, from + 1));
                (p, t) = (at + 1, from + 1);
            }
            (_, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::takes_in;

    #[test]
    fn takes_in_what_ssh_does() {
        for (list, text, taken) in [
            ("bob@example.com", "bob@example.com", true),
            ("bob@example.com", "Bob@example.com", false),
            ("*@example.com", "bob@example.com", true),
            ("*@example.com,!bob@example.com", "bob@example.com", false),
            ("!bob@example.com,*@example.com", "bob@example.com", false),
            ("!bob@example.com,*@example.com", "eve@example.com", true),
            ("!bob@example.com", "eve@example.com", false),
            ("b?b", "bob", true),
            ("b?b", "bb", false),
            ("a*b*c", "a__b__c", true),
            ("a*b*c", "a__c__b", false),
            ("**", "", true),
            ("", "", true),
            ("a,b", "b", true),
        ] {
            assert_eq!(takes_in(list, text), taken, "{list:?} {text:?}");
        }
        assert!(!takes_in(&"*a".repeat(500), &"a".repeat(499)));
    }
}
