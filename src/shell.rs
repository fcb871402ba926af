//! Talks to the person or program at the other end: the only module that prints.
//!
//! stdout carries data, stderr the rest. Meaning is never told by colour alone.

use std::io::{self, Write as _};
use std::path::Path;

use console::{Style, style};

use crate::cli::{ColorArg, OutputArgs};
use crate::error::{Problem, Problems};

/// How much is said on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Outcomes, warnings and what to do next.
    Normal,
    /// Also the reason of every decision.
    Verbose,
}

/// What a status line tells; a fixed set, so that scripts and eyes can rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// What the command is about to report.
    Adding,
    /// A file that was not there.
    Created,
    /// A file that has changed.
    Updated,
    /// Nothing to do.
    Unchanged,
    /// A file that differs and was left to its owner.
    Kept,
}

impl Verb {
    fn as_str(self) -> &'static str {
        match self {
            Self::Adding => "Adding",
            Self::Created => "Created",
            Self::Updated => "Updated",
            Self::Unchanged => "Unchanged",
            Self::Kept => "Kept",
        }
    }
}

/// The width in which verbs are aligned to the right, as cargo does.
const VERB_WIDTH: usize = 12;

/// The two streams.
#[derive(Debug, Clone, Copy)]
pub struct Shell {
    verbosity: Verbosity,
}

impl Shell {
    /// A shell that follows the arguments, `NO_COLOR` and `CLICOLOR_FORCE`.
    pub fn new(args: &OutputArgs) -> Self {
        match args.color {
            ColorArg::Auto => {}
            ColorArg::Always => set_colors(true),
            ColorArg::Never => set_colors(false),
        }
        let verbosity = match (args.quiet, args.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        Self { verbosity }
    }

    /// One line that starts with what was done.
    pub fn status(&self, verb: Verb, text: impl AsRef<str>) {
        let verb = style(format!("{:>VERB_WIDTH$}", verb.as_str()))
            .for_stderr()
            .green()
            .bold();
        self.say(Verbosity::Normal, &format!("{verb} {}", text.as_ref()));
    }

    /// The reason of a decision, for those who ask with `--verbose`.
    pub fn reason(&self, text: impl AsRef<str>) {
        self.say(
            Verbosity::Verbose,
            &format!("{:>VERB_WIDTH$} {}", "", text.as_ref()),
        );
    }

    /// Something worth knowing after a change.
    pub fn note(&self, text: impl AsRef<str>) {
        let label = style("note").for_stderr().cyan().bold();
        self.say(Verbosity::Normal, &format!("{label}: {}", text.as_ref()));
    }

    /// Text that stands for itself.
    pub fn text(&self, text: impl AsRef<str>) {
        self.say(Verbosity::Normal, text.as_ref());
    }

    /// Something that does not stop the command, but that the user should look at.
    pub fn warning(&self, warning: &Problem) {
        self.problem("warning", Style::new().yellow(), Verbosity::Normal, warning);
    }

    /// Why the command failed: each problem with its place and way out, or an error with its causes.
    pub fn error(&self, error: &anyhow::Error) {
        if let Some(Problems(problems)) = error.downcast_ref() {
            problems.iter().for_each(|problem| {
                self.problem("error", Style::new().red(), Verbosity::Quiet, problem)
            });
            return;
        }
        let label = style("error").for_stderr().red().bold();
        let mut text = format!("{label}: {error}\n");
        if error.chain().len() > 1 {
            text.push_str("\nCaused by:\n");
        }
        for cause in error.chain().skip(1) {
            text.push_str(&format!("  {}\n", cause.to_string().replace('\n', "\n  ")));
        }
        self.say(Verbosity::Quiet, text.trim_end());
    }

    /// Writes `text` to stdout.
    ///
    /// # Errors
    ///
    /// When stdout cannot be written; a reader that has gone away is none.
    pub fn data(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
        {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    fn problem(&self, label: &str, label_style: Style, at_least: Verbosity, problem: &Problem) {
        let label = label_style.for_stderr().bold().apply_to(label);
        let mut text = format!("{label}: {}", problem.message);
        if let Some(file) = &problem.file {
            let place = problem
                .position
                .map_or(String::new(), |position| format!(":{position}"));
            text.push_str(&format!("\n  --> {}{place}", shown(file)));
        }
        if let Some(help) = &problem.help {
            let help_label = style("help").for_stderr().cyan().bold();
            text.push_str(&format!("\n\n{help_label}: {help}"));
        }
        self.say(at_least, &text);
    }

    /// Nobody is left to be told when stderr is closed.
    fn say(&self, at_least: Verbosity, text: &str) {
        if self.verbosity >= at_least {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

fn set_colors(enabled: bool) {
    console::set_colors_enabled(enabled);
    console::set_colors_enabled_stderr(enabled);
}

/// The path as seen from the current folder, where that is shorter.
fn shown(file: &Path) -> String {
    let current = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let relative = current
        .as_ref()
        .ok()
        .and_then(|current| file.strip_prefix(current).ok());
    relative.unwrap_or(file).display().to_string()
}
