//! Ends a call whose sandbox has died, instead of waiting for ever.
//!
//! A provider's client may wait hours for an answer. While it does, the guard asks the provider how the sandbox is.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use async_trait::async_trait;

use crate::{DeathReason, SandboxError};

/// How a sandbox is, as far as its provider tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Liveness {
    /// It works, or it cannot be told: an unknown state and a failed look count as alive.
    Alive,
    /// It has stopped and will not answer.
    Stopped,
}

/// Asks a provider how a sandbox is.
#[async_trait]
pub trait LivenessProbe: Send + Sync {
    /// One look. It may take long; the guard bounds it.
    async fn probe(&self) -> Liveness;
}

/// How often the guard looks, and how long it waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LivenessPolicy {
    /// The time between two looks, and before the first, so that a quick call costs none.
    pub interval: Duration,
    /// The time without an answer after which the sandbox counts as dead.
    pub silence: Duration,
}

impl Default for LivenessPolicy {
    /// Every 5 s, each for at most 10 s.
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(5),
            silence: Duration::from_secs(10),
        }
    }
}

impl LivenessPolicy {
    /// Waits for `call` as long as `probe` finds the sandbox alive; there is no overall deadline.
    ///
    /// # Errors
    ///
    /// What `call` comes to, or [`SandboxError::SandboxDied`], in which case `call` is dropped.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with its timer enabled.
    pub async fn guard<T>(
        self,
        operation: &'static str,
        probe: &(impl LivenessProbe + ?Sized),
        call: impl Future<Output = Result<T, SandboxError>>,
    ) -> Result<T, SandboxError> {
        let mut call = pin!(call);
        let mut death = pin!(self.death(probe));
        std::future::poll_fn(|context| {
            // The call first: what it came to counts, even if the sandbox died at the same moment.
            if let std::task::Poll::Ready(result) = call.as_mut().poll(context) {
                return std::task::Poll::Ready(result);
            }
            death
                .as_mut()
                .poll(context)
                .map(|reason| Err(SandboxError::SandboxDied { operation, reason }))
        })
        .await
    }

    async fn death(self, probe: &(impl LivenessProbe + ?Sized)) -> DeathReason {
        loop {
            tokio::time::sleep(self.interval).await;
            match tokio::time::timeout(self.silence, probe.probe()).await {
                Ok(Liveness::Alive) => {}
                Ok(Liveness::Stopped) => return DeathReason::Stopped,
                Err(_) => return DeathReason::ProbeSilent,
            }
        }
    }
}

/// [`LivenessPolicy::guard`] with the default policy.
///
/// # Errors
///
/// As [`LivenessPolicy::guard`].
pub async fn guard<T>(
    operation: &'static str,
    probe: &(impl LivenessProbe + ?Sized),
    call: impl Future<Output = Result<T, SandboxError>>,
) -> Result<T, SandboxError> {
    LivenessPolicy::default()
        .guard(operation, probe, call)
        .await
}
