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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Change;
    use crate::project::file::{Access, Content};
    use crate::project::rel_path::RelPath;

    const PRISTINE: &str = "// flue-blueprint: sandbox/daytona@2\nuse daytona;\n";

    fn second_version() -> Blueprint {
        let toml = "kind = 'sandbox'\nname = 'daytona'\nversion = 2\nsummary = ''\nwebsite = ''\nvariant = []\n";
        toml_edit::de::from_str(toml).unwrap()
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
            Ok((operation, warning)) => {
                let change = match operation.change {
                    Change::Create { .. } => "create".to_owned(),
                    Change::Update { .. } => "update".to_owned(),
                    Change::Keep(kept) => format!("{kept:?}"),
                };
                change + warning.map_or("", |warning| warning.code)
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
            "adapter-foreign",
        );
        keep(Some("use daytona;\n"), "adapter-foreign");
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
