//! A bare reqwest client: takes each answer whole and wants status 200.

use std::fs;

use anyhow::{Context as _, bail, ensure};
use futures_util::{StreamExt as _, stream};
use reqwest::{Certificate, Client};

/// `URLS-FILE AT-ONCE [CA-FILE]`.
pub(crate) fn run(settings: &[&str]) -> anyhow::Result<()> {
    let [urls, at_once, ca @ ..] = settings else { bail!("urls, number at once, perhaps a CA") };
    let urls = fs::read_to_string(urls)?;
    let at_once: usize = at_once.parse()?;
    // Fails only if there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = Client::builder().no_proxy();
    if let Some(ca) = ca.first() {
        client = client.tls_certs_only([Certificate::from_pem(&fs::read(ca)?)?]);
    }
    let client = client.build()?;
    tokio::runtime::Runtime::new()?.block_on(async {
        // Each request is a task, so that all cores are used.
        let answers = urls.lines().map(|url| tokio::spawn(ask(client.clone(), url.to_owned())));
        ask_all(answers, at_once).await
    })
}

async fn ask_all(answers: impl Iterator<Item = tokio::task::JoinHandle<anyhow::Result<()>>>, at_once: usize) -> anyhow::Result<()> {
    let mut answers = stream::iter(answers).buffer_unordered(at_once);
    while let Some(answer) = answers.next().await {
        answer.context("a request crashed")??;
    }
    Ok(())
}

async fn ask(client: Client, url: String) -> anyhow::Result<()> {
    let answer = client.get(&url).send().await?;
    ensure!(answer.status() == 200, "{url}: {}", answer.status());
    ensure!(!answer.bytes().await?.is_empty(), "{url}: nothing");
    Ok(())
}
