//! Runs the conformance suite on an adapter in another language, which its test calls for us.
//!
//! `README.md` tells what is said on standard input and output.

mod remote;
mod wire;

use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use flue_conformance::{Case, Profile};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;

use crate::remote::{Host, RemoteFactory};
use crate::wire::{Answer, Provider, Verdict};

/// How many cases are under way at a time.
const AT_ONCE: usize = 8;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let provider: Provider = serde_json::from_str(&first_line()?)?;
    let host = Arc::new(Host::default());
    let ended = take_answers(Arc::clone(&host));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .build()?;
    runtime.block_on(async {
        tokio::select! {
            outcome = run_cases(host, provider.into()) => outcome,
            outcome = ended => Err(outcome.unwrap_or_else(io::Error::other)),
        }
    })
}

fn first_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line)
}

/// Takes answers, on a thread of its own as a read of the standard input cannot be given up. Tells why it ended.
fn take_answers(host: Arc<Host>) -> oneshot::Receiver<io::Error> {
    let (end, ended) = oneshot::channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let answer = line.and_then(|line| Ok(serde_json::from_str::<Answer>(&line)?));
            match answer {
                Ok(answer) => host.take(answer),
                Err(error) => return end.send(error),
            }
        }
        end.send(io::Error::other("the answers ended before the cases"))
    });
    ended
}

async fn run_cases(host: Arc<Host>, profile: Profile) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut runs = JoinSet::new();
    for case in flue_conformance::cases() {
        let (host, places, profile) = (Arc::clone(&host), Arc::clone(&places), profile.clone());
        runs.spawn(async move {
            let _place = places.acquire().await.map_err(io::Error::other)?;
            run_case(&host, &case, &profile).await
        });
    }
    runs.join_all().await.into_iter().collect()
}

async fn run_case(host: &Arc<Host>, case: &Case, profile: &Profile) -> io::Result<()> {
    let factory = RemoteFactory::new(Arc::clone(host), case);
    let outcome = case.run(&factory, profile).await;
    host.say(&Verdict {
        case: case.name(),
        failure: outcome.err().map(|failure| failure.to_string()),
    })
}
