//! The client: creates, finds, starts, stops and deletes sandboxes, and leads to snapshots and volumes.

use std::fmt;
use std::sync::Arc;

use futures_util::future::FutureExt as _;
use reqwest::Method;

use crate::config::DaytonaConfig;
use crate::create::CreateSandboxParams;
use crate::error::{Error, ErrorKind, Result};
use crate::list::{self, ListSandboxesQuery, SandboxStream};
use crate::refusal::Target;
use crate::sandbox::{Sandbox, Wait, check_id_or_name};
use crate::snapshot::SnapshotService;
use crate::state::SandboxState;
use crate::transport::{Call, Deadline, Transport};
use crate::volume::VolumeService;

/// A client of Daytona. Clones are cheap and share the connections.
///
/// Must be used inside a Tokio runtime. Dropping the future of a call ends the request on this side
/// only: what Daytona has begun, it finishes.
#[derive(Clone)]
pub struct Daytona {
    transport: Arc<Transport>,
}

impl Daytona {
    /// A client with this configuration. Sends nothing yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the API's URL or the key cannot be used, or the system has no
    /// certificates.
    pub fn new(config: DaytonaConfig) -> Result<Self> {
        Ok(Self {
            transport: Arc::new(Transport::new(config)?),
        })
    }

    /// A client with the configuration of [`DaytonaConfig::from_env`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`], as [`DaytonaConfig::from_env`] and [`Daytona::new`] say.
    pub fn from_env() -> Result<Self> {
        Self::new(DaytonaConfig::from_env()?)
    }

    /// Creates a sandbox and waits until it is started.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] if it is not started after the `start_timeout` of the parameters or
    /// the configuration, [`ErrorKind::SandboxFailed`] if it will not start. Where a sandbox exists
    /// nevertheless, [`Error::sandbox_id`] says which, so that it can be deleted:
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> daytona_sdk::Result<()> {
    /// # let server =
    /// #     daytona_loopback::Server::builder().created_states(["creating", "error"]).start().await;
    /// # let config = daytona_sdk::DaytonaConfig::new(server.api_key()).api_url(server.api_url());
    /// # let daytona = daytona_sdk::Daytona::new(config)?;
    /// use daytona_sdk::CreateSandboxParams;
    ///
    /// let created = daytona.create(CreateSandboxParams::new().label("team", "compilers")).await;
    /// if let Some(id) = created.as_ref().err().and_then(|error| error.sandbox_id()) {
    ///     daytona.get(id).await?.delete().await?;
    /// }
    /// # assert!(created.is_err() && server.sandbox_ids().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// If the connection breaks before Daytona has answered, no one can tell whether a sandbox came
    /// to be. A sandbox with a [`name`](CreateSandboxParams::name) can be looked up then. The same
    /// holds if the future is dropped.
    pub async fn create(&self, params: CreateSandboxParams) -> Result<Sandbox> {
        const OPERATION: &str = "create";
        let config = self.transport.config();
        let limit = params.start_timeout.unwrap_or(config.start_timeout);
        let wait = Wait::begin(OPERATION, limit);

        // The API itself waits for the start for a while, so this call is not one that it answers
        // at once.
        let url = self.transport.api_url(&["sandbox"]);
        let call = Call::new(OPERATION, "", Target::Organization, Method::POST, url)
            .json(&params.to_json(config.target.as_deref()))?
            .deadline(Deadline::Whole(config.request_timeout.max(limit)));
        let sandbox = match self.transport.send_for(call).await {
            Ok(json) => Sandbox::new(Arc::clone(&self.transport), json),
            Err(error) => return Err(self.name_the_failed(error, params.chosen_name()).await),
        };

        if sandbox.state() == SandboxState::Started {
            return Ok(sandbox);
        }
        match sandbox.until_started(&wait).await {
            Ok(()) => Ok(sandbox),
            Err(error) => Err(error.with_sandbox_id(sandbox.id())),
        }
    }

    /// Adds the id of the sandbox that the API created and then could not start, which the API does
    /// not tell.
    async fn name_the_failed(&self, error: Error, name: Option<&str>) -> Error {
        let (ErrorKind::SandboxFailed, Some(name)) = (error.kind(), name) else {
            return error;
        };
        match self.get(name).await {
            Ok(sandbox) => error.with_sandbox_id(sandbox.id()),
            Err(_) => error,
        }
    }

    /// The sandbox of this name, started: the one that there is, whatever it takes to start it, or a new
    /// one. So what runs under a name finds its sandbox again after a restart, and no second one is made
    /// beside it.
    ///
    /// `params` are for a new sandbox, and do not change one that there is; their `start_timeout` bounds
    /// the wait in either case. The name is also looked up among the ids.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> daytona_sdk::Result<()> {
    /// # let server = daytona_loopback::Server::start().await;
    /// # let config = daytona_sdk::DaytonaConfig::new(server.api_key()).api_url(server.api_url());
    /// # let daytona = daytona_sdk::Daytona::new(config)?;
    /// use daytona_sdk::CreateSandboxParams;
    ///
    /// // Stops after half an hour of nothing, and is gone a day after that.
    /// let params = || CreateSandboxParams::new().auto_stop_interval(30).auto_delete_interval(24 * 60);
    /// let sandbox = daytona.get_or_create("agent-7", params()).await?;
    /// sandbox.stop().await?;
    ///
    /// let same = daytona.get_or_create("agent-7", params()).await?;
    /// assert_eq!(same.id(), sandbox.id());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create). [`ErrorKind::SandboxFailed`] also if there is a sandbox of this
    /// name and it is broken; [`Error::sandbox_id`] says which.
    pub async fn get_or_create(&self, name: &str, params: CreateSandboxParams) -> Result<Sandbox> {
        let config = self.transport.config();
        let limit = params.start_timeout.unwrap_or(config.start_timeout);
        let wait = Wait::begin("get_or_create", limit);
        if let Some(sandbox) = self.find_started(name, &wait).await? {
            return Ok(sandbox);
        }
        let params = params.name(name).start_timeout(wait.left());
        match self.create(params).await {
            // Someone else was faster, or the answer got lost: what came to be has the name.
            Err(error) if may_have_come_to_be(&error) => {
                match self.find_started(name, &wait).await {
                    Ok(found) => found.ok_or(error),
                    Err(found) => Err(match found.sandbox_id() {
                        Some(id) => error.with_sandbox_id(id),
                        None => error,
                    }),
                }
            }
            outcome => outcome,
        }
    }

    /// The sandbox of this name, started, unless there is none or it is on its way out.
    async fn find_started(&self, name: &str, wait: &Wait) -> Result<Option<Sandbox>> {
        let outcome = match self.get(name).await {
            // Boxed, so that the future of a call stays small.
            Ok(sandbox) => match sandbox.bring_up(wait).boxed().await {
                Ok(()) => Ok(sandbox),
                Err(error) => Err(error.with_sandbox_id(sandbox.id())),
            },
            Err(error) => Err(error),
        };
        match outcome {
            Err(error) if error.kind() == ErrorKind::SandboxNotFound => Ok(None),
            outcome => outcome.map(Some),
        }
    }

    /// The sandbox with this id or name, in whatever state it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SandboxNotFound`] if there is none.
    pub async fn get(&self, id_or_name: &str) -> Result<Sandbox> {
        const OPERATION: &str = "get";
        check_id_or_name(OPERATION, id_or_name)?;
        let url = self.transport.api_url(&["sandbox", id_or_name]);
        let call = Call::new(OPERATION, id_or_name, Target::Sandbox, Method::GET, url)
            .deadline(self.transport.prompt());
        let json = self.transport.send_for(call).await?;
        Ok(Sandbox::new(Arc::clone(&self.transport), json))
    }

    /// The sandboxes that match, fetched page by page while the stream is read.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> daytona_sdk::Result<()> {
    /// # let server = daytona_loopback::Server::start().await;
    /// # let config = daytona_sdk::DaytonaConfig::new(server.api_key()).api_url(server.api_url());
    /// # let daytona = daytona_sdk::Daytona::new(config)?;
    /// # daytona.create(daytona_sdk::CreateSandboxParams::new().label("team", "compilers")).await?;
    /// use daytona_sdk::ListSandboxesQuery;
    /// use futures_util::TryStreamExt as _;
    ///
    /// let mut sandboxes = daytona.list(ListSandboxesQuery::new().label("team", "compilers"));
    /// while let Some(sandbox) = sandboxes.try_next().await? {
    ///     println!("{} is {}", sandbox.name(), sandbox.state());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self, query: ListSandboxesQuery) -> SandboxStream {
        list::sandboxes(Arc::clone(&self.transport), query)
    }

