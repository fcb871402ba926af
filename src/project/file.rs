//! The state of one file of the user's project at the moment it was read.
//!
//! Reads only. Whatever makes a file unusable is kept as a problem, so that the plan can report all of them together.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Code, Problem};
use crate::path::RelPath;
use crate::text::Position;

/// A file of the project as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFile {
    /// How many directories above the package the paths start. Only the manifest of a workspace is not inside.
    pub above: usize,
    /// Where it is, relative to the root.
    pub path: RelPath,
    /// The same with every link on the way followed: where it is written.
    pub real_path: RelPath,
    /// What is there.
    pub content: Content,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing; the file can be created.
    Absent,
    /// A readable file.
    Text {
        /// All of it, a byte order mark included.
        text: Arc<str>,
        /// Whether its owner allows changes.
        access: Access,
        /// How many names it has. A change is that of one: the others keep the old text.
        names: u64,
    },
    /// Something that can be neither read nor replaced, and why.
    Obstacle(Problem),
}

/// What the permissions of a file allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reading and writing.
    ReadWrite,
    /// Reading. Root could write all the same; the owner's word counts.
    ReadOnly,
}

impl Access {
    fn of(metadata: &fs::Metadata) -> Self {
        match metadata.permissions().readonly() {
            true => Self::ReadOnly,
            false => Self::ReadWrite,
        }
    }
}

impl UserFile {
    /// Reads what stands at `path` below `root`, which must be absolute and free of links.
    pub fn read(root: &Path, path: RelPath) -> Self {
        match read_content(root, &path) {
            Ok((real_path, content)) => Self {
                above: 0,
                path,
                real_path,
                content,
            },
            Err(problem) => Self {
                above: 0,
                real_path: path.clone(),
                content: Content::Obstacle(problem.in_file(path.as_str())),
                path,
            },
        }
    }

    /// Reads the file at the absolute `path`, which lies outside of the package at `root`: below a directory that both are
    /// in. None if they share nothing but the root of the file system.
    pub fn read_outside(root: &Path, path: &Path) -> Option<Self> {
        let mut ancestors = root.ancestors().enumerate();
        let (above, shared) = ancestors.find(|(_, directory)| path.starts_with(directory))?;
        shared.parent()?;
        let file = Self::read(shared, RelPath::new(path.strip_prefix(shared).ok()?)?);
        Some(Self { above, ..file })
    }

    /// Where it is, as seen from the package.
    pub fn name(&self) -> String {
        format!("{}{}", "../".repeat(self.above), self.path)
    }

    /// Its text, or none when there is no file.
    ///
    /// # Errors
    ///
    /// The problem that stands in the way of reading it.
    pub fn text(&self) -> Result<Option<&str>, Problem> {
        match &self.content {
            Content::Absent => Ok(None),
            Content::Text { text, .. } => Ok(Some(text)),
            Content::Obstacle(problem) => Err(problem.clone()),
        }
    }

    /// A file beside it that does not exist yet, for a copy: no compiler reads it.
    pub(crate) fn spare(&self, root: &Path) -> Self {
        let mut number = 1;
        loop {
            let suffix = match number {
                1 => "orig".to_owned(),
                number => format!("orig{number}"),
            };
            let path = RelPath::new(format!("{}.{suffix}", self.path)).unwrap_or_default();
            let spare = Self::read(root, path);
            if matches!(spare.content, Content::Absent) {
                return spare;
            }
            number += 1;
        }
    }

    /// The file as it is once `text` is written there.
    pub(crate) fn with_text(&self, text: impl Into<Arc<str>>) -> Self {
        let (access, names) = match self.content {
            Content::Text { access, names, .. } => (access, names),
            Content::Absent | Content::Obstacle(_) => (Access::ReadWrite, 1),
        };
        Self {
            content: Content::Text {
                text: text.into(),
                access,
                names,
            },
            ..self.clone()
        }
    }
}

