//! Reads the files of a blueprint, as few and as small as they have to be.
//!
//! Follows no link and opens nothing but regular files below the directory that it is given.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry, FileType};
use std::path::{Path, PathBuf};

use crate::error::{Code, Problem};
use crate::project::file::read_text;
use crate::text::BYTE_ORDER_MARK;

/// How many files and directories a directory may hold.
pub(super) const MOST_ENTRIES: usize = 100;

/// How many directories may lie in each other below a blueprint.
pub(super) const DEEPEST: usize = 4;

/// The largest file, in bytes.
pub(super) const LARGEST_FILE: usize = 256 << 10;

/// The largest blueprint, in bytes.
pub(super) const LARGEST: usize = 1 << 20;

/// The texts of all files below `directory`, by their paths in it, with `\n` at the end of every line. What is hidden is left
/// out.
///
/// # Errors
///
/// When a file is a link or no text, or when there is more than a blueprint may hold.
pub(super) fn texts(directory: &Path) -> Result<BTreeMap<String, String>, Problem> {
    let mut texts = BTreeMap::new();
    add_texts(directory, "", DEEPEST, &mut texts)?;
    Ok(texts)
}

fn add_texts(
    directory: &Path,
    prefix: &str,
    deepest: usize,
    texts: &mut BTreeMap<String, String>,
) -> Result<(), Problem> {
    if deepest == 0 {
        let message = format!("directories lie in each other, and {DEEPEST} are the most");
        return Err(invalid(message).in_file(directory));
    }
    for entry in entries(directory)? {
        let path = format!("{prefix}{}", entry.name);
        match entry.file_type.is_dir() {
            true => add_texts(&entry.path, &format!("{path}/"), deepest - 1, texts)?,
            false => drop(texts.insert(path, text(&entry.path)?)),
        }
        let length = texts.values().map(String::len).sum::<usize>();
        if length > LARGEST || texts.len() > MOST_ENTRIES {
            let message = format!(
                "a blueprint has {MOST_ENTRIES} files and {} KiB at most",
                LARGEST >> 10
            );
            return Err(invalid(message).in_file(&entry.path));
        }
    }
    Ok(())
}

/// The text of the regular file at `path`, with `\n` at the end of every line.
///
/// # Errors
///
/// When it cannot be read, is no text, or is too large.
pub(super) fn text(path: &Path) -> Result<String, Problem> {
    let in_file = |problem: Problem| problem.in_file(path);
    let (text, _) = read_text(path).map_err(in_file)?;
    if text.len() > LARGEST_FILE {
        let message = format!(
            "the file has {} KiB, and a blueprint's have {} at most",
            text.len().div_ceil(1 << 10),
            LARGEST_FILE >> 10
        );
        return Err(Problem::new(Code::TooLarge, message).in_file(path));
    }
    Ok(text
        .trim_start_matches(BYTE_ORDER_MARK)
        .replace("\r\n", "\n"))
}

/// A file or directory of a blueprint.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) file_type: FileType,
}

/// What is in `directory`, by name, without what is hidden.
///
/// # Errors
///
/// When it cannot be read, has too much in it, or a link.
pub(super) fn entries(directory: &Path) -> Result<Vec<Entry>, Problem> {
    let unreadable = |error: std::io::Error| {
        let message = format!("failed to read it: {error}");
        Problem::new(Code::Unreadable, message).in_file(directory)
    };
    let mut entries = Vec::<Entry>::new();
    for (count, entry) in fs::read_dir(directory).map_err(unreadable)?.enumerate() {
        if count >= MOST_ENTRIES {
            let message = format!("the directory has more than {MOST_ENTRIES} files");
            return Err(invalid(message).in_file(directory));
        }
        let entry = entry.map_err(unreadable)?;
        let file_type = entry.file_type().map_err(unreadable)?;
        if let Some(entry) = checked(&entry, file_type)? {
            let at = entries.partition_point(|other| other.name < entry.name);
            entries.insert(at, entry);
        }
    }
    Ok(entries)
}

fn checked(entry: &DirEntry, file_type: FileType) -> Result<Option<Entry>, Problem> {
    let name = entry.file_name().to_string_lossy().into_owned();
    let path = entry.path();
    if name.starts_with('.') {
        return Ok(None);
    }
    if file_type.is_symlink() {
        let problem = invalid("a link, and a blueprint has none").in_file(path);
        return Err(problem.help("put the file itself there"));
    }
    if !file_type.is_dir() && !file_type.is_file() {
        return Err(invalid("it is not a regular file").in_file(path));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !name.chars().all(is_plain) {
        let problem = invalid("names in a blueprint are of letters, digits, `-`, `_` and `.`");
        return Err(problem.in_file(path));
    }
    Ok(Some(Entry {
        name,
        path,
        file_type,
    }))
}

pub(super) fn invalid(message: impl Into<String>) -> Problem {
    Problem::new(Code::BlueprintInvalid, message)
}
