//! The figures as a table.

use std::time::Duration;

use crate::scenario::{Goal, Measured, Scenario};

/// What the columns are.
pub(crate) fn head(runs: usize) -> String {
    format!(
        "median of {runs}, in turns; CPU is of the whole process, kernel included\n\n\
         {:<16} {:>9} {:>9} {:>6} {:>9} {:>9} {:>6} {:>9}  goal",
        "scenario", "wall", "bare", "ratio", "cpu", "bare", "ratio", "peak"
    )
}

/// One scenario's line.
pub(crate) fn row(scenario: &Scenario, measured: &Measured) -> String {
    let ours = &measured.gonogo;
    let bare = measured.bare.as_ref();
    format!(
        "{:<16} {:>9} {:>9} {:>6} {:>9} {:>9} {:>6} {:>9}  {}",
        scenario.name,
        time(ours.wall),
        bare.map_or("-".into(), |bare| time(bare.wall)),
        ratio(measured.ratio(|taken| taken.wall)),
        time(ours.cpu),
        bare.map_or("-".into(), |bare| time(bare.cpu)),
        ratio(measured.ratio(|taken| taken.cpu)),
        format!("{:.1} MiB", ours.peak as f64 / 1024.0),
        goal(scenario.goal, measured.meets(scenario.goal)),
    )
}

fn time(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 10.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or("-".into(), |ratio| format!("{ratio:.2}"))
}

fn goal(goal: Goal, met: bool) -> String {
    let wanted = match goal {
        Goal::Wall(most) => format!("wall at most {most:.2}"),
        Goal::Cpu(most) => format!("cpu at most {most:.2}"),
        Goal::Millis(most) => format!("wall at most {most:.0} ms"),
        Goal::CpuMillis(most) => format!("cpu at most {most:.0} ms"),
        Goal::CpuMore(most) => format!("cpu at most {most:.0} ms more"),
    };
    format!("{wanted}, under 64 MiB: {}", if met { "met" } else { "MISSED" })
}
