//! A directory as the file systems of Unix know it: the kernel resolves every name below a handle.

use std::fs::{File, FileTimes};
use std::io;
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::Path;

use rustix::fs::{self, AtFlags, Mode, OFlags};
use rustix::io::Errno;

/// A directory, held open.
#[derive(Debug)]
pub(super) struct Handle(File);

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);
const OPEN: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC);

impl Handle {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::open(path, FOLDER, Mode::empty())?.into()))
    }

    pub(super) fn open_directory(&self, name: &str) -> io::Result<Self> {
        let directory = fs::openat(&self.0, name, FOLDER | OPEN, Mode::empty())?;
        Ok(Self(directory.into()))
    }

    pub(super) fn create_directory(&self, name: &str) -> io::Result<()> {
        Ok(fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o777))?)
    }

    pub(super) fn remove_directory(&self, name: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    pub(super) fn is(&self, other: &Self) -> io::Result<bool> {
        let (this, other) = (self.0.metadata()?, other.0.metadata()?);
        Ok((this.dev(), this.ino()) == (other.dev(), other.ino()))
    }

    pub(super) fn create_file(&self, name: &str) -> io::Result<File> {
        let flags = OPEN | OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY;
        Ok(fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o666))?.into())
    }

    /// A regular file; anything else is refused before it can make the caller wait.
    pub(super) fn open_file(&self, name: &str) -> io::Result<File> {
        let flags = OPEN | OFlags::RDONLY | OFlags::NONBLOCK;
        let file = File::from(fs::openat(&self.0, name, flags, Mode::empty())?);
        match file.metadata()?.is_file() {
            true => Ok(file),
            false => Err(Errno::NXIO.into()),
        }
    }

    pub(super) fn open_to_write(&self, name: &str) -> io::Result<File> {
        Ok(fs::openat(&self.0, name, OPEN | OFlags::WRONLY, Mode::empty())?.into())
    }

    pub(super) fn remove_file(&self, name: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(fs::renameat(&self.0, from, &self.0, to)?)
    }

    pub(super) fn link(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(fs::linkat(&self.0, from, &self.0, to, AtFlags::empty())?)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.0.sync_all()
    }

    pub(super) fn times(&self) -> io::Result<FileTimes> {
        let metadata = self.0.metadata()?;
        let times = FileTimes::new().set_modified(metadata.modified()?);
        Ok(times.set_accessed(metadata.accessed()?))
    }

    pub(super) fn set_times(&self, times: FileTimes) -> io::Result<()> {
        self.0.set_times(times)
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
impl Handle {
    pub(super) fn rename_to_free_name(&self, from: &str, to: &str) -> io::Result<()> {
        let flags = fs::RenameFlags::NOREPLACE;
        Ok(fs::renameat_with(&self.0, from, &self.0, to, flags)?)
    }

    pub(super) fn exchange(&self, one: &str, other: &str) -> io::Result<()> {
        let flags = fs::RenameFlags::EXCHANGE;
        Ok(fs::renameat_with(&self.0, one, &self.0, other, flags)?)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
impl Handle {
    pub(super) fn rename_to_free_name(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn exchange(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Gives `file` the mode, the owner and the attributes of the file `like`.
pub(super) fn dress(file: &File, like: &File) -> io::Result<()> {
    let metadata = like.metadata()?;
    // Only root may give files away; for everyone else the new file has the right owner already.
    let _ = fchown(file, Some(metadata.uid()), Some(metadata.gid()));
    file.set_permissions(metadata.permissions())?;
    copy_attributes(file, like)
}

/// Extended attributes, and with them access control lists.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn copy_attributes(file: &File, like: &File) -> io::Result<()> {
    let mut names = match fs::flistxattr_query(like) {
        Ok(0) | Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(()),
        length => vec![0; length?],
    };
    let length = fs::flistxattr(like, &mut names[..])?;
    let names = names[..length].split(|&byte| byte == 0);
    for name in names.filter(|name| !name.is_empty()) {
        let mut value = vec![0; fs::fgetxattr_query(like, name)?];
        let length = fs::fgetxattr(like, name, &mut value[..])?;
        match fs::fsetxattr(file, name, &value[..length], fs::XattrFlags::empty()) {
            // The system's own, which it sets by itself for whoever may not.
            Err(_) if !name.starts_with(b"user.") => {}
            copied => copied?,
        }
    }
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn copy_attributes(_: &File, _: &File) -> io::Result<()> {
    Ok(())
}

/// Whether there is something else than a regular file, or than a link to nowhere that is safe to follow.
pub(super) fn is_no_regular_file(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    matches!(errno, Some(Errno::NXIO | Errno::LOOP | Errno::ISDIR))
}

/// How file systems without links refuse one.
pub(super) fn is_refused_link(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    matches!(errno, Some(Errno::NOTSUP | Errno::NOSYS | Errno::INVAL))
}
