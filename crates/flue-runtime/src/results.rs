//! What the methods of the contract answer. What a provider does not tell is `None`, never invented.

use std::fs;
use std::time::SystemTime;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileStat {
    /// What it is, links followed.
    pub kind: FileKind,
    /// Whether the path itself is a link.
    pub is_symbolic_link: Option<bool>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// When the content last changed.
    pub mtime: Option<SystemTime>,
}

/// What something at a path can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// Neither: a device, a socket, a pipe.
    Other,
}

/// Of files that an adapter reaches through the system.
impl From<fs::FileType> for FileKind {
    fn from(found: fs::FileType) -> Self {
        if found.is_file() {
            Self::File
        } else if found.is_dir() {
            Self::Directory
        } else {
            Self::Other
        }
    }
}

impl FileStat {
    /// Something of this kind, of which nothing else is known yet.
    #[must_use]
    pub fn new(kind: FileKind) -> Self {
        Self {
            kind,
            is_symbolic_link: None,
            size: None,
            mtime: None,
        }
    }

    /// The same with what the provider tells about the path itself being a link.
    #[must_use]
    pub fn with_symbolic_link(mut self, is_symbolic_link: impl Into<Option<bool>>) -> Self {
        self.is_symbolic_link = is_symbolic_link.into();
        self
    }

    /// The same with what the provider tells about its size.
    #[must_use]
    pub fn with_size(mut self, size: impl Into<Option<u64>>) -> Self {
        self.size = size.into();
        self
    }

    /// The same with what the provider tells about when its content last changed.
    #[must_use]
    pub fn with_mtime(mut self, mtime: impl Into<Option<SystemTime>>) -> Self {
        self.mtime = mtime.into();
        self
    }

    /// Whether it is a regular file, links followed.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.kind == FileKind::File
    }

    /// Whether it is a folder, links followed.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.kind == FileKind::Directory
    }
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShellResult {
    /// What it wrote to its standard output, and to its standard error where the provider merges the two.
    pub stdout: String,
    /// What it wrote to its standard error, where the provider keeps it apart.
    pub stderr: String,
    /// The code with which the shell ended.
    pub exit_code: i32,
}

impl ShellResult {
    /// A command that ended with this code, and wrote nothing.
    #[must_use]
    pub fn new(exit_code: i32) -> Self {
        Self {
            stdout: String::new(),
            stderr: String::new(),
            exit_code,
        }
    }

    /// The same with what it wrote to its standard output.
    #[must_use]
    pub fn with_stdout(mut self, stdout: impl Into<String>) -> Self {
        self.stdout = stdout.into();
        self
    }

    /// The same with what it wrote to its standard error.
    #[must_use]
    pub fn with_stderr(mut self, stderr: impl Into<String>) -> Self {
        self.stderr = stderr.into();
        self
    }
}
