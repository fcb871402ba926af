//! A request on its way to one sandbox's daemon, with what its handlers ask of it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::Request;
use axum::http::Method;

use crate::errors::DaemonError;
use crate::recording::decode_query;
use crate::sandbox::Sandbox;
use crate::state::State;

/// A request for one sandbox's daemon.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) state: Arc<State>,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) method: Method,
    /// The path that the daemon sees, without the prefix of the route.
    pub(crate) path: String,
    query: Vec<(String, String)>,
}

impl Call {
    pub(crate) fn new(
        state: Arc<State>,
        sandbox: Arc<Sandbox>,
        path: String,
        request: &Request,
    ) -> Self {
        Self {
            state,
            sandbox,
            method: request.method().clone(),
            path: format!("/{path}"),
            query: decode_query(request.uri().query()),
        }
    }

    /// The first value of the query that has this name, or an empty text.
    pub(crate) fn query(&self, name: &str) -> &str {
        let mut values = self.query.iter().filter(|(key, _)| key == name);
        values.next().map_or("", |(_, value)| value)
    }

    /// A value of the query that must not be missing or empty.
    pub(crate) fn required(&self, name: &str) -> Result<&str, DaemonError> {
        match self.query(name) {
            "" => Err(DaemonError::bad_file_request(format!("{name} is required"))),
            value => Ok(value),
        }
    }

    /// Where a path of the sandbox is on this machine: relative ones start at the work dir.
    ///
    /// # Errors
    ///
    /// `PermissionDenied` for what a test has denied.
    pub(crate) fn locate(&self, path: &str) -> io::Result<PathBuf> {
        let located = self.sandbox.work_dir.join(Path::new(path));
        if self.sandbox.is_denied(&located) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(located)
    }
}
