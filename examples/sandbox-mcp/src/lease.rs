//! The sandbox of this process: made when it is first asked for, deleted in the end.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use flue_runtime::{SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions, async_trait};
use tokio::sync::Mutex;

/// Between the tries to delete the sandbox.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// Where a sandbox comes from. It goes by its name, which is known before there is a sandbox: so none is lost whose
/// creation was cut off.
#[async_trait]
pub(crate) trait Provider: Send + Sync {
    /// The sandbox, started: the one that there is, or a new one.
    async fn open(&self) -> Result<Box<dyn SandboxFactory>, SandboxError>;

    /// Deletes the sandbox with everything in it. There may be none.
    async fn delete(&self) -> anyhow::Result<()>;
}

/// What becomes of the sandbox in the end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Delete,
    Keep,
}

#[derive(Clone)]
pub(crate) struct Lease {
    provider: Arc<dyn Provider>,
    end: End,
    /// Whether a sandbox was asked for; held while one is on its way.
    asked: Arc<Mutex<bool>>,
}

impl Lease {
    pub(crate) fn new(provider: impl Provider + 'static, end: End) -> Self {
        Self {
            provider: Arc::new(provider),
            end,
            asked: Arc::default(),
        }
    }

    /// Deletes the sandbox, if it is not to be kept. What fails is tried again: later there is nobody to do it.
    pub(crate) async fn end(&self) -> anyhow::Result<()> {
        let asked = self.asked.lock().await;
        if !*asked || self.end == End::Keep {
            return Ok(());
        }
        for pause in PAUSES {
            if self.provider.delete().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
        }
        self.provider.delete().await
    }
}

#[async_trait]
impl SandboxFactory for Lease {
    async fn create_session_env(
        &self,
        options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        let sandbox = {
            let mut asked = self.asked.lock().await;
            *asked = true;
            self.provider.open().await?
        };
        sandbox.create_session_env(options).await
    }
}

/// The name of a sandbox for this process alone.
pub(crate) fn own_name() -> String {
    // Differs from process to process, as the keys of maps do.
    format!("mcp-{:016x}", RandomState::new().build_hasher().finish())
}
