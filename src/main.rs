//! The `flue` binary: parses the arguments, calls the library and exits.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match flue::cli::Cli::try_parse() {
        Ok(cli) => flue::run(cli).into(),
        Err(error) => {
            // Nobody is left to be told when the stream is closed.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
    }
}
