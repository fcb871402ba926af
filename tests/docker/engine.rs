//! A container engine for the tests, and containers in it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use bollard::Docker;
use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::RemoveContainerOptionsBuilder;

/// An engine that `tests/engine/start` runs, or names; it ends with this value.
pub(crate) struct Engine {
    program: Child,
    pub(crate) address: String,
    pub(crate) client: Docker,
}

impl Engine {
    /// Panics where no engine can be had: the program has said why.
    pub(crate) fn start() -> Self {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/start");
        let program = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut program = program.unwrap();
        let mut address = String::new();
        let mut answer = BufReader::new(program.stdout.take().unwrap());
        answer.read_line(&mut address).unwrap();
        assert!(!address.is_empty(), "there is no container engine");
        address.truncate(address.trim_end().len());
        let client = Docker::connect_with_host(&address).unwrap();
        Self {
            program,
            address,
            client,
        }
    }

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

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.program.stdin.take());
        let _ = self.program.wait();
    }
}
