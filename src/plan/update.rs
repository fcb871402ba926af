//! Bringing an adapter up to date: it is replaced where nobody has edited it, and merged where somebody has.

use std::collections::BTreeSet;

use super::add::complete;
use super::{Change, Operation, Plan, Rest, backups};
use crate::blueprint::Blueprint;
use crate::blueprint::marker::Marker;
use crate::blueprint::notes::Note;
use crate::error::{self, Code, Failure, Problem};
use crate::inspect::adapter::{Edited, comparable};
use crate::inspect::dependency::Remedy;
use crate::inspect::{Adapter, AdapterFinding, DependencyFinding, Finding, Inspection, Item};
use crate::project::file::UserFile;
use crate::request::OnConflict;
use crate::text::merge::{Conflict, Merge, Resolution, marked_conflict};
use crate::text::{BYTE_ORDER_MARK, LineEnding};

/// Plans to bring the adapter of `inspection` up to date, and what it needs with it. One from upstream's guide is treated as
/// `on_upstream` says, and conflicts are decided by `resolution`: without one they leave every file as it is.
///
/// # Errors
///
/// All problems that the user has to put right first.
pub(crate) fn update(
    inspection: Inspection,
    on_upstream: OnConflict,
    resolution: Option<Resolution>,
) -> Result<Plan, Failure> {
    let items = inspection.items;
    // What is not there needs nothing.
    let is_missing = items.iter().any(Item::is_missing_adapter);
    let is_kept = on_upstream != OnConflict::Replace && items.iter().any(Item::is_of_upstream);
    let operations = items.into_iter().map(|item| match &item.finding {
        Finding::Obstacle(problem) => Err(problem.clone()),
        _ if is_missing => Ok(kept(item)),
        Finding::Adapter(adapter) => {
            let outcome = Outcome::of(adapter, &item, on_upstream, resolution)?;
            outcome.operation(item)
        }
        Finding::Dependency(dependency) if !is_kept => match &dependency.finding {
            DependencyFinding::Outdated(_, remedy) => raised(&item, &dependency.key, remedy),
            _ => complete(item),
        },
        _ => complete(item),
    });
    let mut operations = error::all(operations)?;
    let is_open = |operation: &Operation| matches!(operation.rest, Rest::Decision(_));
    if resolution.is_none() && operations.iter().any(is_open) {
        for operation in &mut operations {
            operation.leave();
        }
    }
    Ok(Plan {
        backups: backups(&operations),
        ..Plan::of(operations)
    })
}

fn kept(item: Item) -> Operation {
    Operation {
        reason: item.finding.reason(),
        file: item.file,
        finding: item.finding,
        change: Change::Keep,
        summary: None,
        rest: Rest::Nothing,
        warnings: Vec::new(),
    }
}

/// The requirement of the dependency `key` is that of the newest version, as the adapter is.
fn raised(item: &Item, key: &str, remedy: &Remedy) -> Result<Operation, Problem> {
    Ok(Operation {
        change: Change::to(&item.file, remedy.addition.after.clone())?,
        summary: Some(format!("{key}: {}", remedy.addition.summary)),
        ..kept(item.clone())
    })
}

impl Item {
    fn is_of_upstream(&self) -> bool {
        matches!(&self.finding, Finding::Adapter(adapter) if matches!(adapter.finding, AdapterFinding::OfUpstream { .. }))
    }

    fn is_missing_adapter(&self) -> bool {
        matches!(&self.finding, Finding::Adapter(adapter) if adapter.finding == AdapterFinding::Missing)
    }
}

/// What becomes of the adapter.
struct Outcome {
    /// Its text, if it changes.
    after: Option<String>,
    /// What the change brings.
    summary: &'static str,
    /// Why.
    reason: String,
    conflicts: Vec<Conflict>,
    edits: Edits,
}

/// What becomes of the edits of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edits {
    /// All are in the text, or there are none.
    Kept,
    /// Some are not in the text.
    Dropped,
}

impl Outcome {
    fn of(
        adapter: &Adapter,
        item: &Item,
        on_upstream: OnConflict,
        resolution: Option<Resolution>,
    ) -> Result<Self, Problem> {
        let text = item.file.text()?.unwrap_or_default();
        match (&adapter.finding, &adapter.edited) {
            (AdapterFinding::Outdated(_), edited) => {
                let today = match edited {
                    Some(edited) => edited.today.clone(),
                    None => LineEnding::of(text).apply(&adapter.pristine.replace("\r\n", "\n")),
                };
                Ok(Self::replaced(
                    with_mark_of(text, today),
                    adapter,
                    "brought up to date",
                ))
            }
            (AdapterFinding::Customised(Some(_)), Some(edited)) => {
                merged(&item.file, text, edited, resolution)
            }
            (AdapterFinding::OfUpstream { .. }, _) if on_upstream == OnConflict::Replace => {
                Ok(Self {
                    reason: "`--overwrite` was given".to_owned(),
                    edits: Edits::Dropped,
                    ..Self::replaced(adapter.pristine.clone(), adapter, "replaced")
                })
            }
            (
                AdapterFinding::Newer(_)
                | AdapterFinding::Unmarked
                | AdapterFinding::OfAnotherBlueprint(_),
                _,
            ) => {
                // What is to be said of such a file stops the command.
                item.warnings
                    .last()
                    .cloned()
                    .map_or(Ok(Self::kept(adapter)), Err)
            }
            _ => Ok(Self::kept(adapter)),
        }
    }

