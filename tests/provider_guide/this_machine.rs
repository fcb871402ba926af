//! The SDK of a provider whose sandboxes are directories of this machine.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::TempDir;
use tokio::process::Command;

pub struct Sandbox {
    directory: TempDir,
}

impl Sandbox {
    pub fn create() -> io::Result<Self> {
        let directory = tempfile::tempdir()?;
        fs::create_dir(directory.path().join("work"))?;
        Ok(Self { directory })
    }

    pub fn working_directory(&self) -> String {
        self.directory.path().join("work").display().to_string()
    }

    /// Runs `script` in a process group of its own, and stops all of it when the caller has gone.
    pub async fn run(
        &self,
        script: &str,
        cwd: &str,
        env: impl IntoIterator<Item = (&String, &String)>,
    ) -> io::Result<Output> {
        if !fs::metadata(cwd)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let file = tempfile::NamedTempFile::new_in(self.directory.path())?;
        fs::write(file.path(), script)?;
        let mut shell = Command::new("sh");
        shell.arg(file.path()).current_dir(cwd).envs(env);
        shell.stdin(Stdio::null()).stdout(Stdio::piped());
        let shell = shell.stderr(Stdio::piped()).process_group(0).spawn()?;
        let group = Group(shell.id());
        let output = shell.wait_with_output().await?;
        std::mem::forget(group);
        Ok(output)
    }
}

/// The processes of a command, which end with this.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(id) = self.0 {
            let kill = format!("kill -9 -{id}");
            let _ = std::process::Command::new("sh").args(["-c", &kill]).status();
        }
    }
}

/// Refuses what the mode of a directory on the way refuses, also to the root user, whom the system lets through.
pub fn permitted(path: &str) -> io::Result<&Path> {
    let path = Path::new(path);
    for directory in path.ancestors() {
        let Ok(metadata) = fs::metadata(directory) else {
            continue;
        };
        if metadata.is_dir() && metadata.permissions().mode() & 0o111 == 0 {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
    }
    Ok(path)
}

pub fn list(path: &str) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(permitted(path)?)?;
    let names = entries.map(|entry| {
        let name = entry?.file_name();
        name.into_string()
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
    });
    names.collect()
}

pub fn create_directory(path: &str, with_parents: bool) -> io::Result<()> {
    fs::DirBuilder::new().recursive(with_parents).create(path)
}

pub fn remove(path: &str, with_content: bool) -> io::Result<()> {
    match (fs::symlink_metadata(path)?.is_dir(), with_content) {
        (false, _) => fs::remove_file(path),
        (true, true) => fs::remove_dir_all(path),
        (true, false) => Err(io::ErrorKind::IsADirectory.into()),
    }
}

/// Whether a shell takes `name` for a variable.
pub fn is_variable(name: &str) -> bool {
    let mut letters = name.chars();
    let first = letters.next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
