//! The `flue` binary: hands its arguments to the library and exits.

use std::process::ExitCode;

/// musl's own asks the system for memory so often that it doubles the calls of a run.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    flue::run(std::env::args_os()).into()
}
