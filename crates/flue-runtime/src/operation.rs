//! The names of what can be asked of a sandbox.

use std::fmt;

/// What was asked of a sandbox: a method of [`crate::SandboxApi`], or of [`crate::SandboxFactory`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// [`crate::SandboxFactory::create_session_env`].
    CreateSessionEnv,
    /// [`crate::SandboxApi::read_file`].
    ReadFile,
    /// [`crate::SandboxApi::read_file_buffer`].
    ReadFileBuffer,
    /// [`crate::SandboxApi::write_file`].
    WriteFile,
    /// [`crate::SandboxApi::stat`].
    Stat,
    /// [`crate::SandboxApi::readdir`].
    Readdir,
    /// [`crate::SandboxApi::exists`].
    Exists,
    /// [`crate::SandboxApi::mkdir`].
    Mkdir,
    /// [`crate::SandboxApi::rm`].
    Rm,
    /// [`crate::SandboxApi::exec`].
    Exec,
}

impl Operation {
    /// The name of the method.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateSessionEnv => "create_session_env",
            Self::ReadFile => "read_file",
            Self::ReadFileBuffer => "read_file_buffer",
            Self::WriteFile => "write_file",
            Self::Stat => "stat",
            Self::Readdir => "readdir",
            Self::Exists => "exists",
            Self::Mkdir => "mkdir",
            Self::Rm => "rm",
            Self::Exec => "exec",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
