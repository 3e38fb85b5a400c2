//! A release train: one word for the reports of several projects, each bound to its own.

use crate::signoff::house::House;

/// A house whose ledger has a second project, `pay`, beside the first; both were run.
async fn house() -> House {
    let house = House::new().await.security_alone();
    house.write("pay.yaml", house.plan().replacen("project: shop", "project: pay", 1));
    house.verify(&[]).exits(0);
    house.gonogo.run(["verify", "-q", "-c", "pay.yaml", "--release", "1.4.2"]).exits(0);
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn one_word_for_all_and_each_has_its_own_sign_off() {
    let house = house().await;
    let of_pay = ["gate", "-c", "pay.yaml", "--release", "1.4.2"];
    house.gonogo.run(of_pay).exits(4);
    let signed = house.sign("security", "sec", &["--also", "pay.yaml"]).exits(0);
    let signed = signed.says("shop: on record: entry 3").says("pay: on record: entry 3");
    for line in ["GO: shop 1.4.2 → prod", "GO: pay 1.4.2 → prod", "one word with pay", "one word with shop"] {
        assert!(signed.stderr.contains(line), "{line}: {}", signed.stderr);
    }
    house.gate(&[]).exits(0).says("go by Sepp Security, one word with pay as security");
    house.gonogo.run(of_pay).exits(0).says("go by Sepp Security, one word with shop as security");
    assert!(house.log().contains("1.4.2 go by sec as security, one word with pay"));
    house.gonogo.run(["report", "--release", "1.4.2", "--format", "markdown=train.md", "--bundle", "train.zip"]).exits(0);
    assert!(house.gonogo.read("train.md").contains("Sepp Security, one word with pay"));
    house.gonogo.run(["audit", "train.zip", "--signers", "signers", "--policy", "gonogo.yaml"]).exits(0);
    // A no for one of them is a no for that one.
    house.sign("security", "sec", &["--no-go", "--comment", "not the shop"]).exits(0);
    house.gate(&[]).exits(1);
    house.gonogo.run(of_pay).exits(0);
    // And one word may be a no for all.
    house.sign("security", "sec", &["--no-go", "--comment", "none", "--also", "pay.yaml"]).exits(0);
    house.gonogo.run(of_pay).exits(1).says("no-go");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_may_not_be_signed_none_is() {
    let house = house().await;
    house.service.first(500);
    house.gonogo.run(["verify", "-q", "-c", "pay.yaml", "--release", "1.4.2"]).exits(1);
    house.sign("security", "sec", &["--also", "pay.yaml"]).exits(2).says("pay cannot be signed, so nothing is:");
    house.gate(&[]).exits(4);
    house.sign("security", "sec", &["--also", "gonogo.yaml"]).exits(2).says("`shop` is named twice");
    // Whoever has the role in one project alone signs for none.
    house.service.first(200);
    house.write("pay.yaml", house.gonogo.read("pay.yaml").replacen("security: [sec]", "security: [boss]", 1));
    house.gonogo.run(["verify", "-q", "-c", "pay.yaml", "--release", "1.4.2"]).exits(0);
    house.sign("security", "sec", &["--also", "pay.yaml"]).exits(5).says("pay cannot be signed, so nothing is:");
    house.gate(&[]).exits(4);
    house.gonogo.run(["sign", "--as", "security", "--also", "pay.yaml", "--out", "x.json"]).exits(2);
}
