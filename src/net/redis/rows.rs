//! What a server replies to a command, as rows: objects whose fields have types.

use redis::Value;
use serde_json::{Map, Number, Value as Json, json};

use super::command::{Command, Shape};
use crate::model::looks_secret;

/// A row of a reply.
pub type Row = Map<String, Json>;

/// The most rows, and bytes, that a reply may have.
const MOST_ROWS: usize = 10_000;

/// The rows of a reply, or what is wrong with it.
pub(super) fn rows(command: &Command, reply: Value) -> Result<Vec<Row>, String> {
    let odd = |wanted: &str| format!("it answers {command} with something other than {wanted}");
    let rows = match command.shape() {
        Shape::Info => vec![info(&text(reply).ok_or_else(|| odd("a text"))?)?],
        Shape::Pairs => vec![without_secrets(pairs(list(reply).ok_or_else(|| odd("a list"))?).ok_or_else(|| odd("keys and values"))?)],
        Shape::Maps => {
            let maps = list(reply).ok_or_else(|| odd("a list"))?.into_iter();
            maps.map(|map| pairs(list(map)?)).collect::<Option<_>>().ok_or_else(|| odd("lists of keys and values"))?
        }
        Shape::Role => vec![role(list(reply).ok_or_else(|| odd("a list"))?).ok_or_else(|| odd("a role that is known here"))?],
        Shape::Nodes => {
            let text = text(reply).ok_or_else(|| odd("a text"))?;
            text.lines().map(node).collect::<Option<_>>().ok_or_else(|| odd("a line for every node"))?
        }
        Shape::Users => {
            let lines = list(reply).ok_or_else(|| odd("a list"))?.into_iter();
            lines.map(|line| user(&text(line)?)).collect::<Option<_>>().ok_or_else(|| odd("a line for every user"))?
        }
        Shape::Answer => match json(reply).ok_or_else(|| odd("a text or a number"))? {
            answer @ (Json::String(_) | Json::Number(_)) => vec![Row::from_iter([("answer".to_owned(), answer)])],
            _ => return Err(odd("a text or a number")),
        },
    };
    if rows.len() > MOST_ROWS { Err(format!("it answers {command} with more than {MOST_ROWS} rows")) } else { Ok(rows) }
}

/// One row with the text that a server refused with, where that is the answer: whether there is a quorum.
pub(super) fn answer(words: &str) -> Vec<Row> {
    vec![Row::from_iter([("answer".to_owned(), json!(words))])]
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => String::from_utf8(bytes).ok(),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Some(text),
        Value::Okay => Some("OK".into()),
        _ => None,
    }
}

fn list(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        _ => None,
    }
}

fn json(value: Value) -> Option<Json> {
    Some(match value {
        Value::Nil => Json::Null,
        Value::Int(number) => json!(number),
        Value::Array(items) => items.into_iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        other => typed(&text(other)?),
    })
}

/// A number where the text is one, written as JSON writes it and without an exponent; else the text.
fn typed(text: &str) -> Json {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    if plain { text.parse::<Number>().map_or_else(|_| json!(text), Json::Number) } else { json!(text) }
}

/// Lines of `key:value` between headings. A value of `name=value` pairs is an object; those of `slave0`, `slave1` … stand
/// once more as the list `replicas`.
fn info(text: &str) -> Result<Row, String> {
    let mut row = Row::new();
    let mut replicas = Vec::new();
    for (key, value) in text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.trim_end().split_once(':')) {
        let value = fields(value).map_or_else(|| typed(value), Json::Object);
        let number = key.strip_prefix("slave").filter(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        if number.is_some() && value.is_object() {
            replicas.push(value.clone());
        }
        if row.insert(key.to_owned(), value).is_some() {
            return Err(format!("it says `{key}` twice"));
        }
    }
    if row.is_empty() {
        return Err("it answers with a text that has no fields".into());
    }
    row.insert("replicas".into(), replicas.into());
    Ok(row)
}

fn fields(text: &str) -> Option<Row> {
    let fields: Row =
        text.split(',').map(|part| part.split_once('=').map(|(key, value)| (key.to_owned(), typed(value)))).collect::<Option<_>>()?;
    (!text.is_empty()).then_some(fields)
}

/// Keys and values by turns; none twice.
fn pairs(items: Vec<Value>) -> Option<Row> {
    let mut row = Row::new();
    let mut items = items.into_iter();
    while let Some(key) = items.next() {
        let value = nested(items.next()?)?;
        if row.insert(text(key)?, value).is_some() {
            return None;
        }
    }
    Some(row)
}

/// A value of a pair: lists that are pairs themselves, as in `CLUSTER SHARDS`, become objects.
fn nested(value: Value) -> Option<Json> {
    let Value::Array(items) = value else { return json(value) };
    let is_map =
        !items.is_empty() && items.len().is_multiple_of(2) && items.iter().step_by(2).all(|key| matches!(key, Value::BulkString(_)));
    if is_map { pairs(items).map(Json::Object) } else { items.into_iter().map(nested).collect::<Option<Vec<_>>>().map(Json::Array) }
}

/// Settings that hold a password say only whether there is one.
fn without_secrets(mut row: Row) -> Row {
    for (key, value) in &mut row {
        let secret = looks_secret(key) || key.contains("pass") || key.ends_with("auth");
        if secret && value.as_str() != Some("") {
            *value = json!("***");
        }
    }
    row
}

