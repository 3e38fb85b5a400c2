//! The demands on backups.

use jiff::Timestamp;
use serde_json::Number;

use super::{
    Backup, RestoreDrill, gap,
    seen::{Drill, Seen},
    standing::{Copies, Standing},
};
use crate::model::{CLOCK_TOLERANCE, Expectation, Percent, Period, Size};

pub(super) fn judge(check: &Backup, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    if seen.backups.is_some() {
        let copies = Copies::of(seen, at);
        all.extend(seen.repository.as_ref().map(|wrong| repository(wrong)));
        all.push(count(&copies, check.min_copies.unwrap_or(1)));
        all.push(newest(&copies, at));
        all.extend(check.max_age.map(|longest| age(&copies, longest, at, false)));
        all.extend(check.max_full_age.map(|longest| age(&copies, longest, at, true)));
        all.extend(check.min_size.map(|least| size(&copies, least)));
        all.extend(check.max_shrink.map(|most| shrink(&copies, most)));
        all.extend(check.retention.map(|reach| retention(&copies, reach, at)));
        all.extend(check.max_gap.map(|longest| gap::judge(seen, longest)));
        all.extend(check.tables.as_ref().map(|_| tables(seen)));
    }
    if let (Some(demand), Some(drill)) = (&check.restore_drill, &seen.drill) {
        all.push(restore_drill(demand, drill, at));
    }
    all
}

fn repository(wrong: &[String]) -> Expectation {
    let expectation = Expectation::new("repository", "repository, by the tool's own account").wanted("in order");
    match wrong {
        [] => expectation.got("in order").met(true),
        wrong => expectation.got(wrong.join("; ")).met(false),
    }
}

fn count(copies: &Copies, least: u64) -> Expectation {
    let (usable, unseen) = copies.counts();
    let total = copies.all.len();
    let got = match (total, usable) {
        (0, 0) => "none at all".to_owned(),
        (_, 0) => format!("none of {total}"),
        _ => usable.to_string(),
    };
    let got = match copies.twins() {
        0 => got,
        twins => format!("{got}, and {twins} with the content of a newer one"),
    };
    let expectation = Expectation::new("copies", "usable backups").wanted(format!("at least {least}"));
    let expectation = expectation.bound(">=", least, Some(usable.into()), "count").got(&got);
    match (usable >= least, usable + unseen >= least) {
        (true, _) => expectation.met(true),
        (false, true) => expectation.undetermined(format!("{got}, and {unseen} more could not be looked at")),
        (false, false) => expectation.met(false),
    }
}

fn newest(copies: &Copies, at: Timestamp) -> Expectation {
    let expectation = Expectation::new("newest", "newest backup").wanted("usable");
    match copies.newest() {
        None => expectation.got("there is none").met(false),
        Some((copy, Standing::Usable(time))) => expectation.got(format!("{}, {} old", copy.name, Period::between(*time, at))).met(true),
        Some((copy, Standing::Flawed(why))) => expectation.got(format!("{} {why}", copy.name)).met(false),
        Some((copy, Standing::Unseen(why))) => expectation.got(&copy.name).undetermined(format!("{} {why}", copy.name)),
        Some((copy, Standing::Unfinished)) => expectation.got(&copy.name).undetermined("it is still being made"),
    }
}

fn age(copies: &Copies, longest: Period, at: Timestamp, full: bool) -> Expectation {
    let (name, what) = if full { ("full-age", "age of the newest usable full backup") } else { ("age", "age of the newest usable backup") };
    let limit = seconds(longest);
    let expectation = Expectation::new(name, what).wanted(format!("at most {longest}"));
    let best = copies.usable().into_iter().find(|(copy, _)| !(full && copy.partial));
    let age = best.map(|(_, time)| Period::between(time, at));
    let expectation = expectation.bound("<=", limit, age.map(|age| seconds(age).into()), "s");
    if let (Some((copy, _)), Some(age)) = (best, age)
        && age <= longest
    {
        return expectation.got(format!("{age} ({})", copy.name)).met(true);
    }
    let got = best.zip(age).map_or("there is none".to_owned(), |((copy, _), age)| format!("{age} ({})", copy.name));
    match copies.unseen_within(longest, full) {
        Some(why) => expectation.got(got).undetermined(why),
        None => expectation.got(got).met(false),
    }
}

fn size(copies: &Copies, least: Size) -> Expectation {
    let expectation = Expectation::new("size", "size of the newest usable backup").wanted(format!("at least {least}"));
    let measured = copies.measured();
    let newest = measured.first();
    let expectation = expectation.bound(">=", least.0, newest.map(|(_, size)| (*size).into()), "bytes");
    match newest {
        None => expectation.got("not known").undetermined(no_size(copies)),
        Some((copy, size)) => expectation.got(format!("{} ({})", Size(*size), copy.name)).met(*size >= least.0),
    }
}

