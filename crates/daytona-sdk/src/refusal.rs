//! Reading the answers with which Daytona's servers refuse a call.
//!
//! The API, the proxy and the daemon in the sandbox each have a shape of their own, and a file
//! error of today's daemon has no body at all. All of them become one [`Error`] here. Text in,
//! value out.

use std::time::Duration;

use serde_json::Value;

use crate::config::ApiKey;
use crate::error::{Error, ErrorKind};

/// What a call is aimed at: it decides what a 404 means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// What the organization has at the API: creating and listing sandboxes, snapshots, volumes.
    Organization,
    /// One sandbox, at the API.
    Sandbox,
    /// Files and commands of one sandbox, at the toolbox proxy and the daemon behind it.
    Toolbox,
}

/// An answer that is not a success, as it came.
pub(crate) struct Refusal<'a> {
    pub(crate) target: Target,
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: &'a [u8],
}

impl Refusal<'_> {
    pub(crate) fn into_error(self, operation: &'static str, api_key: &ApiKey) -> Error {
        let said = Said::read(self.body);
        let kind = self.classify(&said);
        let description = describe(kind, self.status);
        let message = match said.form {
            Form::Json => said.message.unwrap_or_else(|| description.to_owned()),
            Form::Text => format!("{description}: {}", excerpt(self.body)),
            Form::Empty => description.to_owned(),
        };
        let code = said.code.map(|code| api_key.redact(code));
        Error::new(kind, operation, api_key.redact(message)).with_answer(
            self.status,
            code,
            self.retry_after,
        )
    }

    fn classify(&self, said: &Said) -> ErrorKind {
        match said.code.as_deref() {
            Some("FILE_NOT_FOUND") => return ErrorKind::NotFound,
            Some("FILE_ACCESS_DENIED") => return ErrorKind::Authorization,
            // What the system says to opening the file, such as that a part of its path is none.
            Some("INVALID_FILE_PATH" | "FILE_READ_FAILED") => return ErrorKind::Validation,
            Some("REQUEST_TIMEOUT" | "PROCESS_EXECUTION_TIMEOUT") => return ErrorKind::Timeout,
            Some("SESSION_ENDED") => return ErrorKind::Cancelled,
            Some("SANDBOX_NOT_FOUND") => return ErrorKind::SandboxNotFound,
            Some("SANDBOX_NOT_STARTED") => return ErrorKind::SandboxNotStarted,
            _ => {}
        }
        let message = said.message.as_deref().unwrap_or_default();
        match said.inner_status.unwrap_or(self.status) {
            400 if message.ends_with("Is the Sandbox started?")
                || message == "Sandbox is not running" =>
            {
                ErrorKind::SandboxNotStarted
            }
            400 if message.starts_with("Sandbox failed to start") => ErrorKind::SandboxFailed,
            400 if message.ends_with("session cancelled") => ErrorKind::Cancelled,
            400 if said.by_upload => classify_upload(message),
            400 | 405 | 411 | 413..=416 | 422 => ErrorKind::Validation,
            401 => ErrorKind::Authentication,
            403 => ErrorKind::Authorization,
            404 => self.classify_404(said),
            408 => ErrorKind::Timeout,
            409 | 410 => ErrorKind::Conflict,
            429 => ErrorKind::RateLimit,
            500..=599 => ErrorKind::Server,
            _ => ErrorKind::Unexpected,
        }
    }

    fn classify_404(&self, said: &Said) -> ErrorKind {
        match (self.target, &said.form) {
            // A page of some other server. Taking it for a missing file would make every file
            // missing.
            (_, Form::Text) => ErrorKind::Unexpected,
            (Target::Sandbox, _) => ErrorKind::SandboxNotFound,
            (Target::Toolbox, Form::Json) if !said.is_about_its_content() => {
                ErrorKind::SandboxNotFound
            }
            (Target::Organization | Target::Toolbox, _) => ErrorKind::NotFound,
        }
    }
}

/// A bulk upload has one status for whatever went wrong; how its message ends is the system's word for
/// it.
fn classify_upload(message: &str) -> ErrorKind {
    let denied = [
        "permission denied",
        "operation not permitted",
        "read-only file system",
    ];
    if denied.iter().any(|reason| message.ends_with(reason)) {
        return ErrorKind::Authorization;
    }
    if message.ends_with("no such file or directory") {
        return ErrorKind::NotFound;
    }
    ErrorKind::Validation
}

