//! What the command leaves behind compiles, in every case in which it succeeds: clippy finds nothing.
//!
//! A case that cannot compile, whatever the command does, says why in its head.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use flue_cases::{Store, Tree};
use libtest_mimic::{Arguments, Failed, Trial};
use walkdir::WalkDir;

fn main() -> ExitCode {
    let store = Store::open().expect("there is a store of cases");
    let names = store.names().into_iter();
    let names = names.filter(|name| name.starts_with("add/"));
    let trials = names.filter_map(|name| {
        let files = files_to_compile(&store, &name)?;
        Some(Trial::test(name, move || {
            check(&files).map_err(Failed::from)
        }))
    });
    // Each thread builds the dependencies once.
    let arguments = Arguments {
        test_threads: Some(2),
        ..Arguments::from_args()
    };
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// The files after the run, if that changes any, and a compiler may take them.
fn files_to_compile(store: &Store, name: &str) -> Option<Tree> {
    let case = store.case(name).ok()?;
    let after = case.expected(store.pristine()).ok()?.after;
    let has_manifest = after
        .entries()
        .any(|(path, _)| path.ends_with("Cargo.toml"));
    let can_compile = has_manifest && case.cannot_compile.is_none() && after != case.before;
    can_compile.then_some(after)
}

fn find_manifest(tree: &Path) -> Option<PathBuf> {
    let entries = WalkDir::new(tree)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok);
    entries
        .map(walkdir::DirEntry::into_path)
        .find(|path| path.ends_with("Cargo.toml"))
}

fn check(files: &Tree) -> Result<(), String> {
    let project = tempfile::tempdir().expect("a temporary folder can be made");
    files.write(project.path());
    let manifest = find_manifest(project.path()).ok_or("no manifest")?;
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--quiet", "--offline", "--workspace"])
        .args(patch("flue-runtime"))
        .args(patch("daytona-sdk"))
        .arg("--manifest-path")
        .arg(manifest)
        .args(["--", "-D", "warnings"])
        .env("CARGO_TARGET_DIR", target_folder())
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .output()
        .expect("cargo can be run");
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A folder for the builds of this thread: those in one folder would wait for each other.
fn target_folder() -> PathBuf {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
    }
    let name = THREAD.with(|thread| format!("generated-{thread}"));
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Has the registry's crate come from this checkout.
fn patch(package: &str) -> [String; 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("crates")
        .join(package);
    [
        "--config".to_owned(),
        format!(
            "patch.crates-io.{package}.path={:?}",
            path.display().to_string()
        ),
    ]
}
