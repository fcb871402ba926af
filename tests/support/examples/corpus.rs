//! Tries `flue add sandbox daytona` on copies of the packages that cargo has downloaded.
//!
//! In each the runtime and the SDK are missing. What has to hold: every byte of the package's own files is still there in
//! its place, the second run changes nothing, `--check` ends with 0 then, and rustc reads the adapter from the crate root.
//! A package that the command refuses, or leaves a line of to its author, counts as such and is printed with the reason; it
//! must keep its bytes all the same.
#![expect(clippy::print_stdout, reason = "the counts are the outcome")]
#![expect(clippy::expect_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::SystemTime;
use std::{env, fs};

use similar::{Algorithm, DiffTag, capture_diff_slices};
use walkdir::WalkDir;

/// What the adapter is replaced by where rustc is asked: it complains about it as soon as it reads it.
const UNREADABLE: &str = "fn unreadable(";

fn main() -> ExitCode {
    let directory = env::args_os().nth(1).map_or_else(downloads, PathBuf::from);
    let mut manifests: Vec<PathBuf> = WalkDir::new(&directory)
        .max_depth(3)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.ends_with("Cargo.toml"))
        .collect();
    manifests.sort();

    let mut counts = BTreeMap::<String, usize>::new();
    let mut failures = 0;
    for manifest in &manifests {
        let package = manifest.parent().expect("a file is in a directory");
        let name = package.file_name().unwrap_or_default().to_string_lossy();
        let outcome = try_package(package);
        match &outcome {
            Outcome::Added => {}
            Outcome::Refused(reason) | Outcome::LeftToAuthor(reason) => {
                println!("{name}: {reason}")
            }
            Outcome::Broken(what) => {
                println!("{name}: FAILED: {what}");
                failures += 1;
            }
        }
        *counts.entry(outcome.label().to_owned()).or_default() += 1;
    }
    println!("{} packages of {}", manifests.len(), directory.display());
    for (label, count) in counts {
        println!("{count:6} {label}");
    }
    if failures == 0 && !manifests.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Where cargo unpacks what it downloads.
fn downloads() -> PathBuf {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    home.expect("cargo has a home").join("registry/src")
}

enum Outcome {
    /// All is there, and rustc reads the adapter.
    Added,
    /// The command says why it cannot, and has changed nothing.
    Refused(String),
    /// The command says that it cannot know whether rustc will.
    LeftToAuthor(String),
    Broken(String),
}

impl Outcome {
    fn label(&self) -> &'static str {
        match self {
            Self::Added => "added: no byte lost, second run idle, `--check` 0, read by rustc",
            Self::Refused(_) => "refused: nothing changed",
            Self::LeftToAuthor(_) => {
                "left to the author: no byte lost, second run idle, `--check` 3"
            }
            Self::Broken(_) => "FAILED",
        }
    }
}

fn try_package(package: &Path) -> Outcome {
    let copy = tempfile::tempdir().expect("a temporary directory can be made");
    let project = copy.path();
    copy_sources(package, project);
    try_project(project).unwrap_or_else(Outcome::Broken)
}

fn try_project(project: &Path) -> Result<Outcome, String> {
    let before = files(project);
    let first = flue(project, &[]);
    let after = files(project);
    if !first.status.success() {
        ensure(same_bytes(&before, &after), "a refused run changed files")?;
        return Ok(Outcome::Refused(first_line(&first)));
    }
    every_byte_is_kept(&before, &after)?;

    let second = flue(project, &[]);
    ensure(second.status.success(), &first_line(&second))?;
    ensure(after == files(project), "the second run wrote")?;

    let check = flue(project, &["--check"]);
    match check.status.code() {
        Some(0) => {
            is_read_by_rustc(project, &before, &after)?;
            Ok(Outcome::Added)
        }
        Some(3) => Ok(Outcome::LeftToAuthor(first_line(&check))),
        code => Err(format!(
            "`--check` ended with {code:?}: {}",
            first_line(&check)
        )),
    }
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

/// Copies the manifest as its author wrote it, where it does not need its workspace, and all source files.
fn copy_sources(package: &Path, project: &Path) {
    let written = fs::read_to_string(package.join("Cargo.toml.orig")).unwrap_or_default();
    let is_alone = !written.is_empty() && !written.contains("workspace");
    let manifest = if is_alone {
        "Cargo.toml.orig"
    } else {
        "Cargo.toml"
    };
    fs::copy(package.join(manifest), project.join("Cargo.toml")).expect("a manifest can be copied");
    for entry in WalkDir::new(package).into_iter().filter_map(Result::ok) {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let target = project.join(path.strip_prefix(package).expect("it is in the package"));
            fs::create_dir_all(target.parent().expect("a file is in a directory"))
                .expect("it can be made");
            fs::copy(path, target).expect("a file can be copied");
        }
    }
}

