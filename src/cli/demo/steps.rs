//! What happens in the demo, step by step: what is done, how it must end, and what is said of it.

use crate::model::Exit;

/// One step.
pub(super) struct Step {
    /// What it is about.
    pub(super) title: &'static str,
    /// What is said before it.
    pub(super) before: &'static str,
    /// What is done first.
    pub(super) does: Option<Does>,
    /// The commands, as they are typed after `gonogo`, and what each must exit with.
    pub(super) commands: &'static [(&'static str, Exit)],
    /// What came of it.
    pub(super) after: &'static str,
}

/// What is done before the commands.
#[derive(Clone, Copy)]
pub(super) enum Does {
    /// What is wrong with the shop is mended.
    Mend,
    /// The new version is rolled out.
    Release,
    /// A copy of the record is changed.
    Forge,
}

/// The way of a release.
pub(super) const STEPS: [Step; 9] = [
    Step {
        title: "May release 1.4.2 go to production?",
        before: "gonogo asks the shop, and looks at its settings, as the plan gonogo.yaml says.",
        does: None,
        commands: &[("verify --env prod --release 1.4.2", Exit::Red)],
        after: "NO-GO, for three reasons: production has the session secret of development, it\n\
                lets in the website on any developer's machine, and nobody works on its orders.\n\
                Each stands above with what was met, what was wanted, and how to mend it.\n\
                In a pipeline the exit code ends it here.",
    },
    Step {
        title: "Somebody mends it",
        before: "All three are lines of prod.env, which the shop reads at every request:",
        does: Some(Does::Mend),
        commands: &[],
        after: "",
    },
    Step {
        title: "May it go now?",
        before: "",
        does: None,
        commands: &[("verify --env prod --release 1.4.2", Exit::Go)],
        after: "GO, for the machine. The plan wants a person as well: see the line `Signed`.",
    },
    Step {
        title: "The gate, which a deploy job asks",
        before: "",
        does: None,
        commands: &[("gate --env prod --release 1.4.2", Exit::Hold)],
        after: "HOLD: nothing is red, but nobody answers for it yet. It says who is missing.",
    },
    Step {
        title: "Robin Reed, the release manager, signs",
        before: "With an SSH key; here it is a throw-away one. Without `--yes` gonogo asks first.",
        does: None,
        commands: &[
            ("sign --env prod --release 1.4.2 --as release-manager \\\n    --key keys/release-manager --yes", Exit::Go),
            ("gate --env prod --release 1.4.2", Exit::Go),
        ],
        after: "The gate is open: for this very report of this release, by this plan.",
    },
    Step {
        title: "The pipeline deploys, and puts it on record",
        before: "In real life one command asks the gate, rolls out, looks again and records it:\n\
                 `gonogo deploy --env prod -- ./roll-out`. Here, prod.env is the roll-out:",
        does: Some(Does::Release),
        commands: &[("deploy record --env prod --release 1.4.2 --status succeeded \\\n    --recorder-key keys/pipeline", Exit::Go)],
        after: "",
    },
    Step {
        title: "The report, for people",
        before: "",
        does: None,
        commands: &[("report --env prod --release 1.4.2 --quiet \\\n    --format html=report.html --format markdown=report.md", Exit::Go)],
        after: "Open it in a browser:\n{folder}/report.html",
    },
    Step {
        title: "The record, for whoever asks in a year",
        before: "",
        does: None,
        commands: &[("log --env prod", Exit::Go), ("log verify --env prod", Exit::Go)],
        after: "Every entry has the fingerprint of the one before it. So what happens if ...",
    },
    Step {
        title: "Somebody makes a GO of the first NO-GO",
        before: "In a copy of the record, with a few bytes:",
        does: Some(Does::Forge),
        commands: &[("log verify --env prod --ledger forged.db", Exit::Untrusted)],
        after: "It is found, and named. No gate opens by that record any more.",
    },
];

/// What to do next, in a project of one's own.
pub(super) const NEXT: &str = "Next, in your own project:
  gonogo init              # a first plan, from what the repository holds
  gonogo plan --env prod   # what would be asked of whom; sends nothing
  gonogo explain           # all that a plan can demand
";
