//! Sessions: what lives on between commands, outputs told apart, logs as they come, input, and ends.

use std::time::{Duration, Instant};

use bytes::Bytes;
use daytona_loopback::{Fault, Server};
use daytona_sdk::{
    Daytona, ErrorKind, LogChunk, LogStream, Process, SessionCommandLogs, SessionExecuteRequest,
};
use futures_util::TryStreamExt as _;
use serde_json::json;
use tokio::io::AsyncReadExt as _;

use crate::{Bench, config};

/// How a server begins a web socket.
const SWITCHED: &str =
    "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";

/// A bench with a session called `s`.
async fn session() -> (Bench, Process) {
    let bench = Bench::new().await;
    let process = bench.sandbox.process();
    process.create_session("s").await.unwrap();
    bench.server.clear_requests();
    (bench, process)
}

/// Reads until one output has said `expected`.
async fn read_until(logs: &mut LogStream, expected: &LogChunk) {
    while let Some(chunk) = logs.try_next().await.unwrap() {
        if chunk == *expected {
            return;
        }
    }
    panic!("the stream ended before {expected:?}");
}

fn stdout(text: &'static str) -> LogChunk {
    LogChunk::Stdout(Bytes::from_static(text.as_bytes()))
}

#[tokio::test]
async fn what_a_command_sets_is_there_for_the_next() {
    let (bench, process) = session().await;

    let first = "mkdir d && cd d && NAME=world && greet() { echo \"hello, $NAME\"; }";
    process.execute_session_command("s", first).await.unwrap();
    let second = process
        .execute_session_command("s", "greet; pwd")
        .await
        .unwrap();

    let work_dir = bench.server.work_dir(bench.sandbox.id());
    assert_eq!(
        second.stdout,
        format!("hello, world\n{}/d\n", work_dir.display())
    );
    assert_eq!(second.exit_code, 0);
}

#[tokio::test]
async fn outputs_are_told_apart() {
    let (bench, process) = session().await;

    let command = "echo out; echo err >&2; printf end; (exit 3)";
    let response = process.execute_session_command("s", command).await.unwrap();

    assert_eq!(response.stdout, "out\nend\n");
    assert_eq!(response.stderr, "err\n");
    assert_eq!(response.output.len(), "out\nerr\nend\n".len());
    assert_eq!(response.exit_code, 3);
    let request = bench.request();
    assert!(request.path.ends_with("/process/session/s/exec"));
    assert_eq!(request.json(), json!({ "command": command }));
    assert_eq!(request.header("x-daytona-sdk-version"), Some("0.190.0"));

    let logs = process
        .get_session_command_logs("s", &response.command_id)
        .await
        .unwrap();
    assert_eq!(
        (logs.stdout, logs.stderr),
        (response.stdout, response.stderr)
    );
}

#[tokio::test]
async fn a_command_of_a_session_reads_nothing_unless_it_was_started() {
    let (_bench, process) = session().await;
    let response = process
        .execute_session_command("s", "cat; echo over")
        .await
        .unwrap();
    assert_eq!(response.stdout, "over\n");
}

#[tokio::test]
async fn logs_are_streamed_as_they_come() {
    let (_bench, process) = session().await;
    let command = "echo ready; read line; echo \"got $line\" >&2; exec 1>&-; (exit 4)";
    let request = SessionExecuteRequest::new(command).suppress_input_echo();
    let id = process.start_session_command("s", request).await.unwrap();

    let mut logs = process.stream_session_command_logs("s", &id).await.unwrap();
    // The command still waits for its input.
    read_until(&mut logs, &stdout("ready\n")).await;
    assert_eq!(
        process
            .get_session_command("s", &id)
            .await
            .unwrap()
            .exit_code,
        None
    );
    process
        .send_session_command_input("s", &id, "it")
        .await
        .unwrap();
    let rest: Vec<_> = logs.try_collect().await.unwrap();

    assert_eq!(rest, [LogChunk::Stderr(Bytes::from_static(b"got it\n"))]);
    assert_eq!(
        process
            .get_session_command("s", &id)
            .await
            .unwrap()
            .exit_code,
        Some(4)
    );
}

#[tokio::test]
async fn a_log_that_is_complete_is_streamed_from_the_beginning() {
    let (_bench, process) = session().await;
    // Longer than the pieces in which the daemon sends it, with characters that they cut.
    let command = "i=0; while [ $i -lt 500 ]; do echo \"é$i\"; echo \"è$i\" >&2; i=$((i+1)); done";
    let done = process.execute_session_command("s", command).await.unwrap();

    let logs = process
        .stream_session_command_logs("s", &done.command_id)
        .await
        .unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    for chunk in logs.try_collect::<Vec<_>>().await.unwrap() {
        match chunk {
            LogChunk::Stdout(bytes) => out.extend_from_slice(&bytes),
            LogChunk::Stderr(bytes) => err.extend_from_slice(&bytes),
        }
    }

    assert_eq!(String::from_utf8(out).unwrap(), done.stdout);
    assert_eq!(String::from_utf8(err).unwrap(), done.stderr);
    assert!(done.stdout.ends_with("é499\n") && done.stderr.ends_with("è499\n"));
}