/// What the body of a refusal says.
#[derive(Debug, Default, PartialEq)]
struct Said {
    message: Option<String>,
    code: Option<String>,
    /// The status that the API wrapped into an answer of another status.
    inner_status: Option<u16>,
    /// Which service speaks; only later ones say it.
    source: Option<String>,
    /// Only the API names the status in a field `error`; the daemon and the proxy do not.
    by_api: bool,
    /// The list of a bulk upload.
    by_upload: bool,
    form: Form,
}

#[derive(Debug, Default, PartialEq)]
enum Form {
    #[default]
    Empty,
    Json,
    Text,
}

impl Said {
    fn read(body: &[u8]) -> Self {
        if body.trim_ascii().is_empty() {
            return Self::default();
        }
        let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
            return Self {
                form: Form::Text,
                ..Self::default()
            };
        };
        let field = |name: &str| fields.get(name).unwrap_or(&Value::Null);
        let wrapped = field("response");

        Self {
            message: [
                field("message"),
                field("errors"),
                field("error"),
                &wrapped["message"],
            ]
            .into_iter()
            .find_map(text),
            code: field("code").as_str().map(str::to_owned),
            source: field("source").as_str().map(str::to_owned),
            inner_status: wrapped["statusCode"]
                .as_u64()
                .and_then(|status| u16::try_from(status).ok()),
            by_api: field("error").is_string(),
            by_upload: field("errors").is_array(),
            form: Form::Json,
        }
    }

    /// Whether a 404 from the toolbox is the daemon's, and so about a file. The services on the way
    /// to it speak of the sandbox.
    fn is_about_its_content(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default();
        if message.ends_with("session not found") || message.ends_with("command not found") {
            return true;
        }
        match self.source.as_deref() {
            Some(source) => source == "DAYTONA_DAEMON",
            None => !self.by_api && self.code.as_deref() != Some("NOT_FOUND"),
        }
    }
}

/// A text, or a list of texts, as the API's own validation sends it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Array(items) if !items.is_empty() => Some(
            items
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join("; "),
        ),
        _ => None,
    }
}

/// The beginning of a page that is not JSON: enough to recognise it.
fn excerpt(body: &[u8]) -> String {
    const LONGEST: usize = 200;
    let text = String::from_utf8_lossy(body);
    let mut excerpt: String = text.trim().chars().take(LONGEST).collect();
    if excerpt.len() < text.trim().len() {
        excerpt.push('…');
    }
    excerpt
}

/// What to say for a server that says nothing.
fn describe(kind: ErrorKind, status: u16) -> &'static str {
    match kind {
        ErrorKind::NotFound => "no such file or directory",
        ErrorKind::SandboxNotFound => "no such sandbox",
        ErrorKind::Authorization => "permission denied",
        ErrorKind::Authentication => "the API key is not accepted",
        ErrorKind::Validation => {
            "refused as a bad request: the path is empty, a file where a directory is needed or the reverse, or an argument is malformed"
        }
        ErrorKind::Conflict => "something is already there",
        ErrorKind::RateLimit => "too many requests",
        ErrorKind::Timeout => "time ran out",
        ErrorKind::Server if status == 502 => {
            "the gateway got no answer; the sandbox may be stopped"
        }
        ErrorKind::Server => "the server failed",
        _ if (300..400).contains(&status) => "answered with a redirect; check the API URL",
        _ => "not an answer of Daytona; check the API URL",
    }
}

#[cfg(test)]
mod tests {
    use super::{Refusal, Target, excerpt};
    use crate::config::ApiKey;
    use crate::error::ErrorKind::{self, *};

