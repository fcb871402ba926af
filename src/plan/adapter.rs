//! What happens to the adapter: the file as it is against the one that the blueprint would write.

use super::{FileOperation, Kept, keep, write};
use crate::blueprint::Blueprint;
use crate::blueprint::marker::Marker;
use crate::error::Problem;
use crate::project::file::UserFile;
use crate::request::OnConflict;
use crate::text::{BYTE_ORDER_MARK, LineEnding};

/// The operation for the adapter, and a warning when an older version is kept.
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
) -> Result<(FileOperation, Option<Problem>), Problem> {
    let after = line_ending.apply(pristine);
    let Some(text) = file.text()? else {
        return Ok((write(file, after, None, "the adapter is missing")?, None));
    };
    if comparable(text) == comparable(pristine) {
        return Ok((
            keep(
                file,
                Kept::UpToDate,
                "the adapter is as the blueprint writes it",
            ),
            None,
        ));
    }
    if on_conflict == OnConflict::Replace {
        return Ok((
            write(
                file,
                after,
                Some("replaced".to_owned()),
                "`--overwrite` was given",
            )?,
            None,
        ));
    }
    keep_existing(file, text, blueprint)
}

fn keep_existing(
    file: &UserFile,
    text: &str,
    blueprint: &Blueprint,
) -> Result<(FileOperation, Option<Problem>), Problem> {
    let expected = blueprint.marker();
    let Some(marker) = Marker::find(text) else {
        return Err(foreign(
            file,
            format!("`{}` exists and is not from a blueprint", file.path),
        ));
    };
    if (&marker.kind, &marker.name) != (&expected.kind, &expected.name) {
        let message = format!(
            "`{}` belongs to the blueprint `{}/{}`",
            file.path, marker.kind, marker.name
        );
        return Err(foreign(file, message));
    }
    if marker.version > expected.version {
        let message = format!(
            "`{}` was written by version {} of the blueprint; this `flue` knows version {}",
            file.path, marker.version, expected.version
        );
        let problem = Problem::new("adapter-newer", message).in_file(file.path.as_str());
        return Err(problem.help("update `flue`, or replace the file with `--overwrite`"));
    }
    if marker.version < expected.version {
        let message = format!(
            "`{}` was written by version {} of the blueprint, and version {} is there",
            file.path, marker.version, expected.version
        );
        let warning = Problem::new("adapter-outdated", message).in_file(file.path.as_str());
        let operation = keep(
            file,
            Kept::Outdated,
            "an older version of the blueprint wrote the adapter",
        );
        return Ok((
            operation,
            Some(warning.help("`flue update` brings it up to date")),
        ));
    }
    Ok((
        keep(
            file,
            Kept::Customised,
            "the adapter differs from what the blueprint writes",
        ),
        None,
    ))
}

fn foreign(file: &UserFile, message: String) -> Problem {
    Problem::new("adapter-foreign", message)
        .in_file(file.path.as_str())
        .help("move the file away, or replace it with `--overwrite`")
}

/// A text without what editors change on their own: line ends and a byte order mark.
fn comparable(text: &str) -> String {
    text.trim_start_matches(BYTE_ORDER_MARK)
        .replace("\r\n", "\n")
}
