//! The suite itself is tried: correct adapters pass every case, and each fault fails the cases that are there for it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod expected;
mod faulty;
mod local;
mod naive;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;

use flue_conformance::Case;
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use expected::FAULTS;
use faulty::{Fault, Faulty};
use local::{Local, Manner};

/// Most tests wait, for shells or for deadlines.
const THREADS: usize = 8;

/// How many cases a faulty adapter is tried with at the same time: most of them wait for a shell.
const AT_ONCE: usize = 8;

fn main() -> ExitCode {
    let runtime = Arc::new(Runtime::new().unwrap());
    let mut trials = Vec::new();
    for manner in [Manner::Full, Manner::Bare] {
        trials.extend(passing(manner, &runtime));
    }
    for (fault, manner, expected) in FAULTS {
        let runtime = Arc::clone(&runtime);
        let check = move || fails_with(*fault, *manner, expected, &runtime);
        trials.push(Trial::test(format!("faulty/{fault:?}/{manner:?}"), check));
    }
    trials.push(Trial::test("every_case_can_fail", every_case_can_fail));
    let arguments = Arguments::from_args();
    let arguments = Arguments {
        test_threads: arguments.test_threads.or(Some(THREADS)),
        ..arguments
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A correct adapter, case by case.
fn passing(manner: Manner, runtime: &Arc<Runtime>) -> Vec<Trial> {
    let local = Local::new(manner);
    let trials = flue_conformance::cases().into_iter().map(|case| {
        let name = format!("{manner:?}/{}", case.name()).to_lowercase();
        let (local, runtime) = (local.clone(), Arc::clone(runtime));
        Trial::test(name, move || {
            let outcome = runtime.block_on(case.run(&local, &manner.profile()));
            outcome.map_err(Failed::from)
        })
    });
    trials.collect()
}

/// An adapter with the fault fails the expected cases, and no others of their groups.
fn fails_with(
    fault: Fault,
    manner: Manner,
    expected: &[&str],
    runtime: &Runtime,
) -> Result<(), Failed> {
    let expected = names_like(expected);
    let groups = expected.iter().map(|name| group(name)).collect();
    let failed = runtime.block_on(failed_cases(fault, manner, &groups));
    if failed == expected {
        return Ok(());
    }
    let passed = expected.difference(&failed).collect::<Vec<_>>();
    let surprising = failed.difference(&expected).collect::<Vec<_>>();
    Err(format!("should fail: {passed:#?}\nshould pass: {surprising:#?}").into())
}

fn group(name: &str) -> &str {
    name.split('/').next().unwrap()
}

async fn failed_cases(fault: Fault, manner: Manner, groups: &BTreeSet<&str>) -> BTreeSet<String> {
    let adapter = Faulty::new(manner, fault);
    // One case must not disturb another.
    let at_once = match fault {
        Fault::ClosesEarlierSessions | Fault::WritesFromOneBuffer => 1,
        _ => AT_ONCE,
    };
    let places = Arc::new(Semaphore::new(at_once));
    let mut runs = JoinSet::new();
    let cases = flue_conformance::cases().into_iter();
    for case in cases.filter(|case| groups.contains(group(case.name()))) {
        let (adapter, places) = (adapter.clone(), Arc::clone(&places));
        runs.spawn(async move {
            let _place = places.acquire().await.unwrap();
            let outcome = case.run(&adapter, &manner.profile()).await;
            outcome.is_err().then(|| case.name().to_owned())
        });
    }
    let outcomes = runs.join_all().await;
    outcomes.into_iter().flatten().collect()
}

/// The names of all cases that match a pattern, whose `*` may stand at its end.
fn names_like(patterns: &[&str]) -> BTreeSet<String> {
    let names = flue_conformance::cases();
    let names = names.iter().map(Case::name).collect::<Vec<_>>();
    let like = patterns.iter().flat_map(|pattern| {
        let matches = names.iter().filter(|name| match pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => *name == pattern,
        });
        let matches = matches.map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(!matches.is_empty(), "no case is called `{pattern}`");
        matches
    });
    like.collect()
}

/// A case that no fault fails proves nothing.
fn every_case_can_fail() -> Result<(), Failed> {
    let failing = FAULTS
        .iter()
        .flat_map(|(_, _, expected)| names_like(expected));
    let failing = failing.collect::<BTreeSet<_>>();
    let names = names_like(&["*"]);
    let idle = names.difference(&failing).collect::<Vec<_>>();
    if idle.is_empty() {
        return Ok(());
    }
    Err(format!("no fault fails {idle:#?}").into())
}