fn role(items: Vec<Value>) -> Option<Row> {
    let items: Vec<Json> = items.into_iter().map(json).collect::<Option<_>>()?;
    let row = match items.as_slice() {
        [role, offset, Json::Array(replicas)] if role == "master" => {
            let replica = |replica: &Json| match replica.as_array()?.as_slice() {
                [host, port, offset] => Some(json!({ "host": host, "port": port, "offset": offset })),
                _ => None,
            };
            let replicas = replicas.iter().map(replica).collect::<Option<Vec<_>>>()?;
            json!({ "role": "master", "offset": offset, "replicas": replicas })
        }
        [role, host, port, state, offset] if role == "slave" => {
            json!({ "role": "slave", "primary_host": host, "primary_port": port, "state": state, "offset": offset })
        }
        [role, names] if role == "sentinel" => json!({ "role": "sentinel", "watches": names }),
        _ => return None,
    };
    row.as_object().cloned()
}

/// Source: redis.io, "CLUSTER NODES", serialization format.
fn node(line: &str) -> Option<Row> {
    let mut words = line.split(' ');
    let mut next = || words.next();
    let (id, address, flags, primary) = (next()?, next()?, next()?, next()?);
    let (ping, pong, epoch, link) = (next()?, next()?, next()?, next()?);
    let row = json!({
        "id": id, "address": address.split(['@', ',']).next(), "flags": flags.split(',').collect::<Vec<_>>(),
        "primary": (primary != "-").then_some(primary), "ping_sent": typed(ping), "pong_received": typed(pong),
        "epoch": typed(epoch), "link_state": link, "slots": words.collect::<Vec<_>>(),
    });
    row.as_object().cloned()
}

/// `user NAME on ~* …`: hashes of passwords stand as `#…`.
fn user(line: &str) -> Option<Row> {
    let mut words = line.strip_prefix("user ")?.split(' ');
    let name = words.next()?;
    let rules: Vec<&str> = words.map(|word| if word.starts_with(['#', '>']) { "#…" } else { word }).collect();
    json!({ "user": name, "rules": rules }).as_object().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    fn read(command: &str, reply: Value) -> Result<Json, String> {
        rows(&command.parse().expect("a command"), reply).map(|rows| json!(rows))
    }

    #[test]
    fn fields_have_types() {
        let info = "# Server\r\nredis_version:7.0.15\r\nuptime:12\r\nratio:1.05\r\nsha:00000000\r\nslave0:ip=10.0.0.1,port=6379,state=online\r\nempty:\r\n";
        let replica = json!({ "ip": "10.0.0.1", "port": 6379, "state": "online" });
        let row = json!([{ "redis_version": "7.0.15", "uptime": 12, "ratio": 1.05, "sha": "00000000", "slave0": replica, "empty": "", "replicas": [replica] }]);
        assert_eq!(read("INFO", bulk(info)), Ok(row));
        assert_eq!(read("DBSIZE", Value::Int(5)), Ok(json!([{ "answer": 5 }])));
        let line = "07c3 127.0.0.1:30004@31004,host slave,fail? e7d1 0 1426238317239 4 disconnected\n";
        let row = json!([{ "id": "07c3", "address": "127.0.0.1:30004", "flags": ["slave", "fail?"], "primary": "e7d1", "ping_sent": 0,
            "pong_received": 1_426_238_317_239_i64, "epoch": 4, "link_state": "disconnected", "slots": [] }]);
        assert_eq!(read("CLUSTER NODES", bulk(line)), Ok(row));
        let shard = Value::Array(vec![
            bulk("slots"),
            Value::Array(vec![Value::Int(0), Value::Int(5)]),
            bulk("nodes"),
            Value::Array(vec![Value::Array(vec![bulk("role"), bulk("master"), bulk("health"), bulk("online")])]),
        ]);
        let row = json!([{ "slots": [0, 5], "nodes": [{ "role": "master", "health": "online" }] }]);
        assert_eq!(read("CLUSTER SHARDS", Value::Array(vec![shard])), Ok(row));
    }

    #[test]
    fn no_password_leaves_it() {
        let config = Value::Array(["requirepass", "hunter2", "masterauth", "", "maxmemory", "0"].map(bulk).into());
        assert_eq!(read("CONFIG GET *", config), Ok(json!([{ "requirepass": "***", "masterauth": "", "maxmemory": 0 }])));
        let users = Value::Array(vec![bulk("user default on #0a1b ~* &* +@all")]);
        assert_eq!(read("ACL LIST", users), Ok(json!([{ "user": "default", "rules": ["on", "#…", "~*", "&*", "+@all"] }])));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (command, reply) in [
            ("INFO", Value::Nil),
            ("INFO", bulk("no fields")),
            ("INFO", bulk("a:1\na:2")),
            ("INFO", Value::BulkString(vec![0xff])),
            ("ROLE", Value::Array(vec![bulk("witness")])),
            ("CONFIG GET x", Value::Array(vec![bulk("x")])),
            ("CLUSTER NODES", bulk("too short")),
            ("ACL LIST", Value::Array(vec![Value::Int(1)])),
            ("DBSIZE", Value::Nil),
        ] {
            assert!(read(command, reply.clone()).is_err(), "{command} {reply:?}");
        }
    }
}
