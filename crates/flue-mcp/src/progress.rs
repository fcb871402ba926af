//! Tells a client that asked for it that a call is still at work.

use std::time::{Duration, Instant};

use rmcp::RoleServer;
use rmcp::model::ProgressNotificationParam;
use rmcp::service::RequestContext;

/// Waits for `work`; meanwhile the client hears from it every `interval`, if its request holds a token for that.
pub(crate) async fn telling<T>(
    context: &RequestContext<RoleServer>,
    interval: Duration,
    work: impl Future<Output = T>,
) -> T {
    let Some(token) = context.meta.get_progress_token() else {
        return work.await;
    };
    let begun = Instant::now();
    let tell = async {
        loop {
            tokio::time::sleep(interval).await;
            let seconds = begun.elapsed().as_secs_f64();
            let progress = ProgressNotificationParam::new(token.clone(), seconds)
                .with_message(format!("at work for {seconds:.0} s"));
            // Whether the client is still there is not for progress to find out.
            let _ = context.peer.notify_progress(progress).await;
        }
    };
    tokio::select! {
        result = work => result,
        () = tell => unreachable!("it tells as long as it is let"),
    }
}
