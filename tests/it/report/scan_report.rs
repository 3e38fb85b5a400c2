//! The kind `scan-report`.

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use super::{COMMIT, DIGEST, bound, outcome, unbound};

/// Trivy 0.5x and 0.6x, of an image as it was pushed: one finding that is no more than medium, one that was ignored.
const TRIVY: &str = r#"{"SchemaVersion":2,"CreatedAt":"2026-11-20T09:00:00.123456789+01:00","ArtifactName":"registry.example.com/api:1.4.2","ArtifactType":"container_image","Metadata":{"OS":{"Family":"alpine","Name":"3.20.3"},"ImageID":"sha256:5555555555555555555555555555555555555555555555555555555555555555","RepoTags":["registry.example.com/api:1.4.2"],"RepoDigests":["registry.example.com/api@sha256:DIGEST"],"ImageConfig":{"architecture":"amd64"}},"Results":[{"Target":"api (alpine 3.20.3)","Class":"os-pkgs","Type":"alpine","Vulnerabilities":[{"VulnerabilityID":"CVE-2024-1","PkgName":"libssl3","InstalledVersion":"3.3.1","FixedVersion":"3.3.2","Status":"fixed","Severity":"MEDIUM","Title":"t","Description":"d"}],"ExperimentalModifiedFindings":[{"Type":"vulnerability","Status":"ignored","Statement":"not reachable","Source":".trivyignore.yaml","Finding":{"VulnerabilityID":"CVE-2024-2","PkgName":"zlib","Severity":"CRITICAL"}}]},{"Target":"Cargo.lock","Class":"lang-pkgs","Type":"cargo"}]}"#;

/// Trivy 0.2x: no time, what is clean is not there.
const OLD_TRIVY: &str = r#"{"SchemaVersion":2,"ArtifactName":"registry.example.com/api@sha256:DIGEST","ArtifactType":"container_image","Metadata":{"OS":{"Family":"debian","Name":"12.4"},"ImageID":"sha256:5555555555555555555555555555555555555555555555555555555555555555","RepoDigests":["registry.example.com/api@sha256:DIGEST"]},"Results":[{"Target":"api (debian 12.4)","Class":"os-pkgs","Type":"debian"}]}"#;

/// grype 0.80 and later, and as before that with the database's time in another place.
const GRYPE: &str = r#"{"matches":[{"vulnerability":{"id":"CVE-2024-3","severity":"Low","fix":{"versions":[],"state":"not-fixed"},"advisories":[],"risk":0.1},"relatedVulnerabilities":[],"matchDetails":[],"artifact":{"name":"busybox","version":"1.36","type":"apk","metadata":{"files":[]}}}],"ignoredMatches":[{"vulnerability":{"id":"CVE-2024-4","severity":"High","fix":{"versions":["2"],"state":"fixed"}},"artifact":{"name":"curl","version":"1"},"appliedIgnoreRules":[{"vulnerability":"CVE-2024-4","reason":"not used"}]}],"source":{"type":"image","target":{"userInput":"registry.example.com/api:1.4.2","imageID":"sha256:5555555555555555555555555555555555555555555555555555555555555555","manifestDigest":"sha256:6666666666666666666666666666666666666666666666666666666666666666","repoDigests":["registry.example.com/api@sha256:DIGEST"]}},"distro":{"name":"alpine","version":"3.20"},"descriptor":{"name":"grype","version":"0.90.0","configuration":{"only-fixed":false,"ignore":[]},"db":{"status":{"schemaVersion":"v6.0.2","built":"2026-11-20T01:00:00Z","valid":true}},"timestamp":"2026-11-20T09:00:00.5+01:00"}}"#;

const SARIF: &str = r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL","rules":[{"id":"js/sql-injection","defaultConfiguration":{"level":"error"},"properties":{"security-severity":"8.8"}},{"id":"js/unused","defaultConfiguration":{"level":"note"}}]},"extensions":[]},"invocations":[{"executionSuccessful":true,"endTimeUtc":"2026-11-20T08:00:00Z"}],"versionControlProvenance":[{"repositoryUri":"https://example.com/x","revisionId":"COMMIT"}],"results":[{"ruleId":"js/unused","ruleIndex":1,"message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a.js"}}}]},{"ruleId":"js/sql-injection","rule":{"id":"js/sql-injection","index":0},"message":{"text":"x"},"suppressions":[{"kind":"inSource","justification":"a constant"}]}]}]}"#;

