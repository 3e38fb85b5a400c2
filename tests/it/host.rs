//! `host` on this machine, and on programs that only print what machines print.

pub(crate) mod programs;
mod refused;

use std::{
    net::{TcpListener, UdpSocket},
    process::{Child, Command},
};

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::look::Look;

/// What the check says of this machine.
async fn says(path: &str, wanted: Value) -> (Outcome, String) {
    Look::new("host", json!({ "expect": { path: wanted } })).at(crate::gonogo::now()).outcome().await
}

#[track_caller]
fn holds(path: &str, told: (Outcome, String), outcome: Outcome, said: &str) {
    assert!(
        told.0 == outcome && told.1.replace('`', "").contains(&said.replace('`', "")),
        "{path}: {}: {}, wanted {outcome}: {said}",
        told.0,
        told.1
    );
}

/// What a program prints, without the last line's end.
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[tokio::test]
async fn the_machine_is_as_its_own_programs_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path().display().to_string();
    let lines = |text: String| text.lines().last().unwrap_or_default().trim().to_owned();
    let size: u64 = lines(printed("df", &["--block-size=1", "--output=size", &here])).parse().expect("a number");
    let disk = |key: &str| format!("$.disk['{here}'].{key}");
    for (path, wanted) in [
        (disk("mount"), json!(lines(printed("df", &["--output=target", &here])))),
        (disk("type"), json!(lines(printed("df", &["--output=fstype", &here])))),
        (disk("size_bytes"), json!(size)),
        (disk("free_bytes"), json!({ "min": 1, "max": size })),
        (disk("free_percent"), json!({ "min": 0.1, "max": 100 })),
        ("$.disk[*].size_bytes".into(), json!({ "min": 1 })),
        ("$.mounts['/proc'].type".into(), json!("proc")),
        ("$.mounts['/proc'].options".into(), json!({ "contains": "rw" })),
        ("$.memory.total_bytes".into(), json!(1024 * field("/proc/meminfo", "MemTotal:"))),
        ("$.memory.available_percent".into(), json!({ "min": 0.1, "max": 100 })),
        ("$.swap.total_bytes".into(), json!(1024 * field("/proc/meminfo", "SwapTotal:"))),
        ("$.cpu.count".into(), json!(printed("getconf", &["_NPROCESSORS_ONLN"]).parse::<u64>().expect("a number"))),
        ("$.cpu.architecture".into(), json!(printed("uname", &["-m"]))),
        ("$.load.fifteen_per_cpu".into(), json!({ "min": 0 })),
        ("$.kernel.release".into(), json!(printed("uname", &["-r"]))),
        ("$.kernel.version".into(), json!({ "version": ">=2.6" })),
        ("$.hostname".into(), json!(printed("uname", &["-n"]))),
        ("$.os.id".into(), json!(printed("sh", &["-c", ". /etc/os-release; echo $ID"]))),
        ("$.sysctl['kernel.ostype']".into(), json!("Linux")),
        ("$.sysctl['kernel/pid_max']".into(), json!({ "min": 1 })),
        ("$.packages.dpkg.version".into(), json!(printed("dpkg-query", &["--show", "--showformat=${Version}", "dpkg"]))),
        ("$.packages.dpkg.upstream".into(), json!({ "version": ">=1.15" })),
        ("$.users.root.uid".into(), json!(0)),
        ("$.users.nobody.shell".into(), json!({ "matches": ".*(nologin|false)" })),
        ("$.groups.root.members".into(), json!({ "contains": "root" })),
        ("$.users[?@.uid==0].home".into(), json!("/root")),
        ("$.interfaces.lo.up".into(), json!(true)),
        ("$.interfaces.lo.addresses".into(), json!({ "contains": "127.0.0.1/8" })),
    ] {
        holds(&path, says(&path, wanted).await, Pass, "");
    }
}

/// The number after a word in a file of the kernel.
fn field(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).expect("a file");
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok()).expect("a number")
}

