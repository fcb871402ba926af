//! Wall time, against another program that runs in turn.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::programs::{CASE, OUTDATED, Programs, UPDATE};
use crate::projects::{after, before, before_without_registry, with_files};
use crate::{Budget, Figure};

pub(crate) fn figures(programs: &Programs) -> impl Iterator<Item = Figure> {
    let first: fn(&Programs) -> Figure = first_run;
    let all = [
        first,
        second_run,
        against_cargo,
        update,
        status_of_repository,
    ];
    all.into_iter().map(move |figure| figure(programs))
}

fn first_run(programs: &Programs) -> Figure {
    let pair = Pair::of(
        101,
        || in_fresh_project(CASE, |project| flue(programs, project)),
        || in_fresh_project(CASE, |project| minimal(programs, "write", project)),
    );
    Figure {
        name: format!("add, against a minimal program that writes the same files {pair}"),
        value: pair.ratio(),
        unit: "x",
        budget: Budget::AtMost(1.6),
    }
}

fn second_run(programs: &Programs) -> Figure {
    let project = after();
    let pair = Pair::of(
        301,
        || time(&mut flue(programs, project.path())),
        || time(&mut minimal(programs, "read", project.path())),
    );
    Figure {
        name: format!("add again, against a minimal program that reads the files {pair}"),
        value: pair.ratio(),
        unit: "x",
        budget: Budget::AtMost(3.0),
    }
}

fn against_cargo(programs: &Programs) -> Figure {
    let fresh = || before_without_registry();
    let pair = Pair::of(
        21,
        || time(&mut cargo_add(fresh().path())),
        || time(&mut flue(programs, fresh().path())),
    );
    Figure {
        name: format!("`cargo add --offline`, against add {pair}"),
        value: pair.ratio(),
        unit: "x",
        budget: Budget::AtLeast(15.0),
    }
}

/// The merge of one file, alone: milliseconds that a person would notice if they were many.
fn update(programs: &Programs) -> Figure {
    let run = || {
        in_fresh_project(OUTDATED, |project| {
            let mut command = Command::new(&programs.flue);
            command.args(UPDATE).current_dir(project);
            command
        })
    };
    let mut times = (0..101).map(|_| run()).collect::<Vec<_>>();
    times.sort();
    Figure {
        name: "update of one file, with a merge".to_owned(),
        value: times[times.len() / 2].as_secs_f64() * 1000.0,
        unit: " ms",
        budget: Budget::AtMost(5.0),
    }
}

/// Against ripgrep that looks for the marker, where it is installed.
fn status_of_repository(programs: &Programs) -> Figure {
    let repository = with_files(100_000);
    let has_rg = Command::new("rg").arg("--version").output().is_ok();
    let status = || {
        let mut command = Command::new(&programs.flue);
        command.args(["status", "--workspace"]);
        command
    };
    let search = || match has_rg {
        true => {
            let mut command = Command::new("rg");
            command.args(["--files-with-matches", "flue-blueprint:"]);
            command
        }
        false => minimal(programs, "search", repository.path()),
    };
    let run = |mut command: Command| {
        time(
            command
                .current_dir(repository.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )
    };
    let pair = Pair::of(11, || run(status()), || run(search()));
    let other = if has_rg {
        "`rg -l`"
    } else {
        "a minimal search for markers"
    };
    Figure {
        name: format!("status of 100,000 files, against {other} {pair}"),
        value: pair.ratio(),
        unit: "x",
        budget: Budget::AtMost(1.5),
    }
}

fn flue(programs: &Programs, project: &Path) -> Command {
    let mut command = Command::new(&programs.flue);
    command
        .args(["add", "sandbox", "daytona", "--quiet"])
        .current_dir(project);
    command
}

fn minimal(programs: &Programs, what: &str, project: &Path) -> Command {
    let mut command = Command::new(&programs.minimal);
    command.arg(what).arg(project);
    command
}

fn cargo_add(project: &Path) -> Command {
    let sdk = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/daytona-sdk");
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["add", "--quiet", "--offline", "--path", sdk])
        .current_dir(project);
    command
}

fn in_fresh_project(case: &str, command: impl Fn(&Path) -> Command) -> Duration {
    let project = before(case);
    time(&mut command(project.path()))
}

fn time(command: &mut Command) -> Duration {
    command.stdin(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the program can be started");
    let elapsed = start.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    elapsed
}

/// The median times of two programs that run in turn, so that both see the same machine.
struct Pair(Duration, Duration);

impl Pair {
    fn of(runs: usize, one: impl Fn() -> Duration, other: impl Fn() -> Duration) -> Self {
        let _warm_up = (one(), other());
        let (mut ones, mut others): (Vec<_>, Vec<_>) = (0..runs).map(|_| (one(), other())).unzip();
        ones.sort();
        others.sort();
        Self(ones[runs / 2], others[runs / 2])
    }

    fn ratio(&self) -> f64 {
        self.0.as_secs_f64() / self.1.as_secs_f64()
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = [self.0, self.1].map(|time| time.as_secs_f64() * 1000.0);
        write!(f, "({one:.2} ms, {other:.2} ms)")
    }
}
