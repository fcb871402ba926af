//! What is said when clap answers instead of a command: help, the version, and mistakes in the command line.

use std::ffi::OsString;

use clap::error::ErrorKind;

use crate::error::{ExitStatus, Problem};
use crate::report;
use crate::shell::Shell;

/// Shows `answer` to `args`: as a document if they ask for JSON and are wrong, else as clap words it.
pub(crate) fn show(answer: &clap::Error, args: &[OsString]) -> ExitStatus {
    let shell = Shell::plain();
    let is_mistake = answer.use_stderr();
    let shown = if is_mistake && ask_for_json(args) {
        report::usage_error(&problem(answer), &shell)
    } else {
        shell.answer(answer)
    };
    match shown {
        Ok(()) if is_mistake => ExitStatus::Usage,
        Ok(()) => ExitStatus::Success,
        Err(error) => {
            shell.failure(&error);
            ExitStatus::Failure
        }
    }
}

fn ask_for_json(args: &[OsString]) -> bool {
    let mut options = args.iter().take_while(|arg| *arg != "--");
    options.any(|arg| arg == "--json")
}

/// The first paragraph of what clap says is the message, and what it calls a tip is the help.
fn problem(answer: &clap::Error) -> Problem {
    let text = answer.render().to_string();
    let mut paragraphs = text.split("\n\n").map(one_line);
    let message = paragraphs.next().unwrap_or_default();
    let rest = paragraphs.collect::<Vec<_>>();
    let said = |prefix| rest.iter().find_map(|line| line.strip_prefix(prefix));
    let help = match (said("tip: "), said("Usage: ")) {
        (Some(tip), _) => tip.to_owned(),
        (None, Some(usage)) => format!("usage: `{usage}`"),
        (None, None) => "try `flue --help`".to_owned(),
    };
    let message = message.trim_start_matches("error: ");
    Problem::new(code(answer.kind()), message).help(help)
}

fn one_line(paragraph: &str) -> String {
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UnknownArgument => "usage-unknown-argument",
        ErrorKind::InvalidSubcommand => "usage-unknown-command",
        ErrorKind::MissingSubcommand => "usage-missing-command",
        ErrorKind::MissingRequiredArgument => "usage-missing-argument",
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::NoEquals => {
            "usage-invalid-value"
        }
        ErrorKind::ArgumentConflict => "usage-conflict",
        _ => "usage",
    }
}