const HDF: &str = r#"{"platform":{"name":"ubuntu","release":"22.04","target_id":"host-1"},"version":"5.22.3","statistics":{"duration":0.1},"profiles":[{"name":"cis","sha256":"x","status":"loaded","supports":[],"controls":[{"id":"V-1","title":"t","impact":0.7,"tags":{},"results":[{"status":"passed","code_desc":"c","run_time":0.1,"start_time":"2026-11-20T08:00:00+00:00"}]},{"id":"V-2","impact":0.0,"results":[{"status":"skipped","skip_message":"not here","code_desc":"c","start_time":"2026-11-20T08:00:00+00:00"}]},{"id":"V-3","impact":0.7,"waiver_data":{"skipped_due_to_waiver":true,"justification":"until the move","run":false},"results":[]},{"id":"V-4","impact":0.3,"waiver_data":{},"results":[{"status":"failed","message":"m","code_desc":"c","start_time":"2026-11-20T08:00:00+00:00"}]}]}]}"#;

/// As Prowler 5 writes it.
const OCSF: &str = r#"[{"message":"m","metadata":{"event_code":"iam_root_mfa_enabled","product":{"name":"Prowler","version":"5.4.0"},"version":"1.4.0"},"severity_id":5,"severity":"Critical","status":"New","status_code":"PASS","status_detail":"d","status_id":1,"class_uid":2004,"finding_info":{"uid":"prowler-1","title":"t","created_time":1795161600},"resources":[{"uid":"arn:aws:iam::123456789012:root","name":"root"}],"cloud":{"account":{"uid":"123456789012","type":"AWS Account"},"provider":"aws","region":"eu-west-1"},"time":1795161600,"time_dt":"2026-11-20T08:00:00.913874"},{"metadata":{"event_code":"s3_bucket_public_access","product":{"name":"Prowler"},"version":"1.4.0"},"severity_id":4,"status":"Suppressed","status_code":"FAIL","status_id":3,"class_uid":2004,"finding_info":{"uid":"prowler-2","title":"t"},"resources":[{"uid":"arn:aws:s3:::a"}],"cloud":{"account":{"uid":"123456789012"}},"time":1795161600}]"#;

/// gitleaks 8: what it found is never shown.
const GITLEAKS: &str = r#"[{"RuleID":"aws-access-token","Description":"d","StartLine":3,"Match":"AKIAhunter2hunter2","Secret":"AKIAhunter2hunter2","File":"deploy/.env","Commit":"1111111111111111111111111111111111111111","Author":"a","Date":"2024-01-01T00:00:00Z","Fingerprint":"x:y:3"}]"#;

fn of(text: &str) -> String {
    text.replace("DIGEST", DIGEST).replace("COMMIT", COMMIT)
}

async fn look(text: &str, more: Value) -> (Outcome, String) {
    outcome(unbound("scan-report", ("report.json", of(text)), more)).await
}

