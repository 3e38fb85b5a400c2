//! What each format is read as.

use gonogo::model::Outcome::{Fail, Pass};
use serde_json::{Value, json};

use super::{filed, unread};

/// That the file is read as this value, as a whole.
async fn is(name: &str, text: &str, more: Value, value: Value) {
    let mut settings = json!({ "expect": { "$": { "equals": value } } });
    settings.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
    let (outcome, reason) = filed(name, text, settings).await;
    assert_eq!(outcome, Pass, "{name} {text:?}: {reason}");
}

#[tokio::test]
async fn json_is_read() {
    is("a.json", "\u{feff}{\"a\": [1, null, \"x\"]}\n", json!({}), json!({ "a": [1, null, "x"] })).await;
    is("a.json", "{\"a\": 1}\n{\"a\": 2}\n", json!({ "documents": true }), json!([{ "a": 1 }, { "a": 2 }])).await;
    is("a.json", "{\"a\": 1}", json!({ "documents": true }), json!([{ "a": 1 }])).await;
    is("a.txt", "7", json!({ "format": "json" }), json!(7)).await;
    assert_eq!(unread("a.json", "{}\n{}").await, "holds 2 documents: write `documents: true`, and begin paths with `$[*]`");
    for text in ["", " \n", "{", "{\"a\":1", "[1,]", "NaN", "[Infinity]", "{\"a\":1,\"a\":1}", "{'a':1}", "\"\u{1}\"", "// x\n{}"] {
        unread("a.json", text).await;
    }
}

#[tokio::test]
async fn yaml_is_read_as_its_core_schema_says() {
    let text = "a: yes\nb: 0644\nc: 2026-11-20\nd: !!str 5\ne: '5'\nf: ~\ng:\nh: 0x10\n1: on\ntrue: |\n  two\n  lines\n";
    let value = json!({ "a": "yes", "b": 644, "c": "2026-11-20", "d": "5", "e": "5", "f": null, "g": null, "h": 16, "1": "on", "true": "two\nlines\n" });
    is("a.yaml", text, json!({}), value).await;
    let merged = "base: &b { cpu: 1, mem: 2 }\nweb: { <<: *b, mem: 4 }\nall: [*b, { <<: [{ cpu: 9 }, *b] }]\n";
    let value =
        json!({ "base": { "cpu": 1, "mem": 2 }, "web": { "mem": 4, "cpu": 1 }, "all": [{ "cpu": 1, "mem": 2 }, { "cpu": 9, "mem": 2 }] });
    is("a.yml", merged, json!({}), value).await;
    is("a.yaml", "a: 1\n---\na: 2\n...\n", json!({ "documents": true }), json!([{ "a": 1 }, { "a": 2 }])).await;
    is("a.yaml", "--- {a: 1}\n", json!({ "documents": true }), json!([{ "a": 1 }])).await;
    assert_eq!(unread("a.yaml", "a: 1\n---\na: 2\n").await, "holds 2 documents: write `documents: true`, and begin paths with `$[*]`");
    for (text, wanted) in [
        ("# nothing\n", "is empty"),
        ("Service Unavailable\n", "is one text and neither a map nor a list"),
        ("a: 1\na: 2\n", "has the key `a` twice in one map, the second time in line 2"),
        ("a: 1\n'a': 2\n", "has the key `a` twice in one map, the second time in line 2"),
        ("\"\\e[31m\u{202e}\": 1\n\"\\e[31m\u{202e}\": 1\n", "has the key `\\u{1b}[31m\\u{202e}` twice in one map"),
        ("a: .nan\n", "has `.nan` in line 1, which is no number that can be compared"),
        ("a: [1, -.Inf]\n", "has `-.Inf` in line 1, which is no number that can be compared"),
        ("a: !Ref b\n", "has the tag `!Ref` in line 1, which is not read"),
        ("a: !!binary aGk=\n", "has the tag"),
        ("? [a, b]\n: 1\n", "has a key in line 1 that is no text"),
        ("~: 1\n", "has a key in line 1 that is no text"),
        ("a: *b\n", "is no YAML: line 1: "),
        ("a: {b: 1\n", "is no YAML: line "),
        ("a: 'b\n", "is no YAML: line "),
        ("a: &x [*x]\n", "is no YAML: line 1: "),
        ("a: 1\n<<: 5\n", "merges something into the map in line 2 that is no map"),
    ] {
        let said = unread("a.yaml", text).await;
        assert!(said.starts_with(wanted), "{text:?}: {said}");
    }
}

