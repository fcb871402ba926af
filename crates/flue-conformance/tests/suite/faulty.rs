//! Adapters that do one thing wrong.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use flue_runtime::{
    ExecOptions, FileKind, FileStat, MkdirOptions, Operation, RmOptions, SandboxApi, SandboxError,
    SandboxFactory, SessionEnv, SessionEnvOptions, ShellResult, async_trait,
    create_sandbox_session_env,
};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::local::{
    self, Local, Manner, finish, invalid, require_folder, require_valid, result_of, told,
    unsupported,
};
use crate::naive::NaiveSession;

/// What an adapter does wrong. Each has been seen in an adapter, or is easily done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    HandsOutANewFolderEachTime,
    HandsOutARelativeBase,
    ClosesEarlierSessions,
    ResolvesPathsNaively,
    ResolvesPathsAsAShell,
    StartsPathsElsewhere,
    ContainsPaths,
    TakesEmptyDirectoriesForTheTop,
    CreatesNoParents,
    KeepsFilesElsewhere,
    RefusesLinks,

    ReadsTextLossily,
    ReadsTextWithoutByteOrderMark,
    ReadsTextWithUnixLineEnds,
    ReadsTextAsLatin1,
    ReadsTextTrimmed,
    ReadsMissingFilesAsEmpty,
    ReadsEmptyFilesAsMissing,
    ReadsAtMost64Kib,

    WritesByAppending,
    WritesWithoutTruncating,
    WritesTextOnly,
    WritesFromOneBuffer,
    WritesAtMost64Kib,
    RefusesEmptyFiles,
    WritesOverLinks,
    WritesTrimmedNames,
    WritesDecodedNames,
    LosesWritesIntoMissingFolders,
    LosesFailedWrites,

    StatsAllAsFiles,
    StatsAllAsFolders,
    StatsSizeAsZero,
    StatsSizeInBlocks,
    StatsSizeInCharacters,
    StatsTimeAsNow,
    StatsTimeAsZero,
    StatsNoLinks,
    StatsLinksThemselves,
    StatsForbiddenAsMissing,

    ListsPaths,
    ListsNoHiddenNames,
    ListsDots,
    ListsTrees,
    ListsLines,
    ListsAtMost100,
    ListsNoLinks,
    ListsMissingAsEmpty,
    ListsForbiddenAsEmpty,

    SaysAllExists,
    SaysNothingExists,
    ExistsSwallowsErrors,
    ExistsFailsBelowFiles,
    ExistsDoesNotFollowLinks,

    MakesParentsAlways,
    MakesNoParents,
    RefusesFoldersThatAreThere,
    AcceptsFoldersThatAreThere,
    MakesFoldersSilently,
    MakesNoFolders,

    RemovesTreesAlways,
    RemovesNoTrees,
    RemovesEmptyFolders,
    RemovesNothing,
    RemovesMissingSilently,
    RemovesWhatLinksLeadTo,
    EmptiesLinkedFolders,
    RemovesByPattern,
    IgnoresForce,
    GrantsForce,
    RefusesForceTooLate,
    RefusesForceNamelessly,

    DropsVariables,
    DropsEmptyVariables,
    KeepsVariables,
    QuotesVariablesBadly,
    ReplacesAllVariables,
    AcceptsAnyVariableName,
    IgnoresDirectories,
    KeepsDirectories,
    FallsBackToTheBase,
    TellsMissingDirectoriesAsExitCode,

    FeedsScriptsToStdin,
    AnswersOnStdin,
    ExpandsBackslashes,
    CutsAtNul,
    WrapsInBraces,
    RunsAsArgument,
    RunsWithoutAShell,
    RunsTheFirstLine,
    FailsOnExitCodes,
    LosesExitCodes,
    DropsStandardError,
    MergesStreams,
    TrimsOutput,
    EndsOutputWithANewline,
    WritesOutputInAscii,
    WritesOutputWithUnixLineEnds,
    CutsOutput,
    RefusesOddOutput,
    WaitsForBackgroundProcesses,

    RoundsDeadlinesDown,
    TakesZeroForNoDeadline,
    DropsDeadlines,
    LimitsLongCommands,
    RefusesLongDeadlines,
    RefusesDeadlines,
    TellsDeadlinesAsExitCode,
    TellsAnotherDeadline,
    LetsCommandsRunOn,
    KillsOnlyTheShell,
    StopsLongCommandsEarly,
    MultipliesDeadlines,

    TellsNoKinds,
    TellsRelativePaths,
}

