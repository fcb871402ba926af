//! When a call is given up because its sandbox died. Time is paused: no test waits.

use std::future::pending;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flue_runtime::{
    DeathReason, Liveness, LivenessPolicy, LivenessProbe, SandboxError, async_trait, guard,
};
use tokio::time::{Instant, sleep};

/// Answers one after the other, each after its time; the last one stays.
struct Answers {
    rest: Mutex<Vec<(Duration, Liveness)>>,
    asked: AtomicUsize,
}

impl Answers {
    fn new(answers: &[(Duration, Liveness)]) -> Self {
        Self {
            rest: Mutex::new(answers.iter().rev().copied().collect()),
            asked: AtomicUsize::new(0),
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl LivenessProbe for Answers {
    async fn probe(&self) -> Liveness {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let (after, answer) = {
            let mut rest = self.rest.lock().unwrap();
            let next = rest.last().copied().unwrap();
            if rest.len() > 1 {
                rest.pop();
            }
            next
        };
        sleep(after).await;
        answer
    }
}

const AT_ONCE: Duration = Duration::ZERO;
const ALIVE: (Duration, Liveness) = (AT_ONCE, Liveness::Alive);
const STOPPED: (Duration, Liveness) = (AT_ONCE, Liveness::Stopped);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn ends_after(time: Duration) -> Result<&'static str, SandboxError> {
    sleep(time).await;
    Ok("done")
}

/// The reason and the time of a death that must come.
async fn death(probe: &Answers) -> (DeathReason, Duration) {
    let start = Instant::now();
    match guard::<()>("exec", probe, pending()).await {
        Err(SandboxError::SandboxDied {
            operation: "exec",
            reason,
        }) => (reason, start.elapsed()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_quick_call_costs_no_look() {
    let probe = Answers::new(&[STOPPED]);
    let call = ends_after(Duration::from_millis(4999));
    assert_eq!(guard("stat", &probe, call).await.unwrap(), "done");
    assert_eq!(probe.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_first_look_is_after_five_seconds() {
    assert_eq!(
        death(&Answers::new(&[STOPPED])).await,
        (DeathReason::Stopped, seconds(5))
    );
}

#[tokio::test(start_paused = true)]
async fn looks_follow_each_other_five_seconds_apart() {
    let probe = Answers::new(&[ALIVE, ALIVE, STOPPED]);
    assert_eq!(death(&probe).await, (DeathReason::Stopped, seconds(15)));
    assert_eq!(probe.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn ten_seconds_of_silence_are_a_death() {
    let probe = Answers::new(&[(seconds(3600), Liveness::Alive)]);
    assert_eq!(death(&probe).await, (DeathReason::ProbeSilent, seconds(15)));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_an_answer() {
    let probe = Answers::new(&[(Duration::from_millis(9999), Liveness::Alive), STOPPED]);
    let (reason, time) = death(&probe).await;
    assert_eq!(reason, DeathReason::Stopped);
    assert_eq!(time, Duration::from_millis(5000 + 9999 + 5000));
}

#[tokio::test(start_paused = true)]
async fn a_living_sandbox_may_take_for_ever() {
    let probe = Answers::new(&[ALIVE]);
    let call = ends_after(seconds(7 * 24 * 3600));
    assert_eq!(guard("exec", &probe, call).await.unwrap(), "done");
    assert!(probe.asked() > 100_000);
}

#[tokio::test(start_paused = true)]
async fn the_result_of_the_call_wins_over_a_death_at_the_same_moment() {
    let probe = Answers::new(&[STOPPED]);
    assert_eq!(
        guard("exec", &probe, ends_after(seconds(5))).await.unwrap(),
        "done"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failing_call_fails_with_its_own_error() {
    let probe = Answers::new(&[STOPPED]);
    let call = async {
        sleep(seconds(1)).await;
        Err::<(), _>(crate::recorder::failure(
            "stat",
            std::io::ErrorKind::NotFound,
        ))
    };
    let error = guard("stat", &probe, call).await.unwrap_err();
    assert!(matches!(error, SandboxError::File { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn the_call_goes_on_while_a_look_is_silent() {
    let probe = Answers::new(&[(seconds(3600), Liveness::Alive)]);
    let call = ends_after(seconds(14));
    assert_eq!(guard("exec", &probe, call).await.unwrap(), "done");
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_ones_own_sets_the_times() {
    let policy = LivenessPolicy {
        interval: seconds(1),
        silence: seconds(2),
    };
    let start = Instant::now();
    let probe = Answers::new(&[ALIVE, (seconds(60), Liveness::Alive)]);
    let error = policy
        .guard::<()>("exec", &probe, pending())
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            SandboxError::SandboxDied {
                reason: DeathReason::ProbeSilent,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(start.elapsed(), seconds(4));
}
