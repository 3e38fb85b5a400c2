//! The checklist as a plan: every box of the seed once, in its order; the README's table and the data of its breaks are the plan's.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use gonogo::plan::{self, Item, Plan};

use crate::golden;

const FOLDER: &str = "fixtures/demo/checklist";

struct SeedBox {
    number: usize,
    section: String,
    text: String,
}

fn text(file: &str) -> String {
    fs::read_to_string(Path::new(FOLDER).join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The lines of a table, without those that explain it.
fn rows(file: &str) -> Vec<Vec<String>> {
    let lines = text(file);
    let lines = lines.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn seed() -> Vec<SeedBox> {
    let seed_box = |row: Vec<String>| {
        let [number, section, text] = <[String; 3]>::try_from(row).expect("number, section, text");
        SeedBox { number: number.parse().expect("a number"), section, text }
    };
    rows("seed.tsv").into_iter().map(seed_box).collect()
}

/// The plan, with every variable that it takes from outside.
fn plan() -> Plan {
    let mut texts = text("gonogo.yaml");
    for entry in fs::read_dir(Path::new(FOLDER).join("checks")).expect("the sections") {
        texts += &fs::read_to_string(entry.expect("an entry").path()).expect("text");
    }
    let named = texts
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
    let value = |(at, name): (usize, &str)| match name {
        // No two may be the same: an address twice is a mistake.
        _ if name.ends_with("_PORT") => format!("{}", 1024 + at),
        _ if name.contains("REDIS") || name.contains("SENTINEL") => "rediss://gonogo:x8Kq2v9sLw@cache.userprofile.internal:6379".into(),
        _ if name.ends_with("_URL") => "postgres://gonogo:x8Kq2v9sLw@db.userprofile.internal:5432/activity".into(),
        _ => "1.0.0".into(),
    };
    let env: BTreeMap<String, String> = named.enumerate().map(|(at, name)| (name.to_owned(), value((at, name)))).collect();
    let request = plan::Request { config: Path::new(FOLDER).join("gonogo.yaml"), env: env.into_iter().collect(), ..Default::default() };
    plan::load(&request)
        .unwrap_or_else(|problems| panic!("{}", problems.iter().map(|problem| problem.shown.as_str()).collect::<Vec<_>>().join("\n")))
}

/// What carries it: the number in the tag `box-N`.
fn number(item: &Item) -> Option<usize> {
    let numbers: Vec<usize> = item.tags.iter().filter_map(|tag| tag.strip_prefix("box-")?.parse().ok()).collect();
    assert!(numbers.len() <= 1, "`{}` carries several boxes", item.id);
    numbers.first().copied()
}

fn meant(plan: &Plan) -> impl Iterator<Item = &Item> {
    plan.items.iter().filter(|item| matches!(item.standing, plan::Standing::Ready(_)))
}

fn carriers<'a>(plan: &'a Plan, seed_box: &SeedBox) -> Vec<&'a Item> {
    meant(plan).filter(|item| number(item) == Some(seed_box.number)).collect()
}

#[test]
fn every_box_of_the_seed_stands_in_the_plan_once_and_in_its_order() {
    let (plan, seed) = (plan(), seed());
    assert_eq!(seed.iter().map(|seed_box| seed_box.number).collect::<Vec<_>>(), (1..=139).collect::<Vec<_>>());
    for item in meant(&plan) {
        assert_eq!(number(item).is_none(), item.guard, "`{}` must carry a box, a guard none", item.id);
        assert!(number(item).is_none_or(|number| number <= seed.len()), "`{}` carries a box that the seed does not have", item.id);
    }
    let mut files: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for seed_box in &seed {
        let own: Vec<&Item> = carriers(&plan, seed_box);
        assert!(!own.is_empty(), "box {} ({}) is not in the plan", seed_box.number, seed_box.text);
        for item in own.iter().filter(|item| item.location.file.contains("checks/")) {
            files.entry(&item.location.file).or_default().insert(&seed_box.section);
        }
    }
    for item in meant(&plan).filter(|item| item.location.file.contains("checks/")) {
        let (number, before) = (number(item).expect("a box"), last.entry(&item.location.file).or_default());
        assert!(*before <= number, "`{}` stands behind box {before}", item.id);
        *before = number;
    }
    for (file, sections) in files {
        assert_eq!(sections.len(), 1, "{file} carries {sections:?}");
    }
}

#[test]
fn every_machine_check_has_a_break() {
    let plan = plan();
    let checks: Vec<&str> = meant(&plan).filter(|item| item.kind.name != "manual").map(|item| item.id.as_str()).collect();
    let mut broken: Vec<String> = Vec::new();
    for row in rows("breaks.tsv") {
        assert!(row.len() == 3 && row.iter().all(|cell| !cell.trim().is_empty()), "check, break, mend: {row:?}");
        broken.push(row[0].clone());
    }
    let (known, given): (BTreeSet<&str>, BTreeSet<&str>) = (checks.into_iter().collect(), broken.iter().map(String::as_str).collect());
    assert_eq!(known.difference(&given).collect::<Vec<_>>(), Vec::<&&str>::new(), "have no line");
    assert_eq!(given.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "are no machine checks");
    assert_eq!(given.len(), broken.len(), "a check has two lines");
}

/// What a check becomes, by the comment within it.
fn becomes() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(Path::new(FOLDER).join("checks")).expect("the sections") {
        let mut id = String::new();
        for line in fs::read_to_string(entry.expect("an entry").path()).expect("text").lines() {
            if let Some(next) = line.strip_prefix("  - id: ") {
                next.clone_into(&mut id);
            } else if let Some(kind) = line.strip_prefix("    # becomes ") {
                all.insert(id.clone(), kind.split([':', ',']).next().unwrap_or_default().to_owned());
            }
        }
    }
    all
}