#[derive(Clone)]
pub(crate) struct Faulty {
    local: Local,
    fault: Fault,
    /// How many sessions there were, and which of them this is.
    sessions: Arc<AtomicUsize>,
    session: usize,
    /// What a session that must not remember anything remembers.
    memory: PathBuf,
    /// What all writes go through.
    buffer: Arc<Mutex<Vec<u8>>>,
}

impl Faulty {
    pub(crate) fn new(manner: Manner, fault: Fault) -> Self {
        let local = Local::new(manner);
        Self {
            memory: local.file_beside(),
            local,
            fault,
            sessions: Arc::default(),
            session: 0,
            buffer: Arc::default(),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// The error as this adapter tells it.
    fn told<T>(&self, result: Result<T, SandboxError>) -> Result<T, SandboxError> {
        match (self.fault, result) {
            (Fault::TellsNoKinds, Err(error @ SandboxError::File { .. })) => {
                let operation = error.operation();
                Err(SandboxError::provider(operation, local::PROVIDER, error))
            }
            (
                Fault::TellsRelativePaths,
                Err(SandboxError::File {
                    path,
                    kind,
                    operation,
                    ..
                }),
            ) => {
                let name = path.rsplit('/').next().unwrap_or("");
                Err(SandboxError::file(operation, name, kind))
            }
            (_, result) => result,
        }
    }
}

#[async_trait]
impl SandboxFactory for Faulty {
    async fn create_session_env(
        &self,
        _options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        let adapter = match self.fault {
            Fault::HandsOutANewFolderEachTime => Self::new(self.local.manner(), self.fault),
            _ => Self {
                session: self.sessions.fetch_add(1, Ordering::Relaxed) + 1,
                memory: self.local.file_beside(),
                ..self.clone()
            },
        };
        let base = adapter.local.base();
        Ok(match self.fault {
            Fault::ResolvesPathsNaively
            | Fault::ResolvesPathsAsAShell
            | Fault::StartsPathsElsewhere
            | Fault::ContainsPaths
            | Fault::TakesEmptyDirectoriesForTheTop
            | Fault::CreatesNoParents
            | Fault::AcceptsAnyVariableName
            | Fault::CutsAtNul
            | Fault::TakesZeroForNoDeadline
            | Fault::DropsDeadlines
            | Fault::MultipliesDeadlines => Arc::new(NaiveSession::new(adapter, base, self.fault)),
            Fault::HandsOutARelativeBase => {
                create_sandbox_session_env(adapter, base.trim_start_matches('/'))
            }
            _ => create_sandbox_session_env(adapter, base),
        })
    }
}

#[async_trait]
impl SandboxApi for Faulty {
    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        let bytes = self.read_file_buffer(path).await?;
        if self.is(Fault::ReadsTextLossily) {
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            SandboxError::from_io(Operation::ReadFile, path, ErrorKind::InvalidData.into())
        })?;
        Ok(match self.fault {
            Fault::ReadsTextWithoutByteOrderMark => text.trim_start_matches('\u{feff}').to_owned(),
            Fault::ReadsTextWithUnixLineEnds => text.replace("\r\n", "\n"),
            Fault::ReadsTextAsLatin1 => text.bytes().map(char::from).collect(),
            Fault::ReadsTextTrimmed => text.trim_end().to_owned(),
            _ => text,
        })
    }

    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        if self.is(Fault::ClosesEarlierSessions)
            && self.session != self.sessions.load(Ordering::Relaxed)
        {
            return Err(invalid("the session is closed"));
        }
        let path = &self.located(path);
        self.refuse_link(Operation::ReadFile, path)?;
        match (self.fault, self.local.read_file_buffer(path).await) {
            (Fault::ReadsEmptyFilesAsMissing, Ok(bytes)) if bytes.is_empty() => {
                told(Operation::ReadFile, path, Err(ErrorKind::NotFound.into()))
            }
            (Fault::ReadsMissingFilesAsEmpty, Err(error)) if local::is_missing(&error) => {
                Ok(Vec::new())
            }
            (Fault::ReadsAtMost64Kib, Ok(mut bytes)) => {
                bytes.truncate(1 << 16);
                Ok(bytes)
            }
            (_, result) => self.told(result),
        }
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        let path = &self.located(path);
        self.refuse_link(Operation::WriteFile, path)?;
        let shared = self.buffered(content).await;
        let content = shared.as_deref().unwrap_or(content);
        let folder_is_there = Path::new(path).parent().is_none_or(Path::is_dir);
        let written = match self.fault {
            Fault::WritesByAppending => open(path, OpenOptions::new().append(true), content),
            Fault::WritesWithoutTruncating => open(path, OpenOptions::new().write(true), content),
            Fault::WritesTextOnly => fs::write(path, &*String::from_utf8_lossy(content)),
            Fault::WritesAtMost64Kib => fs::write(path, &content[..content.len().min(1 << 16)]),
            Fault::RefusesEmptyFiles if content.is_empty() => Err(ErrorKind::InvalidInput.into()),
            Fault::WritesOverLinks if Path::new(path).is_symlink() => {
                fs::remove_file(path).and_then(|()| fs::write(path, content))
            }
            Fault::WritesTrimmedNames => fs::write(trimmed(path), content),
            Fault::WritesDecodedNames => fs::write(decoded(path), content),
            Fault::LosesWritesIntoMissingFolders if !folder_is_there => Ok(()),
            Fault::LosesFailedWrites if folder_is_there => {
                let _ = fs::write(path, content);
                Ok(())
            }
            _ => fs::write(path, content),
        };
        self.told(told(Operation::WriteFile, path, written))
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let mut stat = match (self.fault, self.local.stat(path).await) {
            (Fault::StatsForbiddenAsMissing, Err(error)) if is_forbidden(&error) => {
                return told(Operation::Stat, path, Err(ErrorKind::NotFound.into()));
            }
            (Fault::StatsLinksThemselves, _) => return link_stat(path),
            (_, result) => self.told(result)?,
        };
        match self.fault {
            Fault::StatsAllAsFiles => stat.kind = FileKind::File,
            Fault::StatsAllAsFolders => stat.kind = FileKind::Directory,
            Fault::StatsSizeInBlocks => {
                stat.size = stat.size.map(|size| size / 4096 * 4096 + 4096);
            }
            Fault::StatsTimeAsZero => stat.mtime = Some(SystemTime::UNIX_EPOCH),
            Fault::StatsSizeAsZero => stat.size = Some(0),
            Fault::StatsSizeInCharacters => {
                if let Ok(text) = fs::read_to_string(path) {
                    stat.size = Some(u64::try_from(text.chars().count()).unwrap());
                }
            }
            Fault::StatsTimeAsNow => stat.mtime = Some(SystemTime::now()),
            Fault::StatsNoLinks => stat.is_symbolic_link = Some(false),
            _ => {}
        }
        Ok(stat)
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        let mut names = match (self.fault, self.local.readdir(path).await) {
            (Fault::ListsMissingAsEmpty, Err(error)) if local::is_missing(&error) => Vec::new(),
            (Fault::ListsForbiddenAsEmpty, Err(error)) if is_forbidden(&error) => Vec::new(),
            (_, result) => self.told(result)?,
        };
        match self.fault {
            Fault::ListsPaths => names
                .iter_mut()
                .for_each(|name| *name = format!("{path}/{name}")),
            Fault::ListsNoHiddenNames => names.retain(|name| !name.starts_with('.')),
            Fault::ListsDots => names.extend([".".to_owned(), "..".to_owned()]),
            Fault::ListsTrees => {
                for name in names.clone() {
                    let below = self.local.readdir(&format!("{path}/{name}")).await;
                    names.extend(below.unwrap_or_default());
                }
            }
            Fault::ListsLines => {
                let lines = names.iter().flat_map(|name| name.lines());
                names = lines.map(str::to_owned).collect();
            }
            Fault::ListsAtMost100 => names.truncate(100),
            Fault::ListsNoLinks => names.retain(|name| !Path::new(path).join(name).is_symlink()),
            _ => {}
        }
        Ok(names)
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        match (self.fault, self.local.exists(path).await) {
            (Fault::SaysAllExists, _) => Ok(true),
            (Fault::SaysNothingExists, _) => Ok(false),
            (Fault::ExistsSwallowsErrors, result) => Ok(result.unwrap_or(false)),
            (Fault::ExistsFailsBelowFiles, Ok(false)) => {
                let found = fs::metadata(path);
                match found.unwrap_err().kind() {
                    ErrorKind::NotFound => Ok(false),
                    kind => told(Operation::Exists, path, Err(kind.into())),
                }
            }
            (Fault::ExistsDoesNotFollowLinks, Ok(false)) => Ok(Path::new(path).is_symlink()),
            (_, result) => self.told(result),
        }
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        self.refuse_link(Operation::Mkdir, path)?;
        // The folder that a case begins with has to be there.
        let is_first = Path::new(path).parent() == Some(Path::new(&self.local.base()));
        if self.is(Fault::MakesNoFolders) && !is_first {
            return Ok(());
        }
        let is_there = Path::new(path).exists();
        let asked = match self.fault {
            Fault::MakesParentsAlways => MkdirOptions::recursive(),
            Fault::MakesNoParents => MkdirOptions::new(),
            _ => options,
        };
        let made = self.local.mkdir(path, asked).await;
        match self.fault {
            Fault::RefusesFoldersThatAreThere if is_there => {
                told(Operation::Mkdir, path, Err(ErrorKind::AlreadyExists.into()))
            }
            Fault::AcceptsFoldersThatAreThere if is_there => Ok(()),
            Fault::MakesNoParents if is_there && options.recursive => Ok(()),
            Fault::MakesFoldersSilently => Ok(()),
            _ => self.told(made),
        }
    }

    async fn rm(&self, path: &str, mut options: RmOptions) -> Result<(), SandboxError> {
        match self.fault {
            Fault::RemovesTreesAlways => options.recursive = true,
            Fault::RemovesNoTrees => options.recursive = false,
            _ => {}
        }
        match self.fault {
            Fault::RemovesNothing => Ok(()),
            Fault::RemovesEmptyFolders if fs::remove_dir(path).is_ok() => Ok(()),
            Fault::RemovesMissingSilently if !Path::new(path).exists() => Ok(()),
            Fault::RemovesWhatLinksLeadTo => {
                let target = fs::canonicalize(path).unwrap_or_else(|_| path.into());
                let removed = local::remove(target.to_str().unwrap(), options.recursive);
                told(Operation::Rm, path, removed)
            }
            Fault::EmptiesLinkedFolders => {
                empty_linked_folders(Path::new(path));
                self.local.rm(path, options).await
            }
            Fault::RemovesByPattern => {
                for neighbour in beginning_alike(path) {
                    let _ = local::remove(neighbour.to_str().unwrap(), true);
                }
                self.local.rm(path, options).await
            }
            Fault::IgnoresForce => {
                options.force = false;
                self.local.rm(path, options).await
            }
            Fault::GrantsForce if options.force => {
                let _ = local::remove(path, options.recursive);
                Ok(())
            }
            Fault::RefusesForceTooLate if options.force => {
                let _ = local::remove(path, options.recursive);
                Err(unsupported(local::PROVIDER))
            }
            Fault::RefusesForceNamelessly if options.force => Err(unsupported("")),
            _ => self.told(self.local.rm(path, options).await),
        }
    }

    async fn exec(
        &self,
        command: &str,
        mut options: ExecOptions,
    ) -> Result<ShellResult, SandboxError> {
        match self.fault {
            Fault::AcceptsAnyVariableName => {
                let is_name = |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
                options
                    .env
                    .retain(|name, _| is_name(name) && !name.is_empty());
            }
            Fault::CutsAtNul => {
                let values = options.env.values_mut();
                values.for_each(|value| *value = until_nul(value));
                require_valid(&until_nul(command), &options)?;
            }
            _ => require_valid(command, &options)?,
        }
        self.local.require_deadline(&options)?;
        if self.is(Fault::LimitsLongCommands)
            && options.timeout.is_none()
            && command.starts_with("sleep")
        {
            options.timeout = Some(Duration::ZERO);
        }
        let asked = options.timeout;
        self.spoil_options(&mut options)?;
        let result = match self.fault {
            Fault::FeedsScriptsToStdin => self.feed(command, &options).await,
            Fault::RunsAsArgument => run("sh", &["-c", command], &options).await,
            Fault::CutsAtNul => self.run_script(&until_nul(command), &options).await,
            Fault::RunsWithoutAShell => {
                let words = command.split_whitespace().collect::<Vec<_>>();
                let [program, arguments @ ..] = &*words else {
                    return Err(invalid("there is no command"));
                };
                run(program, arguments, &options).await
            }
            Fault::LetsCommandsRunOn
            | Fault::KillsOnlyTheShell
            | Fault::TellsDeadlinesAsExitCode => self.stop_badly(command, &options).await,
            _ => self.run_script(command, &options).await,
        };
        match (self.told(result), asked) {
            (Err(SandboxError::Timeout { .. }), Some(asked)) => {
                let told = match self.fault {
                    Fault::TellsAnotherDeadline => asked + Duration::from_secs(1),
                    _ => asked,
                };
                Err(SandboxError::timeout(Operation::Exec, told))
            }
            (result, _) => self.spoil_result(result?),
        }
    }
}

