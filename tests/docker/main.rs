//! The adapter for Docker that users get, in real containers: the conformance suite, a test for each case, and what only this
//! adapter promises.
//!
//! `tests/engine/start` tells what engine that is. Where it should be had and cannot, the tests fail.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod containers;
#[path = "../cases/pristine/docker.rs"]
mod docker;
#[path = "../engine/engine.rs"]
mod engine;
mod lines;

use std::io;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use flue_conformance::Profile;
use flue_runtime::{
    DeathReason, ExecOptions, MkdirOptions, RmOptions, SandboxError, SandboxFactory, SessionEnv,
    SessionEnvOptions,
};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

use crate::engine::Engine;

fn main() -> ExitCode {
    let bench = Arc::new(Bench::default());
    let mut trials = Vec::new();
    for (index, case) in flue_conformance::cases().into_iter().enumerate() {
        let bench = Arc::clone(&bench);
        trials.push(Trial::test(case.name().to_owned(), move || {
            let profile = Profile::default();
            let run = case.run(bench.shared(index), &profile);
            bench.runtime.block_on(run).map_err(Failed::from)
        }));
    }
    macro_rules! own {
        ($($test:ident),+ $(,)?) => {$(
            let own = Arc::clone(&bench);
            trials.push(Trial::test(concat!("docker/", stringify!($test)), move || {
                own.runtime.block_on($test(own.engine()));
                Ok(())
            }));
        )+};
    }
    own![
        base_is_the_working_directory,
        a_deadline_reaches_what_got_away,
        a_deadline_that_is_kept_leaves_nothing_behind,
        a_deadline_holds_when_the_caller_has_gone,
        a_command_cannot_see_how_it_is_run,
        a_user_who_is_not_root_is_told_what_is_denied,
        files_belong_to_the_user_of_the_container,
        a_large_file_comes_back,
        a_large_file_that_cannot_be_written_is_told,
        a_path_with_nul_is_refused,
        a_container_that_stopped_has_died,
        a_container_that_is_removed_ends_what_runs_in_it,
        an_unknown_container_has_died,
    ];
    let lines = Arc::clone(&bench);
    trials.push(Trial::test("docker/printed_lines", move || {
        lines::check(lines.engine());
        Ok(())
    }));
    let arguments = Arguments {
        test_threads: Some(CONTAINERS),
        ..Arguments::from_args()
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// How many containers the suite works in: an engine does one thing at a time in each.
const CONTAINERS: usize = 6;

/// The engine, started when it is first needed, and the containers that the suite works in.
struct Bench {
    runtime: Runtime,
    shared: [OnceLock<Box<dyn SandboxFactory>>; CONTAINERS],
    engine: OnceLock<Engine>,
}

impl Default for Bench {
    fn default() -> Self {
        Self {
            runtime: Runtime::new().unwrap(),
            shared: Default::default(),
            engine: OnceLock::new(),
        }
    }
}

impl Bench {
    fn engine(&self) -> &Engine {
        self.engine
            .get_or_init(|| Engine::start(env!("CARGO_MANIFEST_DIR")))
    }

    fn shared(&self, case: usize) -> &dyn SandboxFactory {
        let shared = self.shared[case % CONTAINERS].get_or_init(|| {
            let container = self.runtime.block_on(self.engine().container(""));
            Box::new(docker::docker(self.engine().client.clone(), container))
        });
        &**shared
    }
}

/// A container of its own, and what an agent sees of it.
async fn opened(engine: &Engine, user: &str) -> (String, Arc<dyn SessionEnv>) {
    let container = engine.container(user).await;
    let env = open(engine, &container).await.unwrap();
    (container, env)
}

async fn open(engine: &Engine, container: &str) -> Result<Arc<dyn SessionEnv>, SandboxError> {
    let factory = docker::docker(engine.client.clone(), container);
    let options = SessionEnvOptions::new("agent");
    factory.create_session_env(options).await
}

/// What a command prints, which must succeed.
async fn shell(env: &Arc<dyn SessionEnv>, command: &str) -> String {
    let result = env.exec(command, ExecOptions::new()).await.unwrap();
    assert_eq!((result.exit_code, &*result.stderr), (0, ""), "{command}");
    result.stdout
}

fn within(seconds: u64) -> ExecOptions {
    ExecOptions::new().with_timeout(Duration::from_secs(seconds))
}

/// Waits until no process but those of the container itself and the one that looks is left.
async fn is_quiet(env: &Arc<dyn SessionEnv>) {
    let others = "for dir in /proc/[0-9]*; do
        case $(tr '\\0' ' ' <$dir/cmdline 2>/dev/null) in ''|*'sleep 3600 '*|*'for dir in'*|'sh -c '*) ;; *) echo $dir ;; esac
    done";
    for _ in 0..50 {
        if shell(env, others).await.is_empty() {
            return;
        }
    }
    panic!("{}", shell(env, "ps").await);
}

