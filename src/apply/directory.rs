//! One directory of the project, held open: files are named from it, so that whatever is swapped on the way to it while the
//! command is at work, nothing is read or written elsewhere.
//!
//! The calls that a file system may lack are made of others here. Every call is a step of [`super::seam`].

#[cfg(unix)]
#[path = "unix.rs"]
mod system;

#[cfg(not(unix))]
#[path = "portable.rs"]
mod system;

use std::fs::{File, FileTimes};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::seam;
use system::Handle;

/// A directory, held open.
#[derive(Debug)]
pub(super) struct Directory {
    handle: Handle,
    times: FileTimes,
}

impl Directory {
    /// The directory at `path`, links followed.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        seam::before("open the root")?;
        Self::held(Handle::open(path)?)
    }

    /// The directory `name` in this one, and no link to one.
    pub(super) fn open_directory(&self, name: &str) -> io::Result<Self> {
        seam::before("open a directory")?;
        Self::held(self.handle.open_directory(name)?)
    }

    fn held(handle: Handle) -> io::Result<Self> {
        Ok(Self {
            times: handle.times()?,
            handle,
        })
    }

    pub(super) fn create_directory(&self, name: &str) -> io::Result<()> {
        seam::before("create a directory")?;
        self.handle.create_directory(name)
    }

    pub(super) fn remove_directory(&self, name: &str) -> io::Result<()> {
        seam::before("remove a directory")?;
        self.handle.remove_directory(name)
    }

    /// Whether `other` is the same directory.
    pub(super) fn is(&self, other: &Self) -> io::Result<bool> {
        self.handle.is(&other.handle)
    }

    /// Writes the new file `name` durably, with the mode, the owner and the attributes of the file `like`.
    pub(super) fn write_new(&self, name: &str, text: &[u8], like: Option<&str>) -> io::Result<()> {
        let mut file = self.create_file(name)?;
        // Before there is anything to read in it.
        if let Some(like) = like {
            seam::before("keep mode, owner and attributes")?;
            system::dress(&file, &self.handle.open_file(like)?)?;
        }
        seam::before("write a file")?;
        file.write_all(text)?;
        seam::before("sync a file")?;
        file.sync_all()
    }

    pub(super) fn create_file(&self, name: &str) -> io::Result<File> {
        seam::before("create a file")?;
        self.handle.create_file(name)
    }

    pub(super) fn remove_file(&self, name: &str) -> io::Result<()> {
        seam::before("remove a file")?;
        self.handle.remove_file(name)
    }

    /// What the regular file `name` holds, up to `limit` bytes and one more; none when there is nothing of that name.
    pub(super) fn read(&self, name: &str, limit: usize) -> io::Result<Option<Vec<u8>>> {
        seam::before("read a file")?;
        let file = match self.handle.open_file(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut bytes = Vec::new();
        file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Whether `name` is a regular file of exactly these bytes, or nothing when there are none.
    pub(super) fn holds(&self, name: &str, expected: Option<&[u8]>) -> io::Result<bool> {
        let found = self.read(name, expected.map_or(0, <[u8]>::len));
        match found {
            Err(error) if system::is_no_regular_file(&error) => Ok(false),
            found => Ok(found?.as_deref() == expected),
        }
    }

    /// Calls the file `from` `to`, where nothing has that name.
    pub(super) fn move_to_free_name(&self, from: &str, to: &str) -> io::Result<()> {
        seam::before("rename without replacing")?;
        match self.handle.rename_to_free_name(from, to) {
            Err(error) if is_lacking(&error) => {}
            moved => return moved,
        }
        // A second name is never given to something else either, and the first one can go after that.
        seam::before("link")?;
        match self.handle.link(from, to) {
            Err(error) if is_lacking(&error) => {}
            linked => {
                linked?;
                return self.remove_file(from).inspect_err(|_| {
                    // The first error is the one to report.
                    let _ = self.handle.remove_file(to);
                });
            }
        }
        if self.read(to, 0)?.is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        seam::before("rename")?;
        self.handle.rename(from, to)
    }

    /// Exchanges the files `one` and `other`.
    ///
    /// Where the file system cannot do that in one step, `other` is the one that never misses, and a file that takes its
    /// place in that moment is lost.
    pub(super) fn exchange(&self, one: &str, other: &str) -> io::Result<()> {
        seam::before("exchange")?;
        match self.handle.exchange(one, other) {
            Err(error) if is_lacking(&error) => {}
            exchanged => return exchanged,
        }
        let aside = aside(one);
        self.keep(other, &aside)?;
        seam::before("rename")?;
        if let Err(error) = self.handle.rename(one, other) {
            // The first error is the one to report.
            let _ = self.remove_file(&aside);
            return Err(error);
        }
        seam::before("rename what was replaced")?;
        self.handle.rename(&aside, one)
    }

    /// Gives the file `name` a second name, or makes a copy of it.
    fn keep(&self, name: &str, copy: &str) -> io::Result<()> {
        seam::before("link")?;
        match self.handle.link(name, copy) {
            Err(error) if is_lacking(&error) => {}
            linked => return linked,
        }
        let mut bytes = Vec::new();
        let mut original = self.handle.open_file(name)?;
        original.read_to_end(&mut bytes)?;
        self.write_new(copy, &bytes, Some(name))?;
        let times = self.handle.open_file(name)?.metadata()?;
        let times = FileTimes::new().set_modified(times.modified()?);
        self.handle.open_to_write(copy)?.set_times(times)
    }

    /// Makes names durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        seam::before("sync a directory")?;
        self.handle.sync()
    }

    /// Sets the time stamps that the directory had when it was opened.
    pub(super) fn restore_times(&self) -> io::Result<()> {
        seam::before("restore time stamps")?;
        self.handle.set_times(self.times)
    }
}

/// The name under which what is replaced waits where nothing can be exchanged.
pub(super) fn aside(name: &str) -> String {
    format!("{name}-old")
}

/// Whether the file system does not know the call, so that another way may lead there.
fn is_lacking(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, Unsupported};
    matches!(error.kind(), InvalidInput | Unsupported) || system::is_refused_link(error)
}
