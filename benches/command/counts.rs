//! What does not depend on how busy the machine is: sizes, memory, and instructions.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::programs::{CASE, OUTDATED, Programs, UPDATE};
use crate::projects::{MANY, Many, after, before, with_crate_root, with_files};
use crate::{Budget, Figure};

const MIB: f64 = 1024.0 * 1024.0;

pub(crate) fn figures(programs: &Programs) -> impl Iterator<Item = Figure> {
    let size: fn(&Programs) -> Option<Figure> = binary_size;
    let all = [
        size,
        peak_memory,
        peak_memory_of_update,
        peak_memory_of_status,
        second_run,
        files_beside,
    ];
    let all = all.into_iter().filter_map(move |figure| figure(programs));
    let growths = MANY.iter().filter_map(|many| growth(programs, many));
    all.chain(growths)
        .chain(crate_roots(programs).into_iter().flatten())
}

fn binary_size(programs: &Programs) -> Option<Figure> {
    let bytes = fs::metadata(&programs.flue)
        .expect("the program is there")
        .len();
    Some(Figure {
        name: "size of the program".to_owned(),
        value: bytes as f64 / 1e6,
        unit: " MB",
        budget: Budget::AtMost(3.4),
    })
}

/// The peak memory of a first run, as GNU time tells it.
fn peak_memory(programs: &Programs) -> Option<Figure> {
    let project = before(CASE);
    let output = flue_under(&TIME, programs, project.path(), &[])?;
    Some(memory("peak memory of add", &output))
}

/// The same of a merge.
fn peak_memory_of_update(programs: &Programs) -> Option<Figure> {
    let project = before(OUTDATED);
    let output = under(&TIME, programs, project.path(), &UPDATE)?;
    Some(memory("peak memory of update, with a merge", &output))
}

/// The same of a look at a whole repository.
fn peak_memory_of_status(programs: &Programs) -> Option<Figure> {
    let repository = with_files(100_000);
    let args = ["status", "--workspace", "--quiet"];
    let output = under(&TIME, programs, repository.path(), &args)?;
    Some(memory("peak memory of status of 100,000 files", &output))
}

const TIME: [&str; 3] = ["/usr/bin/time", "-f", "%M"];

fn memory(name: &str, output: &Output) -> Figure {
    let said = String::from_utf8_lossy(&output.stderr);
    let kib = said.trim().parse::<f64>().expect("time tells a number");
    Figure {
        name: name.to_owned(),
        value: kib * 1024.0 / MIB,
        unit: " MiB",
        budget: Budget::AtMost(6.0),
    }
}

/// What a run costs that has nothing to do.
fn second_run(programs: &Programs) -> Option<Figure> {
    let project = after();
    Some(Figure {
        name: "instructions of add again, in millions".to_owned(),
        value: instructions(programs, project.path(), &[])? / 1e6,
        unit: "",
        budget: Budget::AtMost(1.6),
    })
}

fn files_beside(programs: &Programs) -> Option<Figure> {
    let few = instructions(programs, with_files(10).path(), &[])?;
    let many = instructions(programs, with_files(100_000).path(), &[])?;
    Some(Figure {
        name: format!("instructions with 100,000 files beside, over those with 10 ({few:.0})"),
        value: (many / few - 1.0) * 100.0,
        unit: " %",
        budget: Budget::AtMost(2.0),
    })
}

/// How much more one of 10,000 things costs than one of 1,000.
fn growth(programs: &Programs, many: &Many) -> Option<Figure> {
    let counts = [100, 1_000, 10_000];
    let mut costs = Vec::new();
    for count in counts {
        let project = many.project(count);
        costs.push(instructions(programs, project.path(), &["--dry-run"])?);
    }
    let each =
        |from: usize, to: usize| (costs[to] - costs[from]) / (counts[to] - counts[from]) as f64;
    Some(Figure {
        name: format!(
            "instructions for one of 10,000 {}, over one of 1,000 ({:.0})",
            many.name,
            each(0, 1)
        ),
        value: each(1, 2) / each(0, 1),
        unit: "x",
        budget: Budget::AtMost(1.15),
    })
}

/// How much more a run takes with crate roots of some size than with an almost empty one.
fn crate_roots(programs: &Programs) -> Option<Vec<Figure>> {
    let count = |kilobytes| {
        let project = with_crate_root(kilobytes);
        instructions(programs, project.path(), &["--dry-run"])
    };
    let empty = count(0)?;
    let sizes = [(1, 1.3), (50, 11.5), (500, 104.0)];
    let figure = |(kilobytes, most)| {
        Some(Figure {
            name: format!(
                "instructions with a crate root of {kilobytes} KB, over an empty one ({empty:.0})"
            ),
            value: count(kilobytes)? / empty,
            unit: "x",
            budget: Budget::AtMost(most),
        })
    };
    sizes.into_iter().map(figure).collect()
}

/// What a run in `project` takes, counted by valgrind.
fn instructions(programs: &Programs, project: &Path, args: &[&str]) -> Option<f64> {
    let scratch = tempfile::tempdir().expect("a temporary directory can be made");
    let profile = scratch.path().join("profile");
    let profile = format!("--callgrind-out-file={}", profile.display());
    let valgrind = ["valgrind", "--tool=callgrind", &profile];
    let output = flue_under(&valgrind, programs, project, args)?;
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, count) = line.expect("callgrind tells a number");
    count.trim().parse().ok()
}

/// The output of a run under `tool`; none where it is not installed.
fn flue_under(tool: &[&str], programs: &Programs, project: &Path, args: &[&str]) -> Option<Output> {
    let args = ["add", "sandbox", "daytona", "--quiet"].iter().chain(args);
    under(tool, programs, project, &args.copied().collect::<Vec<_>>())
}

fn under(tool: &[&str], programs: &Programs, project: &Path, args: &[&str]) -> Option<Output> {
    let output = Command::new(tool[0])
        .args(&tool[1..])
        .arg(&programs.flue)
        .args(args)
        .current_dir(project)
        .output();
    match output {
        Ok(output) => {
            assert!(output.status.success(), "{output:?}");
            Some(output)
        }
        Err(_) => {
            println!("not measured: `{}` is not installed", tool[0]);
            None
        }
    }
}
