//! Tests cover enough of the code.

mod counterexamples;
mod judge;
mod lcov;
mod observe;
mod seen;
mod xml;

use self::seen::Covered;
use crate::{
    check::{Check, Touch, evidence::report_kind},
    model::{Percent, ProcessEnv},
};

report_kind! {
    /// Tests cover enough of the code of this release, by lcov, Cobertura or JaCoCo.
    ///
    /// Covered and all are added up over every file, and compared as counts: a rate that the file tells beside them must agree with them,
    /// and a rate alone proves nothing. Where nothing could be covered, none of it is known: 0 of 0 is no 100 %. Of lcov the sums (`LF`,
    /// `LH`) must agree with its lines, a source must stand there once, and the last one must end; of Cobertura the sums at its beginning
    /// count, else its lines.
    ///
    /// None of these formats names a commit: write `unbound: accepted` with a `max-age`, and let the pipeline that makes the file run
    /// this check.
    ///
    /// Not seen: code that the tool was told to leave out, and files that no test ever loaded, where the tool lists only those. Unknown
    /// is a file that is cut off, of another format, over 256 MiB, or with a document type of its own declarations.
    pub struct Coverage {
        /// The share of lines that must be covered: `80%`.
        pub lines: Option<Percent>,
        /// The share of branches.
        pub branches: Option<Percent>,
        /// The share of functions or methods; Cobertura does not tell it.
        pub functions: Option<Percent>,
    }
}

impl Coverage {
    fn contradiction(&self) -> Option<String> {
        let least = [self.lines, self.branches, self.functions];
        if least.iter().all(Option::is_none) {
            return Some("nothing is demanded: write `lines: 80%`, `branches` or `functions`".into());
        }
        if least.iter().flatten().any(|least| least.fraction() <= 0.0) {
            return Some("`0%` demands nothing: leave it out, or write more".into());
        }
        self.keys().contradiction::<Covered>()
    }
}

impl Check for Coverage {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        self.keys().touches()
    }
}
