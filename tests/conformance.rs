//! The conformance suite on the adapter that users get, against the loopback server.
//!
//! Each case is a test, once for each shape in which Daytona's daemons tell errors, and once more for an adapter with edits that
//! an update has merged.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "cases/pristine/rust.rs"]
mod daytona;

#[expect(clippy::print_stderr, reason = "one of its edits")]
#[path = "cases/pristine/rust-merged.rs"]
mod merged;

use std::process::ExitCode;
use std::sync::Arc;

use daytona_loopback::{ErrorShape, Server};
use daytona_sdk::{CreateSandboxParams, Daytona, DaytonaConfig, Sandbox};
use flue_conformance::{Case, ForceRemoval, HugeDeadlines, LinkTelling, Profile, StandardError};
use flue_runtime::SandboxFactory;
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

fn profile() -> Profile {
    Profile::default()
        .with_force(ForceRemoval::refused_by("Daytona"))
        .with_standard_error(StandardError::Merged)
        .with_links(LinkTelling::Untold)
        .with_huge_deadlines(HugeDeadlines::Refused)
}

fn main() -> ExitCode {
    let written: Adapter = |sandbox| Box::new(daytona::daytona(sandbox));
    let merged: Adapter = |sandbox| Box::new(merged::daytona(sandbox));
    let modes = [
        ("empty_errors", ErrorShape::V0_190, written),
        ("errors_with_source", ErrorShape::WithSource, written),
        ("merged_with_edits", ErrorShape::WithSource, merged),
    ];
    let modes = modes.map(|(name, shape, adapter)| (name, Arc::new(Mode::new(shape, adapter))));
    let trials = modes.iter().flat_map(|(name, mode)| {
        let trials = flue_conformance::cases().into_iter().map(|case| {
            let mode = Arc::clone(mode);
            Trial::test(format!("{name}/{}", case.name()), move || mode.check(&case))
        });
        trials.collect::<Vec<_>>()
    });
    let trials = trials.collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// What makes a sandbox usable.
type Adapter = fn(Sandbox) -> Box<dyn SandboxFactory>;

/// A server that tells errors in one shape, and the adapter over a sandbox of it.
struct Mode {
    runtime: Runtime,
    _server: Server,
    factory: Box<dyn SandboxFactory>,
}

impl Mode {
    fn new(shape: ErrorShape, adapter: Adapter) -> Self {
        let runtime = Runtime::new().unwrap();
        let server = Server::builder().error_shape(shape).start_blocking();
        let config = DaytonaConfig::new(server.api_key()).api_url(server.api_url());
        let client = Daytona::new(config).unwrap();
        let created = runtime.block_on(client.create(CreateSandboxParams::default()));
        Self {
            runtime,
            _server: server,
            factory: adapter(created.unwrap()),
        }
    }

    fn check(&self, case: &Case) -> Result<(), Failed> {
        let outcome = self.runtime.block_on(case.run(&self.factory, &profile()));
        outcome.map_err(Failed::from)
    }
}
