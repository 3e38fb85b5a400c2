//! What can happen to one environment: a history before it is written down. Events name each other by id, so that one can
//! be taken away or moved and the others still say what they said.

/// The people: two of each role, somebody without one who may speak for others, CI, and somebody whose key nobody trusts.
pub(crate) const LEADS: [&str; 2] = ["ann", "bob"];
pub(crate) const SECURITY: [&str; 2] = ["bob", "cy"];
pub(crate) const DEPUTY: &str = "fay";
pub(crate) const RECORDER: &str = "ci";
pub(crate) const STRANGER: &str = "eve";

/// An event of a history.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Its name, which stays when others come and go.
    pub(crate) id: u32,
    /// When it came into the ledger, in minutes from now.
    pub(crate) recorded: i64,
    /// How many minutes before that it was said.
    pub(crate) lag: i64,
    /// Who signed it.
    pub(crate) by: Option<&'static str>,
    /// The newest event that whoever said it had seen; everything before it where that is not told.
    pub(crate) saw: Option<u32>,
    pub(crate) said: Said,
}

/// What an event says. Ids are of other events.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    Run(Looks),
    /// The looks of a run once more, all the same, so many minutes before they were recorded.
    Twin {
        of: u32,
        looked: i64,
    },
    /// A run's report, put on record again.
    Again {
        of: u32,
    },
    /// One report of two runs, in this order.
    Merged {
        of: [u32; 2],
    },
    SignOff {
        run: u32,
        named: Option<Named>,
        role: &'static str,
        person: &'static str,
        /// For whom, where not for themselves.
        deputy_of: Option<&'static str>,
        go: bool,
        true_words: bool,
    },
    Withdrawal {
        of: u32,
    },
    /// Who speaks for the principal, until so many minutes after it was recorded.
    Deputation {
        principal: &'static str,
        deputy: &'static str,
        role: &'static str,
        until: i64,
    },
    Waiver {
        words: u8,
        owner: &'static str,
        granted: i64,
    },
    Answer {
        yes: bool,
    },
    Emergency {
        release: Named,
        overdue: bool,
    },
    Review {
        of: u32,
    },
    Begun {
        release: Named,
        child: bool,
    },
    End {
        of: u32,
    },
    Wrote {
        release: Named,
        people: Vec<&'static str>,
    },
    /// Something in another environment.
    Elsewhere,
}

/// What a run saw.
#[derive(Debug, Clone)]
pub(crate) struct Looks {
    pub(crate) release: Named,
    /// So many minutes before it was recorded.
    pub(crate) looked: i64,
    pub(crate) door: Door,
    /// The answer it took.
    pub(crate) answer: Option<u32>,
    pub(crate) full: bool,
    /// Of another plan than the one of now.
    pub(crate) other_plan: bool,
    pub(crate) change: Option<Change>,
}

/// What git says of a release: who wrote it, which paths changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// `+` before a name makes it the committer's.
    pub(crate) people: Vec<&'static str>,
    pub(crate) paths: Option<Vec<&'static str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Shut,
    Open,
    Unseen,
    /// Open, under the accepted exception with these words.
    Accepted(u8),
}

/// A release by version, commit and artifact: 0 is not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// Who asks, by which policy.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) release: Named,
    /// Which roles must sign, and how often.
    pub(crate) require: &'static [(&'static str, u32)],
    pub(crate) independent: bool,
    pub(crate) committers_count: bool,
    pub(crate) signed_runs: bool,
    pub(crate) signed_waivers: bool,
    pub(crate) deployer: Option<&'static str>,
    /// As git says where the question is asked.
    pub(crate) change: Option<Change>,
    /// Whether `security` must sign for what it is concerned by only.
    pub(crate) conditional: bool,
    /// Whether anybody may speak for somebody who is absent.
    pub(crate) deputies: bool,
    /// When a release may be deployed and when none may, as in a plan.
    pub(crate) windows: &'static str,
    pub(crate) freeze: &'static str,
    /// Minutes later than the history's own now.
    pub(crate) later: i64,
}

impl Looks {
    /// Whether it is a whole run that saw nothing to stop for.
    pub(crate) fn is_green(&self) -> bool {
        !matches!(self.door, Door::Open | Door::Unseen) && self.answer.is_some() && self.full
    }
}

impl Event {
    pub(crate) fn is_yes(&self) -> bool {
        matches!(self.said, Said::SignOff { go: true, .. })
    }

    pub(crate) fn is_no(&self) -> bool {
        matches!(self.said, Said::SignOff { go: false, .. })
    }

    /// Whether it makes or records a report.
    pub(crate) fn is_run(&self) -> bool {
        matches!(self.said, Said::Run(_) | Said::Twin { .. } | Said::Again { .. } | Said::Merged { .. })
    }
}
