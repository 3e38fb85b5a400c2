//! The README's tables are the code's; its plan is one that lints.

use std::{fmt::Write as _, path::Path};

use gonogo::{
    check::{KINDS, reference},
    model::Exit,
    render::FORMATS,
};

use crate::{golden, gonogo::Gonogo};

#[test]
fn its_tables_are_the_codes() {
    let mut readme = std::fs::read_to_string("README.md").expect("the README");
    for (name, table) in [("kinds", kinds()), ("formats", formats()), ("exit-codes", exit_codes())] {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let start = readme.find(&open).expect("the opening mark") + open.len();
        let end = readme.find(&close).expect("the closing mark");
        readme.replace_range(start..end, &table);
    }
    assert_eq!(golden::difference(Path::new("README.md"), &readme), None);
}

#[test]
fn its_plan_lints() {
    let readme = std::fs::read_to_string("README.md").expect("the README");
    let plan = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a plan");
    Gonogo::new()
        .plan(plan)
        .file("deploy/prod.env", "DATABASE_URL=postgres://app:x8Kq2v9sLw@db.example.com:5432/app\n")
        .run(["lint"])
        .exits(0);
}

#[test]
fn its_mistake_is_told_as_it_shows() {
    let readme = std::fs::read_to_string("README.md").expect("the README");
    let block =
        |language: &str| readme.split(&format!("```{language}\n")).nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    let wrong = block("yaml").replace("severity: blocker", "severety: blocker");
    Gonogo::new().plan(&wrong).file("deploy/prod.env", "DATABASE_URL=x\n").run(["lint"]).exits(2).says(block("text").trim());
}

fn kinds() -> String {
    let mut table = String::from("| kind | what it proves |\n| --- | --- |\n");
    for kind in KINDS {
        let _ = writeln!(table, "| `{}` | {} |", kind.name, reference::summary(kind).replace('\n', " "));
    }
    table
}

fn formats() -> String {
    let mut table = String::from("| format | for |\n| --- | --- |\n");
    for format in FORMATS {
        let _ = writeln!(table, "| `{}` | {} |", format.name, format.about);
    }
    table
}

fn exit_codes() -> String {
    let mut table = String::from("| code | meaning |\n| --- | --- |\n");
    for (exit, meaning) in Exit::TABLE {
        let _ = writeln!(table, "| {} | {meaning} |", exit.code());
    }
    table
}
