//! What the name of a key or field says of its value.

use super::words::list;
use crate::model::{looks_secret, words_of};

/// Whether a key's name says that it holds a secret, and not a setting of one (`TOKEN_TTL`).
pub(super) fn names_a_secret(key: &str) -> bool {
    let key = key.rsplit('/').next().unwrap_or(key);
    looks_secret(key) && !names_a_setting(key)
}

/// Whether a name that looks secret is that of a setting: `JWT_TOKEN_EXPIRES_IN`, `COOKIE_DOMAIN`, `MAX_TOKENS`.
pub(super) fn names_a_setting(key: &str) -> bool {
    let words = words_of(key);
    words.first().is_some_and(|first| list("limits").contains(&&**first))
        || ends_in("settings", key)
        || words.last().is_some_and(|last| last.ends_with("minutes") || last.ends_with("seconds"))
}

/// Whether the last word of a name is on a list of `words.txt`.
pub(super) fn ends_in(name_of_list: &str, key: &str) -> bool {
    words_of(key).last().is_some_and(|last| list(name_of_list).contains(&&**last))
}

/// Whether the name of a field describes what stands beside it, as `type` and `version` do.
pub(super) fn describes(name: &str) -> bool {
    names_a_setting(name) || ends_in("describing", name)
}

/// Whether a key with this value is no secret whatever its name: a switch (`SESSION_SECURE_COOKIE=false`,
/// `BASIC_AUTH=on`), or the folder that a shell works in.
pub(super) fn is_setting(key: &str, value: &str) -> bool {
    let word = value.trim().to_lowercase();
    let on_or_off = ["true", "false", "yes", "no", "on", "off"].contains(&&*word);
    let says = words_of(key).iter().any(|word| list("switches").contains(&&**word));
    (["PWD", "OLDPWD"].contains(&key) && value.starts_with('/'))
        || (says && (on_or_off || word == "0" || word == "1"))
        || (on_or_off && ends_in("on-or-off", key))
}
