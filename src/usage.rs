//! What is said when clap answers instead of a command: help, the version, and mistakes in the command line.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::{Code, Problem};
use crate::exit::ExitStatus;
use crate::printable::printable;
use crate::report;
use crate::request::{Color, Output, Verbosity};
use crate::shell::Shell;

/// Shows `answer` to `args`: as a document if they ask for JSON, else as clap words it.
pub(crate) fn show(mut answer: clap::Error, args: &[OsString]) -> ExitStatus {
    advise(&mut answer);
    make_printable(&mut answer);
    let shell = Shell::new(Output {
        verbosity: Verbosity::Normal,
        color: color(args),
    });
    let rendered = answer.render();
    let (plain, styled) = (rendered.to_string(), rendered.ansi().to_string());
    let shown = match (answer.use_stderr(), asks_for_json(args)) {
        (true, true) => report::usage_error(&problem(&answer), &shell),
        (true, false) => {
            shell.refuse(&plain, &styled);
            Ok(())
        }
        (false, true) => report::help(plain, &shell),
        (false, false) => shell.help(&plain, &styled),
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

/// Tells what is meant here by words that other commands know.
fn advise(answer: &mut clap::Error) {
    let typed = |kind| match answer.get(kind) {
        Some(ContextValue::String(typed)) => typed.clone(),
        _ => String::new(),
    };
    let (argument, command) = (
        typed(ContextKind::InvalidArg),
        typed(ContextKind::InvalidSubcommand),
    );
    match (answer.kind(), argument.as_str(), command.as_str()) {
        // The usage that clap shows is about the option that it takes for meant.
        (ErrorKind::UnknownArgument, "--force" | "-f", _) => {
            answer.remove(ContextKind::Suggested);
            answer.remove(ContextKind::Usage);
            let option = ContextValue::String("--overwrite".to_owned());
            answer.insert(ContextKind::SuggestedArg, option);
        }
        (ErrorKind::UnknownArgument, "--yes" | "-y" | "--no-input" | "--non-interactive", _) => {
            answer.remove(ContextKind::SuggestedArg);
            answer.remove(ContextKind::Usage);
            let advice = StyledStr::from(NOTHING_IS_ASKED);
            answer.insert(
                ContextKind::Suggested,
                ContextValue::StyledStrs(vec![advice]),
            );
        }
        (ErrorKind::InvalidSubcommand, _, "install" | "i" | "init" | "new" | "generate") => {
            let commands = ContextValue::Strings(vec!["add".to_owned()]);
            answer.insert(ContextKind::SuggestedSubcommand, commands);
        }
        (ErrorKind::InvalidSubcommand, _, "upgrade" | "up" | "merge" | "migrate") => {
            let commands = ContextValue::Strings(vec!["update".to_owned()]);
            answer.insert(ContextKind::SuggestedSubcommand, commands);
        }
        _ => {}
    }
}

const NOTHING_IS_ASKED: &str = "the command asks no questions: leave it out";

/// Has `answer` repeat what was typed without steering the terminal.
fn make_printable(answer: &mut clap::Error) {
    let kinds = answer.context().map(|(kind, _)| kind).collect::<Vec<_>>();
    let typed = kinds.iter().flat_map(|&kind| match answer.get(kind) {
        Some(ContextValue::String(_) | ContextValue::Strings(_)) => names(answer, kind),
        _ => Vec::new(),
    });
    let typed = typed.filter(|text| *text != printable(text));
    let typed = typed.collect::<Vec<_>>();
    // What is styled has escapes of its own, so only what was typed is replaced.
    let shown = |text: &str| {
        let text = text.to_owned();
        let shown = |text: String, typed: &String| text.replace(typed, &printable(typed));
        typed.iter().fold(text, shown)
    };
    for kind in kinds {
        let value = match answer.get(kind) {
            Some(ContextValue::String(text)) => ContextValue::String(shown(text)),
            Some(ContextValue::Strings(texts)) => {
                ContextValue::Strings(texts.iter().map(|text| shown(text)).collect())
            }
            Some(ContextValue::StyledStrs(texts)) => {
                let texts = texts.iter().map(|text| text.ansi().to_string());
                let texts = texts.map(|text| StyledStr::from(shown(&text)));
                ContextValue::StyledStrs(texts.collect())
            }
            _ => continue,
        };
        answer.insert(kind, value);
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
        InvalidArg, InvalidSubcommand, InvalidValue, PriorArg, Suggested, SuggestedArg,
        SuggestedSubcommand, SuggestedValue, Usage, ValidValue,
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
        let names = names(answer, kind);
        let help = format!("{words} {}", told(kind));
        (!names.is_empty()).then_some((help, names))
    };
    let without_names = |help: String| Some((help, Vec::new()));
    let help = known(SuggestedArg, "a similar argument exists:")
        .or_else(|| known(SuggestedSubcommand, "a similar command exists:"))
        .or_else(|| known(SuggestedValue, "a similar value exists:"))
        .or_else(|| known(ValidValue, "known values:"))
        .or_else(|| match answer.get(Suggested) {
            Some(ContextValue::StyledStrs(advice)) => without_names(advice.first()?.to_string()),
            _ => None,
        })
        .or_else(|| {
            let Some(ContextValue::StyledStr(usage)) = answer.get(Usage) else {
                return None;
            };
            let usage = usage.to_string();
            let usage = usage.trim().trim_start_matches("Usage: ");
            without_names(format!("usage: `{usage}`"))
        });
    let (help, suggestions) = help.unwrap_or_else(|| ("try `flue --help`".to_owned(), Vec::new()));
    Problem::new(code, message).help(help).suggest(suggestions)
}

/// What clap tells of `kind`, in backticks.
fn told(answer: &clap::Error, kind: ContextKind) -> String {
    let names = names(answer, kind).into_iter();
    let names = names.map(|name| format!("`{name}`"));
    names.collect::<Vec<_>>().join(", ")
}

/// What clap tells of `kind`.
fn names(answer: &clap::Error, kind: ContextKind) -> Vec<String> {
    match answer.get(kind) {
        Some(ContextValue::String(name)) => vec![name.clone()],
        Some(ContextValue::Strings(names)) => names.clone(),
        Some(value) => vec![value.to_string()],
        None => Vec::new(),
    }
}
