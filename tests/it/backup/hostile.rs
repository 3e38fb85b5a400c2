//! Files that are no backup, or want to do harm.

use std::{
    fs,
    io::Write as _,
    process::Command,
    time::{Duration, Instant},
};

use gonogo::model::Outcome::{Fail, Pass, Unknown};
use serde_json::json;

use super::{Folder, gzip};
use crate::look::Look;

#[tokio::test]
async fn what_is_foreign_is_red() {
    let folder = Folder::new();
    for bytes in [
        &b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"[..],
        b"pg_dump: error: connection to server failed",
        b"\x89PNG\r\n\x1a\n0000",
        b"\0\0\0\0\0\0\0\0",
        b"REDISxxxx",
        b"PGDMP",
        b"*notanumber\r\n",
        b"x",
        b"\x1b[2J::error::",
    ] {
        folder.write("b", bytes);
        let (outcome, reason) = folder.says("b", json!({})).await;
        assert_eq!(outcome, Fail, "{reason}");
        assert!(!reason.contains('\x1b'), "{reason:?}");
        folder.write("b", &gzip(bytes));
        assert_eq!(folder.says("b", json!({})).await.0, Fail);
    }
}

#[tokio::test]
async fn what_is_sealed_is_not_judged_unless_asked() {
    let folder = Folder::new();
    folder.write("b", b"age-encryption.org/v1\n-> X25519 abc\n");
    let (outcome, reason) = folder.says("b", json!({})).await;
    assert!(outcome == Unknown && reason.contains("is sealed with age"), "{reason}");
    // Only its key proves its end.
    let (outcome, reason) = folder.says("b", json!({ "contents": "any" })).await;
    assert!(outcome == Unknown && reason.contains("write `contents: opaque`"), "{reason}");
    assert_eq!(folder.says("b", json!({ "contents": "opaque" })).await.0, Pass);
    for (bytes, any, opaque) in [
        (&b""[..], Fail, Fail),
        (b"gpg: encryption failed: No public key\n", Unknown, Pass),
        (&[0; 1 << 20], Fail, Fail),
        (b"Salted__12345678abcdefgh", Unknown, Pass),
        (b"\x07\x08 some other format", Unknown, Pass),
    ] {
        folder.write("b", bytes);
        for (contents, wanted) in [("any", any), ("opaque", opaque)] {
            let (outcome, reason) = folder.says("b", json!({ "contents": contents })).await;
            assert_eq!(outcome, wanted, "{contents}: {reason}");
        }
    }
}

