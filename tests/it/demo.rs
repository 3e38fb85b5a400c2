//! `gonogo demo`: the whole walk, what it leaves and what it does not, and the shop that it serves.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::{Child, Command, Stdio},
};

use crate::gonogo::{Gonogo, Ran};

/// What stands behind `$ ` in the output, each a line, with what it goes on with in the next one.
fn commands(output: &str) -> Vec<String> {
    let shown = output.replace("\\\n    ", "");
    shown.lines().filter_map(|line| line.strip_prefix("$ gonogo ")).map(str::to_owned).collect()
}

/// Runs the program in the demo's folder, as somebody does who pastes what was shown.
fn pasted(gonogo: &Gonogo, command: &str) -> Ran {
    Ran::of(gonogo.command(command.split_whitespace()).current_dir(gonogo.path("gonogo-demo")))
}

fn setting(gonogo: &Gonogo, key: &str) -> String {
    let settings = gonogo.read("gonogo-demo/prod.env");
    settings.lines().find_map(|line| line.strip_prefix(&format!("{key}="))).expect("a setting").to_owned()
}

/// Whether somebody answers at the shop's port.
fn answers(gonogo: &Gonogo) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, setting(gonogo, "SHOP_PORT").parse().expect("a port"))).is_ok()
}

#[test]
fn it_goes_from_no_go_to_a_signed_go_and_finds_the_forgery() {
    let gonogo = Gonogo::new();
    let ran = gonogo.run(["demo", "--yes"]).exits(0);
    let verdicts = [
        "✗ NO-GO: 3 blockers failed.\n(exit code 1)",
        "+ORDER_WORKERS=2",
        "✓ GO: All 9 blockers passed.\n(exit code 0)",
        "HOLD: shop 1.4.2 may not be deployed to prod yet",
        "(exit code 4)",
        "GO: shop 1.4.2 may be deployed to prod\n  ✓ go by Robin Reed as release-manager",
        "1.4.2    Release pipeline (key)  succeeded",
        "5 entries, every hash and link holds",
        "(exit code 5)",
    ];
    let mut rest = ran.stdout.as_str();
    for verdict in verdicts {
        rest = rest.split_once(verdict).unwrap_or_else(|| panic!("`{verdict}` comes not, or too early, in\n{}", ran.stdout)).1;
    }
    assert!(ran.stderr.contains("entry 2 of the ledger cannot be trusted: it was changed"), "{}", ran.stderr);
    for red in ["no-development-secrets", "cors", "health"] {
        assert!(ran.stdout.contains(&format!("✗ {red}\n")), "{red} is not red");
    }
    assert!(gonogo.read("gonogo-demo/report.html").contains("Signed by 1 of 1 role"));
    assert!(gonogo.read("gonogo-demo/report.md").starts_with("# ✓ GO: shop 1.4.2 → prod"));
    assert!(!answers(&gonogo), "the shop outlives the demo");
}

#[test]
fn every_command_that_it_shows_is_one() {
    let gonogo = Gonogo::new();
    let ran = gonogo.run(["demo", "--yes"]).exits(0);
    let next = ran.stdout.split("Next, in your own project:").nth(1).expect("what is next");
    let next = next.lines().filter_map(|line| line.trim().strip_prefix("gonogo ")?.split('#').next().map(str::to_owned));
    let shown: Vec<String> = commands(&ran.stdout).into_iter().chain(next).collect();
    assert_eq!(shown.len(), 13, "{shown:#?}");
    for command in &shown {
        let words: Vec<&str> = command.split_whitespace().collect();
        let verbs = words.iter().position(|word| word.starts_with('-')).unwrap_or(words.len());
        let help = gonogo.run(words[..verbs].iter().chain(&["--help"])).exits(0).stdout;
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(flag), "the help of `{command}` has no {flag}");
        }
    }
}