    /// The snapshots that sandboxes can be created from.
    pub fn snapshot(&self) -> SnapshotService {
        SnapshotService::new(Arc::clone(&self.transport))
    }

    /// The volumes that sandboxes can share.
    pub fn volume(&self) -> VolumeService {
        VolumeService::new(Arc::clone(&self.transport))
    }

    /// Starts a sandbox; see [`Sandbox::start`].
    ///
    /// # Errors
    ///
    /// Those of [`Sandbox::start`].
    pub async fn start(&self, sandbox: &Sandbox) -> Result<()> {
        sandbox.start().await
    }

    /// Stops a sandbox; see [`Sandbox::stop`].
    ///
    /// # Errors
    ///
    /// Those of [`Sandbox::stop`].
    pub async fn stop(&self, sandbox: &Sandbox) -> Result<()> {
        sandbox.stop().await
    }

    /// Deletes a sandbox; see [`Sandbox::delete`].
    ///
    /// # Errors
    ///
    /// Those of [`Sandbox::delete`].
    pub async fn delete(&self, sandbox: &Sandbox) -> Result<()> {
        sandbox.delete().await
    }
}

/// Whether a sandbox of the name may be there although its creation failed.
fn may_have_come_to_be(error: &Error) -> bool {
    use ErrorKind::{Conflict, Connection, ConnectionTimeout, Server};

    matches!(
        error.kind(),
        Conflict | Connection | ConnectionTimeout | Server
    )
}

impl fmt::Debug for Daytona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Daytona")
            .field("config", self.transport.config())
            .finish()
    }
}
