//! Starts the loopback server for programs of any language.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitCode;
use std::time::Duration;

use daytona_loopback::{Builder, ErrorShape, Server, StoppedReply, Zone};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

const USAGE: &str = "\
A server on this machine that speaks Daytona's API over temporary folders and a real shell.
It runs until Ctrl-C, and no longer than its lifetime, if it has one, or else than the pipe that is its standard
input, if it is one.

Usage: daytona-loopback [OPTIONS]
       daytona-loopback [OPTIONS] run -- <COMMAND> [ARGUMENTS]

`run` starts the command with DAYTONA_API_URL and DAYTONA_API_KEY set, and ends with it, with its exit code.

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
        Ok(Some(options)) => serve(options).unwrap_or_else(failed),
        Ok(None) => print(USAGE).map_or_else(failed, |()| ExitCode::SUCCESS),
        Err(complaint) => {
            let _ = write!(io::stderr(), "error: {complaint}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn failed(error: io::Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {error}");
    ExitCode::FAILURE
}

fn serve(options: Options) -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Before the server starts: a signal must not end the process without dropping the server, as it
        // does not reach the commands that run there.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let Options {
            builder,
            lifetime,
            command,
        } = options;
        let server = builder.try_start()?;
        let ended = async {
            if let Some(command) = &command {
                return run(command, &server).await;
            }
            print(&greeting(&server))?;
            end(lifetime).await;
            Ok(ExitCode::SUCCESS)
        };
        // A server has done its work then, a command has not.
        let ended_by = |signal: SignalKind| match command {
            None => Ok(ExitCode::SUCCESS),
            Some(_) => Ok(code(128 + signal.as_raw_value())),
        };
        tokio::select! {
            ended = ended => ended,
            _ = interrupt.recv() => ended_by(SignalKind::interrupt()),
            _ = terminate.recv() => ended_by(SignalKind::terminate()),
        }
    })
}

/// Runs `command` as a client of `server` to its end, and ends as it does.
async fn run(command: &[String], server: &Server) -> io::Result<ExitCode> {
    let [program, arguments @ ..] = command else {
        return Ok(ExitCode::SUCCESS);
    };
    let status = Command::new(program)
        .args(arguments)
        .env("DAYTONA_API_URL", server.api_url())
        .env("DAYTONA_API_KEY", server.api_key())
        .kill_on_drop(true)
        .status()
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("`{program}`: {error}")))?;
    // As shells tell the end by a signal.
    let signal = || Some(128 + status.signal()?);
    Ok(code(status.code().or_else(signal).unwrap_or(1)))
}

fn code(code: i32) -> ExitCode {
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
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
    /// What is run with the server, which ends with it.
    command: Option<Vec<String>>,
}

impl Options {
    /// Nothing when help is asked for.
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options = Self::default();
        let mut arguments = arguments;
        while let Some(flag) = arguments.next() {
            match flag.as_str() {
                "-h" | "--help" => return Ok(None),
                "run" if options.lifetime.is_some() => {
                    return Err("`run` ends with its command, and takes no `--lifetime`".to_owned());
                }
                "run" => {
                    options.command = Some(command(arguments)?);
                    return Ok(Some(options));
                }
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

/// The command that follows `run`, behind `--` or not.
fn command(arguments: impl Iterator<Item = String>) -> Result<Vec<String>, String> {
    let mut arguments = arguments.peekable();
    arguments.next_if(|first| first == "--");
    let command = arguments.collect::<Vec<_>>();
    match command.is_empty() {
        true => Err("`run` lacks a command".to_owned()),
        false => Ok(command),
    }
}
