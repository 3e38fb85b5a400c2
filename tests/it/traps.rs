//! What has fooled programs like this one, each with the test or the saved observation that holds it here. The numbers are those of
//! the list of traps that the kinds were written by; several of one number are several traps.

use std::{collections::BTreeSet, fs, path::Path};

use crate::gonogo::Gonogo;

/// Number, the trap in a few words, and what holds it: a file of `fixtures`, or a function in a file of `tests/it`.
const TRAPS: &[(u16, &str, &str)] = &[
    (1, "an invalid index that pg_indexes lists", "postgres_indexes.rs#a_failed_unique_build_is_listed_by_pg_indexes_and_still_red"),
    (1, "the same, saved", "postgres-indexes/invalid-listed-by-pg-indexes.yaml"),
    (2, "a plain role that sees its own connection only", "packs/servers.rs#postgres_capacity"),
    (3, "an archiver that failed once and is well, and one that is broken now", "packs/servers.rs#postgres_archiving"),
    (4, "a stanza that does not exist, under exit code 0", "backup/tools.rs#pgbackrest_for_real"),
    (4, "the newest full backup in error under status ok; an empty list", "backup/tools.rs#pgbackrest_listings_that_look_healthy"),
    (4, "the same, saved", "backup/missing-stanza.yaml"),
    (5, "Barman's newest backup has failed", "backup/tools.rs#barman_for_real"),
    (5, "messages beside the servers, an epoch as a text", "backup/tools.rs#barman_saved"),
    (6, "a snapshot of the future, none at all, one of another host", "backup/tools.rs#restic_for_real"),
    (7, "a dump cut off that still lists its contents", "backup/pg_dump.rs#a_truncated_dump_is_red_wherever_it_ends"),
    (7, "`\\unrestrict` behind the marker of the end", "backup/pg_dump.rs#every_format_is_read_to_its_end"),
    (7, "a dump of the schema only", "backup/pg_dump.rs#a_dump_without_rows_is_red"),
    (7, "a file of no bytes", "backup/retention.rs#nothing_and_empty_files_are_red"),
    (8, "never saved, and a fresh time of the last save", "redis_persistence/persistence.rs#a_server_that_never_saved_has_no_fresh_save"),
    (8, "append-only status ok while it is off", "redis_persistence/persistence.rs#a_status_that_is_ok_while_off_proves_nothing"),
    (8, "a sentinel that is ok without a quorum", "packs/servers.rs#redis_replication_and_sentinel"),
    (8, "a login that fails, and PONG all the same", "redis_persistence/access.rs#a_refused_login_is_red_though_default_would_do"),
    (8, "one more user without a password", "packs/servers.rs#redis_access"),
    (9, "alerts 40 and 80 beside 70", "tls/openssl.rs#old_versions_that_are_off"),
    (9, "TLS 1.1 as the answer to 1.2", "tls/openssl.rs#tls_1_2_can_be_refused_too"),
    (9, "a certificate of 47 days under a rule of 30", "tls/47-day-certificate-in-mid-life.yaml"),
    (9, "a chain without its intermediate", "tls/chains.rs#a_missing_intermediate_is_called_that"),
    (9, "no subject, no common name", "tls/no-subject.yaml"),
    (9, "extended validation", "tls/chains.rs#an_extended_validation_certificate_is_one_like_any_other"),
    (9, "no address of an OCSP responder", "tls/chains.rs#a_good_one_passes"),
    (10, "any origin reflected by OPTIONS alone", "cors/reflection-on-options.yaml"),
    (10, "any origin reflected on a 403", "cors/reflection-on-403.yaml"),
    (10, "a star with credentials", "cors/star-with-credentials.yaml"),
    (10, "a list with commas", "cors/comma-list.yaml"),
    (10, "nobody is let in, not even those who are meant", "cors/nginx.rs#what_is_broken_for_the_wanted_is_red"),
    (11, "strong-looking defaults of the public", "secrets/strong-looking-default.yaml"),
    (11, "a placeholder of 32 characters", "secrets/placeholder-of-32-characters.yaml"),
    (11, "a key of zeros", "secrets/zero-key.yaml"),
    (11, "a value that is its own name", "secrets/its-own-name.yaml"),
    (11, "two that are nearly equal", "secrets/nearly-equal.yaml"),
    (11, "the prefix of a test mode", "secrets/test-mode.yaml"),
    (11, "a development token of Unleash", "secrets/unleash-development.yaml"),
    (11, "random base64 with `dev` in it", "secrets/values.rs#random_base64_may_have_dev_in_it"),
    (12, "200 with a body that says DOWN", "health/200-with-down.yaml"),
    (12, "200 with a page to log in", "health/200-with-page.yaml"),
    (12, "the old version answers", "health/old-version.yaml"),
    (13, "headers that are missing on 404", "security-headers/headers-missing-on-404.yaml"),
    (13, "HSTS twice", "security-headers/hsts-sent-twice.yaml"),
    (13, "a policy that only reports", "security-headers/policy-that-only-reports.yaml"),
    (14, "a rate limit that says 503", "rate-limit/nginx-says-503.yaml"),
    (14, "one that only delays", "rate_limit.rs#limits_of_nginx_are_told_by_what_they_do"),
    (14, "one that a header evades", "rate-limit/a-header-evades-it.yaml"),
    (15, "no series", "prometheus/empty-is-not-zero.yaml"),
    (15, "NaN", "prometheus/nan-meets-nothing.yaml"),
    (15, "several series", "prometheus/several-series-each-count.yaml"),
    (15, "a rule in error", "prometheus_rules.rs#rules_are_there_work_and_look_at_something"),
    (15, "an alert on a metric that is gone", "prometheus-rules/metric-that-is-nowhere.yaml"),
    (15, "an empty list of Grafana's", "packs/grafana/nothing-at-all.yaml"),
    (16, "k6's boolean that is true where it failed", "report/load_test.rs#each_tool_has_its_units_and_its_booleans"),
    (16, "one JUnit suite as the root, flaky tests", "report/test_report.rs#what_stands_there_counts_and_not_what_is_told"),
    (16, "SARIF of a scan that failed", "report/scan_report.rs#odd"),
    (16, "a report that left findings out", "traps.rs#what_a_filter_left_out_is_said_not_to_be_seen"),
    (16, "a distribution beyond its end, grave findings of it or not", "report/scan_report.rs#what_is_grave_and_open_is_red"),
    (16, "the scan of another digest", "report/scan_report.rs#a_scan_of_another_image_or_commit_is_red"),
    (17, "golang-migrate is dirty", "postgres-migrations/golang-migrate-is-dirty.yaml"),
    (
        17,
        "Prisma without a finish, goose with a later row that takes back",
        "postgres_migrations.rs#each_tool_is_found_and_its_bad_states_are_red",
    ),
    (18, "a signature for something else", "signing/forgeries.rs#every_kind_of_wrong_has_its_own_error"),
    (18, "a signature that was tampered with", "signing/forgeries.rs#no_byte_of_a_signature_can_be_altered"),
    (18, "a key that has expired", "signing/validity.rs#a_key_that_has_expired_since_is_said"),
    (18, "a signature under an old report", "signoff/overtaken.rs#an_old_report_put_on_record_again_is_the_old_one"),
    (18, "the author approves", "signoff/authors.rs#the_author_is_not_the_only_approver"),
    (18, "two keys of one person", "signoff/policy.rs#one_person_counts_once_and_one_key_is_one_person"),
    (18, "an exception that has expired", "waivers.rs#it_is_judged_at_the_instant_of_the_run"),
    (101, "the error ratio of a perfect release is no series", "prometheus.rs#nothing_is_green_only_where_the_metric_is"),
    (102, "`increase()` extrapolates", "prometheus.rs#raw_samples_have_their_own_times_and_values"),
    (103, "a rule over a metric that never was is healthy", "prometheus_rules.rs#rules_are_there_work_and_look_at_something"),
    (104, "pushed series stay", "metrics-endpoint/pushed-long-ago.yaml"),
    (105, "values that are texts", "prometheus/hostile.rs#nothing_that_is_not_understood_passes"),
    (106, "layers compressed anew by pushing", "image/compressed-anew-by-pushing.yaml"),
    (107, "a replica in its first seconds", "redis_persistence/persistence.rs#a_replica_that_has_just_started_is_asked_again"),
    (108, "an append-only file that was switched on just now", "redis_persistence/persistence.rs#b13_a_first_rewrite_that_has_not_ended"),
    (109, "the complaint of a program as a backup", "backup/hostile.rs#what_is_sealed_is_not_judged_unless_asked"),
    (109, "a megabyte of zeros", "backup/hostile.rs#zeros_where_a_dump_should_be_are_seen_at_once"),
    (110, "hard links as copies", "backup/retention.rs#b16_the_same_bytes_are_one_copy_and_unfinished_names_are_none"),
    (111, "a delta whose grandparent is gone", "backup/tools.rs#a_delta_whose_grandparent_is_gone_is_no_backup"),
    (112, "increments without a full backup", "backup/tools.rs#increments_without_a_full_backup_are_none"),
    (113, "an index in another collation", "postgres_indexes/meaning.rs#the_collation_and_the_operators_are_what_queries_use"),
    (114, "an index being built on the primary, seen from a standby", "postgres-indexes/not-valid-on-a-standby.yaml"),
    (115, "compose, dotenv, systemd and the shell read a line differently", "secrets/syntax.rs#each_program_has_its_own_reading"),
    (116, "JSON within a secret", "secrets/nested.rs#nested_json_of_other_tools"),
    (117, "one password in two URLs", "secrets/values.rs#another_environment_has_other_parts"),
    (118, "an answer about health from a cache", "health/cached.yaml"),
    (119, "ok beside a component that is degraded", "health.rs#b1_what_stands_beside_the_status_counts"),
    (120, "an origin on a host where everybody gets a name", "cors/classes.rs#a_rule_is_met_by_a_member_of_its_class_whatever_is_drawn"),
    (121, "RSA expired and ECDSA good on one port", "tls/openssl.rs#each_kind_of_key_has_its_certificate"),
    (122, "a root that is not valid yet", "tls/chains.rs#a_private_root_must_last_too"),
    (123, "a certificate and the key of another", "tls/servers.rs#the_key_beside_a_certificate_is_its_own"),
    (124, "UTF-16 under a demand that something is not there", "http_text.rs#b19_a_body_is_read_in_its_charset"),
    (125, "a job that failed is never complete", "kubernetes.rs#ready_is_what_the_status_says_of_the_newest_revision"),
    (126, "GitHub shows what passed or is accepted as open", "render/machines.rs#sarif_for_github_has_what_is_open_and_nothing_else"),
    (127, "Jenkins takes JUnit by its schema only", "render/machines.rs#junit_is_as_jenkins_takes_it"),
    (128, "the commit of a dispatched workflow", "git/the-commit-of-a-dispatched-workflow.yaml"),
    (129, "a tag called like a branch of a remote", "git/release.rs#names_that_mean_something_else_lead_nowhere"),
    (130, "control characters in an author's name", "git/authors.rs#control_characters_in_a_name_hide_nobody"),
    (131, "a laptop that is ten minutes fast", "signoff/attacks/entries.rs#a11_a_laptop_that_is_ten_minutes_fast"),
];