    fn kept(adapter: &Adapter) -> Self {
        Self {
            after: None,
            summary: "",
            reason: adapter.finding.reason().to_owned(),
            conflicts: Vec::new(),
            edits: Edits::Kept,
        }
    }

    fn replaced(after: String, adapter: &Adapter, summary: &'static str) -> Self {
        Self {
            after: Some(after),
            summary,
            ..Self::kept(adapter)
        }
    }

    fn operation(self, item: Item) -> Result<Operation, Problem> {
        let Item {
            file,
            mut finding,
            mut warnings,
        } = item;
        if let (Finding::Adapter(adapter), Edits::Kept) = (&mut finding, self.edits) {
            adapter.backup = None;
        }
        let change = match self.after {
            Some(after) => Change::to(&file, after)?,
            None => Change::Keep,
        };
        let is_settled = change != Change::Keep || !self.conflicts.is_empty();
        warnings.retain(|_| !is_settled);
        let summary = (change != Change::Keep).then(|| self.summary.to_owned());
        Ok(Operation {
            rest: if !self.conflicts.is_empty() {
                Rest::Decision(self.conflicts)
            } else if is_settled || finding.is_in_sync() {
                Rest::Nothing
            } else {
                Rest::ForUser
            },
            file,
            finding,
            change,
            summary,
            reason: self.reason,
            warnings,
        })
    }
}

/// The edits in `text` and what the blueprint writes today, in one.
fn merged(
    file: &UserFile,
    text: &str,
    edited: &Edited,
    resolution: Option<Resolution>,
) -> Result<Outcome, Problem> {
    if let Some(line) = marked_conflict(text) {
        return Err(undecided(file, line));
    }
    let ours = text.trim_start_matches(BYTE_ORDER_MARK);
    let [(_, base), (_, ours), (marker, today)] =
        [edited.base.as_str(), ours, edited.today.as_str()].map(split_marker);
    let merge = Merge::of(base, ours, today);
    let decided = merge.text(resolution.unwrap_or(Resolution::Ours));
    let conflicts = merge.conflicts().map(|conflict| Conflict {
        // The marker stands ahead.
        line: conflict.line + 1,
        ..conflict.clone()
    });
    let edits = match resolution {
        Some(Resolution::Theirs) if merge.conflicts().next().is_some() => Edits::Dropped,
        _ => Edits::Kept,
    };
    let is_decided = matches!(resolution, Some(Resolution::Ours | Resolution::Theirs));
    let conflicts = conflicts.filter(|_| !is_decided).collect::<Vec<_>>();
    Ok(Outcome {
        after: Some(with_mark_of(text, format!("{marker}{decided}"))),
        summary: match conflicts.is_empty() {
            true => "merged with its edits",
            false => "merged with its edits, conflicts are marked",
        },
        reason: "the blueprint writes another adapter today, and this one has edits".to_owned(),
        conflicts,
        edits,
    })
}

/// The line of the marker, and what follows. It is not merged: whatever is in line 2, it is that of today.
fn split_marker(text: &str) -> (&str, &str) {
    let end = text.find('\n').map_or(text.len(), |end| end + 1);
    text.split_at(end)
}

/// `text` behind a byte order mark, if `before` has one.
fn with_mark_of(before: &str, text: String) -> String {
    match before.starts_with(BYTE_ORDER_MARK) {
        true => format!("{BYTE_ORDER_MARK}{text}"),
        false => text,
    }
}

/// The lines that only one of the texts has.
fn changed_lines(before: &str, after: &str) -> String {
    let [old, new] =
        [before, after].map(|text| text.split_inclusive('\n').collect::<BTreeSet<_>>());
    old.symmetric_difference(&new).copied().collect()
}

fn undecided(file: &UserFile, line: usize) -> Problem {
    let name = file.name();
    let message = format!("`{name}` has a conflict in line {line} that is not decided yet");
    let problem = Problem::new(Code::ConflictUndecided, message).in_file(name);
    problem.help("leave what is right, take the marks out, then run the command again")
}

impl Plan {
    /// What `blueprint` has to say about the lines of the adapter that change, or are to change.
    pub(crate) fn notes(&self, blueprint: &Blueprint) -> Vec<Note> {
        let notes = self
            .operations
            .iter()
            .map(|operation| operation.notes(blueprint));
        notes.collect::<Vec<_>>().concat()
    }
}

impl Operation {
    fn notes(&self, blueprint: &Blueprint) -> Vec<Note> {
        let Finding::Adapter(adapter) = &self.finding else {
            return Vec::new();
        };
        if !self.is_change() && self.rest == Rest::Nothing {
            return Vec::new();
        }
        let text = self.file.text().ok().flatten().unwrap_or_default();
        let version = Marker::find(text).map_or(blueprint.version, |marker| marker.version);
        let is_of_upstream = matches!(adapter.finding, AdapterFinding::OfUpstream { .. });
        let mut notes = blueprint.notes_since(if is_of_upstream { 0 } else { version });
        if is_of_upstream {
            notes.retain(Note::is_about_upstream);
            return notes;
        }
        let lines = match &adapter.edited {
            Some(edited) => changed_lines(&edited.base, &edited.today),
            None => changed_lines(&comparable(text), &comparable(&adapter.pristine)),
        };
        notes.retain(|note| note.is_about(&lines));
        notes
    }

    /// Nothing happens about it.
    fn leave(&mut self) {
        let was_change = std::mem::replace(&mut self.change, Change::Keep) != Change::Keep;
        self.summary = None;
        if was_change && self.rest == Rest::Nothing {
            self.rest = Rest::ForUser;
        }
    }
}