    const API: &str = r#"{"path":"/api/sandbox/x","timestamp":"2026-06-23T13:33:38.123Z","statusCode":404,"error":"Not Found","message":"Sandbox with ID or name x not found"}"#;
    const PROXY_401: &str = r#"{"statusCode":401,"message":"unauthorized: authentication failed: Bearer token is invalid","code":"UNAUTHORIZED","path":"/toolbox/x/files","method":"GET"}"#;
    const CONTAINER_GONE: &str = r#"{"statusCode":404,"message":"not found: sandbox container not found: x","code":"NOT_FOUND"}"#;
    const CONTAINER_GONE_LATER: &str = r#"{"statusCode":404,"message":"not found: sandbox container not found: x","source":"DAYTONA_PROXY"}"#;
    const NOT_STARTED_LATER: &str = r#"{"statusCode":400,"message":"no IP address found","source":"DAYTONA_PROXY","code":"SANDBOX_NOT_STARTED"}"#;
    const UNKNOWN_LATER: &str = r#"{"statusCode":404,"message":"no such sandbox","source":"DAYTONA_PROXY","code":"SANDBOX_NOT_FOUND"}"#;
    const DAEMON_404: &str = r#"{"statusCode":404,"message":"not found: x","source":"DAYTONA_DAEMON","code":"NOT_FOUND"}"#;
    const FILE_NOT_FOUND: &str = r#"{"statusCode":404,"message":"file not found: x","code":"FILE_NOT_FOUND","source":"DAYTONA_DAEMON"}"#;
    const TIMED_OUT: &str = r#"{"statusCode":408,"message":"request timeout: command execution timeout","code":"REQUEST_TIMEOUT"}"#;
    const NOT_STARTED: &str = r#"{"statusCode":400,"message":"bad request: failed to reach the container. Is the Sandbox started?","code":"BAD_REQUEST"}"#;
    const RAW_EXCEPTION: &str = r#"{"response":{"message":"Sandbox is not running","error":"Bad Request","statusCode":400},"status":400,"options":{},"message":"Sandbox is not running","name":"BadRequestException"}"#;
    const RAW_NOT_FOUND: &str = r#"{"response":{"message":"Sandbox with ID x not found","error":"Not Found","statusCode":404},"status":400,"message":"Sandbox with ID x not found","name":"NotFoundException"}"#;
    const FAILED_TO_START: &str = r#"{"statusCode":400,"error":"Bad Request","message":"Sandbox failed to start: no runner"}"#;
    const LIST_OF_MESSAGES: &str =
        r#"{"statusCode":400,"error":"Bad Request","message":["name is wrong","cpu is wrong"]}"#;
    const UPLOAD_DIRECTORY: &str =
        r#"{"errors":["d: create: open d: is a directory"],"files":null}"#;
    const UPLOAD_PARTLY: &str =
        r#"{"errors":["b: create: open b: is a directory"],"files":[{"path":"a","bytes":5}]}"#;
    const UPLOAD_DENIED: &str =
        r#"{"errors":["d/f: create: open d/f: permission denied"],"files":null}"#;

    fn check(target: Target, status: u16, body: &str, kind: ErrorKind, message: &str) {
        let refusal = Refusal {
            target,
            status,
            retry_after: None,
            body: body.as_bytes(),
        };
        let error = refusal.into_error("operation", &ApiKey::from("secret"));
        assert_eq!(error.kind(), kind, "{target:?} {status} {body}");
        assert_eq!(error.message(), message);
        assert_eq!(error.status(), Some(status));
    }

    #[test]
    fn a_refusal_without_a_body_is_classified_by_its_status() {
        use Target::{Organization, Sandbox, Toolbox};

        check(Toolbox, 404, "", NotFound, "no such file or directory");
        check(Sandbox, 404, "", SandboxNotFound, "no such sandbox");
        check(Toolbox, 403, "", Authorization, "permission denied");
        check(Toolbox, 409, "", Conflict, "something is already there");
        check(
            Organization,
            401,
            "",
            Authentication,
            "the API key is not accepted",
        );
        check(Organization, 429, "", RateLimit, "too many requests");
        check(Organization, 500, "", Server, "the server failed");
        let stopped = "the gateway got no answer; the sandbox may be stopped";
        check(Toolbox, 502, "", Server, stopped);
        let redirect = "answered with a redirect; check the API URL";
        check(Organization, 302, "", Unexpected, redirect);
    }

    #[test]
    fn what_the_servers_say_is_classified_by_code_and_message() {
        use Target::{Organization, Sandbox, Toolbox};

        let unknown = "Sandbox with ID or name x not found";
        check(Sandbox, 404, API, SandboxNotFound, unknown);
        check(Toolbox, 404, API, SandboxNotFound, unknown);
        let token = "unauthorized: authentication failed: Bearer token is invalid";
        check(Toolbox, 401, PROXY_401, Authentication, token);
        let gone = "not found: sandbox container not found: x";
        check(Toolbox, 404, CONTAINER_GONE, SandboxNotFound, gone);
        check(Toolbox, 404, FILE_NOT_FOUND, NotFound, "file not found: x");
        let timed_out = "request timeout: command execution timeout";
        check(Toolbox, 408, TIMED_OUT, Timeout, timed_out);
        let not_started = "bad request: failed to reach the container. Is the Sandbox started?";
        check(Toolbox, 400, NOT_STARTED, SandboxNotStarted, not_started);
        let failed = "Sandbox failed to start: no runner";
        check(Organization, 400, FAILED_TO_START, SandboxFailed, failed);
        let list = "name is wrong; cpu is wrong";
        check(Organization, 400, LIST_OF_MESSAGES, Validation, list);
    }

