//! What can go wrong, as values.
//!
//! A [`Problem`] is the user's to put right, and is text and place only; printing it is the shell's business. Anything
//! else is unexpected: the system's refusal, or a mistake of ours.

use std::fmt;
use std::path::PathBuf;

use crate::text::Position;

/// Something the user has to put right before the command can do its work.
///
/// Messages are lower-case, without a final stop, with names in backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is, for programs.
    pub code: Code,
    /// What is wrong, and why that stops the command.
    pub message: String,
    /// The file that it is about. Code that sees text only leaves it empty; the caller that knows the file fills it.
    pub file: Option<PathBuf>,
    /// The place in that file.
    pub position: Option<Position>,
    /// What the user can do next.
    pub help: Option<String>,
    /// What can be typed in the place of what was, the best first, for programs.
    pub suggestions: Box<[String]>,
}

impl Problem {
    /// A problem with no file, place or help yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            file: None,
            position: None,
            help: None,
            suggestions: Box::default(),
        }
    }

    /// The same problem in `file`, unless it has one already.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file.get_or_insert_with(|| file.into());
        self
    }

    /// The same problem at `position`, where that is known.
    #[must_use]
    pub fn at(mut self, position: impl Into<Option<Position>>) -> Self {
        self.position = position.into();
        self
    }

    /// The same problem with a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Problem {
    /// The same problem with what can be typed instead.
    #[must_use]
    pub fn suggest(mut self, suggestions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.suggestions = suggestions.into_iter().map(Into::into).collect();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Everything that the user has to put right first, found before anything was written.
    Problems(Vec<Problem>),
    /// Anything else.
    Unexpected(anyhow::Error),
}

impl Failure {
    /// Whether the command line is what has to be put right.
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::Problems(problems) => problems.iter().all(|problem| problem.code.is_usage()),
            Self::Unexpected(_) => false,
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Unexpected(error)
    }
}