async fn base_is_the_working_directory(engine: &Engine) {
    let (container, env) = opened(engine, "").await;
    assert_eq!(env.cwd(), "/tmp");
    assert_eq!(shell(&env, "pwd").await, "/tmp\n");
    engine.remove(&container).await;
}

async fn a_deadline_reaches_what_got_away(engine: &Engine) {
    let (container, env) = opened(engine, "").await;
    let command =
        "setsid sleep 1000 & (sleep 1001 & (setsid sleep 1002 &)); env -i sleep 1003 & sleep 1004";
    let result = env.exec(command, within(1)).await;
    assert!(
        matches!(result, Err(SandboxError::Timeout { .. })),
        "{result:?}"
    );
    is_quiet(&env).await;
    engine.remove(&container).await;
}

async fn a_deadline_that_is_kept_leaves_nothing_behind(engine: &Engine) {
    let (container, env) = opened(engine, "").await;
    for _ in 0..3 {
        let result = env.exec("exit 3", within(2000)).await.unwrap();
        assert_eq!((result.exit_code, &*result.stderr), (3, ""));
    }
    is_quiet(&env).await;
    let zombies = shell(&env, "cat /proc/[0-9]*/stat | grep -c ') Z ' || true").await;
    assert_eq!(zombies, "0\n");
    engine.remove(&container).await;
}

async fn a_deadline_holds_when_the_caller_has_gone(engine: &Engine) {
    let (container, env) = opened(engine, "").await;
    let call = env.exec("echo > begun; sleep 1000", within(3));
    let begun = async { while !env.exists("begun").await.unwrap() {} };
    tokio::select! {
        result = call => panic!("it ended: {result:?}"),
        () = begun => {}
    }
    is_quiet(&env).await;
    engine.remove(&container).await;
}

async fn a_command_cannot_see_how_it_is_run(engine: &Engine) {
    let (container, env) = opened(engine, "").await;
    let seen = env.exec(
        "echo $# $0 $-; set | grep -i 'nearest\\|watch\\|seconds='",
        within(60),
    );
    let plain = env.exec(
        "echo $# $0 $-; set | grep -i 'nearest\\|watch\\|seconds='",
        ExecOptions::new(),
    );
    for result in [seen.await.unwrap(), plain.await.unwrap()] {
        assert!(result.stdout.starts_with("0 sh "), "{result:?}");
        assert_eq!(result.stdout.lines().count(), 1, "{result:?}");
    }
    engine.remove(&container).await;
}

