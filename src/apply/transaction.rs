//! Several files changed as if in one step.
//!
//! What was in a place waits beside it until all is done, so that taking back is an exchange: it needs no space, and gives
//! back the very file. Whatever comes out of a place and is not what was expected is someone else's, and returns there.

use std::io;
use std::path::Path;

use anyhow::{Context as _, anyhow};

use super::directory::Directory;
use super::journal::{Entry, JOURNAL, Journal, temporary_name};
use crate::path::RelPath;
use crate::plan::{Change, FileChange};
use crate::sha256::sha256;

/// A change of several files that is under way.
#[derive(Debug)]
pub(super) struct Transaction<'a> {
    root: &'a Path,
    /// All that are written to, each behind those above it. The first one is the root.
    directories: Vec<(RelPath, Directory)>,
    /// Which of them were not there, by the one above and the name.
    made: Vec<(usize, String)>,
    writes: Vec<Write<'a>>,
    journal: Option<Journal>,
}

/// The change of one file.
#[derive(Debug)]
struct Write<'a> {
    /// Where the user knows it.
    path: &'a RelPath,
    directory: usize,
    name: String,
    /// The name under which it is written, and under which what it replaces waits.
    temporary: String,
    kind: Kind<'a>,
    progress: Progress,
}

/// What happens in a place, with what it holds before and after.
#[derive(Debug, Clone, Copy)]
enum Kind<'a> {
    Create { after: &'a [u8] },
    Update { before: &'a [u8], after: &'a [u8] },
    Delete { before: &'a [u8] },
}

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Planned,
    /// It may be there in part, under its temporary name.
    Staged,
    /// It may be in its place.
    Placed,
}

/// What became of a file that was taken back.
enum TakenBack {
    AsBefore,
    /// Someone else has written it meanwhile; theirs stays.
    Theirs,
}

impl<'a> Transaction<'a> {
    /// Changes `files` below `root`.
    ///
    /// # Errors
    ///
    /// When a step fails; everything is taken back then.
    pub(super) fn run(files: &'a [FileChange], root: &'a Path) -> anyhow::Result<()> {
        let directory = Directory::open(root)
            .with_context(|| format!("failed to open the directory `{}`", root.display()))?;
        let mut transaction = Self {
            root,
            directories: vec![(RelPath::root(), directory)],
            made: Vec::new(),
            writes: Vec::new(),
            journal: None,
        };
        match transaction.write(files) {
            Ok(()) => {
                transaction.finish();
                Ok(())
            }
            Err(error) => Err(transaction.take_back(error)),
        }
    }

    fn write(&mut self, files: &'a [FileChange]) -> anyhow::Result<()> {
        for file in files {
            self.plan(file)?;
        }
        self.begin_journal()?;
        if let Err(error) = self.stage() {
            // What someone else did meanwhile is the better reason.
            return self.check().and(Err(error));
        }
        self.check()?;
        self.put_in_place()?;
        for (path, directory) in &self.directories {
            directory
                .sync()
                .with_context(|| format!("failed to write the directory `{path}`"))?;
        }
        self.check_what_came_out()
    }

    fn plan(&mut self, file: &'a FileChange) -> anyhow::Result<()> {
        let kind = match &file.change {
            Change::Create { after } => Kind::Create {
                after: after.as_bytes(),
            },
            Change::Update { before, after } => Kind::Update {
                before: before.as_bytes(),
                after: after.as_bytes(),
            },
            Change::Delete { before } => Kind::Delete {
                before: before.as_bytes(),
            },
            Change::Keep => return Ok(()),
        };
        let directory = file.real_path.parent().unwrap_or_default();
        let write = Write {
            path: &file.path,
            directory: self.open(&directory)?,
            name: file.real_path.name().unwrap_or_default().to_owned(),
            temporary: temporary_name(),
            kind,
            progress: Progress::Planned,
        };
        self.writes.push(write);
        Ok(())
    }