/// All values, or all that stands in the way of any, each problem once, so that the user hears of everything at once.
///
/// # Errors
///
/// When any of `results` has a problem.
pub(crate) fn all<T>(
    results: impl IntoIterator<Item = Result<T, Problem>>,
) -> Result<Vec<T>, Failure> {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(problem) if problems.contains(&problem) => {}
            Err(problem) => problems.push(problem),
        }
    }
    match problems.is_empty() {
        true => Ok(values),
        false => Err(Failure::Problems(problems)),
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What a problem is, for programs: its name never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// All codes, by name.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name, in kebab case.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// An adapter is kept whose factory the installed runtime does not call.
    AdapterContract = "adapter-contract",
    /// The adapter has edits that would be lost.
    AdapterCustomised = "adapter-customised",
    /// A newer version of the blueprint wrote the adapter.
    AdapterNewer = "adapter-newer",
    /// Another blueprint wrote the file.
    AdapterOfAnotherBlueprint = "adapter-of-another-blueprint",
    /// The adapter is untouched, and today's blueprint writes another one.
    AdapterOutdated = "adapter-outdated",
    /// The file is not from a blueprint.
    AdapterUnmarked = "adapter-unmarked",
    /// The adapter is the one that upstream's guide has.
    AdapterUpstream = "adapter-upstream",
    /// The package has no runtime, and another one of its workspace has.
    AgentElsewhere = "agent-elsewhere",
    /// A blueprint that is to be made is there.
    BlueprintExists = "blueprint-exists",
    /// A blueprint of one's own has a mistake.
    BlueprintInvalid = "blueprint-invalid",
    /// A blueprint of one's own has the name of one that is built in.
    BlueprintNameTaken = "blueprint-name-taken",
    /// A blueprint of one's own is used where a built-in one has the name.
    BlueprintShadows = "blueprint-shadows",
    /// A blueprint of one's own would write what no blueprint may.
    BlueprintTarget = "blueprint-target",
    /// A conflict is marked in a file, and not decided yet.
    ConflictUndecided = "conflict-undecided",
    /// A link leads to nothing.
    DanglingLink = "dangling-link",
    /// There is only Deno's manifest.
    DenoProject = "deno-project",
    /// `dependencies` is something else than a table.
    DependenciesNotATable = "dependencies-not-a-table",
    /// An entry is neither a version nor a table.
    DependencyInvalid = "dependency-invalid",
    /// Another package has the name.
    DependencyNameTaken = "dependency-name-taken",
    /// The edition is missing, unknown or too old.
    Edition = "edition",
    /// A file that changes has other names, which keep the old text.
    HardLinked = "hard-linked",
    /// The address is that of a provider that has a blueprint.
    HasBlueprint = "has-blueprint",
    /// The package is inside `node_modules`.
    InstalledPackage = "installed-package",
    /// No safe place for an entry was found in a `Cargo.toml`.
    ManifestEdit = "manifest-edit",
    /// A manifest cannot be parsed, or says something impossible.
    ManifestInvalid = "manifest-invalid",
    /// No safe place for an entry was found in a `package.json`.
    ManifestNotEditable = "manifest-not-editable",
    /// A module of the name is declared, and is not the adapter or cannot be used.
    ModuleElsewhere = "module-elsewhere",
    /// Another file is the module.
    ModuleTaken = "module-taken",
    /// Whether a module is declared cannot be told.
    ModuleUnknown = "module-unknown",
    /// The adapter is not there.
    NoAdapter = "no-adapter",
    /// There is no blueprint of one's own at the path.
    NoBlueprint = "no-blueprint",
    /// It is not clear which crate root should declare the module.
    NoCrateRoot = "no-crate-root",
    /// The directory to start in cannot be opened.
    NoDirectory = "no-directory",
    /// A manifest describes no package.
    NoPackage = "no-package",
    /// There is no manifest.
    NoProject = "no-project",
    /// The source root that was asked for is not there.
    NoSourceRoot = "no-source-root",
    /// The blueprint has nothing for this ecosystem.
    NoVariant = "no-variant",
    /// The workspace that a package points to cannot be opened.
    NoWorkspace = "no-workspace",
    /// Something that is no directory is in the way.
    NotADirectory = "not-a-directory",
    /// Something that is no file is in the way.
    NotAFile = "not-a-file",
    /// The package has only Flue's client.
    NotAnAgent = "not-an-agent",
    /// The workspace around a new package does not have it.
    NotInWorkspace = "not-in-workspace",
    /// A package is declared, and was not at the last install.
    NotInstalled = "not-installed",
    /// A file is not UTF-8.
    NotUtf8 = "not-utf8",
    /// A path leads out of the project.
    OutsideProject = "outside-project",
    /// A package cannot be called so.
    PackageName = "package-name",
    /// A package is needed in a version that nothing tells.
    PackageVersion = "package-version",
    /// The package has a manifest that only pnpm reads.
    PnpmManifest = "pnpm-manifest",
    /// A file that has to change is read-only.
    ReadOnly = "read-only",
    /// The runtime is in another table, too.
    RuntimeElsewhere = "runtime-elsewhere",
    /// The package does not depend on a runtime.
    RuntimeMissing = "runtime-missing",
    /// The runtime is an optional dependency.
    RuntimeOptional = "runtime-optional",
    /// The runtime cannot be taken from where the user says.
    RuntimeSource = "runtime-source",
    /// No variant of the blueprint fits a runtime this old.
    RuntimeTooOld = "runtime-too-old",
    /// The version of the runtime cannot be told.
    RuntimeUnknown = "runtime-unknown",
    /// No known version of the runtime is let in.
    RuntimeUnpublished = "runtime-unpublished",
    /// The package is for a Rust that is too old for the SDK.
    RustVersion = "rust-version",
    /// The SDK is in another table, too.
    SdkElsewhere = "sdk-elsewhere",
    /// The runtime is patched, and the SDK is not.
    SdkNotPatched = "sdk-not-patched",
    /// The SDK is an optional dependency.
    SdkOptional = "sdk-optional",
    /// The workspace forces a version of the SDK that the adapter is not written for.
    SdkOverride = "sdk-override",
    /// The SDK is required in a version that the adapter is not written for.
    SdkRequirement = "sdk-requirement",
    /// The SDK comes from somewhere else than the runtime.
    SdkSource = "sdk-source",
    /// The source root that was asked for leads out of the package.
    SourceRootOutside = "source-root-outside",
    /// A project in TypeScript is started by upstream's command.
    StartedByUpstream = "started-by-upstream",
    /// A line uses what is removed.
    StillUsed = "still-used",
    /// A file is larger than what is read.
    TooLarge = "too-large",
    /// There is no such command.
    UnknownCommand = "unknown-command",
    /// There is no such kind of blueprint.
    UnknownKind = "unknown-kind",
    /// There is no blueprint of the name.
    UnknownName = "unknown-name",
    /// The package is not the one that was asked for.
    UnknownPackage = "unknown-package",
    /// The system does not let a file be read.
    Unreadable = "unreadable",
    /// The command line is wrong in another way.
    Usage = "usage",
    /// Two arguments exclude each other.
    UsageConflict = "usage-conflict",
    /// The value of an argument is not one of those that there are.
    UsageInvalidValue = "usage-invalid-value",
    /// An argument is missing.
    UsageMissingArgument = "usage-missing-argument",
    /// The command is missing.
    UsageMissingCommand = "usage-missing-command",
    /// There is no such argument.
    UsageUnknownArgument = "usage-unknown-argument",
    /// There is no such command, as the command line was read.
    UsageUnknownCommand = "usage-unknown-command",
    /// A directory has two manifests.
    WhichEcosystem = "which-ecosystem",
    /// A workspace has several packages.
    WhichPackage = "which-package",
    /// A Worker cannot load what the adapter needs of Node.
    WorkersWithoutNode = "workers-without-node",
    /// The settings of a workspace cannot be parsed.
    WorkspaceInvalid = "workspace-invalid",
}

impl Code {
    /// Whether it is about the command line.
    pub fn is_usage(self) -> bool {
        self.as_str().split('-').next() == Some("usage")
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(results: &[Result<u8, Code>], expect: &str) {
        let results = results.iter().cloned();
        let results = results.map(|result| result.map_err(|code| Problem::new(code, "")));
        let joined = match all(results) {
            Ok(values) => format!("{values:?}"),
            Err(Failure::Problems(problems)) => {
                let codes = problems.iter().map(|problem| problem.code.as_str());
                codes.collect::<Vec<_>>().join(" ")
            }
            Err(Failure::Unexpected(error)) => error.to_string(),
        };
        assert_eq!(joined, expect);
    }

    #[test]
    fn all_problems_are_told_at_once_and_each_once() {
        let (edition, utf8) = (Err(Code::Edition), Err(Code::NotUtf8));
        check(&[], "[]");
        check(&[Ok(1), Ok(2)], "[1, 2]");
        check(&[Ok(1), edition, Ok(2)], "edition");
        check(&[edition, utf8, edition], "edition not-utf8");
    }

    #[test]
    fn names_are_sorted_and_in_kebab_case() {
        let names = Code::ALL.iter().map(|code| code.as_str());
        let names = names.collect::<Vec<_>>();
        assert!(names.is_sorted(), "{names:?}");
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(names.iter().all(|name| name.chars().all(is_plain)));
    }
}
