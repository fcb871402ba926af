//! The adapter that users get, run against the loopback server.
//!
//! It is the very file that the case `add/sandbox_daytona` shows, compiled here: what these tests see is what a project gets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "../cases/pristine/rust.rs"]
mod daytona;

use std::io::ErrorKind;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use daytona_loopback::{Fault, Request, Server, StoppedReply, Zone};
use daytona_sdk::{CreateSandboxParams, Daytona, DaytonaConfig};
use flue_runtime::{
    AgentDefinition, DeathReason, ExecOptions, MkdirOptions, Operation, RmOptions, SandboxError,
    SandboxFactory as _, SessionEnv, SessionEnvOptions, define_agent,
};

/// When a test gives up waiting. Nothing takes so long unless it is broken.
const TOO_LONG: Duration = Duration::from_secs(60);

type Call<'a> = Pin<Box<dyn Future<Output = Result<(), SandboxError>> + Send + 'a>>;

/// A server with one sandbox, and the environment that the adapter makes of it.
struct Fixture {
    server: Server,
    sandbox: daytona_sdk::Sandbox,
    env: Arc<dyn SessionEnv>,
}

impl Fixture {
    async fn new() -> Self {
        Self::on(Server::start_blocking()).await
    }

    async fn on(server: Server) -> Self {
        let client =
            Daytona::new(DaytonaConfig::new(server.api_key()).api_url(server.api_url())).unwrap();
        let sandbox = client.create(CreateSandboxParams::default()).await.unwrap();
        let factory = daytona::daytona(sandbox.clone());
        let env = factory
            .create_session_env(SessionEnvOptions::new("test"))
            .await
            .unwrap();
        server.clear_requests();
        Self {
            server,
            sandbox,
            env,
        }
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> String {
        self.env.exec(command, options).await.unwrap().stdout
    }

    /// The body of the one command that was sent.
    fn sent_command(&self) -> serde_json::Value {
        let requests = self.server.requests();
        let commands = requests
            .iter()
            .filter(|request| request.path.ends_with("/process/execute"));
        let bodies = commands.map(Request::json).collect::<Vec<_>>();
        assert_eq!(bodies.len(), 1, "{requests:?}");
        bodies[0].clone()
    }
}

fn has_died(error: &SandboxError) -> bool {
    let stopped = DeathReason::Stopped;
    matches!(error, SandboxError::SandboxDied { reason, .. } if *reason == stopped)
}

#[tokio::test]
async fn the_base_is_the_work_dir_of_the_sandbox() {
    let fixture = Fixture::new().await;
    assert_eq!(
        fixture.env.cwd(),
        fixture.sandbox.get_work_dir().await.unwrap()
    );
    assert_eq!(
        fixture.exec("pwd", ExecOptions::new()).await.trim_end(),
        fixture.env.cwd()
    );
}

#[tokio::test]
async fn files_are_written_read_and_described() {
    let fixture = Fixture::new().await;
    let env = &fixture.env;
    env.write_file("notes/today.txt", b"hello\n").await.unwrap();
    assert_eq!(env.read_file("notes/today.txt").await.unwrap(), "hello\n");
    let stat = env.stat("notes/today.txt").await.unwrap();
    assert!(stat.is_file());
    assert_eq!(stat.size, Some(6));
    assert_eq!(stat.is_symbolic_link, None, "Daytona does not tell");
    assert!(stat.mtime.unwrap().elapsed().unwrap() < Duration::from_secs(3600));

    let bytes = (0..=255).collect::<Vec<u8>>();
    env.write_file("binary", &bytes).await.unwrap();
    assert_eq!(env.read_file_buffer("binary").await.unwrap(), bytes);
    assert_eq!(
        env.read_file("binary").await.unwrap_err().file_kind(),
        Some(ErrorKind::InvalidData)
    );
}

#[tokio::test]
async fn directories_are_made_listed_and_removed() {
    let fixture = Fixture::new().await;
    let env = &fixture.env;
    let none = MkdirOptions::new();
    env.mkdir("a", none).await.unwrap();
    assert_eq!(
        env.mkdir("a", none).await.unwrap_err().file_kind(),
        Some(ErrorKind::AlreadyExists)
    );
    assert_eq!(
        env.mkdir("x/y", none).await.unwrap_err().file_kind(),
        Some(ErrorKind::NotFound)
    );
    env.mkdir("a/b/c", MkdirOptions::recursive()).await.unwrap();
    env.write_file("a/b/file", b"").await.unwrap();
    let mut names = env.readdir("a/b").await.unwrap();
    names.sort();
    assert_eq!(names, ["c", "file"]);

    assert_eq!(
        env.rm("a", RmOptions::new()).await.unwrap_err().file_kind(),
        Some(ErrorKind::IsADirectory)
    );
    assert!(env.exists("a/b/file").await.unwrap());
    env.rm("a", RmOptions::recursive()).await.unwrap();
    assert!(!env.exists("a").await.unwrap());
    assert_eq!(
        env.rm("a", RmOptions::new()).await.unwrap_err().file_kind(),
        Some(ErrorKind::NotFound)
    );
}

#[tokio::test]
async fn only_what_is_missing_does_not_exist() {
    let fixture = Fixture::new().await;
    fixture.env.write_file("file", b"").await.unwrap();
    assert!(fixture.env.exists("file").await.unwrap());
    assert!(!fixture.env.exists("nothing").await.unwrap());
    assert!(!fixture.env.exists("file/below").await.unwrap());
    fixture.server.set_state(fixture.sandbox.id(), "stopped");
    let error = fixture.env.exists("file").await.unwrap_err();
    assert!(
        matches!(
            error,
            SandboxError::SandboxDied {
                reason: DeathReason::Stopped,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn force_is_refused_before_any_request() {
    let fixture = Fixture::new().await;
    for options in [RmOptions::new(), RmOptions::recursive()] {
        let error = fixture.env.rm("a", options.with_force()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "Daytona does not support rm with `force`"
        );
        assert!(
            matches!(error, SandboxError::OperationUnsupported { .. }),
            "{error:?}"
        );
    }
    assert!(
        fixture.server.requests().is_empty(),
        "{:?}",
        fixture.server.requests()
    );
}

#[tokio::test]
async fn commands_get_their_environment_and_directory() {
    let fixture = Fixture::new().await;
    fixture.env.mkdir("sub", MkdirOptions::new()).await.unwrap();
    let options = ExecOptions::new()
        .with_cwd("sub")
        .with_env("WHO", "it's \"me\"\n");
    let said = fixture
        .exec(
            "basename \"$PWD\"; printf %s \"$WHO\"; echo err >&2",
            options,
        )
        .await;
    assert_eq!(said, "sub\nit's \"me\"\nerr\n");
    let result = fixture
        .env
        .exec("exit 3", ExecOptions::new())
        .await
        .unwrap();
    assert_eq!(result.exit_code, 3);
}

#[tokio::test]
async fn a_command_that_reads_does_not_eat_the_rest() {
    let fixture = Fixture::new().await;
    assert_eq!(
        fixture
            .exec("cat\necho 'it'\"'\"'s x'", ExecOptions::new())
            .await,
        "it's x\n"
    );
}

/// Tools such as ripgrep search their input, and not the directory, where that is a pipe.
#[tokio::test]
async fn a_command_has_nothing_as_its_input_and_no_pipe() {
    let fixture = Fixture::new().await;
    let look = "test -p /dev/stdin && echo pipe; test -c /dev/stdin && echo nothing";
    let seen = fixture.exec(look, ExecOptions::new()).await;
    assert_eq!(seen, "nothing\n");
}

#[tokio::test]
async fn a_deadline_arrives_in_whole_seconds_rounded_up() {
    for (milliseconds, seconds) in [
        (0, 1),
        (1, 1),
        (999, 1),
        (1000, 1),
        (1001, 2),
        (1500, 2),
        (60_000, 60),
    ] {
        let fixture = Fixture::new().await;
        let timeout = Duration::from_millis(milliseconds);
        fixture
            .exec("true", ExecOptions::new().with_timeout(timeout))
            .await;
        assert_eq!(
            fixture.sent_command()["timeout"],
            seconds,
            "{milliseconds} ms"
        );
    }
    let fixture = Fixture::new().await;
    fixture.exec("true", ExecOptions::new()).await;
    assert_eq!(fixture.sent_command().get("timeout"), None);
}

#[tokio::test]
async fn a_deadline_that_no_request_can_hold_is_refused() {
    let fixture = Fixture::new().await;
    let timeout = Duration::MAX;
    let error = fixture
        .env
        .exec("true", ExecOptions::new().with_timeout(timeout))
        .await
        .unwrap_err();
    assert!(
        matches!(error, SandboxError::InvalidArgument { .. }),
        "{error:?}"
    );
    assert!(fixture.server.requests().is_empty());
}

#[tokio::test]
async fn a_deadline_that_passes_is_a_timeout() {
    let fixture = Fixture::new().await;
    let timeout = Duration::from_millis(300);
    let error = fixture
        .env
        .exec("sleep 30", ExecOptions::new().with_timeout(timeout))
        .await
        .unwrap_err();
    match error {
        SandboxError::Timeout { after, .. } => assert_eq!(after, timeout),
        error => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_missing_directory_is_no_failing_command() {
    let fixture = Fixture::new().await;
    let options = ExecOptions::new().with_cwd("nowhere");
    assert_eq!(
        fixture
            .env
            .exec("true", options)
            .await
            .unwrap_err()
            .file_kind(),
        Some(ErrorKind::NotFound)
    );
}

#[tokio::test]
async fn names_that_the_daemon_refuses_are_refused_early() {
    let fixture = Fixture::new().await;
    let options = ExecOptions::new().with_env("NOT-A-NAME", "");
    let error = fixture.env.exec("true", options).await.unwrap_err();
    assert!(
        matches!(error, SandboxError::InvalidArgument { .. }),
        "{error:?}"
    );
    assert!(fixture.server.requests().is_empty());
}

#[tokio::test]
async fn an_agent_narrows_the_base_once() {
    let fixture = Fixture::new().await;
    let sandbox = fixture.sandbox.clone();
    let agent = define_agent(move || {
        AgentDefinition::new("anthropic/claude-sonnet-4-6")
            .sandbox(daytona::daytona(sandbox.clone()))
            .cwd("workspace")
    });
    let harness = agent.init("assistant").await.unwrap();
    let env = harness.env().unwrap();
    assert_eq!(env.cwd(), format!("{}/workspace", fixture.env.cwd()));
    env.write_file("a.txt", b"x").await.unwrap();
    assert_eq!(fixture.env.read_file("workspace/a.txt").await.unwrap(), "x");
}

#[tokio::test]
async fn a_file_of_100_mib_stays_whole() {
    const SIZE: usize = 100 << 20;
    let fixture = Fixture::new().await;
    // A period that is no divisor of any buffer's size.
    let content = (0..=250).cycle().take(SIZE).collect::<Vec<u8>>();
    fixture.env.write_file("large", &content).await.unwrap();
    let stat = fixture.env.stat("large").await.unwrap();
    assert_eq!(stat.size, Some(SIZE as u64));
    let found = fixture.env.read_file_buffer("large").await.unwrap();
    assert!(found == content, "the bytes differ");
}

/// The system says of such files that they are empty.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_whose_size_is_told_as_nothing_is_whole() {
    let fixture = Fixture::new().await;
    let told = fixture.exec("cat /proc/version", ExecOptions::new()).await;
    let found = fixture.env.read_file("/proc/version").await.unwrap();
    assert!(!found.is_empty());
    assert_eq!(found, told);
}

#[tokio::test]
async fn times_are_right_in_every_zone() {
    for (minutes, abbreviation) in [
        (0, "UTC"),
        (120, "CEST"),
        (-210, "-0330"),
        (345, "+0545"),
        (-720, "-12"),
    ] {
        let zone = || Zone::fixed(minutes, abbreviation);
        let with_modified_at = Server::builder().zone(zone());
        let without = Server::builder().zone(zone()).without_modified_at();
        for builder in [with_modified_at, without] {
            let fixture = Fixture::on(builder.start_blocking()).await;
            fixture.env.write_file("file", b"x").await.unwrap();
            let directory = fixture.server.work_dir(fixture.sandbox.id());
            let expected = directory
                .join("file")
                .metadata()
                .unwrap()
                .modified()
                .unwrap();
            let stat = fixture.env.stat("file").await.unwrap();
            assert_eq!(stat.mtime, Some(expected), "{abbreviation}");
        }
    }
}

/// What each of the methods says where all of them fail.
async fn errors(env: &dyn SessionEnv) -> Vec<SandboxError> {
    vec![
        env.read_file("file").await.unwrap_err(),
        env.write_file("file", b"").await.unwrap_err(),
        env.stat("file").await.unwrap_err(),
        env.readdir(".").await.unwrap_err(),
        env.exists("file").await.unwrap_err(),
        env.mkdir("directory", MkdirOptions::recursive())
            .await
            .unwrap_err(),
        env.mkdir("directory", MkdirOptions::new())
            .await
            .unwrap_err(),
        env.rm("file", RmOptions::new()).await.unwrap_err(),
        env.exec("true", ExecOptions::new()).await.unwrap_err(),
    ]
}

/// The proxy takes the key for wrong where it does not know the sandbox, and a gateway has nothing to say.
#[tokio::test]
async fn a_sandbox_that_is_gone_has_died_however_that_shows() {
    let deaths: [fn(&Fixture); 4] = [
        |fixture| fixture.server.remove_sandbox(fixture.sandbox.id()),
        |fixture| fixture.server.remove_container(fixture.sandbox.id()),
        |fixture| fixture.server.set_state(fixture.sandbox.id(), "stopped"),
        |fixture| {
            fixture.server.set_stopped_reply(StoppedReply::BadGateway);
            fixture.server.set_state(fixture.sandbox.id(), "stopped");
        },
    ];
    for (index, die) in deaths.into_iter().enumerate() {
        let fixture = Fixture::new().await;
        die(&fixture);
        for error in errors(&*fixture.env).await {
            assert!(has_died(&error), "death {index}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_sandbox_that_stops_takes_its_command_with_it() {
    let fixture = Fixture::new().await;
    let arrived = Fault::delay(Duration::ZERO).on("*", "*/process/execute");
    let arrived = fixture.server.inject(arrived);
    let stop = async {
        arrived.wait_for_hits(1).await;
        fixture.server.set_state(fixture.sandbox.id(), "stopped");
    };
    let command = fixture.env.exec("sleep 600", ExecOptions::new());
    let (outcome, ()) = tokio::time::timeout(TOO_LONG, async { tokio::join!(command, stop) })
        .await
        .unwrap();
    let error = outcome.unwrap_err();
    assert!(has_died(&error), "{error:?}");
}

#[tokio::test]
async fn a_failure_in_a_living_sandbox_is_the_providers() {
    let faults = [
        Fault::status(401),
        Fault::status(500),
        Fault::status(502),
        Fault::drop_reply(),
    ];
    for (index, fault) in faults.into_iter().enumerate() {
        let fixture = Fixture::new().await;
        fixture.server.inject(fault.on("*", "/toolbox/*"));
        for error in errors(&*fixture.env).await {
            assert!(
                matches!(error, SandboxError::Provider { .. }),
                "fault {index}: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn old_daemons_that_redirect_a_delete_past_the_proxy_are_asked_otherwise() {
    let fixture = Fixture::new().await;
    let fault = Fault::redirect_past_proxy().on("DELETE", "*/files");
    fixture.server.inject(fault);
    fixture.env.write_file("d/f", b"x").await.unwrap();
    for (path, options) in [("d/f", RmOptions::new()), ("d", RmOptions::recursive())] {
        fixture.env.rm(path, options).await.unwrap();
        assert!(!fixture.env.exists(path).await.unwrap(), "{path}");
    }
}

#[tokio::test]
async fn a_timeout_that_no_one_asked_for_is_the_providers() {
    let fixture = Fixture::new().await;
    let fault = Fault::status(408).on("*", "*/process/execute");
    fixture.server.inject(fault);
    let outcome = fixture.env.exec("true", ExecOptions::new()).await;
    assert!(
        matches!(outcome, Err(SandboxError::Provider { .. })),
        "{outcome:?}"
    );
}

/// Daytona says "bad request" to whatever the system of the sandbox does not allow.
#[tokio::test]
async fn what_the_system_refuses_is_told_as_far_as_can_be_seen() {
    let fixture = Fixture::new().await;
    let env = &fixture.env;
    env.write_file("directory/file", b"").await.unwrap();
    for (method, path) in [("DELETE", "*/files/"), ("POST", "*/files/folder")] {
        fixture.server.inject(Fault::status(400).on(method, path));
    }
    let tree = RmOptions::recursive();
    for (what, outcome, expected) in [
        (
            "rm of a directory with what cannot go",
            env.rm("directory", tree).await,
            ErrorKind::PermissionDenied,
        ),
        (
            "rm of a directory as if it were a file",
            env.rm("directory", RmOptions::new()).await,
            ErrorKind::IsADirectory,
        ),
        (
            "rm of a file that cannot go",
            env.rm("directory/file", RmOptions::new()).await,
            ErrorKind::PermissionDenied,
        ),
        (
            "mkdir where none is allowed",
            env.mkdir("other", MkdirOptions::recursive()).await,
            ErrorKind::PermissionDenied,
        ),
        (
            "mkdir over a file",
            env.mkdir("directory/file", MkdirOptions::recursive()).await,
            ErrorKind::AlreadyExists,
        ),
    ] {
        assert_eq!(outcome.unwrap_err().file_kind(), Some(expected), "{what}");
    }
}

/// One for what was asked, one to look what is in the way, one more for the directory.
#[tokio::test]
async fn no_error_takes_more_than_three_requests() {
    const MOST: usize = 3;
    let fixture = Fixture::new().await;
    let env = &*fixture.env;
    env.write_file("directory/file", b"").await.unwrap();
    let long = "x".repeat(300);
    for path in [
        "nothing",
        "no/such/file",
        "directory",
        "directory/file/a/b/c/d",
        &long,
    ] {
        let in_path = ExecOptions::new().with_cwd(path);
        let calls: Vec<(&str, Call<'_>)> = vec![
            (
                "read_file",
                Box::pin(async { env.read_file(path).await.map(drop) }),
            ),
            (
                "write_file",
                Box::pin(async { env.write_file(path, b"").await }),
            ),
            ("stat", Box::pin(async { env.stat(path).await.map(drop) })),
            (
                "readdir",
                Box::pin(async { env.readdir(path).await.map(drop) }),
            ),
            (
                "exists",
                Box::pin(async { env.exists(path).await.map(drop) }),
            ),
            (
                "mkdir",
                Box::pin(async { env.mkdir(path, MkdirOptions::new()).await }),
            ),
            (
                "mkdir -p",
                Box::pin(async { env.mkdir(path, MkdirOptions::recursive()).await }),
            ),
            (
                "rm",
                Box::pin(async { env.rm(path, RmOptions::new()).await }),
            ),
            (
                "exec",
                Box::pin(async { env.exec("true", in_path).await.map(drop) }),
            ),
        ];
        for (method, call) in calls {
            fixture.server.clear_requests();
            let Err(error) = call.await else { continue };
            let requests = fixture.server.requests();
            assert!(
                requests.len() <= MOST,
                "{method} {path}: {error:?} {requests:#?}"
            );
        }
    }
}

/// A sandbox that is gone is looked at once, whatever shows it.
#[tokio::test]
async fn one_look_at_the_sandbox_tells_that_it_died() {
    let fixture = Fixture::new().await;
    fixture.server.set_stopped_reply(StoppedReply::BadGateway);
    fixture.server.set_state(fixture.sandbox.id(), "stopped");
    let error = fixture
        .env
        .mkdir("directory", MkdirOptions::new())
        .await
        .unwrap_err();
    assert!(has_died(&error), "{error:?}");
    assert_eq!(error.operation(), Operation::Mkdir);
    let requests = fixture.server.requests();
    let looks = requests
        .iter()
        .filter(|request| request.path.starts_with("/api/sandbox/"));
    assert_eq!(looks.count(), 1, "{requests:#?}");
}

#[tokio::test]
async fn a_disk_that_is_full_is_told_in_its_own_words() {
    let fixture = Fixture::new().await;
    fixture.env.write_file("file", b"").await.unwrap();
    let full = r#"{"errors":["file: write: write file: no space left on device"],"files":null}"#;
    let full = Fault::reply(400, full).on("POST", "*/files/bulk-upload");
    fixture.server.inject(full);
    let error = fixture.env.write_file("file", b"x").await.unwrap_err();
    let SandboxError::Provider { source, .. } = error else {
        panic!("{error:?}");
    };
    assert!(
        source.to_string().contains("no space left on device"),
        "{source}"
    );
}

#[tokio::test]
async fn a_name_that_the_upload_would_trim_is_refused_before_any_write() {
    let fixture = Fixture::new().await;
    for name in ["name ", "name\n", "name\u{a0}", "name\u{3000}", "a/name "] {
        let error = fixture.env.write_file(name, b"x").await.unwrap_err();
        assert!(
            matches!(error, SandboxError::InvalidArgument { .. }),
            "{name:?}: {error:?}"
        );
    }
    let requests = fixture.server.requests();
    assert!(
        requests
            .iter()
            .all(|request| !request.path.ends_with("/bulk-upload")),
        "{requests:?}"
    );
}

#[tokio::test]
async fn an_entry_without_a_name_is_none() {
    let fixture = Fixture::new().await;
    let entries = r#"[{"name":"","size":0,"isDir":false},{"name":"file","size":0,"isDir":false}]"#;
    let fault = Fault::reply(200, entries).on("GET", "*/files");
    fixture.server.inject(fault);
    assert_eq!(fixture.env.readdir(".").await.unwrap(), ["file"]);
}

/// Takes 5 s, which is when the first look at the sandbox is due.
#[tokio::test]
async fn a_dead_sandbox_ends_pending_calls() {
    let fixture = Fixture::new().await;
    let hanging = fixture.server.inject(Fault::hang().on("*", "/toolbox/*"));
    let die = async {
        hanging.wait_for_hits(2).await;
        fixture.server.set_state(fixture.sandbox.id(), "stopped");
    };
    let calls = async {
        tokio::join!(
            fixture.env.exec("true", ExecOptions::new()),
            fixture.env.read_file("file"),
            die,
        )
    };
    let (command, read, ()) = tokio::time::timeout(TOO_LONG, calls).await.unwrap();
    for error in [command.unwrap_err(), read.unwrap_err()] {
        assert!(
            matches!(
                error,
                SandboxError::SandboxDied {
                    reason: DeathReason::Stopped,
                    ..
                }
            ),
            "{error:?}"
        );
    }
}

/// Takes 10 s: a second look, 5 s after the first, shows what came of that.
#[tokio::test]
async fn a_state_that_is_not_known_ends_no_call() {
    let fixture = Fixture::new().await;
    let hanging = fixture
        .server
        .inject(Fault::hang().on("*", "*/process/execute"));
    let looks = Fault::delay(Duration::ZERO).on("GET", "/api/sandbox/*");
    let looks = fixture.server.inject(looks);
    fixture.server.set_state(fixture.sandbox.id(), "pondering");

    let mut command = fixture.env.exec("echo done", ExecOptions::new());
    tokio::select! {
        result = &mut command => panic!("the call has ended: {result:?}"),
        waited = tokio::time::timeout(TOO_LONG, looks.wait_for_hits(2)) => waited.unwrap(),
    }
    hanging.release();
    assert_eq!(command.await.unwrap().stdout, "done\n");
}
