//! `gonogo import`: what other tools demand becomes checks that lint, and what cannot be said is told; no secret is printed.

use std::{fs, os::unix::fs::symlink, path::Path};

use gonogo::model::Outcome;

use crate::{
    golden,
    gonogo::{Gonogo, Ran},
};

/// Each fixture, with what its last line says without and with commands.
const TOOLS: [(&str, &str, &str); 4] = [
    (
        "goss",
        "said 27 of 36 entries; 5 with --with-commands; 4 cannot be said",
        "said 32 of 36 entries; 5 of them by commands; 4 cannot be said",
    ),
    (
        "preflight",
        "said 12 of 19 entries; 5 with --with-commands; 2 cannot",
        "said 17 of 19 entries; 5 of them by commands; 2 cannot be said",
    ),
    ("gatus", "said 7 of 11 entries; 2 with --with-commands; 2 cannot be said (1 of them in part)", "said 9 of 11 entries; 2 of them"),
    ("blackbox", "said 7 of 11 entries; 2 with --with-commands; 2 cannot be said (1 of them in part)", "said 9 of 11 entries; 2 of them"),
];
/// What the fixtures hold that nobody may see.
const SECRETS: [&str; 5] = ["geheim99", "abcdef123456", "YXBwOmdlaGVpbTk5", "s3cret", "word\""];

fn fixture(name: &str) -> String {
    fs::read_to_string(Path::new("fixtures/import").join(name)).expect("a fixture")
}

fn imported(name: &str, more: &[&str]) -> (Gonogo, Ran) {
    let gonogo = Gonogo::new().file("there.yaml", &fixture(&format!("{name}.yaml")));
    let ran = gonogo.run(["import", "there.yaml"].iter().chain(more)).exits(0);
    (gonogo, ran)
}

/// What the header says that must be set.
fn variables(checks: &str) -> Vec<(&str, &str)> {
    let named = checks.lines().find_map(|line| line.split("in the environment: ").nth(1)).unwrap_or_default();
    named
        .split(", ")
        .filter(|name| !name.is_empty())
        .map(|name| (name, if name == "TARGET" { "https://www.example.com" } else { "10.9.8.7:443" }))
        .collect()
}

