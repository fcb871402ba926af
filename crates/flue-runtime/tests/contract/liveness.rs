//! When a call is given up because its sandbox died. Time is paused: no test waits.

use std::future::pending;
use std::io::ErrorKind;
use std::time::Duration;

use flue_runtime::{
    DeathReason, ExecOptions, Liveness, LivenessPolicy, MkdirOptions, Operation, RmOptions,
    SandboxError, guard,
};
use tokio::time::{Instant, sleep};

use crate::recorder::Recorder;

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
async fn death(probe: &Recorder) -> (DeathReason, Duration) {
    let start = Instant::now();
    match guard::<()>(Operation::Exec, probe, pending()).await {
        Err(SandboxError::SandboxDied {
            operation: Operation::Exec,
            reason,
            ..
        }) => (reason, start.elapsed()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_quick_call_costs_no_look() {
    let probe = Recorder::of_liveness(&[STOPPED]);
    let call = ends_after(Duration::from_millis(4999));
    assert_eq!(guard(Operation::Stat, &*probe, call).await.unwrap(), "done");
    assert_eq!(probe.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_first_look_is_after_five_seconds() {
    assert_eq!(
        death(&Recorder::of_liveness(&[STOPPED])).await,
        (DeathReason::Stopped, seconds(5))
    );
}

#[tokio::test(start_paused = true)]
async fn looks_follow_each_other_five_seconds_apart() {
    let probe = Recorder::of_liveness(&[ALIVE, ALIVE, STOPPED]);
    assert_eq!(death(&probe).await, (DeathReason::Stopped, seconds(15)));
    assert_eq!(probe.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn ten_seconds_of_silence_are_a_death() {
    let probe = Recorder::of_liveness(&[(seconds(3600), Liveness::Alive)]);
    assert_eq!(death(&probe).await, (DeathReason::ProbeSilent, seconds(15)));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_an_answer() {
    let probe = Recorder::of_liveness(&[(Duration::from_millis(9999), Liveness::Alive), STOPPED]);
    let (reason, time) = death(&probe).await;
    assert_eq!(reason, DeathReason::Stopped);
    assert_eq!(time, Duration::from_millis(5000 + 9999 + 5000));
}

#[tokio::test(start_paused = true)]
async fn a_living_sandbox_may_take_for_ever() {
    let probe = Recorder::of_liveness(&[ALIVE]);
    let call = ends_after(seconds(7 * 24 * 3600));
    assert_eq!(guard(Operation::Exec, &*probe, call).await.unwrap(), "done");
    assert!(probe.asked() > 100_000);
}

#[tokio::test(start_paused = true)]
async fn the_result_of_the_call_wins_over_a_death_at_the_same_moment() {
    let probe = Recorder::of_liveness(&[STOPPED]);
    assert_eq!(
        guard(Operation::Exec, &*probe, ends_after(seconds(5)))
            .await
            .unwrap(),
        "done"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failing_call_fails_with_its_own_error() {
    let probe = Recorder::of_liveness(&[STOPPED]);
    let call = async {
        sleep(seconds(1)).await;
        let missing = SandboxError::file(Operation::Stat, "/somewhere", ErrorKind::NotFound);
        Err::<(), _>(missing)
    };
    let error = guard(Operation::Stat, &*probe, call).await.unwrap_err();
    assert!(matches!(error, SandboxError::File { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn the_call_goes_on_while_a_look_is_silent() {
    let probe = Recorder::of_liveness(&[(seconds(3600), Liveness::Alive)]);
    let call = ends_after(seconds(14));
    assert_eq!(guard(Operation::Exec, &*probe, call).await.unwrap(), "done");
}

#[tokio::test(start_paused = true)]
async fn an_adapter_sets_the_times() {
    let policy = LivenessPolicy::new()
        .with_interval(seconds(1))
        .with_silence(seconds(2));
    let answers = [ALIVE, (seconds(60), Liveness::Alive)];
    let probe = Recorder::of_liveness_by(policy, &answers);
    assert_eq!(death(&probe).await, (DeathReason::ProbeSilent, seconds(4)));
}

#[tokio::test(start_paused = true)]
async fn an_adapter_that_cannot_tell_is_waited_for() {
    let call = ends_after(seconds(24 * 3600));
    let probe = Recorder::new();
    assert_eq!(guard(Operation::Exec, &*probe, call).await.unwrap(), "done");
}

#[tokio::test(start_paused = true)]
async fn every_method_ends_when_the_sandbox_died() {
    let died = |error: SandboxError| match error {
        SandboxError::SandboxDied { operation, .. } => operation,
        error => panic!("{error:?}"),
    };
    let env = Recorder::hanging(&[STOPPED]).env("/w");
    let errors = [
        env.read_file("f").await.unwrap_err(),
        env.read_file_buffer("f").await.unwrap_err(),
        env.write_file("f", b"x").await.unwrap_err(),
        env.stat("f").await.unwrap_err(),
        env.readdir("d").await.unwrap_err(),
        env.exists("f").await.unwrap_err(),
        env.mkdir("d", MkdirOptions::new()).await.unwrap_err(),
        env.rm("f", RmOptions::new()).await.unwrap_err(),
        env.exec("true", ExecOptions::new()).await.unwrap_err(),
    ];
    let expected = [
        Operation::ReadFile,
        Operation::ReadFileBuffer,
        Operation::WriteFile,
        Operation::Stat,
        Operation::Readdir,
        Operation::Exists,
        Operation::Mkdir,
        Operation::Rm,
        Operation::Exec,
    ];
    assert_eq!(errors.map(died), expected);
}

#[tokio::test(start_paused = true)]
async fn a_command_is_given_up_shortly_after_its_deadline() {
    let env = Recorder::hanging(&[ALIVE]).env("/w");
    for deadline in [Duration::ZERO, seconds(1), seconds(3600)] {
        let start = Instant::now();
        let command = env.exec("setsid sleep 12", ExecOptions::new().with_timeout(deadline));
        match command.await {
            Err(SandboxError::Timeout { after, .. }) => assert_eq!(after, deadline),
            other => panic!("{other:?}"),
        }
        assert_eq!(start.elapsed(), deadline + seconds(5));
    }
}