#[tokio::test]
async fn what_is_not_there_is_red_unless_it_must_not_be() {
    for path in [
        "$.disk['/no/such/path'].free_bytes",
        "$.mounts['/no/such/path'].type",
        "$.sysctl['kernel.no_such_setting']",
        "$.packages['no-such-package'].version",
        "$.users['no-such-account'].uid",
        "$.groups['no-such-group'].gid",
        "$.processes['no-such-program'].count",
        "$.interfaces['no-such-wire'].mtu",
        "$.ports.udp[?@.port==0]",
        "$.os.no_such_key",
    ] {
        holds(path, says(path, json!({ "exists": true })).await, Fail, "got nothing there");
        holds(path, says(path, json!({ "exists": false })).await, Pass, "");
    }
    let built_in = format!("/lib/modules/{}/modules.builtin", printed("uname", &["-r"]));
    let known = std::path::Path::new(&built_in).exists() && std::path::Path::new("/proc/modules").exists();
    let path = "$.modules.no_such_module";
    holds(path, says(path, json!({ "exists": false })).await, if known { Pass } else { Unknown }, "");
}

#[tokio::test]
async fn what_cannot_be_told_is_unknown() {
    for (path, said) in [
        ("$.disk['/proc'].free_bytes", "has no size: it is none of a disk"),
        ("$.sysctl['../../etc/hostname']", "is no name of a setting"),
        ("$.sysctl['net/../../../etc/hostname']", "is no name of a setting"),
    ] {
        for wanted in [json!({ "exists": true }), json!({ "exists": false }), json!({ "count": 0 })] {
            holds(path, says(path, wanted).await, Unknown, said);
        }
    }
}

#[tokio::test]
async fn what_listens_is_found_with_its_address() {
    let (four, six) = (TcpListener::bind("127.0.0.1:0").expect("a port"), TcpListener::bind("[::1]:0").expect("a port"));
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = |of: &TcpListener| of.local_addr().expect("an address").port();
    let (first, second, third) = (port(&four), port(&six), udp.local_addr().expect("an address").port());
    let path = |protocol: &str, port: u16| format!("$.ports.{protocol}[?@.port=={port}].address");
    for (path, wanted, outcome) in [
        (path("tcp", first), json!("127.0.0.1"), Pass),
        (path("tcp", first), json!("0.0.0.0"), Fail),
        (path("tcp", second), json!("::1"), Pass),
        (path("udp", third), json!("127.0.0.1"), Pass),
        (path("udp", third), json!({ "exists": false }), Fail),
    ] {
        holds(&path, says(&path, wanted).await, outcome, "");
    }
    drop(four);
    let path = path("tcp", first);
    holds(&path, says(&path, json!({ "exists": false })).await, Pass, "");
}

/// A process that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn processes_are_counted_by_their_whole_name() {
    let folder = tempfile::tempdir().expect("a folder");
    // The kernel keeps 15 letters of it.
    let program = folder.path().join("gonogo-it-sleeper");
    // Not by this process: what it has open for writing while another test starts a program cannot be run (ETXTBSY).
    assert!(Command::new("cp").arg(printed("sh", &["-c", "command -v sleep"])).arg(&program).status().expect("cp").success());
    let start = || Running(Command::new(&program).arg("60").spawn().expect("it runs"));
    let (first, second) = (start(), start());
    let user = printed("id", &["-un"]);
    for (path, wanted, outcome) in [
        ("$.processes['gonogo-it-sleeper'].count", json!(2), Pass),
        ("$.processes['gonogo-it-sleeper'].users", json!([user]), Pass),
        ("$.processes['gonogo-it-sleep']", json!({ "exists": false }), Pass),
    ] {
        holds(path, says(path, wanted).await, outcome, "");
    }
    // One that has ended, and that nobody has waited for.
    let mut dead = first;
    dead.0.kill().expect("ended");
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let path = "$.processes['gonogo-it-sleeper'].count";
    holds(path, says(path, json!(1)).await, Pass, "");
    drop((dead, second));
}
