//! The team's plan in a git repository: commits by these people, and a remote that has the protected branch.

use super::{House, shell};

/// The branch of the remote, as the gate is told it.
pub(crate) const PROTECTED: [&str; 2] = ["--policy-from", "refs/remotes/origin/main"];

impl House {
    /// Runs git in the plan's folder with nobody's settings; what it said.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_as("lead@example.com", arguments)
    }

    /// The same with this address for author and committer, who has no other name.
    #[track_caller]
    pub(crate) fn git_as(&self, address: &str, arguments: &[&str]) -> String {
        let (name, email) = (format!("user.name={address}"), format!("user.email={address}"));
        let quiet = ["-c", &name, "-c", &email, "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"];
        let (ok, said) = shell(&self.gonogo.path("."), "git", &[&quiet[..], arguments].concat());
        assert!(ok, "git {arguments:?}: {said}");
        said.trim().to_owned()
    }

    /// The plan and the signers as they stand, in a commit of a new repository.
    pub(crate) fn repository(self) -> Self {
        self.git(&["init", "-q"]);
        self.git(&["add", "gonogo.yaml", "signers"]);
        self.git(&["commit", "-q", "-m", "the plan"]);
        self
    }

    /// The same, and its `main` on a remote called `origin`.
    pub(crate) fn published(self) -> Self {
        let house = self.repository();
        let remote =
            house.keys.path().join(format!("{}.git", house.gonogo.path(".").parent().expect("a folder").display()).replace('/', "-"));
        let remote = remote.display().to_string();
        house.git(&["init", "-q", "--bare", &remote]);
        house.git(&["remote", "add", "origin", &remote]);
        house.git(&["push", "-q", "origin", "main"]);
        house
    }

    /// A file committed by this person; the commit's id.
    #[track_caller]
    pub(crate) fn commit(&self, address: &str, file: &str) -> String {
        self.write(file, address);
        self.git(&["add", file]);
        self.git_as(address, &["commit", "-q", "-m", file]);
        self.git(&["rev-parse", "HEAD"])
    }
}
