//! Ends a call whose sandbox has died, instead of waiting for ever.
//!
//! A provider's client may wait hours for an answer. While it does, the guard asks the adapter how the sandbox is.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::{DeathReason, Operation, SandboxApi, SandboxError};

/// How a sandbox is, as far as its provider tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Liveness {
    /// It works, or it cannot be told: an unknown state and a failed look count as alive.
    Alive,
    /// It has stopped and will not answer.
    Stopped,
}

/// How often the guard looks, and how long it waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LivenessPolicy {
    /// The time between two looks, and before the first, so that a quick call costs none.
    pub interval: Duration,
    /// The time without an answer after which the sandbox counts as dead.
    pub silence: Duration,
}

impl LivenessPolicy {
    /// Every 5 s, each for at most 10 s.
    #[must_use]
    pub fn new() -> Self {
        Self {
            interval: Duration::from_secs(5),
            silence: Duration::from_secs(10),
        }
    }

    /// The same with another time between two looks; [`Duration::MAX`] is never.
    #[must_use]
    pub fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// The same with another time without an answer; [`Duration::MAX`] is for ever.
    #[must_use]
    pub fn with_silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }
}

impl Default for LivenessPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// Waits for `call` as long as the sandbox of `api` lives; there is no overall deadline.
///
/// [`create_sandbox_session_env`](crate::create_sandbox_session_env) does this for every method of `api`. For what a
/// factory asks before that.
///
/// # Errors
///
/// What `call` comes to, told as a failure of `operation`, or [`SandboxError::SandboxDied`], in which case `call` is
/// dropped.
///
/// # Panics
///
/// Outside a tokio runtime with its timer enabled.
pub async fn guard<T>(
    operation: Operation,
    api: &(impl SandboxApi + ?Sized),
    call: impl Future<Output = Result<T, SandboxError>>,
) -> Result<T, SandboxError> {
    let mut call = pin!(call);
    let mut death = pin!(death(api));
    poll_fn(|context| {
        // The call first: what it came to counts, even if the sandbox died at the same moment.
        if let Poll::Ready(result) = call.as_mut().poll(context) {
            return Poll::Ready(result.map_err(|error| error.during(operation)));
        }
        let death = death.as_mut().poll(context);
        death.map(|reason| Err(SandboxError::died(operation, reason)))
    })
    .await
}

async fn death(api: &(impl SandboxApi + ?Sized)) -> DeathReason {
    let LivenessPolicy { interval, silence } = api.liveness_policy();
    loop {
        tokio::time::sleep(interval).await;
        match tokio::time::timeout(silence, api.liveness()).await {
            Ok(Liveness::Alive) => {}
            Ok(Liveness::Stopped) => return DeathReason::Stopped,
            Err(_) => return DeathReason::ProbeSilent,
        }
    }
}
