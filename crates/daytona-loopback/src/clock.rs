//! The time of the server: that of the machine, and what tests have let pass.

use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::lock::lock;

#[derive(Default)]
pub(crate) struct Clock {
    ahead: Mutex<SignedDuration>,
}

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(*lock(&self.ahead))
            .unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn advance(&self, time: Duration) {
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        let mut ahead = lock(&self.ahead);
        *ahead = ahead.saturating_add(time);
    }
}
