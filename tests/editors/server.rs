//! A language server as a child process, spoken to as editors do.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

/// The longest time that an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tombi,
    Taplo,
}

/// A running server for the project in a folder.
pub(crate) struct Server {
    pub(crate) kind: Kind,
    root: PathBuf,
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    requests: u64,
    /// The version of the last text.
    version: u64,
    opened: Vec<String>,
    /// The answers to questions about mistakes that came in: their file, version and list.
    published: Vec<Value>,
}

/// Where the servers are installed.
fn place() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(target).join("editors");
    place.canonicalize().unwrap_or_else(|_| panic!("the servers are missing: run tests/editors/prepare"))
}

fn command(kind: Kind) -> Command {
    match kind {
        Kind::Tombi => {
            let mut command = Command::new(place().join("venv/bin/tombi"));
            command.args(["lsp", "--offline", "--no-cache"]);
            command
        }
        Kind::Taplo => {
            let mut command = Command::new("node");
            command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/taplo.js"));
            command.env("NODE_PATH", place().join("node_modules"));
            command
        }
    }
}

impl Server {
    /// Starts a server in a folder.
    pub(crate) fn start(kind: Kind, root: &Path) -> Self {
        let root = root.canonicalize().unwrap();
        let mut command = command(kind);
        command.current_dir(&root).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("{kind:?}: {error}: run tests/editors/prepare"));
        let (sender, messages) = channel();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            while let Some(message) = message(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take().unwrap();
        let (opened, published) = (Vec::new(), Vec::new());
        let mut server =
            Self { kind, root, child, input, messages, requests: 0, version: 0, opened, published };
        server.initialize();
        server
    }

    fn initialize(&mut self) {
        let folder = uri(&self.root);
        self.request(
            "initialize",
            &json!({
                "processId": null,
                "rootUri": folder,
                "workspaceFolders": [{"uri": folder, "name": "project"}],
                "capabilities": {
                    "textDocument": {
                        "publishDiagnostics": {"versionSupport": true},
                        "hover": {"contentFormat": ["markdown"]},
                        "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
                    },
                    "workspace": {"configuration": true, "workspaceFolders": true},
                },
            }),
        );
        self.notify("initialized", &json!({}));
    }

    /// Shows the server a text of a file, as if it had been typed.
    pub(crate) fn open(&mut self, path: &str, text: &str) -> String {
        let uri = uri(&self.root.join(path));
        self.version += 1;
        self.published.clear();
        if self.opened.contains(&uri) {
            let document = json!({"uri": uri, "version": self.version});
            let change = json!({"textDocument": document, "contentChanges": [{"text": text}]});
            self.notify("textDocument/didChange", &change);
        } else {
            let document = json!({"uri": uri, "languageId": "toml", "version": self.version, "text": text});
            self.notify("textDocument/didOpen", &json!({"textDocument": document}));
            self.opened.push(uri.clone());
        }
        self.settle();
        uri
    }

    /// Waits until tombi has read the text: before, it knows no schema for it. taplo answers in order.
    fn settle(&mut self) {
        let version = self.version;
        let has_read = |known: &Value| known["version"].as_u64().is_some_and(|known| known >= version);
        while self.kind == Kind::Tombi && !self.published.iter().any(has_read) {
            let message = self.messages.recv_timeout(PATIENCE);
            self.note(&message.unwrap_or_else(|_| panic!("tombi does not read the text")));
        }
    }

    /// The version of the last text.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Asks about a place in a file that was opened.
    pub(crate) fn ask(&mut self, method: &str, uri: &str, (line, character): (usize, usize)) -> Value {
        let place = json!({"line": line, "character": character});
        self.request(method, &json!({"textDocument": {"uri": uri}, "position": place}))
    }

    /// The next list of mistakes of the file that was opened last; nothing when the server stays silent.
    pub(crate) fn next_mistakes(&mut self, uri: &str, patience: Duration) -> Option<Vec<Value>> {
        loop {
            let message = if self.published.is_empty() {
                let message = self.messages.recv_timeout(patience).ok()?;
                self.note(&message);
                continue;
            } else {
                self.published.remove(0)
            };
            let is_old =
                message.get("version").and_then(Value::as_u64).is_some_and(|known| known < self.version);
            if message["uri"] == uri && !is_old {
                return message["diagnostics"].as_array().cloned();
            }
        }
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.messages.recv_timeout(PATIENCE);
            let message = message.unwrap_or_else(|_| panic!("{:?} does not answer {method}", self.kind));
            if message["id"] == id && message.get("method").is_none() {
                assert!(message.get("error").is_none_or(Value::is_null), "{method}: {message}");
                return message["result"].clone();
            }
            self.note(&message);
        }
    }

    /// Takes what the server says by itself, and answers what it asks.
    fn note(&mut self, message: &Value) {
        let method = message["method"].as_str().unwrap_or_default();
        if method == "textDocument/publishDiagnostics" {
            self.published.push(message["params"].clone());
        } else if message.get("id").is_some() && !method.is_empty() {
            let result = match message["params"]["items"].as_array() {
                Some(items) if method == "workspace/configuration" => {
                    Value::from(vec![self.configuration(); items.len()])
                }
                _ => Value::Null,
            };
            self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": result}));
        }
    }

    /// The settings that `.vscode/settings.json` holds, as the editor passes them on.
    fn configuration(&self) -> Value {
        let text = std::fs::read_to_string(self.root.join(".vscode/settings.json")).unwrap_or_default();
        let settings: Value = serde_json::from_str(&text).unwrap_or_default();
        match self.kind {
            Kind::Tombi => Value::Null,
            Kind::Taplo => json!({"completion": {"maxKeys": settings["evenBetterToml.completion.maxKeys"]}}),
        }
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// One message; nothing at the end.
fn message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some(given) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
