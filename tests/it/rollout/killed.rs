//! A watcher that is killed, at any moment: no sample that was stored is lost, and no program runs twice.

use std::{fs, time::Duration};

use super::ground::Ground;

/// So often the watcher is killed.
const KILLS: u64 = 100;

/// Counts what it is asked to do, and does it a little later: somebody may be killed meanwhile.
const SLOW: &str = "#!/bin/sh\necho called >> \"$3\"\nsleep 0.4\nexec ./weights.py \"$1\" \"$2\"\n";

#[test]
fn nothing_is_lost_and_nothing_runs_twice() {
    use std::os::unix::fs::PermissionsExt as _;
    let ground = Ground::start(
        60,
        &[
            ("soak: 10s", "soak: 300s"),
            ("command: [\"./weights.py\", \"${SOCKET}\", \"0%\"]", "command: [\"./slow.sh\", \"${SOCKET}\", \"0%\", calls]"),
        ],
    );
    fs::write(ground.gonogo.path("slow.sh"), SLOW).expect("written");
    fs::set_permissions(ground.gonogo.path("slow.sh"), fs::Permissions::from_mode(0o755)).expect("a program");
    ground.run(&["rollout", "begin", "p25"]).exits(0);
    let (mut chance, mut before) = (0x2545_f491_4f6c_dd1d_u64, 0);
    for kill in 0..KILLS {
        if kill == KILLS - 20 {
            // The rest is killed on the way back.
            ground.failing("new", "0.6");
        }
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        let mut watcher = ground
            .gonogo
            .command(["watch", "--stage", "p25", "--rollback", "-q"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("a watcher");
        std::thread::sleep(Duration::from_millis(20 + chance % 700));
        watcher.kill().expect("killed");
        watcher.wait().expect("ended");
        let now = ground.samples("p25");
        assert!(now >= before, "{before} samples were stored, {now} are there");
        before = now;
    }
    assert!(before > 20, "{before} samples in all");
    ground.run(&["watch", "--stage", "p25", "--rollback"]).exits(1);
    ground.run(&["rollout", "rollback"]);
    // Whoever is killed after it is on record and before it starts leaves a way back that nobody runs: that is told, and no second run.
    let calls = fs::read_to_string(ground.gonogo.path("calls")).unwrap_or_default();
    assert!(["", "called\n"].contains(&calls.as_str()), "{calls}");
    ground.run(&["log", "verify"]).exits(0);
}
