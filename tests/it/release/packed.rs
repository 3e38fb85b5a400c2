//! What `pack` makes: the same bytes each time, exactly the files that belong there, digests and signature that hold.

use std::{fs, path::Path};

use serde_json::Value;

use super::{bare, files, made, name, tool};
use crate::gonogo::{Gonogo, Ran};

/// What goes with the binary wherever it goes.
const COMPLETIONS: [&str; 3] = ["completions/_gonogo", "completions/gonogo.bash", "completions/gonogo.fish"];

/// A page of the manual for each command, as `gonogo man` has them.
fn pages() -> Vec<String> {
    let manual = Gonogo::new().run(["man"]).exits(0).stdout;
    let titles = manual.lines().filter_map(|line| line.strip_prefix(".TH "));
    titles.map(|title| title.split(' ').take(2).collect::<Vec<_>>().join(".")).collect()
}

/// What an archive holds, sorted.
fn listed(archive: &str, folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = tool("tar", &["-tzf", archive], folder).lines().map(Into::into).collect();
    names.retain(|name| !name.ends_with('/'));
    names.sort();
    names
}

#[track_caller]
fn holds(found: &[String], wanted: impl IntoIterator<Item = String>, prefix: &str) {
    let mut wanted: Vec<String> = wanted.into_iter().map(|name| format!("{prefix}{name}")).collect();
    wanted.sort();
    assert_eq!(found, wanted);
}

#[test]
fn the_same_binary_gives_the_same_bytes() {
    let made = made();
    let key = made.path("key").display().to_string();
    let elsewhere = [("SIGNING_KEY", key.as_str()), ("MASK", "077"), ("TZ", "Asia/Tokyo"), ("LC_ALL", "C.UTF-8")];
    made.pack("again", &elsewhere).exits(0);
    let (first, again) = (made.path("out"), made.path("again"));
    assert_eq!(files(&first).len(), 5);
    assert_eq!(files(&first), files(&again));
    for file in files(&first) {
        assert!(fs::read(first.join(&file)).expect("a file") == fs::read(again.join(&file)).expect("a file"), "{file} differs");
    }
}

#[test]
fn the_archive_holds_the_program_and_what_goes_with_it() {
    let made = made();
    let beside = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "THIRD-PARTY-NOTICES", "gonogo"];
    let wanted = beside.iter().chain(&COMPLETIONS).map(|name| (*name).to_owned());
    let found = listed(&made.archive().display().to_string(), Path::new("."));
    holds(&found, wanted.chain(pages().iter().map(|page| format!("man/{page}"))), &format!("{}/", name()));

    let unpacked = tempfile::tempdir().expect("a folder");
    tool("tar", &["--strip-components=1", "-xzf", &made.archive().display().to_string()], unpacked.path());
    let read = |name: &str| fs::read_to_string(unpacked.path().join(name)).expect("a file");
    assert!(read("man/gonogo-lint.1").contains("gonogo\\-lint \\- Check the plan itself"));
    assert!(read("completions/gonogo.bash").contains("-F _clap_complete_gonogo gonogo"));
    let notices = read("THIRD-PARTY-NOTICES");
    for whose in ["\nrustls 0.23", "\nglibc: ", "Permission is hereby granted", "GNU LESSER GENERAL PUBLIC LICENSE"] {
        assert!(notices.to_uppercase().contains(&whose.to_uppercase()), "no {whose:?}");
    }
}