#[tokio::test]
async fn input_is_echoed_into_the_log_unless_it_is_a_secret() {
    let (_bench, process) = session().await;
    let command = "read a; echo \"got $a\"";
    let shown = process.start_session_command("s", command).await.unwrap();
    process
        .send_session_command_input("s", &shown, "x\n")
        .await
        .unwrap();

    let logs = process
        .stream_session_command_logs("s", &shown)
        .await
        .unwrap();
    let chunks: Vec<_> = logs.try_collect().await.unwrap();
    let text: Vec<u8> = chunks
        .iter()
        .flat_map(|chunk| match chunk {
            LogChunk::Stdout(bytes) | LogChunk::Stderr(bytes) => bytes.to_vec(),
        })
        .collect();
    let mut lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    assert_eq!(lines, [&b""[..], b"got x", b"x"]);

    let late = process
        .send_session_command_input("s", &shown, "y")
        .await
        .unwrap_err();
    assert_eq!(
        (late.kind(), late.status()),
        (ErrorKind::Conflict, Some(410))
    );
}

#[tokio::test]
async fn deleting_a_session_cancels_what_runs_in_it() {
    let (_bench, process) = session().await;
    let command = "sleep 600 & echo $! $$; wait";
    let id = process.start_session_command("s", command).await.unwrap();
    let mut logs = process.stream_session_command_logs("s", &id).await.unwrap();
    let Some(LogChunk::Stdout(pids)) = logs.try_next().await.unwrap() else {
        panic!("the command prints its processes")
    };
    let pids = String::from_utf8(pids.to_vec()).unwrap();
    // A command that waits for its turn.
    let waiting = tokio::spawn({
        let process = process.clone();
        async move { process.execute_session_command("s", "echo never").await }
    });
    while process.get_session("s").await.unwrap().commands.len() < 2 {}

    process.delete_session("s").await.unwrap();

    assert_eq!(logs.try_next().await.unwrap(), None);
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    pids.split_whitespace().for_each(assert_dies);
    assert_eq!(process.list_sessions().await.unwrap(), []);
}

#[tokio::test]
async fn sessions_end_with_their_sandbox() {
    let (bench, process) = session().await;
    let id = process
        .start_session_command("s", "echo up; read forever")
        .await
        .unwrap();
    let mut logs = process.stream_session_command_logs("s", &id).await.unwrap();
    read_until(&mut logs, &stdout("up\n")).await;

    bench.sandbox.stop().await.unwrap();

    assert_eq!(logs.try_next().await.unwrap(), None);
    bench.sandbox.start().await.unwrap();
    assert_eq!(process.list_sessions().await.unwrap(), []);
}

#[tokio::test]
async fn dropping_the_stream_leaves_the_command() {
    let (_bench, process) = session().await;
    let id = process
        .start_session_command("s", "echo up; read x; exit_with() { return 7; }; exit_with")
        .await
        .unwrap();
    let mut logs = process.stream_session_command_logs("s", &id).await.unwrap();
    read_until(&mut logs, &stdout("up\n")).await;
    drop(logs);

    process
        .send_session_command_input("s", &id, "")
        .await
        .unwrap();
    let next = process.execute_session_command("s", "true").await.unwrap();

    assert_eq!(next.exit_code, 0);
    assert_eq!(
        process
            .get_session_command("s", &id)
            .await
            .unwrap()
            .exit_code,
        Some(7)
    );
}

#[tokio::test]
async fn sessions_are_listed_with_their_commands() {
    let (_bench, process) = session().await;
    process.create_session("other").await.unwrap();
    let done = process.execute_session_command("s", "true").await.unwrap();

    let mut sessions = process.list_sessions().await.unwrap();
    sessions.sort_by(|a, b| b.session_id.cmp(&a.session_id));
    let ids: Vec<_> = sessions
        .iter()
        .map(|session| &*session.session_id)
        .collect();
    assert_eq!(ids, ["s", "other"]);
    assert_eq!(process.get_session("s").await.unwrap(), sessions[0]);
    let [command] = &sessions[0].commands[..] else {
        panic!("not one command: {sessions:?}")
    };
    assert_eq!(
        (&command.id, &*command.command, command.exit_code),
        (&done.command_id, "true", Some(0))
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_does_not_look_like_a_lost_sandbox() {
    let (_bench, process) = session().await;
    let errors = [
        process.get_session("none").await.unwrap_err(),
        process.delete_session("none").await.unwrap_err(),
        process
            .execute_session_command("none", "true")
            .await
            .unwrap_err(),
        process
            .start_session_command("none", "true")
            .await
            .unwrap_err(),
        process.get_session_command("s", "none").await.unwrap_err(),
        process
            .get_session_command_logs("s", "none")
            .await
            .unwrap_err(),
        process
            .stream_session_command_logs("s", "none")
            .await
            .unwrap_err(),
        process
            .send_session_command_input("s", "none", "x")
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::NotFound, Some(404)),
            "{error}"
        );
    }
    let twice = process.create_session("s").await.unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Conflict);
    let blank = process.execute_session_command("s", " ").await.unwrap_err();
    assert_eq!(blank.kind(), ErrorKind::Validation);
}

