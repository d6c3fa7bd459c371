//! What a described connector says when it is asked to open a connection.

use super::bundled;
use crate::Described;
use engine_contract::{
    Access, Cancel, Clock, Context, DynConnector, ErrorKind, NoNetwork, NoSecrets, NoVault, Rng, async_trait,
};
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc, time::Duration};

struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    async fn sleep(&self, _duration: Duration) {}
}

impl Rng for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn context() -> Context {
    Context {
        clock: Arc::new(Still),
        rng: Arc::new(Still),
        http: Arc::new(NoNetwork),
        secrets: Arc::new(NoSecrets),
        vault: Arc::new(NoVault),
        cancel: Cancel::default(),
        project_dir: PathBuf::new(),
    }
}

async fn said(config: &Value) -> (ErrorKind, String) {
    refusal(bundled("supabase"), config).await
}

async fn refusal(described: &Described, config: &Value) -> (ErrorKind, String) {
    let opened = described.open(&context(), config, Access::Read).await.err().unwrap();
    let discovered = described.discover(&context(), config).await.err().unwrap();
    assert_eq!(opened.to_string(), discovered.to_string());
    (opened.kind(), opened.to_string())
}

#[tokio::test]
async fn a_connection_that_cannot_be_opened_yet_says_what_can_be_done() {
    let manifest =
        "[connector]\nname = \"desk\"\ndescription = \"A desk\"\ndocs = \"https://desk.example\"\n";
    let files = [("connector.toml".to_owned(), manifest.to_owned())].into();
    let desk = Described::read(&files).unwrap();
    let message = "this engine can check pipelines of `desk`, and cannot open its connections yet";
    assert_eq!(refusal(&desk, &json!({})).await, (ErrorKind::Unsupported, message.to_owned()));
}

#[tokio::test]
async fn wrong_settings_are_said_first() {
    let literal = json!({ "url": "https://abcdefgh.supabase.co", "key": "sb_secret_1234" });
    let (kind, message) = said(&literal).await;
    assert_eq!(kind, ErrorKind::Config);
    assert!(message.ends_with("(at /key)") && !message.contains("1234"), "{message}");
}
