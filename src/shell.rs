//! Talks to the person or program at the other end: the only module that prints.
//!
//! stdout carries data, stderr the rest. Meaning is never told by colour alone.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use console::{Style, Term, style};

use crate::error::Problem;
use crate::printable::{printable, printable_lines};
use crate::program;
use crate::request::{Color, Output, Verbosity};
use crate::wrap::wrap;

/// What a status line tells; a fixed set, so that scripts and eyes can rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// What the command is about to report.
    Adding,
    /// What a dry run is about to report.
    WouldAdd,
    /// What the command is about to report.
    Starting,
    /// What a dry run is about to report.
    WouldStart,
    /// What the command is about to report.
    Removing,
    /// What a dry run is about to report.
    WouldRemove,
    /// What an update is about to report.
    Updating,
    /// What a check is about to report.
    Checking,
    /// A file that was not there.
    Created,
    /// A file that a dry run did not create.
    WouldCreate,
    /// A file that has changed.
    Updated,
    /// A file that a dry run did not change.
    WouldUpdate,
    /// A file that is gone.
    Deleted,
    /// A file that a dry run did not remove.
    WouldDelete,
    /// Lines that the user and a blueprint have both changed.
    Conflict,
    /// Nothing to do.
    Unchanged,
    /// A file that differs and was left to its owner.
    Kept,
    /// A file that a run would leave to its owner.
    WouldKeep,
    /// A file, or a line of one, that a check did not find.
    Missing,
    /// A file, or a line of one, that a check found.
    Present,
    /// A file that has edits.
    Customised,
    /// A file of an older version.
    Outdated,
    /// A file of a newer version.
    Newer,
    /// A file without a marker.
    Unmarked,
    /// A file of another blueprint.
    Foreign,
    /// Something that cannot be told.
    Unknown,
}

impl Verb {
    fn as_str(self) -> &'static str {
        match self {
            Self::Adding => "Adding",
            Self::WouldAdd => "Would add",
            Self::Starting => "Starting",
            Self::WouldStart => "Would start",
            Self::Removing => "Removing",
            Self::WouldRemove => "Would remove",
            Self::Updating => "Updating",
            Self::Checking => "Checking",
            Self::Created => "Created",
            Self::WouldCreate => "Would create",
            Self::Updated => "Updated",
            Self::WouldUpdate => "Would update",
            Self::Deleted => "Deleted",
            Self::WouldDelete => "Would delete",
            Self::Conflict => "Conflict",
            Self::Unchanged => "Unchanged",
            Self::Kept => "Kept",
            Self::WouldKeep => "Would keep",
            Self::Missing => "Missing",
            Self::Present => "Present",
            Self::Customised => "Customised",
            Self::Outdated => "Outdated",
            Self::Newer => "Newer",
            Self::Unmarked => "Unmarked",
            Self::Foreign => "Foreign",
            Self::Unknown => "Unknown",
        }
    }

    /// The verb of a run that writes nothing.
    pub(crate) fn tentative(self) -> Self {
        match self {
            Self::Adding => Self::WouldAdd,
            Self::Starting => Self::WouldStart,
            Self::Removing => Self::WouldRemove,
            Self::Deleted => Self::WouldDelete,
            Self::Created => Self::WouldCreate,
            Self::Updating | Self::Updated => Self::WouldUpdate,
            Self::Kept => Self::WouldKeep,
            verb => verb,
        }
    }

    /// Green is for what is well, yellow for what someone has to look at.
    fn style(self) -> Style {
        match self {
            Self::Missing
            | Self::Present
            | Self::Conflict
            | Self::Outdated
            | Self::Newer
            | Self::Unmarked
            | Self::Foreign
            | Self::Unknown => Style::new().yellow(),
            _ => Style::new().green(),
        }
    }
}

/// The width in which verbs are aligned to the right, as cargo does.
const VERB_WIDTH: usize = 12;

/// Who reads what is written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Someone at a terminal, which must not be steered.
    Person,
    /// A program, for which every byte counts.
    Program,
}

/// The two streams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shell {
    verbosity: Verbosity,
    /// The columns of the terminal that stderr is, if it is one.
    width: Option<usize>,
}

impl Shell {
    /// A shell that follows `output`, then `NO_COLOR`, then `CLICOLOR_FORCE`.
    pub(crate) fn new(output: Output) -> Self {
        match output.color {
            None if is_set("NO_COLOR") => set_colors(false),
            None => {}
            Some(Color::Always) => set_colors(true),
            Some(Color::Never) => set_colors(false),
        }
        Self {
            verbosity: output.verbosity,
            width: terminal_width(),
        }
    }

    /// One line that starts with what was done.
    pub(crate) fn status(&self, verb: Verb, text: impl Display) {
        let style = verb.style().for_stderr().bold();
        let verb = style.apply_to(format!("{:>VERB_WIDTH$}", verb.as_str()));
        let text = text.to_string();
        self.say(Verbosity::Normal, &format!("{verb} {}", printable(&text)));
    }