    /// The place of the directory at `path` among those that are open. It is made if it is missing.
    fn open(&mut self, path: &RelPath) -> anyhow::Result<usize> {
        if let Some(index) = self.directories.iter().position(|(open, _)| open == path) {
            return Ok(index);
        }
        let above = self.open(&path.parent().unwrap_or_default())?;
        let name = path.name().unwrap_or_default();
        let parent = &self.directories[above].1;
        let directory = match parent.open_directory(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match parent.create_directory(name) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    created => {
                        created
                            .with_context(|| format!("failed to create the directory `{path}`"))?;
                        self.made.push((above, name.to_owned()));
                    }
                }
                parent.open_directory(name)
            }
            opened => opened,
        };
        let directory =
            directory.with_context(|| format!("failed to open the directory `{path}`"))?;
        self.directories.push((path.clone(), directory));
        Ok(self.directories.len() - 1)
    }

    fn begin_journal(&mut self) -> anyhow::Result<()> {
        let entry = |write: &Write<'_>| {
            let directory = &self.directories[write.directory].0;
            Entry {
                path: directory.join(&write.name).unwrap_or_default().to_string(),
                temporary: write.temporary.clone(),
                before: write.kind.before().map(sha256),
                after: write.kind.after().map(sha256),
            }
        };
        let entries = self.writes.iter().map(entry).collect();
        let journal = Journal::begin(&self.directories[0].1, entries);
        self.journal = Some(journal.with_context(|| format!("failed to create `{JOURNAL}`"))?);
        Ok(())
    }

    /// Writes every file beside its place.
    fn stage(&mut self) -> anyhow::Result<()> {
        for write in &mut self.writes {
            write.progress = Progress::Staged;
            let Some(after) = write.kind.after() else {
                continue;
            };
            let directory = &self.directories[write.directory].1;
            let like = write.kind.before().map(|_| write.name.as_str());
            directory
                .write_new(&write.temporary, after, like)
                .with_context(|| write.failed())?;
        }
        let journal = self.journal.as_mut().context("a journal has begun")?;
        journal
            .note_staged()
            .with_context(|| format!("failed to update `{JOURNAL}`"))
    }

    /// Whether every file is as it was when it was read.
    fn check(&self) -> anyhow::Result<()> {
        for write in &self.writes {
            let directory = &self.directories[write.directory].1;
            let is_same = directory.holds(&write.name, write.kind.before());
            if !is_same.with_context(|| format!("failed to read `{}`", write.path))? {
                return Err(changed_meanwhile(write.path));
            }
        }
        Ok(())
    }

    fn put_in_place(&mut self) -> anyhow::Result<()> {
        for write in &mut self.writes {
            write.progress = Progress::Placed;
            let directory = &self.directories[write.directory].1;
            let (temporary, place) = (&write.temporary, &write.name);
            let placed = match write.kind {
                Kind::Create { .. } => directory.move_to_free_name(temporary, place),
                Kind::Update { .. } => directory.exchange(temporary, place),
                Kind::Delete { .. } => directory.move_to_free_name(place, temporary),
            };
            match (placed, write.kind) {
                (Err(error), Kind::Create { .. })
                    if error.kind() == io::ErrorKind::AlreadyExists =>
                {
                    return Err(changed_meanwhile(write.path));
                }
                (Err(error), Kind::Delete { .. }) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(changed_meanwhile(write.path));
                }
                (placed, _) => placed.with_context(|| write.failed())?,
            }
            write.check_what_came_out(directory)?;
        }
        Ok(())
    }

    /// Catches whoever had a file open before it was exchanged, and wrote to it after; and whoever moved a directory away.
    fn check_what_came_out(&self) -> anyhow::Result<()> {
        for (path, directory) in &self.directories {
            let now = match (path.parent(), path.name()) {
                (Some(parent), Some(name)) => self.opened(&parent).open_directory(name),
                _ => Directory::open(self.root),
            };
            if !now.and_then(|now| now.is(directory)).unwrap_or(false) {
                let moved = "was moved by someone else meanwhile; run the command again";
                return Err(anyhow!("the directory `{path}` {moved}"));
            }
        }
        for write in &self.writes {
            write.check_what_came_out(&self.directories[write.directory].1)?;
        }
        Ok(())
    }

    fn opened(&self, path: &RelPath) -> &Directory {
        let mut directories = self.directories.iter();
        let found = directories.find(|(open, _)| open == path);
        &found.unwrap_or(&self.directories[0]).1
    }

    /// Removes what was replaced, and directories that hold nothing any more. What cannot be removed is for the next run to
    /// sweep up.
    fn finish(self) {
        let mut left = false;
        for write in &self.writes {
            if write.kind.before().is_some() {
                let directory = &self.directories[write.directory].1;
                left |= directory.remove_file(&write.temporary).is_err();
            }
        }
        for write in &self.writes {
            let directory = &self.directories[write.directory].0;
            if let (Kind::Delete { .. }, Some(above), Some(name)) =
                (write.kind, directory.parent(), directory.name())
            {
                let removed = self.opened(&above).remove_directory(name);
                left |= removed.is_err_and(|error| !is_kept(&error));
            }
        }
        if !left {
            drop(self.journal);
            let _ = self.directories[0].1.remove_file(JOURNAL);
        }
    }

    /// Makes everything as it was, after `error`.
    fn take_back(self, mut error: anyhow::Error) -> anyhow::Error {
        let (mut left, mut theirs) = (Vec::new(), false);
        for write in self.writes.iter().rev() {
            match write.take_back(&self.directories[write.directory].1) {
                Ok(TakenBack::AsBefore) => {}
                Ok(TakenBack::Theirs) => {
                    theirs = true;
                    let path = write.path;
                    error = error.context(format!(
                        "failed, and `{path}` stays as someone else wrote it meanwhile"
                    ));
                }
                Err(failure) => left.push(format!("`{}` ({failure})", write.path)),
            }
        }
        for (above, name) in self.made.iter().rev() {
            // Where something is in it by now, it is someone else's.
            let _ = self.directories[*above].1.remove_directory(name);
        }
        if self.journal.is_some() && left.is_empty() {
            drop(self.journal);
            let _ = self.directories[0].1.remove_file(JOURNAL);
        }
        if !theirs {
            for (_, directory) in &self.directories {
                let _ = directory.restore_times();
            }
        }
        match left.is_empty() {
            true => error,
            false => error.context(format!(
                "failed half-way, and could not put back {}",
                left.join(", ")
            )),
        }
    }
}

