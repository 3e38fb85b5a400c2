//! Whether what was said of one release bears on another question: a yes must name it, a no is hard to shake off.

use super::Label;
use crate::model::{Act, Release, Report};

/// Which release is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRelease {
    /// The plan's project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The release: everything that flags, git or the CI name.
    pub release: Release,
}

/// How a no bears on the release that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearing {
    /// They share a name, and nothing sets them apart.
    Same,
    /// Nothing they name can be compared.
    Doubtful,
    /// It is about something else.
    Apart,
}

impl AskedRelease {
    /// That of a report.
    pub fn of(report: &Report) -> Self {
        let Report { project, environment, release, .. } = report;
        Self { project: project.clone(), environment: environment.clone(), release: release.clone() }
    }

    /// How people name it.
    pub fn name(&self) -> String {
        self.release.name().unwrap_or_else(|| "the release".into())
    }

    /// The project and the environment.
    pub fn place(&self) -> (&str, &str) {
        (&self.project, &self.environment)
    }

    /// Whether what an entry with this label says can bear on this, or names one thing alike.
    pub fn touches(&self, label: &Label) -> bool {
        let Label { version, commit, artifact, .. } = label;
        let pairs = self.beside([version, commit, artifact]);
        bearing(&pairs) != Bearing::Apart || share_a_name(&pairs)
    }

    /// Whether whoever rules on this may have to read an entry with this label: one of another environment or a look at, or a
    /// word on, another release need not be there whole.
    pub(super) fn may_rest_on(&self, label: &Label) -> bool {
        let act = label.act.as_str();
        let of_another = [Act::RUN, Act::SIGN_OFF].contains(&act) && !self.touches(label);
        !label.is_known() || act == Act::REPAIR || (label.is_of(self.place()) && !of_another)
    }

    /// Whether a yes about `said` is one about this: it names every commit and artifact that is asked about, no other
    /// version, and at least one of the names.
    /// The error is a clause for after "the run …".
    pub fn covered(&self, said: &Release) -> Result<(), String> {
        let asked = &self.release;
        for (what, asked, said) in [("commit", &asked.commit, &said.commit), ("artifact", &asked.artifact, &said.artifact)] {
            match (asked, said) {
                (Some(asked), None) => return Err(format!("names no {what}, and {asked} is asked about")),
                (Some(asked), Some(said)) if asked != said => return Err(format!("is about the {what} {said}, not {asked}")),
                _ => {}
            }
        }
        match (&asked.version, &said.version) {
            (Some(asked), Some(said)) if asked != said => return Err(format!("is about the version {said}, not {asked}")),
            _ => {}
        }
        if self.shares_a_name(said) { Ok(()) } else { Err("names nothing that is asked about".into()) }
    }

    /// Whether both name one thing alike, whatever else they name.
    pub fn shares_a_name(&self, said: &Release) -> bool {
        share_a_name(&self.beside([&said.version, &said.commit, &said.artifact]))
    }

    /// How a no about `said` bears on this. Only a differing commit or artifact sets it apart, and the version only where
    /// neither side names either: a label is changed in a moment. Of a commit the beginning may be named.
    pub fn bearing(&self, said: &Release) -> Bearing {
        bearing(&self.beside([&said.version, &said.commit, &said.artifact]))
    }