#[test]
fn what_is_said_lints_and_is_as_it_was_read() {
    let mut wrong = Vec::new();
    for (name, plain, with) in TOOLS {
        for (more, ending, says) in [(&[][..], "checks", plain), (&["--with-commands"][..], "commands", with)] {
            let (gonogo, ran) = imported(name, more);
            let Ran { stdout, .. } = ran.says(says);
            wrong.extend(golden::difference(&Path::new("fixtures/import").join(format!("{name}.{ending}.txt")), &stdout));
            for secret in SECRETS {
                assert!(!stdout.contains(secret), "{name}: {secret}");
            }
            let allow = if more.is_empty() { "" } else { "allow: [command]\n" };
            gonogo
                .file("checks.yaml", &stdout)
                .plan(&format!("project: app\nenvironments: {{ prod: {{}} }}\n{allow}include: [checks.yaml]\n"))
                .run_with(&variables(&stdout), ["lint"])
                .exits(0);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_entry_is_a_check_or_a_comment() {
    for (name, ..) in TOOLS {
        let (_, ran) = imported(name, &["--with-commands"]);
        let line = ran.stderr.lines().last().expect("a last line").to_owned();
        let numbers: Vec<usize> = line.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
        let [said, entries, by_command, rest, ..] = numbers[..] else { panic!("{line}") };
        assert!(said + rest == entries && by_command <= said && rest > 0, "{line}");
        assert!(ran.stdout.matches("# not said: ").count() >= rest, "{name}");
    }
}

#[test]
fn what_is_so_on_this_machine_is_found_so() {
    let goss = "file: { /etc/passwd: { exists: true, owner: root, mode: '0644', contents: ['/^root:/', '!/^nobodyhere:/'] }, /nothing: { exists: false } }\n\
                user: { root: { exists: true, uid: 0, home: /root, groups: [root] }, nobodyhere: { exists: false } }\n\
                group: { root: { exists: true, gid: 0 } }\nport: { 'tcp:1': { listening: false }, 'tcp6:1': { listening: false } }\n\
                mount: { /proc: { exists: true, opts: [rw], filesystem: proc } }\nkernel-param: { kernel.ostype: { value: Linux } }\n\
                command: { 'echo hi; echo no >&2': { exit-status: 0, stdout: [hi, '!no'], stderr: ['no'] } }\n";
    let gonogo =
        Gonogo::new().file("goss.yaml", goss).plan("project: a\nenvironments: { prod: {} }\nallow: [command]\ninclude: [c.yaml]\n");
    gonogo.run(["import", "goss.yaml", "--with-commands", "-o", "c.yaml"]).exits(0).says("said 10 of 10 entries");
    let (_, report) = gonogo.verify(&[]);
    for finding in &report.findings {
        assert_eq!(finding.outcome, Outcome::Pass, "{}", finding.id);
    }
    assert_eq!(report.findings.len(), 11);
    // The same of what is not so: each goes red.
    let other = goss.replace("uid: 0", "uid: 7").replace("gid: 0", "gid: 7").replace("'0644'", "'0600'").replace("Linux", "Minix");
    let other = other.replace("nobodyhere: { exists: false }", "nobodyhere: { exists: true }").replace("[rw]", "[noexec, sync]");
    let other = other.replace("stdout: [hi", "stdout: [ho").replace("stderr: ['no']", "stderr: ['yes']");
    let gonogo = gonogo.file("goss.yaml", &other);
    fs::remove_file(gonogo.path("c.yaml")).expect("removed");
    gonogo.run(["import", "goss.yaml", "--with-commands", "-o", "c.yaml"]).exits(0);
    let (_, report) = gonogo.verify(&[]);
    let red = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail).count();
    assert_eq!(red, 8, "{:?}", report.findings.iter().map(|f| (&f.id, f.outcome)).collect::<Vec<_>>());
}

#[test]
fn a_target_takes_the_place_of_the_variable() {
    let gonogo = Gonogo::new().file("b.yml", &fixture("blackbox.yaml"));
    let ran = gonogo.run(["import", "b.yml", "--target", "https://www.example.com"]).exits(0).says("www.example.com:443");
    assert!(!ran.stdout.contains("TARGET"), "{}", ran.stdout);
}

#[test]
fn nothing_is_overwritten() {
    let gonogo = Gonogo::new().file("g.yaml", "user: { root: { exists: true } }\n").file("there.yaml", "mine\n");
    symlink("nowhere", gonogo.path("link.yaml")).expect("a link");
    for name in ["there.yaml", "link.yaml"] {
        gonogo.run(["import", "g.yaml", "-o", name]).exits(2).says(name);
    }
    assert_eq!(gonogo.read("there.yaml"), "mine\n");
    assert!(!gonogo.path("nowhere").exists());
}

#[test]
fn another_tools_file_is_no_plan_and_is_told_so() {
    for (name, what) in [("goss", "a goss file"), ("preflight", "a Troubleshoot"), ("gatus", "of Gatus"), ("blackbox", "blackbox exporter")]
    {
        // The plan's reader knows no tags.
        let gonogo = Gonogo::new().plan(&fixture(&format!("{name}.yaml")).replace("!!binary ", ""));
        for command in ["lint", "verify", "plan"] {
            let ran = gonogo.run([command]).exits(2).says(what).says("`gonogo import gonogo.yaml` turns it into checks");
            assert!(!ran.stderr.contains("unknown key"), "{}", ran.stderr);
        }
    }
    let manifest = "apiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\napiVersion: v1\nkind: Pod\n";
    for (text, what, next) in [
        ("services:\n  web: { image: nginx }\n", "a Compose file", "`gonogo init`"),
        (manifest, "a Kubernetes manifest", "`gonogo init`"),
        ("# Release\n\n- [ ] It answers\n", "a checklist in Markdown", "`gonogo import gonogo.yaml -o gonogo.yaml`"),
    ] {
        for command in ["lint", "verify"] {
            Gonogo::new().plan(text).run([command]).exits(2).says(&format!("this is {what}, no plan")).says(next);
        }
    }
    Gonogo::new().plan("project: a\nfile: {}\n").run(["lint"]).exits(2).says("unknown key `file`");
}

#[test]
fn what_cannot_be_read_is_told_in_a_sentence() {
    let bomb = (1..9).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        let of = format!("*a{}, ", n - 1).repeat(10);
        format!("{text}a{n}: &a{n} [{of}]\n")
    });
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("huge", vec![b'#'; 5 << 20], "larger"),
        ("deep", format!("file: {}", "[".repeat(20_000)).into_bytes(), "recursion"),
        ("twice", b"file: { a: { exists: true }, a: { exists: false } }".to_vec(), "twice"),
        ("bomb", bomb.into_bytes(), "values"),
        ("binary", vec![0xff, 0x00, 0x9f, 0x10], "UTF-8"),
        ("empty", Vec::new(), "is empty"),
        ("other", b"services: { web: { image: x } }".to_vec(), "is no file of goss"),
        ("loop", b"{{ range .Vars.ports }}\nport: { tcp:1: { listening: true } }\n{{ end }}".to_vec(), "template"),
    ];
    for (name, bytes, says) in files {
        let gonogo = Gonogo::new();
        fs::write(gonogo.path("f.yaml"), bytes).expect("written");
        let ran = gonogo.run(["import", "f.yaml"]).exits(2).says(says).says("f.yaml");
        assert!(ran.stdout.is_empty() && ran.stderr.lines().count() == 1, "{name}: {}", ran.stderr);
    }
    Gonogo::new().run(["import", "missing.yaml"]).exits(2).says("missing.yaml");
}

#[test]
fn what_a_file_says_cannot_leave_its_place() {
    let goss = "user:\n  \"root\\n  - id: evil\\nchecks: []\": { exists: true, title: \"x\\n# y ${HOME} \\u202e\" }\n  \"'] || @\": { exists: true, shell: \"${PATH} $$ a: b # c\" }\n";
    let gonogo = Gonogo::new().file("g.yaml", goss).plan("project: a\nenvironments: { prod: {} }\ninclude: [c.yaml]\n");
    gonogo.run(["import", "g.yaml", "-o", "c.yaml"]).exits(0).says("said 2 of 2");
    let text = gonogo.read("c.yaml");
    assert!(!text.contains('\u{202e}') && text.lines().filter(|line| line.trim_start().starts_with("- id:")).count() == 2, "{text}");
    gonogo.run(["lint"]).exits(0).says("2 checks");
}