    #[test]
    fn a_session_that_is_gone_is_no_sandbox_that_is_gone() {
        use Target::Toolbox;

        let said = |status: u16, message: &str, kind| {
            let body = format!(r#"{{"message":"{message}","code":"NOT_FOUND"}}"#);
            check(Toolbox, status, &body, kind, message);
        };
        said(404, "not found: session not found", NotFound);
        said(
            404,
            "failed to execute command: command not found",
            NotFound,
        );
        said(400, "bad request: session cancelled", Cancelled);
        said(
            410,
            "gone: command has already completed with exit code 0",
            Conflict,
        );
        let ended =
            r#"{"message":"session ended","code":"SESSION_ENDED","source":"DAYTONA_DAEMON"}"#;
        check(Toolbox, 410, ended, Cancelled, "session ended");
    }

    #[test]
    fn later_services_say_who_speaks() {
        use Target::Toolbox;

        let gone = "not found: sandbox container not found: x";
        check(Toolbox, 404, CONTAINER_GONE_LATER, SandboxNotFound, gone);
        check(
            Toolbox,
            404,
            UNKNOWN_LATER,
            SandboxNotFound,
            "no such sandbox",
        );
        let not_started = "no IP address found";
        check(
            Toolbox,
            400,
            NOT_STARTED_LATER,
            SandboxNotStarted,
            not_started,
        );
        check(Toolbox, 404, DAEMON_404, NotFound, "not found: x");
    }

    #[test]
    fn a_raw_exception_counts_with_the_status_that_it_wraps() {
        let not_running = "Sandbox is not running";
        check(
            Target::Toolbox,
            400,
            RAW_EXCEPTION,
            SandboxNotStarted,
            not_running,
        );
        let unknown = "Sandbox with ID x not found";
        check(
            Target::Sandbox,
            400,
            RAW_NOT_FOUND,
            SandboxNotFound,
            unknown,
        );
    }

    #[test]
    fn a_bulk_upload_says_what_went_wrong_with_each_file() {
        let directory = "d: create: open d: is a directory";
        check(
            Target::Toolbox,
            400,
            UPLOAD_DIRECTORY,
            Validation,
            directory,
        );
        let second = "b: create: open b: is a directory";
        check(Target::Toolbox, 400, UPLOAD_PARTLY, Validation, second);
        let denied = "d/f: create: open d/f: permission denied";
        check(Target::Toolbox, 400, UPLOAD_DENIED, Authorization, denied);
    }

    #[test]
    fn a_bulk_upload_has_the_words_of_the_system() {
        let check = |reason: &str, kind| {
            let message = format!("f: create: open f: {reason}");
            let body = format!(r#"{{"errors":["{message}"],"files":null}}"#);
            check(Target::Toolbox, 400, &body, kind, &message);
        };
        check("permission denied", Authorization);
        check("operation not permitted", Authorization);
        check("read-only file system", Authorization);
        check("no such file or directory", NotFound);
        check("no space left on device", Validation);
    }

    #[test]
    fn a_page_of_another_server_does_not_make_files_missing() {
        let message =
            "not an answer of Daytona; check the API URL: <html>404 page not found</html>";
        check(
            Target::Toolbox,
            404,
            "<html>404 page not found</html>\n",
            Unexpected,
            message,
        );
        check(
            Target::Sandbox,
            404,
            "<html>404 page not found</html>\n",
            Unexpected,
            message,
        );
    }

    #[test]
    fn a_later_state_of_things_is_still_an_error() {
        let odd = "not an answer of Daytona; check the API URL";
        check(
            Target::Toolbox,
            418,
            r#"{"code":7,"message":{"text":"no"}}"#,
            Unexpected,
            odd,
        );
        check(
            Target::Toolbox,
            504,
            "[1, 2]",
            Server,
            "the server failed: [1, 2]",
        );
        check(
            Target::Toolbox,
            404,
            "{}",
            NotFound,
            "no such file or directory",
        );
    }

    #[test]
    fn the_api_key_is_taken_out_of_what_a_server_says() {
        check(
            Target::Sandbox,
            401,
            r#"{"message":"Bearer secret is not known","error":"Unauthorized"}"#,
            Authentication,
            "Bearer [redacted] is not known",
        );
        let plain = "the API key is not accepted: Bearer [redacted]";
        check(Target::Sandbox, 401, "Bearer secret", Authentication, plain);
    }

    #[test]
    fn a_long_page_is_cut_between_characters() {
        let page = "é".repeat(300);
        assert_eq!(excerpt(page.as_bytes()), format!("{}…", "é".repeat(200)));
    }
}
