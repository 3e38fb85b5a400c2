//! The buckets of a histogram: how they are asked for, and what their ends are as numbers.

use crate::{
    net::prometheus::{Labels, Series},
    rollout::same_end,
};

/// The label that has the upper end of a bucket.
pub(super) const END: &str = "le";

/// Selects the buckets with these ends of the histogram that `selector` selects, and the one of all.
pub(super) fn selector(selector: &str, metric: &str, ends: &[f64]) -> String {
    let ends: Vec<String> = ends.iter().map(|end| spellings(*end)).collect();
    matching(selector, metric, &format!("{END}=~{:?},", [&ends[..], &["[+]?Inf".to_owned()]].concat().join("|")))
}

/// Selects all of its buckets.
pub(super) fn all(selector: &str, metric: &str) -> String {
    matching(selector, metric, "")
}

fn matching(selector: &str, metric: &str, matcher: &str) -> String {
    let text = selector.replacen(metric, &format!("{metric}_bucket"), 1);
    match text.split_once('{') {
        Some((name, rest)) => format!("{name}{{{matcher}{rest}"),
        None => format!("{text}{{{matcher}}}"),
    }
}

/// A pattern of the ways in which a number is written: `5`, `5.0`, `5e+00`.
fn spellings(number: f64) -> String {
    let zeros = |text: &str| match text.contains('.') {
        true => format!("{}0*", text.replace('.', "[.]")),
        false => format!("{text}([.]0*)?"),
    };
    let plain = zeros(&number.to_string());
    let scientific = format!("{number:e}");
    let Some((digits, power)) = scientific.split_once('e') else { return plain };
    let power = power.strip_prefix('-').map_or_else(|| format!("[+]?0*{power}"), |power| format!("-0*{power}"));
    format!("{plain}|{}[eE]{power}", zeros(digits))
}

/// The upper end of a bucket.
pub(super) fn end(labels: &Labels) -> Option<f64> {
    labels.0.get(END)?.parse().ok().filter(|end: &f64| !end.is_nan())
}

/// The ends of these buckets, with their values, the lowest first.
pub(super) fn ladder(series: &[Series]) -> Vec<(f64, f64)> {
    let mut ladder: Vec<(f64, f64)> = series.iter().filter_map(|one| Some((end(&one.labels)?, one.points.last()?.value))).collect();
    ladder.sort_by(|one, other| one.0.total_cmp(&other.0));
    ladder
}

/// What is in the bucket of all; without one nobody knows.
pub(super) fn total(ladder: &[(f64, f64)]) -> Option<f64> {
    ladder.last().filter(|(end, _)| end.is_infinite()).map(|(_, all)| *all)
}

/// What is above a bucket, where there is one with this end.
pub(super) fn above(ladder: &[(f64, f64)], end: f64) -> Option<f64> {
    let total = total(ladder)?;
    ladder.iter().find(|(known, _)| same_end(*known, end)).map(|(_, below)| total - below)
}

/// The end of the bucket that this part of all lies in; `None` where that has none.
pub(super) fn quantile(ladder: &[(f64, f64)], part: f64) -> Option<f64> {
    let total = total(ladder)?;
    ladder.iter().find(|(_, below)| *below >= part * total).map(|(end, _)| *end).filter(|end| end.is_finite())
}

/// Why no bucket ends at a limit.
pub(super) fn no_bucket(ladder: &[(f64, f64)], limit: f64) -> String {
    let ends = || ladder.iter().map(|(end, _)| *end).filter(|end| end.is_finite());
    let near: Vec<String> =
        [ends().rfind(|end| *end < limit), ends().find(|end| *end > limit)].iter().flatten().map(f64::to_string).collect();
    match near.is_empty() {
        true => format!("the limit {limit} is no bucket: there is none but that of all"),
        false => format!("the limit {limit} is no bucket: nearest {}", near.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buckets_are_selected_by_their_ends() {
        let ends = &[0.5];
        let matcher = "le=~\"0[.]50*|5([.]0*)?[eE]-0*1|[+]?Inf\",";
        for (from, to) in [
            ("x", format!("x_bucket{{{matcher}}}")),
            ("x{}", format!("x_bucket{{{matcher}}}")),
            ("x{a=\"b\"}", format!("x_bucket{{{matcher}a=\"b\"}}")),
            ("{__name__=\"x\",a=\"b\"}", format!("{{{matcher}__name__=\"x_bucket\",a=\"b\"}}")),
        ] {
            assert_eq!(selector(from, "x", ends), to);
        }
        assert_eq!(all("x{a=\"b\"}", "x"), "x_bucket{a=\"b\"}");
    }

    #[test]
    fn limits_that_are_no_bucket_are_told_with_the_nearest() {
        let ladder = [(5.0, 90.0), (10.0, 99.0), (f64::INFINITY, 100.0)];
        assert_eq!(no_bucket(&ladder, 7.0), "the limit 7 is no bucket: nearest 5, 10");
        assert_eq!(no_bucket(&ladder, 70.0), "the limit 70 is no bucket: nearest 10");
        assert_eq!(no_bucket(&ladder[2..], 7.0), "the limit 7 is no bucket: there is none but that of all");
        assert_eq!((above(&ladder, 5.0), above(&ladder, 7.0), above(&ladder[..2], 5.0)), (Some(10.0), None, None));
        assert_eq!((quantile(&ladder, 0.9), quantile(&ladder, 0.95), quantile(&ladder, 0.999)), (Some(5.0), Some(10.0), None));
    }
}
