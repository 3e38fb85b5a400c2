//! The way back: practised, planned, late, without a record, and told to those who want to hear of it.

use std::{io::Write as _, net::TcpListener};

use super::ground::{Ground, program};

/// A way back by another program, which is in the ground's folder.
fn by(program: &str, within: &str) -> Vec<(&'static str, String)> {
    vec![(
        "command: [\"./weights.py\", \"${SOCKET}\", \"0%\"]\n    within: 30s",
        format!("command: [\"./{program}\", \"${{SOCKET}}\"]\n    within: {within}"),
    )]
}

fn start(changes: &[(&'static str, String)]) -> Ground {
    let changes: Vec<(&str, &str)> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    Ground::start(60, &changes)
}

#[test]
fn a_way_back_is_practised_before_a_stage_begins() {
    let drill = "    drill: { environment: prod, max-age: 1h }\n    checks: [old-answers]\n";
    let ground = start(&[("    checks: [old-answers]\n", drill.into())]);
    ground.run(&["rollout", "begin", "p25"]).exits(4).says("never practised in prod").says("gonogo rollout rollback --drill");
    ground.run(&["rollout", "rollback", "--drill", "--old", "0.9"]).exits(2).says("leave");
    ground.run(&["rollout", "rollback", "--drill"]).exits(0).says("ROLLED BACK");
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    // It is none of the release: the stage goes on.
    ground.run(&["watch", "--stage", "p25", "--until", "earned"]).exits(0);
    let status = ground.run(&["rollout", "status", "--format", "json"]).exits(0).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    assert_eq!((status["state"].as_str(), status["drill"]["outcome"].as_str()), (Some("under-way"), Some("back")), "{status:#}");
}

/// Row 28.
#[test]
fn one_that_comes_late_has_come_and_is_no_success() {
    let ground = start(&by("slow.sh", "5s"));
    program(
        &ground,
        "slow.sh",
        "#!/bin/sh\n# As a cluster goes on by itself.\nsetsid sh -c \"sleep 6.5; ./weights.py $1 0%\" >/dev/null 2>&1 &\nsleep 1\n",
    );
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    assert!(ground.shell(&[ground.gonogo.path("weights.py").to_str().expect("a path"), &ground.socket(), "100%"]));
    let went = ground.run(&["rollout", "rollback", "--reason", "the owner asks"]).exits(1).says("ROLLED BACK LATE");
    assert!(went.stdout.contains("5 s were allowed"), "{}", went.stdout);
}

/// Rows 29 and 30: what cannot be stored counts for nothing, and one goes back all the same.
#[test]
fn a_record_that_cannot_be_written_keeps_nobody_from_going_back() {
    let ground = start(&[(
        "soak: 10s, checks: [sells], decide: { roles: [owner] } }\n    - { name: p50",
        "soak: 60s, checks: [sells], decide: { roles: [owner] } }\n    - { name: p50".into(),
    )]);
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    ground.run(&["watch", "--stage", "p25", "--once"]).exits(4);
    let lock = ground.locked();
    std::thread::sleep(std::time::Duration::from_secs(2));
    let held = ground.run(&["watch", "--stage", "p25", "--once"]).exits(6).says("counts for nothing");
    assert!(held.stdout.contains("HELD"), "{}", held.stdout);
    ground.failing("new", "0.7");
    std::thread::sleep(std::time::Duration::from_secs(4));
    ground.run(&["watch", "--stage", "p25", "--rollback"]).exits(6).says("ROLLED BACK").says("going back all the same");
    drop(lock);
    ground.run(&["log", "verify"]).exits(0);
}

#[test]
fn who_wants_to_hear_of_it_is_told_and_can_tell_who_speaks() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://127.0.0.1:{}/hook/secret-path", listener.local_addr().expect("an address").port());
    let heard = std::thread::spawn(move || {
        let mut all = Vec::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().expect("a request");
            all.push(read(&mut stream));
            stream.write_all(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").expect("an answer");
        }
        all
    });
    let notify = format!(
        "  notify:\n    - {{ command: [./tell.sh], on: [begun, earned] }}\n    - {{ webhook: \"{address}\", key: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, on: [begun, decided] }}\n    - {{ command: [./missing.sh], on: [begun] }}\n  stages:\n"
    );
    let ground = start(&[("  stages:\n", notify)]);
    program(&ground, "tell.sh", "#!/bin/sh\ncat >> told\necho >> told\n");
    // One that cannot be told is shown and changes nothing.
    let begun = ground.run(&["rollout", "begin", "p25"]).exits(0).says("missing.sh");
    assert!(!format!("{}{}", begun.stdout, begun.stderr).contains("secret-path"));
    ground.run(&["watch", "--until", "earned"]).exits(0);
    ground.run(&["decide", "go", "--as", "owner", "--yes"]).exits(0);
    let told = ground.gonogo.read("told");
    let told: Vec<serde_json::Value> = told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(told.iter().map(|news| news["occasion"].as_str().expect("a word")).collect::<Vec<_>>(), ["begun", "earned"]);
    assert_eq!((told[0]["release"]["version"].as_str(), told[0]["stage"].as_str()), (Some("2.0"), Some("p25")));
    let heard = heard.join().expect("two requests");
    assert!(heard[0].contains("\"occasion\":\"begun\"") && heard[1].contains("\"occasion\":\"decided\""), "{heard:?}");
    assert!(
        heard
            .iter()
            .all(|request| request.starts_with("POST /hook/secret-path") && request.to_lowercase().contains("webhook-signature: v1,"))
    );
}

/// A request with its body.
pub(super) fn read(stream: &mut std::net::TcpStream) -> String {
    use std::io::Read as _;
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut buffer).expect("a request");
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let length =
            text.to_lowercase().split_once("content-length: ").and_then(|(_, rest)| rest.split("\r\n").next()?.parse::<usize>().ok());
        if let (Some((_, body)), Some(length)) = (text.split_once("\r\n\r\n"), length)
            && body.len() >= length
        {
            return text;
        }
    }
}
