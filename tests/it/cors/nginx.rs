//! The kind `cors` against a real nginx: a good configuration and the bad ones that people copy.

use std::fmt::Write as _;

use gonogo::{check::Judged, model::Outcome};
use serde_json::{Value, json};

use crate::{look::Look, nginx::Nginx};

/// The allow-list of the seed checklist.
const MAP: &str = r#"default ""; "https://app.yourdomain.com" $http_origin; "https://www.yourdomain.com" $http_origin;"#;

const HEADERS: &str = "
    add_header Access-Control-Allow-Origin $ORIGIN always;
    add_header Access-Control-Allow-Credentials true always;
    add_header Access-Control-Allow-Methods 'GET, POST, PUT' always;
    add_header Access-Control-Allow-Headers 'Authorization, Content-Type' always;
    add_header Vary Origin always;";

/// One way to configure nginx, under `/NAME/`.
pub(super) struct Site {
    name: &'static str,
    /// What becomes of `$http_origin`.
    map: String,
    /// Said on everything.
    headers: String,
    /// Said on OPTIONS in place of that.
    on_options: &'static str,
    /// Said on errors in place of that.
    on_errors: &'static str,
}

impl Site {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, map: MAP.to_owned(), headers: HEADERS.to_owned(), on_options: "", on_errors: "" }
    }

    pub(super) fn map(name: &'static str, map: &str) -> Self {
        Self { map: map.to_owned(), ..Self::new(name) }
    }

    fn headers(name: &'static str, from: &str, to: &str) -> Self {
        assert!(HEADERS.contains(from), "{from}");
        Self { headers: HEADERS.replace(from, to), ..Self::new(name) }
    }

    fn write(&self, locations: &mut String, maps: &mut String) {
        let variable = format!("$allow_{}", self.name.replace('-', "_"));
        let said = |text: &str| text.replace("$ORIGIN", &variable);
        let _ = writeln!(maps, "map $http_origin {variable} {{ {} }}", self.map);
        let _ = writeln!(
            locations,
            "location /{}/ {{ {}
                 if ($request_method = OPTIONS) {{ {} return 204; }}
                 if ($uri !~ /users$) {{ {} return 403; }}
                 return 200 '[]';
             }}",
            self.name,
            said(&self.headers),
            said(self.on_options),
            said(self.on_errors)
        );
    }
}

/// Serves all of them, and what `proxied` says behind a proxy that says it too.
pub(super) async fn serve(sites: &[Site]) -> Nginx {
    let (mut locations, mut maps) = (String::new(), String::new());
    for site in sites {
        site.write(&mut locations, &mut maps);
    }
    Nginx::start(|plain, behind| {
        format!(
            "{maps} map $http_origin $allow_proxy {{ {MAP} }}
             server {{ listen 127.0.0.1:{plain}; {locations}
                 location /twice/ {{ {} proxy_pass http://127.0.0.1:{behind}/good/; }}
             }}
             server {{ listen 127.0.0.1:{behind}; {locations} }}",
            HEADERS.replace("$ORIGIN", "$allow_proxy")
        )
    })
    .await
}

pub(super) fn settings(nginx: &Nginx, name: &str) -> Value {
    json!({ "url": format!("http://127.0.0.1:{}/{name}/users", nginx.plain), "credentials": true,
        "origins": ["https://app.yourdomain.com", "https://www.yourdomain.com"],
        "methods": ["GET", "PUT"], "headers": ["Authorization", "Content-Type"] })
}

pub(super) async fn look(settings: Value) -> Judged {
    Look::new("cors", settings).look().await.expect("answers")
}

/// The names of what is red, none of it undetermined.
pub(super) fn red(seen: &Judged) -> Vec<&str> {
    let open: Vec<_> = seen.expectations.iter().filter(|expectation| expectation.met.is_none()).collect();
    assert!(open.is_empty(), "{open:#?}");
    seen.expectations.iter().filter(|expectation| expectation.met == Some(false)).map(|expectation| expectation.name.as_str()).collect()
}

pub(super) fn got<'s>(seen: &'s Judged, name: &str) -> &'s str {
    &seen.expectations.iter().find(|expectation| expectation.name == name).expect(name).got
}

