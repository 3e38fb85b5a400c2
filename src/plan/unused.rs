//! Variables that nothing uses: mostly a misspelt name, for which another source's value is silently taken.

use std::collections::HashSet;

use super::{fault::Fault, node::Node, root::Root, suggest, template::Template};

/// Adds the variables that the values of `file` name to `used`; what stands in a declared variable itself does not count.
pub(super) fn names(root: &Root, file: &Node, used: &mut HashSet<String>) {
    let own: HashSet<_> = root.all_vars().map(|(_, node)| node.place).collect();
    file.each_text(&mut |text, place| {
        if text.contains("${") && !own.contains(&place) {
            take(text, None, used);
        }
    });
}

/// A warning for every declared variable that is not among those `used`, nor named by another one.
pub(super) fn variables(root: &Root, mut used: HashSet<String>) -> Vec<Fault> {
    for (key, node) in root.all_vars() {
        node.each_scalar(&mut |scalar, _| take(&scalar.text, Some(&key.text), &mut used));
    }
    let declared: HashSet<&str> = root.all_vars().map(|(key, _)| key.text.as_str()).collect();
    let unused = root.all_vars().filter(|(key, _)| !used.contains(&key.text));
    unused
        .map(|(key, node)| {
            // A name that is used but that no one declares is what this one was meant to be.
            let own = node.scalar().and_then(|scalar| Template::parse(&scalar.text).ok().flatten());
            let own = own.as_ref().map(Template::names).unwrap_or_default();
            let meant = used.iter().map(String::as_str).filter(|name| !declared.contains(name) && !own.contains(name));
            Fault::warning(key.place, format!("nothing uses the variable `{}`", key.text)).meant(suggest::nearest(&key.text, meant))
        })
        .collect()
}

fn take(text: &str, but: Option<&str>, used: &mut HashSet<String>) {
    if let Ok(Some(template)) = Template::parse(text) {
        used.extend(template.names().into_iter().filter(|name| Some(*name) != but).map(str::to_owned));
    }
}