#[tokio::test]
async fn toml_is_read() {
    let text = "a.b = 1\nwhen = 2026-11-20T12:00:00Z\nday = 2026-11-20\n[[job]]\nname = 'x'\n[[job]]\nname = \"y\"\nrate = 1.5\n";
    let value = json!({ "a": { "b": 1 }, "when": "2026-11-20T12:00:00Z", "day": "2026-11-20", "job": [{ "name": "x" }, { "name": "y", "rate": 1.5 }] });
    is("a.toml", text, json!({}), value).await;
    let (outcome, _) = filed("a.toml", text, json!({ "expect": { "$.when": { "age": { "max": "1h" } } } })).await;
    assert!(outcome != Fail || crate::scripted::instant().to_string() != "2026-11-20T12:00:00Z");
    for (text, wanted) in [
        ("a = 1\na = 2\n", "is no TOML: line 2: duplicate key"),
        ("a = nan\n", "has `NaN` in it, which is no number"),
        ("a = [1, -inf]\n", "has `-inf` in it, which is no number"),
        ("a = {b = 1", "is no TOML: line 1: "),
        ("a = \"hunter2\n", "is no TOML: line 1: "),
        ("[a", "is no TOML: line 1: "),
    ] {
        let said = unread("a.toml", text).await;
        assert!(said.starts_with(wanted) && !said.contains("hunter2"), "{text:?}: {said}");
    }
}

#[tokio::test]
async fn xml_has_one_shape_for_one_and_for_many() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x --><s:all xmlns:s='urn:s' n=\"1 &lt; 2\">\n <one a=''/> <many>x &amp; <![CDATA[<y>]]></many>\n <many> z </many>w</s:all>\n";
    let value = json!({ "s:all": {
        "@xmlns:s": "urn:s", "@n": "1 < 2", "one": [{ "@a": "" }], "many": [{ "#text": "x & <y>" }, { "#text": "z" }], "#text": "w"
    } });
    is("a.xml", text, json!({}), value).await;
    is("a.xml", "<a>&#x41;&#10;b</a>", json!({}), json!({ "a": { "#text": "A\nb" } })).await;
    let declared = "<!DOCTYPE coverage SYSTEM 'http://127.0.0.1:1/coverage-04.dtd'>\n<a/>";
    is("a.xml", declared, json!({}), json!({ "a": {} })).await;
    let latin: &[u8] = b"<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xfc'/>";
    assert_eq!(filed("a.xml", latin, json!({ "expect": { "$.a['@b']": "ü" } })).await.0, Pass);
    let wide: Vec<u8> = std::iter::once(0xfeff).chain("<a b='ü'/>".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(filed("a.xml", wide, json!({ "expect": { "$.a['@b']": "ü" } })).await.0, Pass);
    for (text, wanted) in [
        ("<a><b></a>", "is no XML: line 1: "),
        ("<a>\n<b>", "is no XML: it ends within the element `b`"),
        ("<a", "is no XML: line 1: "),
        ("<a/><b/>", "is no XML: line 1: a second root element, `b`"),
        ("<a/>x", "is no XML: line 1: text outside of the root element"),
        ("x", "is no XML: line 1: text outside of the root element"),
        ("<!-- -->", "is no XML: it has no element"),
        ("<a b='1' b='2'/>", "is no XML: line 1: "),
        ("<a b=1/>", "is no XML: line 1: "),
        ("<a>&b;</a>", "is no XML: line 1: the entity `&b;` is not known"),
        ("<a b='&c;'/>", "is no XML: line 1: "),
        ("<!DOCTYPE a [<!ELEMENT a ANY>]><a/>", "has a document type with declarations of its own"),
        ("<?xml version='1.0' encoding='martian'?><a/>", "is no text in the encoding that it names"),
    ] {
        let said = unread("a.xml", text).await;
        assert!(said.starts_with(wanted), "{text:?}: {said}");
    }
}

