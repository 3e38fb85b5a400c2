//! `gonogo init`: a plan that lints and runs, from whatever a folder holds; nothing is overwritten, no secret is copied.

mod demo;
mod lookalikes;

use std::{fs, io::Write as _, os::unix::fs::symlink, path::Path, process::Stdio};

use gonogo::{
    check::Kind,
    model::{Outcome, Verdict},
};
use jiff::tz::TimeZone;

use crate::gonogo::{Gonogo, now};

/// A server that answers `/` and a health question.
async fn server() -> String {
    use axum::{Router, routing::get};
    let router = Router::new()
        .route("/", get(|| async { "fine" }))
        .route("/healthz", get(|| async { axum::Json(serde_json::json!({ "status": "ok" })) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Random enough for every use; another one for each seed.
fn secret(seed: &str) -> String {
    gonogo::model::Digest::of(seed.as_bytes()).as_str().to_owned()
}

fn settings(of: &str) -> String {
    format!(
        "ENVIRONMENT={of}\nLOG_LEVEL=INFO\nDATABASE_URL=postgresql://profile_api:{}@db.{of}.internal:5432/activity\nJWT_SECRET_KEY={}\nPAYMENT_API_KEY={}\n",
        secret(&format!("{of} database")),
        secret(&format!("{of} jwt")),
        secret(&format!("{of} payment")),
    )
}

/// What the demo's folder holds but for its plan, with the env files that its scripts make.
fn demo() -> Gonogo {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo");
    let mut gonogo = Gonogo::new().file("out/prod.env", &settings("production")).file("out/staging.env", &settings("staging"));
    for entry in fs::read_dir(&demo).expect("the demo").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().into_string().expect("a name");
        if entry.file_type().expect("a type").is_file() && name != "gonogo.yaml" && !name.ends_with(".png") {
            gonogo = gonogo.file(&name, &fs::read_to_string(entry.path()).expect("text"));
        }
    }
    gonogo
}

/// Everything it knows to read.
fn rich() -> Gonogo {
    Gonogo::new()
        .file("deploy/prod.env", &format!("{}REDIS_URL=rediss://app:{}@redis.internal:6379\n", settings("production"), secret("redis")))
        .file("deploy/.env.example", "JWT_SECRET_KEY=change-me\n")
        .file("migrations/001_users.sql", "CREATE TABLE users (id int); CREATE UNIQUE INDEX users_email ON users (email); CREATE INDEX gone ON users (x);")
        .file("migrations/002_more.sql", "DROP INDEX gone; CREATE INDEX \"Odd: Name\" ON app.\"T\" (y);")
        .file("migrations/002_more.down.sql", "DROP INDEX \"Odd: Name\";")
        .file("ops/dump.sh", "DIR=/srv/dumps\npg_dump -Fc profile > \"$DIR/profile-$(date +%F).dump\"\n")
        .file("ops/cron.d/more", "0 1 * * * root pgbackrest --stanza=main backup && restic backup /srv\n0 2 * * * root wal-g backup-push /d\n0 4 * * * root pg_dump app -f $ELSEWHERE/x\n")
        .file("etc/barman.d/pg.conf", "[pg-1]\nconninfo = host=x\n")
        .file("etc/pgbackrest.conf", "[global]\n[main]\npg1-path=/d\n")
        .file("Dockerfile", "FROM x\nEXPOSE 8000\nHEALTHCHECK CMD curl -f http://localhost:8000/healthz\n")
        .file("compose.yaml", "services:\n  cache:\n    image: redis:7\n    command: redis-server --appendonly yes\n")
        .file(
            "deploy/nginx/api.conf",
            "map $http_origin $allowed { default ''; https://app.example.com 1; }\nserver { listen 80; server_name api.example.com; return 301 https://$host$request_uri; }\nserver { listen 443 ssl; server_name api.example.com; location / { proxy_pass http://api:8000; } }\n",
        )
}

/// What other tools write and read, and lines of pipelines that make it.
fn judged() -> Gonogo {
    rich()
        .file("deploy/prod/api.yaml", "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - image: registry.example.com:5000/shop/api:1.4.2\n")
        .file("monitoring/rules/shop.yml", "groups:\n  - name: shop\n    rules:\n      - alert: ShopDown\n        expr: up == 0\n      - { record: x, expr: y }\n      - alert: 'Odd: name'\n      - alert: ShopSlow\n")
        .file("monitoring/alertmanager.yml", "route: { receiver: a }\nreceivers:\n  - name: a\n")
        .file(
            ".github/workflows/ci.yml",
            "jobs:\n  test:\n    steps:\n      - run: pytest --junitxml=reports/unit.xml --cov-report=xml:reports/coverage.xml\n      - run: trivy image --format json --output reports/trivy.json $IMAGE\n      - run: syft $IMAGE -o cyclonedx-json=reports/sbom.json\n      - run: k6 run --summary-export=reports/k6.json load.js\n",
        )
}

fn written(gonogo: &Gonogo) -> Vec<(String, String)> {
    let mut files = vec![("gonogo.yaml".to_owned(), gonogo.read("gonogo.yaml"))];
    for entry in fs::read_dir(gonogo.path("checks")).into_iter().flatten().map(|entry| entry.expect("an entry")) {
        let name = format!("checks/{}", entry.file_name().into_string().expect("a name"));
        files.push((name.clone(), gonogo.read(&name)));
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_found_the_plan_runs_as_it_is() {
    let gonogo = Gonogo::new();
    gonogo.run(["init"]).exits(0).says("gonogo.yaml").says("nothing here says what is deployed");
    assert!(!gonogo.path("checks").exists());
    gonogo.run(["lint"]).exits(0).says("1 checks, environments: prod, local");
    gonogo.run(["plan", "--env", "prod"]).exits(0).says("set-prod-url.invalid");
    // Nothing that was left open is ever green.
    gonogo.run(["verify", "--env", "prod"]).exits(3);
    // Whatever stands on the usual port of this machine: there is a verdict.
    let (ran, report) = gonogo.verify(&["--env", "local"]);
    assert!([0, 1, 3].contains(&ran.code) && report.findings.len() == 1, "{}", ran.stdout);
    let gonogo = gonogo.env("URL", &server().await);
    let (ran, report) = gonogo.verify(&["--env", "local"]);
    assert_eq!((ran.code, report.verdict), (0, Verdict::Go), "{}", ran.stdout);
    gonogo.env("URL", "http://127.0.0.1:1").run(["verify", "--env", "local"]).exits(3);
}

#[test]
fn everything_found_becomes_a_check_and_the_plan_lints() {
    let gonogo = rich();
    gonogo.run(["init", "."]).exits(0);
    gonogo.run(["lint"]).exits(0);
    let all: String = written(&gonogo).into_iter().map(|(_, text)| text).collect();
    for said in [
        "url: \"${PROD_URL:-https://api.example.com}\"",
        "env-file: \"deploy/prod.env\"",
        "- \"JWT_SECRET_KEY\"",
        "- \"users_email\"",
        "folder: \"migrations\"",
        "- \"\\\"Odd: Name\\\"\"",
        "schema: \"app\"",
        "url: \"${url}/healthz\"",
        "expect: { redirect: https }",
        "files: \"/srv/dumps/profile-*.dump\"",
        "files: \"${BACKUPS:-/var/backups/*.dump}\"",
        "pgbackrest: { stanza: \"main\" }",
        "barman: { server: \"pg-1\" }",
        "wal-g: {}",
        "restic: {}",
    ] {
        assert!(all.contains(said), "{said}:\n{all}");
    }
    assert!(!all.contains("\"gone") && !all.contains("LOG_LEVEL"), "{all}");
    for (kind, line) in
        [("tls", "    tls: "), ("cors", "- \"https://app.example.com\""), ("redis-persistence", "redis-persistence: { aof: true }")]
    {
        assert_eq!(all.contains(line), Kind::named(kind).is_some(), "{kind}:\n{all}");
    }
}

#[test]
fn what_a_kind_judges_becomes_a_check() {
    let gonogo = judged();
    gonogo.run(["init"]).exits(0).says("checks/delivery.yaml").says("checks/alerts.yaml");
    gonogo.run(["lint"]).exits(0);
    let delivery = gonogo.read("checks/delivery.yaml");
    for said in [
        "file: \"reports/unit.xml\"",
        "file: \"reports/coverage.xml\"",
        "file: \"reports/trivy.json\"",
        "file: \"reports/sbom.json\"",
        "file: \"reports/k6.json\"",
        "# .github/workflows/ci.yml; or url",
        "image: \"registry.example.com:5000/shop/api:1.4.2\"",
    ] {
        assert!(delivery.contains(said), "{said}:\n{delivery}");
    }
    assert!(gonogo.read("gonogo.yaml").contains("pack: kubernetes-baseline, as: manifests, vars: { manifests: \"deploy/prod\" }"));
    let alerts = gonogo.read("checks/alerts.yaml");
    for said in ["- \"ShopDown\"", "- \"ShopSlow\"", "url: \"${PROMETHEUS_URL:-", "url: \"${ALERTMANAGER_URL:-"] {
        assert!(alerts.contains(said), "{said}:\n{alerts}");
    }
    assert!(gonogo.read("checks/network.yaml").contains("    security-headers: "));
    // Reports that lie there already; and what only has such a name.
    let gonogo = Gonogo::new()
        .file("out/junit.xml", "<?xml version='1.0'?>\n<testsuites><testsuite name='a'/></testsuites>")
        .file("out/lcov.info", "TN:\nSF:a.js\nend_of_record\n")
        .file("out/bom.json", "{\"bomFormat\": \"CycloneDX\"}")
        .file("out/code.sarif", "{\"version\": \"2.1.0\", \"runs\": []}")
        .file("tests/data.xml", "<rows/>")
        .file("docs/alerts.yaml", "about: alerts\n")
        .file("deploy/values.yaml", "replicas: 2\nimage: nginx:1\n");
    gonogo.run(["init"]).exits(0);
    gonogo.run(["lint"]).exits(0);
    let delivery = gonogo.read("checks/delivery.yaml");
    for said in ["file: \"out/junit.xml\"", "file: \"out/lcov.info\"", "file: \"out/bom.json\"", "file: \"out/code.sarif\""] {
        assert!(delivery.contains(said), "{said}:\n{delivery}");
    }
    assert!(!delivery.contains("image:") && !delivery.contains("kubernetes") && !gonogo.path("checks/alerts.yaml").exists(), "{delivery}");
}

/// A dump that says it was made this minute: after 16 bytes of head stand seconds, minutes, hours, day, month from 0 and
/// years since 1900, each a sign byte and four bytes, the least significant first.
fn dump_of_now() -> Vec<u8> {
    let mut dump = fs::read("tests/fuzz/corpus/backup/custom.dump").expect("a dump");
    let now = now().to_zoned(TimeZone::UTC);
    let fields = [0, now.minute().into(), now.hour().into(), now.day().into(), i32::from(now.month()) - 1, i32::from(now.year()) - 1900];
    for (at, field) in fields.into_iter().enumerate() {
        dump[16 + 5 * at + 1..][..4].copy_from_slice(&field.to_le_bytes());
    }
    dump
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_dumps_is_read() {
    let gonogo = Gonogo::new().file("backups/readme.txt", "x").env("URL", &server().await);
    gonogo.run(["init"]).exits(0);
    assert!(!gonogo.path("checks").exists(), "a readme is no backup");
    let gonogo = Gonogo::new().file("backups/a.dump", "half").env("URL", &server().await);
    gonogo.run(["init"]).exits(0).says("checks/backups.yaml");
    gonogo.run(["lint"]).exits(0);
    let outcomes = |report: &gonogo::model::Report| report.findings.iter().map(|finding| finding.outcome).collect::<Vec<_>>();
    let (ran, report) = gonogo.verify(&["--env", "local"]);
    assert_eq!(outcomes(&report), [Outcome::Fail, Outcome::Pass], "{}", ran.stdout);
    ran.says("a.dump is no backup of a known kind");
    fs::write(gonogo.path("backups/a.dump"), dump_of_now()).expect("written");
    // `faketime` does not move what the kernel writes.
    let dump = fs::File::options().write(true).open(gonogo.path("backups/a.dump")).expect("a file");
    dump.set_modified(now().into()).expect("set");
    let (ran, report) = gonogo.verify(&["--env", "local"]);
    assert_eq!(outcomes(&report), [Outcome::Pass, Outcome::Pass], "{}", ran.stdout);
}

#[test]
fn what_only_names_a_tool_makes_no_section() {
    let gonogo = Gonogo::new()
        .file("install.sh", "apt-get install -y pgbackrest restic postgresql-client\n# pg_dump app > /b/x.dump\n")
        .file("tests/seed.dump", "x")
        .file("compose.yaml", "services:\n  db: { image: 'postgres:16' }\n");
    gonogo.run(["init"]).exits(0);
    assert!(!gonogo.path("checks/backups.yaml").exists());
    let compose = "services:\n  dumps:\n    image: postgres:16\n    entrypoint: [sh, -c]\n    command: \"pg_dump -Fc -f /dumps/$$(date +%F).dump; sleep 1d\"\n  other:\n    image: x/postgres-backup-local\n";
    let gonogo = Gonogo::new().file("compose.yaml", compose);
    gonogo.run(["init"]).exits(0);
    gonogo.run(["lint"]).exits(0);
    let text = gonogo.read("checks/backups.yaml");
    assert!(text.contains("files: \"/dumps/*.dump\"") && text.contains("${BACKUPS:-"), "{text}");
}

#[test]
fn every_line_is_explained() {
    for gonogo in [Gonogo::new(), demo(), rich(), judged()] {
        gonogo.run(["init"]).exits(0);
        for (file, text) in written(&gonogo) {
            for line in text.lines().filter(|line| !line.is_empty()) {
                assert!(line.starts_with('#') || line.contains(" # "), "{file}: {line}");
            }
        }
    }
}

#[test]
fn nothing_is_ever_overwritten() {
    for (name, there) in [("gonogo.yaml", "mine"), ("checks/database.yaml", "mine"), ("checks", "a file")] {
        let gonogo = rich().file(name, there);
        let before = fs::read_dir(gonogo.path(".")).expect("the folder").count();
        gonogo.run(["init"]).exits(2).says(&format!("`{name}`")).says("nothing was written");
        assert_eq!((gonogo.read(name).as_str(), fs::read_dir(gonogo.path(".")).expect("the folder").count()), (there, before));
    }
    let elsewhere = Gonogo::new();
    for link in ["gonogo.yaml", "checks"] {
        let gonogo = rich();
        symlink(elsewhere.path("nowhere"), gonogo.path(link)).expect("a link");
        gonogo.run(["init"]).exits(2).says(link);
        assert!(!elsewhere.path("nowhere").exists());
    }
    let twice = Gonogo::new();
    twice.run(["init"]).exits(0);
    let first = twice.read("gonogo.yaml");
    twice.run(["init"]).exits(2);
    assert_eq!(twice.read("gonogo.yaml"), first);
    twice.run(["init", "missing"]).exits(2).says("missing");
    twice.run(["init", "gonogo.yaml"]).exits(2).says("is no folder");
}

#[test]
fn another_folder_can_be_named() {
    let gonogo = Gonogo::new().file("service/.env", "API_TOKEN=x\n");
    gonogo.run(["init", "service"]).exits(0).says("service/gonogo.yaml").says("service/checks/secrets.yaml");
    gonogo.run(["lint", "-c", "service/gonogo.yaml"]).exits(0);
    assert!(!gonogo.path("gonogo.yaml").exists());
}

#[test]
fn the_same_folder_gives_the_same_plan() {
    let (one, other) = (rich(), rich());
    one.run(["init"]).exits(0);
    other.run(["init"]).exits(0);
    let named = |gonogo: &Gonogo| {
        let project = gonogo.read("gonogo.yaml").lines().find(|line| line.starts_with("project:")).expect("a project").to_owned();
        let mut files = written(gonogo);
        files.sort();
        files.into_iter().map(|(file, text)| (file, text.replace(&project, ""))).collect::<Vec<_>>()
    };
    assert_eq!(named(&one), named(&other));
}

#[test]
fn no_secret_is_copied() {
    let gonogo = Gonogo::new()
        .file(
            "prod.env",
            "DATABASE_URL=postgres://app:canary-a1b2c3@db.internal/x\nTOKEN=canary-d4e5f6\nexport KEY_B='canary-g7h8\n- id: canary'\n",
        )
        .file("broken.env", "TOKEN='canary-never-ends\n")
        .file("s.sql", "CREATE INDEX a ON t (x); INSERT INTO u VALUES ('canary-i9j0');");
    let ran = gonogo.run(["init"]).exits(0);
    let all: String = written(&gonogo).into_iter().map(|(_, text)| text).collect();
    assert!(!(all.clone() + &ran.stdout + &ran.stderr).contains("canary"), "{all}");
    assert!(all.contains("\"TOKEN\""), "{all}");
}

#[test]
fn names_cannot_add_to_the_plan() {
    let outside = Gonogo::new().file("prod.env", "OUTSIDE_TOKEN=x\n").file("a.sql", "CREATE INDEX outside ON t (x);");
    let evil = "x'\\n  - id: injected\\n    http: { url: 'http://evil.example' } # $HOME $$ {{ x }}";
    let gonogo = Gonogo::new()
        .file("prod.env", "GOOD_TOKEN=x\nA_TOKEN: [x]\nB.C_TOKEN=1\nD-E_TOKEN=2\n")
        .file("broken.env", "\"A: b\"=canary\n${HOME}_TOKEN=canary\n")
        .file("a \"b\" ${HOME} # c.sql", &format!("CREATE INDEX \"{evil}\" ON \"s: {{ a\" (x); CREATE INDEX \"two\nlines\" ON t (x);"))
        .file("m ${HOME}/V1__a.sql", "SELECT 1;")
        .file("new\nline.sql", "CREATE INDEX newline ON t (x);")
        .file("large.sql", &format!("CREATE INDEX large ON t (x); {}", "-- ".repeat(2 << 20)))
        .file("nginx.conf", "server { listen 443 ssl; server_name ${HOME}.example.com \"a\nb.example.com\" *.example.com; add_header Access-Control-Allow-Origin https://a.example.com\"; }")
        .file("Dockerfile", "EXPOSE 99999\nHEALTHCHECK CMD curl http://localhost/${HOME}\"\n")
        .file("ops/backup.sh", "pgbackrest --stanza='a:{${HOME}' backup\nbarman backup '}]${X}'\npg_dump x >\"/b/}: [# ${HOME}\"\n")
        .file("pgbackrest.conf", "[x]\n  - id: injected]\n[a: b]\n[\"c]\n");
    symlink(outside.path("prod.env"), gonogo.path("linked.env")).expect("a link");
    symlink(outside.path("."), gonogo.path("linked")).expect("a link");
    symlink(gonogo.path("."), gonogo.path("circle")).expect("a link");
    let ran =
        gonogo.run(["init"]).exits(0).says("left out: `broken.env` is no env file: line 1").says("left out: `large.sql` is larger than");
    assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
    let ran = gonogo.run(["lint"]).exits(0);
    assert!(ran.stdout.contains("nothing wrong"), "{}", ran.stderr);
    let all: String = written(&gonogo).into_iter().map(|(_, text)| text).collect();
    for absent in ["OUTSIDE", "outside", "newline", "lines", "large", "99999", "\n  - id: injected"] {
        assert!(!all.contains(absent), "absent: {absent}:\n{all}");
    }
    assert!(all.contains("folder: \"m $${HOME}\"") && all.contains("# $$HOME $$$$"), "{all}");
    let (_, report) =
        gonogo.env("PROD_URL", "http://127.0.0.1:1").env("GONOGO_DATABASE_URL", "postgres://127.0.0.1:1/x").verify(&["--env", "prod"]);
    let ids: Vec<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
    let packs = ["postgres/indexes-valid", "postgres/foreign-keys-indexed", "postgres/no-duplicate-index"];
    let own = ["no-development-secrets", "migrations-applied", "indexes-in-place-root", "backups", "backups-2", "backups-3", "answers"];
    assert_eq!(ids, [own.as_slice(), &packs].concat());
    let backups = sources_of_backups(&all);
    assert_eq!(backups, ["pgbackrest: { stanza: \"x\" }", "pgbackrest: { stanza: \"a\" }", "files: \"${BACKUPS:-/var/backups/*.dump}\""]);
}

#[test]
fn names_of_services_and_jobs_cannot_add_to_it_either() {
    let evil = "x\\n  - id: injected\\n    http: { url: 'http://evil.example' } # ${HOME} {{ x }}";
    let compose = format!(
        "services:\n  \"{evil}\":\n    image: acme/shop:1\n    environment: [A_TOKEN=x, \"B\\nC_TOKEN=x\"]\n    labels: [\"a.rule=Host(`a\\nb.acme.io`)\"]\n    healthcheck: {{ test: [curl, \"http://h/a\\nb\"] }}\n"
    );
    let objects = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{ name: \"{evil}\" }}\ndata: {{ \"a\\nb_key\": x, c_key: x }}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: \"y\\n{evil}\" }}\nspec: {{ template: {{ spec: {{ containers: [{{ image: \"a/b\\n:1\", env: [{{ name: D_TOKEN, value: x }}] }}] }} }} }}\n"
    );
    // What has such braces is a template.
    let objects = objects.replace("{{ x }}", "$X");
    let pipeline = format!(
        "jobs:\n  \"{evil}\": {{ environment: \"prod\\n{evil}\" }}\n  deploy: {{ environment: {{ name: \"{evil}\", url: \"https://a\\nb.acme.io\" }} }}\n"
    );
    let gonogo = Gonogo::new()
        .file("compose.yaml", &compose)
        .file("k8s ${HOME}/a.yaml", &objects)
        .file(".github/workflows/d.yml", &pipeline)
        .file("Caddyfile", "a}b.acme.io ${HOME}.acme.io {\n}\n")
        .file("CODEOWNERS", "* @a/[b] x@y\"z\n")
        .file(".git/config", "[remote \"origin\"]\n\turl = https://github.com/a/b\"c\n");
    let told = gonogo.run(["init"]).exits(0);
    assert!(!told.stderr.contains("left out"), "{}", told.stderr);
    let ran = gonogo.run(["lint"]).exits(0);
    assert!(ran.stdout.contains("nothing wrong"), "{}", ran.stderr);
    gonogo.run(["plan", "--env", "prod"]).exits(0);
    let all: String = written(&gonogo).into_iter().map(|(_, text)| text).collect();
    assert!(all.contains("- \"A_TOKEN\"") && all.contains("- \"D_TOKEN\"") && all.contains("- \"c_key\""), "{all}");
    assert!(!all.lines().any(|line| line.trim_start().starts_with("- id: injected")), "{all}");
}

/// Where the checks of the plan look for backups.
fn sources_of_backups(plan: &str) -> Vec<&str> {
    let sources = plan.lines().map(|line| line.split(" # ").next().unwrap_or_default().trim());
    sources.filter(|line| line.starts_with("files:") || line.starts_with("pgbackrest:") || line.starts_with("barman:")).collect()
}

#[test]
fn a_folder_that_is_too_large_ends_all_the_same() {
    let gonogo = Gonogo::new();
    for n in 0..700 {
        fs::write(gonogo.path(&format!("{n:03}.sql")), format!("CREATE INDEX i{n} ON t (x);")).expect("written");
    }
    let deep = "d/".repeat(60);
    let gonogo = gonogo.file(&format!("{deep}a.sql"), "CREATE INDEX deep ON t (x);");
    gonogo.run(["init"]).exits(0).says("too many folders within each other");
    gonogo.run(["lint"]).exits(0);
    let text = gonogo.read("checks/database.yaml");
    assert!(text.contains("\"i699\"") && !text.contains("deep"), "{text}");
}

#[test]
fn its_help_says_what_it_reads() {
    Gonogo::new().run(["init", "--help"]).exits(0).says("their keys, never their values").says("overwrites nothing");
}

/// What `init` is answered at a terminal, and the folder it was run in.
fn answered(gonogo: Gonogo, answers: &str) -> (Gonogo, String) {
    let program = gonogo.command(["init"]);
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &format!("'{}' init", program.get_program().display()), "/dev/null"]).current_dir(gonogo.path("."));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("`script`, of Debian's bsdutils");
    child.stdin.take().expect("its input").write_all(answers.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("ended");
    (gonogo, String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn at_a_terminal_it_asks_what_no_file_says() {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";
    let (gonogo, said) = answered(Gonogo::new(), &format!("nowhere\nhttps://shop.acme.io/start\nann@acme.io\n{key} ann@laptop\n"));
    assert!(said.contains("Where does production answer") && said.contains("that is none") && said.contains("Who signs"), "{said}");
    assert!(gonogo.read("gonogo.yaml").contains("url: \"${PROD_URL:-https://shop.acme.io}\""));
    assert_eq!(gonogo.read("signers"), format!("ann@acme.io {key}\n"));
    let linted = gonogo.run(["lint"]).exits(0);
    assert!(linted.stdout.contains("nothing wrong"), "{}", linted.stderr);
    gonogo.run(["plan", "--env", "prod"]).exits(0).says("https://shop.acme.io");
    // What a file says is not asked; what is left open stays so.
    let (gonogo, said) = answered(rich(), "\n");
    assert!(!said.contains("Where does production") && said.contains("Who signs"), "{said}");
    assert!(gonogo.read("gonogo.yaml").contains("#signoff:") && !gonogo.path("signers").exists());
}

#[test]
fn the_ledger_s_folder_is_ignored_by_git() {
    let gonogo = Gonogo::new().file(".git/HEAD", "ref: refs/heads/main\n").file(".gitignore", "/target");
    gonogo.run(["init"]).exits(0).says("is in `.gitignore` now");
    assert_eq!(gonogo.read(".gitignore"), "/target\n.gonogo/\n");
    // The first start of a ledger, where nobody ran init.
    let gonogo = Gonogo::new().file(".git/HEAD", "ref: refs/heads/main\n").env("URL", "http://127.0.0.1:1");
    let plan = "project: x\nenvironments: { prod: {} }\nchecks: [{ id: a, tcp: { address: '127.0.0.1:1' } }]\n";
    let gonogo = gonogo.plan(plan);
    gonogo.run(["verify", "--record", "--release", "1"]);
    assert_eq!(gonogo.read(".gonogo/.gitignore"), "*\n");
    // Outside a work tree there is nothing to ignore.
    let gonogo = Gonogo::new();
    gonogo.run(["init"]).exits(0);
    assert!(!gonogo.path(".gitignore").exists());
}
