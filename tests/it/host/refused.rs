//! Paths that lead nowhere on any machine.

use gonogo::check;
use serde_json::json;

#[test]
fn a_path_to_what_no_machine_has_is_refused() {
    for (path, said) in [
        ("$", "reads every fact there is"),
        ("$.*", "begin with one of `clock`"),
        ("$..free_percent", "begin with one of `clock`"),
        ("$.dsik['/'].free_bytes", "there is no fact `dsik`"),
        ("$['disk','dsik']", "there is no fact `dsik`"),
        ("$.disk['/'].free", "`disk` has no `free`, only `mount`"),
        ("$.disk.var.free_bytes", "write the path from the root on, like `$.disk['/var']`"),
        ("$.mounts['tmp']", "write the path from the root on"),
        ("$.memory.swap", "`memory` has no `swap`"),
        ("$.ports.sctp", "`ports` has no `sctp`"),
        ("$.ports.tcp[?@.prot==22]", "`ports` has no `prot`"),
        ("$.ports.tcp[?@['prot']==22]", "`ports` has no `prot`"),
        ("$.units['x.service'].state", "`units` has no `state`"),
        ("$.units[?@.state=='failed']", "`units` has no `state`"),
        ("$.sysctl", "write which ones"),
        ("$.sysctl[*]", "write which ones"),
        ("$.ports.tcp[?@.port==$.sysctl.x]", "write `@`, not `$`"),
    ] {
        let read = check::parse("host", &json!({ "expect": { path: { "exists": false } } })).expect("a kind");
        let why = read.err().map_or_else(|| panic!("{path} is taken"), |error| error.to_string());
        assert!(why.contains(said), "{path}: {why}");
    }
    let empty = check::parse("host", &json!({ "expect": {} })).expect("a kind");
    assert!(empty.err().expect("refused").to_string().contains("an empty map demands nothing"));
    let compared = json!({ "expect": { "$.users.a.uid": { "same-as": "$.usrs.b.uid" } } });
    assert!(check::parse("host", &compared).expect("a kind").err().expect("refused").to_string().contains("no fact `usrs`"));
}
