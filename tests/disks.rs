//! Disks that are full, have no room for another file or may not be written: a run does all of its work or none.
//!
//! File systems in memory are mounted where nobody else sees them, which takes root and `unshare`. Elsewhere this says that
//! it is skipped.
#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "says what it skips")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use flue_cases::Tree;

/// What is run, by the case that tells the project before and after.
const CASES: [(&str, &str); 6] = [
    ("add/sandbox_daytona", "add sandbox daytona"),
    ("add/npm_sandbox_daytona", "add sandbox daytona"),
    ("update/sdk_renamed_edited", "update"),
    ("update/npm_edited", "update"),
    ("remove/sandbox_daytona", "remove sandbox daytona"),
    ("remove/npm_sandbox_daytona", "remove sandbox daytona"),
];

/// Mounts `$MOUNT` with `$OPTIONS` on `disk`, copies `project` there, does `$THEN`, runs the command and tells what it left:
/// the tree, and each entry with its number, mode and time stamp before and after.
const SCRIPT: &str = r#"
set -eu
mount -t tmpfs -o "$OPTIONS" tmpfs disk
cp -a project disk/project || exit 77
cd disk/project
eval "$THEN"
list() { find . -printf '%p %i %m %T@ %s\n' | sort; }
list >"$ROOT/before"
set +e
$FLUE $ARGS >"$ROOT/output" 2>&1 </dev/null
echo $? >"$ROOT/code"
list >"$ROOT/after"
cp -a . "$ROOT/left"
"#;

/// How a run on some disk ended.
struct Ended {
    code: i32,
    output: String,
    /// Whether nothing is other than before, time stamps and inodes included.
    is_untouched: bool,
    left: Tree,
}

/// A run on a disk with these options, after `then` was done there; none where the project itself has no room.
fn run(case: &str, args: &str, options: &str, then: &str) -> Option<Ended> {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    flue_cases::before(case).write(&root.join("project"));
    fs::create_dir(root.join("disk")).unwrap();
    let output = unshare()
        .args(["sh", "-c", SCRIPT])
        .env("OPTIONS", options)
        .env("THEN", then)
        .env("ARGS", args)
        .env("FLUE", assert_cmd::cargo::cargo_bin!("flue"))
        .env("ROOT", root)
        .env("NO_COLOR", "1")
        .current_dir(root)
        .output()
        .unwrap();
    if output.status.code() == Some(77) {
        return None;
    }
    assert!(output.status.success(), "{output:?}");
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    Some(Ended {
        code: read("code").trim().parse().unwrap(),
        output: read("output"),
        is_untouched: read("before") == read("after"),
        left: Tree::read(&root.join("left")),
    })
}

/// What runs the rest where its mounts are its own.
fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private"]);
    command
}

fn may_mount() -> bool {
    let directory = tempfile::tempdir().unwrap();
    let mut command = unshare();
    command.args(["mount", "-t", "tmpfs", "tmpfs"]);
    let mounted = command.arg(directory.path()).output();
    let may = mounted.is_ok_and(|mounted| mounted.status.success());
    if !may {
        println!("skipped: there is no `unshare`, or it may not mount");
    }
    may
}

/// Runs on one disk after the other, each a little larger, until all of the work is done on one.
fn grow(case: &str, args: &str, disk: impl Fn(usize) -> (String, String), reason: &str) {
    let after = flue_cases::after(case);
    let mut failed = 0;
    let grown = (1..200).try_for_each(|size| {
        let (options, then) = disk(size);
        let Some(ended) = run(case, args, &options, &then) else {
            return ControlFlow::Continue(());
        };
        let point = format!("{case} with {options} after {then}: {}", ended.output);
        if ended.code == 0 {
            assert_eq!(after.expect_same(&ended.left), Ok(()), "{point}");
            return ControlFlow::Break(());
        }
        failed += 1;
        assert!(ended.is_untouched, "{point}");
        assert!(ended.output.contains(reason), "{point}");
        ControlFlow::Continue(())
    });
    assert!(grown.is_break() && failed > 0, "{case}: {failed} failed");
}

#[test]
fn a_full_disk_changes_nothing() {
    if !may_mount() {
        return;
    }
    for (case, args) in CASES {
        let disk = |pages| (format!("size={}k", 4 * pages), String::new());
        grow(case, args, disk, "No space left on device");
    }
}

#[test]
fn a_disk_without_inodes_changes_nothing() {
    if !may_mount() {
        return;
    }
    for (case, args) in CASES {
        let disk = |inodes| (format!("nr_inodes={inodes}"), String::new());
        grow(case, args, disk, "No space left on device");
    }
}

#[test]
fn what_may_not_be_written_is_found_before_the_first_write() {
    if !may_mount() {
        return;
    }
    let read_only = [
        ("mount -o remount,ro \"$ROOT/disk\"", "cannot be written"),
        (
            "mount --bind src src; mount -o remount,bind,ro src; cd .",
            "cannot be written",
        ),
    ];
    for (case, args) in CASES {
        for (then, reason) in read_only {
            let ended = run(case, args, "size=16m", then).unwrap();
            let point = format!("{case} after {then}: {}", ended.output);
            assert_eq!(ended.code, 1, "{point}");
            assert!(ended.output.contains(reason), "{point}");
            assert!(ended.is_untouched, "{point}");
        }
    }
}

/// A file that is there before and after `case`, with other text.
fn changed(case: &str) -> String {
    let (before, after) = (flue_cases::before(case), flue_cases::after(case));
    let mut files = before.entries().map(|(path, _)| path);
    let is_changed = |path: &&Path| match (before.file(path), after.file(path)) {
        (Some(before), Some(after)) => before != after,
        _ => false,
    };
    let changed = files.find(is_changed).expect("the case changes a file");
    changed.display().to_string()
}

/// A file that is a mount of its own can be neither exchanged nor replaced, which only the attempt tells.
#[test]
fn a_file_that_is_mounted_is_left_as_it_is() {
    if !may_mount() {
        return;
    }
    for (case, args) in CASES {
        let file = changed(case);
        let then = format!("mount --bind {file} {file}");
        let ended = run(case, args, "size=16m", &then).unwrap();
        let point = format!("{case}: {}", ended.output);
        assert_eq!(ended.code, 1, "{point}");
        assert!(ended.is_untouched, "{point}");
    }
}
