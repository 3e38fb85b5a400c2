//! What a server can be asked: commands that read, and no others.

/// A question to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// `INFO`: the state of the server, as text.
    State,
    /// `CONFIG GET`, for one setting by its exact name.
    Setting(&'static str),
    /// `ACL WHOAMI`: who we are there. Redis 6.0 and later.
    WhoAmI,
    /// `CLUSTER INFO`: the state of the cluster, as a node of it sees it.
    Cluster,
}

impl Question {
    pub(super) fn words(self) -> Vec<&'static str> {
        match self {
            Self::State => vec!["INFO"],
            Self::Setting(name) => vec!["CONFIG", "GET", name],
            Self::WhoAmI => vec!["ACL", "WHOAMI"],
            Self::Cluster => vec!["CLUSTER", "INFO"],
        }
    }
}

impl std::fmt::Display for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words().join(" "))
    }
}
