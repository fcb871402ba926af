//! What a case works with: an environment in a fresh directory of its own.

use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use flue_runtime::{
    ExecOptions, MkdirOptions, RmOptions, SandboxError, SandboxFactory, SessionEnv,
    SessionEnvOptions, ShellResult, scope_session_env,
};

use crate::check::Outcome;
use crate::{Failure, Profile};

pub(crate) const PLAIN: MkdirOptions = MkdirOptions::new();
pub(crate) const WITH_PARENTS: MkdirOptions = MkdirOptions::recursive();
pub(crate) const ONE: RmOptions = RmOptions::new();
pub(crate) const TREE: RmOptions = RmOptions::recursive();

pub(crate) struct Bench<'a> {
    /// The environment, seen from the case's own directory.
    pub(crate) env: Arc<dyn SessionEnv>,
    /// The environment as the factory made it.
    pub(crate) base: Arc<dyn SessionEnv>,
    pub(crate) factory: &'a dyn SandboxFactory,
    pub(crate) profile: &'a Profile,
}

impl<'a> Bench<'a> {
    pub(crate) async fn prepare(
        factory: &'a dyn SandboxFactory,
        profile: &'a Profile,
    ) -> Outcome<Self> {
        let base = factory.create_session_env(session("conformance")).await?;
        let directory = format!("flue-conformance-{:016x}", random());
        base.mkdir(&directory, WITH_PARENTS).await?;
        Ok(Self {
            env: scope_session_env(Arc::clone(&base), &directory),
            base,
            factory,
            profile,
        })
    }

    /// Removes the directory. Whether that works is for the cases of `rm` to say.
    pub(crate) async fn clear(&self) {
        let _ = self.base.rm(self.env.cwd(), TREE).await;
    }

    /// The base directory in its shortest form.
    pub(crate) fn base_path(&self) -> String {
        let mut parts = Vec::new();
        for part in self.base.cwd().split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }

    /// The path of a file of the case's directory, relative to the base.
    pub(crate) fn below_the_base(&self, path: &str) -> Outcome<String> {
        let base = self.base_path();
        let path = self.env.resolve_path(path);
        match path.strip_prefix(base.trim_end_matches('/')) {
            Some(path) => Ok(path.trim_start_matches('/').to_owned()),
            None => Err(Failure::new(format!("`{path}` is not below `{base}`"))),
        }
    }

    /// A file to begin with.
    pub(crate) async fn give(&self, path: &str, content: impl AsRef<[u8]>) -> Outcome {
        Ok(self.env.write_file(path, content.as_ref()).await?)
    }

    /// A folder to begin with, and its parents.
    pub(crate) async fn give_folder(&self, path: &str) -> Outcome {
        Ok(self.env.mkdir(path, WITH_PARENTS).await?)
    }

    /// What a command of the case's directory comes to.
    pub(crate) async fn run(&self, command: &str) -> Outcome<ShellResult> {
        Ok(self.env.exec(command, ExecOptions::new()).await?)
    }

    /// What a command prints that must succeed: to prepare what no method can make, and to look past the adapter's
    /// methods for files.
    pub(crate) async fn shell(&self, command: &str) -> Outcome<String> {
        let result = self.run(command).await?;
        if result.exit_code == 0 {
            return Ok(result.stdout);
        }
        let reason = format!("`{command}` failed: {result:?}");
        Err(Failure::new(reason))
    }

    /// Demands that a shell's test succeeds, without the adapter's methods for files.
    pub(crate) async fn holds(&self, test: &str) -> Outcome {
        self.shell(test).await.map(drop)
    }

    /// The names in a folder, sorted.
    pub(crate) async fn names(&self, path: &str) -> Outcome<Vec<String>> {
        let mut names = self.env.readdir(path).await?;
        names.sort();
        Ok(names)
    }
}

pub(crate) fn session(id: &str) -> SessionEnvOptions {
    SessionEnvOptions::new(id)
}

pub(crate) fn within(timeout: Duration) -> ExecOptions {
    ExecOptions::new().with_timeout(timeout)
}

pub(crate) fn in_directory(cwd: impl Into<String>) -> ExecOptions {
    ExecOptions::new().with_cwd(cwd)
}

pub(crate) fn with_variable(name: &str, value: &str) -> ExecOptions {
    ExecOptions::new().with_env(name, value)
}

/// `text` as one word of a shell command.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

pub(crate) fn text_of(result: Result<ShellResult, SandboxError>) -> Outcome<String> {
    Ok(result?.stdout)
}

pub(crate) type Call<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Waits for all calls at once; the results are in the order of the calls.
pub(crate) async fn all_at_once<T>(mut calls: Vec<Call<'_, T>>) -> Vec<T> {
    let mut results = calls.iter().map(|_| None).collect::<Vec<_>>();
    std::future::poll_fn(|context| {
        for (call, result) in calls.iter_mut().zip(&mut results) {
            if result.is_some() {
                continue;
            }
            if let Poll::Ready(value) = call.as_mut().poll(context) {
                *result = Some(value);
            }
        }
        if results.iter().any(Option::is_none) {
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
    results.into_iter().flatten().collect()
}

/// Differs from call to call and from process to process, as the keys of maps do.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
