//! Mistakes in the tables of the runtime: each is said at its place, before anything is opened.

use crate::Described;
use std::{collections::BTreeMap, path::Path};

fn folder(connector: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog").join(connector);
    let mut files = BTreeMap::new();
    let mut add =
        |name: String| drop(files.insert(name.clone(), std::fs::read_to_string(root.join(name)).unwrap()));
    add("connector.toml".to_owned());
    for kind in ["streams", "objects"] {
        let Ok(entries) = std::fs::read_dir(root.join(kind)) else { continue };
        entries
            .for_each(|entry| add(format!("{kind}/{}", entry.unwrap().file_name().into_string().unwrap())));
    }
    files
}

/// What is said once a text is replaced: the bytes it points to, and the message.
fn said(connector: &str, from: &str, to: &str) -> String {
    let mut files = folder(connector);
    let text = files.get_mut("connector.toml").unwrap();
    assert!(text.contains(from), "{connector} has {from}");
    *text = text.replacen(from, to, 1);
    let text = text.clone();
    let problems = Described::read(&files).err().unwrap_or_default();
    let shown = problems
        .iter()
        .map(|problem| format!("`{}`: {}", text.get(problem.range.clone()).unwrap(), problem.message));
    shown.collect::<Vec<_>>().join("; ")
}

#[test]
fn what_does_not_fit_together_is_said_at_its_place() {
    let table = [
        (
            "woocommerce",
            "user = \"consumer_key\"",
            "user = \"url\"",
            "`\"url\"`: `url` is no setting that is a secret",
        ),
        ("woocommerce", "\npassword = \"consumer_secret\"", "", "`auth`: this kind needs `password`"),
        (
            "woocommerce",
            "url = \"{url}/wp-json",
            "url = \"{uri}/wp-json",
            "`\"{uri}/wp-json/wc/v3\"`: there is no setting `uri`",
        ),
        (
            "woocommerce",
            "url = \"{url}/wp-json",
            "url = \"{consumer_key}/wp-json",
            "`\"{consumer_key}/wp-json/wc/v3\"`: `consumer_key` is a secret: only `[auth]` names secrets",
        ),
        (
            "woocommerce",
            "url = \"{url}/wp-json",
            "url = \"{url/wp-json",
            "`\"{url/wp-json/wc/v3\"`: a `{` needs its `}`",
        ),
        (
            "woocommerce",
            "page = \"changes\"",
            "page = \"by_id\"",
            "`\"by_id\"`: a stream with a cursor needs a `page` of the kind `window`: others lose records that change",
        ),
        (
            "woocommerce",
            "page = \"changes\"",
            "page = \"change\"",
            "`\"change\"`: there is no `[page.change]`",
        ),
        (
            "woocommerce",
            "exclude = \"exclude\"",
            "exclud = \"exclude\"",
            "`exclud`: unknown field `exclud`, expected one of `kind`, `size`, `size_max`, `number`, `first`, `offset`, `exclude`, `token`, `next`, `query`",
        ),
        (
            "woocommerce",
            "path = \"products/{parent_id}/variations\"",
            "path = \"products/{parent}/variations\"",
            "`create`: there is no setting `parent`",
        ),
        (
            "quickbooks",
            "by = \"environment\"",
            "by = \"realm\"",
            "`\"realm\"`: `realm` is no setting of the type `one_of`",
        ),
        (
            "quickbooks",
            "condition = \"Active = {value}\"",
            "parameter = \"active\"",
            "`active`: it needs `condition`, and nothing else",
        ),
        (
            "quickbooks",
            "delete = [\"deactivate\"]",
            "delete = [\"soft\"]",
            "`\"soft\"`: `[object.Customer.write]` does not say how to `soft`",
        ),
        (
            "quickbooks",
            "name = \"DisplayName\"",
            "name = \"Nickname\"",
            "`\"Nickname\"`: `Customer` has no field `Nickname`",
        ),
    ];
    for (connector, from, to, expected) in table {
        assert_eq!(said(connector, from, to), expected, "{to}");
    }
}

#[test]
fn what_does_not_fit_a_connector_of_tables_is_said_at_its_place() {
    let table = [
        ("supabase", "write_rows = 500", "write_rows = 0", "`0`: it must be above 0"),
        (
            "supabase",
            "[auth.also]\nauthorization = \"Bearer {key}\"",
            "[auth.also]\nauthorization = \"Bearer {url}\"",
            "`also`: `url` is no setting that is a secret",
        ),
    ];
    for (connector, from, to, message) in table {
        assert_eq!(said(connector, from, to), message, "{from}");
    }
}
