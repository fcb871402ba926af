//! The behaviour of the command, one folder a case.
//!
//! `tests/cases/<command>/<case>/` holds
//!
//! - `args`: the arguments, split at blanks;
//! - `in/`: the files before, and `start` beside it: the folder below `in/` to run in, absent for `in/` itself;
//! - `out/`: all files afterwards, absent when they must equal `in/`;
//! - `stdout.txt` and `stderr.txt`, absent when empty; `code`, absent for 0.
//!
//! Each case is run for what it shows, and once more on the result, which must leave bytes and time stamps alone. Then
//! the same is asked for in every other form: with `--dry-run`, `--json`, `--check` and `--diff`, which have to agree.
//!
//! `SNAPSHOTS=overwrite cargo test --test cases` rewrites the expectations; read the difference as you read code.

mod case;
mod forms;
mod outcomes;
mod tree;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use walkdir::WalkDir;

use case::Case;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let cases = case_folders(&root)
        .into_iter()
        .map(|folder| Case { folder });
    let cases = cases.collect::<Vec<_>>();
    let table = {
        let cases = cases.clone();
        Trial::test("docs/outcomes.md", move || {
            outcomes::check(&cases).map_err(Failed::from)
        })
    };
    let trials = cases.into_iter().map(|case| {
        let name = case.folder.strip_prefix(&root).unwrap_or(&case.folder);
        let name = name.to_string_lossy().replace('\\', "/");
        Trial::test(name, move || case.check().map_err(Failed::from))
    });
    let trials = trials.chain([table]).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn case_folders(root: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(root)
        .min_depth(2)
        .max_depth(2)
        .sort_by_file_name();
    entries
        .into_iter()
        .map(|entry| entry.expect("the cases can be listed").into_path())
        .collect()
}