impl Write<'_> {
    fn failed(&self) -> String {
        let verb = match self.kind {
            Kind::Create { .. } => "create",
            Kind::Update { .. } => "update",
            Kind::Delete { .. } => "remove",
        };
        format!("failed to {verb} `{}`", self.path)
    }

    fn check_what_came_out(&self, directory: &Directory) -> anyhow::Result<()> {
        let Some(before) = self.kind.before() else {
            return Ok(());
        };
        let is_same = directory.holds(&self.temporary, Some(before));
        match is_same.with_context(|| self.failed())? {
            true => Ok(()),
            false => Err(changed_meanwhile(self.path)),
        }
    }

    fn take_back(&self, directory: &Directory) -> io::Result<TakenBack> {
        match (self.progress, self.kind) {
            (Progress::Planned, _) => Ok(TakenBack::AsBefore),
            (Progress::Staged, _) => self.discard(directory).map(|()| TakenBack::AsBefore),
            (Progress::Placed, Kind::Create { after }) => self.take_back_new(directory, after),
            (Progress::Placed, Kind::Update { before, after }) => {
                self.take_back_changed(directory, before, after)
            }
            (Progress::Placed, Kind::Delete { before }) => {
                self.take_back_deleted(directory, before)
            }
        }
    }

    /// Removes what is ours under the temporary name.
    fn discard(&self, directory: &Directory) -> io::Result<()> {
        match directory.remove_file(&self.temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn take_back_new(&self, directory: &Directory, after: &[u8]) -> io::Result<TakenBack> {
        let (ours, place) = (&self.temporary, &self.name);
        match directory.move_to_free_name(place, ours) {
            Ok(()) => {}
            // It was not put in place, or someone has removed it.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists
                ) =>
            {
                return self.discard(directory).map(|()| TakenBack::AsBefore);
            }
            Err(error) => return Err(error),
        }
        if directory.holds(ours, Some(after))? {
            return self.discard(directory).map(|()| TakenBack::AsBefore);
        }
        directory.move_to_free_name(ours, place)?;
        Ok(TakenBack::Theirs)
    }

    fn take_back_changed(
        &self,
        directory: &Directory,
        before: &[u8],
        after: &[u8],
    ) -> io::Result<TakenBack> {
        let (waiting, place) = (&self.temporary, &self.name);
        if directory.holds(waiting, Some(after))? {
            return self.discard(directory).map(|()| TakenBack::AsBefore);
        }
        match directory.exchange(waiting, place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                directory.move_to_free_name(waiting, place)?;
                return Ok(TakenBack::AsBefore);
            }
            exchanged => exchanged?,
        }
        if directory.holds(waiting, Some(after))? {
            return self.discard(directory).map(|()| TakenBack::AsBefore);
        }
        directory.exchange(waiting, place)?;
        if directory.holds(waiting, Some(before))? {
            self.discard(directory)?;
            return Ok(TakenBack::Theirs);
        }
        Err(io::Error::other(format!(
            "`{waiting}` is what someone else wrote"
        )))
    }

    fn take_back_deleted(&self, directory: &Directory, before: &[u8]) -> io::Result<TakenBack> {
        let (waiting, place) = (&self.temporary, &self.name);
        match directory.move_to_free_name(waiting, place) {
            Ok(()) => {}
            // It was not moved.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if directory.holds(waiting, Some(before))? {
                    self.discard(directory)?;
                    return Ok(TakenBack::Theirs);
                }
                return Err(io::Error::other(format!(
                    "`{waiting}` is what someone else wrote"
                )));
            }
            Err(error) => return Err(error),
        }
        match directory.holds(place, Some(before))? {
            true => Ok(TakenBack::AsBefore),
            false => Ok(TakenBack::Theirs),
        }
    }
}

impl<'a> Kind<'a> {
    fn before(self) -> Option<&'a [u8]> {
        match self {
            Self::Update { before, .. } | Self::Delete { before } => Some(before),
            Self::Create { .. } => None,
        }
    }

    fn after(self) -> Option<&'a [u8]> {
        match self {
            Self::Create { after } | Self::Update { after, .. } => Some(after),
            Self::Delete { .. } => None,
        }
    }
}

/// Whether something else in a directory keeps it from being removed, or it is gone already, or something else is there.
fn is_kept(error: &io::Error) -> bool {
    use io::ErrorKind::{DirectoryNotEmpty, NotADirectory, NotFound};
    matches!(error.kind(), DirectoryNotEmpty | NotADirectory | NotFound)
}

fn changed_meanwhile(path: &RelPath) -> anyhow::Error {
    anyhow!("`{path}` was changed by someone else meanwhile; run the command again")
}