#[test]
fn the_package_puts_each_file_where_debian_looks_for_it() {
    let made = made();
    let package = tool("bash", &["-c", "echo gonogo_*.deb"], &made.path("out"));
    let field = |name: &str| tool("dpkg-deb", &["--field", package.trim(), name], &made.path("out")).trim().to_owned();
    assert_eq!(field("Version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(field("Architecture"), tool("dpkg", &["--print-architecture"], Path::new(".")).trim());
    assert_eq!((field("Maintainer").as_str(), field("Depends").as_str()), ("Eve Example <eve@example.com>", ""));

    let root = tempfile::tempdir().expect("a folder");
    tool("dpkg-deb", &["--raw-extract", package.trim(), &root.path().display().to_string()], &made.path("out"));
    tool("md5sum", &["--quiet", "--check", "DEBIAN/md5sums"], root.path());
    let own = [
        "bin/gonogo",
        "share/bash-completion/completions/gonogo",
        "share/doc/gonogo/README.md",
        "share/doc/gonogo/THIRD-PARTY-NOTICES.gz",
        "share/doc/gonogo/changelog.gz",
        "share/doc/gonogo/copyright",
        "share/fish/vendor_completions.d/gonogo.fish",
        "share/lintian/overrides/gonogo",
        "share/zsh/vendor-completions/_gonogo",
    ];
    let manual = pages().into_iter().map(|page| format!("share/man/man1/{page}.gz"));
    holds(&files(&root.path().join("usr")), own.map(str::to_owned).into_iter().chain(manual), "");
    tool("usr/bin/gonogo", &["--version"], root.path());
}

#[test]
fn the_image_holds_the_program_roots_and_one_user_and_no_more() {
    let made = made();
    let image = format!("oci-archive:{}", made.path("out").join(format!("{}.oci.tar", name())).display());
    let config: Value = serde_json::from_str(&tool("skopeo", &["inspect", "--config", &image], Path::new("."))).expect("JSON");
    assert_eq!(config["config"]["User"], "65532:65532");
    assert_eq!(config["config"]["Entrypoint"], serde_json::json!(["/usr/bin/gonogo"]));
    assert_eq!(config["created"], "2025-11-24T16:00:00Z");

    // A copy checks every digest on the way.
    let copy = tempfile::tempdir().expect("a folder");
    tool("skopeo", &["copy", "--quiet", &image, &format!("dir:{}", copy.path().display())], Path::new("."));
    let manifest: Value = serde_json::from_str(&fs::read_to_string(copy.path().join("manifest.json")).expect("a manifest")).expect("JSON");
    let layers = manifest["layers"].as_array().expect("layers");
    assert_eq!(layers.len(), 1);
    let layer = layers[0]["digest"].as_str().and_then(|digest| digest.strip_prefix("sha256:")).expect("a digest");
    let notices = ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-NOTICES"].map(|name| format!("usr/share/doc/gonogo/{name}"));
    let wanted = ["etc/passwd", "etc/ssl/certs/ca-certificates.crt", "usr/bin/gonogo"].map(str::to_owned);
    holds(&listed(layer, copy.path()), wanted.into_iter().chain(notices), "");
    let owners = tool("tar", &["--numeric-owner", "-tvzf", layer], copy.path());
    assert!(owners.lines().all(|line| line.contains(" 0/0 ") && line.contains("2025-11-24")), "{owners}");
    assert_eq!(tool("tar", &["-xOzf", layer, "etc/passwd"], copy.path()), "gonogo:x:65532:65532::/:/sbin/nologin\n");
}

#[test]
fn digests_and_signature_hold_until_a_byte_changes() {
    let made = made();
    let out = tempfile::tempdir().expect("a folder");
    tool("cp", &["-r", &format!("{}/.", made.path("out").display()), "."], out.path());
    let public = fs::read_to_string(made.path("key.pub")).expect("a key");
    fs::write(out.path().join("trusted"), format!("release@example.com {public}")).expect("a written file");
    let verify = "ssh-keygen -Y verify -f trusted -I release@example.com -n gonogo-release -s SHA256SUMS.sig <SHA256SUMS";
    let whole = format!("{verify} && sha256sum --strict --check SHA256SUMS");
    let run = || Ran::of(bare("bash", out.path()).args(["-ec", &whole]));
    let said = run().exits(0).stdout;
    assert_eq!(said.matches(": OK").count(), 3, "{said}");
    assert!(fs::read_to_string(".ci/release/seal").expect("a script").contains("-n gonogo-release -s SHA256SUMS.sig <SHA256SUMS"));

    let name = format!("{}.tar.gz", name());
    let archive = fs::read(out.path().join(&name)).expect("an archive");
    fs::write(out.path().join(&name), [&archive[..], b"x"].concat()).expect("a written file");
    run().exits(1).says(&format!("{name}: FAILED"));
    tool("bash", &["-c", "sha256sum gonogo[-_]* >SHA256SUMS"], out.path());
    run().exits(255);
}

#[test]
fn what_nobody_signed_or_answers_for_is_told() {
    let made = made();
    made.pack("unsigned", &[]).exits(0).says("NOT SIGNED");
    assert!(!made.path("unsigned/SHA256SUMS.sig").exists());
    made.pack("nobody", &[("MAINTAINER", "")]).exits(2).says("MAINTAINER");
    assert!(!made.path("nobody").exists());
}
