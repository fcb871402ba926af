//! `flue`, a command that adds versioned blueprints to an existing Flue project.
//!
//! A request takes one path: `args → request → project → plan → apply → report`. [`run`] is its start; each step is
//! a module. Only [`apply`] writes, only [`shell`] prints, and what is typed ends in [`commands`].

pub mod apply;
pub mod blueprint;
pub mod cargo;
pub mod cli;
pub mod commands;
pub mod error;
pub mod npm;
pub mod plan;
pub mod project;
pub mod report;
pub mod request;
pub mod shell;
pub mod text;

use cli::{Cli, Command};
use error::ExitStatus;
use shell::Shell;

/// Does what was typed, reports it, and tells how the process should end.
pub fn run(cli: Cli) -> ExitStatus {
    let shell = Shell::new(&cli.output);
    let outcome = match cli.command {
        Command::Add(args) => commands::add::run(args, shell),
    };
    outcome.unwrap_or_else(|error| {
        shell.error(&error);
        ExitStatus::Failure
    })
}
