//! Writing files: what lands, what a late write changes, and when readers see it.

use super::Project;
use crate::FileConnector;
use bytes::Bytes;
use engine_contract::{
    Access, Change, Context, DynConnector, Encode, ErrorKind, Map, Op, Outcome, Target, Value, Write,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A connection that writes `data/out/orders.<ending>`.
struct Export {
    project: Project,
    settings: serde_json::Value,
}

impl Export {
    fn new(object: serde_json::Value) -> Self {
        let settings = serde_json::json!({ "root": "data", "object": { "orders": object } });
        Self { project: Project::new(&[]), settings }
    }

    fn context(&self) -> Context {
        self.project.context()
    }

    async fn open(&self) -> Box<dyn Target> {
        let opened = DynConnector::open(&FileConnector, &self.context(), &self.settings, Access::Write).await;
        opened.unwrap().target.unwrap()
    }

    fn text(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.project.dir.path().join("data").join(name)).ok()
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.project.dir.path().join("data/out")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn ndjson() -> Export {
    Export::new(serde_json::json!({ "file": "out/orders.ndjson" }))
}

fn fields(json: &str) -> Map {
    match serde_json::from_str(json).unwrap() {
        Value::Map(map) => map,
        other => panic!("{other:?} is no object"),
    }
}

fn put(target: &dyn Target, json: &str, revision: i64) -> Write {
    write(target, json, revision, None)
}

fn write(target: &dyn Target, json: &str, revision: i64, id: Option<&str>) -> Write {
    let (fields, match_on) = (fields(json), vec!["id".to_owned()]);
    let encode = Encode {
        op: Op::Create,
        object: "orders",
        fields: &fields,
        match_on: &match_on,
        marker: "",
        marker_field: None,
    };
    let payload = target.encode(&encode).unwrap();
    let op = if id.is_some() { Op::Update } else { Op::Create };
    Write {
        id: json.to_owned(),
        op,
        object: "orders".to_owned(),
        payload,
        match_on,
        target_id: id.map(str::to_owned),
        token: None,
        request_key: String::new(),
        marker: String::new(),
        revision,
    }
}

fn delete(id: &str, revision: i64) -> Write {
    Write {
        id: id.to_owned(),
        op: Op::Delete,
        object: "orders".to_owned(),
        payload: Bytes::new(),
        match_on: vec!["id".to_owned()],
        target_id: Some(id.to_owned()),
        token: None,
        request_key: String::new(),
        marker: String::new(),
        revision,
    }
}

async fn send(export: &Export, target: &dyn Target, writes: &[Write]) -> Vec<Change> {
    let outcomes = target.write(&export.context(), writes).await.unwrap();
    outcomes
        .into_iter()
        .map(|(_, outcome)| match outcome {
            Outcome::Applied(applied) => applied.change,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn readers_see_nothing_until_the_run_ends_and_then_everything() {
    let export = ndjson();
    let target = export.open().await;
    let first = [put(&*target, r#"{"id":2,"total":1.10}"#, 1), put(&*target, r#"{"id":1,"total":"x"}"#, 1)];
    assert_eq!(send(&export, &*target, &first).await, [Change::Created, Change::Created]);
    assert_eq!(export.text("out/orders.ndjson"), None);
    target.finish(&export.context()).await.unwrap();
    let whole = "{\"id\":2,\"total\":1.10}\n{\"id\":1,\"total\":\"x\"}\n";
    assert_eq!(export.text("out/orders.ndjson").as_deref(), Some(whole));
    assert_eq!(export.names(), [".orders.ndjson.ledger", "orders.ndjson"]);
}

#[tokio::test]
async fn a_run_that_died_before_its_end_is_made_up_for_by_the_next() {
    let export = ndjson();
    let dying = export.open().await;
    send(&export, &*dying, &[put(&*dying, r#"{"id":1}"#, 1)]).await;
    drop(dying);
    let next = export.open().await;
    next.finish(&export.context()).await.unwrap();
    assert_eq!(export.text("out/orders.ndjson").as_deref(), Some("{\"id\":1}\n"));
}

#[tokio::test]
async fn a_file_that_somebody_deleted_comes_back_and_an_equal_one_is_left_alone() {
    let export = ndjson();
    let target = export.open().await;
    send(&export, &*target, &[put(&*target, r#"{"id":1}"#, 1)]).await;
    target.finish(&export.context()).await.unwrap();
    let file = export.project.dir.path().join("data/out/orders.ndjson");
    std::fs::write(&file, "marked").unwrap();
    target.finish(&export.context()).await.unwrap();
    assert_eq!(
        export.text("out/orders.ndjson").as_deref(),
        Some("marked"),
        "nothing changed: not written again"
    );
    std::fs::remove_file(&file).unwrap();
    target.finish(&export.context()).await.unwrap();
    assert_eq!(export.text("out/orders.ndjson").as_deref(), Some("{\"id\":1}\n"));
}

#[tokio::test]
async fn an_older_write_that_arrives_late_changes_nothing_not_even_after_a_delete() {
    let export = ndjson();
    let target = export.open().await;
    let target = &*target;
    assert_eq!(send(&export, target, &[put(target, r#"{"id":1,"v":2}"#, 5)]).await, [Change::Created]);
    assert_eq!(send(&export, target, &[put(target, r#"{"id":1,"v":1}"#, 4)]).await, [Change::Superseded]);
    assert_eq!(send(&export, target, &[put(target, r#"{"id":1,"v":2}"#, 5)]).await, [Change::Updated]);
    assert_eq!(send(&export, target, &[delete("1", 6)]).await, [Change::Deleted]);
    assert_eq!(send(&export, target, &[put(target, r#"{"id":1,"v":2}"#, 5)]).await, [Change::Superseded]);
    target.finish(&export.context()).await.unwrap();
    assert_eq!(export.text("out/orders.ndjson").as_deref(), Some(""));
}

#[tokio::test]
async fn fields_that_the_mapping_leaves_out_keep_their_values() {
    let export = ndjson();
    let target = export.open().await;
    let target = &*target;
    send(&export, target, &[put(target, r#"{"id":1,"a":1,"b":2}"#, 1)]).await;
    send(&export, target, &[write(target, r#"{"id":1,"a":9}"#, 2, Some("1"))]).await;
    let back =
        target.read_back(&export.context(), "orders", &[], &["1".to_owned(), "2".to_owned()]).await.unwrap();
    let back: Vec<_> = back.iter().map(|current| current.fields.to_json()).collect();
    assert_eq!(back, [r#"{"id":1,"a":9,"b":2}"#]);
}

#[tokio::test]
async fn a_changed_natural_key_moves_the_object() {
    let export = ndjson();
    let target = export.open().await;
    let target = &*target;
    send(&export, target, &[put(target, r#"{"id":"old","a":1}"#, 1)]).await;
    let moved = send(&export, target, &[write(target, r#"{"id":"new","a":1}"#, 2, Some("old"))]).await;
    assert_eq!(moved, [Change::Updated]);
    target.finish(&export.context()).await.unwrap();
    assert_eq!(export.text("out/orders.ndjson").as_deref(), Some("{\"id\":\"new\",\"a\":1}\n"));
}

#[tokio::test]
async fn csv_has_a_column_for_every_field_and_numbers_keep_their_digits() {
    let export = Export::new(serde_json::json!({ "file": "out/orders.csv", "delimiter": ";" }));
    let target = export.open().await;
    let target = &*target;
    let writes = [
        put(target, r#"{"id":1,"total":10.00,"note":"a;b \"c\"\nd"}"#, 1),
        put(target, r#"{"id":2,"paid":true,"lines":[{"x":1}],"note":null}"#, 1),
    ];
    send(&export, target, &writes).await;
    target.finish(&export.context()).await.unwrap();
    let csv = "id;total;note;paid;lines\n1;10.00;\"a;b \"\"c\"\"\nd\";;\n2;;;true;\"[{\"\"x\"\":1}]\"\n";
    assert_eq!(export.text("out/orders.csv").as_deref(), Some(csv));
}

#[tokio::test]
async fn a_gzipped_file_reads_back_as_what_was_written() {
    let export = Export::new(serde_json::json!({ "file": "out/orders.ndjson.gz" }));
    let target = export.open().await;
    send(&export, &*target, &[put(&*target, r#"{"id":1,"total":1.10}"#, 1)]).await;
    target.finish(&export.context()).await.unwrap();
    let batch = export.project.read(super::stream(&["out/orders.ndjson.gz"])).await.unwrap();
    assert_eq!(super::show(&batch), [r#"1 out/orders.ndjson.gz:1 {"id":1,"total":1.10}"#]);
}

#[tokio::test]
async fn settings_that_lead_out_of_the_root_or_say_no_format_are_refused() {
    for (object, part) in [
        (serde_json::json!({ "file": "../orders.ndjson" }), "below the root"),
        (serde_json::json!({ "file": "/tmp/orders.ndjson" }), "below the root"),
        (serde_json::json!({ "file": "orders.txt" }), "does not tell"),
        (serde_json::json!({ "file": "orders.json" }), "only read"),
        (serde_json::json!({ "file": "orders.csv", "delimiter": "\"" }), "delimiter"),
    ] {
        let export = Export::new(object);
        let opened =
            DynConnector::open(&FileConnector, &export.context(), &export.settings, Access::Write).await;
        let error = opened.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_dry_run_makes_no_file() {
    let export = ndjson();
    let opened = DynConnector::open(&FileConnector, &export.context(), &export.settings, Access::Read).await;
    let target = opened.unwrap().target.unwrap();
    let back = target.read_back(&export.context(), "orders", &[], &["1".to_owned()]).await.unwrap();
    assert!(back.is_empty());
    let refused = target.write(&export.context(), &[put(&*target, r#"{"id":1}"#, 1)]).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    assert!(!export.project.dir.path().join("data/out").exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the order in which writes of an object arrive, and however often, the newest decides.
    #[test]
    fn the_newest_revision_wins_in_any_order(arrivals in proptest::collection::vec((0_u8..4, 1_i64..6), 1..24)) {
        let export = ndjson();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let target = export.open().await;
            let mut newest: BTreeMap<u8, i64> = BTreeMap::new();
            for (id, revision) in arrivals {
                let json = format!(r#"{{"id":{id},"revision":{revision}}}"#);
                send(&export, &*target, &[put(&*target, &json, revision)]).await;
                let held = newest.entry(id).or_insert(revision);
                *held = revision.max(*held);
            }
            target.finish(&export.context()).await.unwrap();
            let mut lines: Vec<String> =
                export.text("out/orders.ndjson").unwrap().lines().map(str::to_owned).collect();
            lines.sort();
            let expected: Vec<String> =
                newest.iter().map(|(id, revision)| format!(r#"{{"id":{id},"revision":{revision}}}"#)).collect();
            assert_eq!(lines, expected);
        });
    }
}
