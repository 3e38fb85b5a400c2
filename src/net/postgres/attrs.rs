//! `target_session_attrs`: which of several servers will do. Source: libpq manual.

use super::{settings::Settings, trouble::TargetError};

/// What is demanded of the server behind a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum SessionAttrs {
    #[default]
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

impl SessionAttrs {
    pub(super) fn resolve(settings: &Settings) -> Result<Self, TargetError> {
        match settings.value("target_session_attrs") {
            None | Some("any") => Ok(Self::Any),
            Some("read-write") => Ok(Self::ReadWrite),
            Some("read-only") => Ok(Self::ReadOnly),
            Some("primary") => Ok(Self::Primary),
            Some("standby") => Ok(Self::Standby),
            Some("prefer-standby") => Ok(Self::PreferStandby),
            Some(_) => {
                let known = "`any`, `read-write`, `read-only`, `primary`, `standby` and `prefer-standby`";
                Err(TargetError::new(format!("`target_session_attrs` is one of {known}")))
            }
        }
    }

    /// Whether it asks for the server's own `default_transaction_read_only`, which a session must then not override.
    pub(super) fn asks_default(self) -> bool {
        matches!(self, Self::ReadWrite | Self::ReadOnly)
    }

    /// The rounds over the hosts: `prefer-standby` takes any server when there is no standby.
    pub(super) fn rounds(self) -> impl Iterator<Item = Self> {
        let prefers = self == Self::PreferStandby;
        [if prefers { Self::Standby } else { self }].into_iter().chain(prefers.then_some(Self::Any))
    }

    /// Why a server will not do; `None` when it will.
    pub(super) fn refuses(self, in_recovery: bool, read_only_by_default: bool) -> Option<&'static str> {
        match self {
            Self::Any | Self::PreferStandby => None,
            Self::ReadWrite if in_recovery => Some("is a standby, `read-write` is demanded"),
            Self::ReadWrite if read_only_by_default => Some("is read-only by default, `read-write` is demanded"),
            Self::ReadOnly if !in_recovery && !read_only_by_default => Some("takes writes, `read-only` is demanded"),
            Self::Primary if in_recovery => Some("is a standby, `primary` is demanded"),
            Self::Standby if !in_recovery => Some("is no standby, `standby` is demanded"),
            Self::ReadWrite | Self::ReadOnly | Self::Primary | Self::Standby => None,
        }
    }
}
