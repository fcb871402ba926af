//! Adding a blueprint: what is missing is added, what differs is kept or replaced.

use super::{Change, Operation, Plan, Rest, backups};
use crate::error::{self, Failure, Problem};
use crate::inspect::{Adapter, AdapterFinding, Finding, Inspection, Item, StarterFile};
use crate::request::OnConflict;

/// Plans to add the blueprint of `inspection` to its package.
///
/// # Errors
///
/// All problems that the user has to put right first.
pub(crate) fn add(inspection: Inspection, on_conflict: OnConflict) -> Result<Plan, Failure> {
    let items = inspection.items.into_iter();
    let operations = error::all(items.map(|item| operation(item, on_conflict)))?;
    Ok(Plan {
        backups: backups(&operations),
        hand_over: Some(inspection.hand_over),
        ..Plan::of(operations)
    })
}

/// What puts a dependency or a module right.
///
/// # Errors
///
/// What stands in the way of telling.
pub(super) fn complete(item: Item) -> Result<Operation, Problem> {
    operation(item, OnConflict::Keep)
}

fn operation(item: Item, on_conflict: OnConflict) -> Result<Operation, Problem> {
    let Item {
        file,
        finding,
        mut warnings,
    } = item;
    let after = match &finding {
        Finding::Obstacle(problem) => return Err(problem.clone()),
        Finding::Adapter(adapter) => {
            if on_conflict == OnConflict::Keep && !is_ours(&adapter.finding) {
                // What is to be said of such a file stops the command.
                warnings.pop().map_or(Ok(()), Err)?;
            }
            let written = is_written(adapter, on_conflict).then(|| adapter.pristine.clone());
            warnings.retain(|_| written.is_none());
            written
        }
        Finding::Starter(StarterFile::Missing(text)) => Some(text.clone()),
        Finding::Dependency(_) | Finding::Module(_) | Finding::Starter(_) => {
            let addition = finding.addition();
            addition.map(|addition| addition.after.clone())
        }
    };
    let change = after.map_or(Ok(Change::Keep), |after| Change::to(&file, after))?;
    let (summary, reason) = words(&finding, &change);
    let is_left = change == Change::Keep && !finding.is_in_sync();
    Ok(Operation {
        rest: match is_left {
            true => Rest::ForUser,
            false => Rest::Nothing,
        },
        file,
        finding,
        change,
        summary,
        reason,
        warnings,
    })
}

/// What `change` brings, and why.
fn words(finding: &Finding, change: &Change) -> (Option<String>, String) {
    if let (Finding::Adapter(_), Change::Update { .. }) = (finding, change) {
        let why = "`--overwrite` was given".to_owned();
        return (Some("replaced".to_owned()), why);
    }
    let addition = finding.addition();
    let summary = addition.map(|addition| addition.summary.clone());
    (summary, finding.reason())
}

fn is_written(adapter: &Adapter, on_conflict: OnConflict) -> bool {
    match adapter.finding {
        AdapterFinding::Missing => true,
        AdapterFinding::Current => false,
        _ => on_conflict == OnConflict::Replace,
    }
}

/// Whether this `flue` may leave the file beside a dependency and a module that it completes.
fn is_ours(finding: &AdapterFinding) -> bool {
    !matches!(
        finding,
        AdapterFinding::Newer(_) | AdapterFinding::Unmarked | AdapterFinding::OfAnotherBlueprint(_)
    )
}
