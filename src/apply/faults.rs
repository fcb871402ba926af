//! Every step of a change fails, ends the process or meets another writer, in every scenario.
//!
//! The seam is the only way in: what runs is what the command runs.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flue_cases::{Entry, Tree};
use rustix::io::Errno;

use super::{apply, recover, seam};
use crate::blueprint::Blueprint;
use crate::blueprint::catalogue::Catalogue;
use crate::ecosystem::{self, Package};
use crate::error::Failure;
use crate::path::RelPath;
use crate::plan::{self, Change, FileChange, Plan};
use crate::request::{OnConflict, RuntimeSource, Search, Selection, Wiring};

/// Cases with changes of every kind, in both ecosystems.
const SCENARIOS: [&str; 11] = [
    "add/sandbox_daytona",
    "add/module_in_mod_rs",
    "add/overwrite_customised",
    "add/npm_sandbox_daytona",
    "add/npm_overwrite_other_contract",
    "remove/customised_force",
    "remove/npm_sandbox_daytona",
    "remove/sandbox_daytona",
    "update/npm_contract_1_to_2",
    "update/npm_sdk_missing",
    "update/sdk_renamed_edited",
];

/// What file systems answer when they are full, broken, gone, or not allowed.
const ERRORS: [Errno; 10] = [
    Errno::IO,
    Errno::NOSPC,
    Errno::DQUOT,
    Errno::ACCESS,
    Errno::PERM,
    Errno::ROFS,
    Errno::STALE,
    Errno::MFILE,
    Errno::INVAL,
    Errno::NOTSUP,
];

/// A project and what is to be done in it.
struct Scenario {
    before: Tree,
    after: Tree,
    files: Vec<FileChange>,
}

impl Scenario {
    /// What adding the blueprint does to the project of a case.
    fn of(case: &str) -> Self {
        let before = flue_cases::before(case);
        let files = planned(&before, |package, blueprint| {
            let inspection = package.inspect(blueprint, Wiring::Complete, &RuntimeSource::Registry);
            let inspection = inspection.unwrap();
            match case.starts_with("update/") {
                true => plan::update(inspection, OnConflict::Keep, None),
                false => plan::add(inspection, OnConflict::Replace),
            }
        });
        Self {
            after: flue_cases::after(case),
            before,
            files,
        }
    }

    /// The one of the command that the case is of.
    fn of_case(case: &str) -> Self {
        match case.starts_with("remove/") {
            true => Self::of_removing(case),
            false => Self::of(case),
        }
    }

    /// What removing it does.
    fn of_removing(case: &str) -> Self {
        let before = flue_cases::before(case);
        let files = planned(&before, |package, blueprint| {
            plan::remove(package.trace(blueprint).unwrap(), OnConflict::Replace)
        });
        Self {
            after: flue_cases::after(case),
            before,
            files,
        }
    }

    /// The files that change, with their text before and after.
    fn written(&self) -> impl Iterator<Item = (&RelPath, Option<&str>, Option<&str>)> {
        let changed = self.files.iter().filter(|file| file.change != Change::Keep);
        changed.map(|file| (&file.real_path, file.change.before(), file.change.after()))
    }

    /// What a run still has to do, as planning anew would find.
    fn rest(&self, root: &Path) -> Vec<FileChange> {
        let mut files = self.files.clone();
        files.retain(|file| {
            let text = fs::read_to_string(file.real_path.under(root)).ok();
            file.change != Change::Keep && text.as_deref() != file.change.after()
        });
        files
    }

    /// That every file is whole, old or new.
    fn expect_whole(&self, root: &Path, point: &str) {
        for (path, before, after) in self.written() {
            let text = fs::read_to_string(path.under(root)).ok();
            let is_whole = text.as_deref() == before || text.as_deref() == after;
            assert!(is_whole, "{point}: `{path}` is {text:?}");
        }
    }

    /// That the next run finishes the job and leaves nothing else.
    fn expect_finished_by_next_run(&self, root: &Path, point: &str) {
        recover(root).unwrap_or_else(|error| panic!("{point}: {error:#}"));
        self.expect_whole(root, point);
        let rest = self.rest(root);
        apply(&rest, root).unwrap_or_else(|failure| panic!("{point}: {failure:?}"));
        self.expect_after(root, point);
    }

