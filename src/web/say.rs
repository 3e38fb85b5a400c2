//! Saying something: a form, then a page that shows the exact words for the passkey to sign, then what is on record.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest as _, Multipart, Path, RawQuery, Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Web,
    access::Reader,
    called::{Call, assertion, carried},
    form::{Fields, place, segment},
    page::{Fault, Frame, Html},
    session::Session,
};
use crate::{
    acts::{
        RecordRequest, ReleaseRequest,
        answer::AnswerRequest,
        desk::{SignAs, Wish},
        passkey,
        rollout::DecideRequest,
        sign::SignRequest,
        waive::WaiveRequest,
    },
    ledger::Blob,
    model::{Choice, Digest, Reply, Statement},
};

const PUT: &str = "/put";
/// What all uploaded files may have together.
const LARGEST: usize = 6 << 20;

/// What goes through the browser while somebody reads what they sign.
#[derive(Serialize, Deserialize)]
struct Laid {
    person: String,
    payload: String,
    back: String,
}

/// The form to decide on a report.
pub(super) async fn sign_form(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment, report)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Html, Fault> {
    let shown = shown(&web, &session, (&project, &environment), &report).await?;
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let at = at(&project, &environment, &report);
    let deputy_of = query.get("for");
    let ways: Vec<&SignAs> = shown.roles.iter().filter(|way| way.deputy_of.as_deref() == deputy_of).collect();
    let roles: Vec<&String> = ways.iter().map(|way| &way.role).collect();
    if roles.is_empty() {
        return Err(Fault::Forbidden("You have no role that signs this report, or it is not the newest.".into()));
    }
    let release = shown.report.release.name().unwrap_or_default();
    // A deputy who has changed their mind says so.
    let own: &[[&str; 2]] = if deputy_of.is_none() { &[["withdraw", "I take my decision back"]] } else { &[] };
    let choices: Vec<&[&str; 2]> = [["go", "Go"], ["no-go", "No-go"]].iter().chain(own).collect();
    let view = json!({
        "title": format!("Decide on {project} {release}"), "about": format!("to {environment}; the checks say {}", shown.report.headline()),
        "action": format!("{at}/sign"), "back": at, "roles": roles, "role": query.or("as", ""), "question": null,
        "for": deputy_of, "for_name": ways[0].name, "ask": "Your decision", "choices": choices,
        "comment": "Comment, or why you take it back", "files": false,
    });
    form(&web, &session, "Decide", &view).await
}

/// Lays a decision out.
pub(super) async fn sign(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment, report)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<impl IntoResponse, Fault> {
    let fields = Fields::of(&body);
    session.sent(&fields, &web)?;
    let decision = one_of(&fields, &["go", "no-go", "withdraw"])?;
    let request = SignRequest {
        role: fields.or("as", "").to_owned(),
        no_go: decision == "no-go",
        withdraw: decision == "withdraw",
        deputy_of: fields.get("for").map(str::to_owned),
        comment: fields.get("comment").map(str::to_owned),
        release: ReleaseRequest::default(),
        ..SignRequest::default()
    };
    let wish = Wish::SignOff(Box::new(request), digest(&report)?);
    laid_out(&web, &session, (&project, &environment), &wish, at(&project, &environment, &report)).await
}

/// The form to answer a question.
pub(super) async fn answer_form(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment, report, check)): Path<(String, String, String, String)>,
) -> Result<Html, Fault> {
    let shown = shown(&web, &session, (&project, &environment), &report).await?;
    let question = shown.questions.iter().find(|question| question.check == check);
    let question = question.ok_or_else(|| Fault::Missing(format!("No question `{check}` waits for you.")))?;
    let at = at(&project, &environment, &report);
    let wanted = question.wanted.as_ref().map(|wanted| format!(", shown by {wanted}")).unwrap_or_default();
    let view = json!({
        "title": "Answer a question", "about": format!("`{check}` of {project}, for {environment}{wanted}"), "question": question.text,
        "action": format!("{at}/answer/{}", segment(&check)), "back": at, "roles": [], "role": "",
        "ask": "Your answer", "choices": [["yes", "Yes"], ["no", "No"], ["not-applicable", "It does not apply, because of the reason below"]],
        "comment": "Reason", "files": true,
    });
    form(&web, &session, "Answer", &view).await
}