fn table(plan: &Plan) -> String {
    let (becomes, seed) = (becomes(), seed());
    let (mut out, mut section, mut counts) = (String::new(), "", [0; 3]);
    for seed_box in &seed {
        let own = carriers(plan, seed_box);
        let people = own.iter().filter(|item| item.kind.name == "manual").count();
        let (at, who) = if people == 0 {
            (0, "machine")
        } else if people == own.len() {
            (1, "person")
        } else {
            (2, "both")
        };
        counts[at] += 1;
        if section != seed_box.section {
            section = &seed_box.section;
            let _ =
                write!(out, "\n### {section}\n\n| box | in the seed | check | kind | looked at by |\n| --- | --- | --- | --- | --- |\n");
        }
        let ids: Vec<String> = own.iter().map(|item| format!("`{}`", item.id)).collect();
        let kinds: BTreeSet<&str> = own.iter().map(|item| item.kind.name).collect();
        let later: BTreeSet<&str> = own.iter().filter_map(|item| becomes.get(&item.id)).map(String::as_str).collect();
        let later =
            if later.is_empty() { String::new() } else { format!("; becomes {}", later.into_iter().collect::<Vec<_>>().join(", ")) };
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "| {} | {} | {} | {kinds} | {who}{later} |", seed_box.number, seed_box.text, ids.join("<br>"));
    }
    let machine = meant(plan).filter(|item| item.kind.name != "manual").count();
    let people = meant(plan).count() - machine;
    let [by_machine, by_people, by_both] = counts;
    format!(
        "\n{} boxes: {by_machine} are looked at by machines alone, {by_both} by machines and people, {by_people} by people alone.\n\
         {machine} machine checks (the guard among them), {people} questions.\n{out}\n",
        seed.len()
    )
}

#[test]
fn the_readme_is_the_plan() {
    let (mut readme, plan) = (text("README.md"), plan());
    let (open, close) = ("<!-- boxes -->\n", "<!-- /boxes -->");
    let start = readme.find(open).expect("the opening mark") + open.len();
    let end = readme.find(close).expect("the closing mark");
    readme.replace_range(start..end, &table(&plan));
    assert_eq!(golden::difference(&Path::new(FOLDER).join("README.md"), &readme), None);
}