    fn expect_after(&self, root: &Path, point: &str) {
        let same = self.after.expect_same(&Tree::read(root));
        same.unwrap_or_else(|difference| panic!("{point}: {difference}"));
    }

    /// How many steps a run takes.
    fn steps(&self) -> usize {
        let project = project(&self.before);
        let (count, root) = (Rc::new(Cell::new(0)), project.path());
        let counter = Rc::clone(&count);
        let counted = move |_: &str| {
            counter.set(counter.get() + 1);
            Ok(())
        };
        let done = seam::watched(counted, || apply(&self.files, root)).unwrap();
        assert!(done.is_ok(), "{done:?}");
        self.expect_after(root, "no fault");
        count.get()
    }
}

/// What `plan` does to the files of a project.
fn planned(
    before: &Tree,
    plan: impl FnOnce(&Package, &Blueprint) -> Result<Plan, Failure>,
) -> Vec<FileChange> {
    let project = project(before);
    let root = project.path().canonicalize().unwrap();
    let selection = Selection {
        start: root.clone(),
        search: Search::Upwards,
        ecosystem: None,
        package: None,
        source_root: None,
    };
    let package = ecosystem::open(&selection).unwrap();
    let blueprint = Catalogue::built_in().find("sandbox", "daytona").unwrap();
    plan(&package, &blueprint).unwrap().files(&root)
}

/// What happens in the place of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Error(Errno),
    /// This step and all later ones that write fail.
    Stays(Errno),
    Death,
}

/// The faults at their steps, counted from 0.
fn strike(faults: Vec<(usize, Fault)>) -> impl FnMut(&str) -> io::Result<()> {
    let mut step = 0;
    move |name| {
        let now = step;
        step += 1;
        for &(at, fault) in &faults {
            match fault {
                Fault::Error(errno) if at == now => return Err(errno.into()),
                Fault::Stays(errno) if at <= now && !name.starts_with("read") => {
                    return Err(errno.into());
                }
                // No destructor of ours cleans up, so that this is as good as a kill.
                Fault::Death if at == now => resume_unwind(Box::new("killed")),
                _ => {}
            }
        }
        Ok(())
    }
}

/// A directory in memory where the machine has one: most of the time would go into syncing.
fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

fn project(tree: &Tree) -> tempfile::TempDir {
    let directory = directory();
    tree.write(directory.path());
    for (path, entry) in tree.entries() {
        if matches!(entry, Entry::File(_)) {
            // Not every file system in memory has them.
            let flags = rustix::fs::XattrFlags::empty();
            let _ = rustix::fs::lsetxattr(directory.path().join(path), "user.test", b"kept", flags);
        }
    }
    directory
}

/// All there is to a project, for the comparison of before and after: kind, mode, time stamp, inode, attributes and bytes.
fn state(root: &Path) -> BTreeMap<PathBuf, String> {
    let entries = walkdir::WalkDir::new(root).into_iter();
    let described = entries.map(|entry| {
        let entry = entry.unwrap();
        let metadata = entry.path().symlink_metadata().unwrap();
        let bytes = fs::read(entry.path()).unwrap_or_default();
        let mut attribute = [0; 16];
        let attribute = rustix::fs::lgetxattr(entry.path(), "user.test", &mut attribute)
            .map(|length| attribute[..length].to_vec());
        let text = format!(
            "{:o} {}.{} {} {attribute:?} {}",
            metadata.mode(),
            metadata.mtime(),
            metadata.mtime_nsec(),
            metadata.ino(),
            String::from_utf8_lossy(&bytes),
        );
        (entry.into_path(), text)
    });
    described.collect()
}

fn expect_untouched(before: &BTreeMap<PathBuf, String>, root: &Path, point: &str) {
    let after = state(root);
    for path in before.keys().chain(after.keys()) {
        assert_eq!(
            before.get(path),
            after.get(path),
            "{point}: {}",
            path.display()
        );
    }
}

/// One run with faults: what it says, unless it died.
fn run(scenario: &Scenario, root: &Path, faults: &[(usize, Fault)]) -> Option<Result<(), Failure>> {
    let struck = strike(faults.to_vec());
    seam::watched(struck, || apply(&scenario.files, root)).ok()
}

