//! Programs that drive an emulator over its face, on a port of this machine.

use crate::woocommerce::folder;
use connector_emulators::{Emulator, FaultPlan, Faulty, Shared, serve};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::channel,
};

/// Where the libraries are installed.
pub(crate) fn place() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let place = folder("").join(target).join("conformance");
    place
        .canonicalize()
        .unwrap_or_else(|_| panic!("the libraries are missing: run tests/conformance/prepare"))
}

/// Starts what an emulator is for a port of its own, on a thread of its own; its address. It lives by the clock of
/// this machine, as the signatures of clients do.
pub(crate) fn start<E: Emulator + 'static>(emulator: impl FnOnce(&str) -> E + Send + 'static) -> String {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let faulty = Faulty::new(emulator(&url), FaultPlan::default());
            let shared = Shared::new(faulty, Timestamp::now);
            tell.send(url).unwrap();
            serve(listener, shared).await.unwrap();
        });
    });
    told.recv().unwrap()
}

/// What a program prints, a line of JSON for each call.
pub(crate) fn lines(script: &str, arguments: &[&str]) -> Vec<Value> {
    let script = folder("tests/conformance/clients").join(script);
    let is_python = script.extension().is_some_and(|extension| extension == "py");
    let program = if is_python { place().join("venv/bin/python") } else { Path::new("node").to_owned() };
    let output = Command::new(program)
        .arg(&script)
        .args(arguments)
        .env("NODE_PATH", place().join("node_modules"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "*")
        .env("no_proxy", "*")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}: {errors}\n{}",
        script.display(),
        String::from_utf8_lossy(&output.stdout)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a program says of its calls, one line for each.
pub(crate) fn told(script: &str, arguments: &[&str]) -> String {
    let lines = lines(script, arguments);
    let line = |line: &Value| {
        let name = line["name"].as_str().unwrap();
        match line.get("refused") {
            Some(refused) => format!("{name}: refused {refused}\n"),
            None => format!("{name}: {}\n", line["said"]),
        }
    };
    lines.iter().map(line).collect()
}
