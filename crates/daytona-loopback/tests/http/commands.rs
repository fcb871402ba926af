//! `process/execute`.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use daytona_loopback::Server;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Fixture, json, refusal};

#[tokio::test]
async fn a_command_runs_in_the_work_dir_with_both_outputs_in_order() {
    let fixture = Fixture::new();
    let command = "pwd; echo one; echo two >&2; echo three; exit 7";

    let work_dir = fixture.work_dir();
    let expected = format!("{}\none\ntwo\nthree\n", work_dir.display());
    assert_eq!(fixture.run(command).await, (7, expected));
}

#[tokio::test]
async fn the_command_is_the_standard_input_of_the_shell() {
    let fixture = Fixture::new();

    assert_eq!(fixture.run("cat\necho x").await, (0, "echo x".to_owned()));
    let guarded = "{ cat\n} </dev/null\necho x";
    assert_eq!(fixture.run(guarded).await, (0, "x\n".to_owned()));
    let (code, output) = fixture.run("echo ran\nif").await;
    // bash ends with 2, zsh with 1.
    assert_ne!(code, 0);
    assert!(output.starts_with("ran\n"), "{output}");
    let options = "case $- in *i*) echo interactive;; *) echo \"$# arguments\";; esac";
    assert_eq!(fixture.run(options).await.1, "0 arguments\n");
}

#[tokio::test]
async fn cwd_is_relative_to_the_work_dir_or_absolute() {
    let fixture = Fixture::new();
    fs::create_dir(fixture.work_dir().join("sub")).unwrap();
    let sub = fixture.work_dir().join("sub").display().to_string();
    let work_dir = fixture.work_dir().display().to_string();
    for (cwd, expected) in [
        ("sub", &sub),
        (&sub, &sub),
        ("sub/..", &work_dir),
        ("", &work_dir),
    ] {
        let body = json(fixture.execute(&json!({ "command": "pwd -P", "cwd": cwd }))).await;
        assert_eq!(body["result"], format!("{expected}\n"));
    }
}

#[tokio::test]
async fn a_command_that_cannot_start_is_a_success_with_minus_one() {
    let fixture = Fixture::of(Server::builder().shell("/bin/sh"));
    fs::write(fixture.work_dir().join("file"), "").unwrap();
    for (cwd, reason) in [
        ("missing", "no such file or directory"),
        ("file", "not a directory"),
    ] {
        let body = json(fixture.execute(&json!({ "command": "true", "cwd": cwd }))).await;
        let result = format!("fork/exec /bin/sh: {reason}");
        assert_eq!(body, json!({ "exitCode": -1, "result": result }));
    }
}

#[tokio::test]
async fn a_missing_shell_likewise() {
    let fixture = Fixture::of(Server::builder().shell("/no/shell"));
    let (code, output) = fixture.run("true").await;

    assert_eq!(code, -1);
    assert_eq!(output, "fork/exec /no/shell: no such file or directory");
}

#[tokio::test]
async fn envs_are_for_one_command() {
    let fixture = Fixture::new();
    let command = "printf '%s|' \"$A\" \"$B_2\"";
    let envs = json!({ "A": "x 'y' \"z\"\n$HOME", "B_2": "" });
    let body = json(fixture.execute(&json!({ "command": command, "envs": envs }))).await;

    assert_eq!(body["result"], "x 'y' \"z\"\n$HOME||");
    assert_eq!(fixture.run(command).await.1, "||");
}

#[tokio::test]
async fn the_keys_of_this_process_stay_out() {
    let fixture = Fixture::new();
    let (_, output) = fixture.run("env").await;

    assert!(output.contains("PATH="));
    assert!(!output.contains("CARGO_MANIFEST_DIR"), "{output}");
}

#[tokio::test]
async fn bytes_that_are_no_text_become_replacement_characters() {
    let fixture = Fixture::new();
    assert_eq!(
        fixture.run("printf 'a\\377b'").await,
        (0, "a\u{fffd}b".to_owned())
    );
}

#[tokio::test]
async fn killed_children_and_killed_shells() {
    let fixture = Fixture::new();

    let (code, output) = fixture.run("sh -c 'kill -9 $$'; echo $?").await;
    assert_eq!(code, 0);
    assert!(output.ends_with("137\n"), "{output}");
    assert_eq!(
        fixture.run("echo before; kill -9 $$").await,
        (-1, "before\n".to_owned())
    );
}

#[tokio::test]
async fn a_command_of_a_megabyte() {
    let fixture = Fixture::new();
    let command = format!("echo {} | wc -c", "x".repeat(1 << 20));

    assert_eq!(fixture.run(&command).await, (0, "1048577\n".to_owned()));
}

