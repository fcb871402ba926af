//! How much a model gets back, and how long it may take.

use std::time::Duration;

/// How much a model gets back from one call, and how long a call may take.
///
/// ```
/// let mut limits = flue_mcp::Limits::default();
/// limits.lines = 500;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of text in an answer: 48 KiB.
    pub answer_bytes: usize,
    /// Lines of a file: 2000.
    pub lines: usize,
    /// Paths of a folder or a search: 500.
    pub paths: usize,
    /// Matching lines: 200.
    pub matches: usize,
    /// Bytes of one matching line: 400.
    pub match_bytes: usize,
    /// Bytes of a file that is fetched at all, to be read, edited or as a resource: 4 MiB. Clients take messages of about 10 MB,
    /// and a file grows on its way.
    pub file_bytes: u64,
    /// Bytes of an image: 3 MiB.
    pub image_bytes: usize,
    /// The time of a command that asks for none: 2 minutes.
    pub command_timeout: Duration,
    /// The longest time that a command may ask for: 10 minutes.
    pub longest_command: Duration,
    /// The time of any other call: 1 minute.
    pub call_deadline: Duration,
    /// The time between two notifications of progress: 5 seconds.
    pub progress_interval: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer_bytes: 48 << 10,
            lines: 2000,
            paths: 500,
            matches: 200,
            match_bytes: 400,
            file_bytes: 4 << 20,
            image_bytes: 3 << 20,
            command_timeout: Duration::from_secs(120),
            longest_command: Duration::from_secs(600),
            call_deadline: Duration::from_secs(60),
            progress_interval: Duration::from_secs(5),
        }
    }
}
