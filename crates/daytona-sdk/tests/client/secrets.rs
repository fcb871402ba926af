//! The API key and the values of environment variables show nowhere.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use daytona_loopback::{Fault, Server};
use daytona_sdk::{
    ApiKey, CreateSandboxParams, Daytona, DaytonaConfig, DeleteFileOptions, Error, ExecuteOptions,
    ListSandboxesQuery,
};
use futures_util::TryStreamExt as _;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::config;

const KEY: &str = "dtn_5e1f-hunter2";
const VALUE: &str = "value-of-a-token";

/// Writes down every span and event of the process's tracing.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Lines(&self.0));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Lines(&self.0));
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Lines(&self.0));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Lines<'a>(&'a Mutex<String>);

impl Visit for Lines<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

/// Everything that an error can be made to say.
fn all_texts(error: &Error) -> String {
    let mut text = format!(
        "{error} {error:#} {error:?} {error:#?} {:?} {}",
        error.code(),
        error.message()
    );
    let mut source = error.source();
    while let Some(error) = source {
        write!(text, " {error} {error:?} {error:#?}").unwrap();
        source = error.source();
    }
    text
}

fn command_options() -> ExecuteOptions {
    ExecuteOptions::new().env("TOKEN", VALUE)
}

/// One error of every call there is.
async fn fail_everywhere(daytona: &Daytona, id: &str) -> Vec<Error> {
    let mut errors = Vec::new();
    errors.extend(
        daytona
            .create(CreateSandboxParams::new().env("TOKEN", VALUE))
            .await
            .err(),
    );
    errors.extend(daytona.get(id).await.err());
    errors.extend(
        daytona
            .list(ListSandboxesQuery::new())
            .try_next()
            .await
            .err(),
    );
    errors
}

async fn fail_in(sandbox: &daytona_sdk::Sandbox) -> Vec<Error> {
    let fs = sandbox.fs();
    let mut errors = Vec::new();
    errors.extend(sandbox.refresh_data().await.err());
    errors.extend(sandbox.get_work_dir().await.err());
    errors.extend(sandbox.start().await.err());
    errors.extend(sandbox.stop().await.err());
    errors.extend(
        sandbox
            .process()
            .execute_command("true", command_options())
            .await
            .err(),
    );
    errors.extend(fs.download_file("f").await.err());
    errors.extend(fs.download_file_stream("f").await.err());
    errors.extend(fs.upload_file("x", "f").await.err());
    errors.extend(fs.list_files("f").await.err());
    errors.extend(fs.find_files("f", "x").await.err());
    errors.extend(
        fs.delete_file("f", DeleteFileOptions::default())
            .await
            .err(),
    );
    errors.extend(sandbox.delete().await.err());
    errors
}

#[test]
fn no_error_and_no_log_line_holds_a_secret() {
    let log = Log::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let errors = tracing::subscriber::with_default(log.clone(), || runtime.block_on(provoke()));

    let log = log.0.lock().unwrap();
    assert!(
        log.contains("operation=\"execute_command\""),
        "nothing was logged: {log}"
    );
    assert!(errors.len() > 60, "{} errors", errors.len());
    for text in errors.iter().map(all_texts).chain([log.clone()]) {
        assert!(!text.contains(KEY) && !text.contains(VALUE), "{text}");
    }
}

/// Errors of every kind of failure, some of which repeat the key.
async fn provoke() -> Vec<Error> {
    let server = Server::builder().api_key(KEY).start().await;
    let echo = format!("Authorization: Bearer {KEY}");
    let json = serde_json::json!({"statusCode": 400, "message": echo, "code": KEY, "error": "Bad Request"}).to_string();
    let wrong_type = serde_json::json!({"id": [KEY], "dir": [KEY], "exitCode": KEY}).to_string();

    let mut errors = Vec::new();
    for fault in [
        Fault::reply(400, json.clone()),
        Fault::reply(401, json),
        Fault::reply(403, echo.clone()),
        Fault::reply(404, echo),
        Fault::reply(200, wrong_type),
        Fault::status(500),
        Fault::drop_connection(),
    ] {
        let daytona = Daytona::new(config(&server)).unwrap();
        let sandbox = daytona.get(&server.create_sandbox()).await.unwrap();
        server.inject(fault);
        errors.extend(fail_everywhere(&daytona, sandbox.id()).await);
        errors.extend(fail_in(&sandbox).await);
        server.clear_faults();
    }
    errors
}

#[tokio::test]
async fn no_debug_text_holds_a_secret() {
    let server = Server::builder().api_key(KEY).start().await;
    let config = config(&server);
    let daytona = Daytona::new(config.clone()).unwrap();
    let proxy = format!("http://user:{VALUE}@proxy.example.com");
    let params = CreateSandboxParams::new()
        .env("TOKEN", VALUE)
        .outbound_proxy_url(proxy);
    let sandbox = daytona.create(params.clone()).await.unwrap();
    let download = {
        sandbox.fs().upload_file("x", "f").await.unwrap();
        sandbox.fs().download_file_stream("f").await.unwrap()
    };

    let text = format!(
        "{:#?} {config:#?} {daytona:#?} {params:#?} {sandbox:#?} {:#?} {:#?} {:#?} {:#?} {download:#?}",
        ApiKey::from(KEY),
        sandbox.info(),
        sandbox.fs(),
        sandbox.process(),
        command_options(),
    );

    assert!(!text.contains(KEY) && !text.contains(VALUE), "{text}");
    assert!(text.contains("TOKEN"), "names are shown: {text}");
}

#[test]
fn a_key_that_is_no_header_is_refused_and_not_repeated() {
    let error = Daytona::new(DaytonaConfig::new(format!("{KEY}\n"))).unwrap_err();
    assert_eq!(error.kind(), daytona_sdk::ErrorKind::Config);
    assert!(!all_texts(&error).contains(KEY));
}

#[test]
fn a_blank_key_is_refused_at_once_and_not_by_the_server() {
    for key in ["", " ", "\t"] {
        let error = Daytona::new(DaytonaConfig::new(key)).unwrap_err();
        assert_eq!(error.kind(), daytona_sdk::ErrorKind::Config, "{key:?}");
        assert!(
            error.message().starts_with("the API key is empty"),
            "{error}"
        );
    }
}