    /// The reason of a decision, for those who ask with `--verbose`.
    pub(crate) fn reason(&self, text: impl AsRef<str>) {
        let indent = VERB_WIDTH + 1;
        let text = self.wrapped(text.as_ref(), indent);
        self.say(Verbosity::Verbose, &format!("{:indent$}{text}", ""));
    }

    /// Something worth knowing after a change.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        let note = self.labelled("note", Style::new().cyan(), text.as_ref());
        self.say(Verbosity::Normal, &note);
    }

    /// Lines of code for the user to place, between blank lines.
    pub(crate) fn code(&self, code: &str) {
        let lines = code.lines().map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {}\n", printable_lines(line)),
        });
        let lines = lines.collect::<String>();
        self.say(Verbosity::Normal, &format!("\n{lines}"));
    }

    /// Something that does not stop the command, but that the user should look at.
    pub(crate) fn warning(&self, warning: &Problem) {
        self.problem("warning", Style::new().yellow(), Verbosity::Normal, warning);
    }

    /// Something that the user has to put right.
    pub(crate) fn error(&self, error: &Problem) {
        self.problem("error", Style::new().red(), Verbosity::Quiet, error);
    }

    /// Something that went wrong, with its causes.
    pub(crate) fn failure(&self, error: &anyhow::Error) {
        let label = style("error").for_stderr().red().bold();
        let mut text = format!("{label}: {}\n", printable(&error.to_string()));
        if error.chain().len() > 1 {
            text.push_str("\nCaused by:\n");
        }
        for cause in error.chain().skip(1) {
            text.push_str(&format!("  {}\n", printable(&cause.to_string())));
        }
        self.say(Verbosity::Quiet, text.trim_end());
    }

    /// Writes `text` to stdout.
    ///
    /// # Errors
    ///
    /// When stdout cannot be written; a reader that has gone away is none.
    pub(crate) fn data(&self, text: &str) -> anyhow::Result<()> {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(text.as_bytes());
        heard(written.and_then(|()| stdout.flush()))
    }

    /// Who reads stdout.
    pub(crate) fn reader(&self) -> Reader {
        match io::stdout().is_terminal() {
            true => Reader::Person,
            false => Reader::Program,
        }
    }

    /// Says why the command line is wrong, in words that are styled already where `styled` has them in colour.
    pub(crate) fn refuse(&self, plain: &str, styled: &str) {
        let text = match console::colors_enabled_stderr() {
            true => styled,
            false => plain,
        };
        self.say(Verbosity::Quiet, text.trim_end());
    }

    /// Writes help, in words that are styled already where `styled` has them in colour, to stdout.
    ///
    /// # Errors
    ///
    /// As [`data`](Self::data).
    pub(crate) fn help(&self, plain: &str, styled: &str) -> anyhow::Result<()> {
        self.data(if console::colors_enabled() {
            styled
        } else {
            plain
        })
    }

    fn problem(&self, label: &str, label_style: Style, at_least: Verbosity, problem: &Problem) {
        let mut text = self.labelled(label, label_style, &problem.message);
        if let Some(file) = &problem.file {
            let place = problem
                .position
                .map_or(String::new(), |position| format!(":{position}"));
            text.push_str(&format!("\n  --> {}{place}", printable(&shown(file))));
        }
        if let Some(help) = &problem.help {
            text.push_str("\n\n");
            text.push_str(&self.labelled("help", Style::new().cyan(), help));
        }
        self.say(at_least, &text);
    }

    /// Prose behind a label.
    fn labelled(&self, label: &str, style: Style, text: &str) -> String {
        let text = self.wrapped(text, label.len() + 2);
        let label = style.for_stderr().bold().apply_to(label);
        format!("{label}: {text}")
    }

    /// Prose that starts in column `indent`, broken where the terminal ends; elsewhere lines are for programs, too.
    fn wrapped(&self, text: &str, indent: usize) -> String {
        let text = program::as_typed(text);
        let text = printable(&text);
        match self.width {
            Some(width) => wrap(&text, indent, width),
            None => text.into_owned(),
        }
    }

    /// Nobody is left to be told when stderr is closed.
    fn say(&self, at_least: Verbosity, text: &str) {
        if self.verbosity >= at_least {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

/// The outcome of writing to stdout, where a reader that has gone away has heard enough.
fn heard(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("failed to write to stdout"),
    }
}

fn terminal_width() -> Option<usize> {
    let (_, columns) = Term::stderr().size_checked()?;
    Some(usize::from(columns)).filter(|&columns| columns > 0)
}

/// Whether the variable `name` has a value, whatever it is.
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn set_colors(enabled: bool) {
    console::set_colors_enabled(enabled);
    console::set_colors_enabled_stderr(enabled);
}

/// The path as seen from the current directory, where that is shorter.
fn shown(file: &Path) -> String {
    let current = std::env::current_dir().and_then(|directory| directory.canonicalize());
    let relative = current
        .as_ref()
        .ok()
        .and_then(|current| file.strip_prefix(current).ok());
    relative.unwrap_or(file).display().to_string()
}
