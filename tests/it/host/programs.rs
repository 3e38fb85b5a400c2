//! What programs of a system print, in order and not.

use std::{fs, os::unix::fs::PermissionsExt as _};

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::holds;
use crate::look::Look;

/// A machine that has only these programs, each a shell script.
pub(crate) struct Machine(TempDir);

impl Machine {
    pub(crate) fn new(programs: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, script) in programs {
            let path = folder.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
        }
        Self(folder)
    }

    pub(crate) async fn says(&self, path: &str, wanted: Value) -> (Outcome, String) {
        let folder = self.0.path().display().to_string();
        let mut look = Look::new("host", json!({ "expect": { path: wanted } })).env(&[("PATH", &folder)]).at(crate::gonogo::now());
        look.timeout = std::time::Duration::from_secs(3);
        look.outcome().await
    }
}

/// What `systemctl show` of systemd 252 prints, of these units.
pub(crate) fn systemctl(units: &[&str]) -> String {
    format!("/bin/cat <<'end'\n{}\nend", units.join("\n\n"))
}

pub(crate) const NGINX: &str = "Result=success\nNRestarts=2\nExecMainExitTimestampMonotonic=0\nId=nginx.service\nLoadState=loaded\n\
                                ActiveState=active\nSubState=running\nUnitFileState=enabled\nActiveEnterTimestampMonotonic=1000000\nNeedDaemonReload=no";
const NIGHTLY: &str = "Result=exit-code\nNRestarts=0\nExecMainExitTimestampMonotonic=2000000\nId=nightly.service\nLoadState=loaded\n\
                       ActiveState=failed\nSubState=failed\nUnitFileState=static\nActiveEnterTimestampMonotonic=0\nNeedDaemonReload=yes";
const MISSING: &str = "Id=telnet.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nUnitFileState=\nNeedDaemonReload=no\n\
                       ActiveEnterTimestampMonotonic=0";

#[tokio::test]
async fn units_are_what_systemd_says() {
    for (units, path, wanted, outcome, said) in [
        (&[NGINX][..], "$.units['nginx.service'].active", json!("active"), Pass, ""),
        (&[NGINX], "$.units['nginx.service'].restarts", json!({ "max": 1 }), Fail, "got 2"),
        (&[NGINX], "$.units['nginx.service'].since", json!({ "age": { "min": "1s" } }), Pass, ""),
        (&[NGINX], "$.units['nginx.service'].finished", json!({ "exists": false }), Pass, ""),
        (&[NIGHTLY], "$.units.nightly.result", json!("success"), Fail, "got \"exit-code\""),
        (&[NIGHTLY], "$.units.nightly.finished", json!({ "exists": true }), Pass, ""),
        (&[NIGHTLY], "$.units.nightly.reload_needed", json!(false), Fail, "got true"),
        (&[MISSING], "$.units['telnet.service']", json!({ "exists": false }), Pass, ""),
        (&[MISSING], "$.units['telnet.service'].active", json!("active"), Fail, "got nothing there"),
        (&[NGINX, NIGHTLY], "$.units[?@.active=='failed']", json!({ "exists": false }), Fail, ""),
        (&[NGINX, MISSING], "$.units[?@.active=='failed']", json!({ "exists": false }), Pass, ""),
        (&[NGINX, NIGHTLY], "$.units['a','b'].active", json!("active"), Fail, ""),
    ] {
        let machine = Machine::new(&[("systemctl", &systemctl(units))]);
        holds(path, machine.says(path, wanted).await, outcome, said);
    }
}

#[tokio::test]
async fn a_source_that_is_missing_or_fails_is_unknown() {
    let booted = "echo 'System has not been booted with systemd as init system (PID 1). Can'\\''t operate.' >&2; exit 1";
    let chroot = "echo 'Running in chroot, ignoring command '\\''show'\\''' >&2";
    for (programs, path, said) in [
        (&[][..], "$.units['x.service']", "`systemctl` is not installed or not in PATH"),
        (&[("systemctl", booted)], "$.units['x.service']", "has not been booted with systemd"),
        (&[("systemctl", chroot)], "$.units['x.service']", "says nothing: Running in chroot"),
        (&[("systemctl", chroot)], "$.units[?@.active=='failed']", "says nothing: Running in chroot"),
        (&[("systemctl", "echo garbage")], "$.units['x.service']", "prints something else than the properties"),
        (&[], "$.packages.nginx", "no packages are listed here by `dpkg-query`, `rpm` or `apk`"),
        (&[("dpkg-query", "exit 2")], "$.packages.nginx", "ended with exit code 2"),
        (&[("dpkg-query", "printf 'nginx\\thalf-installed\\t1\\n'")], "$.packages.nginx", "has `nginx` as `half-installed`"),
        (&[("apt-get", "exit 100")], "$.upgrades.count", "told here by apt alone"),
        (&[], "$.upgrades.packages", "`apt-get` is not installed"),
        (&[], "$.clock.synchronised", "nobody here tells: `timedatectl` is not installed"),
        (&[("timedatectl", "exit 1"), ("chronyc", "echo 506 Cannot talk to daemon; exit 1")], "$.clock.ntp", "nobody here tells"),
        (&[("chronyc", "echo 1,2,3")], "$.clock.synchronised", "does not print what is known of it"),
        (&[("ip", "echo garbage")], "$.interfaces.lo.addresses", "prints something else"),
        (&[], "$.interfaces[*].addresses", "`ip` is not installed"),
    ] {
        let machine = Machine::new(programs);
        for wanted in [json!({ "exists": true }), json!({ "exists": false }), json!({ "count": 0 }), json!({ "none": "x" })] {
            holds(path, machine.says(path, wanted).await, Unknown, said);
        }
    }
    // What does not need the program is told without it.
    holds("mtu", Machine::new(&[]).says("$.interfaces[*].mtu", json!({ "min": 1 })).await, Pass, "");
}

