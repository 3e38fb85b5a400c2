//! What an application's own configuration reads from its environment: the names of variables, never a value.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    detect::{Place, Said},
    environment,
    found::Found,
};
use crate::model::regex;

/// Files of configuration, by the path in lower case: of production or of all environments.
static FILES: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(^|/)config/(database|cable|storage|redis|puma|sidekiq|initializers/[^/]+|environments/production)\.(yml|rb)$",
        r"|(^|/)config/(runtime|prod|releases)\.exs$",
        r"|(^|/)(settings|settings/(base|common|prod|production))\.py$|(^|/)core/config\.py$",
        r"|(^|/)application(-prod|-production)?\.(ya?ml|properties)$",
        r"|(^|/)appsettings(\.production)?\.json$",
        r"|apphost[^/]*/(program|apphost)\.cs$",
    ))
});

/// How programs read a variable that must be set; the group is its name. `${NAME}` is Spring's.
static DEMANDS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r#"\b(?:ENV\.fetch\(|fetch_env!\(?|environ\[|env(?:\.\w+)?\(|config\()\s*["']([A-Z][A-Z0-9_]+)["']\s*[)\]]"#,
        r"|\$\{([A-Z][A-Z0-9_]+)\}",
    ))
});
/// And one that need not be.
static READS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r#"\b(?:ENV(?:\.fetch\(|\[)|get_env\(?|environ\.get\(|getenv\(|env(?:\.\w+)?\(|config\(|envint\(|envbool\()\s*["']([A-Z][A-Z0-9_]+)["']"#,
        r"|\$\{([A-Z][A-Z0-9_]+):",
    ))
});

/// A property of Spring with its value: only where it leads is asked.
static PROPERTY: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?m)^\s*[\w.-]*?(url|uri|host)\s*[=:]\s*["']?(jdbc:[a-z0-9]+|[a-z0-9+]+)://"#));
/// Connection strings of ASP.NET; each is a variable `ConnectionStrings__NAME`.
static CONNECTIONS: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?s)"ConnectionStrings"\s*:\s*\{([^}]*)\}"#));
static NAME: LazyLock<Regex> = LazyLock::new(|| regex(r#""(\w+)"\s*:"#));
/// Stores that an Aspire host starts.
static ASPIRE: LazyLock<Regex> = LazyLock::new(|| regex(r"\.Add(?:Azure)?(Postgres|Redis|RabbitMQ|MySql|MongoDB|Kafka)\w*\("));

/// Whether a file is such configuration.
pub(super) fn is_config(place: &Place<'_>) -> bool {
    FILES.is_match(place.path)
}

/// Takes the names of variables, of those that are secrets or lead to a store.
pub(super) fn read(found: &mut Found, path: &str, text: &str) -> Said {
    let known = (found.required.len(), found.optional.len(), found.stores.len());
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with(['#', '/'])).map(|line| format!("{line}\n")).collect();
    for (reads, must) in [(&*DEMANDS, true), (&*READS, false)] {
        for name in reads.captures_iter(&code).filter_map(|found| found.iter().skip(1).flatten().next()) {
            match must {
                true => found.variable(name.as_str(), "", path),
                false => found.option(name.as_str(), "", path),
            }
        }
    }
    for property in PROPERTY.captures_iter(&code) {
        if let Some((store, _)) = environment::store_of("", &format!("{}://", &property[2])) {
            found.uses(store, path);
        }
    }
    for connections in CONNECTIONS.captures_iter(&code) {
        for name in NAME.captures_iter(&connections[1]) {
            found.require(&format!("ConnectionStrings__{}", &name[1]), path);
        }
    }
    for store in ASPIRE.captures_iter(&code) {
        if let Some((store, _)) = environment::store_of("", &format!("{}://", store[1].to_ascii_lowercase())) {
            found.uses(store, path);
        }
    }
    Ok((known != (found.required.len(), found.optional.len(), found.stores.len()))
        .then_some("configuration: the names of secrets and the stores it reads"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn takes_names_and_no_values() {
        for (file, text, keys, stores) in [
            (
                "config/database.yml",
                "production:\n  password: <%= ENV.fetch(\"SHOP_DATABASE_PASSWORD\") %>\n  other: <%= ENV[\"OLD_PASSWORD\"] %>\n",
                vec!["SHOP_DATABASE_PASSWORD"],
                vec![],
            ),
            (
                "config/runtime.exs",
                "System.fetch_env!(\"SECRET_KEY_BASE\")\n# System.get_env(\"OLD_SECRET\")\n",
                vec!["SECRET_KEY_BASE"],
                vec![],
            ),
            (
                "shop/settings.py",
                "SECRET_KEY = os.environ[\"SECRET_KEY\"]\nX = env('REDIS_URL')\nDEBUG = env.bool('DEBUG')\n",
                vec!["SECRET_KEY"],
                vec!["redis"],
            ),
            (
                "src/main/resources/application.yml",
                "url: jdbc:postgresql://db/x\npassword: ${DB_PASSWORD}\nother: ${OTHER_PASSWORD:canary}\n",
                vec!["DB_PASSWORD"],
                vec!["postgres"],
            ),
            (
                "src/Api/appsettings.json",
                "{\"ConnectionStrings\": {\"Shop\": \"Host=x;Password=canary\"}}",
                vec!["ConnectionStrings__Shop"],
                vec![],
            ),
            ("src/AppHost/Program.cs", "var r = builder.AddRabbitMQ(\"bus\");", vec![], vec!["rabbitmq"]),
        ] {
            let mut found = Found::new(Path::new("/x"));
            assert!(FILES.is_match(&file.to_ascii_lowercase()), "{file}");
            assert!(read(&mut found, file, text).is_ok_and(|said| said.is_some()), "{file}");
            assert_eq!(found.required.keys().collect::<Vec<_>>(), keys, "{file}");
            assert_eq!(found.stores.keys().copied().collect::<Vec<_>>(), stores, "{file}");
            assert!(!format!("{:?}", found.required).contains("canary"));
        }
    }
}
