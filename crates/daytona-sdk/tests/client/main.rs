//! The client against a server on this machine that speaks Daytona's API. One file per concern; all
//! of them are one binary, so that it links once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod commands;
mod deadlines;
mod files;
mod futures;
mod hostile;
mod keeping;
mod life_cycle;
mod official;
mod retries;
mod secrets;
mod sessions;
mod storage;
mod streams;
#[cfg(target_os = "linux")]
mod tls;

use std::time::Duration;

use daytona_loopback::{Builder, Request, Server};
use daytona_sdk::{Daytona, DaytonaConfig, Sandbox};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A server, a client of it and a sandbox that is started.
struct Bench {
    server: Server,
    daytona: Daytona,
    sandbox: Sandbox,
}

impl Bench {
    async fn new() -> Self {
        Self::with(Server::builder()).await
    }

    async fn with(builder: Builder) -> Self {
        let server = builder.start().await;
        let daytona = Daytona::new(config(&server)).unwrap();
        let sandbox = daytona.get(&server.create_sandbox()).await.unwrap();
        server.clear_requests();
        Self {
            server,
            daytona,
            sandbox,
        }
    }

    /// Puts a server of a single answer in place of the sandbox's toolbox. It keeps the connection
    /// until what this returns is dropped.
    async fn replace_toolbox(
        &self,
        answer: impl Into<Vec<u8>>,
    ) -> JoinHandle<BufReader<TcpStream>> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        self.server
            .set_field(self.sandbox.id(), "toolboxProxyUrl", url);
        self.sandbox.refresh_data().await.unwrap();

        let answer = answer.into();
        tokio::spawn(async move {
            let (connection, _) = listener.accept().await.unwrap();
            let mut connection = BufReader::new(connection);
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                connection.read_line(&mut line).await.unwrap();
            }
            connection.write_all(&answer).await.unwrap();
            connection
        })
    }

    /// The only request that arrived since the last look.
    fn request(&self) -> Request {
        let requests = self.server.requests();
        self.server.clear_requests();
        let [request] = &requests[..] else {
            panic!("not one request: {requests:#?}")
        };
        request.clone()
    }

    /// Methods and paths of what arrived, with the sandbox's id as `ID`.
    fn arrived(&self) -> Vec<String> {
        let requests = self.server.requests();
        let line = |request: &Request| format!("{} {}", request.method, request.path);
        requests
            .iter()
            .map(|request| line(request).replace(self.sandbox.id(), "ID"))
            .collect()
    }
}

/// A client's configuration whose repetitions come at once.
fn config(server: &Server) -> DaytonaConfig {
    DaytonaConfig::new(server.api_key())
        .api_url(server.api_url())
        .retry_delay(Duration::from_millis(1))
}
