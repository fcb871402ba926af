//! A container of Docker or Podman.

use bollard::Docker;
use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::{CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder};
use flue_runtime::{Operation, SandboxError, SandboxFactory, async_trait};

use crate::lease::{End, Provider};
use crate::sandboxes::docker::docker;

/// Seconds after which a container ends by itself, and is removed then: one whose process was killed, and one that is kept.
const DAY: u32 = 24 * 60 * 60;
const WEEK: u32 = 7 * DAY;

/// The container of this name; one that is not there is made.
pub(crate) struct Container {
    pub(crate) client: Docker,
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) workdir: String,
    /// In seconds.
    pub(crate) life: u32,
}

/// The seconds for which a container lives that is to have this end.
pub(crate) fn life(end: End) -> u32 {
    match end {
        End::Delete => DAY,
        End::Keep => WEEK,
    }
}

impl Container {
    async fn start(&self, client: &Docker) -> Result<(), Error> {
        match client.inspect_container(&self.name, None).await {
            Err(error) if status(&error) == Some(404) => self.create(client).await?,
            found => drop(found?),
        }
        // Does nothing to one that runs.
        client.start_container(&self.name, None).await
    }

    async fn create(&self, client: &Docker) -> Result<(), Error> {
        let options = CreateContainerOptionsBuilder::new().name(&self.name);
        // The shell clears away what has ended.
        let life = format!("sleep {} & wait", self.life);
        let container = ContainerCreateBody {
            image: Some(self.image.clone()),
            working_dir: Some(self.workdir.clone()),
            cmd: Some(vec!["sh".to_owned(), "-c".to_owned(), life]),
            host_config: Some(HostConfig {
                auto_remove: Some(true),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        };
        let created = client.create_container(Some(options.build()), container);
        created.await.map(drop)
    }
}

#[async_trait]
impl Provider for Container {
    async fn open(&self) -> Result<Box<dyn SandboxFactory>, SandboxError> {
        let started = async {
            let client = self.client.clone().negotiate_version().await?;
            self.start(&client).await.map(|()| client)
        };
        let client = started.await.map_err(|error| {
            SandboxError::provider(Operation::CreateSessionEnv, "Docker", error)
        })?;
        Ok(Box::new(docker(client, self.name.clone())))
    }

    async fn delete(&self) -> anyhow::Result<()> {
        let forced = RemoveContainerOptionsBuilder::new().force(true).v(true);
        let removal = self
            .client
            .remove_container(&self.name, Some(forced.build()));
        match removal.await {
            Err(error) if status(&error) == Some(404) => Ok(()),
            outcome => Ok(outcome?),
        }
    }
}

/// What the engine answered, if it did.
fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}
