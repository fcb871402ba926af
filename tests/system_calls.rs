//! What the command asks the system for: no connection, no other process, and no file to write when there is nothing to do.
//!
//! `strace` tells; where it may not trace, this says that it is skipped.
#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "says what it skips")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Commands of every kind, in a project of either ecosystem; those that fail, too.
const COMMANDS: [&[&str]; 9] = [
    &["add", "sandbox", "daytona", "--check"],
    &["add", "sandbox", "daytona", "--diff"],
    &["add", "sandbox", "daytona"],
    &["add", "sandbox", "daytona", "--json"],
    &["add", "sandbox", "daytona", "--print"],
    &["add", "sandbox", "https://example.com"],
    &["add", "sandbox", "nobody"],
    &["list"],
    &["completions", "bash"],
];

/// The calls of these kinds that a run makes, but for its own start and end; none where nothing can be traced.
fn calls(root: &Path, args: &[&str], kinds: &str) -> Option<Vec<String>> {
    let logs = tempfile::tempdir().unwrap();
    let log = logs.path().join("log");
    let status = Command::new("strace")
        .args(["-f", "-qq", "-e", &format!("trace={kinds}"), "-o"])
        .arg(&log)
        .arg(assert_cmd::cargo::cargo_bin!("flue"))
        .args(args)
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let log = fs::read_to_string(log).unwrap_or_default();
    if status.is_err() || !log.contains("execve(") {
        println!("skipped: there is no `strace` that may trace");
        return None;
    }
    let is_start_or_end = |line: &str| {
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        call.starts_with("execve(") || call.starts_with("exit_group(")
    };
    assert_eq!(log.matches("execve(").count(), 1, "{args:?}: {log}");
    let lines = log.lines().filter(|line| !is_start_or_end(line));
    Some(lines.map(str::to_owned).collect())
}

#[test]
fn no_command_opens_a_connection_or_starts_a_process() {
    for case in ["add/sandbox_daytona", "add/npm_sandbox_daytona"] {
        let project = tempfile::tempdir().unwrap();
        flue_cases::before(case).write(project.path());
        for args in COMMANDS {
            let Some(calls) = calls(project.path(), args, "%network,%process") else {
                return;
            };
            assert!(calls.is_empty(), "{args:?}: {calls:?}");
        }
    }
}

#[test]
fn a_run_with_nothing_to_do_writes_nowhere() {
    for case in ["add/sandbox_daytona", "add/npm_sandbox_daytona"] {
        let project = tempfile::tempdir().unwrap();
        flue_cases::after(case).write(project.path());
        let writing = "execve,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,\
chmod,fchmod,fchmodat,chown,fchown,fchownat,utimensat,truncate,ftruncate,setxattr,fsetxattr";
        let Some(calls) = calls(project.path(), &["add", "sandbox", "daytona"], writing) else {
            return;
        };
        let mut calls = calls.iter();
        let is_reading = |call: &&String| call.contains("O_RDONLY") && !call.contains("O_CREAT");
        assert_eq!(calls.find(|call| !is_reading(call)), None, "{case}");
    }
}
