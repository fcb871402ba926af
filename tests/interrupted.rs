//! A run that is killed at any call of the system leaves whole files, and the next one does the rest and sweeps up what is
//! its own. A call that fails anywhere changes nothing.
//!
//! Where `strace` is at hand the command itself is struck; everywhere else the seam in `src/apply` is all there is.
#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "says what it skips")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flue_cases::{Entry, Tree};

const CASES: [&str; 5] = [
    "add/sandbox_daytona",
    "add/npm_sandbox_daytona",
    "update/npm_sdk_missing",
    "update/sdk_renamed_edited",
    "remove/sandbox_daytona",
];

/// The calls that look at files, and those that change them.
const CALLS: &str = "access,faccessat,faccessat2,stat,lstat,fstat,newfstatat,statx,open,openat,read,pread64,readlink,\
getdents64,flock,mkdir,mkdirat,write,fsync,fdatasync,chmod,fchmod,chown,fchown,flistxattr,rename,renameat,renameat2,link,\
linkat,unlink,unlinkat,rmdir,utimensat";

/// What of them may fail and nobody has to care: the loader's libraries, the terminal's width.
const FIRST_OF_OURS: &str = "Cargo.toml|package.json";

/// What the runs of `case` are: `add`, `update` or `remove`.
fn verb(case: &str) -> &str {
    case.split('/').next().unwrap()
}

fn flue(root: &Path, case: &str) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
    command
        .args([verb(case), "sandbox", "daytona"])
        .current_dir(root)
        .stdin(Stdio::null())
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

/// A run under `strace` with these arguments; none where there is no `strace`, or where it may not trace.
fn traced(root: &Path, case: &str, log: &Path, args: &[String]) -> Option<Output> {
    let mut command = Command::new("strace");
    command.arg("-qq").arg("-o").arg(log).args(args);
    command.arg(assert_cmd::cargo::cargo_bin!("flue"));
    command
        .args([verb(case), "sandbox", "daytona"])
        .current_dir(root)
        .stdin(Stdio::null())
        .env("NO_COLOR", "1");
    command.output().ok()
}

fn project(tree: &Tree) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    tree.write(directory.path());
    directory
}

/// How often a run makes each call before it comes to the project, and in all.
fn calls(case: &str) -> Option<Vec<(String, usize, usize)>> {
    let project = project(&flue_cases::before(case));
    let logs = tempfile::tempdir().unwrap();
    let log = logs.path().join("log");
    let output = traced(project.path(), case, &log, &[format!("-etrace={CALLS}")])?;
    if !output.status.success() {
        return None;
    }
    let mut counts: BTreeMap<OsString, (usize, usize)> = BTreeMap::new();
    let mut is_in_project = false;
    for line in fs::read_to_string(log).unwrap().lines() {
        is_in_project |= FIRST_OF_OURS.split('|').any(|name| line.contains(name));
        let Some((name, _)) = line.split_once('(') else {
            continue;
        };
        let (before, all) = counts.entry(name.into()).or_default();
        *before += usize::from(!is_in_project);
        *all += 1;
    }
    let counts = counts
        .into_iter()
        .map(|(name, (before, all))| (name.into_string().unwrap(), before, all));
    Some(counts.collect())
}

/// Every call of a run, as `strace` names it: which, and the how-manieth.
fn points(case: &str) -> Vec<(String, usize)> {
    let Some(calls) = calls(case) else {
        println!("skipped: there is no `strace` that may trace");
        return Vec::new();
    };
    let points = calls.into_iter().flat_map(|(name, before, all)| {
        (before + 1..=all).map(move |number| (name.clone(), number))
    });
    points.collect()
}

fn expect_finished(root: &Path, case: &str, point: &str) {
    let output = flue(root, case);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{point}: {stderr}");
    let same = flue_cases::after(case).expect_same(&Tree::read(root));
    assert_eq!(same, Ok(()), "{point}");
}

#[test]
fn the_next_run_finishes_what_a_killed_one_began() {
    for case in CASES {
        let (before, after) = (flue_cases::before(case), flue_cases::after(case));
        for (name, number) in points(case) {
            let point = format!("{case}, killed at {name} {number}");
            let project = project(&before);
            let logs = tempfile::tempdir().unwrap();
            let inject = format!("-einject={name}:signal=KILL:when={number}");
            traced(project.path(), case, &logs.path().join("log"), &[inject]).unwrap();
            for (path, entry) in Tree::read(project.path()).entries() {
                let name = path.file_name().unwrap().to_string_lossy();
                let is_ours = name.starts_with(".flue-") || *entry == Entry::Directory;
                let Entry::File(bytes) = entry else { continue };
                let is_whole = [&before, &after]
                    .map(|tree| tree.file(path))
                    .contains(&Some(bytes));
                assert!(is_whole || is_ours, "{point}: `{}`", path.display());
            }
            expect_finished(project.path(), case, &point);
        }
    }
}

