//! The factory of environments.

use std::path::Path;
use std::sync::Arc;

use flue_runtime::{SandboxFactory, SessionEnvOptions, async_trait};
use fluers_runtime::{RuntimeResult, Sandbox, SessionEnv};

use crate::FlueSessionEnv;
use crate::failure::failure;

/// Any Flue sandbox, for agents of the fluers harness.
pub struct FlueSandbox {
    name: String,
    factory: Arc<dyn SandboxFactory>,
}

impl FlueSandbox {
    /// Makes a fluers sandbox of what an adapter returns, such as `daytona(sandbox)`.
    ///
    /// `name` is for people, and the id under which `factory` is asked for an environment.
    pub fn new(name: impl Into<String>, factory: impl SandboxFactory + 'static) -> Self {
        Self {
            name: name.into(),
            factory: Arc::new(factory),
        }
    }
}

#[async_trait]
impl Sandbox for FlueSandbox {
    fn name(&self) -> &str {
        &self.name
    }

    /// Asks the factory for an environment and makes it a [`FlueSessionEnv`].
    ///
    /// The folder is ignored, as `LocalSandbox` does: callers name one of their own machine. For a session in a folder
    /// of the sandbox give [`FlueSessionEnv::open`] the environment of an agent with a `cwd`.
    async fn env_for(&self, _workdir: &Path) -> RuntimeResult<Arc<dyn SessionEnv>> {
        let options = SessionEnvOptions::new(&self.name);
        let env = self
            .factory
            .create_session_env(options)
            .await
            .map_err(failure)?;
        Ok(Arc::new(FlueSessionEnv::open(env).await?))
    }
}