#[tokio::test]
async fn an_allow_list_as_it_should_be_passes() {
    let nginx = serve(&[Site::new("good")]).await;
    let seen = look(settings(&nginx, "good")).await;
    assert_eq!(red(&seen), [""; 0], "{:#?}", seen.expectations);
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass);
    let groups = seen.observation.value()["answers"].as_array().expect("answers").len();
    assert!(groups <= 14 && seen.observation.text().len() < 12 << 10, "{groups} groups: {}", seen.observation.value());
}

#[tokio::test]
async fn what_lets_everybody_in_is_red_and_says_where() {
    let nginx = serve(&[
        Site::map("reflecting", "default $http_origin;"),
        Site {
            on_options: "add_header Access-Control-Allow-Origin $http_origin; add_header Access-Control-Allow-Methods PUT;
             add_header Access-Control-Allow-Headers 'Authorization, Content-Type'; add_header Access-Control-Allow-Credentials true;",
            ..Site::new("on-options")
        },
        Site {
            on_errors: "add_header Access-Control-Allow-Origin $http_origin always; add_header Vary Origin always;
             add_header Access-Control-Allow-Credentials true always;",
            ..Site::new("on-errors")
        },
        Site::map("null", r#"default ""; "~^(null|https://(app|www)\.yourdomain\.com)$" $http_origin;"#),
        Site::headers("star", "$ORIGIN", "*"),
    ])
    .await;

    let seen = look(settings(&nginx, "reflecting")).await;
    let classes = red(&seen);
    assert_eq!(classes.len(), 19, "{classes:?}");
    assert!(classes.iter().all(|name| name.starts_with("refuses:")), "{classes:?}");
    assert_eq!(got(&seen, "refuses:reflection"), "`https://evil.example` allowed on GET, OPTIONS and errors with credentials");

    // GET is safe, and a check of GET alone would pass.
    let seen = look(settings(&nginx, "on-options")).await;
    // Not the classes of which every member is asked with GET only.
    assert_eq!(red(&seen).len(), 17, "{:?}", red(&seen));
    assert_eq!(got(&seen, "refuses:private"), "allowed like any other website");
    assert_eq!(got(&seen, "refuses:null"), "`null` allowed on OPTIONS with credentials");

    let seen = look(settings(&nginx, "on-errors")).await;
    assert_eq!(red(&seen).len(), 14);
    assert_eq!(got(&seen, "refuses:reflection"), "`https://evil.example` allowed on errors with credentials");
    assert_eq!(got(&seen, "refuses:subdomain"), "allowed like any other website");

    let seen = look(settings(&nginx, "null")).await;
    assert_eq!(red(&seen), ["refuses:null"]);

    let seen = look(settings(&nginx, "star")).await;
    let all = red(&seen);
    assert!(all.contains(&"allows:https://app.yourdomain.com") && all.contains(&"refuses:reflection"), "{all:?}");
    assert_eq!(got(&seen, "allows:https://app.yourdomain.com"), "status 200, `*` as `Access-Control-Allow-Origin`");
    assert_eq!(got(&seen, "refuses:reflection"), "`*` for `https://evil.example` on GET, OPTIONS and errors");
}

#[tokio::test]
async fn careless_expressions_are_red_each_by_its_class() {
    let nginx = serve(&[
        Site::map("no-end", r#"default ""; "~^https://(app|www)\.yourdomain\.com" $http_origin;"#),
        Site::map("no-start", r#"default ""; "~(app|www)\.yourdomain\.com$" $http_origin;"#),
        Site::map("any-dot", r#"default ""; "~^https://(app|www).yourdomain.com$" $http_origin;"#),
        Site::map("domain", r#"default ""; "~^https://(.*\.)?yourdomain\.com$" $http_origin;"#),
        Site::map("domain-ends", r#"default ""; "~^https://.*yourdomain\.com$" $http_origin;"#),
        Site::map("plain", r#"default ""; "~^https?://(app|www)\.yourdomain\.com$" $http_origin;"#),
        Site::map("ports", r#"default ""; "~^https://(app|www)\.yourdomain\.com(:\d+)?$" $http_origin;"#),
        Site::map("local", r#"default ""; "~^https://(app|www)\.yourdomain\.com$" $http_origin; "http://localhost:5173" $http_origin;"#),
        Site::map("tunnel", r#"default ""; "~^https://((app|www)\.yourdomain\.com|[a-z-]+\.ngrok-free\.app)$" $http_origin;"#),
    ])
    .await;
    for (name, wanted) in [
        (
            "no-end",
            &["refuses:prefix", "refuses:underscore", "refuses:backtick", "refuses:percent", "refuses:userinfo", "refuses:port"][..],
        ),
        ("no-start", &["refuses:suffix", "refuses:subdomain", "refuses:http"]),
        ("any-dot", &["refuses:dot"]),
        // A subdomain that ends like a wanted one is both.
        ("domain", &["refuses:suffix", "refuses:subdomain", "refuses:parent"]),
        ("domain-ends", &["refuses:suffix", "refuses:dot", "refuses:subdomain", "refuses:parent"]),
        ("plain", &["refuses:http"]),
        ("ports", &["refuses:port"]),
        ("local", &["refuses:dev"]),
        ("tunnel", &["refuses:dev"]),
    ] {
        let seen = look(settings(&nginx, name)).await;
        assert_eq!(red(&seen), wanted, "{name}");
    }
    let seen = look(settings(&nginx, "local")).await;
    assert_eq!(got(&seen, "refuses:dev"), "`http://localhost:5173` allowed on GET, OPTIONS and errors with credentials");

    // What the plan lets be allowed is not held against the target.
    let mut welcome = settings(&nginx, "domain");
    welcome["subdomains-of"] = json!(["yourdomain.com"]);
    welcome["origins"] = json!(["https://app.yourdomain.com", "https://www.yourdomain.com", "https://yourdomain.com"]);
    assert_eq!(red(&look(welcome).await), [""; 0]);
    let mut ports = settings(&nginx, "ports");
    ports["other-ports"] = json!("allow");
    assert_eq!(red(&look(ports).await), [""; 0]);
    let seen = look(settings(&nginx, "domain")).await;
    assert_eq!(
        got(&seen, "refuses:subdomain"),
        "`https://evil.app.yourdomain.com`, `https://evil.yourdomain.com` and 3 more allowed on GET, OPTIONS and errors with credentials"
    );
    let mut local = settings(&nginx, "local");
    local["origins"] = json!(["https://app.yourdomain.com", "https://www.yourdomain.com", "http://localhost:5173"]);
    assert_eq!(red(&look(local).await), [""; 0]);
    let mut named = settings(&nginx, "tunnel");
    named["refused"] = json!("https://our-demo.ngrok-free.app");
    assert_eq!(red(&look(named).await), ["refuses:dev", "refuses:named"]);
}

#[tokio::test]
async fn what_is_broken_for_the_wanted_is_red() {
    let nginx = serve(&[
        Site::new("good"),
        Site { headers: HEADERS.replace(" always", ""), ..Site::new("only-on-200") },
        Site::map("staging", r#"default "https://app.yourdomain.com";"#),
        Site::map("nobody", r#"default "";"#),
        Site::headers("no-vary", "add_header Vary Origin always;", ""),
        Site::headers("other-vary", "Vary Origin", "Vary Accept-Encoding"),
        Site::headers("no-store", "Vary Origin", "Cache-Control no-store"),
        Site::headers("no-credentials", "Credentials true", "Credentials True"),
        Site::headers("no-put", "'GET, POST, PUT'", "'GET, POST'"),
        Site::headers("star-methods", "'GET, POST, PUT'", "*"),
        Site::headers("no-authorization", "'Authorization, Content-Type'", "'Content-Type'"),
        // An own `add_header` drops all inherited ones.
        Site { on_options: "add_header Content-Length 0;", ..Site::new("dropped") },
    ])
    .await;
    let (app, www) = ("https://app.yourdomain.com", "https://www.yourdomain.com");
    let both = |name: &str| vec![format!("{name}:{app}"), format!("{name}:{www}")];
    for (name, wanted) in [
        ("only-on-200", both("errors")),
        ("staging", ["allows", "preflight", "errors"].map(|name| format!("{name}:{www}")).to_vec()),
        ("nobody", ["allows", "preflight", "errors"].iter().flat_map(|name| both(name)).collect()),
        ("no-vary", vec!["vary".to_owned()]),
        ("other-vary", vec!["vary".to_owned()]),
        ("no-store", vec![]),
        ("no-credentials", ["allows", "preflight", "errors"].iter().flat_map(|name| both(name)).collect()),
        ("no-put", both("preflight")),
        ("star-methods", both("preflight")),
        ("no-authorization", both("preflight")),
        ("dropped", both("preflight")),
        ("twice", ["allows", "preflight", "errors"].iter().flat_map(|name| both(name)).chain(["allow-origin".to_owned()]).collect()),
    ] {
        let seen = look(settings(&nginx, name)).await;
        let (mut seen_red, mut wanted) = (red(&seen), wanted);
        seen_red.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(seen_red, wanted, "{name}");
    }
    let reasons = async |name: &str| Look::new("cors", settings(&nginx, name)).outcome().await.1;
    assert_eq!(
        reasons("no-put").await,
        format!(
            "preflight from `{app}`: got for PUT status 204, PUT not allowed by `GET, POST`, wanted 2xx and itself allowed with \
             credentials, for GET, PUT, `authorization`, `content-type`; preflight from `{www}`: got for PUT status 204, PUT not allowed by \
             `GET, POST`, wanted 2xx and itself allowed with credentials, for GET, PUT, `authorization`, `content-type`"
        )
    );
    let twice = reasons("twice").await;
    assert!(
        twice.starts_with(&format!(
            "GET from `{app}`: got status 200, 2 `Access-Control-Allow-Origin` headers (`{app}`, `{app}`), which browsers refuse"
        )),
        "{twice}"
    );
    let vary = reasons("no-vary").await;
    assert!(vary.starts_with("`Vary: Origin`: got missing on 124 of 124 answers, the first to GET from"), "{vary}");
    let mut quiet = settings(&nginx, "no-vary");
    quiet["vary"] = json!(false);
    assert_eq!(red(&look(quiet).await), [""; 0]);
}

#[tokio::test]
async fn a_rate_limit_is_waited_for() {
    let (mut locations, mut maps) = (String::new(), String::new());
    Site::new("good").write(&mut locations, &mut maps);
    // Turned away with nginx's own default, 503. Behind a proxy, since `return` comes before the limit.
    let nginx = Nginx::start(|plain, behind| {
        format!(
            "{maps} limit_req_zone $binary_remote_addr zone=all:1m rate=50r/s;
             server {{ listen 127.0.0.1:{plain}; limit_req zone=all burst=40 nodelay;
                 location / {{ proxy_pass http://127.0.0.1:{behind}; }} }}
             server {{ listen 127.0.0.1:{behind}; {locations} }}"
        )
    })
    .await;
    let seen = look(settings(&nginx, "good")).await;
    assert_eq!(red(&seen), [""; 0]);
    let mut look = Look::new("cors", settings(&nginx, "good"));
    look.timeout = std::time::Duration::from_millis(700);
    let (outcome, reason) = look.outcome().await;
    assert_eq!(outcome, Outcome::Unknown, "{reason}");
    assert!(reason.contains("was turned away with status 503: raise the check's `timeout`"), "{reason}");
}

#[tokio::test]
async fn a_cache_that_does_not_look_at_the_origin_is_red() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut locations, mut maps) = (String::new(), String::new());
    Site::new("good").write(&mut locations, &mut maps);
    // It lets past what says `no-cache`, as most do, so that only what a browser sends meets it.
    let serve = |ignored: &'static str| {
        let (locations, maps, path) = (locations.clone(), maps.clone(), folder.path().join(ignored.len().to_string()));
        Nginx::start(move |plain, behind| {
            format!(
                "{maps} proxy_cache_path {} keys_zone=all:1m;
                 server {{ listen 127.0.0.1:{plain}; location / {{
                     proxy_cache all; proxy_cache_valid 200 1m; proxy_cache_bypass $http_cache_control; proxy_no_cache $http_cache_control;
                     {ignored} proxy_pass http://127.0.0.1:{behind}; }} }}
                 server {{ listen 127.0.0.1:{behind}; {locations} }}",
                path.display()
            )
        })
    };
    let nginx = serve("proxy_ignore_headers Vary;").await;
    let seen = look(settings(&nginx, "good")).await;
    assert_eq!(red(&seen), ["vary"]);
    assert_eq!(
        got(&seen, "vary"),
        "a cache on the way hands on what it kept of a request without `Origin`: no `Access-Control-Allow-Origin`"
    );
    let mut quiet = settings(&nginx, "good");
    quiet["vary"] = json!(false);
    assert_eq!(red(&look(quiet).await), [""; 0]);
    let nginx = serve("").await;
    assert_eq!(red(&look(settings(&nginx, "good")).await), [""; 0]);
}
