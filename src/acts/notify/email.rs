//! A letter to each who gets one.

use std::{collections::BTreeMap, path::Path};

use futures_util::future::join_all;

use super::{News, PATIENCE};
use crate::{
    acts::Caller,
    model::{Person, utc},
    net::smtp::{Letter, Mailbox},
    notify::{Email, Occasion, Recipient},
};

/// Sends them; why not, for each that could not be sent.
pub(super) async fn send(
    caller: &Caller,
    folder: &Path,
    people: &BTreeMap<String, Person>,
    email: &Email,
    (news, occasion): (&News<'_>, Occasion),
) -> Vec<String> {
    let (mut failed, mut to) = (Vec::new(), Vec::new());
    for recipient in email.to.iter() {
        match (recipient, &news.person) {
            (Recipient::Address(address), _) => to.push((address.clone(), false)),
            (Recipient::Person, Some(person)) => match address(&person.id, people) {
                Some(address) => to.push((address, true)),
                None => failed.push(format!("e-mail: `{}` has no address: give them `emails` in `people`", person.id)),
            },
            (Recipient::Person, None) => {}
        }
    }
    // Whoever it concerns may be one of those who hear of it anyway.
    to.sort_by_key(|(address, own)| (address.to_string(), !own));
    to.dedup_by(|later, first| later.0 == first.0);
    let ca_file = email.ca_file.as_ref().map(|file| folder.join(file));
    let login = email.user.as_deref().zip(email.password.as_ref());
    let (subject, ca_file, env) = (&news.headline(occasion), ca_file.as_deref(), &caller.env);
    let sent = to.iter().map(|(to, own)| async move {
        let (server, from, text) = (&email.server, &email.from, text(news, occasion, *own));
        let letter = Letter { server, login, ca_file, env, from, to, subject, text, at: news.at };
        letter.send(PATIENCE).await.err().map(|why| format!("e-mail to {to}: {why}"))
    });
    failed.extend(join_all(sent).await.into_iter().flatten());
    failed
}

/// Where somebody is reached: their id where that is an address, else the first that the plan has of them.
fn address(id: &str, people: &BTreeMap<String, Person>) -> Option<Mailbox> {
    id.parse().ok().or_else(|| people.get(id)?.emails.first()?.parse().ok())
}

fn text(news: &News<'_>, occasion: Occasion, own: bool) -> String {
    let mut lines = vec![news.text.clone()];
    lines.extend(news.waiting().into_iter().map(|line| format!("- {line}")));
    if own && occasion == Occasion::Signed {
        lines.push("\nIf this was not you, tell at once whoever keeps the signers of this project.".into());
    }
    lines.extend(news.link.map(|link| format!("\n{link}")));
    lines.push(format!("\n{} in {}, {}", news.project, news.environment, utc(news.at)));
    lines.join("\n") + "\n"
}
