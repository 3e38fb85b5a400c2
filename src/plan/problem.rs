//! What is wrong with a plan, and where.

/// One problem of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether it stops a run.
    pub weight: Weight,
    /// The file, as the plan names it.
    pub file: String,
    /// Counted from 1; 0 where the problem has no place in the file.
    pub line: u64,
    /// Counted from 1, in characters.
    pub column: u64,
    /// What is wrong: a lowercase fragment, without the value of a variable.
    pub message: String,
    /// What to do next: "did you mean `severity`?".
    pub hint: Option<String>,
    /// `file:line:col`, the line shown and the place underlined, in plain text.
    pub shown: String,
}

/// Whether a problem stops a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The plan cannot be run: exit 2.
    Error,
    /// It can; `lint` says it and fails, `verify` notes it.
    Warning,
}