    /// Version, commit and artifact of both.
    fn beside<'r>(&'r self, [version, commit, artifact]: [&'r Option<String>; 3]) -> Pairs<'r> {
        let asked = &self.release;
        [(&asked.version, version), (&asked.commit, commit), (&asked.artifact, artifact)]
    }
}

type Pairs<'r> = [(&'r Option<String>, &'r Option<String>); 3];

fn share_a_name(pairs: &Pairs<'_>) -> bool {
    pairs.iter().any(|(a, b)| a.is_some() && a == b)
}

fn bearing(pairs: &Pairs<'_>) -> Bearing {
    let differ = |(a, b): (&Option<String>, &Option<String>)| a.is_some() && b.is_some() && a != b;
    let [version, commit, artifact] = *pairs;
    let nameless = [commit, artifact].iter().all(|(a, b)| a.is_none() && b.is_none());
    // An id that was cut short may be that of the same commit.
    let begins = |a: &str, b: &str| a.len() <= b.len() && b.is_char_boundary(a.len()) && a.eq_ignore_ascii_case(&b[..a.len()]);
    let one = |(a, b): (&Option<String>, &Option<String>)| a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| begins(a, b) || begins(b, a));
    if (differ(commit) && !one(commit)) || differ(artifact) || (nameless && differ(version)) {
        Bearing::Apart
    } else if share_a_name(pairs) {
        Bearing::Same
    } else {
        Bearing::Doubtful
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each part absent, the same, or another one: every combination of two releases.
    fn every() -> Vec<Release> {
        let values = |x: &str| [None, Some(format!("{x}1")), Some(format!("{x}2"))];
        let mut all = Vec::new();
        for version in values("v") {
            for commit in values("c") {
                for artifact in values("a") {
                    all.push(Release { version: version.clone(), commit: commit.clone(), artifact, ..Release::default() });
                }
            }
        }
        all
    }

    fn asked(release: Release) -> AskedRelease {
        AskedRelease { project: "shop".into(), environment: "prod".into(), release }
    }

    #[test]
    fn a_yes_names_what_is_asked_and_a_no_is_set_apart_by_what_differs() {
        for question in every() {
            for said in every() {
                let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
                let shared = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
                let (v, c, a) =
                    ((&question.version, &said.version), (&question.commit, &said.commit), (&question.artifact, &said.artifact));
                let yes = (c.0.is_none() || c.0 == c.1)
                    && (a.0.is_none() || a.0 == a.1)
                    && !differ(v.0, v.1)
                    && (shared(v.0, v.1) || shared(c.0, c.1) || shared(a.0, a.1));
                let asked = asked(question.clone());
                assert_eq!(asked.covered(&said).is_ok(), yes, "{question:?} {said:?}");
                let labels_alone = c == (&None, &None) && a == (&None, &None);
                let apart = differ(c.0, c.1) || differ(a.0, a.1) || (labels_alone && differ(v.0, v.1));
                assert_eq!(asked.bearing(&said) == Bearing::Apart, apart, "{question:?} {said:?}");
                let Release { version, commit, artifact, .. } = said.clone();
                let label = Label { version, commit, artifact, ..Label::default() };
                assert_eq!(asked.touches(&label), !apart || asked.shares_a_name(&said), "nothing that bears is passed over");
                // Whatever can be a yes can be a no.
                assert!(!yes || asked.bearing(&said) == Bearing::Same, "{question:?} {said:?}");
            }
        }
    }

    #[test]
    fn only_what_is_known_to_be_elsewhere_or_of_another_release_may_be_left_out() {
        let asked = asked(Release { version: Some("1.0".into()), commit: Some("c1".into()), ..Release::default() });
        for act in Act::WORDS.iter().copied().chain(["oath", ""]) {
            for (project, environment) in [("shop", "prod"), ("shop", "dev"), ("till", "prod")] {
                for commit in [None, Some("c1"), Some("c2")] {
                    let (commit, version) = (commit.map(str::to_owned), Some("2.0".to_owned()));
                    let apart = commit.as_deref() == Some("c2");
                    let label = Label {
                        act: act.into(),
                        project: project.into(),
                        environment: environment.into(),
                        version,
                        commit,
                        artifact: None,
                    };
                    let here = (project, environment) == ("shop", "prod");
                    let wanted = ["repair", "oath", ""].contains(&act) || (here && !(apart && ["run", "sign-off"].contains(&act)));
                    assert_eq!(asked.may_rest_on(&label), wanted, "{label:?}");
                }
            }
        }
    }

    #[test]
    fn a_no_under_another_label_is_in_doubt() {
        let named = |version: &str, commit: Option<&str>| Release {
            version: Some(version.into()),
            commit: commit.map(str::to_owned),
            ..Release::default()
        };
        assert_eq!(asked(named("1.0", Some("c1"))).bearing(&named("1.0-rc", None)), Bearing::Doubtful);
        assert_eq!(asked(named("1.0", Some("c1"))).bearing(&named("1.0-rc", Some("c1"))), Bearing::Same);
        assert_eq!(asked(named("1.0", None)).bearing(&named("1.1", None)), Bearing::Apart);
        assert_eq!(asked(named("1.0", Some("0a1b2c"))).bearing(&named("1.1", Some("0A1B"))), Bearing::Doubtful);
        assert_eq!(asked(named("1.0", Some("0a1b"))).bearing(&named("1.1", Some("0a1b2c"))), Bearing::Doubtful);
        assert_eq!(asked(named("1.0", Some("0a1b"))).bearing(&named("1.0", Some("0a1c2c"))), Bearing::Apart);
        assert!(asked(named("1.0", Some("c1"))).covered(&named("1.0", None)).is_err_and(|why| why.contains("names no commit")));
    }
}