impl Faulty {
    /// What is in the buffer of all writes by the time that this one gets to it.
    async fn buffered(&self, content: &[u8]) -> Option<Vec<u8>> {
        if !self.is(Fault::WritesFromOneBuffer) {
            return None;
        }
        *self.buffer.lock().unwrap() = content.to_owned();
        tokio::task::yield_now().await;
        Some(self.buffer.lock().unwrap().clone())
    }

    /// Where the file is that commands see at `path`, or another one.
    fn located(&self, path: &str) -> String {
        if !self.is(Fault::KeepsFilesElsewhere) {
            return path.to_owned();
        }
        let elsewhere = path.replace(&self.local.base(), &format!("{}-files", self.local.base()));
        let _ = fs::create_dir_all(Path::new(&elsewhere).parent().unwrap());
        elsewhere
    }

    fn refuse_link(&self, operation: Operation, path: &str) -> Result<(), SandboxError> {
        if self.is(Fault::RefusesLinks) && Path::new(path).ancestors().any(Path::is_symlink) {
            return told(operation, path, Err(ErrorKind::PermissionDenied.into()));
        }
        Ok(())
    }

    fn spoil_options(&self, options: &mut ExecOptions) -> Result<(), SandboxError> {
        let cwd = options.cwd.clone().unwrap_or_default();
        match self.fault {
            Fault::DropsVariables => options.env.clear(),
            Fault::DropsEmptyVariables => options.env.retain(|_, value| !value.is_empty()),
            Fault::KeepsDirectories => {
                let kept = fs::read_to_string(&self.memory);
                options.cwd = kept.ok().map(|cwd| cwd.trim().to_owned()).or(Some(cwd));
            }
            Fault::IgnoresDirectories => options.cwd = Some(self.local.base()),
            Fault::FallsBackToTheBase if !Path::new(&cwd).is_dir() => {
                options.cwd = Some(self.local.base());
            }
            _ => {}
        }
        let Some(timeout) = options.timeout else {
            return Ok(());
        };
        options.timeout = match self.fault {
            Fault::RoundsDeadlinesDown => Some(Duration::from_secs(timeout.as_secs().max(1))),
            Fault::TakesZeroForNoDeadline if timeout.is_zero() => None,
            Fault::DropsDeadlines => None,
            Fault::RefusesDeadlines => return Err(invalid("there are no deadlines")),
            Fault::RefusesLongDeadlines if timeout > Duration::from_secs(3600) => {
                return Err(invalid("the deadline is too far away"));
            }
            Fault::MultipliesDeadlines => match timeout.checked_mul(1000) {
                Some(timeout) => Some(timeout),
                None => return Err(invalid("the deadline is too far away")),
            },
            Fault::StopsLongCommandsEarly if timeout >= Duration::from_secs(1) => {
                Some(Duration::from_millis(100))
            }
            _ => Some(timeout),
        };
        Ok(())
    }

