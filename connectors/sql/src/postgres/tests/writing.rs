//! What a write changes, and that an older one changes nothing.

use super::*;
use crate::trial::{mark, wanted};
use engine_contract::{FieldType, Op};
use futures::future::join_all;

const TABLE: &str =
    "CREATE TABLE t (id bigint PRIMARY KEY, name text, total numeric, extra jsonb, paid boolean)";

#[tokio::test]
async fn changes_are_reported_truthfully_and_values_kept_exactly() {
    let project = Project::new(TABLE).await;
    let target = project.target().await;
    let first = put(
        &*target,
        1,
        &["id"],
        r#"{"id":7,"name":"é\t\\N","total":12.50,"extra":{"a":[1.10]},"paid":true}"#,
    );
    assert_eq!(project.write(&*target, std::slice::from_ref(&first)).await, ["Created 7"]);
    assert_eq!(project.write(&*target, &[first]).await, ["Updated 7"]);
    let longer = put(&*target, 2, &["id"], r#"{"id":7,"total":0.1234567890123456789012345678901}"#);
    assert_eq!(project.write(&*target, &[longer]).await, ["Updated 7"]);
    let ids = ["7".to_owned(), "8".to_owned(), "x".to_owned()];
    let found = target.read_back(&project.context(), "t", &["id".to_owned()], &ids).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].fields.to_json(),
        r#"{"id":7,"name":"é\t\\N","total":0.1234567890123456789012345678901,"extra":{"a":[1.10]},"paid":true}"#
    );
    assert_eq!(project.write(&*target, &[delete(3, &["id"], "7")]).await, ["Deleted 7"]);
    assert_eq!(project.write(&*target, &[delete(3, &["id"], "7")]).await, ["Deleted 7"]);
    assert!(project.texts("SELECT name FROM t").await.is_empty());
    project.end().await;
}