#[tokio::test]
async fn requests_that_make_no_sense() {
    let fixture = Fixture::new();
    let blank = "bad request: command cannot be empty or whitespace-only";
    let invalid = "bad request: invalid request body: ";
    let name = "bad request: invalid environment variable name: 'a-b'";
    for (request, message) in [
        (json!({ "command": "  \n" }), blank),
        (json!({ "command": "" }), invalid),
        (json!({}), invalid),
        (json!({ "command": 1 }), invalid),
        (json!({ "command": "true", "timeout": -1 }), invalid),
        (json!({ "command": "true", "timeout": 0.5 }), invalid),
        (
            json!({ "command": "true", "timeout": 4_294_967_296_u64 }),
            invalid,
        ),
        (json!({ "command": "true", "envs": { "A": 1 } }), invalid),
        (json!({ "command": "true", "envs": { "a-b": "" } }), name),
    ] {
        let (status, body) = refusal(fixture.execute(&request)).await;
        assert_eq!(
            (status, &body["code"]),
            (400, &json!("BAD_REQUEST")),
            "{request}"
        );
        assert!(
            body["message"].as_str().unwrap().starts_with(message),
            "{body}"
        );
        assert_eq!(
            (&body["path"], &body["method"]),
            (&json!("/process/execute"), &json!("POST"))
        );
        assert!(body.get("error").is_none());

        let routed = fixture
            .routed(Method::POST, "/process/execute")
            .json(&request);
        let (status, routed) = refusal(routed).await;
        assert_eq!((status, &routed["error"]), (400, &json!("Bad Request")));
        assert_eq!(routed["message"], body["message"]);
    }
    let (status, _) = refusal(fixture.post("/process/execute", &[])).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn null_and_zero_mean_nothing() {
    let fixture = Fixture::new();
    let request = json!({ "command": "echo x", "cwd": null, "envs": null, "timeout": null });
    assert_eq!(json(fixture.execute(&request)).await["result"], "x\n");
    let request = json!({ "command": "echo x", "timeout": 0, "unknown": 1 });
    assert_eq!(json(fixture.execute(&request)).await["result"], "x\n");
}

#[tokio::test]
async fn the_timeout_kills_the_whole_group_and_loses_the_output() {
    let fixture = Fixture::new();
    let command = "echo lost; sh -c 'echo $$ > child; exec sleep 600' & wait";
    let request = json!({ "command": command, "timeout": 1 });
    let (status, body) = refusal(fixture.execute(&request)).await;

    assert_eq!((status, &body["code"]), (408, &json!("REQUEST_TIMEOUT")));
    assert_eq!(
        body["message"],
        "request timeout: command execution timeout"
    );
    let child = fs::read_to_string(fixture.work_dir().join("child")).unwrap();
    assert_dies(&child);

    let routed = fixture
        .routed(Method::POST, "/process/execute")
        .json(&request);
    let (status, body) = refusal(routed).await;
    assert_eq!((status, &body["error"]), (408, &json!("Request Timeout")));
}

/// Whether a process is there and not a zombie.
pub(crate) fn is_running(pid: &str) -> bool {
    match fs::read_to_string(format!("/proc/{}/stat", pid.trim())) {
        Ok(stat) => !stat.rsplit(')').next().unwrap().trim().starts_with('Z'),
        Err(_) => false,
    }
}

/// Processes die a moment after they are killed.
pub(crate) fn assert_dies(pid: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while is_running(pid) {
        assert!(Instant::now() < deadline, "process {pid} is still there");
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn a_background_child_that_holds_the_output_holds_the_reply() {
    let fixture = Fixture::new();
    // The child speaks when the shell is gone.
    let command = "echo hi; (while kill -0 $$ 2>/dev/null; do :; done; echo late) &";

    assert_eq!(fixture.run(command).await, (0, "hi\nlate\n".to_owned()));
}

#[tokio::test]
async fn a_command_goes_on_when_its_client_goes_away() {
    let fixture = Fixture::new();
    let gate = Gate::new(&fixture).await;

    // Still read when no one waits for the answer: else `echo` fails.
    let command = "trap '' PIPE; echo up >started; read x <gate; \
                   if echo output; then echo done >ended; else echo lost >ended; fi";
    let pending = tokio::spawn(fixture.execute(&json!({ "command": command })).send());
    gate.read("started").await;
    pending.abort();
    assert!(pending.await.unwrap_err().is_cancelled());
    gate.open().await;
    assert_eq!(gate.read("ended").await, "done\n");
}

#[tokio::test]
async fn stopping_a_sandbox_ends_its_commands_without_a_reply() {
    let fixture = Fixture::new();
    let gate = Gate::new(&fixture).await;

    let command = "echo $$ >started; read x <gate";
    let pending = tokio::spawn(fixture.execute(&json!({ "command": command })).send());
    let shell = gate.read("started").await;
    let stop = format!("/sandbox/{}/stop", fixture.id);
    json(fixture.api(Method::POST, &stop)).await;

    assert!(pending.await.unwrap().is_err(), "the connection must end");
    assert!(!is_running(&shell));
}

/// Named pipes in the work dir: a command waits at `gate` and tells through `started` and `ended`.
struct Gate {
    folder: PathBuf,
}

impl Gate {
    async fn new(fixture: &Fixture) -> Self {
        let made = fixture.run("mkfifo gate started ended").await;
        assert_eq!(made, (0, String::new()));
        Self {
            folder: fixture.work_dir(),
        }
    }

    /// Lets the command pass, once it waits.
    async fn open(&self) {
        let gate = self.folder.join("gate");
        let opened = tokio::task::spawn_blocking(move || {
            let mut gate = File::options().write(true).open(gate).unwrap();
            gate.write_all(b"\n").unwrap();
        });
        opened.await.unwrap();
    }

    /// Waits for what the command says.
    async fn read(&self, name: &str) -> String {
        let pipe = self.folder.join(name);
        let read = tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            File::open(pipe).unwrap().read_to_string(&mut text).unwrap();
            text
        });
        read.await.unwrap()
    }
}

#[tokio::test]
async fn the_api_passes_answers_on_and_takes_no_long_commands() {
    let fixture = Fixture::new();
    let execute = |command: &str| {
        let request = fixture.routed(Method::POST, "/process/execute");
        request.json(&json!({ "command": command }))
    };

    let body: Value = json(execute("echo x; exit 3")).await;
    assert_eq!(body, json!({ "exitCode": 3, "result": "x\n" }));
    let (status, body) = refusal(execute(&"x".repeat(100 * 1024))).await;
    assert_eq!(
        (status, &body["error"]),
        (500, &json!("Internal Server Error"))
    );
    assert_eq!(body["message"], "An unexpected error occurred.");
}