    async fn run_script(
        &self,
        command: &str,
        options: &ExecOptions,
    ) -> Result<ShellResult, SandboxError> {
        let script = match self.fault {
            Fault::WrapsInBraces => format!("{{ {command}\n}} </dev/null"),
            Fault::RunsTheFirstLine => command.lines().next().unwrap_or("").to_owned(),
            Fault::WaitsForBackgroundProcesses => format!("trap wait EXIT\n{command}"),
            Fault::QuotesVariablesBadly => {
                let exports = options
                    .env
                    .iter()
                    .map(|(name, value)| format!("export {name}=\"{value}\"\n"));
                exports.collect::<String>() + command
            }
            Fault::MergesStreams => format!("exec 2>&1\n{command}"),
            Fault::TellsMissingDirectoriesAsExitCode => {
                let cwd = options.cwd.as_deref().unwrap_or("/");
                format!("cd '{}' || exit 1\n{command}", cwd.replace('\'', r"'\''"))
            }
            Fault::AnswersOnStdin => format!("exec <<YES\ny\nYES\n{command}"),
            Fault::ExpandsBackslashes => command.replace("\\\\", "\\"),
            Fault::KeepsDirectories => {
                format!("trap 'pwd > {}' EXIT\n{command}", self.memory.display())
            }
            Fault::KeepsVariables => {
                let memory = self.memory.display();
                format!(
                    "if [ -f {memory} ]; then . {memory}; fi\ntrap 'export -p > {memory}' EXIT\n{command}"
                )
            }
            Fault::ReplacesAllVariables if !options.env.is_empty() => {
                format!("unset PATH\n{command}")
            }
            _ => self.local.script(command),
        };
        let mut options = options.clone();
        match self.fault {
            Fault::TellsMissingDirectoriesAsExitCode => options.cwd = Some("/".to_owned()),
            Fault::QuotesVariablesBadly => options.env.clear(),
            _ => require_folder(&options)?,
        }
        let shell = told(Operation::Exec, "sh", self.local.start(&script, &options))?;
        let output = finish(shell, &options).await?;
        if self.is(Fault::RefusesOddOutput) && String::from_utf8(output.stdout.clone()).is_err() {
            return told(Operation::Exec, "sh", Err(ErrorKind::InvalidData.into()));
        }
        Ok(result_of(&output))
    }

