//! Tables that stand in files beside the code: one entry a line, under headings; lines that begin with `# ` are remarks.

/// A line `[name] about`, and what stands below it up to the next one. Before the first both are empty.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heading {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
}

/// Every entry of a table, with the heading it stands under.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = (Heading, &'static str)> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    let rows = lines.scan(Heading::default(), |heading, line| {
        let found = line.strip_prefix('[').and_then(|line| line.split_once(']'));
        if let Some((name, about)) = found {
            *heading = Heading { name, about: about.trim() };
        }
        Some(found.is_none().then_some((*heading, line)))
    });
    rows.flatten()
}

/// Every entry of a table of two columns, with a tab between.
pub(super) fn pairs(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(table).filter_map(|(_, line)| line.split_once('\t'))
}
