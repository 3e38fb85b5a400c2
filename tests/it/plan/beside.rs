//! What stands beside a plan: waivers, keys, and the bytes of all of it.

use std::{collections::BTreeMap, fs, path::Path};

use gonogo::{
    model::Digest,
    plan::{self, Request},
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