#[test]
fn every_trap_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lost = Vec::new();
    for (number, trap, held) in TRAPS {
        let there = match held.split_once('#') {
            Some((file, function)) => {
                let text = fs::read_to_string(root.join("tests/it").join(file)).unwrap_or_default();
                // A test, or the cases of one.
                text.contains(&format!("fn {function}("))
            }
            None => root.join("fixtures").join(held).is_file(),
        };
        if !there {
            lost.push(format!("{number} ({trap}): {held}"));
        }
    }
    assert!(lost.is_empty(), "there is no such test or fixture:\n{}", lost.join("\n"));
    let numbers: BTreeSet<u16> = TRAPS.iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers, (1..=18).chain(101..=131).collect());
}

/// Trivy's filters leave no trace in its report, grype's do.
#[tokio::test]
async fn what_a_filter_left_out_is_said_not_to_be_seen() {
    let page = Gonogo::new().run(["explain", "scan-report"]).exits(0).stdout;
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains("what a filter left out before the report was written") && page.contains("leave no trace"), "{page}");
    let filtered = crate::report::scan_report::odd().into_iter().find(|(name, _)| *name == "filtered.json").expect("grype's").1;
    let more = serde_json::json!({ "severity": "critical" });
    let (came, reason) = crate::report::outcome(crate::report::unbound("scan-report", ("grype.json", filtered), more)).await;
    assert!(came == gonogo::model::Outcome::Unknown && reason.contains("whether it tells all"), "{came:?} {reason}");
}
