//! Starts the loopback server for programs of any language.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileTypeExt;
use std::process::ExitCode;
use std::time::Duration;

use daytona_loopback::{Builder, ErrorShape, Server, StoppedReply, Zone};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

const USAGE: &str = "\
A server on this machine that speaks Daytona's API over temporary folders and a real shell.
It runs until Ctrl-C, and no longer than its lifetime, if it has one, or else than the pipe that is its standard
input, if it is one.

Usage: daytona-loopback [OPTIONS]

Options:
  --port <PORT>            Port of 127.0.0.1 to listen on [default: a free one]
  --api-key <KEY>          Key to ask for [default: loopback-api-key]
  --error-shape <SHAPE>    `v0.190` or `with-source` [default: v0.190]
  --stopped-reply <STATUS> What the proxy answers for a stopped sandbox, `400` or `502` [default: 400]
  --passing-polls <N>      Polls that see `creating` before `started`, and the like [default: 0]
  --zone <MINUTES,NAME>    Zone of file times, such as `120,CEST` [default: 0,UTC]
  --with-class             Send the field `class`, which daytona-client 0.5 cannot do without
  --lifetime <SECONDS>     Run for this time, whatever the standard input is
  -h, --help               Print this
";

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => report(serve(options)),
        Ok(None) => report(print(USAGE)),
        Err(complaint) => {
            let _ = write!(io::stderr(), "error: {complaint}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn report(outcome: io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(options: Options) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Before the server starts: a signal must not end the process without dropping the server, as it
        // does not reach the commands that run there.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let server = options.builder.try_start()?;
        print(&greeting(&server))?;
        tokio::select! {
            () = end(options.lifetime) => {}
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}

fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

fn greeting(server: &Server) -> String {
    let (api_url, api_key) = (server.api_url(), server.api_key());
    let control_url = server.control_url();
    format!(
        "export DAYTONA_API_URL={api_url}
export DAYTONA_API_KEY={api_key}
# Put these two lines into the environment of a Daytona client. Try it:
#   curl -H 'Authorization: Bearer {api_key}' -X POST {api_url}/sandbox
# Switches for tests: {control_url}
# Commands run on this machine, and nothing confines them.
"
    )
}

/// Waits for the end of the lifetime, or else of the pipe to whoever has started this. Another
/// standard input says nothing: in the background it is often empty, and a terminal's must not be
/// read there.
async fn end(lifetime: Option<Duration>) {
    if let Some(lifetime) = lifetime {
        return tokio::time::sleep(lifetime).await;
    }
    if !is_pipe(io::stdin().as_fd()) {
        return std::future::pending().await;
    }
    let (ended, end) = oneshot::channel();
    // A thread of its own: a read of the standard input cannot be given up.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = ended.send(());
    });
    let _ = end.await;
}

fn is_pipe(input: BorrowedFd<'_>) -> bool {
    let kind = input
        .try_clone_to_owned()
        .and_then(|input| File::from(input).metadata())
        .map(|metadata| metadata.file_type());
    kind.is_ok_and(|kind| kind.is_fifo() || kind.is_socket())
}

#[derive(Default)]
struct Options {
    builder: Builder,
    lifetime: Option<Duration>,
}

impl Options {
    /// Nothing when help is asked for.
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options = Self::default();
        let mut arguments = arguments;
        while let Some(flag) = arguments.next() {
            match flag.as_str() {
                "-h" | "--help" => return Ok(None),
                "--with-class" => {
                    options.builder = options.builder.sandbox_field("class", "small");
                    continue;
                }
                _ => {}
            }
            let value = arguments
                .next()
                .ok_or_else(|| format!("`{flag}` is unknown, or lacks a value"))?;
            options
                .take(&flag, &value)
                .ok_or_else(|| format!("`{flag} {value}` is not understood"))?;
        }
        Ok(Some(options))
    }

    fn take(&mut self, flag: &str, value: &str) -> Option<()> {
        let builder = std::mem::take(&mut self.builder);
        self.builder = match flag {
            "--port" => builder.address(SocketAddr::from(([127, 0, 0, 1], value.parse().ok()?))),
            "--api-key" => builder.api_key(value),
            "--error-shape" => builder.error_shape(match value {
                "v0.190" => ErrorShape::V0_190,
                "with-source" => ErrorShape::WithSource,
                _ => return None,
            }),
            "--stopped-reply" => builder.stopped_reply(match value {
                "400" => StoppedReply::BadRequest,
                "502" => StoppedReply::BadGateway,
                _ => return None,
            }),
            "--passing-polls" => builder.passing_polls(value.parse().ok()?),
            "--zone" => {
                let (minutes, name) = value.split_once(',')?;
                let minutes = minutes
                    .parse()
                    .ok()
                    .filter(|minutes: &i32| minutes.abs() < 1440)?;
                builder.zone(Zone::fixed(minutes, name))
            }
            "--lifetime" => {
                self.lifetime = Some(Duration::from_secs(value.parse().ok()?));
                builder
            }
            _ => return None,
        };
        Some(())
    }
}
