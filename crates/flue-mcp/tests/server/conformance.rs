//! The conformance suite through the protocol.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use flue_conformance::{ForceRemoval, HugeDeadlines, LinkTelling, Profile, StandardError};
use flue_mcp::Limits;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::fixture::Fixture;
use crate::remote::{PROVIDER, Remote};

/// How many cases are tried at the same time: most of them wait for a shell.
const AT_ONCE: usize = 8;

/// Cases that do not apply, and why.
const NOT_APPLICABLE: [(&str, &str); 2] = [
    (
        "file_name/newline",
        "`list` has a name a line: this one is two",
    ),
    (
        "folder_name/newline",
        "`list` has a name a line: this one is two",
    ),
];

fn profile() -> Profile {
    Profile::default()
        .with_force(ForceRemoval::refused_by(PROVIDER))
        .with_standard_error(StandardError::Merged)
        .with_links(LinkTelling::Untold)
        .with_huge_deadlines(HugeDeadlines::Refused)
}

/// As much as the cases ask for: what is cut for a model is tried elsewhere.
fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.answer_bytes = usize::MAX;
    limits.lines = usize::MAX;
    limits.paths = 10_000;
    limits.longest_command = Duration::from_secs(2 * 24 * 3600);
    limits
}

fn reason(case: &str) -> Option<&'static str> {
    let entry = NOT_APPLICABLE.iter().find(|(name, _)| case == *name);
    entry.map(|(_, reason)| *reason)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_that_applies_passes_through_the_protocol() {
    let fixture = Fixture::with(limits()).await;
    let remote = Remote(fixture.client.peer().clone());
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut runs = JoinSet::new();
    for case in flue_conformance::cases() {
        let (remote, places) = (remote.clone(), Arc::clone(&places));
        runs.spawn(async move {
            let _place = places.acquire().await.unwrap();
            let outcome = case.run(&remote, &profile()).await;
            (case.name().to_owned(), outcome.err())
        });
    }
    let outcomes = runs
        .join_all()
        .await
        .into_iter()
        .collect::<BTreeMap<_, _>>();
    let mut wrong = Vec::new();
    for (case, failure) in &outcomes {
        match (failure, reason(case)) {
            (Some(failure), None) => wrong.push(format!("FAILED {case}: {failure}")),
            (None, Some(_)) => wrong.push(format!("{case} passes, and is said not to apply")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
