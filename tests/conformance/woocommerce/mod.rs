//! The emulated store against exchanges with a real one (WooCommerce 10.5).

mod compare;
mod deliveries;
mod recording;
mod replay;

use connector_emulators::woocommerce::{KeyPair, Permission, Role, Seed, Settings, WooCommerce};
use std::path::{Path, PathBuf};

/// A place in the workspace, which is where its lock file is.
pub(crate) fn folder(path: &str) -> PathBuf {
    let is_root = |folder: &&Path| folder.join("Cargo.lock").is_file();
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(is_root).unwrap().join(path)
}

/// The store that the demo begins with, which is the store that was recorded.
pub(crate) fn seed() -> Seed {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder("pipelines/shops/samples/store")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        texts.push((name, std::fs::read_to_string(&path).unwrap()));
    }
    Seed::read(texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap()
}

/// A key that is one letter forty times, as they were written into the recordings.
fn key(letter: &str, permission: Permission, role: Role) -> KeyPair {
    let letters = letter.repeat(40);
    KeyPair { key: format!("ck_{letters}"), secret: format!("cs_{letters}"), permission, role }
}

/// The recorded store at an address.
pub(crate) fn store(url: &str, https: bool) -> WooCommerce {
    let mut store = WooCommerce::new(Settings {
        url: url.to_owned(),
        zone: "America/New_York".to_owned(),
        https,
        keys: vec![
            key("a", Permission::ReadWrite, Role::Administrator),
            key("b", Permission::Read, Role::Administrator),
            key("c", Permission::Write, Role::Administrator),
            key("d", Permission::ReadWrite, Role::Customer),
        ],
    });
    store.seed(&seed());
    store
}
