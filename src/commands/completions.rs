//! `flue completions`: what a shell needs to complete the command, kinds and names of blueprints included.

use std::collections::BTreeMap;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::blueprint::catalogue;
use crate::cli::Cli;
use crate::report::Report;

/// Prints the script for `shell`.
pub(crate) fn run(shell: Shell) -> Report {
    Report::printed("completions", Ok(script(shell)))
}

fn script(shell: Shell) -> String {
    let mut command = with_names(Cli::command());
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "flue", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The command with kinds and names as commands below `add`: only commands are completed by every shell.
///
/// Aliases and other spellings are understood, but not proposed.
fn with_names(command: Command) -> Command {
    command.mut_subcommand("add", |add| {
        let options = add.get_arguments().filter(|arg| !arg.is_positional());
        let options = options.cloned().collect::<Vec<_>>();
        let mut kinds = BTreeMap::<_, Vec<_>>::new();
        for blueprint in catalogue::all() {
            let name = Command::new(&blueprint.name).about(&blueprint.summary);
            let names = kinds.entry(&blueprint.kind).or_default();
            names.push(name.args(&options));
        }
        let kinds = kinds.into_iter().map(|(kind, names)| {
            Command::new(kind)
                .about(format!("Add a {kind}"))
                .disable_help_subcommand(true)
                .subcommands(names)
        });
        Command::new("add")
            .about(add.get_about().cloned().unwrap_or_default())
            .disable_help_subcommand(true)
            .args(&options)
            .subcommands(kinds)
    })
}
