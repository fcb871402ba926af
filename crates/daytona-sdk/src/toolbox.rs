//! The way to one sandbox's toolbox, which serves its files and commands: where it answers, and what
//! its calls have in common. It does not know what the calls mean.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use reqwest::{Method, Url};
use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result};
use crate::info::toolbox_url;
use crate::refusal::Target;
use crate::transport::{Call, Transport, join};

/// The toolbox of one sandbox.
pub(crate) struct Toolbox {
    transport: Arc<Transport>,
    sandbox_id: String,
    /// Where it answers, once that is known.
    url: RwLock<Option<Url>>,
}

#[derive(Deserialize)]
struct ProxyUrl {
    url: String,
}

impl Toolbox {
    pub(crate) fn new(transport: Arc<Transport>, sandbox_id: String, url: Option<Url>) -> Self {
        Self {
            transport,
            sandbox_id,
            url: RwLock::new(url),
        }
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    pub(crate) fn sandbox_id(&self) -> &str {
        &self.sandbox_id
    }

    /// A call that the toolbox answers at once, unless it is given another deadline.
    pub(crate) async fn call<'a>(
        &self,
        operation: &'static str,
        subject: &'a str,
        method: Method,
        segments: &[&str],
    ) -> Result<Call<'a>> {
        let url = match self.known_url() {
            Some(url) => url,
            None => self.ask_for_url().await?,
        };
        let url = join(&url, segments);
        Ok(Call::new(operation, subject, Target::Toolbox, method, url)
            .deadline(self.transport.prompt()))
    }

    pub(crate) fn set_url(&self, url: Url) {
        *self.url.write().unwrap_or_else(PoisonError::into_inner) = Some(url);
    }

    fn known_url(&self) -> Option<Url> {
        self.url
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn ask_for_url(&self) -> Result<Url> {
        const OPERATION: &str = "get_toolbox_proxy_url";
        let id = &*self.sandbox_id;
        let url = self
            .transport
            .api_url(&["sandbox", id, "toolbox-proxy-url"]);
        let call = Call::new(OPERATION, id, Target::Sandbox, Method::GET, url)
            .deadline(self.transport.prompt());
        let ProxyUrl { url } = self.transport.send_for(call).await?;
        let url = toolbox_url(&url, id).ok_or_else(|| {
            let message = "the address of the toolbox proxy cannot be read";
            Error::new(ErrorKind::Decode, OPERATION, message).with_subject(id)
        })?;
        self.set_url(url.clone());
        Ok(url)
    }
}

impl fmt::Debug for Toolbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Toolbox")
            .field("sandbox_id", &self.sandbox_id)
            .finish_non_exhaustive()
    }
}