/// A step that fails once.
fn single_errors(case: &str, scenario: &Scenario, steps: usize) -> usize {
    for step in 0..steps {
        for errno in ERRORS {
            let point = format!("{case}, {errno:?} at step {step}");
            let project = project(&scenario.before);
            let root = project.path();
            let before = state(root);
            match run(scenario, root, &[(step, Fault::Error(errno))]).unwrap() {
                Ok(()) => scenario.expect_finished_by_next_run(root, &point),
                Err(_) => expect_untouched(&before, root, &point),
            }
        }
    }
    steps * ERRORS.len()
}

/// A step that ends the process, and the next run meets the same fate at every step of its own.
fn deaths(case: &str, scenario: &Scenario, steps: usize) -> usize {
    let mut points = 0;
    for step in 0..steps {
        for next in 0.. {
            points += 1;
            let point = format!("{case}, killed at step {step}, then at {next}");
            let project = project(&scenario.before);
            let root = project.path();
            assert!(run(scenario, root, &[(step, Fault::Death)]).is_none());
            scenario.expect_whole(root, &point);
            let recovered = seam::watched(strike(vec![(next, Fault::Death)]), || recover(root));
            scenario.expect_whole(root, &point);
            scenario.expect_finished_by_next_run(root, &point);
            if recovered.is_ok() {
                break;
            }
        }
    }
    points
}

/// A step that fails, and a later one that fails or ends the process.
fn pairs(case: &str, scenario: &Scenario, steps: usize) -> usize {
    let mut points = 0;
    for first in 0..steps {
        for errno in [Errno::IO, Errno::NOTSUP] {
            for second in [Fault::Error(Errno::IO), Fault::Death] {
                // Taking back is no longer than what it takes back, with the calls that stand for those that are lacking.
                for later in first + 1..first + steps {
                    points += 1;
                    let point = format!("{case}, {errno:?} at step {first}, {second:?} at {later}");
                    let project = project(&scenario.before);
                    let root = project.path();
                    let faults = [(first, Fault::Error(errno)), (later, second)];
                    let _ = run(scenario, root, &faults);
                    scenario.expect_finished_by_next_run(root, &point);
                }
            }
        }
    }
    points
}

/// From a step on, nothing can be written any more.
fn errors_that_stay(case: &str, scenario: &Scenario, steps: usize) -> usize {
    for step in 0..steps {
        for errno in ERRORS {
            let point = format!("{case}, {errno:?} from step {step} on");
            let project = project(&scenario.before);
            let root = project.path();
            let _ = run(scenario, root, &[(step, Fault::Stays(errno))]);
            scenario.expect_whole(root, &point);
            scenario.expect_finished_by_next_run(root, &point);
        }
    }
    steps * ERRORS.len()
}

#[expect(clippy::print_stdout, reason = "tells how much was tried")]
#[test]
fn no_fault_and_no_death_leaves_anything_half_done() {
    let points = std::thread::scope(|scope| {
        let scenarios = SCENARIOS.map(|case| {
            scope.spawn(move || {
                let scenario = Scenario::of_case(case);
                let steps = scenario.steps();
                single_errors(case, &scenario, steps)
                    + errors_that_stay(case, &scenario, steps)
                    + deaths(case, &scenario, steps)
                    + pairs(case, &scenario, steps)
            })
        });
        scenarios.map(|scenario| scenario.join().unwrap())
    });
    let all = points.iter().sum::<usize>();
    println!("{all} points: {points:?}");
    assert!(all >= 20_000);
}

/// What someone else does to a file or a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Other {
    /// Saves as most editors do: beside the file, and renames.
    SavesByRename,
    SavesInPlace,
    /// Opened the file before the run, and writes to it now.
    SavesWhatWasOpen,
    Removes,
    /// Puts a link out of the project where the file is.
    PutsLink,
    PutsPipe,
    /// Puts a link out of the project where the directory is.
    PutsDirectoryLink,
}

const OTHERS: [Other; 7] = [
    Other::SavesByRename,
    Other::SavesInPlace,
    Other::SavesWhatWasOpen,
    Other::Removes,
    Other::PutsLink,
    Other::PutsPipe,
    Other::PutsDirectoryLink,
];

const THEIRS: &str = "what someone else wrote";