/// What each tool makes of a megabyte that does not compress, and of text.
#[tokio::test]
async fn b15_half_of_whatever_proves_its_end_is_red() {
    let folder = Folder::new();
    let noise: Vec<u8> = (0_u32..1 << 18).flat_map(|number| number.wrapping_mul(2_654_435_761).rotate_left(11).to_le_bytes()).collect();
    folder.write("noise", &noise);
    let home = folder.path("home");
    fs::create_dir(&home).expect("a folder");
    let run = |program: &str, words: &str| {
        let mut command = Command::new(program);
        command.args(words.split(' ')).current_dir(folder.path("")).env("GNUPGHOME", &home);
        let output = command.output().unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(output.status.success(), "{program} {words}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let secret = "--batch --pinentry-mode loopback --passphrase x";
    for (name, whole) in [
        ("xz", run("xz", "-c noise")),
        ("bzip2", run("bzip2", "-c noise")),
        ("lz4", run("lz4", "-q -c noise")),
        ("zstd", run("zstd", "-q -c noise")),
        ("gzip", run("gzip", "-c noise")),
        ("tar", run("tar", "-c noise")),
        ("zip", run("zip", "-q - noise")),
        ("gpg", run("gpg", &format!("{secret} -c -o - noise"))),
        ("gpg, armoured", run("gpg", &format!("{secret} -a -c -o - noise"))),
    ] {
        folder.write("b", &whole);
        let (outcome, reason) = folder.says("b", json!({ "contents": "any" })).await;
        assert_eq!(outcome, Pass, "{name}: {reason}");
        for part in [1, 2, 3, 7] {
            folder.write("b", &whole[..whole.len() * part / 8]);
            let (outcome, reason) = folder.says("b", json!({ "contents": "any" })).await;
            assert_eq!(outcome, Fail, "{part}/8 of {name}: {reason}");
        }
        folder.write("b", &whole[..whole.len() - 1]);
        let (outcome, reason) = folder.says("b", json!({ "contents": "any" })).await;
        // The last byte of a tar is padding, that of an armoured message the end of its last line.
        assert_eq!(outcome, if ["tar", "gpg, armoured"].contains(&name) { outcome } else { Fail }, "{name} less a byte: {reason}");
    }
}

#[tokio::test]
async fn zeros_where_a_dump_should_be_are_seen_at_once() {
    let folder = Folder::new();
    let file = fs::File::create(folder.path("sparse.dump")).expect("a file");
    file.set_len(1 << 40).expect("a hole");
    let started = Instant::now();
    let (outcome, reason) = folder.says("sparse.dump", json!({})).await;
    assert!(outcome == Fail && reason.contains("begins with zeros"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn what_cannot_be_read_in_time_is_unknown() {
    let folder = Folder::new();
    let path = folder.write("huge.bin", b"x");
    fs::File::options().write(true).open(&path).expect("a file").set_len(1 << 42).expect("a hole");
    let mut look = Look::new("backup", json!({ "files": "huge.bin", "max-age": "26h", "contents": "opaque" })).root(folder.0.path());
    look.at = super::newest(folder.0.path());
    look.timeout = Duration::from_secs(2);
    let started = Instant::now();
    let (outcome, reason) = look.outcome().await;
    assert!(outcome == Unknown && reason.contains("was not read to its end in time: raise the check's `timeout`"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_bomb_is_bounded() {
    let folder = Folder::new();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(b"--\n-- PostgreSQL database dump\n--\n").expect("compressed");
    let block = vec![b'a'; 1 << 20];
    (0..256).for_each(|_| encoder.write_all(&block).expect("compressed"));
    folder.write("bomb.sql.gz", &encoder.finish().expect("compressed"));
    let (outcome, reason) = folder.says("bomb.sql.gz", json!({})).await;
    assert!(outcome == Fail && reason.contains("is truncated"), "{reason}");
}

/// Two layers: forty kilobytes that are more than a terabyte. All of them are in memory at once, so that the time has to
/// be looked at where they are unpacked.
#[tokio::test]
async fn a_bomb_within_a_bomb_is_bounded() {
    let folder = Folder::new();
    // RFC 8878: the magic, a frame without size and checksum, a window of 128 KiB, the first bytes as they are.
    let text = b"--\n-- PostgreSQL database dump\n--\n";
    let mut zstd = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    zstd.extend(&u32::try_from(text.len() << 3).expect("short").to_le_bytes()[..3]);
    zstd.extend(text);
    // Ten million blocks that are one byte 131,072 times.
    zstd.extend([0x02, 0x00, 0x10, b'a'].repeat(10_000_000));
    let bomb = folder.write("bomb", &gzip(&zstd));
    assert!(fs::metadata(&bomb).expect("a file").len() < 64 << 10);
    let started = Instant::now();
    let mut look = Look::new("backup", json!({ "files": "bomb", "max-age": "26h" })).root(folder.0.path());
    look.at = super::newest(folder.0.path());
    look.timeout = Duration::from_secs(2);
    let (outcome, reason) = look.outcome().await;
    assert!(outcome == Unknown && reason.contains("was not read to its end in time"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[tokio::test]
async fn lengths_that_lie_take_no_memory() {
    let folder = Folder::new();
    // A table of contents with a string of two gigabytes, an RDB with such a text, a command with such a word.
    let mut archive = b"PGDMP\x01\x0e\x00\x04\x08\x01".to_vec();
    (0..8).for_each(|_| archive.extend([0, 1, 0, 0, 0]));
    archive.extend([0, 0xff, 0xff, 0xff, 0x7f]);
    for bytes in [&archive[..], b"REDIS0011\xfa\x80\x7f\xff\xff\xff", b"*3\r\n$999999999999\r\nx", b"*999999999\r\n$1\r\na\r\n"] {
        folder.write("b", bytes);
        let (outcome, reason) = folder.says("b", json!({})).await;
        assert_eq!(outcome, Fail, "{reason}");
    }
}

#[tokio::test]
async fn a_pipe_holds_nothing_up() {
    let folder = Folder::new();
    assert!(Command::new("mkfifo").arg(folder.path("pipe.dump")).status().expect("mkfifo").success());
    let (outcome, reason) = folder.says("*.dump", json!({})).await;
    assert!(outcome == Fail && reason.contains("is neither a file nor a folder"), "{reason}");
}

#[tokio::test]
async fn a_folder_of_no_kind_is_red() {
    let folder = Folder::new();
    fs::create_dir(folder.path("empty")).expect("a folder");
    let (outcome, reason) = folder.says("empty", json!({})).await;
    assert!(outcome == Fail && reason.contains("is an empty folder"), "{reason}");
    fs::write(folder.path("empty/readme"), "x").expect("written");
    let (outcome, reason) = folder.says("empty", json!({})).await;
    assert!(outcome == Fail && reason.contains("is a folder of no known kind"), "{reason}");
}

#[tokio::test]
async fn hidden_files_are_not_meant() {
    let folder = Folder::new();
    folder.write(".20.dump.x7Ae", b"half a file");
    let (outcome, reason) = folder.says("*", json!({})).await;
    assert!(outcome == Fail && reason.starts_with("usable backups: got none at all"), "{reason}");
}

#[tokio::test]
async fn damaged_zstd_is_red() {
    let folder = Folder::new();
    let plain: String =
        (0..20_000).fold(String::from("--\n-- PostgreSQL database dump\n--\nCOPY t (a) FROM stdin;\n"), |text, i| format!("{text}{i}\n"));
    let file = folder.write("b.sql", format!("{plain}\\.\n-- PostgreSQL database dump complete\n").as_bytes());
    let zstd = super::run("zstd", &["-q", "-c", "--check", file.to_str().expect("a path")], &[]);
    // Two frames, and one that is to be skipped, are one stream.
    let middle = file.metadata().expect("a size").len() / 2;
    let bytes = fs::read(&file).expect("read");
    let (first, second) = bytes.split_at(usize::try_from(middle).expect("small"));
    let (a, b) = (folder.write("first", first), folder.write("second", second));
    let frame = |path: &std::path::Path| super::run("zstd", &["-q", "-c", path.to_str().expect("a path")], &[]);
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    folder.write("b.zst", &[frame(&a), skipped, frame(&b)].concat());
    assert_eq!(folder.says("b.zst", json!({})).await.0, Pass);
    let mut changed = zstd.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    folder.write("b.zst", &changed);
    let (outcome, reason) = folder.says("b.zst", json!({})).await;
    assert!(outcome == Fail && reason.contains("a zstd checksum does not match"), "{reason}");
    folder.write("b.zst", &zstd[..zstd.len() / 2]);
    let (outcome, reason) = folder.says("b.zst", json!({})).await;
    assert!(outcome == Fail && reason.contains("b.zst is truncated"), "{reason}");
}
