//! What a person types: the clap types and their help texts.
//!
//! These types end at the one conversion in each command; nothing past it knows clap.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::request::{Color, Output, Verbosity};

/// Adds versioned blueprints to an existing Flue project.
#[derive(Debug, Parser)]
#[command(
    name = "flue",
    version,
    about,
    after_help = AFTER_HELP,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Run as if started in this directory
    #[arg(
        short = 'C',
        long,
        global = true,
        value_name = "DIR",
        default_value = ".",
        hide_default_value = true,
        value_hint = ValueHint::DirPath
    )]
    pub directory: PathBuf,
    /// How to talk about it.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a blueprint to a project: its adapter, its dependency and its module
    #[command(after_help = ADD_AFTER_HELP)]
    Add(Box<AddArgs>),
    /// Take a blueprint out of a project again: what `add` brought goes
    #[command(after_help = REMOVE_AFTER_HELP)]
    Remove(RemoveArgs),
    /// Bring adapters up to date, and keep the edits that they have
    ///
    /// An adapter that nobody has edited is replaced by what its blueprint writes today; edits are merged with it.
    #[command(after_help = UPDATE_AFTER_HELP)]
    Update(Box<UpdateArgs>),
    /// Print the edits of an adapter as a patch
    #[command(after_help = DIFF_AFTER_HELP)]
    Diff(DiffArgs),
    /// Start a Rust project with an agent in it, or give a cargo package the runtime
    #[command(after_help = INIT_AFTER_HELP)]
    Init(InitArgs),
    /// Tell what there is of blueprints, how it is, and what puts it right
    #[command(after_help = STATUS_AFTER_HELP)]
    Status(StatusArgs),
    /// List the blueprints
    List,
    /// Print the adapter that a blueprint writes, in full
    ///
    /// For the project in this directory, or a usual one where there is none.
    #[command(after_help = SHOW_AFTER_HELP)]
    Show(ShowArgs),
    /// Make and check blueprints of your own
    #[command(subcommand, arg_required_else_help = true)]
    Blueprint(BlueprintCommand),
    /// Print a script that lets a shell complete the command
    #[command(after_help = COMPLETIONS_AFTER_HELP)]
    Completions {
        /// The shell that the script is for
        shell: Shell,
    },
    /// Print the JSON Schema of what `--json` prints
    Schema,
    /// Print a manual page, for `man` and those who package the command
    #[command(hide = true)]
    Man {
        /// Command that the page is about, instead of the program as a whole
        command: Option<String>,
    },
}

const AFTER_HELP: &str = "\
Examples:
  flue add sandbox daytona   Connect the project in this directory to Daytona
  flue remove sandbox daytona
                             Take it out again
  flue list                  List the blueprints
  flue show sandbox daytona  Print the adapter that it writes
  flue blueprint new sandbox/example
                             Make a blueprint of your own
  flue add --help            Show all that `add` can do";

const COMPLETIONS_AFTER_HELP: &str = "\
Examples:
  flue completions bash > ~/.local/share/bash-completion/completions/flue
  flue completions zsh > ~/.zfunc/_flue
  flue completions fish > ~/.config/fish/completions/flue.fish";

const SHOW_AFTER_HELP: &str = "\
Examples:
  flue show sandbox daytona                   Print the adapter for the project in this directory
  flue show sandbox daytona --ecosystem npm   Print the one in TypeScript";

const UPDATE_AFTER_HELP: &str = "\
Examples:
  flue update                            Bring all adapters of the project in this directory up to date
  flue update sandbox daytona            Bring one up to date
  flue update --dry-run                  Show what would be done
  flue update --diff                     Show it as a patch
  flue update --check                    Tell by exit code whether anything is outdated
  flue update --conflict inline          Mark conflicts in the file, as git does
  flue update sandbox daytona --print    Print a guide for coding agents: conflicts, and how to finish

Exit codes:
  0  done, or nothing to do
  1  failed, and nothing was changed unless the error says so
  2  wrong usage
  3  `--check` found something to do
  4  edits are in conflict with what is new: nothing was changed, unless `--conflict inline` was given";

