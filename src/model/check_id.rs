//! What names a check: its own id, or for a member of a list, `smoke[users,eu]`, also that of the list, `smoke`.

/// Whether `name` means the check `id`.
pub fn is_named(id: &str, name: &str) -> bool {
    id == name || list_of(id) == Some(name)
}

/// The list that a check is a member of.
pub fn list_of(id: &str) -> Option<&str> {
    id.strip_suffix(']')?.split_once('[').map(|(list, _)| list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_its_members() {
        assert!(is_named("smoke[users,eu]", "smoke") && is_named("smoke[users,eu]", "smoke[users,eu]") && is_named("smoke", "smoke"));
        assert!(!is_named("smoke[users,eu]", "smoke[users") && !is_named("smoke-api", "smoke") && !is_named("smoke", "smoke[a]"));
        assert_eq!((list_of("web/tls"), list_of("a[b%5D]")), (None, Some("a")));
    }
}
