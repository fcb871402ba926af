//! `flue completions`: what a shell needs to complete the command, kinds and names of blueprints included.

use std::collections::BTreeMap;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::blueprint::catalogue::Catalogue;
use crate::cli::Cli;
use crate::error::Failure;
use crate::report::Report;

/// Prints the script for `shell`.
pub(crate) fn run(shell: Shell) -> Report {
    Report::printed("completions", Ok::<_, Failure>(script(shell)))
}

fn script(shell: Shell) -> String {
    let mut command = with_names(without_hidden(Cli::command()));
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "flue", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// `command` without the commands that are not proposed.
fn without_hidden(command: Command) -> Command {
    let commands = command.get_subcommands();
    let shown = commands.filter(|command| !command.is_hide_set());
    Command::new("flue")
        .about(command.get_about().cloned().unwrap_or_default())
        .version(env!("CARGO_PKG_VERSION"))
        .args(command.get_arguments())
        .subcommands(shown)
}

/// The command with kinds and names as commands below those that take them: only commands are completed by every shell.
///
/// Aliases and other spellings are understood, but not proposed.
fn with_names(command: Command) -> Command {
    let commands = ["add", "remove", "update", "diff", "show"];
    commands.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, with_kinds)
    })
}

fn with_kinds(command: Command) -> Command {
    let options = command.get_arguments().filter(|arg| !arg.is_positional());
    let options = options.cloned().collect::<Vec<_>>();
    let mut kinds = BTreeMap::<_, Vec<_>>::new();
    let catalogue = Catalogue::built_in();
    for blueprint in catalogue.all() {
        let name = Command::new(&blueprint.name).about(&blueprint.summary);
        let names = kinds.entry(&blueprint.kind).or_default();
        names.push(name.args(&options));
    }
    let kinds = kinds.into_iter().map(|(kind, names)| {
        Command::new(kind)
            .about(format!("A {kind}"))
            .disable_help_subcommand(true)
            .args(&options)
            .subcommands(names)
    });
    Command::new(command.get_name().to_owned())
        .about(command.get_about().cloned().unwrap_or_default())
        .disable_help_subcommand(true)
        .args(&options)
        .subcommands(kinds)
}