const DIFF_AFTER_HELP: &str = "\
Examples:
  flue diff sandbox daytona              Print what was edited since the adapter was written
  flue diff sandbox daytona --upstream   Print what an update would change";

const ADD_AFTER_HELP: &str = "\
Examples:
  flue add                             List the blueprints
  flue add sandbox daytona             Connect the project in this directory to Daytona
  flue add sandbox daytona --dry-run   Show what would be done
  flue add sandbox daytona --diff      Show it as a patch
  flue add sandbox daytona --check     Tell by exit code whether anything is missing
  flue add sandbox daytona --print     Print a guide for coding agents
  flue add sandbox daytona -p agent    Choose a package of a workspace
  flue add sandbox daytona --runtime-path ../flue/crates/flue-runtime
                                       Take the crates from a checkout
  flue add sandbox https://e2b.dev     Print how to write an adapter for another provider
  flue add --blueprint sandbox--e2b.md
                                       Add one of your own: a directory, or a guide

Exit codes:
  0  done, or nothing to do
  1  failed, and nothing was changed unless the error says so
  2  wrong usage
  3  `--check` found something to do

Another `flue` that is at work in the project is waited for, for 30 seconds at most.";

const INIT_AFTER_HELP: &str = "\
Examples:
  flue init my-agent                       Start a project in the directory `my-agent`
  flue init                                Start one in this directory, or add the runtime to its package
  flue init my-agent --runtime-path ../flue/crates/flue-runtime
                                           Take the runtime from a checkout

What is there stays as it is. A project in TypeScript is started by `npx @flue/cli init`.";

const STATUS_AFTER_HELP: &str = "\
Examples:
  flue status                       Tell what the project in this directory has of blueprints
  flue status --workspace           Tell it of all packages of the repository
  flue status --workspace --check   Tell by exit code whether anything is amiss
  flue status --json                Tell it to a program

Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  `--check` found something amiss

With `--workspace` what git ignores, `target` and `node_modules` are passed over, and links are not followed.";

const REMOVE_AFTER_HELP: &str = "\
Examples:
  flue remove sandbox daytona             Take the adapter, its module and its dependency out
  flue remove sandbox daytona --dry-run   Show what would be done
  flue remove sandbox daytona --force     Remove an adapter with edits; a copy stays
  flue remove sandbox daytona --check     Tell by exit code whether there is anything to remove

The runtime stays, and so does a dependency that other sources mention.

Exit codes:
  0  done, or nothing to do
  1  failed, and nothing was changed unless the error says so
  2  wrong usage
  3  `--check` found something to remove";

/// The arguments of `flue add`.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Kind of blueprint, such as `sandbox`; without any argument the blueprints are listed
    pub kind: Option<String>,
    /// Name of the blueprint or one of its aliases, such as `daytona`; or the address of another provider
    pub name: Option<String>,
    /// Where the blueprint is.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Which package is meant.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Where a runtime that is missing comes from.
    #[command(flatten)]
    pub runtime: RuntimeArgs,
    /// Replace an adapter that was edited, or that is not from this blueprint; a copy of it stays beside it
    #[arg(long, help_heading = CHANGES)]
    pub overwrite: bool,
    /// Leave module declarations alone
    #[arg(long, help_heading = CHANGES)]
    pub no_wire: bool,
    /// Whether anything is written.
    #[command(flatten)]
    pub changes: ChangeArgs,
    /// Write nothing, and print a guide in Markdown: what is done in this project, and what is left to you
    #[arg(long, help_heading = CHANGES, conflicts_with_all = ["check", "diff"])]
    pub print: bool,
}

/// The arguments of `flue remove`.
#[derive(Debug, Args)]
pub(crate) struct RemoveArgs {
    /// Which blueprint is meant.
    #[command(flatten)]
    pub blueprint: BlueprintArgs,
    /// Which package is meant.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Remove an adapter that was edited; a copy of it stays beside its place
    #[arg(long, help_heading = CHANGES)]
    pub force: bool,
    /// Whether anything is written.
    #[command(flatten)]
    pub changes: ChangeArgs,
}

