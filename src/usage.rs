//! What is said when clap answers instead of a command: help, the version, and mistakes in the command line.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::{Code, Problem};
use crate::exit::ExitStatus;
use crate::report;
use crate::request::{Color, Output, Verbosity};
use crate::shell::Shell;

/// Shows `answer` to `args`: as a document if they ask for JSON and are wrong, else as clap words it.
pub(crate) fn show(answer: &clap::Error, args: &[OsString]) -> ExitStatus {
    let shell = Shell::new(Output {
        verbosity: Verbosity::Normal,
        color: color(args),
    });
    let rendered = answer.render();
    let (plain, styled) = (rendered.to_string(), rendered.ansi().to_string());
    let shown = match (answer.use_stderr(), asks_for_json(args)) {
        (true, true) => report::usage_error(&problem(answer), &shell),
        (true, false) => {
            shell.refuse(&plain, &styled);
            Ok(())
        }
        (false, _) => shell.help(&plain, &styled),
    };
    match shown {
        Ok(()) if answer.use_stderr() => ExitStatus::Usage,
        Ok(()) => ExitStatus::Success,
        Err(error) => {
            shell.failure(&error);
            ExitStatus::Failure
        }
    }
}

/// The options among `args`, which could not be read as a whole.
fn options(args: &[OsString]) -> impl Iterator<Item = &str> {
    let options = args.iter().take_while(|arg| *arg != "--");
    options.filter_map(|arg| arg.to_str())
}

fn asks_for_json(args: &[OsString]) -> bool {
    options(args).any(|option| option == "--json")
}

fn color(args: &[OsString]) -> Option<Color> {
    let values = options(args).skip(1).zip(options(args));
    let mut values = values.filter_map(|(value, option)| match value.strip_prefix("--color=") {
        None if option == "--color" => Some(value),
        joined => joined,
    });
    match values.next()? {
        "always" => Some(Color::Always),
        "never" => Some(Color::Never),
        _ => None,
    }
}

/// What is wrong, from the facts that clap tells.
fn problem(answer: &clap::Error) -> Problem {
    use ContextKind::{
        InvalidArg, InvalidSubcommand, InvalidValue, PriorArg, SuggestedArg, SuggestedSubcommand,
        SuggestedValue, Usage, ValidValue,
    };
    let told = |kind| told(answer, kind);
    let (code, message) = match answer.kind() {
        ErrorKind::UnknownArgument => (
            Code::UsageUnknownArgument,
            format!("unexpected argument {}", told(InvalidArg)),
        ),
        ErrorKind::InvalidSubcommand => (
            Code::UsageUnknownCommand,
            format!("no command {}", told(InvalidSubcommand)),
        ),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            (Code::UsageMissingCommand, "no command was given".to_owned())
        }
        ErrorKind::MissingRequiredArgument => (
            Code::UsageMissingArgument,
            format!("missing {}", told(InvalidArg)),
        ),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::NoEquals => (
            Code::UsageInvalidValue,
            format!(
                "invalid value {} for {}",
                told(InvalidValue),
                told(InvalidArg)
            ),
        ),
        ErrorKind::ArgumentConflict => (
            Code::UsageConflict,
            format!(
                "{} cannot be used with {}",
                told(InvalidArg),
                told(PriorArg)
            ),
        ),
        kind => (Code::Usage, kind.to_string()),
    };
    let known = |kind: ContextKind, words: &str| {
        answer.get(kind)?;
        Some(format!("{words} {}", told(kind)))
    };
    let help = known(SuggestedArg, "a similar argument exists:")
        .or_else(|| known(SuggestedSubcommand, "a similar command exists:"))
        .or_else(|| known(SuggestedValue, "a similar value exists:"))
        .or_else(|| known(ValidValue, "known values:"))
        .or_else(|| {
            let Some(ContextValue::StyledStr(usage)) = answer.get(Usage) else {
                return None;
            };
            let usage = usage.to_string();
            let usage = usage.trim().trim_start_matches("Usage: ");
            Some(format!("usage: `{usage}`"))
        });
    Problem::new(code, message).help(help.unwrap_or_else(|| "try `flue --help`".to_owned()))
}

/// What clap tells of `kind`, in backticks.
fn told(answer: &clap::Error, kind: ContextKind) -> String {
    let names = match answer.get(kind) {
        Some(ContextValue::String(name)) => vec![name.clone()],
        Some(ContextValue::Strings(names)) => names.clone(),
        Some(value) => vec![value.to_string()],
        None => Vec::new(),
    };
    let names = names.iter().map(|name| format!("`{name}`"));
    names.collect::<Vec<_>>().join(", ")
}
