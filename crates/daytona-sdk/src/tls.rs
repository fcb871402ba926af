//! TLS by rustls with the certificates that the system trusts.

use std::sync::Arc;

use reqwest::Url;
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::error::{Error, Result};

/// The TLS set-up of a client of `api_url`.
///
/// The application's own crypto provider is used if it has installed one, else *ring*. A system
/// without certificates is an error only where the API needs them: a minimal container may well
/// talk to a server of its own over plain HTTP.
pub(crate) fn client_config(api_url: &Url) -> Result<ClientConfig> {
    let provider = CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(ring::default_provider()));
    let versions = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|reason| {
            Error::config("the TLS provider supports no usable version").with_source(reason)
        })?;

    let config = match Verifier::new(provider) {
        Ok(verifier) => versions
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier)),
        Err(_) if api_url.scheme() == "http" => {
            versions.with_root_certificates(RootCertStore::empty())
        }
        Err(reason) => {
            return Err(Error::config(
                "the system has no certificates to check servers with; install its `ca-certificates`, or set `SSL_CERT_FILE`",
            )
            .with_source(reason));
        }
    };
    Ok(config.with_no_client_auth())
}
