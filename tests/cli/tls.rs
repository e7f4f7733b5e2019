//! Servers whose certificates can be trusted, and others.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd,
};
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use crate::fake_openai::{self, Behaviour, FakeOpenAi};
use crate::run::Ran;
use crate::sandbox::Sandbox;
use crate::server::{Delivery, Response, Server};

/// Signs certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate.
    pem: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    /// For a server called `name`, with a certificate that ends with the year
    /// before `end`.
    fn server(&self, name: &str, end: i32) -> ServerConfig {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(end, 1, 1);
        let key = KeyPair::generate().unwrap();
        config(params.signed_by(&key, &self.issuer).unwrap(), key)
    }
}

/// For a server that vouches for itself.
fn self_signed(name: &str) -> ServerConfig {
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    config(params.self_signed(&key).unwrap(), key)
}

fn config(certificate: Certificate, key: KeyPair) -> ServerConfig {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], key.into())
        .unwrap()
}

/// Takes TLS off and hands on what is in it; stopped on drop.
struct Front {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    trusted: Arc<AtomicUsize>,
    runtime: Option<Runtime>,
}

impl Front {
    fn start(config: ServerConfig, backend: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, trusted) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let counts = (Arc::clone(&connections), Arc::clone(&trusted));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                counts.0.fetch_add(1, Ordering::Relaxed);
                let handshake = acceptor.accept(stream);
                let trusted = Arc::clone(&counts.1);
                tokio::spawn(async move {
                    let mut stream = handshake.await.ok()?;
                    trusted.fetch_add(1, Ordering::Relaxed);
                    let mut backend = TcpStream::connect(backend).await.ok()?;
                    copy_bidirectional(&mut stream, &mut backend).await.ok()
                });
            }
        });
        Self {
            address,
            connections,
            trusted,
            runtime: Some(runtime),
        }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A run against `front` that trusts `authority` only.
fn run(front: &Front, authority: &Authority) -> Ran {
    let sandbox = Sandbox::new();
    let file = sandbox.write("trusted.pem", &authority.pem);
    let env = [
        ("OPENAI_API_KEY", fake_openai::KEY),
        ("SSL_CERT_FILE", file.to_str().unwrap()),
    ];
    let words = "--provider openai --model m --query q --format qa --samples 5 --no-refine --topics none \
                 --concurrency 1 --base-url";
    sandbox.run_in(&env, words, &[&format!("https://{}/v1", front.address)])
}

#[test]
fn a_certificate_of_a_trusted_authority_is_taken() {
    let fake = FakeOpenAi::start(Behaviour::OpenAi);
    let authority = Authority::new("the one");
    let config = authority.server("127.0.0.1", 2100);
    let front = Front::start(config, fake.server.address());
    run(&front, &authority).exits(0);
    assert_eq!(fake.server.requests().len(), 1);
}

#[test]
fn a_server_that_cannot_be_trusted_gets_nothing_and_no_second_chance() {
    let fake = FakeOpenAi::start(Behaviour::OpenAi);
    let authority = Authority::new("the one");
    for (config, said) in [
        (
            self_signed("127.0.0.1"),
            "nobody who is trusted here signed its certificate",
        ),
        (
            Authority::new("another").server("127.0.0.1", 2100),
            "nobody who is trusted here signed its certificate",
        ),
        (
            authority.server("127.0.0.1", 2021),
            "its certificate has expired",
        ),
        (
            authority.server("other.example", 2100),
            "its certificate is for another name",
        ),
    ] {
        let front = Front::start(config, fake.server.address());
        run(&front, &authority)
            .exits(2)
            .says(said)
            .says(&front.address.to_string())
            .says("SSL_CERT_FILE");
        assert_eq!(front.connections.load(Ordering::Relaxed), 1, "{said}");
        assert_eq!(front.trusted.load(Ordering::Relaxed), 0, "{said}");
    }
    assert!(fake.server.requests().is_empty());
}

#[test]
fn a_document_comes_from_servers_that_can_be_trusted() {
    let site = Server::start(|_| {
        Delivery::Whole(Response::new(200, "text/plain", "A text about a lamp."))
    });
    let authority = Authority::new("the one");
    for (config, code) in [
        (authority.server("127.0.0.1", 2100), 0),
        (self_signed("127.0.0.1"), 2),
    ] {
        let front = Front::start(config, site.address());
        let sandbox = Sandbox::new();
        let file = sandbox.write("trusted.pem", &authority.pem);
        let env = [("SSL_CERT_FILE", file.to_str().unwrap())];
        let words = "--provider offline --format pair --samples 1 --documents";
        let ran = sandbox.run_in(&env, words, &[&format!("https://{}/", front.address)]);
        let ran = ran.exits(code);
        if code == 2 {
            ran.says("nobody who is trusted here signed its certificate")
                .says("SSL_CERT_FILE");
        }
    }
    assert_eq!(site.requests().len(), 1);
}
