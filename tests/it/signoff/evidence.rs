//! `keep: true`: the bytes of evidence go on record with the run, and are looked at as every kept byte is.

use gonogo::model::Digest;

use super::house::House;

const REPORT: &str = "<testsuite name='all' tests='1' failures='0'><testcase name='adds' classname='sum'/></testsuite>\n";

async fn house(keep: bool) -> House {
    let check = format!(
        "  - {{ id: tests, timeout: 2m, test-report: {{ file: junit.xml, unbound: accepted, max-age: 900d, min-tests: 1, keep: {keep} }} }}\n"
    );
    let house = House::new().await.security_alone().checks(&check);
    house.write("junit.xml", REPORT);
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_bytes_are_on_record_and_in_the_bundle_and_looked_at() {
    let house = house(true).await;
    house.verify(&["--bundle", "run.zip"]).exits(0);
    // Once more: the same bytes are kept once.
    house.verify(&[]).exits(0);
    let digest = Digest::of(REPORT.as_bytes());
    let kept = |house: &House| {
        let sql = house.sql();
        let count = "SELECT count(*) FROM kept WHERE digest = ?1";
        sql.query_row(count, [digest.as_str()], |row| row.get::<_, i64>(0)).expect("a count")
    };
    assert_eq!(kept(&house), 1);
    house.gonogo.run(["log", "verify"]).exits(0);
    let bundle = std::fs::read(house.gonogo.path("run.zip")).expect("a bundle");
    assert!(String::from_utf8_lossy(&bundle).contains(digest.as_str()), "its name is in the bundle");
    house.sql().execute("DELETE FROM kept WHERE digest = ?1", [digest.as_str()]).expect("deleted");
    house.gonogo.run(["log", "verify"]).exits(5).says(digest.as_str()).says("are gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_the_fingerprint_alone_is_kept() {
    let house = house(false).await;
    let report = house.verify(&["--format", "json"]).exits(0).stdout;
    let digest = Digest::of(REPORT.as_bytes());
    assert!(report.contains(digest.as_str()));
    let count = house.sql().query_row("SELECT count(*) FROM kept WHERE digest = ?1", [digest.as_str()], |row| row.get::<_, i64>(0));
    assert_eq!(count, Ok(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_the_record_keeps_is_told() {
    let house = house(true).await;
    house.write("junit.xml", REPORT.replace("/></", &format!("><system-out>{}</system-out></testcase></", "x".repeat(65 << 20))));
    house
        .verify(&["--format", "json"])
        .exits(3)
        .says("the file `junit.xml` cannot be read: it is more than the record keeps, 64 MiB of a run: leave `keep` out");
}
