//! Servers that have to prove who they are. The client is in a process of its own, because the
//! system's certificates are read from the environment; Linux only, where they are.

use std::env;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use daytona_loopback::Server;
use daytona_sdk::{CreateSandboxParams, Daytona, DaytonaConfig};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ServerConfig, SupportedProtocolVersion};

const API_KEY: &str = "key";

/// Where the client finds the server's address, and is told so that it is the client.
const API_URL: &str = "DAYTONA_SDK_TEST_API_URL";

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_believed_if_the_system_trusts_its_authority() {
    if let Ok(url) = env::var(API_URL) {
        return visit(url).await;
    }
    let ours = authority();
    let folder = tempfile::tempdir().unwrap();
    let [trusted, others] = ["trusted.pem", "others.pem"].map(|name| folder.path().join(name));
    std::fs::write(&trusted, ours.pem()).unwrap();
    std::fs::write(&others, authority().pem()).unwrap();
    let server = Server::builder().api_key(API_KEY).start().await;

    for version in [&TLS12, &TLS13] {
        let url = encrypted(&server, &ours, version).await;

        let visit = client(&url, &trusted);
        assert!(visit.status.success(), "{version:?}: {visit:?}");
        let visit = client(&url, &others);
        let said = String::from_utf8(visit.stdout).unwrap();
        assert!(!visit.status.success(), "{version:?}: {said}");
        assert!(said.contains("InvalidCertificate"), "{version:?}: {said}");
    }
}

/// The client's part.
async fn visit(url: String) {
    let daytona = Daytona::new(DaytonaConfig::new(API_KEY).api_url(url).max_retries(0)).unwrap();
    let sandbox = daytona.create(CreateSandboxParams::new()).await.unwrap();
    sandbox.delete().await.unwrap();
}

/// Runs this test as the client of a system with these certificates.
fn client(url: &str, certificates: &Path) -> Output {
    let test = "tls::a_server_is_believed_if_the_system_trusts_its_authority";
    Command::new(env::current_exe().unwrap())
        .args(["--exact", test])
        .env(API_URL, url)
        .env("SSL_CERT_FILE", certificates)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap()
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The address of a server that speaks TLS in front of `server`, and ends with the test.
async fn encrypted(
    server: &Server,
    authority: &CertifiedIssuer<'static, KeyPair>,
    version: &'static SupportedProtocolVersion,
) -> String {
    let key = KeyPair::generate().unwrap();
    let names = ["127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names)
        .unwrap()
        .signed_by(&key, authority)
        .unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let plain = server.api_url().replace("http://", "").replace("/api", "");
    tokio::spawn(async move {
        loop {
            let (connection, _) = listener.accept().await.unwrap();
            // A client that does not believe us hangs up.
            if let Ok(mut outside) = acceptor.accept(connection).await {
                let mut inside = TcpStream::connect(&plain).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            }
        }
    });
    format!("https://{address}/api")
}
