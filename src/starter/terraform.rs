//! Terraform: addresses that outputs and records say in so many words, and the stores that are rented. A value that is made of others
//! is not known here.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    detect::{Place, Said},
    found::Found,
    origin::is_public_host,
    proxy::Host,
};
use crate::model::regex;

/// By the name, in lower case.
pub(super) fn is_terraform(place: &Place<'_>) -> bool {
    place.name.ends_with(".tf") || place.name.ends_with(".tfvars")
}

static NAME: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?m)^\s*(?:value|default|domain(?:_name)?|hostname|host|fqdn|name|\w*_(?:url|domain|host))\s*=\s*"(https?://)?([a-z0-9.-]+\.[a-z]{2,})/?"\s*$"#,
    )
});

static STORES: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r#"(?s)resource "(?:aws_db_instance|aws_rds_cluster)".{0,1500}?engine\s*=\s*"(?:aurora-)?postgres"#, "postgres"),
        (r#"resource "azurerm_postgresql\w*"|(?s)resource "google_sql_database_instance".{0,800}?"POSTGRES_"#, "postgres"),
        (r#"(?s)resource "(?:aws_db_instance|aws_rds_cluster)".{0,1500}?engine\s*=\s*"(?:aurora-)?m(?:ysql|ariadb)"#, "mysql"),
        (r#"resource "(?:aws_elasticache\w*|google_redis_instance|azurerm_redis_cache)""#, "redis"),
    ]
    .into_iter()
    .map(|(mark, store)| (regex(mark), store))
    .collect()
});

/// Takes names and stores.
pub(super) fn read(found: &mut Found, path: &str, text: &str) -> Said {
    let known = (found.hosts.len(), found.stores.len());
    for name in NAME.captures_iter(text).filter(|name| is_public_host(&name[2]) && !is_reversed(&name[2])) {
        let tls = (name.get(1).map(|scheme| scheme.as_str()) != Some("http://")).then(|| path.to_owned());
        found.host(Host { name: name[2].to_owned(), file: path.to_owned(), tls, ..Host::default() });
    }
    for (_, store) in STORES.iter().filter(|(mark, _)| mark.is_match(text)) {
        found.uses(store, path);
    }
    Ok((known != (found.hosts.len(), found.stores.len())).then_some("Terraform: names and stores that stand there"))
}

/// Names of services of a cloud, which are no addresses: `container.googleapis.com`, `ecs.amazonaws.com`.
fn is_reversed(name: &str) -> bool {
    ["googleapis.com", "amazonaws.com", "gserviceaccount.com", "azure.com", "windows.net"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn reads_what_stands_there() {
        let text = "output \"url\" {\n  value = \"https://shop.acme.io\"\n}\noutput \"x\" {\n  value = aws_lb.x.dns_name\n}\nresource \"aws_db_instance\" \"main\" {\n  engine = \"postgres\"\n}\nservice = \"x\"\n  name = \"container.googleapis.com\"\n";
        let mut found = Found::new(Path::new("/x"));
        assert!(read(&mut found, "infra/main.tf", text).is_ok_and(|said| said.is_some()));
        assert_eq!((found.hosts.len(), found.hosts[0].url()), (1, "https://shop.acme.io".to_owned()));
        assert_eq!(found.stores.keys().collect::<Vec<_>>(), [&"postgres"]);
    }
}
