//! Tests ran, and none failed.

mod counterexamples;
mod ctrf;
mod judge;
mod junit;
mod observe;
mod seen;
mod tap;

use self::seen::{Most, Tests};
use crate::{
    check::{Check, OneOrMore, Touch, demand::Text, evidence::report_kind},
    model::ProcessEnv,
};

report_kind! {
    /// Tests ran and none failed, by the report that the test runner wrote for this release: JUnit XML, CTRF or TAP.
    ///
    /// What stands there counts, not what a summary says: each `testcase` of JUnit with a `failure` or `error` in it is a failed one,
    /// at whatever depth of suites; so is a test of CTRF with the status `failed`, and a `not ok` of TAP without `TODO`. A summary that
    /// tells of more tests or failures than stand there makes it unknown, as does a status, or an element beside the tests, that is
    /// not known. A test that failed and then passed (`flakyFailure`, `flaky`) has passed and is shown; what did not run is skipped. Of
    /// TAP the outer tests count; a missing or unkept plan (`1..N`) is no pass.
    ///
    /// The report must be of this release: a commit in a property of JUnit (`commit`, `git.commit`, `GIT_COMMIT`, …), in CTRF's
    /// `environment.commit`, or a digest there. Else it is unknown, unless `unbound` says otherwise.
    ///
    /// Not seen: tests that nobody wrote, or that a filter left out: `min-tests` and `passed` say what must have run. Unknown is a file
    /// that is cut off, of another format (the report says of which), over 256 MiB, nested over 128 deep, or with a tag over 1 MiB.
    pub struct TestReport {
        /// How many tests must have run; skipped ones have not. Default: 1.
        pub min_tests: Option<u64>,
        /// How many may have been skipped: a number, or a share of all as `5%`. Default: any; they are shown.
        pub max_skipped: Option<Most>,
        /// How many may have passed only after a retry: a number, or a share of all. Default: any; they are shown.
        pub max_flaky: Option<Most>,
        /// Suites, classes or tests, by their whole name, that must have run and passed.
        pub passed: Option<OneOrMore<Text>>,
    }
}

impl TestReport {
    fn contradiction(&self) -> Option<String> {
        if self.min_tests == Some(0) {
            return Some("`min-tests: 0` demands nothing: leave it out, and one must have run".into());
        }
        self.keys().contradiction::<Tests>()
    }

    fn names(&self) -> Vec<String> {
        self.passed.iter().flat_map(|names| names.iter()).map(|name| name.as_str().to_owned()).collect()
    }
}

impl Check for TestReport {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        self.keys().touches()
    }
}
