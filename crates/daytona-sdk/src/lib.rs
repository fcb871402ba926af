//! An async client of [Daytona](https://www.daytona.io)'s sandboxes: life cycle, files and commands.

mod client;
mod config;
mod create;
mod decode;
mod error;
mod file_info;
mod fs;
mod list;
mod multipart;
mod process;
mod refusal;
mod retry;
mod sandbox;
mod state;
mod tls;
mod transport;

pub use client::Daytona;
pub use config::{ApiKey, DaytonaConfig};
pub use create::{CreateSandboxParams, Resources, VolumeMount};
pub use error::{Error, ErrorKind, Result};
pub use file_info::FileInfo;
pub use fs::{DeleteFileOptions, FileDownload, FilePermissions, FileSystem, Match};
pub use list::{ListSandboxesQuery, SandboxStream};
pub use process::{ExecuteOptions, ExecuteResponse, Process};
pub use sandbox::{Sandbox, SandboxInfo};
pub use state::SandboxState;
