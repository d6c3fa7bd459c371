//! A service on a port of this machine that answers as a test says: right, wrong, or not at all.

use bytes::Bytes;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    fmt,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{Arc, Mutex},
};

/// What a door answers.
#[derive(Debug)]
pub enum Reply {
    /// An answer.
    Answer(http::Response<Bytes>),
    /// An answer whose body has so many bytes, all spaces, and does not tell its length.
    Long(u64),
    /// The connection closes within the body, after so many bytes.
    Cut(http::Response<Bytes>, usize),
    /// The connection closes.
    Nothing,
}

impl Reply {
    /// A web page.
    #[must_use]
    pub fn page(status: u16) -> Self {
        Self::of(
            status,
            &[("content-type", "text/html")],
            "<!doctype html><title>Down for maintenance</title>",
        )
    }

    /// JSON with status 200.
    #[must_use]
    pub fn json(body: &str) -> Self {
        Self::of(200, &[("content-type", "application/json")], body)
    }

    /// An answer with these headers.
    ///
    /// # Panics
    /// When it is no answer.
    #[must_use]
    pub fn of(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Self::Answer(response.body(Bytes::from(body.to_owned())).expect("the answer is one"))
    }
}

/// What a door does with a request.
type Act = Arc<dyn Fn(&http::Request<Bytes>) -> Reply + Send + Sync>;

/// A service on a port, until the test ends.
pub struct Door {
    address: SocketAddr,
    scheme: &'static str,
    seen: Arc<Mutex<Vec<http::Request<Bytes>>>>,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url())
    }
}

impl Door {
    /// Opens one over plain http.
    ///
    /// # Panics
    /// When there is no port.
    #[must_use]
    pub fn open(act: impl Fn(&http::Request<Bytes>) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(Arc::new(act), None)
    }

    /// Opens one over TLS with a certificate and its key, both in PEM.
    ///
    /// # Panics
    /// When there is no port, and when the files are no certificate and no key.
    #[must_use]
    pub fn locked(
        (certificate, key): (&Path, &Path),
        act: impl Fn(&http::Request<Bytes>) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let chain = vec![CertificateDer::from_pem_file(certificate).expect("a certificate")];
        let key = PrivateKeyDer::from_pem_file(key).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("the key is that of the certificate");
        Self::start(Arc::new(act), Some(Arc::new(config)))
    }

    fn start(act: Act, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let address = listener.local_addr().expect("the port is known");
        let seen = Arc::<Mutex<Vec<http::Request<Bytes>>>>::default();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (act, seen, tls) = (Arc::clone(&act), Arc::clone(&shared), tls.clone());
                std::thread::spawn(move || match tls {
                    None => serve(stream, &act, &seen),
                    Some(config) => {
                        let session = ServerConnection::new(config).expect("a session");
                        serve(StreamOwned::new(session, stream), &act, &seen);
                    }
                });
            }
        });
        Self { address, scheme, seen }
    }

    /// Its address, with the number of the host: `http://127.0.0.1:4711`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Its address, with a name as the host: `http://localhost:4711`.
    #[must_use]
    pub fn url_by_name(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.address.port())
    }

    /// The requests that came, oldest first.
    ///
    /// # Panics
    /// When a request made the door panic.
    #[must_use]
    pub fn seen(&self) -> Vec<http::Request<Bytes>> {
        self.seen.lock().expect("no request made it panic").clone()
    }
}

/// Answers the one request of a connection.
fn serve(stream: impl Read + Write, act: &Act, seen: &Mutex<Vec<http::Request<Bytes>>>) {
    let mut reader = BufReader::new(stream);
    let Some(request) = request(&mut reader) else {
        // As web servers answer what is no request: a handshake of TLS, for example.
        drop(answer(reader.get_mut(), Reply::of(400, &[], "Bad Request")));
        return;
    };
    if let Ok(mut seen) = seen.lock() {
        seen.push(request.clone());
    }
    // Who asked may have gone.
    drop(answer(reader.get_mut(), act(&request)));
}

fn request(reader: &mut impl BufRead) -> Option<http::Request<Bytes>> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let mut request = http::Request::builder().method(words.next()?).uri(words.next()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        request = request.header(name, value.trim());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body(Bytes::from(body)).ok()
}

fn answer(stream: &mut impl Write, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Nothing => Ok(()),
        Reply::Answer(response) => {
            head(stream, &response)?;
            stream.write_all(response.body())?;
            stream.flush()
        }
        Reply::Cut(response, bytes) => {
            head(stream, &response)?;
            stream.write_all(response.body().get(..bytes).unwrap_or_default())?;
            stream.flush()
        }
        Reply::Long(bytes) => {
            stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
            )?;
            let part = vec![b' '; 1 << 20];
            for _ in 0..bytes >> 20 {
                stream.write_all(&part)?;
            }
            stream.flush()
        }
    }
}

fn head(stream: &mut impl Write, response: &http::Response<Bytes>) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {}\r\n", response.status())?;
    for (name, value) in response.headers() {
        if name != http::header::CONTENT_LENGTH && name != http::header::TRANSFER_ENCODING {
            write!(stream, "{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()))?;
        }
    }
    write!(stream, "Content-Length: {}\r\nConnection: close\r\n\r\n", response.body().len())
}