#[tokio::test]
async fn a_program_that_hangs_or_floods_is_ended() {
    for (script, said) in [("/bin/sleep 60", "did not finish within"), ("/usr/bin/yes", "printed more than 64 MiB")] {
        let machine = Machine::new(&[("systemctl", script)]);
        holds(script, machine.says("$.units['x.service']", json!({ "exists": false })).await, Unknown, said);
    }
}

#[tokio::test]
async fn the_clock_is_asked_of_whoever_keeps_it() {
    let systemd = |synchronised: &str| format!("printf 'Timezone=Etc/UTC\\nNTP=yes\\nNTPSynchronized={synchronised}\\n'");
    let chrony = |state: &str| {
        format!("echo '{}'", format_args!("A9FEA97B,169.254.169.123,4,1700000000.1,-0.000123,0.1,0.1,-1.0,0.0,0.1,0.0,0.0,64.2,{state}"))
    };
    for (programs, path, wanted, outcome, said) in [
        (vec![("timedatectl", systemd("yes"))], "$.clock.synchronised", json!(true), Pass, ""),
        (vec![("timedatectl", systemd("no"))], "$.clock.synchronised", json!(true), Fail, "got false"),
        (vec![("timedatectl", systemd("odd"))], "$.clock.synchronised", json!(true), Unknown, "does not say whether"),
        (vec![("timedatectl", systemd("yes"))], "$.clock.timezone", json!("Etc/UTC"), Pass, ""),
        (vec![("timedatectl", systemd("yes"))], "$.clock.offset_seconds", json!({ "max": 1 }), Unknown, "`chronyc` is not installed"),
        (vec![("chronyc", chrony("Normal"))], "$.clock.synchronised", json!(true), Pass, ""),
        (vec![("chronyc", chrony("Not synchronised"))], "$.clock.synchronised", json!(true), Fail, "got false"),
        (vec![("chronyc", chrony("Odd"))], "$.clock.synchronised", json!(true), Unknown, "says `Odd`"),
        (vec![("chronyc", chrony("Normal"))], "$.clock.ntp", json!(true), Unknown, "`timedatectl` is not installed"),
        (vec![("chronyc", chrony("Normal"))], "$.clock.offset_seconds", json!({ "max": 0.001 }), Pass, ""),
        (vec![("chronyc", chrony("Normal"))], "$.clock.offset_seconds", json!({ "max": 0.0001 }), Fail, "got 0.000123"),
    ] {
        let programs: Vec<(&str, &str)> = programs.iter().map(|(name, script)| (*name, script.as_str())).collect();
        holds(path, Machine::new(&programs).says(path, wanted).await, outcome, said);
    }
}

#[tokio::test]
async fn packages_are_those_of_the_manager_that_has_some() {
    let rpm = "printf 'kernel\\t0\\t5.14.0\\t1.el9\\nkernel\\t0\\t5.14.0\\t2.el9\\nvim\\t2\\t8.2.2637\\t20.el9\\n'";
    let dpkg = "printf 'nginx\\tinstalled\\t1.22.1-9\\nold\\tconfig-files\\t1\\n'";
    for (programs, path, wanted, outcome, said) in [
        (&[("rpm", rpm)][..], "$.packages.vim.version", json!("2:8.2.2637-20.el9"), Pass, ""),
        (&[("dpkg-query", ":"), ("rpm", rpm)], "$.packages.vim.upstream", json!({ "version": ">=8.2" }), Pass, ""),
        (
            &[("rpm", rpm)],
            "$.packages.kernel.version",
            json!("x"),
            Unknown,
            "is installed in 2 versions: demand something of `versions[*]`",
        ),
        (&[("rpm", rpm)], "$.packages.kernel.versions[*]", json!({ "any": "5.14.0-2.el9" }), Pass, ""),
        (&[("dpkg-query", dpkg), ("rpm", rpm)], "$.packages.vim", json!({ "exists": false }), Pass, ""),
        (&[("dpkg-query", dpkg)], "$.packages.old", json!({ "exists": false }), Pass, ""),
        (&[("dpkg-query", dpkg)], "$.packages[*].version", json!({ "count": 1 }), Pass, ""),
        (&[("apk", "echo nginx-1.24.0-r7; echo musl-1.2.4-r2")], "$.packages.nginx.upstream", json!("1.24.0"), Pass, ""),
    ] {
        holds(path, Machine::new(programs).says(path, wanted).await, outcome, said);
    }
}