#[test]
fn a_call_that_fails_changes_nothing() {
    for case in CASES {
        let (before, after) = (flue_cases::before(case), flue_cases::after(case));
        for (name, number) in points(case) {
            let point = format!("{case}, {name} {number} fails");
            let project = project(&before);
            let logs = tempfile::tempdir().unwrap();
            let inject = format!("-einject={name}:error=EIO:when={number}");
            let output = traced(project.path(), case, &logs.path().join("log"), &[inject]).unwrap();
            let found = Tree::read(project.path());
            let stderr = String::from_utf8_lossy(&output.stderr);
            if before.expect_same(&found).is_ok() {
                assert!(!output.status.success(), "{point}: {stderr}");
                continue;
            }
            // What could not be swept up is for the next run.
            expect_finished(project.path(), case, &format!("{point}: {stderr}"));
            let is_done = output.status.success() || name == "write";
            assert!(
                is_done,
                "{point}: {stderr}\n{:?}",
                after.expect_same(&found)
            );
        }
    }
}

fn file(bytes: &[u8]) -> Entry {
    Entry::File(bytes.to_vec())
}

#[test]
fn files_of_the_users_that_look_like_ours_stay() {
    for case in CASES {
        let (mut before, mut after) = (flue_cases::before(case), flue_cases::after(case));
        for name in [
            ".Cargo.toml.flue-tmp",
            ".flue-0123456789abcdef",
            "src/.flue-0123456789abcdef",
        ] {
            for tree in [&mut before, &mut after] {
                tree.insert(Path::new(name), file(b"the user's"));
            }
        }
        let project = project(&before);
        assert!(flue(project.path(), case).status.success());
        assert_eq!(after.expect_same(&Tree::read(project.path())), Ok(()));
        assert!(flue(project.path(), case).status.success());
        assert_eq!(after.expect_same(&Tree::read(project.path())), Ok(()));
    }
}

#[test]
fn a_journal_that_is_not_ours_is_refused() {
    let mut before = flue_cases::before(CASES[0]);
    before.insert(Path::new(".flue-journal"), file(b"dear diary"));
    let project = project(&before);
    let output = flue(project.path(), CASES[0]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("`.flue-journal` is not from `flue`"));
    assert_eq!(before.expect_same(&Tree::read(project.path())), Ok(()));
}

/// Whoever commits a journal cannot have files deleted that do not look like ours.
#[test]
fn a_forged_journal_deletes_nothing() {
    let journal = r#"{"flue-journal":1,"files":[{"path":"x","temporary":"src/main.rs","before":null,"after":""},{"path":"src/x","temporary":"main.rs","before":null,"after":""},{"path":"../x","temporary":".flue-0123456789abcdef","before":null,"after":""}]}"#;
    let mut before = flue_cases::before(CASES[0]);
    before.insert(Path::new("project/.flue-journal"), file(journal.as_bytes()));
    let mut before = Tree::default();
    for (path, entry) in flue_cases::before(CASES[0]).entries() {
        before.insert(&Path::new("project").join(path), entry.clone());
    }
    before.insert(Path::new("project/.flue-journal"), file(journal.as_bytes()));
    before.insert(Path::new(".flue-0123456789abcdef"), file(b"outside"));
    let project = project(&before);
    expect_finished(
        &project.path().join("project"),
        CASES[0],
        "a forged journal",
    );
    assert!(project.path().join(".flue-0123456789abcdef").exists());
}

/// A save that came out of its place as the run was killed returns there.
#[test]
fn what_someone_else_wrote_is_given_back() {
    let case = CASES[0];
    let (before, after) = (flue_cases::before(case), flue_cases::after(case));
    let theirs = [
        before.file(Path::new("Cargo.toml")).unwrap(),
        b"# saved meanwhile\n",
    ]
    .concat();
    let hash = |tree: &Tree| {
        let bytes = tree.file(Path::new("Cargo.toml")).unwrap();
        let hash = hmac_sha256::Hash::hash(bytes);
        hash.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let journal = format!(
        "{{\"flue-journal\":1,\"files\":[{{\"path\":\"Cargo.toml\",\"temporary\":\".flue-0123456789abcdef\",\"before\":\"{}\",\"after\":\"{}\"}}]}}\nstaged\n",
        hash(&before),
        hash(&after),
    );
    let mut state = before.clone();
    state.insert(Path::new(".flue-journal"), file(journal.as_bytes()));
    state.insert(Path::new(".flue-0123456789abcdef"), file(&theirs));
    state.insert(
        Path::new("Cargo.toml"),
        file(after.file(Path::new("Cargo.toml")).unwrap()),
    );
    let killed = project(&state);
    assert!(flue(killed.path(), CASES[0]).status.success());
    let manifest = fs::read_to_string(killed.path().join("Cargo.toml")).unwrap();
    assert!(
        manifest.contains("# saved meanwhile") && manifest.contains("daytona-sdk"),
        "{manifest}"
    );
    assert!(!killed.path().join(".flue-0123456789abcdef").exists());

    // Where both have changed since, it is kept and named.
    state.insert(
        Path::new("Cargo.toml"),
        file(&[&theirs[..], b"# and again\n"].concat()),
    );
    let undecided = project(&state);
    let output = flue(undecided.path(), CASES[0]);
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("`.flue-0123456789abcdef` is what someone wrote to `Cargo.toml`")
    );
    assert_eq!(state.expect_same(&Tree::read(undecided.path())), Ok(()));
}
