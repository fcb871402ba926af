//! What happens to the adapter: the file as it is against the one that the blueprint would write.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{Change, FileOperation, Kept, keep, write};
use crate::blueprint::Blueprint;
use crate::blueprint::marker::Marker;
use crate::error::Problem;
use crate::project::file::UserFile;
use crate::request::OnConflict;
use crate::text::{BYTE_ORDER_MARK, LineEnding};

/// What stands where the adapter belongs, against the one that the blueprint would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdapterState {
    /// Nothing.
    Missing,
    /// What the blueprint would write.
    Current,
    /// The adapter with edits of the user.
    Customised,
    /// The adapter of this older version, with or without edits.
    Outdated(u32),
    /// The adapter of this version, which this `flue` does not know yet.
    Newer(u32),
    /// A file without a marker.
    Unmarked,
    /// The adapter of another blueprint.
    OfAnotherBlueprint(Marker),
}

impl AdapterState {
    fn of(text: Option<&str>, pristine: &str, blueprint: &Blueprint) -> Self {
        let Some(text) = text else {
            return Self::Missing;
        };
        if comparable(text) == comparable(pristine) {
            return Self::Current;
        }
        let Some(found) = Marker::find(text) else {
            return Self::Unmarked;
        };
        let expected = blueprint.marker();
        if (&found.kind, &found.name) != (&expected.kind, &expected.name) {
            return Self::OfAnotherBlueprint(found);
        }
        match found.version.cmp(&expected.version) {
            Ordering::Less => Self::Outdated(found.version),
            Ordering::Equal => Self::Customised,
            Ordering::Greater => Self::Newer(found.version),
        }
    }

    /// The stable name of what happens to an adapter in this state, unless it is replaced.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "adapter-missing",
            Self::Current => "adapter-current",
            Self::Customised => "adapter-customised",
            Self::Outdated(_) => "adapter-outdated",
            Self::Newer(_) => "adapter-newer",
            Self::Unmarked => "adapter-unmarked",
            Self::OfAnotherBlueprint(_) => "adapter-of-another-blueprint",
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "the adapter is missing",
            Self::Current => "the adapter is as the blueprint writes it",
            Self::Customised => "the adapter differs from what the blueprint writes",
            Self::Outdated(_) => "an older version of the blueprint wrote the adapter",
            Self::Newer(_) => "a newer version of the blueprint wrote the adapter",
            Self::Unmarked => "the file is not from a blueprint",
            Self::OfAnotherBlueprint(_) => "another blueprint wrote the file",
        }
    }
}

/// What happens to the adapter.
#[derive(Debug)]
pub(super) struct PlannedAdapter {
    pub(super) operation: FileOperation,
    /// What was there before.
    pub(super) state: AdapterState,
    pub(super) warning: Option<Problem>,
}

/// Plans what happens to the adapter.
///
/// # Errors
///
/// When the file cannot be read, or is not this blueprint's to touch.
pub(super) fn plan(
    file: &UserFile,
    pristine: &str,
    line_ending: LineEnding,
    blueprint: &Blueprint,
    on_conflict: OnConflict,
) -> Result<PlannedAdapter, Problem> {
    let state = AdapterState::of(file.text()?, pristine, blueprint);
    let after = || line_ending.apply(pristine);
    let kept = |kept| keep(file, kept, state.code(), state.reason());
    let operation = match (&state, on_conflict) {
        (AdapterState::Missing, _) => write(file, after(), None, state.code(), state.reason())?,
        (AdapterState::Current, _) => kept(Kept::UpToDate),
        (_, OnConflict::Replace) => {
            let summary = Some("replaced".to_owned());
            let reason = "`--overwrite` was given";
            let operation = write(file, after(), summary, "adapter-replaced", reason)?;
            return Ok(PlannedAdapter {
                operation,
                state,
                warning: None,
            });
        }
        (AdapterState::Customised, _) => kept(Kept::Customised),
        (AdapterState::Outdated(_), _) => kept(Kept::Outdated),
        _ => kept(Kept::NotOurs),
    };
    let complaint = complaint(file, &state, blueprint);
    match (&operation.change, complaint) {
        (Change::Keep(Kept::NotOurs), Some(problem)) if on_conflict == OnConflict::Keep => {
            Err(problem)
        }
        (_, warning) => Ok(PlannedAdapter {
            operation,
            state,
            warning,
        }),
    }
}

