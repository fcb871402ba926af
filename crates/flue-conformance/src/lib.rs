//! Proves an adapter: the contract as named cases that run against any [`SandboxFactory`].
//!
//! For the tests of an adapter in Rust; the program of this package brings the same cases to other languages.
//!
//! ```
//! # use flue_runtime::SandboxFactory;
//! use flue_conformance::{ForceRemoval, Profile, StandardError};
//!
//! async fn keeps_the_contract(factory: impl SandboxFactory) {
//!     let profile = Profile::default()
//!         .with_force(ForceRemoval::refused_by("Daytona"))
//!         .with_standard_error(StandardError::Merged);
//!     let report = flue_conformance::run(&factory, &profile).await;
//!     println!("{report}");
//!     report.assert_passed();
//! }
//! ```
//!
//! What may differ from provider to provider is said in the [`Profile`]; all else is the same for all. With a test
//! harness that makes its tests at run time, each of [`cases`] can be a test of its own.
//!
//! A later version may know more cases, which a test that runs all of them then tries. The names of those that are here stay.
//!
//! The sandbox needs a POSIX shell with the usual small commands (`cat`, `test`, `printf`, `mkdir`, `ln`, `touch`, …).
//! Each case works in a fresh directory below the base directory and removes it in the end. No case needs the network,
//! none takes more than a few seconds, and one that hangs fails after [`LONGEST`].

mod bench;
mod case;
mod check;
mod profile;
mod report;

mod commands;
mod concurrency;
mod deadlines;
mod directories;
mod environment;
mod errors;
mod exists;
mod mkdir;
mod names;
mod paths;
mod read;
mod readdir;
mod rm;
mod session;
mod stat;
mod write;

pub use case::{Case, LONGEST};
pub use check::Failure;
pub use profile::{ForceRemoval, HugeDeadlines, LinkTelling, Profile, StandardError};
pub use report::Report;

use flue_runtime::SandboxFactory;

/// All cases, in the order in which they are worth reading. Each name, such as `write_file/creates_missing_parent`, is
/// there once.
pub fn cases() -> Vec<Case> {
    let groups = [
        session::cases(),
        paths::cases(),
        read::cases(),
        write::cases(),
        names::cases(),
        stat::cases(),
        readdir::cases(),
        exists::cases(),
        mkdir::cases(),
        rm::cases(),
        commands::cases(),
        environment::cases(),
        directories::cases(),
        deadlines::cases(),
        concurrency::cases(),
        errors::cases(),
    ];
    groups.into_iter().flatten().collect()
}

/// Runs all cases, one after the other.
///
/// # Panics
///
/// Outside a tokio runtime with its timer enabled, and where the adapter panics.
pub async fn run(factory: &dyn SandboxFactory, profile: &Profile) -> Report {
    let mut report = Report::default();
    for case in cases() {
        let outcome = case.run(factory, profile).await;
        report.add(case.name(), outcome);
    }
    report
}
