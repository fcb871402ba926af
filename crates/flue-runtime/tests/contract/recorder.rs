//! A provider that does nothing but remember what it was asked.

use std::io::ErrorKind;
use std::sync::{Arc, Mutex};

use flue_runtime::{
    ExecOptions, FileStat, MkdirOptions, RmOptions, SandboxApi, SandboxError, SandboxFactory,
    SessionEnv, SessionEnvOptions, ShellResult, async_trait, create_sandbox_session_env,
};

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
}

impl Recorder {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// The first writes fail with these kinds.
    pub(crate) fn failing_writes(kinds: &[ErrorKind]) -> Arc<Self> {
        let failures = kinds
            .iter()
            .rev()
            .map(|kind| Err(failure("write_file", *kind)));
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

    pub(crate) fn env(self: &Arc<Self>, cwd: &str) -> Arc<dyn SessionEnv> {
        create_sandbox_session_env(Arc::clone(self), cwd)
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    fn note(&self, call: Call) {
        self.calls.lock().unwrap().push(call);
    }
}

pub(crate) fn failure(operation: &'static str, kind: ErrorKind) -> SandboxError {
    SandboxError::File {
        operation,
        path: "/somewhere".to_owned(),
        kind,
        source: None,
    }
}

#[async_trait]
impl SandboxApi for Recorder {
    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        self.note(Call::ReadFile(path.to_owned()));
        Ok("text".to_owned())
    }

    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        self.note(Call::ReadFileBuffer(path.to_owned()));
        Ok(vec![0, 255])
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        self.note(Call::WriteFile(path.to_owned(), content.to_vec()));
        self.writes.lock().unwrap().pop().unwrap_or(Ok(()))
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        self.note(Call::Stat(path.to_owned()));
        Ok(FileStat::default())
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        self.note(Call::Readdir(path.to_owned()));
        Ok(vec!["entry".to_owned()])
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        self.note(Call::Exists(path.to_owned()));
        Ok(true)
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        self.note(Call::Mkdir(path.to_owned(), options));
        if self.refuses_mkdir {
            return Err(failure("mkdir", ErrorKind::PermissionDenied));
        }
        Ok(())
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        self.note(Call::Rm(path.to_owned(), options));
        Ok(())
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        self.note(Call::Exec(command.to_owned(), options));
        Ok(ShellResult::default())
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
