//! How servers prove who they are: by certificates that the system trusts, checked by rustls over
//! ring. The README says why these.
//!
//! The choice is this crate's own: nothing is installed for the process, and what the process has
//! installed changes nothing here.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, ConfigBuilder, Error, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt as _;

/// Believes the servers that the system believes.
///
/// # Errors
///
/// Where the system has no certificates.
pub(crate) fn trusting_the_system() -> Result<ClientConfig, Error> {
    Ok(builder()?.with_platform_verifier()?.with_no_client_auth())
}

/// Believes no server.
pub(crate) fn trusting_no_one() -> Result<ClientConfig, Error> {
    let no_one = RootCertStore::empty();
    Ok(builder()?
        .with_root_certificates(no_one)
        .with_no_client_auth())
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
}