#[tokio::test]
async fn csv_is_rows_by_header() {
    is(
        "a.csv",
        "\u{feff}id,name\r\n1,\"a, \"\"b\"\"\nc\"\r\n2,\r\n",
        json!({}),
        json!([{ "id": "1", "name": "a, \"b\"\nc" }, { "id": "2", "name": "" }]),
    )
    .await;
    is("a.csv", "id;n\n1;2\n", json!({ "separator": ";" }), json!([{ "id": "1", "n": "2" }])).await;
    is("a.txt", "id\tn\n1\t2\n", json!({ "separator": "\\t", "format": "csv" }), json!([{ "id": "1", "n": "2" }])).await;
    is("a.csv", "id,n\n", json!({}), json!([])).await;
    for (text, wanted) in [
        ("id,n\n1\n", "has 1 fields in line 2, and 2 in its header"),
        ("id,n\n1,2\n1,2,3\n", "has 3 fields in line 3, and 2 in its header"),
        ("id,id\n1,2\n", "has two columns `id`"),
        ("id;n\n1;2\n", "has one column, `id;n`: is it CSV, and is `separator` right?"),
        (
            "could not connect to the database\n",
            "has one column, `could not connect to the database`: is it CSV, and is `separator` right?",
        ),
        ("id,n\n1,\"2\n", "is no CSV: a quote has no end"),
    ] {
        assert_eq!(unread("a.csv", text).await, wanted, "{text:?}");
    }
    // A quoted field that spans everything that follows is balanced by a later one: the rows do not fit then.
    let (outcome, _) = filed("a.csv", "id,n\n1,x\n", json!({ "expect": { "$[*].n": { "max": 5, "number": true } } })).await;
    assert_eq!(outcome, Fail);
    let (outcome, _) = filed("a.csv", "id,n\n1,NaN\n", json!({ "expect": { "$[*].n": { "max": 5, "number": true } } })).await;
    assert_eq!(outcome, Fail);
}

#[tokio::test]
async fn dotenv_and_ini_are_read_where_all_readers_agree() {
    is(".env", "A=1\nexport B=\"x y\" # said\nC=$A\nA=1\n", json!({}), json!({ "A": "1", "B": "x y", "C": "$A" })).await;
    assert_eq!(unread("prod.env", "A=1\nA=2\n").await, "sets `A` twice, to different values, the second time in line 2");
    assert_eq!(unread(".env.prod", "hunter2\n").await, "is no dotenv file: line 1: there is no `=`");
    let text = "; said\nroot = /srv\n[ server ]\n# said\nport=8080\nname = \"a # b\"\n  host = 'x'\nurl = http://x/?a=b#c\n[empty]\n";
    let value =
        json!({ "root": "/srv", "server": { "port": "8080", "name": "a # b", "host": "x", "url": "http://x/?a=b#c" }, "empty": {} });
    is("a.ini", text, json!({}), value).await;
    for (text, wanted) in [
        ("a=1\nA=2\n", "has `A` twice in one section, the second time in line 2"),
        ("[a]\nb=1\n[A]\n", "has `A` twice, the second time in line 3"),
        ("a=1\n[a]\n", "has `a` twice, the second time in line 2"),
        ("[a\n", "is no INI: line 1 begins a section and does not end it"),
        ("a\n", "is no INI: line 1 has no `=`"),
        ("a: 1\n", "is no INI: line 1 has no `=`"),
        ("=1\n", "is no INI: line 1 has no name before its `=`"),
        ("a: b=1\n", "is read differently by different programs: a `:` before the `=` in line 1"),
        ("a = 1 ; said\n", "is read differently by different programs: what may be a comment in line 1"),
        ("a = 1 \\\n", "is read differently by different programs: a `\\` at the end in line 1"),
        ("a = \"1\n", "is read differently by different programs: a quote without an end in line 1"),
    ] {
        assert_eq!(unread("a.ini", text).await, wanted, "{text:?}");
    }
}
