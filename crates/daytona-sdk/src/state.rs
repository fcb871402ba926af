//! The states of a sandbox.

use std::fmt;

/// Where a sandbox is in its life.
///
/// Daytona adds states now and then: one that this version does not know is [`SandboxState::Other`]
/// and means nothing more than that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SandboxState {
    /// Being made.
    Creating,
    /// Being brought back from a backup.
    Restoring,
    /// Gone.
    Destroyed,
    /// On its way out.
    Destroying,
    /// Running: the only state in which files and commands work.
    Started,
    /// Not running; its files are kept.
    Stopped,
    /// On its way up.
    Starting,
    /// On its way down.
    Stopping,
    /// Broken; [`SandboxInfo::error_reason`](crate::SandboxInfo::error_reason) may say why.
    Error,
    /// Its image could not be built.
    BuildFailed,
    /// Waiting for its image to be built.
    PendingBuild,
    /// Its image is being built.
    BuildingSnapshot,
    /// The API does not know, or does not say.
    #[default]
    Unknown,
    /// Its snapshot is on the way to the machine that will run it.
    PullingSnapshot,
    /// Stopped, with its files in cold storage.
    Archived,
    /// On its way to cold storage.
    Archiving,
    /// Getting other resources.
    Resizing,
    /// Being saved as a snapshot.
    Snapshotting,
    /// Being copied.
    Forking,
    /// Being frozen.
    Pausing,
    /// Frozen, with its memory kept.
    Paused,
    /// Being thawed.
    Resuming,
    /// A state that this version does not know, as the API calls it.
    Other(String),
}

/// The states with the API's names for them.
const NAMES: [(SandboxState, &str); 22] = [
    (SandboxState::Creating, "creating"),
    (SandboxState::Restoring, "restoring"),
    (SandboxState::Destroyed, "destroyed"),
    (SandboxState::Destroying, "destroying"),
    (SandboxState::Started, "started"),
    (SandboxState::Stopped, "stopped"),
    (SandboxState::Starting, "starting"),
    (SandboxState::Stopping, "stopping"),
    (SandboxState::Error, "error"),
    (SandboxState::BuildFailed, "build_failed"),
    (SandboxState::PendingBuild, "pending_build"),
    (SandboxState::BuildingSnapshot, "building_snapshot"),
    (SandboxState::Unknown, "unknown"),
    (SandboxState::PullingSnapshot, "pulling_snapshot"),
    (SandboxState::Archived, "archived"),
    (SandboxState::Archiving, "archiving"),
    (SandboxState::Resizing, "resizing"),
    (SandboxState::Snapshotting, "snapshotting"),
    (SandboxState::Forking, "forking"),
    (SandboxState::Pausing, "pausing"),
    (SandboxState::Paused, "paused"),
    (SandboxState::Resuming, "resuming"),
];

impl SandboxState {
    /// The API's name of the state.
    pub fn as_str(&self) -> &str {
        if let Self::Other(name) = self {
            return name;
        }
        NAMES
            .iter()
            .find(|(state, _)| state == self)
            .map_or("unknown", |(_, name)| name)
    }
}

impl From<&str> for SandboxState {
    fn from(name: &str) -> Self {
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map_or_else(|| Self::Other(name.to_owned()), |(state, _)| state.clone())
    }
}

impl fmt::Display for SandboxState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, SandboxState};

    #[test]
    fn every_name_leads_to_its_state_and_back() {
        for (state, name) in &NAMES {
            assert_eq!(SandboxState::from(*name), *state);
            assert_eq!(state.as_str(), *name);
        }
    }

    #[test]
    fn a_state_of_the_future_keeps_its_name() {
        let state = SandboxState::from("hibernating");
        assert_eq!(state, SandboxState::Other("hibernating".to_owned()));
        assert_eq!(state.to_string(), "hibernating");
    }
}
