//! The `flue` binary: hands its arguments to the library and exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    flue::run(std::env::args_os()).into()
}