fn read_content(root: &Path, path: &RelPath) -> Result<(RelPath, Content), Problem> {
    let directory = resolve_directories(root, path)?;
    let in_directory = directory.join(path.name().unwrap_or_default());
    let in_directory = in_directory.unwrap_or_default();
    let Some(real_path) = resolve_link(&in_directory.under(root))? else {
        return Ok((in_directory, Content::Absent));
    };
    let inside = inside(root, &real_path)?;
    let (text, metadata) = read_file(&real_path)?;
    refuse_larger(LARGEST_CHANGED, text.len() as u64)?;
    let content = Content::Text {
        text: text.into(),
        access: Access::of(&metadata),
        names: names(&metadata),
    };
    Ok((inside, content))
}

/// The largest file that is read. The largest lock files of large workspaces have half of it.
const LARGEST: u64 = 64 << 20;

/// The largest file that is changed, which is read by parsers that need many times its size.
const LARGEST_CHANGED: u64 = 8 << 20;

/// Whether the system says that there is nothing of that name, which it also does where a file is on the way to it.
fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// The text of a file that may be missing, links followed.
///
/// # Errors
///
/// When it is there and cannot be read.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, Problem> {
    if look_at(path)?.is_none_or(|found| found.is_dir()) {
        return Ok(None);
    }
    let read = read_text(path).map(|(text, _)| Some(text));
    read.map_err(|problem| problem.in_file(path))
}

/// Whether there is anything at `path`, be it a link that leads to nothing. Only what is not found is absent: what the
/// system does not let us see may be there.
pub(crate) fn exists(path: &Path) -> Result<bool, Problem> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if is_absent(&error) => Ok(false),
        Err(error) => Err(unreadable(&error).in_file(path)),
    }
}

/// What is at `path`, links followed; none where nothing is.
pub(crate) fn look_at(path: &Path) -> Result<Option<fs::Metadata>, Problem> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && exists(path)? => {
            Err(dangling_link().in_file(path))
        }
        Err(error) => match exists(path)? {
            true => Err(unreadable(&error).in_file(path)),
            false => Ok(None),
        },
    }
}

/// The text of a file wherever it is, links followed, and what its permissions allow.
///
/// # Errors
///
/// When it is no regular file, cannot be read, is no text or is too large.
pub(crate) fn read_text(path: &Path) -> Result<(String, Access), Problem> {
    let (text, metadata) = read_file(path)?;
    Ok((text, Access::of(&metadata)))
}

fn read_file(path: &Path) -> Result<(String, fs::Metadata), Problem> {
    let file = open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => dangling_link(),
        _ => unreadable(&error),
    })?;
    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    if metadata.is_dir() {
        let problem = Problem::new(Code::NotAFile, "a directory is in the way");
        return Err(problem.help("rename or remove the directory"));
    }
    if !metadata.is_file() {
        let problem = Problem::new(Code::NotAFile, "it is not a regular file");
        return Err(problem.help("rename or remove it"));
    }
    let mut bytes = Vec::new();
    if metadata.len() <= LARGEST {
        bytes.reserve_exact(usize::try_from(metadata.len()).unwrap_or_default());
        let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(&error))?;
    }
    refuse_larger(LARGEST, metadata.len().max(bytes.len() as u64))?;
    String::from_utf8(bytes)
        .map(|text| (text, metadata))
        .map_err(|error| {
            let good_bytes = error.utf8_error().valid_up_to();
            let good = String::from_utf8_lossy(&error.as_bytes()[..good_bytes]).into_owned();
            let position = Position::at(&good, good_bytes);
            Problem::new(Code::NotUtf8, "the file is not valid UTF-8")
                .at(position)
                .help("save it as UTF-8")
        })
}

fn refuse_larger(limit: u64, length: u64) -> Result<(), Problem> {
    if length <= limit {
        return Ok(());
    }
    let message = format!(
        "the file has {} MiB, and `flue` reads {} at most",
        length.div_ceil(1 << 20),
        limit >> 20
    );
    Err(Problem::new(Code::TooLarge, message))
}

#[cfg(unix)]
fn names(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

/// Elsewhere the standard library does not tell.
#[cfg(not(unix))]
fn names(_: &fs::Metadata) -> u64 {
    1
}

/// Without waiting for the other end, if it is a pipe or a device.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

/// Where directories cannot be opened they are no less in the way.
#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    match fs::metadata(path)?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => File::open(path),
    }
}