    async fn feed(
        &self,
        command: &str,
        options: &ExecOptions,
    ) -> Result<ShellResult, SandboxError> {
        require_folder(options)?;
        let mut shell = shell("sh", &[], options);
        let mut child = told(Operation::Exec, "sh", shell.stdin(Stdio::piped()).spawn())?;
        let mut stdin = child.stdin.take().unwrap();
        let command = command.to_owned();
        tokio::spawn(async move { stdin.write_all(command.as_bytes()).await });
        Ok(result_of(&finish(child, options).await?))
    }

    /// Does not wait for the command, but does not stop it as it should either.
    async fn stop_badly(
        &self,
        command: &str,
        options: &ExecOptions,
    ) -> Result<ShellResult, SandboxError> {
        require_folder(options)?;
        let shell = told(Operation::Exec, "sh", self.local.start(command, options))?;
        let Some(timeout) = options.timeout else {
            return Ok(result_of(&finish(shell, options).await?));
        };
        let group = shell.id().unwrap();
        let output = tokio::time::timeout(timeout, shell.wait_with_output());
        if let Ok(output) = output.await {
            return Ok(result_of(&told(Operation::Exec, "sh", output)?));
        }
        let victim = match self.fault {
            Fault::LetsCommandsRunOn => None,
            Fault::KillsOnlyTheShell => Some(group.to_string()),
            _ => Some(format!("-{group}")),
        };
        if let Some(victim) = victim {
            let kill = format!("kill -9 {victim}");
            let _ = Command::new("sh").args(["-c", &kill]).status().await;
        }
        if self.is(Fault::TellsDeadlinesAsExitCode) {
            return Ok(ShellResult::new(124));
        }
        Err(SandboxError::timeout(Operation::Exec, timeout))
    }

