//! Agents: what they are made of, and how their sandbox is prepared.
//!
//! The loop that talks to a model is not here; it gets a [`Harness`].

use std::fmt;
use std::sync::Arc;

use crate::session::scope_session_env;
use crate::{SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions};

/// Defines an agent. `define` is called anew for every [`Agent::init`].
pub fn define_agent<F>(define: F) -> Agent
where
    F: Fn() -> AgentDefinition + Send + Sync + 'static,
{
    Agent {
        define: Arc::new(define),
    }
}

/// What an agent is made of.
#[derive(Clone)]
pub struct AgentDefinition {
    model: String,
    sandbox: Option<Arc<dyn SandboxFactory>>,
    cwd: Option<String>,
}

impl AgentDefinition {
    /// An agent with the model of this name, such as `anthropic/claude-sonnet-4-6`, and no sandbox.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            sandbox: None,
            cwd: None,
        }
    }

    /// The same agent with a sandbox to work in.
    #[must_use]
    pub fn sandbox(mut self, factory: impl SandboxFactory + 'static) -> Self {
        self.sandbox = Some(Arc::new(factory));
        self
    }

    /// The same agent in a narrower working directory, seen from the base directory of its sandbox. An empty one is
    /// none.
    #[must_use]
    pub fn cwd(mut self, cwd: impl Into<String>) -> Self {
        self.cwd = Some(cwd.into()).filter(|cwd| !cwd.is_empty());
        self
    }
}

impl fmt::Debug for AgentDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("AgentDefinition");
        debug
            .field("model", &self.model)
            .field("has_sandbox", &self.sandbox.is_some())
            .field("cwd", &self.cwd);
        debug.finish()
    }
}

/// An agent that can be brought to life any number of times.
#[derive(Clone)]
pub struct Agent {
    define: Arc<dyn Fn() -> AgentDefinition + Send + Sync>,
}

impl Agent {
    /// Brings the agent to life as the instance `id`: asks its factory for an environment, and resolves `cwd` once,
    /// against the base directory that the adapter gave. Whether that directory exists is not looked at.
    ///
    /// # Errors
    ///
    /// When the factory cannot make an environment.
    pub async fn init(&self, id: impl Into<String>) -> Result<Harness, SandboxError> {
        let AgentDefinition {
            model,
            sandbox,
            cwd,
        } = (self.define)();
        let Some(sandbox) = sandbox else {
            return Ok(Harness { model, env: None });
        };
        let base = sandbox
            .create_session_env(SessionEnvOptions::new(id))
            .await?;
        let env = match cwd {
            Some(cwd) => scope_session_env(base, &cwd),
            None => base,
        };
        Ok(Harness {
            model,
            env: Some(env),
        })
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent").finish_non_exhaustive()
    }
}

/// An agent that is ready to work.
#[derive(Clone)]
pub struct Harness {
    model: String,
    env: Option<Arc<dyn SessionEnv>>,
}

impl Harness {
    /// The name of the model.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Where the agent works; none if it has no sandbox.
    pub fn env(&self) -> Option<&Arc<dyn SessionEnv>> {
        self.env.as_ref()
    }

    /// The same agent for a task in a narrower working directory, seen from this one's.
    #[must_use]
    pub fn scoped(&self, cwd: &str) -> Self {
        let env = self.env.clone().map(|env| {
            if cwd.is_empty() {
                env
            } else {
                scope_session_env(env, cwd)
            }
        });
        Self {
            model: self.model.clone(),
            env,
        }
    }
}

impl fmt::Debug for Harness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cwd = self.env.as_ref().map(|env| env.cwd());
        f.debug_struct("Harness")
            .field("model", &self.model)
            .field("cwd", &cwd)
            .finish()
    }
}
