//! The server: what a client asks, and who answers it.

use std::fmt;
use std::sync::Arc;

use flue_runtime::{SandboxFactory, SessionEnv};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ErrorData, Implementation, JsonObject,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ServerCapabilities,
    ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use tokio::sync::Mutex;

use crate::failure::Failure;
use crate::limits::Limits;
use crate::progress;
use crate::resources;
use crate::session::Session;
use crate::tools::{Answer, Bench, Entry, TOOLS};

/// A sandbox as an MCP server. The [crate] tells what it offers.
pub struct SandboxServer {
    session: Session,
    limits: Limits,
    /// What there is to say beyond what holds for every sandbox.
    instructions: String,
    changing: Mutex<()>,
}

impl SandboxServer {
    /// A server over the sandbox of `factory`, such as `daytona(sandbox)`, which is asked for it with the first call.
    #[must_use]
    pub fn new(factory: impl SandboxFactory + 'static) -> Self {
        Self {
            session: Session::new(Arc::new(factory), "mcp".to_owned()),
            limits: Limits::default(),
            instructions: String::new(),
            changing: Mutex::default(),
        }
    }

    /// The same for the agent with this id, under which the factory is asked; otherwise it is `mcp`.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.session = self.session.with_id(id.into());
        self
    }

    /// The same with other limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with more to tell the model about the sandbox, such as what is installed.
    #[must_use]
    pub fn instructions(mut self, instructions: &str) -> Self {
        self.instructions = format!(" {instructions}");
        self
    }

    /// What the model is told about the sandbox.
    fn told(&self) -> String {
        let Limits {
            command_timeout,
            longest_command,
            ..
        } = &self.limits;
        format!(
            "Files and a shell in a sandbox: a machine elsewhere, whose files are not those of the user. Relative paths begin at its \
             working directory, which `run` with `pwd` tells. A command has {} s, or the `timeout` that it asks for, {} at most.{}",
            command_timeout.as_secs(),
            longest_command.as_secs(),
            self.instructions
        )
    }

    fn bench<'a>(&'a self, env: &'a dyn SessionEnv) -> Bench<'a> {
        Bench {
            env,
            limits: &self.limits,
            changing: &self.changing,
        }
    }

    async fn call(&self, tool: &Entry, arguments: JsonObject) -> Answer {
        let env = self.session.env().await?;
        let answer = (tool.call)(arguments, self.bench(&*env)).await;
        if answer.as_ref().is_err_and(Failure::is_death) {
            self.session.forget(&env).await;
        }
        answer
    }

    async fn resource(&self, uri: &str) -> Result<ReadResourceResult, ErrorData> {
        let env = self.session.env().await;
        let env =
            env.map_err(|error| ErrorData::internal_error(Failure::from(error).message, None))?;
        resources::read(self.bench(&*env), uri).await
    }
}

impl fmt::Debug for SandboxServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxServer")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl ServerHandler for SandboxServer {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("flue-mcp", env!("CARGO_PKG_VERSION")))
            .with_instructions(self.told())
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tool(name).map(|tool| (tool.definition)())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = TOOLS.iter().map(|tool| (tool.definition)()).collect();
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = tool(&request.name) else {
            let names = TOOLS.each_ref().map(|tool| tool.name).join("`, `");
            return Err(ErrorData::invalid_params(
                format!("no tool is called `{}`, but `{names}`", request.name),
                None,
            ));
        };
        let call = self.call(tool, request.arguments.unwrap_or_default());
        let call = progress::telling(&context, self.limits.progress_interval, call);
        let answer = unless_cancelled(&context, call).await?;
        Ok(answer.unwrap_or_else(Failure::into_result).into())
    }

    /// Files are listed once there is a sandbox: listing is what clients do when they start, needed or not.
    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resources = async {
            match self.session.opened().await {
                Some(env) => resources::list(self.bench(&*env)).await,
                None => Ok(Vec::new()),
            }
        };
        let resources = unless_cancelled(&context, resources).await??;
        Ok(ListResourcesResult::with_all_items(resources))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(vec![
            resources::template(),
        ]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let resource = self.resource(&request.uri);
        let resource = progress::telling(&context, self.limits.progress_interval, resource);
        unless_cancelled(&context, resource).await?.map(Into::into)
    }
}

fn tool(name: &str) -> Option<&'static Entry> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// Waits for `work`, and no longer than the client does. No one hears the error of a call that was cancelled.
async fn unless_cancelled<T>(
    context: &RequestContext<RoleServer>,
    work: impl Future<Output = T>,
) -> Result<T, ErrorData> {
    tokio::select! {
        biased;
        () = context.ct.cancelled() => Err(ErrorData::internal_error("cancelled", None)),
        result = work => Ok(result),
    }
}
