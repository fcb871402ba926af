//! `flue man`: the manual pages, for those who package the command.

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap::builder::Resettable;

use crate::cli::Cli;
use crate::error::{Code, Failure, Problem};
use crate::report::Report;

/// Prints the page of `command`, or of the program as a whole.
pub(crate) fn run(command: Option<&str>) -> Report {
    Report::printed("man", page(command))
}

fn page(command: Option<&str>) -> Result<String, Failure> {
    let mut program = Cli::command().disable_help_subcommand(true);
    // Arguments that every command takes are known to the commands only once this has run.
    program.build();
    let described = match command {
        None => &program,
        Some(name) => program
            .find_subcommand(name)
            .ok_or_else(|| unknown(name, &program))?,
    };
    let rest = described.get_after_help().map(ToString::to_string);
    let described = described.clone().after_help(Resettable::Reset);
    let mut page = Vec::new();
    clap_mangen::Man::new(described)
        .source(concat!("flue ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .context("failed to write the page")?;
    let page = String::from_utf8_lossy(&page);
    Ok(page.into_owned() + &sections(rest.as_deref().unwrap_or_default()))
}

/// The paragraphs of what help ends with, each a section under its first line, with the lines as they are.
fn sections(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .filter_map(|paragraph| paragraph.split_once('\n'));
    let section = |(heading, lines): (&str, &str)| {
        let heading = heading.trim_end_matches(':').to_uppercase();
        let lines = lines.replace('\\', "\\e").replace('-', "\\-");
        format!(".SH {heading}\n.nf\n{lines}\n.fi\n")
    };
    paragraphs.map(section).collect()
}

fn unknown(name: &str, program: &clap::Command) -> Problem {
    let known = program
        .get_subcommands()
        .map(|command| format!("`{}`", command.get_name()));
    let known = known.collect::<Vec<_>>().join(", ");
    Problem::new(Code::UnknownCommand, format!("no command `{name}`"))
        .help(format!("known commands: {known}"))
}
