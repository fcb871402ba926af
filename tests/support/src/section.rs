//! The sections of a case: a header, and a text below.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::content::{Content, is_separator};

/// A text of a case with its place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) place: Place,
    pub(crate) what: What,
}

/// What a section tells about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Before(PathBuf),
    After(PathBuf),
    Stdout,
    Stderr,
    ExitCode,
}

/// What stands at a place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum What {
    Text(Content),
    Directory,
    Link(PathBuf),
    Removed,
    Code(String),
}

impl Place {
    pub(crate) fn is_written_by_people(&self) -> bool {
        matches!(self, Self::Before(_))
    }
}

impl Section {
    fn read_header(header: &str) -> Result<Self, String> {
        let told = || format!("`{header}` is no header");
        let inner = header
            .strip_prefix("-- ")
            .and_then(|rest| rest.strip_suffix(" --"));
        let inner = inner.ok_or_else(told)?;
        if let Some(code) = inner.strip_prefix("exit code ") {
            let what = What::Code(code.to_owned());
            return Ok(Self {
                place: Place::ExitCode,
                what,
            });
        }
        let parts = inner
            .strip_suffix(')')
            .and_then(|inner| inner.rsplit_once(" ("));
        let (place, words) = parts.unwrap_or((inner, ""));
        let place = match place.split_once(' ') {
            Some(("before", path)) => Place::Before(path.into()),
            Some(("after", path)) => Place::After(path.into()),
            None if place == "stdout" => Place::Stdout,
            None if place == "stderr" => Place::Stderr,
            _ => return Err(told()),
        };
        let what = What::read(words).ok_or_else(told)?;
        Ok(Self { place, what })
    }

    fn read(header: &str, lines: String) -> Result<Self, String> {
        let mut section = Self::read_header(header)?;
        match &mut section.what {
            What::Text(content) => content.lines = lines,
            _ if lines.is_empty() => {}
            _ => return Err(format!("no text may follow `{header}`")),
        }
        Ok(section)
    }
}

impl What {
    fn read(words: &str) -> Option<Self> {
        match words {
            "directory" => return Some(Self::Directory),
            "removed" => return Some(Self::Removed),
            _ => {}
        }
        if let Some(target) = words.strip_prefix("link to ") {
            return Some(Self::Link(target.into()));
        }
        let mut content = Content::default();
        let mut words = words.split(", ").filter(|word| !word.is_empty());
        words
            .all(|word| content.read(word))
            .then_some(Self::Text(content))
    }
}

/// The section with its header, and a blank line after a text.
impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Text(content) if content.lines.is_empty() => {
                writeln!(f, "-- {}{content} --", self.place)
            }
            What::Text(content) => writeln!(f, "-- {}{content} --\n{}", self.place, content.lines),
            What::Directory => writeln!(f, "-- {} (directory) --", self.place),
            What::Link(target) => writeln!(f, "-- {} (link to {}) --", self.place, slashed(target)),
            What::Removed => writeln!(f, "-- {} (removed) --", self.place),
            What::Code(code) => writeln!(f, "-- {} {code} --", self.place),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(path) => write!(f, "before {}", slashed(path)),
            Self::After(path) => write!(f, "after {}", slashed(path)),
            Self::Stdout => f.write_str("stdout"),
            Self::Stderr => f.write_str("stderr"),
            Self::ExitCode => f.write_str("exit code"),
        }
    }
}

/// `path` as it is written on every system.
fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The parts of a case's text.
pub(crate) struct Parts<'a> {
    pub(crate) head: &'a str,
    /// The sections, with where each begins.
    pub(crate) sections: Vec<(usize, Section)>,
}

pub(crate) fn split(text: &str) -> Result<Parts<'_>, String> {
    let mut starts = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if is_separator(line.trim_end_matches('\n')) {
            starts.push(offset);
        }
        offset += line.len();
    }
    let head = &text[..starts.first().copied().unwrap_or(text.len())];
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    let sections = starts.iter().zip(ends).map(|(start, end)| {
        let section = &text[*start..end.unwrap_or(text.len())];
        let (header, lines) = section.split_once('\n').unwrap_or((section, ""));
        let ends_blank = lines == "\n" || lines.ends_with("\n\n");
        let lines = match end.is_some() && ends_blank {
            true => &lines[..lines.len() - 1],
            false => lines,
        };
        Ok((*start, Section::read(header, lines.to_owned())?))
    });
    let sections = sections.collect::<Result<_, String>>()?;
    Ok(Parts { head, sections })
}
