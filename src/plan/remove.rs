//! Removing a blueprint: what adding it brought goes, what the user made of it stays unless it may be lost.

use super::{Change, Operation, Plan, Rest, backups};
use crate::error::{self, Code, Failure, Problem};
use crate::inspect::trace::{Cut, Removal, Trace};
use crate::inspect::{AdapterFinding, Finding};
use crate::request::OnConflict;

/// Plans to remove what left `traces`.
///
/// # Errors
///
/// All problems that the user has to put right first.
pub(crate) fn remove(mut traces: Vec<Trace>, on_conflict: OnConflict) -> Result<Plan, Failure> {
    let refusals = traces.iter_mut().filter_map(|trace| {
        let refusal = refusal(&trace.finding, &trace.file.name(), on_conflict)?;
        trace.warnings.push(refusal.clone());
        Some(refusal)
    });
    let refusals = refusals.collect::<Vec<_>>();
    let operations = match (refusals.is_empty(), on_conflict) {
        (true, _) => error::all(traces.into_iter().map(operation))?,
        (false, OnConflict::Tell) => traces.into_iter().map(left_alone).collect(),
        (false, _) => return Err(Failure::Problems(refusals)),
    };
    Ok(Plan {
        backups: backups(&operations),
        ..Plan::of(operations)
    })
}

/// What stays, because the adapter does.
fn left_alone(trace: Trace) -> Operation {
    let is_there = trace.removal != Removal::Absent;
    Operation {
        change: Change::Keep,
        summary: None,
        reason: trace.finding.reason(),
        rest: match is_there {
            true => Rest::ForUser,
            false => Rest::Nothing,
        },
        file: trace.file,
        finding: trace.finding,
        warnings: trace.warnings,
    }
}

fn operation(trace: Trace) -> Result<Operation, Problem> {
    let Trace {
        file,
        finding,
        removal,
        warnings,
    } = trace;
    if let Finding::Obstacle(problem) = finding {
        return Err(problem);
    }
    let (change, summary, reason, rest) = match removal {
        Removal::Absent => (
            Change::Keep,
            None,
            "it is not there".to_owned(),
            Rest::Nothing,
        ),
        Removal::Stays(reason) => {
            let summary = match &finding {
                Finding::Dependency(dependency) => format!("{}: {reason}", dependency.key),
                _ => reason.clone(),
            };
            (Change::Keep, Some(summary), reason, Rest::Nothing)
        }
        Removal::Unknown(reason) => (Change::Keep, None, reason, Rest::ForUser),
        Removal::WholeFile { summary } => {
            let reason = match &finding {
                Finding::Adapter(adapter) if !adapter.finding.is_pristine() => {
                    "`--force` was given".to_owned()
                }
                Finding::Adapter(_) => finding.reason(),
                _ => "nothing else is in the file".to_owned(),
            };
            (Change::delete(&file)?, summary, reason, Rest::Nothing)
        }
        Removal::Cut(Cut {
            after,
            summary,
            line,
        }) => {
            let reason = format!("line {line} goes: `{summary}`");
            let change = Change::to(&file, after)?;
            (
                change,
                Some(format!("without {summary}")),
                reason,
                Rest::Nothing,
            )
        }
    };
    Ok(Operation {
        file,
        finding,
        change,
        summary,
        reason,
        rest,
        warnings,
    })
}

/// Why the file `path` may not go, if what was found in it is an adapter that may not.
fn refusal(finding: &Finding, path: &str, on_conflict: OnConflict) -> Option<Problem> {
    let Finding::Adapter(adapter) = finding else {
        return None;
    };
    let problem = |code, message, help: &str| {
        let problem = Problem::new(code, message).in_file(path).help(help);
        Some(problem)
    };
    let is_forced = on_conflict == OnConflict::Replace;
    match &adapter.finding {
        AdapterFinding::Missing | AdapterFinding::Current | AdapterFinding::Outdated(_) => None,
        AdapterFinding::Customised(_) | AdapterFinding::OfUpstream { .. } if is_forced => None,
        AdapterFinding::Customised(_) => problem(
            Code::AdapterCustomised,
            format!("`{path}` has edits, which would be lost"),
            "`--force` removes it all the same, and keeps a copy beside it",
        ),
        AdapterFinding::OfUpstream { .. } => problem(
            Code::AdapterUpstream,
            format!("`{path}` is from upstream's guide, and this `flue` cannot write it again"),
            "`--force` removes it all the same, and keeps a copy beside it",
        ),
        AdapterFinding::Newer(version) => problem(
            Code::AdapterNewer,
            format!(
                "`{path}` was written by version {version} of the blueprint, which this `flue` does not know"
            ),
            "update `flue`, or remove the file yourself",
        ),
        AdapterFinding::Unmarked => problem(
            Code::AdapterUnmarked,
            format!("`{path}` is not from a blueprint"),
            "move the file away, or remove it yourself",
        ),
        AdapterFinding::OfAnotherBlueprint(marker) => problem(
            Code::AdapterOfAnotherBlueprint,
            format!(
                "`{path}` belongs to the blueprint `{}/{}`",
                marker.kind, marker.name
            ),
            "move the file away, or remove it yourself",
        ),
    }
}
