//! Signatures that are not what they must be: refused, each with its sentence, and nothing is on record.

use reqwest::StatusCode;

use super::{
    laid::Laid,
    office::{Office, at},
};
use crate::{gonogo::now, port, signoff::house::House};

async fn office() -> (House, Office, String) {
    let roles = "{ deployment-lead: { people: [lead], methods: [ssh, webauthn] }, devops: { people: [dev, sec], methods: [webauthn] }, \
        engineering-manager: [boss], security: { people: [sec], methods: [ssh, webauthn] }, recorder: [ci] }";
    let port = port::unused();
    let checks = "  - { id: asked, manual: { question: \"Is <b>it</b> so?\", by: security, evidence: \"<i>a page</i>\" } }\n";
    let house = House::new().await.security_alone().policy(&[("roles", roles), ("desk", &at(port))]).checks(checks);
    house.verify(&[]).exits(4);
    let office = Office::at(&house, port, &[]).await;
    let (run, _) = house.newest_run().await;
    (house, office, format!("/p/shop/prod/r/{}", run.report))
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_persons_own_passkey_over_these_very_words_signs() {
    let (house, office, report) = office().await;
    let entries = house.entries().await.len();
    let fields = [("as", "security"), ("decision", "no-go"), ("comment", "not <script>yet</script>")];
    let laid = office.lay(&format!("{report}/sign"), "sec", &fields).await;
    let other = office.lay(&format!("{report}/sign"), "sec", &[("as", "devops"), ("decision", "no-go")]).await;
    let theirs = office.lay(&format!("{report}/sign"), "lead", &[("as", "deployment-lead"), ("decision", "no-go")]).await;
    let cases = [
        ("another statement", office.asserted("sec", &other.challenge, |_| {})),
        ("another person", office.asserted("lead", &laid.challenge, |_| {})),
        ("another origin", office.asserted("sec", &laid.challenge, |asked| asked.origin = "https://evil.example".into())),
        ("another domain", office.asserted("sec", &laid.challenge, |asked| asked.rp_id = "evil.example".into())),
        ("nobody verified", office.asserted("sec", &laid.challenge, |asked| asked.flags = 0b0001)),
        ("nobody there", office.asserted("sec", &laid.challenge, |asked| asked.flags = 0b0100)),
        ("made, not signed", office.asserted("sec", &laid.challenge, |asked| asked.kind = "webauthn.create".into())),
    ];
    for (what, assertion) in &cases {
        let (status, page) = office.put(&laid, "sec", assertion).await;
        assert!(status.is_client_error() && !page.contains("on record,"), "{what}: {status} {page}");
        assert!(page.contains("<h1>"), "{what}: {page}");
    }
    // What was laid out for another, changed, or nothing.
    let good = office.asserted("lead", &theirs.challenge, |_| {});
    assert_eq!(office.put(&theirs, "sec", &good).await.0, StatusCode::FORBIDDEN);
    let own = office.asserted("sec", &laid.challenge, |_| {});
    for sealed in [format!("A{}", laid.sealed), laid.sealed.replace('.', ""), String::new()] {
        let changed = Laid { sealed, ..Laid::of(laid.page.clone()) };
        assert_eq!(office.put(&changed, "sec", &own).await.0, StatusCode::BAD_REQUEST);
    }
    assert_eq!(house.entries().await.len(), entries, "nothing is on record");
    let (status, page) = office.put(&laid, "sec", &own).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let page = office.shown("/p/shop/prod", "lead").await;
    assert!(page.contains("not &lt;script&gt;yet"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_good_once_and_for_its_own_page() {
    let (_house, office, report) = office().await;
    let page = Laid::of(office.shown("/login", "").await);
    let signed = office.asserted("sec", &page.challenge, |_| {});
    let (status, _) = office.sign_in(&page, &signed).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (status, said) = office.sign_in(&page, &signed).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "replayed: {said}");
    for change in ["origin", "flags", "challenge"] {
        let page = Laid::of(office.shown("/login", "").await);
        let signed = office.asserted("sec", &page.challenge, |asked| match change {
            "origin" => asked.origin = "https://evil.example".into(),
            "flags" => asked.flags = 1,
            _ => asked.challenge = vec![7; 32],
        });
        let (status, said) = office.sign_in(&page, &signed).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{change}: {said}");
    }
    // What was laid out to be signed signs nobody in.
    let laid = office.lay(&format!("{report}/sign"), "sec", &[("as", "security"), ("decision", "no-go")]).await;
    let signed = office.asserted("sec", &laid.challenge, |_| {});
    assert_eq!(office.sign_in(&laid, &signed).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_its_files_goes_on_record() {
    let (house, office, report) = office().await;
    let page = office.shown("/p/shop/prod", "sec").await;
    assert!(page.contains("Questions for you") && page.contains("Is &lt;b&gt;it&lt;") && !page.contains("<b>it"), "{page}");
    let form = office.shown(&format!("{report}/answer/asked"), "sec").await;
    assert!(form.contains("multipart/form-data") && form.contains("&lt;i&gt;a page"), "{form}");
    let since = now().as_second();
    let answer = |fields: &[(&str, &str)], file: Option<Vec<u8>>| {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        if let Some(bytes) = file {
            body.extend(
                b"--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"../<b>.pdf\"\r\nContent-Type: application/pdf\r\n\r\n",
            );
            body.extend(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--x--\r\n");
        let request = office.client.post(format!("{}{report}/answer/asked", office.origin)).header("cookie", office.cookie("sec", since));
        let request = request.header("origin", &office.origin).header("content-type", "multipart/form-data; boundary=x").body(body);
        async { super::office::told(request.send().await.expect("an answer")).await }
    };
    let token = office.token("sec", since);
    let yes = [("token", token.as_str()), ("decision", "yes")];
    assert_eq!(answer(&yes[1..], None).await.0, StatusCode::FORBIDDEN);
    assert_eq!(answer(&[yes[0], ("decision", "maybe")], None).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(answer(&yes, None).await.0, StatusCode::BAD_REQUEST, "it asks for evidence");
    assert_eq!(answer(&[yes[0], yes[1], ("address", "desk.yaml")], None).await.0, StatusCode::BAD_REQUEST, "a file of the desk's machine");
    assert_eq!(answer(&yes, Some(vec![0; 7 << 20])).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let shown = b"shown".to_vec();
    let (status, page) = answer(&yes, Some(shown.clone())).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let laid = Laid::of(page);
    let (status, page) = office.sign(&laid, "sec", |_| {}).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let kept = house.store();
    let digest = gonogo::model::Digest::of(&shown);
    assert_eq!(gonogo::ledger::Store::blob(&kept, &digest).await.expect("a store"), Some(shown));
    house.verify(&[]).exits(0);
    office.board_says("sec", "HOLD").await;
}
