//! The sandbox of this process: created when it is first asked for, deleted in the end.
//!
//! It goes by its name, which is known before there is a sandbox: so none is lost whose creation was cut off.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use daytona_sdk::{CreateSandboxParams, Daytona, Error, ErrorKind, Sandbox};
use flue_runtime::{
    Operation, SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions, async_trait,
};
use tokio::sync::Mutex;

use crate::sandboxes::daytona::daytona;

/// Minutes without a call after which Daytona stops the sandbox. The next call starts it again, with its files.
const IDLE: u32 = 30;

/// Minutes after which Daytona deletes a sandbox that has stopped: one whose process was killed, and one that is kept.
const DAY: i32 = 24 * 60;
const WEEK: i32 = 7 * DAY;

/// Between the tries to delete the sandbox.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

#[derive(Clone)]
pub(crate) struct Lease {
    client: Daytona,
    name: String,
    params: CreateSandboxParams,
    end: End,
    /// Whether a sandbox was asked for; held while one is on its way.
    asked: Arc<Mutex<bool>>,
}

/// What becomes of the sandbox in the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Delete,
    Keep,
}

impl Lease {
    /// A new sandbox, which is gone afterwards.
    pub(crate) fn of_its_own(client: Daytona, params: CreateSandboxParams) -> Self {
        // Differs from process to process, as the keys of maps do.
        let name = format!("mcp-{:016x}", RandomState::new().build_hasher().finish());
        Self::new(client, name, params.auto_delete_interval(DAY), End::Delete)
    }

    /// The sandbox of this name, which stays.
    pub(crate) fn kept(client: Daytona, name: String, params: CreateSandboxParams) -> Self {
        Self::new(client, name, params.auto_delete_interval(WEEK), End::Keep)
    }

    fn new(client: Daytona, name: String, params: CreateSandboxParams, end: End) -> Self {
        Self {
            client,
            params: params.auto_stop_interval(IDLE),
            name,
            end,
            asked: Arc::default(),
        }
    }

    /// Deletes the sandbox, if it is not to be kept. What fails is tried again: later there is nobody to do it.
    pub(crate) async fn end(&self) -> daytona_sdk::Result<()> {
        let asked = self.asked.lock().await;
        if !*asked || self.end == End::Keep {
            return Ok(());
        }
        for pause in PAUSES {
            if self.delete().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
        }
        self.delete().await
    }

    async fn delete(&self) -> daytona_sdk::Result<()> {
        let deletion = async { self.client.get(&self.name).await?.delete().await };
        match deletion.await {
            Err(error) if is_missing(&error) => Ok(()),
            outcome => outcome,
        }
    }

    async fn sandbox(&self) -> daytona_sdk::Result<Sandbox> {
        let mut asked = self.asked.lock().await;
        *asked = true;
        self.client
            .get_or_create(&self.name, self.params.clone())
            .await
    }
}

fn is_missing(error: &Error) -> bool {
    error.kind() == ErrorKind::SandboxNotFound
}

#[async_trait]
impl SandboxFactory for Lease {
    async fn create_session_env(
        &self,
        options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        let sandbox = self.sandbox().await.map_err(|error| {
            SandboxError::provider(Operation::CreateSessionEnv, "Daytona", error)
        })?;
        daytona(sandbox).create_session_env(options).await
    }
}
