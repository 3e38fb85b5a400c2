//! When nothing is deployed: windows, freezes and holidays hold the gate, and an emergency passes it.

use crate::signoff::house::{House, now};

/// A house in which nothing but the time stands in the way.
async fn house(policy: &[(&str, &str)]) -> House {
    let emergency = ("break-glass", "{ roles: [engineering-manager], review-within: 3d }");
    let house = House::new().await.security_alone().policy(&[emergency]).policy(policy);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house
}

fn calendar(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

fn day_off(name: &str, from: &str, to: &str) -> String {
    format!("BEGIN:VEVENT\r\nSUMMARY:{name}\r\nDTSTART;VALUE=DATE:{from}\r\nDTEND;VALUE=DATE:{to}\r\nEND:VEVENT\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_a_window_the_gate_holds_and_says_when_it_opens() {
    let today = now().to_zoned(jiff::tz::TimeZone::get("Europe/Amsterdam").expect("a zone")).weekday();
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let at = usize::try_from(today.to_monday_zero_offset()).expect("a day");
    // Neither is the day that begins while the test runs.
    let other = format!("[{{ days: [{}], daily: 09:00-16:00, zone: Europe/Amsterdam }}]", days[(at + 3) % 7]);
    let shut = house(&[("windows", &other)]).await;
    shut.gate(&[]).exits(4).says("nothing is deployed now").says("outside the policy's `windows`").says("it opens again").says("09:00");
    shut.gonogo.run(["deploy", "--release", "1.4.2", "--", "true"]).exits(4).says("nothing is deployed now");
    let open = house(&[("windows", "[{ days: [mon, tue, wed, thu, fri, sat, sun], zone: Europe/Amsterdam }]")]).await;
    open.gate(&[]).exits(0);
    // Who knows better says so, and it stands on record.
    let emergency = ["gate", "--break-glass", "--as", "engineering-manager", "--reason", "fire", "--ticket", "T-1", "--yes", "--key"];
    let key = shut.key("boss");
    shut.gonogo.run(emergency.iter().copied().chain([key.as_str(), "--release", "1.4.2"])).exits(0).says("EMERGENCY");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_and_a_holiday_hold_whatever_the_windows_say() {
    let always = ("windows", "[{ days: [mon, tue, wed, thu, fri, sat, sun] }]");
    let frozen = house(&[always, ("freeze", "[{ from: 2020-01-01, to: 2199-12-31 }]")]).await;
    frozen.gate(&[]).exits(4).says("the policy's `freeze` holds");
    let thawed = house(&[always, ("freeze", "[{ from: 2020-01-01, to: 2020-12-31 }]")]).await;
    thawed.gate(&[]).exits(0);
    let house = House::new().await.security_alone();
    house.write("holidays.ics", calendar(&day_off("Kerst <b>", "20200101", "21991231")));
    let house = house.policy(&[("holidays", "holidays.ics")]);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(4).says("it is `Kerst <b>` in `holidays`");
    // It belongs to the plan: another calendar is another plan.
    house.write("holidays.ics", calendar(&day_off("Kerst", "20200101", "20200102")));
    house.gate(&[]).exits(3).says("holidays.ics");
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_that_cannot_be_relied_on_is_an_error_of_the_plan() {
    let repeated = calendar("BEGIN:VEVENT\r\nSUMMARY:Kerst\r\nDTSTART;VALUE=DATE:20201225\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n");
    for (text, why) in [
        (repeated, "write one event for each time"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n".to_owned(), "is no whole iCalendar file"),
        ("x".repeat(50 << 20), "larger than"),
    ] {
        let house = House::new().await.security_alone();
        house.write("holidays.ics", text);
        let house = house.policy(&[("holidays", "holidays.ics")]);
        house.gate(&[]).exits(2).says(why);
    }
    let house = House::new().await.security_alone().policy(&[("holidays", "gone.ics")]);
    house.gate(&[]).exits(2).says("the file `gone.ics` does not exist");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_window_at_all_is_neither_always_nor_never() {
    let house = House::new().await.security_alone().policy(&[("windows", "[]")]);
    house.gonogo.run(["lint"]).exits(2).says("`windows` has no window").says("leave it out for always");
}

/// By the zone's own rules of that day: hours that do not exist, that come twice, a leap day, a zone that moved for good.
#[tokio::test(flavor = "multi_thread")]
async fn windows_follow_the_calendar_of_their_zone() {
    let gate = |house: &House, clock: &str| house.at(clock, &["gate", "--release", "1.4.2"]).exits(3).stdout;
    let night = house(&[("windows", "[{ daily: 02:00-03:00, zone: Europe/Amsterdam }]")]).await;
    let summer = gate(&night, "2027-03-28 01:30:00");
    assert!(summer.contains("it is Sun 2027-03-28 03:30 CEST, outside the policy's `windows`"), "{summer}");
    for twice in ["2027-10-31 00:30:00", "2027-10-31 01:30:00"] {
        let said = gate(&night, twice);
        assert!(!said.contains("nothing is deployed now"), "{twice}: {said}");
    }
    assert!(gate(&night, "2027-10-31 02:30:00").contains("03:30 CET"), "the third is over");
    let leap = house(&[("freeze", "[{ from: 2028-02-29, to: 2028-02-29 }]")]).await;
    assert!(gate(&leap, "2028-02-29 23:59:00").contains("the policy's `freeze` holds"));
    assert!(!gate(&leap, "2028-03-01 00:00:30").contains("the policy's `freeze` holds"));
    let istanbul = house(&[("windows", "[{ daily: 09:00-10:00, zone: Europe/Istanbul }]")]).await;
    assert!(!gate(&istanbul, "2027-01-15 06:30:00").contains("nothing is deployed now"), "three hours ahead in winter too, since 2016");
    assert!(gate(&istanbul, "2027-01-15 07:30:00").contains("nothing is deployed now"));
}
