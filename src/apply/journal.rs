//! What a run is about to write beside the files of the user, kept in the project while it is at work: so the next one knows
//! what a run that was killed left, and whose bytes they are.
//!
//! Nothing is swept up that is not named here, and nothing here counts that does not look as we name it.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use super::directory::{Directory, aside};
use super::seam;
use crate::path::RelPath;
use crate::sha256::sha256;

/// The name of the journal, in the root of the package.
pub(super) const JOURNAL: &str = ".flue-journal";

/// How every journal begins.
const MARK: &str = "{\"flue-journal\":1,";

/// The last line, once everything is written beside its place: before that, nothing has been put there.
const STAGED: &str = "staged\n";

/// More than any journal has.
const LIMIT: usize = 1 << 20;

/// More than any file has that we write.
const FILE_LIMIT: usize = 64 << 20;

/// The bytes of a temporary's name that tell it from others.
const NAME_BYTES: usize = 16;

/// One file that is written.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Where it belongs.
    pub(super) path: String,
    /// The name beside it under which it is written.
    pub(super) temporary: String,
    /// The hash of what it holds before, if it is there.
    pub(super) before: Option<String>,
    /// The hash of what it holds after, if it is there then.
    pub(super) after: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entries {
    #[serde(rename = "flue-journal")]
    version: u8,
    files: Vec<Entry>,
}

/// The journal of a run that is at work.
#[derive(Debug)]
pub(super) struct Journal(File);

impl Journal {
    /// Begins one in `root`.
    pub(super) fn begin(root: &Directory, files: Vec<Entry>) -> io::Result<Self> {
        let text = serde_json::to_string(&Entries { version: 1, files })? + "\n";
        let mut file = root.create_file(JOURNAL)?;
        let written =
            seam::before("write the journal").and_then(|()| file.write_all(text.as_bytes()));
        if let Err(error) = written {
            drop(file);
            // The first error is the one to report.
            let _ = root.remove_file(JOURNAL);
            return Err(error);
        }
        Ok(Self(file))
    }

    /// Notes that everything is written.
    pub(super) fn note_staged(&mut self) -> io::Result<()> {
        seam::before("write the journal")?;
        self.0.write_all(STAGED.as_bytes())
    }
}

/// A name for a temporary, short and like no other.
pub(super) fn temporary_name() -> String {
    use std::hash::{BuildHasher as _, Hasher as _, RandomState};
    let random = RandomState::new().build_hasher().finish();
    format!(".flue-{random:0NAME_BYTES$x}")
}

fn is_temporary_name(name: &str) -> bool {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let random = name.strip_prefix(".flue-");
    random.is_some_and(|random| random.len() == NAME_BYTES && random.chars().all(is_hex))
}

/// Whether a run in the project at `root` was cut off, or is at work.
pub(crate) fn is_interrupted(root: &Path) -> bool {
    root.join(JOURNAL).symlink_metadata().is_ok()
}

/// Sweeps up what a run that was killed left in the project at `root`; the caller has the lock.
///
/// # Errors
///
/// When something is left that nobody but its owner can decide about.
pub(crate) fn recover(root: &Path) -> anyhow::Result<()> {
    let failed = || {
        format!(
            "failed to sweep up what an earlier run left in `{}`",
            root.display()
        )
    };
    let directory = Directory::open(root).with_context(failed)?;
    let Some(bytes) = directory.read(JOURNAL, LIMIT).with_context(failed)? else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(&bytes);
    if !text.starts_with(MARK) && !MARK.starts_with(&*text) {
        bail!(
            "`{JOURNAL}` is not from `flue`, which needs that name; move it away, then run the command again"
        );
    }
    // One that does not parse was cut off before anything else was written.
    let (entries, end) = text.split_once('\n').unwrap_or_default();
    let entries =
        serde_json::from_str::<Entries>(entries).map_or(Vec::new(), |journal| journal.files);
    let progress = match end {
        STAGED => Progress::Staged,
        _ => Progress::Staging,
    };
    for entry in &entries {
        sweep(entry, progress, &directory).with_context(failed)?;
    }
    if progress == Progress::Staged {
        for entry in &entries {
            sweep_directory(entry, &directory).with_context(failed)?;
        }
    }
    directory.remove_file(JOURNAL).with_context(failed)
}

/// How far a run had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Files were being written beside their places.
    Staging,
    /// All were, and some may have been put in place.
    Staged,
}

fn sweep(entry: &Entry, progress: Progress, root: &Directory) -> anyhow::Result<()> {
    let path = RelPath::new(&entry.path).filter(|_| is_temporary_name(&entry.temporary));
    let Some((path, name)) = path.as_ref().and_then(|path| Some((path, path.name()?))) else {
        return Ok(());
    };
    let Some(directory) = open_directories(root, path)? else {
        return Ok(());
    };
    let directory = directory.as_ref().unwrap_or(root);
    for leftover in [entry.temporary.clone(), aside(&entry.temporary)] {
        let Some(bytes) = directory.read(&leftover, FILE_LIMIT)? else {
            continue;
        };
        let found = Some(sha256(&bytes));
        let is_ours =
            progress == Progress::Staging || found == entry.after || found == entry.before;
        let theirs = || {
            format!(
                "`{leftover}` is what someone wrote to `{path}` meanwhile; move it to where it belongs"
            )
        };
        match (is_ours, &entry.after) {
            (true, _) => directory.remove_file(&leftover)?,
            (false, Some(_)) => {
                give_back(directory, &leftover, name, entry).with_context(theirs)?;
                directory.remove_file(&leftover)?;
            }
            (false, None) => directory
                .move_to_free_name(&leftover, name)
                .with_context(theirs)?,
        }
    }
    Ok(())
}

/// Removes the directory of `entry`, if that was deleted and nothing else is in it.
fn sweep_directory(entry: &Entry, root: &Directory) -> io::Result<()> {
    let parent = RelPath::new(&entry.path).and_then(|path| path.parent());
    let above = parent
        .as_ref()
        .and_then(|parent| Some((open_directories(root, parent), parent.name()?)));
    let Some((above, name)) = above.filter(|_| entry.after.is_none()) else {
        return Ok(());
    };
    if let Some(above) = above? {
        // What else is in it keeps it, and so does whoever may not remove it.
        let _ = above.as_ref().unwrap_or(root).remove_directory(name);
    }
    Ok(())
}

/// Puts what came out of the place of a file there again, if what is there now is ours.
fn give_back(
    directory: &Directory,
    leftover: &str,
    name: &str,
    entry: &Entry,
) -> anyhow::Result<()> {
    let is_ours = |name: &str| -> io::Result<bool> {
        let bytes = directory.read(name, FILE_LIMIT)?;
        Ok(bytes.is_some_and(|bytes| Some(sha256(&bytes)) == entry.after))
    };
    if !is_ours(name)? {
        bail!("both have changed since");
    }
    directory.exchange(leftover, name)?;
    if !is_ours(leftover)? {
        bail!("it has changed again");
    }
    Ok(())
}

/// The directory of `path`, none where it is `root` itself; nothing at all when there is no such directory.
fn open_directories(root: &Directory, path: &RelPath) -> io::Result<Option<Option<Directory>>> {
    let Some(parent) = path.parent() else {
        return Ok(None);
    };
    let mut directory = None;
    for name in parent.as_str().split('/').filter(|name| !name.is_empty()) {
        let opened = directory.as_ref().unwrap_or(root).open_directory(name);
        match opened {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => directory = Some(opened?),
        }
    }
    Ok(Some(directory))
}