/// The bytes of each file, and when it was written.
type Files = BTreeMap<PathBuf, (Vec<u8>, SystemTime)>;

fn files(project: &Path) -> Files {
    let entries = WalkDir::new(project).into_iter().filter_map(Result::ok);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let files = files.map(|entry| {
        let bytes = fs::read(entry.path()).expect("a file can be read");
        let time = entry.metadata().expect("a file has metadata").modified();
        let time = time.expect("a file has a time");
        (entry.into_path(), (bytes, time))
    });
    files.collect()
}

fn same_bytes(left: &Files, right: &Files) -> bool {
    let bytes = |files: &Files| -> Vec<_> {
        files
            .iter()
            .map(|(path, (bytes, _))| (path.clone(), bytes.clone()))
            .collect()
    };
    bytes(left) == bytes(right)
}

fn every_byte_is_kept(before: &Files, after: &Files) -> Result<(), String> {
    for (path, (old, _)) in before {
        let lost = || format!("bytes of {} are lost", path.display());
        let (new, _) = after.get(path).ok_or_else(lost)?;
        if old == new {
            continue;
        }
        let old = old
            .split_inclusive(|byte| *byte == b'\n')
            .collect::<Vec<_>>();
        let new = new
            .split_inclusive(|byte| *byte == b'\n')
            .collect::<Vec<_>>();
        let changes = capture_diff_slices(Algorithm::Myers, &old, &new);
        let is_kept = changes.iter().all(|change| match change.tag() {
            DiffTag::Equal | DiffTag::Insert => true,
            DiffTag::Delete => false,
            // A line that got something put into it.
            DiffTag::Replace => {
                let old = old[change.old_range()].concat();
                let new = new[change.new_range()].concat();
                let mut rest = new.iter();
                old.iter().all(|byte| rest.any(|other| other == byte))
            }
        });
        ensure(is_kept, &lost())?;
    }
    Ok(())
}

/// rustc complains about the adapter when that cannot be parsed, whatever else it lacks.
fn is_read_by_rustc(project: &Path, before: &Files, after: &Files) -> Result<(), String> {
    let is_adapter = |path: &&PathBuf| path.ends_with("sandboxes/daytona.rs");
    let adapter = after.keys().find(is_adapter).ok_or("there is no adapter")?;
    fs::write(adapter, UNREADABLE).map_err(|error| error.to_string())?;
    let mut roots = before.keys().filter(|path| {
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        is_source && before.get(*path) != after.get(*path)
    });
    let root = roots.next().ok_or("no crate root was changed")?;
    // Or there is nothing to read in a crate for another system.
    let lines = String::from_utf8_lossy(&after[root].0).into_owned();
    let lines = lines.split_inclusive('\n');
    let kept = lines.filter(|line| !line.starts_with("#![cfg("));
    fs::write(root, kept.collect::<String>()).map_err(|error| error.to_string())?;
    let manifest = String::from_utf8_lossy(&before[&project.join("Cargo.toml")].0).into_owned();
    let edition = ["2024", "2021", "2018"].into_iter().find(|edition| {
        manifest
            .lines()
            .any(|line| line.starts_with("edition") && line.contains(edition))
    });
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args([
            "--crate-type=lib",
            "--crate-name=corpus",
            "--emit=metadata",
            "-Awarnings",
        ])
        .args([
            "--error-format=short",
            "--edition",
            edition.unwrap_or("2015"),
            "--out-dir",
        ])
        .args([project, root.as_path()])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&output.stderr);
    let adapter = adapter.to_string_lossy();
    ensure(told.contains(&*adapter), "rustc does not read the adapter")
}

fn flue(project: &Path, options: &[&str]) -> Output {
    let program = env::var_os("FLUE_BINARY").map_or_else(built, PathBuf::from);
    Command::new(&program)
        .args(["add", "sandbox", "daytona"])
        .args(options)
        .current_dir(project)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "{}: {error}; `cargo build -p flue-cli` makes it",
                program.display()
            )
        })
}

/// The command, where cargo puts it.
fn built() -> PathBuf {
    let mut program = env::current_exe().expect("this program has a path");
    program.pop();
    program.set_file_name(format!("flue{}", env::consts::EXE_SUFFIX));
    program
}

/// What the command says first that is an error or a warning.
fn first_line(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr);
    let mut lines = told.lines().map(str::trim);
    let first = lines.find(|line| {
        ["error", "warning", "note", "Unknown"]
            .iter()
            .any(|word| line.starts_with(word))
    });
    first
        .or_else(|| told.lines().next())
        .unwrap_or_default()
        .to_owned()
}