/// The directory of `path` with links followed. Every directory on the way that exists must be one inside the root.
fn resolve_directories(root: &Path, path: &RelPath) -> Result<RelPath, Problem> {
    let mut directories = std::iter::successors(path.parent(), RelPath::parent).collect::<Vec<_>>();
    directories.reverse();
    let mut real_directory = RelPath::root();
    let mut exists = true;
    for directory in directories {
        let Some(name) = directory.name() else {
            continue;
        };
        real_directory = real_directory.join(name).unwrap_or_default();
        if !exists {
            continue;
        }
        let in_directory = |problem: Problem| problem.in_file(directory.as_str());
        let Some(real_path) = resolve_link(&real_directory.under(root)).map_err(in_directory)?
        else {
            exists = false;
            continue;
        };
        real_directory = inside(root, &real_path).map_err(in_directory)?;
        if !real_path.is_dir() {
            let message = format!("`{directory}` is not a directory");
            let problem = Problem::new(Code::NotADirectory, message);
            return Err(in_directory(problem).help("rename or remove it"));
        }
    }
    Ok(real_directory)
}

/// Where the path leads, or none when nothing is there. The directories on the way are real, so that what is no link needs no
/// further look.
fn resolve_link(path: &Path) -> Result<Option<PathBuf>, Problem> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
        Ok(metadata) if !metadata.is_symlink() => return Ok(Some(path.to_owned())),
        Ok(_) => {}
    }
    match path.canonicalize() {
        Ok(real_path) => Ok(Some(real_path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(dangling_link()),
        Err(error) => Err(unreadable(&error)),
    }
}

/// `real_path`, which has no links, as seen from `root`.
fn inside(root: &Path, real_path: &Path) -> Result<RelPath, Problem> {
    let relative = real_path.strip_prefix(root).ok().and_then(RelPath::new);
    relative.ok_or_else(|| {
        let message = format!(
            "the path leads out of the project, to `{}`",
            real_path.display()
        );
        Problem::new(Code::OutsideProject, message).help(
            "`flue` writes inside the project only; replace the link by a file or directory of its own",
        )
    })
}

fn dangling_link() -> Problem {
    let problem = Problem::new(Code::DanglingLink, "the link leads to nothing");
    problem.help("remove the link, or create what it leads to")
}

fn unreadable(error: &io::Error) -> Problem {
    Problem::new(Code::Unreadable, format!("failed to read it: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(root: &Path, path: &str, expect: &str) {
        let file = UserFile::read(&root.canonicalize().unwrap(), RelPath::new(path).unwrap());
        let seen = match file.content {
            Content::Absent => "absent".to_owned(),
            Content::Text { text, access, .. } => format!("{text:?} {access:?}"),
            Content::Obstacle(problem) => {
                format!("{} in {}", problem.code, problem.file.unwrap().display())
            }
        };
        assert_eq!(seen, expect, "{path}");
    }

    #[test]
    fn what_stands_at_a_path_is_told_apart() {
        let project = tempfile::tempdir().unwrap();
        let root = project.path();
        fs::create_dir(root.join("directory")).unwrap();
        fs::write(root.join("file"), "text").unwrap();
        fs::write(root.join("latin1"), b"ok\n\xe9").unwrap();
        check(root, "nothing", "absent");
        check(root, "nowhere/nothing", "absent");
        check(root, "file", "\"text\" ReadWrite");
        check(root, "directory", "not-a-file in directory");
        check(root, "file/below", "not-a-directory in file");
        check(root, "latin1", "not-utf8 in latin1");
    }

    #[cfg(unix)]
    #[test]
    fn links_count_as_what_they_lead_to() {
        use std::os::unix::fs::symlink;
        let (project, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = project.path();
        fs::write(root.join("file"), "text").unwrap();
        fs::write(elsewhere.path().join("file"), "text").unwrap();
        symlink("file", root.join("inside")).unwrap();
        symlink("nothing", root.join("dangling")).unwrap();
        symlink(elsewhere.path().join("file"), root.join("outside")).unwrap();
        symlink(elsewhere.path(), root.join("outside-directory")).unwrap();
        check(root, "inside", "\"text\" ReadWrite");
        check(root, "dangling", "dangling-link in dangling");
        check(root, "dangling/below", "dangling-link in dangling");
        check(root, "outside", "outside-project in outside");
        check(
            root,
            "outside-directory/new",
            "outside-project in outside-directory",
        );
    }
}
