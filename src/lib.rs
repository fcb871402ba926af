//! `flue`, a command that adds versioned blueprints to an existing Flue project.
//!
//! A request takes one path: `args → request → package → inspect → plan → apply → report`. [`run`] is its start; each step
//! is a module. Only `apply` writes, only `shell` prints, and what is typed ends in `commands`.

mod apply;
mod blueprint;
mod cargo;
mod cli;
mod commands;
mod ecosystem;
mod error;
mod exit;
mod guide;
mod inspect;
mod npm;
mod own;
mod path;
mod plan;
mod printable;
mod program;
mod project;
mod report;
mod request;
mod sha256;
mod shell;
mod text;
mod usage;
mod wrap;

use std::ffi::OsString;
use std::mem::ManuallyDrop;

use clap::{CommandFactory as _, FromArgMatches as _};

use cli::{Cli, Command, ProjectArgs};
use exit::ExitStatus;
use request::Format;
use shell::Shell;

/// What the tests of this repository look at from outside. It is no part of what the command promises.
pub mod inside {
    pub use crate::cargo::{dependency, edit, manifest, module};
    pub use crate::error::{Code, Problem};
    pub use crate::npm::edit as npm_edit;
    pub use crate::npm::manifest as npm_manifest;
    pub use crate::npm::{
        read_lock_file, read_ranges, read_styles, read_tsconfig, read_workspace_settings,
    };
    pub use crate::project::pattern::fits_any;

    /// The marker in the first line of `text`, as it is written.
    pub fn read_marker(text: &str) -> Option<String> {
        crate::blueprint::marker::Marker::find(text).map(|marker| marker.to_string())
    }
}

/// Does what `args` say, the name of the program first, and tells how the process should end.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let args = args.into_iter().collect::<Vec<_>>();
    match parse(&args) {
        Ok(cli) => run_command(cli),
        Err(answer) => usage::show(answer, &args),
    }
}

fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    // The process ends soon, and taking the description apart would be a tenth of a run.
    let mut description = ManuallyDrop::new(Cli::command());
    let mut matches = description.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut description))
}

fn run_command(cli: Cli) -> ExitStatus {
    let shell = Shell::new(cli.output.to_output());
    let format = format_of(&cli);
    let report = match cli.command {
        Command::Add(args) => commands::add(*args, &cli.directory, &shell),
        Command::Remove(args) => commands::remove::run(&args, &cli.directory, &shell),
        Command::Update(args) => commands::update::run(&args, &cli.directory, &shell),
        Command::Diff(args) => commands::diff::run(&args, &cli.directory, &shell),
        Command::Init(args) => commands::init::run(&args, &cli.directory, &shell),
        Command::Status(args) => commands::status::run(&args, &cli.directory),
        Command::List => commands::list::run("list", &ProjectArgs::default(), &cli.directory),
        Command::Blueprint(command) => commands::blueprint::run(&command, &cli.directory, &shell),
        Command::Show(args) => commands::show::run(&args, &cli.directory),
        Command::Completions { shell } => commands::completions::run(shell),
        Command::Schema => commands::schema::run(),
        Command::Man { command } => commands::man::run(command.as_deref()),
    };
    report::show(&report, format, &shell)
}

fn format_of(cli: &Cli) -> Format {
    match &cli.command {
        _ if cli.output.json => Format::Json,
        Command::Add(args) if args.changes.diff => Format::Diff,
        Command::Remove(args) if args.changes.diff => Format::Diff,
        Command::Update(args) if args.changes.diff => Format::Diff,
        _ => Format::Text,
    }
}
