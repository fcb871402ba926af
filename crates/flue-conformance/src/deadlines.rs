//! `timeout` of `exec`.
//!
//! Nothing here fails because a machine is slow: a deadline may be told late, but never early.

use std::time::{Duration, Instant};

use flue_runtime::SandboxError;

use crate::Failure;
use crate::bench::{Bench, text_of, within};
use crate::case::{Case, cases};
use crate::check::{Outcome, ensure, refused, same};
use crate::profile::HugeDeadlines;

/// More than any deadline here.
const LONG_COMMAND: &str = "sleep 5";

pub(crate) fn cases() -> Vec<Case> {
    cases!["exec_timeout":
        is_told_as_a_timeout,
        below_a_second_is_a_limit,
        is_never_cut_short,
        zero_is_a_limit,
        stops_the_command,
        stops_the_children_of_the_command,
        escaped_process_holds_no_caller,
        leaves_the_session_usable,
        command_that_ends_in_time_is_a_result,
        failing_command_in_time_is_a_result,
        none_is_no_limit,
        day_is_accepted,
        huge_is_accepted_or_refused,
    ]
}

/// Runs a command that must be stopped after `timeout`, and not before.
async fn expires(bench: &Bench<'_>, command: &str, timeout: Duration) -> Outcome {
    let start = Instant::now();
    let result = bench.env.exec(command, within(timeout)).await;
    let waited = start.elapsed();
    match refused("a command that takes too long", result)? {
        SandboxError::Timeout { after, .. } => same("the deadline in the error", after, timeout)?,
        error => {
            let reason = format!("expected a timeout, found {error:?}");
            return Err(Failure::new(reason));
        }
    }
    ensure(
        waited >= timeout,
        &format!("it was stopped after {waited:?}, before its deadline of {timeout:?}"),
    )
}

async fn is_told_as_a_timeout(bench: &Bench<'_>) -> Outcome {
    expires(bench, LONG_COMMAND, Duration::from_secs(1)).await
}

async fn below_a_second_is_a_limit(bench: &Bench<'_>) -> Outcome {
    expires(bench, LONG_COMMAND, Duration::from_millis(200)).await
}

/// Providers that count in seconds round up.
async fn is_never_cut_short(bench: &Bench<'_>) -> Outcome {
    expires(bench, LONG_COMMAND, Duration::from_millis(1900)).await
}

/// It ends the command at once or soon, or is refused; it does not mean "no limit".
async fn zero_is_a_limit(bench: &Bench<'_>) -> Outcome {
    let command = "echo $$ > pid; exec sleep 15";
    let result = bench.env.exec(command, within(Duration::ZERO)).await;
    match refused("a command without any time", result)? {
        SandboxError::Timeout { .. } | SandboxError::InvalidArgument { .. } => is_gone(bench).await,
        error => Err(error.into()),
    }
}

async fn stops_the_command(bench: &Bench<'_>) -> Outcome {
    let command = "echo $$ > pid; exec sleep 10";
    expires(bench, command, Duration::from_millis(300)).await?;
    is_gone(bench).await
}

async fn stops_the_children_of_the_command(bench: &Bench<'_>) -> Outcome {
    let command = "sleep 10 & echo $! > pid; wait";
    expires(bench, command, Duration::from_millis(300)).await?;
    is_gone(bench).await
}

/// A process that leaves the group of its command outlives the deadline where a provider stops the group, and holds the
/// output open. The caller goes on.
async fn escaped_process_holds_no_caller(bench: &Bench<'_>) -> Outcome {
    if bench.shell("command -v setsid || :").await?.is_empty() {
        return Ok(());
    }
    let command = "setsid sh -c 'echo $$ > pid; sleep 20; echo ended > ended'";
    expires(bench, command, Duration::from_secs(1)).await?;
    let ended = bench
        .shell("cat ended 2>/dev/null || kill -9 -$(cat pid) 2>/dev/null || :")
        .await?;
    ensure(
        ended.is_empty(),
        "the caller was held until the process ended",
    )
}

/// The process whose number is in the file, if there is one, ends soon. One that is dead and not yet collected is gone.
async fn is_gone(bench: &Bench<'_>) -> Outcome {
    let command = "pid=$(cat pid 2>/dev/null); i=0; while kill -0 $pid 2>/dev/null; do
        case \"$(cat /proc/$pid/stat 2>/dev/null)\" in *') Z '*) break;; esac
        i=$((i+1)); [ $i -lt 60 ] || { kill -9 $pid; echo running; break; }; sleep 0.1
    done";
    same("the process", bench.shell(command).await?, "")
}

async fn leaves_the_session_usable(bench: &Bench<'_>) -> Outcome {
    expires(bench, LONG_COMMAND, Duration::from_millis(100)).await?;
    same(
        "the next command",
        bench.shell("echo next").await?,
        "next\n",
    )
}

async fn command_that_ends_in_time_is_a_result(bench: &Bench<'_>) -> Outcome {
    let options = within(Duration::from_secs(30));
    let output = text_of(bench.env.exec("echo done", options).await)?;
    same("the output", output, "done\n")
}

async fn failing_command_in_time_is_a_result(bench: &Bench<'_>) -> Outcome {
    let options = within(Duration::from_secs(30));
    let result = bench.env.exec("exit 124", options).await?;
    same("the exit code", result.exit_code, 124)
}

async fn none_is_no_limit(bench: &Bench<'_>) -> Outcome {
    let output = bench.shell("sleep 1; echo done").await?;
    same("the output", output, "done\n")
}

async fn day_is_accepted(bench: &Bench<'_>) -> Outcome {
    let options = within(Duration::from_secs(24 * 3600));
    let output = text_of(bench.env.exec("echo done", options).await)?;
    same("the output", output, "done\n")
}

async fn huge_is_accepted_or_refused(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.exec(": > ran", within(Duration::MAX)).await;
    match (bench.profile.huge_deadlines, result) {
        (HugeDeadlines::Accepted, Ok(_)) => bench.holds("test -e ran").await,
        (HugeDeadlines::Refused, Err(SandboxError::InvalidArgument { .. })) => {
            bench.holds("test ! -e ran").await
        }
        (expected, found) => {
            let reason = format!("expected it to be {expected:?}, found {found:?}");
            Err(Failure::new(reason))
        }
    }
}
