//! The sessions of a sandbox as they are kept: what each has run, and how it is told to end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::errors::DaemonError;
use crate::lock::lock;
use crate::session_log::{End, Log};
use crate::settings::GRACE;

/// The sessions of one sandbox.
#[derive(Default)]
pub(crate) struct Sessions {
    pub(crate) by_id: Mutex<Vec<Arc<Session>>>,
}

/// A shell that lives on between commands.
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) commands: Mutex<Vec<Arc<SessionCommand>>>,
    /// What the shell is to read.
    pub(crate) script: mpsc::UnboundedSender<String>,
    /// Who waits for the exit code of which command.
    pub(crate) waiting: Mutex<HashMap<String, oneshot::Sender<i32>>>,
    /// Cancelled to end the shell with all that it has started.
    pub(crate) end: CancellationToken,
    /// Cancelled when they are gone.
    pub(crate) ended: CancellationToken,
}

/// A command that a session runs or has run.
pub(crate) struct SessionCommand {
    pub(crate) id: String,
    pub(crate) command: String,
    pub(crate) echo: Echo,
    pub(crate) log: Arc<Log>,
    pub(crate) input: tokio::sync::Mutex<Option<pipe::Sender>>,
}

/// Whether input is seen in the log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    Shown,
    Suppressed,
}

impl SessionCommand {
    pub(crate) fn json(&self) -> Value {
        let mut json = json!({ "id": self.id, "command": self.command });
        match self.log.end() {
            Some(End::Exited(code)) => json["exitCode"] = code.into(),
            Some(End::Cancelled) => json["exitCode"] = 1.into(),
            None => {}
        }
        json
    }
}

impl Sessions {
    pub(crate) fn find(&self, id: &str) -> Result<Arc<Session>, DaemonError> {
        let sessions = lock(&self.by_id);
        let found = sessions.iter().find(|session| session.id == id).cloned();
        found.ok_or_else(|| DaemonError::not_found("session not found"))
    }

    /// Waits for those that were told to end.
    pub(crate) async fn finish(&self) {
        let sessions = lock(&self.by_id).clone();
        for session in sessions {
            let _ = tokio::time::timeout(GRACE, session.ended.cancelled()).await;
        }
    }

    /// Ends all of them.
    pub(crate) fn end(&self) {
        for session in lock(&self.by_id).drain(..) {
            session.end.cancel();
        }
    }
}

impl Session {
    pub(crate) fn json(&self) -> Value {
        let commands = lock(&self.commands);
        let commands: Vec<Value> = commands.iter().map(|command| command.json()).collect();
        json!({ "sessionId": self.id, "commands": commands })
    }

    pub(crate) fn command(&self, id: &str) -> Result<Arc<SessionCommand>, DaemonError> {
        let commands = lock(&self.commands);
        let found = commands.iter().find(|command| command.id == id).cloned();
        found.ok_or_else(|| DaemonError::not_found("command not found"))
    }
}
