//! The whole way: verify, four sign-offs, gate, deployment, report, log.

use super::house::{Agent, House, TEAM};

#[tokio::test(flavor = "multi_thread")]
async fn from_the_run_to_the_deployment_log() {
    let house = House::new().await;
    house.keygen("ecdsa", &["-t", "ecdsa"]);
    house.keygen("rsa", &["-t", "rsa", "-b", "3072"]);
    let lines =
        [house.line("lead", "lead", ""), house.line("dev", "ecdsa", ""), house.line("sec", "rsa", ""), house.line("boss", "boss", "")];
    house.signers(&lines);
    house
        .gonogo
        .run(["verify", "--release", "1.4.2", "--commit", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"])
        .exits(0)
        .says("on record: entry 2, ledger head");
    let held = house.gate(&[]).exits(4);
    for (id, _, _, role) in TEAM {
        assert!(held.stdout.contains(&format!("`{role}` has not signed ({id}): `gonogo sign --as {role}`")), "{}", held.stdout);
    }
    assert_eq!(held.stdout.matches('✗').count(), 4, "{}", held.stdout);
    house.sign("deployment-lead", "lead", &["--comment", "lead looked at it"]).exits(0).says("you have signed nothing before");
    house.sign("devops", "ecdsa", &[]).exits(0);
    house.sign("security", "rsa", &[]).exits(0).says("RSA SHA256:");
    house.gate(&[]).exits(4).says("`engineering-manager` has not signed");
    let agent = Agent::with(house.keys.path(), &["boss"]);
    let signing =
        house.gonogo.command(["sign", "--as", "engineering-manager"]).env("SSH_AUTH_SOCK", &agent.socket).output().expect("it runs");
    assert!(signing.status.success(), "{}", String::from_utf8_lossy(&signing.stderr));
    house.gate(&[]).exits(0).says("GO: shop 1.4.2 may be deployed to prod");
    house.gate(&["--commit", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"]).exits(0);
    house.gate(&["--commit", "1a1b2c3d4e5f60718293a4b5c6d7e8f901234567"]).exits(3).says("no full run");
    house.gonogo.run(["gate", "--release", "1.4.3"]).exits(3).says("no full run of 1.4.3");
    house.gonogo.run(["gate"]).exits(2).says("say which release");

    house.write("deploy.log", "migrated\nrestarted\n");
    let record = [
        "deploy",
        "record",
        "--release",
        "1.4.2",
        "--status",
        "succeeded",
        "--notes",
        "smooth",
        "--log",
        "deploy.log",
        "--deployer",
        "dev",
    ];
    house.gonogo.run(record).exits(0).says("deployment of 1.4.2 by dev");
    pages_and_lists_show_all_of_it(&house);
    house.gonogo.run(["log", "--since", "2099-01-01"]).exits(0).says("no deployment");
    house.gonogo.run(["log", "verify"]).exits(0).says("signatures vouch for entries 1 to 5").says("unsigned 1 entries");
}

#[track_caller]
fn pages_and_lists_show_all_of_it(house: &House) {
    house.gonogo.run(["report", "-q", "--format", "html=report.html", "--format", "markdown=report.md"]).exits(0);
    for page in [house.gonogo.read("report.html"), house.gonogo.read("report.md")] {
        for (_, name, title, role) in TEAM {
            for said in [name, title, role] {
                assert!(page.contains(said), "{said}");
            }
        }
        for said in ["smooth", "restarted", "lead looked at it", "ED25519 SHA256:", "ECDSA SHA256:", "RSA SHA256:", "declared"] {
            assert!(page.contains(said), "{said} in\n{page}");
        }
    }
    house.gonogo.run(["log"]).exits(0).says("Date").says("1.4.2").says("dev (declared)").says("succeeded").says("smooth");
    let trail = house.log();
    for said in ["run", "sign-off", "deployment", "unsigned", "signed by boss", "go by sec as security"] {
        assert!(trail.contains(said), "{said} in\n{trail}");
    }
    let csv = house.gonogo.run(["log", "--format", "csv"]).exits(0).stdout;
    let row = csv.lines().nth(1).expect("a deployment");
    for said in ["\"1.4.2\"", "\"dev\"", "\"declared\"", "Lea Lead; Devi Ops; Sepp Security; Bea Boss", "\"succeeded\"", "\"no\""] {
        assert!(row.contains(said), "{said} in {row}");
    }
    let json = house.gonogo.run(["log", "--format", "json"]).exits(0).stdout;
    let rows: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let first = &rows[0];
    assert_eq!((&first["release"], &first["status"], &first["signed"]), (&"1.4.2".into(), &"succeeded".into(), &false.into()), "{json}");
    assert_eq!(first["approvers"], serde_json::json!(["Lea Lead", "Devi Ops", "Sepp Security", "Bea Boss"]));
    assert_eq!(first.as_object().map(serde_json::Map::len), csv.lines().next().map(|heads| heads.split(',').count()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_was_passed_is_shut_for_the_next() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "succeeded"]).exits(0);
    house.gonogo.run(["gate", "--release", "1.4.3"]).exits(3);
    house.gonogo.run(["verify", "-q", "--release", "1.4.3"]).exits(0);
    house.gonogo.run(["gate", "--release", "1.4.3"]).exits(4).says("`security` has not signed");
    house.gonogo.run(["verify", "-q", "--release", "1.4.2", "--commit", "0a1b2c3d"]).exits(0);
    house.gate(&[]).exits(4).says("it is another release");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_could_not_be_put_on_record_is_not_begun() {
    let house = House::new().await.security_alone().policy(&[("unsigned-runs", "refused")]);
    let ci = house.key("ci");
    house.verify(&["--recorder-key", &ci]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "touch", "moved"]).exits(2).says("--recorder-key");
    house.gonogo.run(["deploy", "--release", "1.4.2", "--recorder-key", &house.key("dev"), "--", "touch", "moved"]).exits(5);
    assert!(!house.gonogo.path("moved").exists());
    house.gonogo.run(["deploy", "--release", "1.4.2", "--recorder-key", &ci, "--", "touch", "moved"]).exits(0);
    assert!(house.gonogo.path("moved").exists());
    house.gonogo.run(["log", "verify"]).exits(0).says("unsigned 0 entries");
}

#[tokio::test(flavor = "multi_thread")]
async fn deploy_with_a_command_is_gate_command_verification_and_record() {
    let house = House::new().await.security_alone();
    let deploy = ["deploy", "--release", "1.4.2", "--", "sh", "-c", "echo moved >> moved; echo was moved; test ! -e stop"];
    house.gonogo.run(deploy).exits(3).says("there is no ledger");
    house.verify(&[]).exits(0);
    house.gonogo.run(deploy).exits(4).says("`security` has not signed");
    assert!(!house.gonogo.path("moved").exists(), "the gate was shut");
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(deploy).exits(0).says("was moved");
    assert_eq!(house.gonogo.read("moved"), "moved\n");
    house.gonogo.run(["log"]).exits(0).says("1.4.2").says("succeeded");
    assert!(house.log().contains("post-deploy"), "{}", house.log());
    // The service falls ill with it.
    house.service.first(500);
    house.gonogo.run(deploy).exits(1);
    // The command fails.
    house.write("stop", "");
    house.gonogo.run(deploy).exits(1).says("the command ended with exit status: 1");
    let log = house.gonogo.run(["log"]).exits(0).stdout;
    assert_eq!((log.matches("failed").count(), log.matches("succeeded").count()), (2, 1), "{log}");
    house.gonogo.run(["log", "verify"]).exits(0);
}
