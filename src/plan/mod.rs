//! Decides what to do: a pure function of an inspection and a request.
//!
//! Nothing here reads or writes a file, and nothing knows which ecosystem a package is of.

mod add;
mod init;
#[cfg(test)]
mod merges;
mod remove;
mod update;

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::{Code, Problem};
use crate::inspect::{Finding, HandOver};
use crate::path::RelPath;
use crate::project::file::{Access, Content, UserFile};
use crate::text::merge::Conflict;

pub(crate) use add::add;
pub(crate) use init::init;
pub(crate) use remove::remove;
pub(crate) use update::update;

/// Everything that a run does, in the order in which it is written: the package builds after every step.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What happens about each finding.
    pub operations: Vec<Operation>,
    /// Texts of the user's that would be lost: they are kept beside their files.
    pub backups: Vec<Backup>,
    /// How the adapter is handed to an agent, where it is new.
    pub hand_over: Option<HandOver>,
}

/// A copy of a text that is replaced or removed, and that no command writes again.
#[derive(Debug, Clone)]
pub(crate) struct Backup {
    /// The file whose text it was.
    pub of: String,
    /// Where the copy goes: nothing is there.
    pub file: UserFile,
    /// The text.
    pub text: String,
}

/// What happens about one finding.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// The file, as it was read.
    pub file: UserFile,
    /// What was found in it.
    pub finding: Finding,
    /// What happens to it.
    pub change: Change,
    /// What the change brings, in a few words.
    pub summary: Option<String>,
    /// Why, for those who ask.
    pub reason: String,
    /// What is left besides.
    pub rest: Rest,
    /// What the user should look at.
    pub warnings: Vec<Problem>,
}

/// What is left about a finding that no change puts right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing.
    Nothing,
    /// Something that only the user can do.
    ForUser,
    /// Which lines are right where the user and the blueprint have changed the same ones.
    Decision(Vec<Conflict>),
}

/// What happens to a file, with its text before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is written anew.
    Create {
        /// All of its text.
        after: String,
    },
    /// It is there and gets another text.
    Update {
        /// The text that was read.
        before: String,
        /// The text that replaces it.
        after: String,
    },
    /// It goes, and with it a directory that holds nothing else.
    Delete {
        /// The text that was read.
        before: String,
    },
    /// It stays as it is.
    Keep,
}

/// What happens to one file, whose paths start at the [`Plan::root`].
#[derive(Debug, Clone)]
pub(crate) struct FileChange {
    /// Where the user knows it.
    pub path: RelPath,
    /// The same with links followed.
    pub real_path: RelPath,
    /// What happens to it.
    pub change: Change,
}

impl Plan {
    /// That `operations` are done, and nothing besides. What else the files are called is told with them.
    fn of(mut operations: Vec<Operation>) -> Self {
        let mut told = BTreeSet::new();
        for operation in &mut operations {
            if let Some(warning) = operation.change.leaves_names(&operation.file)
                && told.insert(operation.path())
            {
                operation.warnings.push(warning);
            }
        }
        Self {
            operations,
            backups: Vec::new(),
            hand_over: None,
        }
    }

    /// The directory that holds all files of the plan, for a package in the directory `package`: that one, unless the manifest of
    /// its workspace changes too.
    pub(crate) fn root<'a>(&self, package: &'a Path) -> &'a Path {
        let changes = self
            .operations
            .iter()
            .filter(|operation| operation.is_change());
        let above = changes.map(|operation| operation.file.above).max();
        let root = package.ancestors().nth(above.unwrap_or_default());
        root.unwrap_or(package)
    }

    /// The directory `package`, and that of its workspace if the plan is about its manifest too: always in this order.
    pub(crate) fn directories<'a>(&self, package: &'a Path) -> Vec<&'a Path> {
        let above = self.operations.iter().map(|operation| operation.file.above);
        let above = above.chain([0]).collect::<BTreeSet<_>>();
        above
            .into_iter()
            .filter_map(|above| package.ancestors().nth(above))
            .collect()
    }

    /// What happens to each file, in the order in which they are written. Changes of one file make one.
    pub(crate) fn files(&self, package: &Path) -> Vec<FileChange> {
        let root = self.root(package);
        let backups = self.backups.iter().map(|backup| {
            let after = backup.text.clone();
            (&backup.file, Change::Create { after })
        });
        let operations = self.operations.iter();
        let operations = operations.map(|operation| (&operation.file, operation.change.clone()));
        let mut files: Vec<FileChange> = Vec::new();
        for (file, change) in backups.chain(operations) {
            let directory = package.ancestors().nth(file.above).unwrap_or(package);
            let Some(directory) = directory.strip_prefix(root).ok().and_then(RelPath::new) else {
                // What is outside stays as it is.
                continue;
            };
            let from_root = |path: &RelPath| directory.join(path.as_str()).unwrap_or_default();
            let path = from_root(&file.path);
            match files.iter_mut().find(|file| file.path == path) {
                Some(file) => file.change = file.change.then(&change),
                None => files.push(FileChange {
                    real_path: from_root(&file.real_path),
                    path,
                    change,
                }),
            }
        }
        files
    }

    /// Whether any file is written.
    pub(crate) fn has_changes(&self) -> bool {
        self.operations.iter().any(Operation::is_change)
    }

    /// Whether the package has all that the blueprint brings, as far as can be known; edits of the user are no matter.
    pub(crate) fn is_in_sync(&self) -> bool {
        self.operations.iter().all(Operation::is_done)
    }

    /// What the user has to decide.
    pub(crate) fn conflicts(&self) -> impl Iterator<Item = (&Operation, &Conflict)> {
        self.operations.iter().flat_map(|operation| {
            let conflicts = operation.conflicts().iter();
            conflicts.map(move |conflict| (operation, conflict))
        })
    }

    /// Whether nothing can happen before the user has decided something.
    pub(crate) fn is_undecided(&self) -> bool {
        !self.has_changes() && self.conflicts().next().is_some()
    }

    /// Whether a dependency may have to be installed: it is added, or is not installed yet.
    pub(crate) fn needs_install(&self) -> bool {
        let mut operations = self.operations.iter();
        operations.any(|operation| {
            matches!(operation.finding, Finding::Dependency(_)) && !operation.is_done()
        })
    }

    /// Whether the adapter is written, or written anew.
    pub(crate) fn writes_adapter(&self) -> bool {
        self.operations.iter().any(|operation| {
            operation.is_change() && matches!(operation.finding, Finding::Adapter(_))
        })
    }

    /// What the user should look at.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = &Problem> {
        self.operations
            .iter()
            .flat_map(|operation| &operation.warnings)
    }
}

