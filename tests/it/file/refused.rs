//! Settings that demand nothing, or what no file can be.

use gonogo::check;
use serde_json::{Value, json};

fn refused(settings: &Value) -> String {
    let read = check::parse("file", settings).expect("a kind");
    read.err().map_or_else(|| panic!("{settings} is taken"), |error| error.to_string())
}

#[test]
fn what_demands_nothing_or_too_much_is_refused() {
    for (settings, said) in [
        (json!({ "path": "" }), "an empty path names nothing"),
        (json!({ "path": [] }), "an empty list demands nothing"),
        (json!({ "path": "~/x" }), "write the whole path, or `${HOME}/x`"),
        (json!({ "path": "a[" }), "is no pattern"),
        (json!({ "path": "a", "absent": true, "mode": "0600" }), "what is not there has no `mode`"),
        (json!({ "path": "a", "count": 0, "contains": "x" }), "what is not there has no `contains`"),
        (json!({ "path": "a", "absent": true, "count": 1 }), "`absent: true` is `count: 0`"),
        (json!({ "path": "a", "type": "file", "target": "b" }), "`target` is for links"),
        (json!({ "path": "a", "type": "directory", "size": { "min": "1B" } }), "a folder has no `size`"),
        (json!({ "path": "a", "mode": "0600", "max-mode": "0640" }), "`mode` 0600 is exact"),
        (json!({ "path": "a", "max-mode": "7777" }), "permits everything"),
        (json!({ "path": "a", "mode": 640 }), "invalid type"),
        (json!({ "path": "a", "mode": "0888" }), "write them in octal and in quotes"),
        (json!({ "path": "a", "mode": "u=rw" }), "write them in octal and in quotes"),
        (json!({ "path": "a", "count": { "min": 0 } }), "everything is at least 0"),
        (json!({ "path": "a", "count": {} }), "`count` demands nothing"),
        (json!({ "path": "a", "count": { "min": 3, "max": 2 } }), "`min` 3 is above `max` 2"),
        (json!({ "path": "a", "count": 1_001 }), "no more than 1000 files are looked at"),
        (json!({ "path": "a", "size": { "min": "0B" } }), "everything is at least 0 B"),
        (json!({ "path": "a", "age": {} }), "this demands nothing"),
        (json!({ "path": "a", "contains": "" }), "an empty text demands nothing"),
        (json!({ "path": "a", "sha256": "abc" }), "64 hexadecimal digits"),
        (json!({ "path": "a", "owner": "" }), "an empty name names nobody"),
        (json!({ "path": "a", "not-contains": "/x/" }), "write `not-matches: \"x\"`"),
    ] {
        let why = refused(&settings);
        assert!(why.contains(said), "{settings}: {why}");
    }
}
