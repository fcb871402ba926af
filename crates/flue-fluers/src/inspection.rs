//! What stands at a path, links not followed: the contract does not tell, so a script looks.

use std::io;

use flue_runtime::SessionEnv;
use fluers_runtime::{RuntimeError, RuntimeResult};

use crate::rel_path::RelPath;
use crate::script::LOOK;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Missing,
    /// A part of the path before the last is a file.
    BelowAFile,
    /// A folder on the way may not be entered.
    Closed,
    /// A part of the path, or all of it, is a symbolic link.
    Link,
    File {
        hard_links: u64,
        size: u64,
    },
    Folder,
    /// A device, a pipe, a socket.
    Special,
}

/// What stands at each of `paths`, in their order, with one command.
pub(crate) async fn look_at(env: &dyn SessionEnv, paths: &[RelPath]) -> RuntimeResult<Vec<Entry>> {
    let output = LOOK.run(env, paths.iter().map(RelPath::as_str)).await?;
    let entries = output.lines().map(parse).collect::<Option<Vec<_>>>();
    match entries {
        Some(entries) if entries.len() == paths.len() => Ok(entries),
        _ => Err(RuntimeError::Sandbox(format!(
            "the sandbox does not tell what its paths are: {output:?}"
        ))),
    }
}

/// What stands at `path`.
pub(crate) async fn look(env: &dyn SessionEnv, path: &RelPath) -> RuntimeResult<Entry> {
    let entries = look_at(env, std::slice::from_ref(path)).await?;
    Ok(entries[0])
}

fn parse(line: &str) -> Option<Entry> {
    let words = line.split(' ').collect::<Vec<_>>();
    Some(match words[..] {
        ["missing"] => Entry::Missing,
        ["below-a-file"] => Entry::BelowAFile,
        ["closed"] => Entry::Closed,
        ["link"] => Entry::Link,
        ["folder"] => Entry::Folder,
        ["special"] => Entry::Special,
        ["file", hard_links, size] => Entry::File {
            hard_links: hard_links.parse().ok()?,
            size: size.parse().ok()?,
        },
        _ => return None,
    })
}

impl Entry {
    /// The error of a call that cannot do its work with what stands at `path`.
    pub(crate) fn refusal(self, path: &RelPath) -> RuntimeError {
        let sandbox = |reason| RuntimeError::Sandbox(format!("{reason}: `{}`", path.as_str()));
        match self {
            Self::Missing => io_error(io::ErrorKind::NotFound, path),
            Self::BelowAFile => io_error(io::ErrorKind::NotADirectory, path),
            Self::Closed => io_error(io::ErrorKind::PermissionDenied, path),
            Self::Link => sandbox("symbolic links are not allowed in paths"),
            Self::File {
                hard_links: 2.., ..
            } => sandbox("files with several hard links are not allowed"),
            Self::File { .. } | Self::Folder | Self::Special => sandbox("not a regular file"),
        }
    }
}

/// What stands at `path` does not allow the call, in the words of the standard library.
pub(crate) fn io_error(kind: io::ErrorKind, path: &RelPath) -> RuntimeError {
    io::Error::new(kind, format!("{kind}: `{}`", path.as_str())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_answers_are_understood() {
        let file = Entry::File {
            hard_links: 1,
            size: 42,
        };
        assert_eq!(parse("file 1 42"), Some(file));
        assert_eq!(parse("link"), Some(Entry::Link));
        for line in ["", "file", "file  ", "file 1", "file 1 x", "folder ", "?"] {
            assert_eq!(parse(line), None, "{line:?}");
        }
    }
}
