//! One run at a time in a project.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::bail;

/// Keeps other runs of the command out of a project until it is dropped.
#[derive(Debug)]
pub(crate) struct ProjectLock {
    _directory: Option<File>,
}

/// How long to wait for another run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// After this, the user is told.
    pub silent: Duration,
    /// After this, the run fails.
    pub at_most: Duration,
}

/// Between two attempts. The system can wait for a lock by itself, but not with an end.
const PAUSE: Duration = Duration::from_millis(20);

impl Patience {
    /// What `flue add --help` tells.
    pub(crate) const USUAL: Self = Self {
        silent: Duration::from_secs(1),
        at_most: Duration::from_secs(30),
    };
}

impl ProjectLock {
    /// Waits until no other run writes to the project at `root`, and calls `tell` when that takes long.
    ///
    /// Where directories cannot be locked, the checks around each write still keep one run from overwriting what another wrote.
    ///
    /// # Errors
    ///
    /// When another run is at work for longer than `patience` lasts.
    pub(crate) fn acquire(
        root: &Path,
        patience: Patience,
        tell: impl FnOnce(),
    ) -> anyhow::Result<Self> {
        let Ok(directory) = File::open(root) else {
            return Ok(Self { _directory: None });
        };
        let (start, mut tell) = (Instant::now(), Some(tell));
        loop {
            match directory.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(_)) => return Ok(Self { _directory: None }),
                Err(TryLockError::WouldBlock) => {}
            }
            let waited = start.elapsed();
            if waited >= patience.silent
                && let Some(tell) = tell.take()
            {
                tell();
            }
            if waited >= patience.at_most {
                bail!(
                    "another `flue` has been at work in `{}` for {} seconds; wait for it or end it, then run the command again",
                    root.display(),
                    patience.at_most.as_secs()
                );
            }
            thread::sleep(PAUSE);
        }
        Ok(Self {
            _directory: Some(directory),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acquire(root: &Path, patience: Patience) -> (bool, Option<String>) {
        let mut told = false;
        let lock = ProjectLock::acquire(root, patience, || told = true);
        (told, lock.err().map(|error| error.to_string()))
    }

    #[cfg(unix)]
    #[test]
    fn waiting_is_told_and_ends() {
        let project = tempfile::tempdir().unwrap();
        let impatient = Patience {
            silent: Duration::ZERO,
            at_most: Duration::ZERO,
        };
        let other = File::open(project.path()).unwrap();
        other.lock().unwrap();
        let (told, error) = acquire(project.path(), impatient);
        assert!(told);
        assert!(
            error
                .unwrap()
                .starts_with("another `flue` has been at work in")
        );
        other.unlock().unwrap();
        assert_eq!(acquire(project.path(), impatient), (false, None));
    }

    #[cfg(unix)]
    #[test]
    fn a_run_goes_on_when_the_other_has_ended() {
        let project = tempfile::tempdir().unwrap();
        let other = File::open(project.path()).unwrap();
        other.lock().unwrap();
        let patience = Patience {
            silent: Duration::ZERO,
            at_most: Duration::MAX,
        };
        // Whoever is told that it waits lets go.
        let lock = ProjectLock::acquire(project.path(), patience, || other.unlock().unwrap());
        assert!(lock.is_ok());
    }
}
