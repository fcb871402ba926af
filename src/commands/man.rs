//! `flue man`: the manual pages, for those who package the command.

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap::builder::Resettable;

use crate::blueprint::catalogue::Catalogue;
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
    let rest = sections(rest.as_deref().unwrap_or_default());
    let (surroundings, see_also) = (surroundings(), see_also(command, &program));
    Ok(format!("{page}{rest}{surroundings}{see_also}"))
}

/// What every page tells of the world around the command.
fn surroundings() -> String {
    let catalogue = Catalogue::built_in();
    let blueprints = catalogue.all();
    let keys = blueprints
        .iter()
        .flat_map(|blueprint| &blueprint.environment);
    let keys = keys.map(|variable| format!("\\fB{}\\fR", variable.name));
    let adapters = blueprints
        .iter()
        .flat_map(|blueprint| blueprint.parts.values());
    let adapters = adapters.map(|part| format!("\\fI{}\\fR", part.adapter));
    let keys = keys.collect::<Vec<_>>().join(", ");
    let adapters = adapters.collect::<Vec<_>>().join(", ");
    format!(
        r".SH ENVIRONMENT
.TP
\fBNO_COLOR\fR
Where it has a value, nothing is coloured unless \fB\-\-color\fR asks for it.
.TP
\fBCLICOLOR_FORCE\fR
Where it is set to anything but 0, and \fBNO_COLOR\fR has no value, pipes get colour, too.
.TP
\fBFLUE_COMMAND\fR
What is typed to run this command, where that is not \fBflue\fR. Launchers set it, such as the one from npm; messages and guides
name commands by it.
.PP
No key is read: those that blueprints name are for the application ({keys}). \fBflue status\fR tells whether they have values.
.SH FILES
.TP
\fICargo.toml\fR, \fIpackage.json\fR
The manifest of the project, the nearest from the current directory upwards. It gains the dependencies.
.TP
\fI.flue/\fR, \fIsrc/\fR
The source root is the first of these directories that exists, else the directory of the manifest.
.TP
{adapters}
The adapters, in the source root. The first line of each says which blueprint wrote it.
.TP
\fIsandboxes/mod.rs\fR, \fIsrc/main.rs\fR, \fIsrc/lib.rs\fR
In a Rust project, where an adapter is declared as a module.
"
    )
}

/// The other pages, and those of the tools that go on where the command ends.
fn see_also(command: Option<&str>, program: &clap::Command) -> String {
    let ours = program
        .get_subcommands()
        .filter(|other| !other.is_hide_set() && Some(other.get_name()) != command)
        .map(|other| format!("flue-{}", other.get_name()));
    let pages = command.map(|_| "flue".to_owned()).into_iter().chain(ours);
    let others = ["cargo", "git-apply", "npm", "patch"].map(str::to_owned);
    let pages = pages.chain(others).map(|page| {
        let page = page.replace('-', "\\-");
        format!("\\fB{page}\\fR(1)")
    });
    format!(".SH SEE ALSO\n{}\n", pages.collect::<Vec<_>>().join(", "))
}

/// The paragraphs of what help ends with, each a section under its first line, with the lines as they are.
fn sections(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .filter_map(|paragraph| paragraph.split_once('\n'));
    let section = |(heading, lines): (&str, &str)| {
        let heading = match heading.trim_end_matches(':') {
            // What manual pages call it.
            "Exit codes" => "EXIT STATUS".to_owned(),
            heading => heading.to_uppercase(),
        };
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