/// What the user should know about an adapter that stays.
fn complaint(file: &UserFile, state: &AdapterState, blueprint: &Blueprint) -> Option<Problem> {
    let (path, known) = (&file.path, blueprint.version);
    let (message, help) = match state {
        AdapterState::Missing | AdapterState::Current | AdapterState::Customised => return None,
        AdapterState::Outdated(version) => (
            format!(
                "`{path}` was written by version {version} of the blueprint, and version {known} is there"
            ),
            "`flue update` brings it up to date",
        ),
        AdapterState::Newer(version) => (
            format!(
                "`{path}` was written by version {version} of the blueprint; this `flue` knows version {known}"
            ),
            "update `flue`, or replace the file with `--overwrite`",
        ),
        AdapterState::Unmarked => (
            format!("`{path}` exists and is not from a blueprint"),
            "move the file away, or replace it with `--overwrite`",
        ),
        AdapterState::OfAnotherBlueprint(Marker { kind, name, .. }) => (
            format!("`{path}` belongs to the blueprint `{kind}/{name}`"),
            "move the file away, or replace it with `--overwrite`",
        ),
    };
    let problem = Problem::new(state.code(), message).in_file(path.as_str());
    Some(problem.help(help))
}

/// A text without what editors change on their own: line ends and a byte order mark.
fn comparable(text: &str) -> Cow<'_, str> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::catalogue;
    use crate::path::RelPath;
    use crate::project::file::{Access, Content};

    const PRISTINE: &str = "// flue-blueprint: sandbox/daytona@2\nuse daytona;\n";

    fn second_version() -> Blueprint {
        Blueprint {
            version: 2,
            ..*catalogue::find("sandbox", "daytona").unwrap()
        }
    }

    fn check(found: Option<&str>, on_conflict: OnConflict, expect: &str) {
        let content = found.map_or(Content::Absent, |text| Content::Text {
            text: text.to_owned(),
            access: Access::ReadWrite,
        });
        let path = RelPath::new("src/sandboxes/daytona.rs").unwrap();
        let file = UserFile { path, content };
        let blueprint = second_version();
        let planned = plan(&file, PRISTINE, LineEnding::Lf, &blueprint, on_conflict);
        let outcome = match planned {
            Ok(planned) => {
                let change = match planned.operation.change {
                    Change::Create { .. } => "create".to_owned(),
                    Change::Update { .. } => "update".to_owned(),
                    Change::Keep(kept) => format!("{kept:?}"),
                };
                change + planned.warning.map_or("", |warning| warning.code)
            }
            Err(problem) => problem.code.to_owned(),
        };
        assert_eq!(outcome, expect, "{found:?}");
    }

    #[test]
    fn the_file_that_is_there_decides() {
        fn keep(found: Option<&str>, expect: &str) {
            check(found, OnConflict::Keep, expect);
        }
        keep(None, "create");
        keep(Some(PRISTINE), "UpToDate");
        keep(Some(&PRISTINE.replace('\n', "\r\n")), "UpToDate");
        keep(Some(&format!("\u{feff}{PRISTINE}")), "UpToDate");
        keep(Some(&format!("{PRISTINE}// mine\n")), "Customised");
        keep(
            Some(&PRISTINE.replace("@2", "@1")),
            "Outdatedadapter-outdated",
        );
        keep(Some(&PRISTINE.replace("@2", "@3")), "adapter-newer");
        keep(
            Some(&PRISTINE.replace("daytona@", "e2b@")),
            "adapter-of-another-blueprint",
        );
        keep(Some("use daytona;\n"), "adapter-unmarked");
    }

    #[test]
    fn a_file_that_is_not_ours_can_be_told_instead_of_refused() {
        fn tell(found: &str, expect: &str) {
            check(Some(found), OnConflict::Tell, expect);
        }
        tell(&PRISTINE.replace("@2", "@3"), "NotOursadapter-newer");
        tell("use daytona;\n", "NotOursadapter-unmarked");
        tell(&format!("{PRISTINE}// mine\n"), "Customised");
    }

    #[test]
    fn overwriting_replaces_whatever_differs() {
        fn replace(found: Option<&str>, expect: &str) {
            check(found, OnConflict::Replace, expect);
        }
        replace(None, "create");
        replace(Some(PRISTINE), "UpToDate");
        replace(Some(&format!("{PRISTINE}// mine\n")), "update");
        replace(Some(&PRISTINE.replace("@2", "@1")), "update");
        replace(Some(&PRISTINE.replace("@2", "@3")), "update");
        replace(Some("use daytona;\n"), "update");
    }
}
