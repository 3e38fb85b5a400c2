//! Name servers that lie, hang, or are none.

use std::{net::SocketAddr, time::Instant};

use gonogo::model::Outcome::{Pass, Unknown};
use hickory_proto::{
    op::{Message, MessageType, Query, ResponseCode},
    rr::{Name, RData, Record, rdata},
};
use serde_json::json;
use tokio::net::UdpSocket;

use super::outcome;

/// Answers each question with what `make` does of the message that would be right but for its records.
pub(crate) async fn liar(make: impl Fn(Message) -> Vec<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut question = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut question).await {
            let asked = Message::from_vec(&question[..length]).expect("a question");
            let mut reply = Message::new(asked.metadata.id, MessageType::Response, asked.metadata.op_code);
            reply.add_queries(asked.queries);
            reply.metadata.recursion_available = true;
            for packet in make(reply) {
                let _ = socket.send_to(&packet, from).await;
            }
        }
    });
    address
}

pub(crate) fn bytes(message: &Message) -> Vec<u8> {
    message.to_vec().expect("a message")
}

pub(crate) fn a(owner: &str, ip: [u8; 4]) -> Record {
    Record::from_rdata(owner.parse::<Name>().expect("a name"), 60, RData::A(rdata::A(ip.into())))
}

fn with(mut message: Message, code: ResponseCode, answers: Vec<Record>) -> Vec<Vec<u8>> {
    message.metadata.response_code = code;
    message.add_answers(answers);
    vec![bytes(&message)]
}

const NAME: &str = "www.example.com.";

#[tokio::test]
async fn what_is_no_answer_is_no_absence() {
    let codes = [
        (ResponseCode::ServFail, "SERVFAIL"),
        (ResponseCode::Refused, "REFUSED"),
        (ResponseCode::FormErr, "the error 1"),
        (ResponseCode::NotImp, "the error 4"),
    ];
    for (code, said) in codes {
        let server = liar(move |message| with(message, code, Vec::new())).await;
        let (outcome, reason) = outcome(&[server], json!({ "name": "www.example.com", "type": "A", "exists": false })).await;
        assert!(outcome == Unknown && reason.contains(said), "{outcome} {reason}");
    }
    let referral = liar(|mut message| {
        message.metadata.recursion_available = false;
        with(message, ResponseCode::NoError, Vec::new())
    });
    let (outcome, reason) = outcome(&[referral.await], json!({ "name": "www.example.com", "type": "A", "exists": false })).await;
    assert!(outcome == Unknown && reason.contains("refers to other servers"), "{outcome} {reason}");
}

#[tokio::test]
async fn records_of_others_are_not_taken() {
    let server = liar(|message| with(message, ResponseCode::NoError, vec![a("evil.example.", [192, 0, 2, 7])])).await;
    let (outcome_of_stray, reason) = outcome(&[server], json!({ "name": "www.example.com", "type": "A" })).await;
    assert_ne!(outcome_of_stray, Pass, "{reason}");
    // Another id, another question, and then the right answer.
    let server = liar(|message| {
        let mut other = message.clone();
        other.metadata.id = other.metadata.id.wrapping_add(1);
        other.add_answer(a(NAME, [192, 0, 2, 66]));
        let mut asked = message.clone();
        asked.queries = vec![Query::query("evil.example.".parse().expect("a name"), hickory_proto::rr::RecordType::A)];
        asked.add_answer(a(NAME, [192, 0, 2, 66]));
        let mut right = message;
        right.add_answer(a(NAME, [192, 0, 2, 7]));
        vec![b"odd-ish".to_vec(), bytes(&other), bytes(&asked), bytes(&right)]
    });
    let settings = json!({ "name": "www.example.com", "type": "A", "records": "192.0.2.7" });
    let (outcome, reason) = outcome(&[server.await], settings).await;
    assert_eq!(outcome, Pass, "{reason}");
}

#[tokio::test]
async fn a_loop_of_aliases_ends() {
    let server = liar(|message| {
        let to = |from: &str, to: &str| {
            let to = RData::CNAME(rdata::CNAME(to.parse().expect("a name")));
            Record::from_rdata(from.parse::<Name>().expect("a name"), 60, to)
        };
        with(message, ResponseCode::NoError, vec![to(NAME, "b.example.com."), to("b.example.com.", NAME)])
    });
    let (outcome, reason) = outcome(&[server.await], json!({ "name": "www.example.com", "type": "A" })).await;
    assert_ne!(outcome, Pass, "{reason}");
}

#[tokio::test]
async fn silence_and_noise_end_in_time() {
    for (server, said) in [
        (liar(|_| Vec::new()).await, "does not answer A www.example.com within"),
        (liar(|_| vec![b"\xff".repeat(4000)]).await, "does not answer"),
        // It says that the answer is longer than a packet, and takes no connection.
        (
            liar(|mut message| {
                message.metadata.truncation = true;
                vec![bytes(&message)]
            })
            .await,
            "refuses",
        ),
    ] {
        let mut look = crate::look::Look::new("dns", json!({ "name": "www.example.com", "type": "A", "servers": server }));
        look.timeout = std::time::Duration::from_secs(3);
        let started = Instant::now();
        let (outcome, reason) = look.outcome().await;
        assert!(outcome == Unknown && reason.contains(said), "{outcome} {reason}");
        assert!(started.elapsed().as_secs() < 4);
    }
}

#[tokio::test]
async fn a_lost_packet_is_sent_again() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = liar(move |message| {
        let first = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        if first { Vec::new() } else { with(message, ResponseCode::NoError, vec![a(NAME, [192, 0, 2, 7])]) }
    });
    let (outcome, reason) = outcome(&[server.await], json!({ "name": "www.example.com", "type": "A" })).await;
    assert_eq!(outcome, Pass, "{reason}");
}

#[tokio::test]
async fn what_does_not_fit_comes_over_tcp_and_too_much_is_not_judged() {
    let zone = |count: usize| {
        let records =
            (0..count).map(|number| format!("many 60 TXT \"number {number} of a set that fits into no packet, {}\"\n", "x".repeat(40)));
        format!("{}{}", super::ZONE, records.collect::<String>())
    };
    for (count, wanted) in [(60, Pass), (101, Unknown)] {
        let knot = crate::servers::dns::NameServer::knot(&[("example.com", &zone(count))]);
        let settings = json!({ "name": "many.example.com", "type": "TXT", "fields": { "value": { "count": count } } });
        let (outcome, reason) = outcome(&[knot.address], settings).await;
        assert_eq!(outcome, wanted, "{reason}");
    }
}

#[tokio::test]
async fn a_text_that_acts_is_made_harmless() {
    let server = liar(|message| {
        let text = RData::TXT(rdata::TXT::from_bytes(vec![b"\x1b[2J::error::\xff\xe2\x80\xae"]));
        with(message, ResponseCode::NoError, vec![Record::from_rdata(NAME.parse::<Name>().expect("a name"), 60, text)])
    });
    let settings = json!({ "name": "www.example.com", "type": "TXT", "records": "fine" });
    let (_, reason) = outcome(&[server.await], settings).await;
    assert!(reason.contains("::error::") && !reason.contains(['\x1b', '\u{202e}']), "{reason:?}");
}
