//! Serving: the one connection to a client, from its first word to its last.

use std::io;

use rmcp::RoleServer;
use rmcp::service::{ServerInitializeError, ServiceExt};
use rmcp::transport::IntoTransport;
use rmcp::transport::io::{StdioReader, StdioWriter};

use crate::SandboxServer;

/// Serves a client until it goes, which may be before it said anything.
///
/// Calls that are at work when it goes have a few seconds to end. Dropping the future ends them at once.
///
/// # Errors
///
/// The client does not speak the protocol, or the connection fails.
pub async fn serve<T, E, A>(server: SandboxServer, transport: T) -> io::Result<()>
where
    T: IntoTransport<RoleServer, E, A>,
    E: std::error::Error + Send + Sync + 'static,
{
    match server.serve(transport).await {
        Ok(running) => running.waiting().await.map(drop).map_err(io::Error::other),
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// The standard input and output of this process, as a transport.
///
/// # Panics
///
/// Outside a tokio runtime with its I/O enabled.
#[must_use]
pub fn stdio() -> (StdioReader, StdioWriter) {
    rmcp::transport::io::stdio_pipes()
}
