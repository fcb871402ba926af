//! The one environment of a server: opened when it is first needed, and again after it died.

use std::sync::Arc;

use flue_runtime::{Operation, SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions};
use tokio::sync::Mutex;

type Env = Arc<dyn SessionEnv>;

#[derive(Clone)]
pub(crate) struct Session {
    factory: Arc<dyn SandboxFactory>,
    id: String,
    env: Arc<Mutex<Option<Env>>>,
}

impl Session {
    pub(crate) fn new(factory: Arc<dyn SandboxFactory>, id: String) -> Self {
        Self {
            factory,
            id,
            env: Arc::default(),
        }
    }

    pub(crate) fn with_id(mut self, id: String) -> Self {
        self.id = id;
        self
    }

    /// The environment, opened if it is not.
    pub(crate) async fn env(&self) -> Result<Env, SandboxError> {
        let session = self.clone();
        // A task of its own: a call that is cancelled must not cut off the creation of a sandbox, whose name would be lost.
        let opening = tokio::spawn(async move { session.open().await });
        match opening.await {
            Ok(env) => env,
            Err(error) => Err(SandboxError::provider(
                Operation::CreateSessionEnv,
                "the adapter",
                error,
            )),
        }
    }

    async fn open(&self) -> Result<Env, SandboxError> {
        let mut env = self.env.lock().await;
        if let Some(env) = &*env {
            return Ok(Arc::clone(env));
        }
        let options = SessionEnvOptions::new(&self.id);
        let opened = self.factory.create_session_env(options).await?;
        Ok(Arc::clone(env.insert(opened)))
    }

    /// The environment, if it is open.
    pub(crate) async fn opened(&self) -> Option<Env> {
        self.env.lock().await.clone()
    }

    /// `dead` is not handed out again.
    pub(crate) async fn forget(&self, dead: &Env) {
        let mut env = self.env.lock().await;
        if env.as_ref().is_some_and(|env| Arc::ptr_eq(env, dead)) {
            *env = None;
        }
    }
}
