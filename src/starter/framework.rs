//! Health paths that code answers, and which drivers of databases it has: only where the code or a lock file says so.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    detect::{Place, Said},
    found::Found,
    origin::is_path,
    table::rows,
};
use crate::model::regex;

/// What a path of this end is called that says whether a service is well.
const HEALTH: &str = r"(?:_?health(?:z|[_-]?check)?|_?healthcheck|livez?|liveness|readyz?|readiness|heartbeat|alive|up|_?status|ping)";

/// How a word begins that is about the health of whatever stands before it; `status`, `up` and others are said of orders too.
const OF_HEALTH: [&str; 3] = ["health", "live", "read"];

/// A path in lower case, and what stands in the file; the group is the health path.
static CODE: LazyLock<Vec<(Regex, Regex)>> = LazyLock::new(|| {
    let path = format!(r"(/?(?:[\w./-]*/)?{HEALTH}/?)");
    rows(include_str!("code.txt")).into_iter().map(|row| (regex(row[0]), regex(&row[1].replace("{path}", &path)))).collect()
});

/// Routes that are files: Next, Nuxt and SvelteKit.
static ROUTES: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"^(?:.*/)?(?:app|pages|server|routes)((?:/[\w().-]+)*/{HEALTH})(?:/route\.[jt]sx?|/\+server\.[jt]s|/index\.[jt]s|(?:\.get)?\.[jt]s)$"
    ))
});

/// Libraries by the lock files that name them, and the database that they speak to.
static DRIVERS: LazyLock<Vec<(Regex, Regex, &'static str)>> =
    LazyLock::new(|| rows(include_str!("drivers.txt")).into_iter().map(|row| (regex(row[0]), regex(row[1]), row[2])).collect());

/// Whether a file may answer a health path.
pub(super) fn is_code(place: &Place<'_>) -> bool {
    let of_tests = ["test", "spec", "mock"].iter().any(|word| place.name.contains(word));
    !of_tests && (CODE.iter().any(|(known, _)| known.is_match(place.path)) || ROUTES.is_match(place.path))
}

/// Whether a file names libraries.
pub(super) fn is_lock(place: &Place<'_>) -> bool {
    DRIVERS.iter().any(|(known, ..)| known.is_match(place.path))
}

/// Takes the health path that a file answers.
pub(super) fn read(found: &mut Found, path: &str, text: &str) -> Said {
    let lower = path.to_ascii_lowercase();
    let route = ROUTES.captures(path).map(|route| {
        let parts = route[1].split('/').filter(|part| !part.is_empty() && !part.starts_with('('));
        format!("/{}", parts.collect::<Vec<_>>().join("/"))
    });
    let said = || {
        let known = CODE.iter().filter(|(known, _)| known.is_match(&lower));
        known.filter_map(|(_, mark)| mark.captures_iter(text).map(|found| found[1].to_owned()).find(|path| is_of_service(path))).next()
    };
    let Some(path_) = route.or_else(said) else { return Ok(None) };
    // Django's first table of URLs stands beside the settings; what others add before theirs is not known here.
    if lower.ends_with("urls.py")
        && !["settings.py", "settings", "wsgi.py"].iter().any(|name| found.root.join(path).with_file_name(name).exists())
    {
        return Ok(None);
    }
    let scoped = lower.ends_with("router.ex")
        && text.lines().take_while(|line| !line.contains(&format!("\"{path_}\""))).any(|line| line.contains("scope \"/"));
    let health = match path_.as_str() {
        "actuator" => {
            found.actuator.get_or_insert_with(|| path.to_owned());
            "/actuator/health".to_owned()
        }
        other => format!("/{}", other.trim_start_matches('/')),
    };
    let health = if scoped { last_scope(text, &path_) + &health } else { health };
    // A socket is asked in another way.
    if !is_path(&health) || health.split('/').any(|part| part == "ws") {
        return Ok(None);
    }
    found.answers(health, path);
    Ok(Some("code: its health path"))
}

/// Whether a path is about the service, and not about one thing that it has.
fn is_of_service(path: &str) -> bool {
    let mut parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let last = parts.pop().unwrap_or_default().trim_start_matches('_');
    let is_version =
        |part: &str| part.strip_prefix('v').is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    let of_service =
        |part: &str| is_version(part) || ["api", "rest", "internal", "system", "server", "service", "app", "health"].contains(&part);
    OF_HEALTH.iter().any(|word| last.starts_with(word)) || parts.iter().all(|part| of_service(part))
}

/// Phoenix: the scope that a route stands in; scopes within scopes are rare.
fn last_scope(text: &str, path: &str) -> String {
    let before = text.split(&format!("\"{path}\"")).next().unwrap_or_default();
    let scope = before.rsplit("scope \"").next().and_then(|rest| rest.split('"').next()).unwrap_or_default();
    scope.trim_end_matches('/').to_owned()
}

/// Takes which databases it can speak to.
pub(super) fn drivers(found: &mut Found, path: &str, text: &str) -> Said {
    let lower = path.to_ascii_lowercase();
    let mine = DRIVERS.iter().filter(|(known, mark, _)| known.is_match(&lower) && mark.is_match(text));
    found.drivers.extend(mine.map(|(.., store)| *store));
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn only_what_the_code_says_is_taken() {
        for (file, text, health) in [
            ("config/routes.rb", "  get \"up\" => \"rails/health#show\", as: :up\n", Some("/up")),
            ("config/routes.rb", "  # get \"up\" => \"rails/health#show\"\n", None),
            ("bootstrap/app.php", "->withRouting(health: '/up',)", Some("/up")),
            ("src/Defaults/Extensions.cs", "app.MapHealthChecks(\"/health\");", Some("/health")),
            ("pom.xml", "<artifactId>spring-boot-starter-actuator</artifactId>", Some("/actuator/health")),
            ("pom.xml", "<artifactId>spring-boot-starter-web</artifactId>", None),
            ("app/main.py", "@app.get(\"/healthz\")\n", Some("/healthz")),
            ("app/routes.py", "@router.get(\"/health\")\n", None),
            ("src/app/(main)/api/health/route.ts", "", Some("/api/health")),
            ("pages/api/healthz.ts", "", Some("/api/healthz")),
            ("src/server.ts", "app.get('/status/ready', f)", Some("/status/ready")),
            ("src/server.ts", "app.get('/v1/orders/status', f)\napp.get('/healthz', f)", Some("/healthz")),
            ("src/server.ts", "app.get('/api/v2/status', f)", Some("/api/v2/status")),
            ("src/server.ts", "app.get('/jobs/ping', f)", None),
            ("src/server.ts", "app.get('/devices/heartbeat', f)", None),
            ("src/server.ts", "app.get('/api/readyz', f)", Some("/api/readyz")),
            ("cmd/main.go", "mux.HandleFunc(\"GET /healthz\", f)", Some("/healthz")),
            ("lib/web/router.ex", "scope \"/api\", X do\n get(\"/ping\", P, :ping)\n", Some("/api/ping")),
            ("lib/web/router.ex", "scope \"/\" do\n get \"/health\", P, :ping\n", Some("/health")),
            ("cmd/main.go", "r.GET(\"/users\", f)", None),
        ] {
            let mut found = Found::new(Path::new("/x"));
            read(&mut found, file, text).expect("readable");
            found.settle();
            let said = found.services.first().and_then(|service| service.health.as_ref());
            assert_eq!(said.map(|path| path.name.as_str()), health, "{file}: {text}");
        }
    }
}