/// The arguments of `flue update`.
#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// Kind of blueprint, such as `sandbox`; without any argument all adapters of the package are brought up to date
    #[arg(requires = "name")]
    pub kind: Option<String>,
    /// Name of the blueprint or one of its aliases, such as `daytona`
    pub name: Option<String>,
    /// Where the blueprint comes from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Which package is meant.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Replace an adapter that upstream's guide has told to write
    #[arg(long, help_heading = CHANGES)]
    pub overwrite: bool,
    /// Write nothing, and print a guide in Markdown: what is in conflict, what changes, and how to check the result
    #[arg(long, help_heading = CHANGES, conflicts_with_all = ["check", "diff"])]
    pub print: bool,
    /// Decide conflicts: `inline` marks them in the file as git does, `ours` keeps your lines, `theirs` takes the new ones
    #[arg(long, value_name = "HOW", help_heading = CHANGES, hide_possible_values = true)]
    pub conflict: Option<ConflictArg>,
    /// Whether anything is written.
    #[command(flatten)]
    pub changes: ChangeArgs,
}

/// How conflicts are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConflictArg {
    /// Marked in the file, as git does
    Inline,
    /// By your lines
    Ours,
    /// By the new ones
    Theirs,
}

/// The arguments of `flue diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// Which blueprint is meant.
    #[command(flatten)]
    pub blueprint: BlueprintArgs,
    /// Which package is meant.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Print what the newest version would change of the text that the edits are of, instead of the edits
    #[arg(long)]
    pub upstream: bool,
}

/// The one blueprint that a command is about.
#[derive(Debug, Args)]
pub(crate) struct BlueprintArgs {
    /// Kind of blueprint, such as `sandbox`
    #[arg(required_unless_present = "blueprint")]
    pub kind: Option<String>,
    /// Name of the blueprint or one of its aliases, such as `daytona`
    #[arg(required_unless_present = "blueprint")]
    pub name: Option<String>,
    /// Where it comes from.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Where the blueprint that a command is about comes from.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// Directory or Markdown file of a blueprint of your own, instead of one by name
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub blueprint: Option<PathBuf>,
}

/// The arguments of `flue status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Which package is meant.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Look at all packages of the repository
    #[arg(
        long,
        help_heading = PROJECT,
        conflicts_with_all = ["package", "manifest_path", "ecosystem", "source_root"]
    )]
    pub workspace: bool,
    /// End with exit code 3 if anything is amiss
    #[arg(long)]
    pub check: bool,
}

/// Which package a command works on.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = PROJECT)]
pub(crate) struct ProjectArgs {
    /// Package to work on, in a workspace: `agent` or `agent@0.2.0`
    #[arg(short, long, value_name = "NAME")]
    pub package: Option<String>,
    /// `Cargo.toml` or `package.json` to work on, instead of the nearest one
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub manifest_path: Option<PathBuf>,
    /// Manifest to work on, in a directory that has two: `cargo` or `npm`
    #[arg(
        long,
        value_name = "NAME",
        hide_possible_values = true,
        conflicts_with = "manifest_path"
    )]
    pub ecosystem: Option<EcosystemArg>,
    /// Directory of the package that sources live in, instead of `.flue`, `src` or the package itself
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub source_root: Option<PathBuf>,
}

/// What becomes of the changes that a command plans.
#[derive(Debug, Args)]
#[command(next_help_heading = CHANGES)]
pub(crate) struct ChangeArgs {
    /// Report what would be done and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write nothing, and end with exit code 3 if there is something to do
    #[arg(long)]
    pub check: bool,
    /// Write nothing, and print the changes as a patch for `git apply` or `patch -p1` in this directory
    #[arg(long, conflicts_with = "json")]
    pub diff: bool,
}

/// What `flue blueprint` does.
#[derive(Debug, Subcommand)]
pub(crate) enum BlueprintCommand {
    /// Write the skeleton of a blueprint into `flue-blueprints`, beside the manifest
    #[command(after_help = BLUEPRINT_NEW_AFTER_HELP)]
    New(BlueprintNewArgs),
    /// Hold blueprints to the rules, and render all that they write
    #[command(after_help = BLUEPRINT_CHECK_AFTER_HELP)]
    Check(BlueprintCheckArgs),
}

