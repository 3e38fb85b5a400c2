//! What stands beside a plan: waivers, keys, and the bytes of all of it.

use std::{collections::BTreeMap, fs, path::Path};

use gonogo::{
    model::Digest,
    plan::{self, Plan, Problem, Purpose, Request},
};

use super::{good, request, told, with_url};

#[test]
fn a_plan_keeps_the_bytes_of_each_of_its_files_once() {
    let plan = good("good-signoff");
    let names: Vec<&str> = plan.kept.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["gonogo.yaml", "keys/allowed_signers", "keys/revoked"]);
    let signoff = plan.signoff.as_ref().expect("a policy");
    assert_eq!((signoff.revoked_keys.as_deref(), signoff.require[0].count), (Some("keys/revoked"), 2));
    for name in ["good-full", "good-signoff", "good-small", "good-waivers"] {
        let plan = good(name);
        let digests: BTreeMap<_, _> = plan.kept.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))).collect();
        assert_eq!(digests, plan.files, "{name}");
        for (file, bytes) in plan.kept.iter().filter(|(file, _)| !file.starts_with("pack:")) {
            assert_eq!(*bytes, fs::read(plan.root.join(file)).expect("the file"), "{name}: {file}");
        }
    }
}

#[test]
fn waivers_are_read_for_their_environment_with_their_place() {
    let plan = good("good-waivers");
    let [placed] = plan.waivers.as_slice() else { panic!("{:?}", plan.waivers) };
    assert_eq!((placed.location.file.as_str(), placed.location.line), ("fixtures/plan/good-waivers/waivers.yaml", 2));
    // A date is a whole day in UTC.
    let waiver = &placed.waiver;
    assert_eq!(waiver.granted, Some("2026-11-10T00:00:00Z".parse().expect("an instant")));
    assert_eq!(waiver.expires, "2026-12-25T00:00:00Z".parse().expect("an instant"));
    assert!(plan.files.contains_key("waivers.yaml"));
    let request = Request { environment: Some("staging".into()), ..request(Path::new("fixtures/plan/good-waivers")) };
    let plan = plan::load(&request).unwrap_or_else(|problems| panic!("{}", told(&problems)));
    assert_eq!(plan.waivers[0].waiver.expires, "2026-12-24T17:00:00Z".parse().expect("an instant"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    /// Whatever stands in the file, reading it ends with a plan or with problems.
    #[test]
    fn arbitrary_waivers_never_panic(text in "\\PC{0,200}|(- |\\{ |  )?((check|environment|owner|approver|granted|expires|reason|ticket|waivers): ?(a|prod|~|\\[\\]|\"\"|2026-12-2[4-9]|9999-12-31|-9999-01-01|2026-12-24T25:00Z)[,\n] ?){0,12}\\}?") {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("gonogo.yaml"), with_url("https://a.example.com")).expect("written");
        fs::write(folder.path().join("waivers.yaml"), text).expect("written");
        if let Err(problems) = plan::load(&Request { config: folder.path().join("gonogo.yaml"), ..Request::default() }) {
            proptest::prop_assert!(problems.iter().all(|problem| !problem.message.is_empty()));
        }
    }
}

/// The files of a folder, by their names in it.
fn held(folder: &Path, names: &[&str]) -> BTreeMap<String, Vec<u8>> {
    names.iter().map(|name| ((*name).to_owned(), fs::read(folder.join(name)).expect("a file"))).collect()
}

/// The plan that these files are, as another commit has them.
fn load_at(request: &Request, files: BTreeMap<String, Vec<u8>>) -> Result<Plan, Vec<Problem>> {
    plan::load(&Request { files: Some(files), purpose: Purpose::Look, ..request.clone() })
}

#[test]
fn a_plan_of_another_commit_is_read_from_its_files_alone() {
    let case = Path::new("fixtures/plan/good-full");
    let names = ["gonogo.yaml", "checks/network.yaml", "deploy/allowed_signers"];
    let files = held(case, &names);
    let there = load_at(&request(case), files.clone()).unwrap_or_else(|problems| panic!("{}", told(&problems)));
    let here = good("good-full");
    // With the variables of now, those of the work tree's env-file too.
    assert_eq!((&there.files, &there.signoff, there.digest), (&here.files, &here.signoff, here.digest));
    assert!(there.secrets.iter().any(|(name, _)| name == "API_TOKEN"), "{:?}", there.secrets);
    // What the commit does not have is not taken from the work tree; what it has is not what the work tree says.
    for name in &names[1..] {
        let mut less = files.clone();
        less.remove(*name);
        assert!(load_at(&request(case), less).is_err(), "{name}");
    }
    let mut other = files;
    let text = String::from_utf8(other["gonogo.yaml"].clone())
        .expect("text")
        .replace("owner: [eve@example.com]", "owner: [bob@example.com, eve@example.com]");
    other.insert("gonogo.yaml".into(), text.into_bytes());
    other.insert("waivers.yaml".into(), b"waivers: []\n".to_vec());
    let other = load_at(&request(case), other).unwrap_or_else(|problems| panic!("{}", told(&problems)));
    assert_eq!(other.signoff.expect("a policy").roles["owner"].people.len(), 2);
    assert!(other.files.contains_key("waivers.yaml"));
    // Nothing comes into a plan that was kept.
    let kept = plan::load(&Request { files: Some(held(case, &names)), purpose: Purpose::Kept, ..request(case) })
        .unwrap_or_else(|problems| panic!("{}", told(&problems)));
    assert!(kept.secrets.iter().all(|(name, _)| name != "API_TOKEN"), "{:?}", kept.secrets);
}

#[test]
fn files_above_the_folder_are_read_by_their_names() {
    let checks = |id: &str| format!("checks:\n  - id: {id}\n    http: {{ url: https://a.example.com }}\n").into_bytes();
    let mut files = BTreeMap::from([
        ("gonogo.yaml".to_owned(), b"project: shop\nenvironments: { prod: {} }\ninclude: ['../shared/*.yaml', ./a/../b.yaml]\n".to_vec()),
        ("../shared/z-2.yaml".to_owned(), checks("two")),
        ("../shared/z.yaml".to_owned(), checks("three")),
        ("b.yaml".to_owned(), checks("one")),
    ]);
    // The folder need not be there any more.
    let request = Request { config: "nowhere/gonogo.yaml".into(), ..Request::default() };
    let there = load_at(&request, files.clone()).unwrap_or_else(|problems| panic!("{}", told(&problems)));
    assert_eq!(there.items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["two", "three", "one"]);
    files.insert("gonogo.yaml".into(), b"project: shop\nenvironments: { prod: {} }\ninclude: [../shared, c.yaml]\n".to_vec());
    let refused = told(&load_at(&request, files).err().expect("problems"));
    assert!(refused.contains("`../shared` is a folder") && refused.contains("there is no file `c.yaml`"), "{refused}");
}