/// Lays an answer out, with what shows it.
pub(super) async fn answer(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment, report, check)): Path<(String, String, String, String)>,
    request: Request,
) -> Result<impl IntoResponse, Fault> {
    let (fields, uploads) = parts(request).await?;
    session.sent(&fields, &web)?;
    let reply = match one_of(&fields, &["yes", "no", "not-applicable"])? {
        "yes" => Reply::Yes,
        "no" => Reply::No,
        _ => Reply::NotApplicable,
    };
    let address = fields.get("address");
    // What is no address would be a file of this machine.
    if address.is_some_and(|address| !address.starts_with("https://") && !address.starts_with("http://")) {
        return Err(wrong("The address is none of the web: wanted `https://…`."));
    }
    if reply == Reply::NotApplicable && fields.get("comment").is_none() {
        return Err(wrong("Say why it does not apply."));
    }
    let wish = Wish::Answer(AnswerRequest {
        record: RecordRequest::default(),
        id: check,
        reply,
        reason: fields.get("comment").map(str::to_owned),
        evidence: address.map(str::to_owned).into_iter().collect(),
        uploads,
        key: None,
    });
    laid_out(&web, &session, (&project, &environment), &wish, at(&project, &environment, &report)).await
}

/// The form to accept an exception of the plan.
pub(super) async fn waive_form(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment, report, check)): Path<(String, String, String, String)>,
) -> Result<Html, Fault> {
    let shown = shown(&web, &session, (&project, &environment), &report).await?;
    let waiver = shown.waivers.iter().find(|waiver| waiver.check == check);
    let waiver = waiver.ok_or_else(|| Fault::Missing(format!("No exception for `{check}` waits for you.")))?;
    let at = at(&project, &environment, &report);
    let ticket = waiver.wanted.as_ref().map(|ticket| format!(", {ticket}")).unwrap_or_default();
    let view = json!({
        "title": "Accept an exception", "about": format!("`{check}` of {project}, in {environment}{ticket}"), "question": waiver.text,
        "action": format!("{at}/waive/{}", segment(&check)), "back": at, "roles": [], "role": "", "ask": "", "choices": [],
        "comment": null, "files": false,
    });
    form(&web, &session, "Accept an exception", &view).await
}

/// Lays it out.
pub(super) async fn waive(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment, report, check)): Path<(String, String, String, String)>,
    body: Bytes,
) -> Result<impl IntoResponse, Fault> {
    session.sent(&Fields::of(&body), &web)?;
    let wish = Wish::Waive(WaiveRequest { record: RecordRequest::default(), id: check, said: None, key: None });
    laid_out(&web, &session, (&project, &environment), &wish, at(&project, &environment, &report)).await
}

/// The form to decide at the end of a stage.
pub(super) async fn decide_form(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment, stage)): Path<(String, String, String)>,
) -> Result<Html, Fault> {
    let account = rollout(&web, (&project, &environment)).await?;
    let stages = account.stages.iter().find(|one| one.name == stage);
    let law = web.desk.law.of(&web.desk.caller(), &environment).await?;
    let roles = stages.map(|stage| stage.roles.clone()).unwrap_or_default();
    let roles: Vec<&String> = roles.iter().filter(|role| law.signoff.has_role(&session.person, role)).collect();
    if roles.is_empty() {
        return Err(Fault::Forbidden(format!("You have no role that decides after the stage `{stage}`.")));
    }
    let (at, release) = (place(&project, &environment), account.release.name().unwrap_or_default());
    let view = json!({
        "title": format!("Decide after {stage}"), "about": format!("{project} {release} in {environment}: {}", account.said), "question": null,
        "action": format!("{at}/rollout/{}", segment(&stage)), "back": format!("{at}/rollout"), "roles": roles, "role": "",
        "ask": "Your decision", "choices": [["go", "Go on"], ["hold", "Hold"], ["no-go", "No-go"]], "comment": "Comment", "files": false,
    });
    form(&web, &session, "Decide", &view).await
}

/// Lays it out.
pub(super) async fn decide(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment, stage)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<impl IntoResponse, Fault> {
    let fields = Fields::of(&body);
    session.sent(&fields, &web)?;
    let choice = match one_of(&fields, &["go", "hold", "no-go"])? {
        "go" => Choice::Go,
        "hold" => Choice::Hold,
        _ => Choice::NoGo,
    };
    let release = rollout(&web, (&project, &environment)).await?.release;
    let request = DecideRequest {
        stage: Some(stage),
        choice,
        role: fields.or("as", "").to_owned(),
        comment: fields.get("comment").map(str::to_owned),
        key: None,
    };
    let back = format!("{}/rollout", place(&project, &environment));
    laid_out(&web, &session, (&project, &environment), &Wish::Decide(request, release), back).await
}

