//! The states of a sandbox.

use crate::named::named;

named! {
    /// Where a sandbox is in its life.
    ///
    /// Daytona adds states now and then: one that this version does not know is [`SandboxState::Other`]
    /// and means nothing more than that.
    #[derive(Default)]
    pub enum SandboxState {
        /// Being made.
        Creating = "creating",
        /// Being brought back from a backup.
        Restoring = "restoring",
        /// Gone.
        Destroyed = "destroyed",
        /// On its way out.
        Destroying = "destroying",
        /// Running: the only state in which files and commands work.
        Started = "started",
        /// Not running; its files are kept.
        Stopped = "stopped",
        /// On its way up.
        Starting = "starting",
        /// On its way down.
        Stopping = "stopping",
        /// Broken; [`SandboxInfo::error_reason`](crate::SandboxInfo::error_reason) may say why.
        Error = "error",
        /// Its image could not be built.
        BuildFailed = "build_failed",
        /// Waiting for its image to be built.
        PendingBuild = "pending_build",
        /// Its image is being built.
        BuildingSnapshot = "building_snapshot",
        /// The API does not know, or does not say.
        #[default]
        Unknown = "unknown",
        /// Its snapshot is on the way to the machine that will run it.
        PullingSnapshot = "pulling_snapshot",
        /// Stopped, with its files in cold storage.
        Archived = "archived",
        /// On its way to cold storage.
        Archiving = "archiving",
        /// Getting other resources.
        Resizing = "resizing",
        /// Being saved as a snapshot.
        Snapshotting = "snapshotting",
        /// Being copied.
        Forking = "forking",
        /// Being frozen.
        Pausing = "pausing",
        /// Frozen, with its memory kept.
        Paused = "paused",
        /// Being thawed.
        Resuming = "resuming",
    }
}

#[cfg(test)]
mod tests {
    use super::SandboxState;

    #[test]
    fn a_state_has_the_name_that_the_api_gives_it() {
        let state = SandboxState::from("pulling_snapshot");
        assert_eq!(state, SandboxState::PullingSnapshot);
        assert_eq!(state.as_str(), "pulling_snapshot");
    }

    #[test]
    fn a_state_of_the_future_keeps_its_name() {
        let state = SandboxState::from("hibernating");
        assert_eq!(state, SandboxState::Other("hibernating".to_owned()));
        assert_eq!(state.to_string(), "hibernating");
    }
}