/// Reports in order.
pub(crate) fn in_order() -> Vec<(&'static str, String)> {
    let lines = OCSF.trim_matches(['[', ']']).replace("},{\"metadata\"", "}\n{\"metadata\"");
    vec![
        ("trivy.json", of(TRIVY)),
        ("old-trivy.json", of(OLD_TRIVY)),
        ("grype.json", of(GRYPE)),
        ("old-grype.json", of(&GRYPE.replace("\"db\":{\"status\":{", "\"db\":{").replace("\"valid\":true}}", "\"valid\":true}"))),
        ("a.sarif", of(SARIF)),
        ("hdf.json", HDF.into()),
        ("ocsf.json", OCSF.into()),
        ("lines.json", lines),
        ("clean.sarif", r#"{"version":"2.1.0","$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json","runs":[{"tool":{"driver":{"name":"gitleaks","semanticVersion":"v8.0.0","rules":[{"id":"aws"}]}},"results":[]}]}"#.into()),
    ]
}

/// The same with something in it that nobody knows, or that leaves it open.
pub(crate) fn odd() -> Vec<(&'static str, String)> {
    vec![
        ("version.json", of(&TRIVY.replace("\"SchemaVersion\":2", "\"SchemaVersion\":3"))),
        ("severity.json", of(&TRIVY.replace("MEDIUM", "ODD"))),
        ("unrated.json", of(&TRIVY.replace("MEDIUM", "UNKNOWN"))),
        ("status.json", r#"{"SchemaVersion":2,"ArtifactName":"x","ArtifactType":"filesystem","Results":[{"Target":"D","Class":"config","Misconfigurations":[{"ID":"DS1","Severity":"LOW","Status":"ODD"}]}]}"#.into()),
        ("nothing.json", of(&TRIVY.replace("os-pkgs", "secret").replace("lang-pkgs", "secret"))),
        ("none.json", r#"{"SchemaVersion":2,"ArtifactName":".","ArtifactType":"filesystem"}"#.into()),
        ("source.json", of(&GRYPE.replace("\"type\":\"image\"", "\"type\":\"unknown\""))),
        ("filtered.json", of(&GRYPE.replace("\"only-fixed\":false", "\"only-fixed\":true"))),
        ("word.json", of(&GRYPE.replace("\"Low\"", "\"Odd\""))),
        ("failed.sarif", of(&SARIF.replace("\"executionSuccessful\":true", "\"executionSuccessful\":false"))),
        ("told.sarif", of(&SARIF.replace("\"executionSuccessful\":true", "\"executionSuccessful\":true,\"toolExecutionNotifications\":[{\"level\":\"error\"}]"))),
        ("level.sarif", of(&SARIF.replace("\"level\":\"note\"", "\"level\":\"odd\""))),
        ("kind.sarif", of(&SARIF.replace("\"ruleIndex\":1", "\"kind\":\"odd\""))),
        ("review.sarif", of(&SARIF.replace("{\"ruleId\":\"js/sql-injection\"", "{\"kind\":\"review\",\"ruleId\":\"js/sql-injection\"").replace("\"suppressions\"", "\"odd\""))),
        ("elsewhere.sarif", of(&SARIF.replace("\"versionControlProvenance\"", "\"externalPropertyFileReferences\":{\"results\":[{}]},\"versionControlProvenance\""))),
        ("list.json", of(&OLD_TRIVY.replace("\"Type\":\"debian\"", "\"Vulnerabilities\":{\"Severity\":\"CRITICAL\"}"))),
        ("list.sarif", of(&SARIF.replace("\"suppressions\":[", "\"suppressions\":{}, \"x\":["))),
        ("null.sarif", r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":null}]}"#.into()),
        ("empty.sarif", r#"{"version":"2.1.0","runs":[]}"#.into()),
        ("old.sarif", of(&SARIF.replace("\"version\":\"2.1.0\"", "\"version\":\"2.0.0\""))),
        ("error.json", HDF.replace("\"status\":\"passed\"", "\"status\":\"error\"")),
        ("impact.json", HDF.replace("\"impact\":0.3,", "")),
        ("skipped.json", HDF.replace("\"status\":\"passed\"", "\"status\":\"skipped\"")),
        ("profile.json", HDF.replace("\"status\":\"loaded\"", "\"status\":\"skipped\"")),
        ("manual.json", OCSF.replace("\"PASS\"", "\"MANUAL\"")),
        ("code.json", OCSF.replace("\"PASS\"", "\"ODD\"")),
        ("right.json", OCSF.replace("\"status_detail\":\"d\"", "\"status_detail\":\"AccessDenied: iam:GetAccountSummary\"")),
        ("cut.json", of(&TRIVY[..TRIVY.len() - 1])),
    ]
}

#[tokio::test]
async fn what_is_grave_and_open_is_red() {
    let open = SARIF.replace("\"suppressions\":[{\"kind\":\"inSource\",\"justification\":\"a constant\"}]", "\"x\":1");
    let rejected = SARIF.replace("\"kind\":\"inSource\"", "\"status\":\"rejected\"");
    let review = SARIF.replace("\"kind\":\"inSource\"", "\"status\":\"underReview\"");
    let kev = GRYPE.replace("\"risk\":0.1", "\"knownExploited\":[{\"cve\":\"CVE-2024-3\"}]");
    for (text, more, outcome, said) in [
        (TRIVY.to_owned(), json!({}), Pass, ""),
        (TRIVY.into(), json!({ "severity": "medium" }), Fail, "CVE-2024-1 libssl3 (medium)"),
        (TRIVY.replace("\"FixedVersion\":\"3.3.2\",", ""), json!({ "severity": "medium", "without-fix": "accepted" }), Pass, ""),
        (TRIVY.into(), json!({ "severity": "medium", "without-fix": "accepted" }), Fail, "CVE-2024-1"),
        (TRIVY.replace("\"Name\":\"3.20.3\"", "\"Name\":\"3.9\",\"EOSL\":true"), json!({}), Fail, "alpine 3.9, beyond its end of life"),
        (GRYPE.into(), json!({ "max-database-age": "1d" }), Pass, ""),
        (GRYPE.into(), json!({ "max-database-age": "1h" }), Fail, "age of the scanner's database: got 11 h"),
        (TRIVY.into(), json!({ "max-database-age": "1d" }), Unknown, "the report does not tell it"),
        (kev, json!({ "severity": "critical" }), Fail, "CVE-2024-3 busybox 1.36 (critical)"),
        (open.clone(), json!({}), Fail, "js/sql-injection (high)"),
        (open, json!({ "severity": "critical" }), Pass, ""),
        (rejected, json!({}), Fail, "js/sql-injection"),
        (review, json!({}), Fail, "js/sql-injection"),
        (SARIF.into(), json!({ "checks": ["js/sql-injection"] }), Pass, ""),
        (SARIF.into(), json!({ "checks": ["js/xss"] }), Fail, "the check `js/xss`: got it did not run"),
        (GITLEAKS.into(), json!({}), Fail, "aws-access-token deploy/.env (high)"),
        ("[]".into(), json!({}), Unknown, "is an empty list"),
        ("[]".into(), json!({ "format": "gitleaks" }), Pass, ""),
        (HDF.into(), json!({ "severity": "low" }), Fail, "V-4 cis (low)"),
        (HDF.into(), json!({ "checks": "V-1" }), Pass, ""),
        (HDF.into(), json!({ "checks": "V-3" }), Fail, "did not run"),
        (HDF.replace("\"skipped_due_to_waiver\":true", "\"skipped_due_to_waiver\":false"), json!({}), Unknown, "V-3"),
        (OCSF.into(), json!({ "checks": ["iam_root_mfa_enabled", "s3_bucket_public_access"] }), Pass, ""),
        (OCSF.into(), json!({ "target": "123456789012" }), Pass, ""),
        (OCSF.into(), json!({ "target": "999999999999" }), Fail, "account or host: got `123456789012`"),
        (HDF.into(), json!({ "target": "host-1" }), Pass, ""),
        (TRIVY.into(), json!({ "target": "host-1" }), Unknown, "the report names none"),
        (OCSF.replace("\"PASS\"", "\"FAIL\""), json!({}), Fail, "iam_root_mfa_enabled arn:aws:iam::123456789012:root (critical)"),
        (
            OCSF.replace("\"status\":\"Suppressed\",\"status_code\":\"FAIL\",\"status_id\":3", "\"status_code\":\"MUTED\""),
            json!({}),
            Pass,
            "",
        ),
        (
            OCSF.replace("\"status\":\"Suppressed\",\"status_code\":\"FAIL\",\"status_id\":3", "\"status_code\":\"FAIL\""),
            json!({}),
            Fail,
            "s3_bucket",
        ),
    ] {
        let (came, reason) = look(&text, more.clone()).await;
        assert!(came == outcome && reason.contains(said), "{said} {more}: {came:?} {reason}");
        assert!(!reason.contains("hunter2"), "{reason}");
    }
}

#[tokio::test]
async fn exceptions_are_shown_and_secrets_are_not() {
    for (text, shown) in [
        (of(TRIVY), "CVE-2024-2 zlib (critical, ignored: not reachable)"),
        (of(GRYPE), "CVE-2024-4 curl 1 (high, ignored by"),
        (of(SARIF), "js/sql-injection (high, suppressed: a constant)"),
        (HDF.into(), "V-3 cis (high, waived: until the move)"),
        (OCSF.into(), "s3_bucket_public_access arn:aws:s3:::a (high, suppressed)"),
    ] {
        let (look, _folder) = unbound("scan-report", ("report.json", text), json!({}));
        let judged = look.look().await.expect("a look");
        let got: Vec<&str> = judged.expectations.iter().map(|expectation| expectation.got.as_str()).collect();
        assert!(got.iter().any(|got| got.contains("1 exception") && got.contains(shown)), "{shown}: {got:?}");
    }
    let (look, _folder) = unbound("scan-report", ("report.json", GITLEAKS), json!({}));
    let judged = look.look().await.expect("a look");
    let seen = format!("{:?}", judged.observation);
    assert!(seen.contains("aws-access-token") && !seen.contains("hunter2"), "{seen}");
}

#[tokio::test]
async fn a_scan_of_another_image_or_commit_is_red() {
    let other = "1".repeat(64);
    for (text, outcome, said) in [
        (of(TRIVY), Pass, ""),
        (of(GRYPE), Pass, ""),
        (of(SARIF), Pass, ""),
        (TRIVY.replace("DIGEST", &other), Fail, "is of the artifact sha256:1111"),
        (GRYPE.replace("DIGEST", &other), Fail, "is of the artifact sha256:1111"),
        (SARIF.replace("COMMIT", &other[..40]), Fail, "is of the commit `1111"),
        (GRYPE.replace("\"registry.example.com/api@sha256:DIGEST\"", ""), Unknown, "names its image by the id sha256:5555"),
        (HDF.into(), Unknown, "says neither a commit nor a digest"),
        (GITLEAKS.into(), Fail, "aws-access-token"),
    ] {
        let (came, reason) = super::outcome(bound("scan-report", ("report.json", text), json!({}))).await;
        assert!(came == outcome && reason.contains(said), "{said}: {came:?} {reason}");
    }
}
