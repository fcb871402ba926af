//! How the client is set up: from code or from the environment.

use std::fmt;
use std::time::Duration;

use reqwest::Url;

use crate::error::{Error, ErrorKind, Result};

const DEFAULT_API_URL: &str = "https://app.daytona.io/api";

/// The key that Daytona's dashboard hands out. It shows itself nowhere: not in `Debug`, not in an
/// error, not in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without the key, in case a server repeats what it was sent.
    pub(crate) fn redact(&self, text: String) -> String {
        if self.0.is_empty() || !text.contains(&self.0) {
            return text;
        }
        text.replace(&self.0, "[redacted]")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([redacted])")
    }
}

impl From<String> for ApiKey {
    fn from(key: String) -> Self {
        Self(key)
    }
}

impl From<&str> for ApiKey {
    fn from(key: &str) -> Self {
        Self(key.to_owned())
    }
}

/// What a [`Daytona`](crate::Daytona) client needs to know.
///
/// ```
/// use daytona_sdk::DaytonaConfig;
///
/// let config = DaytonaConfig::new("dtn_…").api_url("https://daytona.example.com/api").target("eu");
/// ```
#[derive(Clone)]
#[must_use]
pub struct DaytonaConfig {
    pub(crate) api_key: ApiKey,
    pub(crate) api_url: String,
    pub(crate) target: Option<String>,
    pub(crate) organization_id: Option<String>,
    pub(crate) connect_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) start_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) retry_delay: Duration,
}

impl DaytonaConfig {
    /// A configuration with this key, Daytona's public API and the default deadlines.
    pub fn new(api_key: impl Into<ApiKey>) -> Self {
        Self {
            api_key: api_key.into(),
            api_url: DEFAULT_API_URL.to_owned(),
            target: None,
            organization_id: None,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(300),
            start_timeout: Duration::from_secs(60),
            max_retries: 2,
            retry_delay: Duration::from_millis(250),
        }
    }

    /// Reads `DAYTONA_API_KEY` (required), `DAYTONA_API_URL`, `DAYTONA_TARGET` and
    /// `DAYTONA_ORGANIZATION_ID`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if `DAYTONA_API_KEY` is not set, or is
    /// blank.
    pub fn from_env() -> Result<Self> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Like [`from_env`](Self::from_env), with the variables taken from elsewhere, such as a file
    /// or a test's map.
    ///
    /// # Errors
    ///
    /// Those of [`from_env`](Self::from_env).
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        // A variable that is set to nothing is how shells and CI systems say "not set".
        let lookup = |name| {
            lookup(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };

        let api_key = lookup("DAYTONA_API_KEY").ok_or_else(|| {
            let message =
                "`DAYTONA_API_KEY` is not set; create a key in Daytona's dashboard and export it";
            Error::new(ErrorKind::Config, "DaytonaConfig::from_env", message)
        })?;
        let mut config = Self::new(api_key);
        if let Some(api_url) = lookup("DAYTONA_API_URL") {
            config.api_url = api_url;
        }
        config.target = lookup("DAYTONA_TARGET");
        config.organization_id = lookup("DAYTONA_ORGANIZATION_ID");
        Ok(config)
    }

    /// The address of the API, with or without a final slash; `https://app.daytona.io/api` if not
    /// set.
    pub fn api_url(mut self, api_url: impl Into<String>) -> Self {
        self.api_url = api_url.into();
        self
    }

    /// The region in which sandboxes are created, such as `us` or `eu`; the organization's default
    /// if not set.
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// The organization to work in, for keys that belong to more than one.
    pub fn organization_id(mut self, organization_id: impl Into<String>) -> Self {
        self.organization_id = Some(organization_id.into());
        self
    }