fn no_size(copies: &Copies) -> &'static str {
    if copies.usable().is_empty() { "there is no usable backup" } else { "no usable backup says how large it is" }
}

fn shrink(copies: &Copies, most: Percent) -> Expectation {
    let expectation =
        Expectation::new("shrink", "newest backup against the median of those before").wanted(format!("at most {most} smaller"));
    let limit = Number::from_f64(most.fraction() * 100.0).unwrap_or_else(|| Number::from(0));
    let measured = copies.measured();
    let Some(((copy, newest), before)) = measured.split_first() else {
        return expectation.got("not known").bound("<=", limit, None, "%").undetermined(no_size(copies));
    };
    let mut sizes: Vec<u64> = before.iter().map(|(_, size)| *size).collect();
    sizes.sort_unstable();
    // Of an even number the larger of the two in the middle: the stricter one.
    let Some(median) = sizes.get(sizes.len() / 2).copied().filter(|median| *median > 0) else {
        return expectation.got("not known").bound("<=", limit, None, "%").undetermined("there is no earlier backup to compare it with");
    };
    let smaller = 1.0 - *newest as f64 / median as f64;
    let percent = (smaller * 1000.0).round() / 10.0;
    let said = if percent <= 0.0 { "not smaller".to_owned() } else { format!("{percent} % smaller") };
    let got = format!("{said} ({} has {}, the median of {} is {})", copy.name, Size(*newest), sizes.len(), Size(median));
    expectation.got(got).bound("<=", limit, Number::from_f64(percent.max(0.0)), "%").met(smaller <= most.fraction())
}

fn retention(copies: &Copies, reach: Period, at: Timestamp) -> Expectation {
    let expectation = Expectation::new("retention", "age of the oldest usable backup").wanted(format!("at least {reach}"));
    let usable = copies.usable();
    let oldest = usable.last().map(|(copy, time)| (copy, Period::between(*time, at)));
    let expectation = expectation.bound(">=", seconds(reach), oldest.map(|(_, age)| seconds(age).into()), "s");
    match oldest {
        None => expectation.got("not known").undetermined("there is no usable backup"),
        Some((copy, age)) if age >= reach => expectation.got(format!("{age} ({})", copy.name)).met(true),
        Some((copy, age)) => {
            let older = copies.all.iter().find_map(|(copy, standing)| match (standing, copy.at) {
                (Standing::Unseen(why), Some(time)) if Period::between(time, at) >= reach => Some(format!("{} {why}", copy.name)),
                _ => None,
            });
            let expectation = expectation.got(format!("{age} ({})", copy.name));
            older.map_or_else(|| expectation.clone().met(false), |why| expectation.clone().undetermined(why))
        }
    }
}

fn tables(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("tables", "tables with rows in the newest usable backup").wanted("all that are named");
    match seen.missing_tables.as_deref() {
        None => expectation.got("not known").undetermined("there is no usable backup that says which tables have rows"),
        Some([]) => expectation.got("all that are named").met(true),
        Some(missing) => expectation.got(format!("no rows of {}", missing.join(", "))).met(false),
    }
}

fn restore_drill(demand: &RestoreDrill, drill: &Drill, at: Timestamp) -> Expectation {
    let longest = demand.max_age;
    let expectation = Expectation::new("restore-drill", "last restore drill").wanted(format!("a good one at most {longest} ago"));
    let expectation = expectation.bound("<=", seconds(longest), None, "s");
    let file = demand.file.display();
    if let Some(why) = &drill.unseen {
        return expectation.got("not known").undetermined(format!("{file} {why}"));
    }
    let (None, Some(time)) = (&drill.flaw, drill.restored) else {
        return expectation.got(format!("{file} {}", drill.flaw.as_deref().unwrap_or("says no time"))).met(false);
    };
    let about = drill.about.as_ref().map(|about| format!(" ({about})")).unwrap_or_default();
    if time.duration_since(at) > CLOCK_TOLERANCE.signed() {
        return expectation.got(format!("one dated in the future, {time}{about}")).met(false);
    }
    let age = Period::between(time, at);
    let expectation = expectation.bound("<=", seconds(longest), Some(seconds(age).into()), "s");
    match drill.ok {
        true => expectation.got(format!("a good one {age} ago{about}")).met(age <= longest),
        false => expectation.got(format!("one that failed, {age} ago{about}")).met(false),
    }
}

fn seconds(period: Period) -> u64 {
    period.get().as_secs()
}
