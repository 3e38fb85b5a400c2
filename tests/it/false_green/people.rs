//! Exceptions that cover nothing, and policies that nobody or one person can meet.

use super::{beside_a_pass, gonogo, refused, server};

#[tokio::test(flavor = "multi_thread")]
async fn an_exception_for_nothing_is_said_and_covers_nothing() {
    let server = server().await;
    let plan = beside_a_pass("http: { url: \"${api}/missing\" }")
        + "signoff: { allowed-signers: signers, roles: { r: [bob] }, require: [r], unsigned-waivers: allowed }\n"
        + "people: { bob: { name: Bob }, eve: { name: Eve } }\n";
    let gonogo = |check: &str, more: &str| {
        let waiver = format!(
            "- {{ check: {check}, environment: prod, reason: r, ticket: T, owner: eve, approver: bob, {more}expires: 2099-01-01T00:00:00Z }}\n"
        );
        gonogo(&server, &plan).env("GONOGO_ENV", "prod").file("signers", "").file("waivers.yaml", &waiver)
    };
    for check in ["itt", "It", "good/it", "'*'", "http", "'i?'"] {
        let (ran, report) = gonogo(check, "granted: 2098-12-01, ").verify(&[]);
        assert_eq!((ran.code, report.counts.blocker.waived), (1, 0), "{check}");
        assert!(report.notes.iter().any(|note| note.contains("so this waiver covers nothing")), "{check}: {:?}", report.notes);
        gonogo(check, "").run(["lint", "--strict", "--env", "prod"]).exits(2).says("so this waiver covers nothing");
    }
    // One for the right check that is too long, or made to look short by a grant that is still to come.
    for more in ["", "granted: 2098-12-01, "] {
        let (ran, report) = gonogo("it", more).verify(&[]);
        assert_eq!((ran.code, report.counts.blocker.waived), (1, 0), "{more}");
        assert!(report.notes.iter().any(|note| note.contains("does not count")), "{:?}", report.notes);
    }
    // Half of one, or one of the owner's own, stops the run.
    for wrong in ["reason: '', ", "owner: bob, ", "environment: prd, "] {
        gonogo("it", wrong).run(["verify"]).exits(2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_lets_one_person_decide_twice_is_refused() {
    let server = server().await;
    let people = "people: { bob: { name: Bob }, eve: { name: Eve } }\n";
    for (policy, said) in [
        ("roles: {}, require: []", "there are no roles"),
        ("roles: { a: [bob] }, require: []", "`require` names no role"),
        ("roles: { a: [] }, require: [a]", "nobody has the role `a`"),
        ("roles: { a: [bob] }, require: [b]", "there is no role `b`"),
        ("roles: { a: [bob, bob] }, require: [{ role: a, count: 2 }]", "1 person has the role `a`, and 2 must sign"),
        ("roles: { a: [bob] }, require: [{ role: a, count: 0 }]", "a count of 0 requires nobody"),
        ("roles: { a: [bob] }, require: [a, a]", "`a` is required twice"),
        ("roles: { a: [bob], b: [bob] }, require: [a, b]", "one person counts once"),
        ("roles: { a: [bob] }, require: [a], break-glass: { roles: [] }", "no role may pass the gate"),
        ("roles: { a: [bob] }, require: [a], break-glass: { roles: [admin] }", "there is no role `admin`"),
        ("roles: { a: [bob] }, require: [a], unsigned-waiver: allowed", "unknown key `unsigned-waiver`"),
    ] {
        let plan =
            beside_a_pass("http: { url: \"${api}/ok\" }") + people + &format!("signoff: {{ allowed-signers: gonogo.yaml, {policy} }}\n");
        refused(&server, &plan, &[]).says(said);
    }
}