#[test]
fn what_it_leaves_is_signed_private_and_in_one_folder() {
    let gonogo = Gonogo::new();
    let home = gonogo.path("home").display().to_string();
    let ran = Ran::of(gonogo.command(["demo", "--yes"]).env("HOME", &home)).exits(0);
    let left: Vec<_> = fs::read_dir(gonogo.path(".")).expect("the folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["gonogo-demo"]);
    pasted(&gonogo, "lint").exits(0);
    pasted(&gonogo, "log verify --env prod").exits(0).says("signatures vouch for entries 1 to 4");
    pasted(&gonogo, "report --env prod --release 1.4.2 --quiet --bundle bundle.zip").exits(0);
    pasted(&gonogo, "audit bundle.zip --signers signers --policy gonogo.yaml").exits(0);
    for private in ["prod.env", "keys/release-manager", "keys/pipeline"] {
        let file = gonogo.path("gonogo-demo").join(private);
        assert_eq!(fs::metadata(file).expect(private).permissions().mode() & 0o777, 0o600, "{private}");
    }
    let secret = setting(&gonogo, "SESSION_SECRET");
    assert_eq!(secret.len(), 64, "it was not mended");
    let keys = ["release-manager", "pipeline"].map(|key| gonogo.read(&format!("gonogo-demo/keys/{key}")));
    let said = format!("{}{}{}", ran.stdout, ran.stderr, gonogo.read("gonogo-demo/report.html"));
    for hidden in keys.iter().flat_map(|key| key.lines()).filter(|line| !line.starts_with("----")).chain([secret.as_str()]) {
        assert!(!said.contains(hidden), "a secret is shown");
    }
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let gonogo = Gonogo::new().file("gonogo-demo/mine", "mine").file("file", "");
    gonogo.run(["demo", "--yes"]).exits(2).says("`gonogo-demo` cannot be made: it is there already, and not empty").says("--dir DIR");
    assert_eq!(fs::read_dir(gonogo.path("gonogo-demo")).expect("the folder").count(), 1);
    gonogo.run(["demo", "--yes", "--dir", "file/in"]).exits(6).says("`file/in` cannot be made: Not a directory").says("--dir DIR");
    fs::create_dir(gonogo.path("a b")).expect("a folder");
    gonogo.run(["demo", "--yes", "--dir", "a b"]).exits(0);
}

/// Two of them, in an environment that says something else of everything.
#[test]
fn it_goes_by_nothing_of_the_machine() {
    let gonogo = Gonogo::new().env("GONOGO_ENV", "staging").env("GONOGO_LEDGER", "/none/ledger.db").env("SHOP_PORT", "1");
    let gonogo = gonogo.env("GITHUB_ACTIONS", "true").env("GITHUB_SHA", &"0".repeat(40)).env("GITHUB_ACTOR", "octocat").env("CI", "true");
    let started =
        |folder: &str| gonogo.command(["demo", "--dir", folder]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
    for mut demo in ["one", "two"].map(started) {
        assert!(demo.wait().expect("it ends").success());
    }
}

/// The demo at a terminal, up to its first question.
fn at_a_terminal(gonogo: &Gonogo) -> (Child, String) {
    let mut command = Command::new("script");
    command.args(["--quiet", "--flush", "--return", "--command", &format!("exec {} demo", env!("CARGO_BIN_EXE_gonogo")), "/dev/null"]);
    command.current_dir(gonogo.path(".")).env_clear().env("PATH", crate::gonogo::search_path()).envs(crate::gonogo::clock());
    let mut demo = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("`script` of util-linux");
    let said = said_until(&mut demo, "Enter goes on. ");
    (demo, said)
}

fn said_until(demo: &mut Child, wanted: &str) -> String {
    let (mut said, mut byte) = (Vec::new(), [0]);
    let out = demo.stdout.as_mut().expect("its output");
    while !String::from_utf8_lossy(&said).ends_with(wanted) {
        assert_eq!(out.read(&mut byte).expect("its output"), 1, "no `{wanted}` in {}", String::from_utf8_lossy(&said));
        said.push(byte[0]);
    }
    String::from_utf8(said).expect("text")
}

#[test]
fn at_a_terminal_it_waits_and_what_it_showed_can_be_pasted() {
    let gonogo = Gonogo::new();
    let (mut demo, opening) = at_a_terminal(&gonogo);
    assert!(opening.contains("/gonogo-demo'\r\n") && opening.contains("alias gonogo='/"), "{opening}");
    assert!(answers(&gonogo));
    pasted(&gonogo, "verify --env prod --release 1.4.2").exits(1);
    for _ in 0..3 {
        demo.stdin.as_mut().expect("its input").write_all(b"\n").expect("a line");
        said_until(&mut demo, "Enter goes on. ");
    }
    pasted(&gonogo, "verify --env prod --release 1.4.2").exits(0);
    pasted(&gonogo, "gate --env prod --release 1.4.2").exits(4);
    demo.stdin.as_mut().expect("its input").write_all(b"\x03").expect("Ctrl-C");
    let said = said_until(&mut demo, "/gonogo-demo\r\n");
    assert!(said.contains("The demo was ended, and the shop with it. All that was written stays in this folder"), "{said}");
    assert_eq!(demo.wait().expect("it ends").code(), Some(3));
    assert!(!answers(&gonogo));
}

/// Raw bytes to the shop; the status line that comes back, if any.
async fn asked(port: u16, request: Vec<u8>) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("the shop");
    // It may have hung up before all of it was sent.
    let _ = stream.write_all(&request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_shop_only_shows_and_reads_no_more_than_it_must() {
    let settings = Gonogo::new().file("prod.env", "SHOP_ENVIRONMENT=production\n");
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(gonogo::demo::serve(listener, settings.path("prod.env")));
    let filling = "x".repeat(100_000);
    for (request, status) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "HTTP/1.1 200 OK"),
        ("GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "HTTP/1.1 404 Not Found"),
        ("DELETE /orders HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "HTTP/1.1 405 Method Not Allowed"),
        (format!("POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{filling}"), "HTTP/1.1 405 Method Not Allowed"),
        (format!("GET / HTTP/1.1\r\nHost: a\r\nX: {filling}\r\n\r\n"), "HTTP/1.1 431 Request Header Fields Too Large"),
    ] {
        let answer = asked(port, request.clone().into_bytes()).await;
        // Who is hung up on in the midst of sending may see that alone.
        assert!(answer == status || (request.len() > 1000 && answer.is_empty()), "{request:.30}: {answer}");
    }
    fs::remove_file(settings.path("prod.env")).expect("the settings");
    assert_eq!(asked(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec()).await, "HTTP/1.1 500 Internal Server Error");
}