    /// The longest wait for a connection; 10 seconds if not set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The deadline of each try of a call that the server answers at once; 60 seconds if not set.
    /// Commands, transfers and calls that walk a whole folder are not among them.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// The longest time in which no byte of an upload or a download moves, in which a search or a
    /// recursive delete may stay silent, and by which the answer to a command may come later than
    /// its own `timeout`; 5 minutes if not set.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// The longest wait for a sandbox to start or stop; 60 seconds if not set.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// How often a failed request is sent again where that is safe; 2 if not set, 0 for never.
    ///
    /// Safe are: any request that never reached a server or that was refused with 429; a GET or
    /// DELETE whose connection broke or that was answered with 502, 503 or 504. Commands and
    /// uploads are otherwise sent once.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// The pause before the first repetition, doubled before each further one and varied at random;
    /// 250 ms if not set. A `Retry-After` of the server goes before it.
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.retry_delay = delay;
        self
    }

    /// The address of the API as a URL that paths can be added to.
    pub(crate) fn parse_api_url(&self) -> Result<Url> {
        // The text itself stays out of the errors: it may hold credentials.
        let url = Url::parse(self.api_url.trim_end_matches('/'))
            .map_err(|reason| Error::config("the API URL cannot be read").with_source(reason))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Error::config(
                "the API URL does not begin with `https://` or `http://`",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::config(
                "the API URL holds credentials; the API key is all that is needed",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Error::config("the API URL ends in a query or a fragment"));
        }
        Ok(url)
    }
}

impl fmt::Debug for DaytonaConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let api_url = self.parse_api_url();
        f.debug_struct("DaytonaConfig")
            .field("api_key", &self.api_key)
            .field(
                "api_url",
                &api_url.as_ref().map_or("[invalid]", Url::as_str),
            )
            .field("target", &self.target)
            .field("organization_id", &self.organization_id)
            .field("connect_timeout", &self.connect_timeout)
            .field("request_timeout", &self.request_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("start_timeout", &self.start_timeout)
            .field("max_retries", &self.max_retries)
            .field("retry_delay", &self.retry_delay)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiKey, DaytonaConfig};
    use crate::error::ErrorKind;

    fn from(variables: &[(&str, &str)]) -> crate::Result<DaytonaConfig> {
        let value = |name: &str| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        DaytonaConfig::from_lookup(|name| value(name).map(str::to_owned))
    }

    #[test]
    fn every_variable_is_read() {
        let config = from(&[
            ("DAYTONA_API_KEY", "key\n"),
            ("DAYTONA_API_URL", "http://127.0.0.1:3000/api/"),
            ("DAYTONA_TARGET", "eu"),
            ("DAYTONA_ORGANIZATION_ID", "org"),
        ])
        .unwrap();

        assert_eq!(config.api_key.reveal(), "key");
        assert_eq!(config.api_url, "http://127.0.0.1:3000/api/");
        assert_eq!(config.target.as_deref(), Some("eu"));
        assert_eq!(config.organization_id.as_deref(), Some("org"));
    }

    #[test]
    fn only_the_key_is_required() {
        let config = from(&[("DAYTONA_API_KEY", "key"), ("DAYTONA_TARGET", " ")]).unwrap();
        assert_eq!(config.api_url, "https://app.daytona.io/api");
        assert_eq!(config.target, None);

        for variables in [&[][..], &[("DAYTONA_API_KEY", " ")]] {
            let error = from(variables).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(
                error.message().starts_with("`DAYTONA_API_KEY` is not set"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_url_that_cannot_work_is_refused_and_not_repeated() {
        for url in [
            "app.daytona.io/api",
            "ftp://app.daytona.io",
            "https://user:hunter2@app.daytona.io/api",
            "https://app.daytona.io/api?token=hunter2",
            "hunter2",
            "",
        ] {
            let config = DaytonaConfig::new("key").api_url(url);
            let error = config.parse_api_url().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{url}");
            assert!(
                !format!("{error} {error:?} {config:?}").contains("hunter2"),
                "{error:?}"
            );
        }
    }

    #[test]
    fn final_slashes_do_not_count() {
        for url in ["http://host/api", "http://host/api/", "http://host/api//"] {
            let config = DaytonaConfig::new("key").api_url(url);
            assert_eq!(config.parse_api_url().unwrap().as_str(), "http://host/api");
        }
        let bare = DaytonaConfig::new("key").api_url("http://host/");
        assert_eq!(bare.parse_api_url().unwrap().as_str(), "http://host/");
    }

    #[test]
    fn the_key_does_not_show() {
        let config = DaytonaConfig::new("hunter2");
        assert!(format!("{config:?}").contains("ApiKey([redacted])"));
        assert!(!format!("{config:?} {config:#?}").contains("hunter2"));
    }

    #[test]
    fn an_empty_key_redacts_nothing() {
        assert_eq!(ApiKey::from("").redact("text".to_owned()), "text");
    }
}