async fn a_user_who_is_not_root_is_told_what_is_denied(engine: &Engine) {
    let (container, env) = opened(engine, "1000:1000").await;
    shell(&env, "mkdir closed && echo x >closed/file && echo x >secret && chmod 0 secret closed && mkdir full && echo x >full/file && chmod 555 full").await;
    let denied = [
        env.read_file("secret").await.map(drop),
        env.write_file("secret", b"x").await,
        env.read_file("closed/file").await.map(drop),
        env.write_file("closed/new", b"x").await,
        env.write_file("full/new", b"x").await,
        env.write_file("/etc/new", b"x").await,
        env.stat("closed/file").await.map(drop),
        env.exists("closed/file").await.map(drop),
        env.readdir("closed").await.map(drop),
        env.mkdir("full/new", MkdirOptions::new()).await,
        env.mkdir("full/new/folder", MkdirOptions::recursive())
            .await,
        env.rm("full/file", RmOptions::new()).await,
        env.rm("closed/file", RmOptions::new().with_force()).await,
        env.exec("true", ExecOptions::new().with_cwd("closed"))
            .await
            .map(drop),
    ];
    for (number, result) in denied.into_iter().enumerate() {
        let kind = result.as_ref().err().and_then(SandboxError::file_kind);
        assert_eq!(
            kind,
            Some(io::ErrorKind::PermissionDenied),
            "{number}: {result:?}"
        );
    }
    engine.remove(&container).await;
}

async fn files_belong_to_the_user_of_the_container(engine: &Engine) {
    let (container, env) = opened(engine, "1000:1000").await;
    env.write_file("folder/file", b"x").await.unwrap();
    let owners = shell(&env, "stat -c '%u:%g %a' folder folder/file").await;
    assert_eq!(owners, "1000:1000 755\n1000:1000 644\n");
    engine.remove(&container).await;
}

fn large() -> Vec<u8> {
    (0..8 << 20).map(|index: u32| (index % 251) as u8).collect()
}

async fn a_large_file_comes_back(engine: &Engine) {
    let (container, env) = opened(engine, "").await;
    shell(
        &env,
        "echo >script && chmod 750 script && ln -s script link",
    )
    .await;
    env.write_file("link", &large()).await.unwrap();
    assert_eq!(shell(&env, "stat -c '%s %a' script").await, "8388608 750\n");
    assert!(env.read_file_buffer("link").await.unwrap() == large());
    engine.remove(&container).await;
}

/// What nobody reads holds nothing up.
async fn a_large_file_that_cannot_be_written_is_told(engine: &Engine) {
    let (container, env) = opened(engine, "").await;
    shell(&env, "mkdir folder").await;
    let result = env.write_file("folder", &large()).await;
    let error = result.unwrap_err();
    assert_eq!(
        error.file_kind(),
        Some(io::ErrorKind::IsADirectory),
        "{error:?}"
    );
    env.write_file("a/b/c", &large()).await.unwrap();
    assert_eq!(shell(&env, "wc -c <a/b/c").await, "8388608\n");
    engine.remove(&container).await;
}

async fn a_path_with_nul_is_refused(engine: &Engine) {
    let (container, env) = opened(engine, "").await;
    let error = env.write_file("a\0b", b"x").await.unwrap_err();
    assert_eq!(error.file_kind(), Some(io::ErrorKind::InvalidInput));
    assert!(env.readdir(".").await.unwrap().is_empty());
    engine.remove(&container).await;
}

async fn a_container_that_stopped_has_died(engine: &Engine) {
    let (container, env) = opened(engine, "").await;
    engine
        .client
        .kill_container(&container, None)
        .await
        .unwrap();
    died(env.exec("true", ExecOptions::new()).await);
    died(env.read_file("file").await);
}

async fn a_container_that_is_removed_ends_what_runs_in_it(engine: &Engine) {
    let (container, env) = opened(engine, "").await;
    let call = env.exec("echo > begun; sleep 1000", ExecOptions::new());
    let removal = async {
        while !env.exists("begun").await.unwrap() {}
        engine.remove(&container).await;
    };
    let (result, ()) = tokio::join!(call, removal);
    // What runs in it ends a moment before the container does.
    if !matches!(&result, Ok(result) if result.exit_code == 137) {
        died(result);
    }
    died(env.exec("true", ExecOptions::new()).await);
}

async fn an_unknown_container_has_died(engine: &Engine) {
    died(open(engine, "nobody").await.map(drop));
}

fn died<T: std::fmt::Debug>(result: Result<T, SandboxError>) {
    let stopped = matches!(
        result,
        Err(SandboxError::SandboxDied {
            reason: DeathReason::Stopped,
            ..
        })
    );
    assert!(stopped, "{result:?}");
}