const BLUEPRINT_NEW_AFTER_HELP: &str = "\
Examples:
  flue blueprint new sandbox/example                   In the language of the project
  flue blueprint new sandbox/example --ecosystem npm   In TypeScript";

const BLUEPRINT_CHECK_AFTER_HELP: &str = "\
Examples:
  flue blueprint check                   Check those of the project in this directory
  flue blueprint check sandbox--e2b.md   Check a guide in Markdown";

/// The arguments of `flue blueprint new`.
#[derive(Debug, Args)]
pub(crate) struct BlueprintNewArgs {
    /// Kind and name, such as `sandbox/example`
    #[arg(value_name = "KIND/NAME")]
    pub name: String,
    /// Kind of project that it is for: `cargo` or `npm`
    #[arg(long, value_name = "NAME", hide_possible_values = true)]
    pub ecosystem: Option<EcosystemArg>,
}

/// The arguments of `flue blueprint check`.
#[derive(Debug, Args)]
pub(crate) struct BlueprintCheckArgs {
    /// Directory or Markdown file to check, instead of all in `flue-blueprints`
    #[arg(value_hint = ValueHint::AnyPath)]
    pub path: Option<PathBuf>,
}

/// The arguments of `flue init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Directory of the project, which need not exist; this one, if none is named
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub path: Option<PathBuf>,
    /// Name of the package, instead of that of the directory
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Where the runtime comes from.
    #[command(flatten)]
    pub runtime: RuntimeArgs,
    /// Report what would be done and write nothing
    #[arg(long, help_heading = CHANGES)]
    pub dry_run: bool,
}

/// The arguments of `flue show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Which blueprint is meant.
    #[command(flatten)]
    pub blueprint: BlueprintArgs,
    /// Package that is meant, in a workspace
    #[arg(short, long, value_name = "NAME", help_heading = PROJECT)]
    pub package: Option<String>,
    /// Kind of project that is meant: `cargo` or `npm`
    #[arg(long, value_name = "NAME", help_heading = PROJECT, hide_possible_values = true)]
    pub ecosystem: Option<EcosystemArg>,
}

/// Where the runtime of a Rust project comes from, if it is missing; the SDK comes from beside it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Runtime")]
pub(crate) struct RuntimeArgs {
    /// Take `flue-runtime`, if it is missing, from this directory instead of the registry
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "runtime_git")]
    pub runtime_path: Option<PathBuf>,
    /// Take `flue-runtime`, if it is missing, from this git repository instead of the registry
    #[arg(long, value_name = "URL")]
    pub runtime_git: Option<String>,
    /// Branch of that repository
    #[arg(long, value_name = "NAME", requires = "runtime_git", conflicts_with_all = ["tag", "rev"])]
    pub branch: Option<String>,
    /// Tag of that repository
    #[arg(
        long,
        value_name = "NAME",
        requires = "runtime_git",
        conflicts_with = "rev"
    )]
    pub tag: Option<String>,
    /// Commit of that repository
    #[arg(long, value_name = "HASH", requires = "runtime_git")]
    pub rev: Option<String>,
}

const PROJECT: &str = "Project";
const CHANGES: &str = "Changes";

/// Whose manifest is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EcosystemArg {
    /// `Cargo.toml`
    Cargo,
    /// `package.json`
    Npm,
}

/// Arguments that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Print one JSON document on stdout, also for errors; `flue schema` describes it
    #[arg(long, global = true)]
    pub json: bool,
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print the reason of every decision
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use colour: `auto`, `always` or `never`
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub color: ColorArg,
}

impl OutputArgs {
    /// How to talk.
    pub(crate) fn to_output(&self) -> Output {
        Output {
            verbosity: match (self.quiet, self.verbose) {
                (true, _) => Verbosity::Quiet,
                (_, true) => Verbosity::Verbose,
                _ => Verbosity::Normal,
            },
            color: match self.color {
                ColorArg::Auto => None,
                ColorArg::Always => Some(Color::Always),
                ColorArg::Never => Some(Color::Never),
            },
        }
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    /// At a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