    fn spoil_result(&self, mut result: ShellResult) -> Result<ShellResult, SandboxError> {
        match self.fault {
            Fault::FailsOnExitCodes if result.exit_code != 0 => {
                let reason = format!("exit code {}", result.exit_code);
                return Err(SandboxError::provider(
                    Operation::Exec,
                    local::PROVIDER,
                    reason,
                ));
            }
            Fault::LosesExitCodes => result.exit_code = 0,
            Fault::DropsStandardError => result.stderr.clear(),
            Fault::CutsAtNul => result.stdout = until_nul(&result.stdout),
            Fault::EndsOutputWithANewline => {
                result.stdout = format!("{}\n", result.stdout.trim_end_matches('\n'));
            }
            Fault::WritesOutputInAscii => {
                result.stdout = result
                    .stdout
                    .replace(|letter: char| !letter.is_ascii(), "?");
            }
            Fault::WritesOutputWithUnixLineEnds => {
                result.stdout = result.stdout.replace("\r\n", "\n");
            }
            Fault::TrimsOutput => result.stdout = result.stdout.trim().to_owned(),
            Fault::CutsOutput => {
                result.stdout = result.stdout.chars().take(1 << 16).collect();
            }
            _ => {}
        }
        Ok(result)
    }
}

fn open(path: &str, options: &mut OpenOptions, content: &[u8]) -> io::Result<()> {
    options.create(true).open(path)?.write_all(content)
}

