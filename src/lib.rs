//! `flue`, a command that adds versioned blueprints to an existing Flue project.
//!
//! A request takes one path: `args → request → package → inspect → plan → apply → report`. [`run`] is its start; each step
//! is a module. Only [`apply`] writes, only [`shell`] prints, and what is typed ends in [`commands`].

pub mod apply;
pub mod blueprint;
pub mod cargo;
pub mod cli;
pub mod commands;
pub mod ecosystem;
pub mod error;
pub mod exit;
pub mod guide;
pub mod inspect;
pub mod npm;
pub mod path;
pub mod plan;
pub mod project;
pub mod report;
pub mod request;
pub mod shell;
pub mod text;
mod usage;
mod wrap;

use std::ffi::OsString;

use clap::Parser as _;

use cli::{Cli, Command};
use exit::ExitStatus;
use request::Format;
use shell::Shell;

/// What the tests of this repository look at from outside. It is no part of what the command promises.
pub mod inside {
    pub use crate::cargo::dependency;
    pub use crate::cargo::edit;
    pub use crate::cargo::manifest;
    pub use crate::error::{Code, Problem};
}

/// Does what `args` say, the name of the program first, and tells how the process should end.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let args = args.into_iter().collect::<Vec<_>>();
    match Cli::try_parse_from(&args) {
        Ok(cli) => run_command(cli),
        Err(answer) => usage::show(&answer, &args),
    }
}

fn run_command(cli: Cli) -> ExitStatus {
    let shell = Shell::new(cli.output.to_output());
    let format = format_of(&cli);
    let report = match cli.command {
        Command::Add(args) => commands::add(args),
        Command::List => commands::list::run("list"),
        Command::Completions { shell } => commands::completions::run(shell),
        Command::Schema => commands::schema::run(),
        Command::Man { command } => commands::man::run(command.as_deref()),
    };
    report::show(&report, format, &shell)
}

fn format_of(cli: &Cli) -> Format {
    match &cli.command {
        _ if cli.output.json => Format::Json,
        Command::Add(args) if args.diff => Format::Diff,
        _ => Format::Text,
    }
}
