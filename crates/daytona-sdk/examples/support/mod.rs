//! A loopback server in a process of its own, so that what is measured here is the client alone.

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use daytona_loopback::Server;
use daytona_sdk::{Daytona, DaytonaConfig};

/// The argument that makes an example be the server.
const SERVE: &str = "serve";

/// Serves until the other process is gone, if this process was started to do so.
pub(crate) fn serve_if_asked() -> io::Result<bool> {
    if std::env::args().nth(1).as_deref() != Some(SERVE) {
        return Ok(false);
    }
    // Bodies are recorded for tests; nobody looks at them here.
    let server = Server::builder().recorded_body(0).start_blocking();
    println!("{}\n{}", server.api_url(), server.api_key());
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(true)
}

/// The other process, which ends when this is dropped.
pub(crate) struct Remote {
    process: Child,
    pub(crate) api_url: String,
    pub(crate) api_key: String,
}

impl Remote {
    pub(crate) fn start() -> io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let greeting = process.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut lines = BufReader::new(greeting).lines();
        let mut line = || {
            lines
                .next()
                .unwrap_or(Err(io::ErrorKind::UnexpectedEof.into()))
        };
        let (api_url, api_key) = (line()?, line()?);
        Ok(Self {
            process,
            api_url,
            api_key,
        })
    }

    pub(crate) fn client(&self) -> daytona_sdk::Result<Daytona> {
        Daytona::new(DaytonaConfig::new(self.api_key.as_str()).api_url(&self.api_url))
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        // Its input ends, and so does it.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
