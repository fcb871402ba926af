//! A provider that does nothing but remember what it was asked.

use std::future::pending;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flue_runtime::{
    ExecOptions, FileKind, FileStat, Liveness, LivenessPolicy, MkdirOptions, Operation, RmOptions,
    SandboxApi, SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions, ShellResult,
    async_trait, create_sandbox_session_env,
};
use tokio::time::sleep;

/// One call, as the provider saw it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Call {
    ReadFile(String),
    ReadFileBuffer(String),
    WriteFile(String, Vec<u8>),
    Stat(String),
    Readdir(String),
    Exists(String),
    Mkdir(String, MkdirOptions),
    Rm(String, RmOptions),
    Exec(String, ExecOptions),
}

#[derive(Default)]
pub(crate) struct Recorder {
    calls: Mutex<Vec<Call>>,
    /// The results of the next writes; those after them succeed.
    writes: Mutex<Vec<Result<(), SandboxError>>>,
    refuses_mkdir: bool,
    /// Whether a method never ends.
    hangs: bool,
    /// How the sandbox is, answered one after the other, each after its time; the last one stays.
    liveness: Mutex<Vec<(Duration, Liveness)>>,
    asked: AtomicUsize,
    policy: LivenessPolicy,
}

impl Recorder {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// The first writes fail with these kinds.
    pub(crate) fn failing_writes(kinds: &[ErrorKind]) -> Arc<Self> {
        let failures = kinds.iter().rev().map(|kind| Err(failure(*kind)));
        Arc::new(Self {
            writes: Mutex::new(failures.collect()),
            ..Self::default()
        })
    }

    /// The first writes fail with these kinds, and no folder can be made.
    pub(crate) fn failing_writes_and_folders(kinds: &[ErrorKind]) -> Arc<Self> {
        let recorder = Arc::into_inner(Self::failing_writes(kinds)).unwrap();
        Arc::new(Self {
            refuses_mkdir: true,
            ..recorder
        })
    }

    /// Tells in turn how the sandbox is.
    pub(crate) fn of_liveness(answers: &[(Duration, Liveness)]) -> Arc<Self> {
        Self::of_liveness_by(LivenessPolicy::new(), answers)
    }

    /// The same, asked by another policy.
    pub(crate) fn of_liveness_by(
        policy: LivenessPolicy,
        answers: &[(Duration, Liveness)],
    ) -> Arc<Self> {
        Arc::new(Self {
            liveness: Mutex::new(answers.iter().rev().copied().collect()),
            policy,
            ..Self::default()
        })
    }

    /// Never ends a call, and tells in turn how the sandbox is.
    pub(crate) fn hanging(answers: &[(Duration, Liveness)]) -> Arc<Self> {
        let recorder = Arc::into_inner(Self::of_liveness(answers)).unwrap();
        Arc::new(Self {
            hangs: true,
            ..recorder
        })
    }

    pub(crate) fn env(self: &Arc<Self>, cwd: &str) -> Arc<dyn SessionEnv> {
        create_sandbox_session_env(Arc::clone(self), cwd)
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// How often it was asked how the sandbox is.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    async fn note(&self, call: Call) {
        self.calls.lock().unwrap().push(call);
        if self.hangs {
            pending::<()>().await;
        }
    }
}

/// A failure of what the adapter did for the method that was called.
fn failure(kind: ErrorKind) -> SandboxError {
    SandboxError::file(Operation::Stat, "/somewhere", kind)
}

#[async_trait]
impl SandboxApi for Recorder {
    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        self.note(Call::ReadFile(path.to_owned())).await;
        Ok("text".to_owned())
    }

    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        self.note(Call::ReadFileBuffer(path.to_owned())).await;
        Ok(vec![0, 255])
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        self.note(Call::WriteFile(path.to_owned(), content.to_vec()))
            .await;
        self.writes.lock().unwrap().pop().unwrap_or(Ok(()))
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        self.note(Call::Stat(path.to_owned())).await;
        Ok(FileStat::new(FileKind::File))
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        self.note(Call::Readdir(path.to_owned())).await;
        Ok(vec!["entry".to_owned()])
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        self.note(Call::Exists(path.to_owned())).await;
        Ok(true)
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        self.note(Call::Mkdir(path.to_owned(), options)).await;
        if self.refuses_mkdir {
            return Err(failure(ErrorKind::PermissionDenied));
        }
        Ok(())
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        self.note(Call::Rm(path.to_owned(), options)).await;
        Ok(())
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        self.note(Call::Exec(command.to_owned(), options)).await;
        Ok(ShellResult::new(0))
    }

    async fn liveness(&self) -> Liveness {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let (after, answer) = {
            let mut rest = self.liveness.lock().unwrap();
            match rest.len() {
                0 => (Duration::ZERO, Liveness::Alive),
                1 => rest[0],
                _ => rest.pop().unwrap(),
            }
        };
        sleep(after).await;
        answer
    }

    fn liveness_policy(&self) -> LivenessPolicy {
        self.policy
    }
}

/// Hands out environments over one recorder, and remembers for whom.
pub(crate) struct Factory {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) cwd: &'static str,
    pub(crate) ids: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl SandboxFactory for Factory {
    async fn create_session_env(
        &self,
        options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        self.ids.lock().unwrap().push(options.id);
        Ok(self.recorder.env(self.cwd))
    }
}
