//! Where the tests step in between two calls of the system. In the command itself there is nothing here.

#[cfg(not(test))]
use std::io;

#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "it fails in tests only")]
#[inline]
pub(super) fn before(_: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) use interrupting::{before, watched};

#[cfg(test)]
mod interrupting {
    use std::cell::RefCell;
    use std::io;

    /// Told of every step before it is taken, by what it is; an error takes its place.
    type Watch = Box<dyn FnMut(&str) -> io::Result<()>>;

    thread_local! {
        static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
    }

    pub(in crate::apply) fn before(step: &str) -> io::Result<()> {
        // Out of its place while it runs, so that it may take steps itself.
        let Some(mut watch) = WATCH.take() else {
            return Ok(());
        };
        let answer = watch(step);
        WATCH.replace(Some(watch));
        answer
    }

    /// Runs `work` with `watch` before every step. A panic of the watch stands for the death of the process.
    pub(in crate::apply) fn watched<T>(
        watch: impl FnMut(&str) -> io::Result<()> + 'static,
        work: impl FnOnce() -> T,
    ) -> std::thread::Result<T> {
        WATCH.replace(Some(Box::new(watch)));
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        WATCH.take();
        result
    }
}
