//! What a program leaves behind when its requests fail: each of them in turn, in every way.

use std::time::Duration;

use futures_util::{StreamExt, stream};

use crate::faults::{Fault, FaultHandle};
use crate::server::Server;

/// Runs at the same time. Most of what a run does is to wait before it asks again.
const AT_ONCE: usize = 64;

/// Longer than anyone means to keep a sandbox that nobody uses.
const YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// What the runs of a program left behind; see [`leaks`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Leaks {
    /// How often the program ran.
    pub runs: usize,
    /// What was done to each run after which a sandbox stayed that nothing ends, such as `POST /api/sandbox: no reply`.
    pub left: Vec<String>,
}

/// Runs a program on a server of its own for each of its requests and each way to fail, and once without a failure.
///
/// A leak is a sandbox that is still there years after the run: the program has not deleted it, nor bounded its life.
/// `prepare` makes the server as the program finds it. Whether `run` comes to anything is not looked at; it is dropped in
/// the middle where the failure is the program's own end.
///
/// # Panics
///
/// If the program asks for nothing.
pub async fn leaks(prepare: impl AsyncFn() -> Server, run: impl AsyncFn(&Server)) -> Leaks {
    let server = prepare().await;
    server.clear_requests();
    run(&server).await;
    let requests = server.requests();
    assert!(!requests.is_empty(), "there is no request that could fail");
    let mut leaks = Leaks::default();
    leaks.note(&server, || "nothing".to_owned());

    let failures = requests.iter().zip(0..).flat_map(|(request, nth)| {
        let told = format!("{} {}", request.method, request.path);
        let failures = Failure::each(nth).into_iter();
        failures.map(move |failure| (told.clone(), failure))
    });
    let outcomes = stream::iter(failures).map(async |(request, failure)| {
        let server = prepare().await;
        let end = failure.inject(&server);
        tokio::select! {
            () = run(&server) => {}
            () = end => {}
        }
        (server, format!("{request}: {}", failure.word))
    });
    let mut outcomes = std::pin::pin!(outcomes.buffered(AT_ONCE));
    while let Some((server, told)) = outcomes.next().await {
        leaks.note(&server, || told);
    }
    leaks
}

impl Leaks {
    fn note(&mut self, server: &Server, told: impl FnOnce() -> String) {
        self.runs += 1;
        server.clear_faults();
        server.settle();
        server.advance_clock(YEARS);
        if !server.sandbox_ids().is_empty() {
            self.left.push(told());
        }
    }
}

/// A way in which requests fail.
struct Failure {
    word: &'static str,
    faults: Vec<Fault>,
    end: End,
}

/// How the run ends.
#[derive(Clone, Copy)]
enum End {
    OfItself,
    /// With the first request that its fault meets.
    Killed,
}

impl Failure {
    /// Every way in which a program can lose its `nth` request, counted from 0, or those from there on.
    fn each(nth: u64) -> Vec<Self> {
        let once = |word, fault: Fault| Self::new(word, vec![fault.after(nth).times(1)]);
        let for_good = |word, fault: Fault| Self::new(word, vec![fault.after(nth)]);
        let last_words = vec![
            Fault::drop_reply().after(nth).times(1),
            // It does not see the request that the other one met.
            Fault::drop_connection().after(nth),
        ];
        let mut killed = for_good("the program is killed", Fault::hang());
        killed.end = End::Killed;
        vec![
            once("no connection", Fault::drop_connection()),
            once("no reply", Fault::drop_reply()),
            once("half a reply", Fault::truncated_body(1)),
            once("not found", Fault::status(404)),
            once("slow down", Fault::rate_limited(0)),
            once("a failure", Fault::status(500)),
            once("no gateway", Fault::status(502)),
            for_good("no connection any more", Fault::drop_connection()),
            for_good("no reply any more", Fault::drop_reply()),
            for_good("no service any more", Fault::status(503)),
            for_good("no rights any more", Fault::status(401)),
            Self::new("no reply, and no connection any more", last_words),
            killed,
        ]
    }

    fn new(word: &'static str, faults: Vec<Fault>) -> Self {
        Self {
            word,
            faults,
            end: End::OfItself,
        }
    }

    /// Has the requests to come fail; returns what waits until the program is to be killed.
    fn inject(&self, server: &Server) -> impl Future<Output = ()> + use<> {
        server.clear_requests();
        let faults = self.faults.iter().cloned();
        let injected: Vec<FaultHandle> = faults.map(|fault| server.inject(fault)).collect();
        let end = self.end;
        async move {
            match end {
                End::OfItself => std::future::pending().await,
                End::Killed => injected[0].wait_for_hits(1).await,
            }
        }
    }
}
