//! Secrets that are words: a name in the place of one, in the midst of a sentence, would tell what it is.

use crate::{gonogo::Gonogo, hostile::Hostile};

const PLAN: &str = r#"
project: canary
environments: { prod: { vars: { api: "${API}", database: "${DATABASE_URL}" } } }
checks:
  - id: no-development-secrets
    title: No secret of development is in production
    secrets: { source: { env-file: prod.env }, keys: [NEXTAUTH_SECRET, REDIS_PASSWORD] }
  - id: indexes
    needs: [no-development-secrets]
    postgres-indexes: { database: "${database}", indexes: [users_email_key] }
  - id: refused
    postgres-indexes: { database: "${database}", schema: postgres, indexes: [secret_idx] }
  - id: admin
    http: { url: "${api}/admin", headers: { X-Api-Key: "${ADMIN_API_KEY}" }, expect: { contains: "never" } }
  - id: health
    health: { url: "${api}/health", headers: { Authorization: "Bearer ${NEXTAUTH_SECRET}" } }
"#;

/// Word by word as somebody might choose them; `answers` stands in the plan's title of a check.
const SECRETS: &[(&str, &str)] = &[
    ("DATABASE_URL", "postgres://postgres:postgres@127.0.0.1:1/postgres"),
    ("NEXTAUTH_SECRET", "secret"),
    ("REDIS_PASSWORD", "redis1"),
    ("ADMIN_API_KEY", "production"),
    ("JWT_SECRET", "development-secret"),
    ("SESSION_SECRET", "health"),
    ("BACKUP_TOKEN", "refused"),
    ("OTHER_TOKEN", "expect"),
    ("FOURTH_TOKEN", "200"),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_output_spells_a_weak_one() {
    let server = Hostile::new(move |mut visit| {
        Box::pin(async move {
            let body = "postgres refused the secret of production: password=postgres NEXTAUTH_SECRET: secret \
                        {\"api_key\":\"production\"} Authorization: Basic cG9zdGdyZXM6cG9zdGdyZXM= key c2VjcmV0LWRldmVsb3BtZW50LXNlY3JldA==";
            visit.answer(500, &[], body).await
        })
    })
    .await;
    let api = server.url("");
    let gonogo =
        Gonogo::new().plan(PLAN).file("prod.env", "NEXTAUTH_SECRET=secret\nREDIS_PASSWORD=redis1\n").env("API", api.trim_end_matches('/'));
    let gonogo = SECRETS.iter().fold(gonogo, |gonogo, (name, value)| gonogo.env(name, value));
    let formats = gonogo::render::FORMATS.iter().flat_map(|format| ["--format".to_owned(), format!("{0}=out.{0}", format.name)]);
    let ran = gonogo.run(["verify".to_owned(), "-v".into()].into_iter().chain(formats)).exits(1);
    let mut outputs = vec![("standard output", ran.stdout), ("standard error", ran.stderr)];
    outputs.extend(gonogo::render::FORMATS.iter().map(|format| (format.name, gonogo.read(&format!("out.{}", format.name)))));
    outputs.push(("plan", gonogo.run(["plan", "--env", "prod"]).stdout));
    for (output, text) in &outputs {
        for (name, value) in SECRETS {
            let said = format!("${{{name}}}");
            for (at, _) in text.match_indices(&said) {
                let (before, after) = (&text[..at], &text[at + said.len()..]);
                // A piece of a word; what is left of an encoding begins and ends in capitals here.
                let spelt = before.ends_with(|c: char| c.is_lowercase() || "-_".contains(c))
                    || after.starts_with("://")
                    || after.starts_with(|c: char| c.is_lowercase() || "-_".contains(c));
                let around: String =
                    before.chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().chain(after.chars().take(30)).collect();
                assert!(!spelt, "{output} spells {value} as {said} in `{around}`");
            }
        }
        for shown in
            ["password=postgres", "SECRET: secret", "api_key\\\":\\\"production", "cG9zdGdyZXM6cG9zdGdyZXM", "LWRldmVsb3BtZW50LXNlY3JldA"]
        {
            assert!(!text.contains(shown), "{output} shows {shown}");
        }
    }
    let json = gonogo.read("out.json");
    for kept in ["no-development-secrets", "postgres://127.0.0.1:1", "postgres refused the secret of production: password=${database}"] {
        assert!(json.contains(kept), "{kept} is not in\n{json}");
    }
}
