//! The figures as a table.

use std::{fmt::Write as _, fs, time::Duration};

use anyhow::Context as _;

use crate::{
    measure::Taken,
    scenario::{Goal, Measured, Scenario},
};

/// What the columns are.
pub(crate) fn head(runs: usize) -> String {
    format!(
        "median of {runs}, in turns; CPU is of the whole process, kernel included\n\n\
         {:<18} {:>9} {:>9} {:>6} {:>9} {:>9} {:>6} {:>9}  goal",
        "scenario", "wall", "bare", "ratio", "cpu", "bare", "ratio", "peak"
    )
}

/// One scenario's line.
pub(crate) fn row(scenario: &Scenario, measured: &Measured) -> String {
    let ours = &measured.gonogo;
    let bare = measured.bare.as_ref();
    format!(
        "{:<18} {:>9} {:>9} {:>6} {:>9} {:>9} {:>6} {:>9}  {}",
        scenario.name,
        time(ours.wall),
        bare.map_or("-".into(), |bare| time(bare.wall)),
        ratio(measured.ratio(|taken| taken.wall)),
        time(ours.cpu),
        bare.map_or("-".into(), |bare| time(bare.cpu)),
        ratio(measured.ratio(|taken| taken.cpu)),
        peak(ours),
        goal(scenario.goal, measured.meets(scenario.goal)),
    )
}

/// Puts the figures between the README's marks.
pub(crate) fn into_readme(runs: usize, rows: &[(&Scenario, Measured)]) -> anyhow::Result<()> {
    let (open, close) = ("<!-- speed -->\n", "<!-- /speed -->");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let mut readme = fs::read_to_string(file)?;
    let start = readme.find(open).context("the opening mark")? + open.len();
    let end = readme.find(close).context("the closing mark")?;
    readme.replace_range(start..end, &markdown(runs, rows));
    Ok(fs::write(file, readme)?)
}

fn markdown(runs: usize, rows: &[(&Scenario, Measured)]) -> String {
    let mut table = format!(
        "\nMedian of {runs}; CPU is of the whole process, kernel included; each ratio is to the bare client of the same run.\n\n\
         | Work | Wall | Ratio | CPU | Ratio | Peak | Goal |\n| --- | ---: | ---: | ---: | ---: | ---: | --- |\n"
    );
    for (scenario, measured) in rows {
        let ours = &measured.gonogo;
        let figures = [
            format!("`{}`", scenario.name),
            time(ours.wall),
            ratio(measured.ratio(|taken| taken.wall)),
            time(ours.cpu),
            ratio(measured.ratio(|taken| taken.cpu)),
            peak(ours),
            goal(scenario.goal, measured.meets(scenario.goal)),
        ];
        let _ = writeln!(table, "| {} |", figures.join(" | "));
    }
    table + "\n"
}

fn peak(taken: &Taken) -> String {
    format!("{:.1} MiB", taken.peak as f64 / 1024.0)
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
        Goal::CpuMillis(most) => format!("cpu at most {most} ms"),
        Goal::CpuMore(most) => format!("cpu at most {most:.0} ms more"),
    };
    format!("{wanted}, under 64 MiB: {}", if met { "met" } else { "MISSED" })
}
