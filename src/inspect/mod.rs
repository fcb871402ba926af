//! What a package has of a blueprint: an [`Inspection`] of findings, each of which says by its type what was found.
//!
//! Values, and the words and codes that follow from them. The ecosystems find; [`crate::plan`] decides what to do about
//! it.

pub(crate) mod adapter;
pub(crate) mod dependency;
pub(crate) mod module;
pub(crate) mod trace;

use std::borrow::Cow;

use crate::error::{Code, Problem};
use crate::inspect::dependency::Remedy;
use crate::path::RelPath;
use crate::project::file::UserFile;

pub(crate) use adapter::{Adapter, AdapterFinding};
pub(crate) use dependency::{Dependency, DependencyFinding};
pub(crate) use module::{Module, ModuleFinding};

/// What a package has of a blueprint.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// All that it brings, in the order in which the package builds after every step.
    pub items: Vec<Item>,
    /// How the adapter is handed to an agent.
    pub hand_over: HandOver,
}

/// Lines of code that hand an adapter to an agent, for the user to place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HandOver {
    /// The lines.
    pub code: Cow<'static, str>,
    /// The file that they compile in, where that is known. It need not exist.
    pub place: Option<RelPath>,
    /// The files of the project that the adapter imports, and that are not there.
    pub lacking: Vec<RelPath>,
}

/// One thing that a blueprint brings.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// The file that it is in.
    pub file: UserFile,
    /// What was found there.
    pub finding: Finding,
    /// What the user should look at.
    pub warnings: Vec<Problem>,
}

/// What was found of one thing that a blueprint brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// A dependency in the manifest.
    Dependency(Dependency),
    /// The file that the blueprint writes.
    Adapter(Adapter),
    /// A module that has to be declared.
    Module(Module),
    /// A file that a new project starts with.
    Starter(StarterFile),
    /// Something that keeps the rest from being told, and that the user has to put right first.
    Obstacle(Problem),
}

/// What there is of a file that a new project starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StarterFile {
    /// Nothing; this is its text.
    Missing(String),
    /// Something, which is its owner's.
    Present,
}

impl Item {
    /// That `problem` keeps `file` from telling.
    pub(crate) fn obstacle(file: &UserFile, problem: Problem) -> Self {
        Self {
            file: file.clone(),
            finding: Finding::Obstacle(problem),
            warnings: Vec::new(),
        }
    }

    /// A dependency that is there is required as an older version of the blueprint wrote it, and `remedy` raises that to
    /// `requirement`. What is to be said of that takes the place of other doubts about the versions.
    pub(crate) fn outdate(&mut self, requirement: &str, remedy: Remedy) -> Option<Problem> {
        let Finding::Dependency(dependency) = &mut self.finding else {
            return None;
        };
        let presence = dependency.finding.presence()?;
        let (key, old) = (&dependency.key, dependency.requirement.as_deref());
        let message = format!(
            "`{key}` is required as `{}`, as an older version of the blueprint wrote it; the adapter is written for `{requirement}`",
            old.unwrap_or_default()
        );
        dependency.finding = DependencyFinding::Outdated(presence, remedy);
        let is_settled = |code| matches!(code, Code::SdkRequirement | Code::NotInstalled);
        self.warnings.retain(|warning| !is_settled(warning.code));
        Some(Problem::new(Code::SdkRequirement, message).help("`flue update` raises it"))
    }

    /// Whether it is a dependency whose requirement can be raised. Those are last, since they start from all that are added.
    pub(crate) fn is_outdated_dependency(&self) -> bool {
        let Finding::Dependency(dependency) = &self.finding else {
            return false;
        };
        matches!(dependency.finding, DependencyFinding::Outdated(..))
    }
}

impl Finding {
    /// Whether nothing is amiss. What cannot be known is not in sync.
    pub(crate) fn is_in_sync(&self) -> bool {
        match self {
            Self::Dependency(dependency) => dependency.finding.is_in_sync(),
            Self::Adapter(adapter) => adapter.finding.is_in_sync(),
            Self::Module(module) => module.finding.is_in_sync(),
            Self::Starter(file) => *file == StarterFile::Present,
            Self::Obstacle(_) => false,
        }
    }

    /// What is added to the file to put it right, if that is possible and it is not the whole file.
    pub(crate) fn addition(&self) -> Option<&Addition> {
        match self {
            Self::Dependency(dependency) => {
                let remedy = dependency.finding.remedy();
                remedy.map(|remedy| &remedy.addition)
            }
            Self::Module(module) => match &module.finding {
                ModuleFinding::Missing(addition) => Some(addition),
                _ => None,
            },
            Self::Adapter(_) | Self::Starter(_) | Self::Obstacle(_) => None,
        }
    }

    /// Why, for those who ask.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Dependency(dependency) => dependency.reason(),
            Self::Adapter(adapter) => adapter.finding.reason().to_owned(),
            Self::Module(module) => module.reason(),
            Self::Starter(StarterFile::Missing(_)) => "the file is missing".to_owned(),
            Self::Starter(StarterFile::Present) => "the file is there".to_owned(),
            Self::Obstacle(problem) => problem.message.clone(),
        }
    }
}

/// A file with one thing more, that puts a finding right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addition {
    /// The whole text.
    pub after: String,
    /// What is added, in one line.
    pub summary: String,
    /// The line where it stands, counted from 1.
    pub line: usize,
}
