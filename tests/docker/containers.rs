//! Containers for the tests.

use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::RemoveContainerOptionsBuilder;

use crate::engine::Engine;

impl Engine {
    /// A running container, whose working directory is `/tmp`; the engine takes it along when it ends.
    pub(crate) async fn container(&self, user: &str) -> String {
        // A shell clears away what has ended.
        let hour = ["sh", "-c", "sleep 3600 & wait"];
        let container = ContainerCreateBody {
            image: Some("debian:stable-slim".to_owned()),
            cmd: Some(hour.map(str::to_owned).into()),
            user: Some(user.to_owned()),
            working_dir: Some("/tmp".to_owned()),
            host_config: Some(HostConfig {
                auto_remove: Some(true),
                network_mode: Some("none".to_owned()),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        };
        let created = self.client.create_container(None, container).await.unwrap();
        let started = self.client.start_container(&created.id, None).await;
        started.unwrap();
        created.id
    }

    /// Removes a container with all that runs in it.
    pub(crate) async fn remove(&self, container: &str) {
        let forced = RemoveContainerOptionsBuilder::new().force(true).build();
        let removed = self.client.remove_container(container, Some(forced)).await;
        removed.unwrap();
    }
}
