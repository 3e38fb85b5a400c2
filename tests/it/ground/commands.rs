//! Every argv that a plan makes gonogo run stands in `plan` and in the report.

use super::{report, target, written};
use crate::gonogo::Gonogo;

#[test]
fn a_command_is_said_whole_and_without_its_secrets() {
    for (check, said) in [
        (
            "secrets: { source: { command: [./print, --token, hunter2hunter2, \"a b\", \"\"] }, keys: [A] }",
            r#"command ./print --token *** "a b" """#,
        ),
        (
            "secrets: { source: { command: [./print, \"-u=${DB_PASSWORD}\", -o, json] }, keys: [A] }",
            "command ./print -u=${DB_PASSWORD} -o json",
        ),
        (
            "secrets: { source: { command: [./print, -H, \"Authorization: Bearer hunter2hunter2\"] }, keys: [A] }",
            r#"command ./print -H "Authorization: ***""#,
        ),
        ("backup: { restic: { command: [./print, --password, hunter2hunter2] }, max-age: 1d }", "command ./print --password ***"),
        ("backup: { barman: { server: main }, max-age: 1d }", "command barman -f json list-backups main"),
        ("backup: { wal-g: {}, max-age: 1d }", "command wal-g backup-list --detail --json"),
        ("backup: { pgbackrest: { stanza: main }, max-age: 1d }", "command pgbackrest info --output=json --stanza=main"),
        (
            "secrets: { source: { env-file: prod.env }, untracked: true, keys: [A], differs-from: { command: [./print, other] } }",
            "file prod.env, command ./print other, git repository of prod.env",
        ),
    ] {
        let plan = format!("project: p\nenvironments: {{ prod: {{}} }}\nchecks:\n  - id: it\n    {check}\n");
        let gonogo = Gonogo::new().plan(&plan).file("prod.env", "A=b\n").env("DB_PASSWORD", "hunter2hunter2");
        let report = report(&gonogo);
        assert_eq!(target(&report, "it"), said, "{check}");
        let listed = gonogo.run(["plan"]).exits(0).stdout;
        for one in said.split(", ") {
            assert!(listed.lines().any(|line| line == one), "{one}:\n{listed}");
        }
        if said.contains("git") {
            for ask in ["ls-files -z --", "log --all --full-history", "hash-object --no-filters", "cat-file --batch-check"] {
                assert!(listed.contains(ask), "{ask}:\n{listed}");
            }
        }
        // A finding is one line of the JSON, which holds the plan's own text too; its target is compared above.
        let of_target = |line: &&str| line.contains("arget") && !line.trim_start().starts_with("{\"id\"");
        let targets: String = listed + &written(&gonogo).lines().filter(of_target).collect::<String>();
        assert!(!targets.contains("hunter2") || check.contains("hunter2hunter2, \"a b\""), "{targets}");
    }
}