/// The page with the exact words.
pub(super) async fn laid_out(web: &Web, session: &Session, place: (&str, &str), wish: &Wish, back: String) -> Result<Html, Fault> {
    let prepared = web.desk.prepare(place, &session.person, wish).await?;
    let now = web.desk.now();
    let known = passkey::of_person(&web.desk, &session.person).await?;
    let ids = known.into_iter().filter(|known| known.signs(now)).map(|known| known.passkey.credential).collect();
    let (challenge, payload) = (prepared.challenge(), STANDARD.encode(&prepared.to_sign.payload));
    let laid = Laid { person: session.person.clone(), payload, back: back.clone() };
    let call = Call::of(web, PUT.into(), &challenge, web.rp_id().await?, ids, &laid);
    let blobs: Vec<String> = prepared.to_sign.blobs.iter().map(|blob| STANDARD.encode(&blob.bytes)).collect();
    let digest: String = challenge.iter().map(|byte| format!("{byte:02x}")).collect();
    let view = json!({ "call": call, "shown": prepared.shown, "blobs": blobs, "digest": digest, "back": back });
    Ok(Frame::of(web, Some(session), "sign", "What you sign").await.with_script().page("put", &view))
}

/// Puts on record what was signed. What is shown then is on disk.
pub(super) async fn put(State(web): State<Arc<Web>>, Reader(session): Reader, body: Bytes) -> Result<impl IntoResponse, Fault> {
    let fields = Fields::of(&body);
    session.sent(&fields, &web)?;
    let laid: Laid = carried(&web, PUT, &fields, web.desk.now())?;
    if laid.person != session.person {
        return Err(Fault::Forbidden("This was laid out for somebody else: begin again.".into()));
    }
    let payload = STANDARD.decode(&laid.payload).map_err(|_| wrong("What was laid out cannot be read: begin again."))?;
    let statement = Statement::from_json(&payload).map_err(|_| wrong("What was laid out cannot be read: begin again."))?;
    // Nothing else gets into the ledger by the way.
    let kept = statement.kept();
    let blobs = Fields::all(&body, "blob").filter_map(|blob| STANDARD.decode(blob).ok()).map(Blob::of);
    let blobs: Vec<Blob> = blobs.filter(|blob| kept.contains(&&blob.digest)).collect();
    let (entry, told) = web.desk.put(payload, &assertion(&fields), &blobs).await?;
    web.desk.board.look_again();
    let said = format!("Entry {} of the ledger, head {}.", entry.seq, entry.digest());
    let lines: Vec<String> = std::iter::once(said).chain(told).collect();
    let view = json!({ "title": "Signed, and on record", "said": null, "lines": lines, "back": laid.back, "back_to": "Where you were" });
    Ok(Frame::of(&web, Some(&session), "sign", "Signed").await.page("done", &view))
}

async fn form(web: &Web, session: &Session, title: &str, view: &Value) -> Result<Html, Fault> {
    Ok(Frame::of(web, Some(session), "sign", title).await.page("sign", view))
}

async fn shown(web: &Web, session: &Session, at: (&str, &str), report: &str) -> Result<crate::acts::desk::ReleaseShown, Fault> {
    let found = web.desk.release(at, Some(&digest(report)?), &session.person).await?;
    found.ok_or_else(|| super::release::nothing(at))
}

async fn rollout(web: &Web, at: (&str, &str)) -> Result<crate::rollout::Account, Fault> {
    let account = web.desk.rollout(at).await?;
    account.ok_or_else(|| Fault::Missing(format!("No rollout of `{}` in `{}` is on record.", at.0, at.1)))
}

fn at(project: &str, environment: &str, report: &str) -> String {
    format!("{}/r/{}", place(project, environment), segment(report))
}

fn digest(text: &str) -> Result<Digest, Fault> {
    Digest::parse(text).ok_or_else(|| Fault::Missing("A report is named by the 64 digits of its fingerprint.".into()))
}

fn one_of<'a>(fields: &Fields, words: &[&'a str]) -> Result<&'a str, Fault> {
    let said = fields.or("decision", "");
    words.iter().copied().find(|word| *word == said).ok_or_else(|| wrong("Nothing was chosen: choose one of the answers."))
}

fn wrong(why: &str) -> Fault {
    Fault::Wrong(StatusCode::BAD_REQUEST, why.into())
}

/// The fields of a form of several parts, with the files in it.
async fn parts(request: Request) -> Result<(Fields, Vec<(String, Vec<u8>)>), Fault> {
    let unread = |_| wrong("The form cannot be read: open the page again.");
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| wrong("The form cannot be read: open the page again."))?;
    let (mut fields, mut uploads, mut size) = (Fields::default(), Vec::new(), 0);
    while let Some(part) = form.next_field().await.map_err(unread)? {
        let (name, file) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
        let bytes = part.bytes().await.map_err(unread)?;
        match file {
            None => fields.put(name, String::from_utf8_lossy(&bytes).into_owned()),
            // A field without a file is sent all the same.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => {
                size += bytes.len();
                if size > LARGEST {
                    return Err(Fault::Wrong(
                        StatusCode::PAYLOAD_TOO_LARGE,
                        "The files have more than 6 MiB together, which is the most.".into(),
                    ));
                }
                uploads.push((file, bytes.to_vec()));
            }
        }
    }
    Ok((fields, uploads))
}
