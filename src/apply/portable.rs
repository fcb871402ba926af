//! A directory where nothing can be opened below a handle: names are joined to its path.

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A directory.
#[derive(Debug)]
pub(super) struct Handle(PathBuf);

impl Handle {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        match fs::symlink_metadata(path)?.is_dir() {
            true => Ok(Self(path.to_owned())),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    pub(super) fn open_directory(&self, name: &str) -> io::Result<Self> {
        Self::open(&self.0.join(name))
    }

    pub(super) fn create_directory(&self, name: &str) -> io::Result<()> {
        fs::create_dir(self.0.join(name))
    }

    pub(super) fn remove_directory(&self, name: &str) -> io::Result<()> {
        fs::remove_dir(self.0.join(name))
    }

    pub(super) fn is(&self, other: &Self) -> io::Result<bool> {
        Ok(self.0 == other.0)
    }

    /// On Windows nobody else opens it while it is written.
    pub(super) fn create_file(&self, name: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(windows)]
        std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 0);
        options.open(self.0.join(name))
    }

    pub(super) fn open_file(&self, name: &str) -> io::Result<File> {
        let path = self.0.join(name);
        match fs::symlink_metadata(&path)?.is_file() {
            true => File::open(path),
            false => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    pub(super) fn open_to_write(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().write(true).open(self.0.join(name))
    }

    pub(super) fn remove_file(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    pub(super) fn link(&self, from: &str, to: &str) -> io::Result<()> {
        fs::hard_link(self.0.join(from), self.0.join(to))
    }

    pub(super) fn rename_to_free_name(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn exchange(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Directories cannot be opened to sync them.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn times(&self) -> io::Result<FileTimes> {
        Ok(FileTimes::new())
    }

    pub(super) fn set_times(&self, _: FileTimes) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn dress(file: &File, like: &File) -> io::Result<()> {
    file.set_permissions(like.metadata()?.permissions())
}

pub(super) fn is_no_regular_file(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::IsADirectory
}

/// Links of files that cannot have any fail in many ways; a name that is taken is not one of them.
pub(super) fn is_refused_link(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied
}