impl Other {
    /// Tells whether there is a directory to act in by now.
    fn act(self, path: &Path, outside: &Path, open: Option<&fs::File>) -> bool {
        if !path.parent().unwrap().is_dir() {
            return false;
        }
        let beside = path.with_file_name("editor.swp");
        match self {
            Self::SavesByRename => {
                fs::write(&beside, THEIRS).unwrap();
                fs::rename(beside, path).unwrap();
            }
            Self::SavesInPlace => fs::write(path, THEIRS).unwrap(),
            Self::SavesWhatWasOpen => {
                if let Some(mut file) = open {
                    file.set_len(0).unwrap();
                    file.write_all(THEIRS.as_bytes()).unwrap();
                }
            }
            Self::Removes => drop(fs::remove_file(path)),
            Self::PutsLink => {
                symlink(outside.join("file"), &beside).unwrap();
                fs::rename(beside, path).unwrap();
            }
            Self::PutsPipe => {
                let _ = fs::remove_file(path);
                use rustix::fs::{CWD, FileType, Mode, mknodat};
                let _ = mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0);
            }
            Self::PutsDirectoryLink => {
                let directory = path.parent().unwrap();
                if fs::rename(directory, directory.with_extension("moved")).is_ok() {
                    symlink(outside, directory).unwrap();
                }
            }
        }
        true
    }
}

/// A run during which someone else acts on the file at `path` before the given step.
fn meet(scenario: &Scenario, path: &RelPath, other: Other, step: usize) {
    let (holder, outside) = (directory(), project(&Tree::default()));
    let root = holder.path().join("project");
    scenario.before.write(&root);
    fs::write(outside.path().join("file"), "outside").unwrap();
    let outside_before = state(outside.path());
    let point = format!("{other:?} to `{path}` at step {step}");

    let path = path.under(&root);
    let open = fs::OpenOptions::new().write(true).open(&path).ok();
    let (checks, has_written) = (Rc::new(Cell::new(true)), Rc::new(Cell::new(false)));
    let act = {
        let (path, outside) = (path.clone(), outside.path().to_owned());
        let (checks, has_written) = (Rc::clone(&checks), Rc::clone(&has_written));
        let mut now = 0;
        let (mut is_synced, mut is_last_check_over) = (false, false);
        move |name: &str| {
            if now == step {
                has_written.set(other.act(&path, &outside, open.as_ref()));
                checks.set(!is_last_check_over);
            }
            // After the last look at what was replaced there is nothing between a late writer and its removal.
            is_synced |= name == "sync a directory";
            is_last_check_over |= is_synced && name == "read a file";
            now += 1;
            Ok(())
        }
    };
    let result = seam::watched(act, || apply(&scenario.files, &root)).unwrap();
    expect_untouched(&outside_before, outside.path(), &point);
    let text = || fs::read_to_string(&path);
    match other {
        Other::SavesByRename | Other::SavesInPlace => {
            if has_written.get() {
                assert_eq!(text().ok().as_deref(), Some(THEIRS), "{point}: {result:?}");
            }
        }
        Other::SavesWhatWasOpen => {
            if checks.get()
                && scenario
                    .before
                    .file(path.strip_prefix(&root).unwrap())
                    .is_some()
            {
                assert_eq!(text().unwrap(), THEIRS, "{point}: {result:?}");
            }
        }
        Other::PutsLink => {
            if has_written.get() {
                assert!(path.is_symlink(), "{point}: {result:?}");
            }
        }
        Other::Removes | Other::PutsPipe | Other::PutsDirectoryLink => {}
    }
    let left = walkdir::WalkDir::new(holder.path()).into_iter();
    let mut left = left.filter_map(|entry| {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        name.starts_with(".flue-").then_some(name)
    });
    assert_eq!(left.next(), None, "{point}: {result:?}");
}

#[test]
fn what_someone_else_does_meanwhile_stays() {
    let cases = [
        "add/sandbox_daytona",
        "add/npm_sandbox_daytona",
        "remove/customised_force",
        "remove/npm_sandbox_daytona",
    ];
    for case in cases {
        let scenario = Scenario::of_case(case);
        let steps = scenario.steps();
        for (path, _, _) in scenario.written() {
            for other in OTHERS {
                for step in 0..steps {
                    meet(&scenario, path, other, step);
                }
            }
        }
    }
}