#[tokio::test]
async fn in_a_call_of_many_rows_each_is_told_whether_it_is_new() {
    let project =
        Project::new(&format!("{TABLE}; INSERT INTO t (id) SELECT n * 3 FROM generate_series(0, 700) n"))
            .await;
    let target = project.target().await;
    let writes = (0..2000).map(|id| put(&*target, 1, &["id"], &format!(r#"{{"id":{id},"name":"{id}"}}"#)));
    let writes = numbered(writes.collect());
    let expected: Vec<String> =
        (0..2000).map(|id| format!("{} {id}", if id % 3 == 0 { "Updated" } else { "Created" })).collect();
    assert_eq!(project.write(&*target, &writes).await, expected);
    assert_eq!(project.texts("SELECT count(*)::text FROM t WHERE name = id::text").await, ["2000"]);
    project.end().await;
}

#[tokio::test]
async fn an_older_write_that_arrives_late_changes_nothing_even_after_a_delete() {
    let project = Project::new(TABLE).await;
    let target = project.target().await;
    let at =
        |revision, name: &str| put(&*target, revision, &["id"], &format!(r#"{{"id":1,"name":"{name}"}}"#));
    assert_eq!(project.write(&*target, &[at(5, "new")]).await, ["Created 1"]);
    assert_eq!(project.write(&*target, &[at(4, "old")]).await, ["Superseded 1"]);
    assert_eq!(project.texts("SELECT name FROM t").await, ["new"]);
    assert_eq!(project.write(&*target, &[delete(4, &["id"], "1")]).await, ["Superseded 1"]);
    assert_eq!(project.write(&*target, &[delete(6, &["id"], "1")]).await, ["Deleted 1"]);
    assert_eq!(project.write(&*target, &[at(5, "risen")]).await, ["Superseded 1"]);
    assert!(project.texts("SELECT name FROM t").await.is_empty());
    assert_eq!(project.write(&*target, &[at(7, "again")]).await, ["Created 1"]);
    // Others of the same call are not held up by one that is late.
    let other = put(&*target, 3, &["id"], r#"{"id":2,"name":"other"}"#);
    let writes = numbered(vec![at(2, "old"), other]);
    assert_eq!(project.write(&*target, &writes).await, ["Superseded 1", "Created 2"]);
    project.end().await;
}

#[tokio::test]
async fn of_two_calls_at_once_the_newer_wins_whichever_commits_first() {
    let project = Project::new(TABLE).await;
    for newer_first in [true, false] {
        project.sql("TRUNCATE t").await;
        let (one, two) = (project.target().await, project.target().await);
        let base = if newer_first { 10 } else { 20 };
        let old: Vec<Write> =
            (0..300).map(|id| put(&*one, base, &["id"], &format!(r#"{{"id":{id},"name":"old"}}"#))).collect();
        let new: Vec<Write> = (0..300)
            .rev()
            .map(|id| put(&*two, base + 1, &["id"], &format!(r#"{{"id":{id},"name":"new"}}"#)))
            .collect();
        let context = project.context();
        let (first, second) = if newer_first {
            futures::join!(two.write(&context, &new), one.write(&context, &old))
        } else {
            futures::join!(one.write(&context, &old), two.write(&context, &new))
        };
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(project.texts("SELECT DISTINCT name FROM t").await, ["new"]);
    }
    project.end().await;
}

#[tokio::test]
async fn what_is_too_old_is_forgotten_by_the_guard() {
    let project = Project::new(TABLE).await;
    let target = project.target().await;
    let write = |revision| put(&*target, revision, &["id"], r#"{"id":1}"#);
    project.write(&*target, &[write(1)]).await;
    project.sql("UPDATE _engine_guard SET written_at = now() - interval '31 days'").await;
    let later = project.target().await;
    project.write(&*later, &[write(2)]).await;
    assert_eq!(project.texts("SELECT newest::text FROM _engine_guard").await, ["2"]);
    project.end().await;
}

#[tokio::test]
async fn composite_keys_are_one_target_id() {
    let project = Project::new("CREATE TABLE t (shop text, n integer, v text, UNIQUE (n, shop))").await;
    let target = project.target().await;
    let match_on = ["shop", "n"];
    let write = put(&*target, 1, &match_on, r#"{"shop":"a\"b","n":2,"v":"x"}"#);
    assert_eq!(project.write(&*target, &[write]).await, [r#"Created ["a\"b",2]"#]);
    let id = r#"["a\"b",2]"#.to_owned();
    let names = match_on.map(str::to_owned);
    let found = target.read_back(&project.context(), "t", &names, std::slice::from_ref(&id)).await.unwrap();
    assert_eq!(found[0].target_id, id);
    assert_eq!(project.write(&*target, &[delete(2, &match_on, &id)]).await, [format!("Deleted {id}")]);
    assert!(project.texts("SELECT v FROM t").await.is_empty());
    project.end().await;
}

#[tokio::test]
async fn a_changed_natural_key_moves_the_row_and_a_repeat_is_harmless() {
    let project = Project::new("CREATE TABLE t (email text PRIMARY KEY, v text)").await;
    let target = project.target().await;
    let first = put(&*target, 1, &["email"], r#"{"email":"a","v":"1"}"#);
    project.write(&*target, std::slice::from_ref(&first)).await;
    let moved = Write {
        op: Op::Update,
        target_id: Some("a".to_owned()),
        ..put(&*target, 2, &["email"], r#"{"email":"b","v":"2"}"#)
    };
    for _ in 0..2 {
        assert_eq!(project.write(&*target, std::slice::from_ref(&moved)).await, ["Updated b"]);
        assert_eq!(project.texts("SELECT email || v FROM t").await, ["b2"]);
    }
    assert_eq!(project.write(&*target, &[first]).await, ["Superseded a"]);
    project.end().await;
}

#[tokio::test]
async fn columns_that_a_mapping_leaves_out_keep_their_values() {
    let project = Project::new(
        "CREATE TABLE t (id bigint PRIMARY KEY, a text NOT NULL, b text); INSERT INTO t VALUES (1, 'kept', NULL)",
    )
    .await;
    let target = project.target().await;
    let writes = numbered(vec![
        put(&*target, 1, &["id"], r#"{"id":1,"b":"set"}"#),
        put(&*target, 1, &["id"], r#"{"id":2,"b":"set"}"#),
    ]);
    assert_eq!(
        project.write(&*target, &writes).await,
        ["Updated 1", "Invalid: a value is missing in a column that takes no null (table t, column a)"]
    );
    assert_eq!(project.texts("SELECT a || b FROM t").await, ["keptset"]);
    project.end().await;
}

#[tokio::test]
async fn partitioned_tables_and_tables_of_a_key_alone_are_written_too() {
    let project = Project::new(
        "CREATE TABLE t (id integer PRIMARY KEY, v text) PARTITION BY RANGE (id);
         CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (100);
         CREATE TABLE k (id integer PRIMARY KEY)",
    )
    .await;
    let target = project.target().await;
    let write = |id: i64, v: &str| put(&*target, 1, &["id"], &format!(r#"{{"id":{id},"v":"{v}"}}"#));
    let writes = numbered(vec![write(1, "a"), write(2, "b")]);
    assert_eq!(project.write(&*target, &writes).await, ["Created 1", "Created 2"]);
    let writes = numbered(vec![write(3, "c"), write(2, "d"), write(100, "e")]);
    assert_eq!(
        project.write(&*target, &writes).await,
        ["Created 3", "Updated 2", "Invalid: no partition of the table takes the row (table t)"]
    );
    let alone = Write { object: "k".to_owned(), ..put(&*target, 1, &[], r#"{"id":1}"#) };
    assert_eq!(project.write(&*target, std::slice::from_ref(&alone)).await, ["Created 1"]);
    assert_eq!(project.write(&*target, &[alone]).await, ["Updated 1"]);
    project.end().await;
}

#[tokio::test]
async fn equal_fields_encode_to_equal_bytes_and_a_match_column_needs_a_value() {
    let project = Project::new(TABLE).await;
    let target = project.target().await;
    let one = put(&*target, 1, &["id"], r#"{"id":1,"extra":{"x":1.10,"a":2}}"#);
    let two = put(&*target, 1, &["id"], r#"{"extra":{"a":2,"x":1.10},"id":1}"#);
    assert_eq!(one.payload, two.payload);
    assert_eq!(&one.payload[..], b"extra\tid\nji\n{\"a\":2,\"x\":1.10}\t1");
    for fields in ["{}", r#"{"id":null}"#, r#"{"id":[1]}"#, r#"{"id":1,"name":"a\u0000"}"#] {
        let fields = map(fields);
        let match_on = ["id".to_owned()];
        let encode = Encode {
            op: Op::Create,
            object: "t",
            fields: &fields,
            match_on: &match_on,
            marker: "",
            marker_field: None,
        };
        assert_eq!(target.encode(&encode).unwrap_err().kind(), ErrorKind::Invalid);
    }
    project.end().await;
}

#[tokio::test]
async fn names_are_never_read_as_sql() {
    let project =
        Project::new("CREATE TABLE t (\"i\"\"d;\tDROP\" integer PRIMARY KEY, \"select\" text)").await;
    let target = project.target().await;
    let write = put(&*target, 1, &[], r#"{"i\"d;\tDROP":1,"select":"x'); DROP TABLE t; --"}"#);
    assert_eq!(project.write(&*target, &[write]).await, ["Created 1"]);
    assert_eq!(project.texts("SELECT \"select\" FROM t").await, ["x'); DROP TABLE t; --"]);
    let found =
        target.find(&project.context(), "t", "select", &["x'); DROP TABLE t; --".to_owned()]).await.unwrap();
    assert_eq!(found[0].1, ["1"]);
    project.end().await;
}

#[tokio::test]
async fn rows_are_found_by_a_column_at_most_two_for_each_value() {
    let project = Project::new(
        "CREATE TABLE t (id bigint PRIMARY KEY, n integer); INSERT INTO t VALUES (1, 7), (2, 8), (3, 8), (4, 8)",
    )
    .await;
    let target = project.target().await;
    let values = ["7", "x", "8", "9"].map(str::to_owned);
    let found = target.find(&project.context(), "t", "n", &values).await.unwrap();
    let shown: Vec<String> = found.iter().map(|(value, ids)| format!("{value}: {}", ids.len())).collect();
    assert_eq!(shown, ["7: 1", "x: 0", "8: 2", "9: 0"]);
    assert_eq!(found[0].1, ["1"]);
    let error = target.find(&project.context(), "t", "gone", &values).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    project.end().await;
}

/// As a pooler would have it: no statement is kept, and everything happens within transactions.
#[tokio::test]
async fn behind_a_transaction_pooler_everything_works_within_transactions() {
    let project = Project::new(TABLE).await;
    let mut config = project.config();
    config["pooler"] = json!("transaction");
    config["pool"] = json!(1);
    let open = project.open_with(config, Access::Write).await;
    let (target, source) = (open.target.unwrap(), open.source.unwrap());
    for revision in 1..4 {
        let write = put(&*target, revision, &["id"], &format!(r#"{{"id":{revision},"name":"a"}}"#));
        assert_eq!(project.write(&*target, &[write]).await, [format!("Created {revision}")]);
    }
    assert_eq!(keys(&read_all(&project, &*source, request("t")).await.0), ["1", "2", "3"]);
    project.end().await;
}

#[tokio::test]
async fn a_soft_delete_changes_rows_where_they_are_and_an_older_one_changes_nothing() {
    let project =
        Project::new("CREATE TABLE t (shop text, id bigint, gone text, PRIMARY KEY (shop, id))").await;
    let target = project.target().await;
    let rows = [1, 2].map(|id| put(&*target, 5, &["shop", "id"], &format!(r#"{{"shop":"a","id":{id}}}"#)));
    project.write(&*target, &rows).await;
    let mark = |revision, id: &str, gone: &str| {
        let fields = format!(r#"{{"gone":"{gone}"}}"#);
        mark(&*target, revision, &["shop", "id"], id, &fields)
    };
    let marks = [mark(6, r#"["a",1]"#, "one"), mark(6, r#"["a",2]"#, "two"), mark(6, r#"["a",3]"#, "none")];
    let told = [r#"Deleted ["a",1]"#, r#"Deleted ["a",2]"#, r#"Deleted ["a",3]"#];
    assert_eq!(project.write(&*target, &marks).await, told);
    let gone = "SELECT gone FROM t ORDER BY id";
    assert_eq!(project.texts(gone).await, ["one", "two"], "each has its own mark, and no row is made");
    assert_eq!(project.write(&*target, &[mark(5, r#"["a",1]"#, "late")]).await, [r#"Superseded ["a",1]"#]);
    let back = put(&*target, 7, &["shop", "id"], r#"{"shop":"a","id":1,"gone":"no"}"#);
    assert_eq!(project.write(&*target, &[Write { op: Op::Update, ..back }]).await, [r#"Updated ["a",1]"#]);
    assert_eq!(project.texts(gone).await, ["no", "two"]);
    project.end().await;
}

#[tokio::test]
async fn a_made_table_takes_what_it_was_made_for_however_many_make_it() {
    let project = Project::new("").await;
    let mut targets = Vec::new();
    for _ in 0..8 {
        targets.push(project.target().await);
    }
    let (context, wanted) = (project.context(), wanted());
    let made = join_all(targets.iter().map(|target| target.create(&context, &wanted))).await;
    assert!(made.iter().all(Result::is_ok), "{made:?}");
    let target = &targets[0];
    let row = put(
        &**target,
        1,
        &["shop", "id"],
        r#"{"shop":"é","id":7,"number":"W-7","total":12.345678,"paid":true,"day":"2026-01-31","made_at":"2026-01-31T10:00:00+02:00","raw":{"a":[1]}}"#,
    );
    let again = Write { id: "again".to_owned(), ..row.clone() };
    assert_eq!(project.write(&**target, &[row]).await, [r#"Created ["é",7]"#]);
    target.create(&context, &wanted).await.unwrap();
    assert_eq!(project.write(&**target, &[again]).await, [r#"Updated ["é",7]"#], "it was not made anew");
    let told = target.schema(&context, "t").await.unwrap();
    assert_eq!(told.key, wanted.key);
    let kinds: Vec<FieldType> = told.fields.iter().map(|field| field.kind).collect();
    assert_eq!(
        kinds,
        [
            FieldType::Text,
            FieldType::Integer,
            FieldType::Text,
            FieldType::Decimal,
            FieldType::Boolean,
            FieldType::Date,
            FieldType::Timestamp,
            FieldType::Json
        ]
    );
    assert_eq!(project.texts("SELECT total::text FROM t").await, ["12.345678"]);
    project.end().await;
}