/// The texts that `operations` take away and that no command could write again.
fn backups(operations: &[Operation]) -> Vec<Backup> {
    let backups = operations.iter().filter_map(|operation| {
        let Finding::Adapter(adapter) = &operation.finding else {
            return None;
        };
        Some(Backup {
            of: operation.path(),
            file: adapter.backup.clone()?,
            text: operation.change.before()?.to_owned(),
        })
    });
    backups.collect()
}

impl Operation {
    /// Whether a file is written.
    pub(crate) fn is_change(&self) -> bool {
        self.change != Change::Keep
    }

    /// Whether nothing is left to do about the finding.
    pub(crate) fn is_done(&self) -> bool {
        !self.is_change() && self.rest == Rest::Nothing
    }

    /// Whether text of the user's may be lost.
    pub(crate) fn replaces_adapter(&self) -> bool {
        let is_adapter = matches!(self.finding, Finding::Adapter(_));
        is_adapter && matches!(self.change, Change::Update { .. })
    }

    /// What the user has to decide.
    pub(crate) fn conflicts(&self) -> &[Conflict] {
        match &self.rest {
            Rest::Decision(conflicts) => conflicts,
            Rest::Nothing | Rest::ForUser => &[],
        }
    }

    /// The path, as seen from the package.
    pub(crate) fn path(&self) -> String {
        self.file.name()
    }
}

impl Change {
    /// This change and then `next`, which starts from what this one leaves.
    fn then(&self, next: &Self) -> Self {
        match (self, next) {
            (Self::Create { .. }, Self::Update { after, .. }) => Self::Create {
                after: after.clone(),
            },
            (Self::Update { before, .. }, Self::Update { after, .. }) => Self::Update {
                before: before.clone(),
                after: after.clone(),
            },
            (Self::Update { before, .. }, Self::Delete { .. }) => Self::Delete {
                before: before.clone(),
            },
            (change, Self::Keep) | (_, change) => change.clone(),
        }
    }

    /// The text before it, if the file is there.
    pub(crate) fn before(&self) -> Option<&str> {
        match self {
            Self::Update { before, .. } | Self::Delete { before } => Some(before),
            Self::Create { .. } | Self::Keep => None,
        }
    }

    /// The text after it, if the file is there then.
    pub(crate) fn after(&self) -> Option<&str> {
        match self {
            Self::Create { after } | Self::Update { after, .. } => Some(after),
            Self::Delete { .. } | Self::Keep => None,
        }
    }

    /// What is to be said where `file` has other names: a changed file is a new one, so that they keep the old text.
    fn leaves_names(&self, file: &UserFile) -> Option<Problem> {
        let others = match (self, &file.content) {
            (Self::Update { .. }, Content::Text { names, .. }) => names.saturating_sub(1),
            _ => 0,
        };
        let name = file.name();
        let message = match others {
            0 => return None,
            1 => format!("`{name}` has another name in the file system, which keeps the old text"),
            _ => format!(
                "`{name}` has {others} other names in the file system, which keep the old text"
            ),
        };
        let problem = Problem::new(Code::HardLinked, message).in_file(name);
        Some(problem.help("link them anew, if they are to stay the same file"))
    }

    /// The change that gives `file` the text `after`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or its owner does not allow changes.
    fn to(file: &UserFile, after: String) -> Result<Self, Problem> {
        match &file.content {
            Content::Absent => Ok(Self::Create { after }),
            Content::Text { text, .. } if **text == *after => Ok(Self::Keep),
            Content::Text { text, access, .. } => {
                require_access(file, *access, "has to change")?;
                Ok(Self::Update {
                    before: text.to_string(),
                    after,
                })
            }
            Content::Obstacle(problem) => Err(problem.clone()),
        }
    }

    /// The change that takes `file` away.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or its owner does not allow changes.
    fn delete(file: &UserFile) -> Result<Self, Problem> {
        match &file.content {
            Content::Absent => Ok(Self::Keep),
            Content::Text { text, access, .. } => {
                require_access(file, *access, "has to go")?;
                Ok(Self::Delete {
                    before: text.to_string(),
                })
            }
            Content::Obstacle(problem) => Err(problem.clone()),
        }
    }
}

fn require_access(file: &UserFile, access: Access, what: &str) -> Result<(), Problem> {
    match access {
        Access::ReadWrite => Ok(()),
        Access::ReadOnly => {
            let name = file.name();
            let message = format!("`{name}` is read-only and {what}");
            let problem = Problem::new(Code::ReadOnly, message).in_file(name);
            Err(problem.help("make the file writable"))
        }
    }
}
