//! A sandbox in Daytona.

use daytona_sdk::{CreateSandboxParams, Daytona, ErrorKind};
use flue_runtime::{Operation, SandboxError, SandboxFactory, async_trait};

use crate::lease::{End, Provider};
use crate::sandboxes::daytona::daytona;

/// Minutes without a call after which Daytona stops the sandbox. The next call starts it again, with its files.
const IDLE: u32 = 30;

/// Minutes after which Daytona deletes a sandbox that has stopped: one whose process was killed, and one that is kept.
const DAY: i32 = 24 * 60;
const WEEK: i32 = 7 * DAY;

pub(crate) struct DaytonaSandbox {
    client: Daytona,
    name: String,
    params: CreateSandboxParams,
}

impl DaytonaSandbox {
    /// The sandbox of this name; one that is not there is made with `params`.
    pub(crate) fn new(
        client: Daytona,
        name: String,
        params: CreateSandboxParams,
        end: End,
    ) -> Self {
        let life = match end {
            End::Delete => DAY,
            End::Keep => WEEK,
        };
        Self {
            client,
            name,
            params: params.auto_stop_interval(IDLE).auto_delete_interval(life),
        }
    }
}

#[async_trait]
impl Provider for DaytonaSandbox {
    async fn open(&self) -> Result<Box<dyn SandboxFactory>, SandboxError> {
        let params = self.params.clone();
        let sandbox = self.client.get_or_create(&self.name, params).await;
        let sandbox = sandbox.map_err(|error| {
            SandboxError::provider(Operation::CreateSessionEnv, "Daytona", error)
        })?;
        Ok(Box::new(daytona(sandbox)))
    }

    async fn delete(&self) -> anyhow::Result<()> {
        let deletion = async { self.client.get(&self.name).await?.delete().await };
        match deletion.await {
            Err(error) if error.kind() == ErrorKind::SandboxNotFound => Ok(()),
            outcome => Ok(outcome?),
        }
    }
}
