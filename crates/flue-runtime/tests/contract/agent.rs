//! How an agent gets its sandbox, and what `cwd` means for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use flue_runtime::{
    AgentDefinition, ExecOptions, Harness, SandboxFactory, SessionEnvOptions, define_agent,
};

use crate::recorder::{Call, Factory, Recorder};

/// An agent over a recorder whose base directory is `base`.
struct Fixture {
    recorder: Arc<Recorder>,
    ids: Arc<Mutex<Vec<String>>>,
    harness: Harness,
}

impl Fixture {
    async fn new(base: &'static str, narrow: fn(AgentDefinition) -> AgentDefinition) -> Self {
        let recorder = Recorder::new();
        let ids = Arc::default();
        let (for_factory, for_ids) = (Arc::clone(&recorder), Arc::clone(&ids));
        let agent = define_agent(move || {
            let factory = Factory {
                recorder: Arc::clone(&for_factory),
                cwd: base,
                ids: Arc::clone(&for_ids),
            };
            narrow(AgentDefinition::new("some/model").sandbox(factory))
        });
        let harness = agent.init("assistant").await.unwrap();
        Self {
            recorder,
            ids,
            harness,
        }
    }

    fn cwd(&self) -> &str {
        self.harness.env().unwrap().cwd()
    }
}

#[tokio::test]
async fn the_factory_is_told_who_it_is_for_and_nothing_is_looked_at() {
    let fixture = Fixture::new("/sandbox", |agent| agent.cwd("workspace")).await;
    assert_eq!(*fixture.ids.lock().unwrap(), ["assistant"]);
    assert_eq!(fixture.recorder.calls(), []);
    assert_eq!(fixture.harness.model(), "some/model");
}

#[tokio::test]
async fn a_relative_cwd_starts_at_the_base_of_the_adapter() {
    let fixture = Fixture::new("/sandbox", |agent| agent.cwd("workspace")).await;
    assert_eq!(fixture.cwd(), "/sandbox/workspace");
}

#[tokio::test]
async fn an_absolute_cwd_stands_alone_and_dots_may_climb_out() {
    let absolute = Fixture::new("/sandbox", |agent| agent.cwd("/srv/./app/")).await;
    assert_eq!(absolute.cwd(), "/srv/app");
    let above = Fixture::new("/sandbox/base", |agent| agent.cwd("../other")).await;
    assert_eq!(above.cwd(), "/sandbox/other");
}

#[tokio::test]
async fn no_cwd_and_an_empty_one_leave_the_base_raw() {
    let absent = Fixture::new("/w/../z/", |agent| agent).await;
    assert_eq!(absent.cwd(), "/w/../z/");
    let empty = Fixture::new("/w/../z/", |agent| agent.cwd("")).await;
    assert_eq!(empty.cwd(), "/w/../z/");
}

#[tokio::test]
async fn the_adapter_only_sees_absolute_paths() {
    let fixture = Fixture::new("/sandbox", |agent| agent.cwd("workspace")).await;
    let env = fixture.harness.env().unwrap();
    env.stat("notes/../a").await.unwrap();
    let options = ExecOptions::new();
    for options in [
        options.clone(),
        options.clone().with_cwd("sub"),
        options.with_cwd("/abs"),
    ] {
        env.exec("pwd", options).await.unwrap();
    }

    let exec = |cwd: &str| Call::Exec("pwd".to_owned(), ExecOptions::new().with_cwd(cwd));
    let expected = [
        Call::Stat("/sandbox/workspace/a".to_owned()),
        exec("/sandbox/workspace"),
        exec("/sandbox/workspace/sub"),
        exec("/abs"),
    ];
    assert_eq!(fixture.recorder.calls(), expected);
}

#[tokio::test]
async fn a_task_narrows_further() {
    let fixture = Fixture::new("/sandbox", |agent| agent.cwd("workspace")).await;
    let task = fixture.harness.scoped("task");
    assert_eq!(task.env().unwrap().cwd(), "/sandbox/workspace/task");
    assert_eq!(
        fixture.harness.scoped("").env().unwrap().cwd(),
        fixture.cwd()
    );
    task.env().unwrap().read_file("a").await.unwrap();
    assert_eq!(
        fixture.recorder.calls(),
        [Call::ReadFile("/sandbox/workspace/task/a".to_owned())]
    );
}

#[tokio::test]
async fn an_agent_without_a_sandbox_has_no_environment() {
    let agent = define_agent(|| AgentDefinition::new("some/model").cwd("workspace"));
    assert!(agent.init("assistant").await.unwrap().env().is_none());
}

/// An application may choose its provider at run time.
#[tokio::test]
async fn a_factory_behind_a_pointer_is_a_factory() {
    let factory = |base| Factory {
        recorder: Recorder::new(),
        cwd: base,
        ids: Arc::default(),
    };
    let shared: Arc<dyn SandboxFactory> = Arc::new(factory("/shared"));
    let agent =
        define_agent(move || AgentDefinition::new("some/model").sandbox(Arc::clone(&shared)));
    let harness = agent.init("assistant").await.unwrap();
    assert_eq!(harness.env().unwrap().cwd(), "/shared");

    let boxed: Box<dyn SandboxFactory> = Box::new(factory("/boxed"));
    let env = boxed
        .create_session_env(SessionEnvOptions::new("assistant"))
        .await
        .unwrap();
    assert_eq!(env.cwd(), "/boxed");
}

#[tokio::test]
async fn the_definition_is_made_anew_each_time() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let agent = define_agent(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        AgentDefinition::new("some/model")
    });
    agent.init("one").await.unwrap();
    agent.clone().init("two").await.unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 2);
}