fn until_nul(text: &str) -> String {
    text.split('\0').next().unwrap().to_owned()
}

/// The neighbours of `path` whose names begin with its name and a dot.
fn beginning_alike(path: &str) -> Vec<PathBuf> {
    let (folder, name) = path.rsplit_once('/').unwrap();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    names
        .filter(|neighbour| neighbour.starts_with(&format!("{name}.")))
        .map(|neighbour| Path::new(folder).join(neighbour))
        .collect()
}

/// Removes what is in the folders that `path`, or a link below it, leads to.
fn empty_linked_folders(path: &Path) {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let entries = entries.map(|entry| entry.path()).collect::<Vec<_>>();
    for entry in entries {
        if path.is_symlink() {
            local::remove(entry.to_str().unwrap(), true).unwrap();
        } else {
            empty_linked_folders(&entry);
        }
    }
}

/// The path whose last name has no blanks around it.
fn trimmed(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap();
    format!("{folder}/{}", name.trim())
}

/// The path as one that reads it as part of an address would take it.
fn decoded(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap();
    path.replace('+', " ")
        .replace("%20", " ")
        .replace("%2F", "/")
}

fn is_forbidden(error: &SandboxError) -> bool {
    error.file_kind() == Some(ErrorKind::PermissionDenied)
}

fn link_stat(path: &str) -> Result<FileStat, SandboxError> {
    let found = told(Operation::Stat, path, fs::symlink_metadata(path))?;
    Ok(FileStat::new(found.file_type().into())
        .with_symbolic_link(found.is_symlink())
        .with_size(found.len())
        .with_mtime(found.modified().ok()))
}

fn shell(program: &str, arguments: &[&str], options: &ExecOptions) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(options.cwd.as_deref().unwrap_or("/"))
        .envs(&options.env)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    command
}

async fn run(
    program: &str,
    arguments: &[&str],
    options: &ExecOptions,
) -> Result<ShellResult, SandboxError> {
    require_folder(options)?;
    let child = shell(program, arguments, options).spawn();
    let child = told(Operation::Exec, program, child)?;
    Ok(result_of(&finish(child, options).await?))
}