#[tokio::test]
async fn ids_that_would_vanish_from_the_url_are_refused() {
    let (bench, process) = session().await;
    for id in ["", ".", ".."] {
        let errors = [
            process.create_session(id).await.unwrap_err(),
            process.delete_session(id).await.unwrap_err(),
            process
                .execute_session_command(id, "true")
                .await
                .unwrap_err(),
            process.get_session_command("s", id).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Validation);
        }
    }
    assert_eq!(bench.server.requests(), []);
}

#[tokio::test]
async fn a_server_that_does_not_switch_is_reported() {
    let (bench, process) = session().await;
    let log = Fault::reply(200, "{}").on("GET", "*/logs");
    bench.server.inject(log);

    let error = process
        .stream_session_command_logs("s", "c")
        .await
        .unwrap_err();

    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Unexpected, Some(200))
    );
}

#[tokio::test]
async fn a_stream_that_breaks_off_says_so() {
    for (end, kind) in [
        // Closed with `internal error`.
        (&[0x88, 2, 3, 243][..], ErrorKind::Server),
        // Cut in a frame.
        (&[0x82, 9, 1], ErrorKind::Connection),
        // A frame that no server sends.
        (&[0xff, 0], ErrorKind::Decode),
    ] {
        let bench = Bench::new().await;
        let mut answer = SWITCHED.as_bytes().to_vec();
        answer.extend([0x82, 4, 1, 1, 1, b'x']);
        answer.extend(end);
        let connection = bench.replace_toolbox(answer).await;

        let process = bench.sandbox.process();
        let mut logs = process.stream_session_command_logs("s", "c").await.unwrap();
        assert_eq!(logs.try_next().await.unwrap(), Some(stdout("x")));
        drop(connection.await.unwrap());

        assert_eq!(logs.try_next().await.unwrap_err().kind(), kind);
        assert_eq!(logs.try_next().await.unwrap(), None, "an error is the end");
    }
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_asked_for_a_sign_of_life() {
    let server = Server::start().await;
    let daytona = Daytona::new(config(&server).idle_timeout(Duration::from_millis(100))).unwrap();
    let sandbox = daytona.get(&server.create_sandbox()).await.unwrap();
    let bench = Bench {
        server,
        daytona,
        sandbox,
    };
    let connection = bench.replace_toolbox(SWITCHED.as_bytes()).await;
    let process = bench.sandbox.process();
    let mut logs = process.stream_session_command_logs("s", "c").await.unwrap();

    let error = logs.try_next().await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::ConnectionTimeout);
    let mut asked = [0; 2];
    let mut connection = connection.await.unwrap();
    connection.read_exact(&mut asked).await.unwrap();
    assert_eq!(asked, [0x89, 0x80], "a masked ping of no bytes");
}

#[tokio::test]
async fn logs_that_an_old_daemon_sends_as_text_are_told_apart() {
    let bench = Bench::new().await;
    let text = "\u{1}\u{1}\u{1}a\n\u{2}\u{2}\u{2}b\n";
    bench
        .server
        .inject(Fault::reply(200, text).on("GET", "*/logs"));

    let logs = bench
        .sandbox
        .process()
        .get_session_command_logs("s", "c")
        .await
        .unwrap();

    let SessionCommandLogs {
        output,
        stdout,
        stderr,
        ..
    } = logs;
    assert_eq!([output, stdout, stderr], ["a\nb\n", "a\n", "b\n"]);
}

#[test]
fn a_session_does_not_outlive_its_server() {
    let server = Server::start_blocking();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pid = runtime.block_on(async {
        let daytona = Daytona::new(config(&server)).unwrap();
        let process = daytona
            .get(&server.create_sandbox())
            .await
            .unwrap()
            .process();
        process.create_session("s").await.unwrap();
        let done = process.execute_session_command("s", "sleep 600 >/dev/null 2>&1 & echo $!");
        done.await.unwrap().stdout
    });
    drop(server);
    assert_dies(pid.trim());
}

/// Processes die a moment after they are killed, and may be zombies that no one has waited for.
fn assert_dies(pid: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let is_running = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    while is_running() {
        assert!(Instant::now() < deadline, "process {pid} is still there");
        std::thread::yield_now();
    }
}
