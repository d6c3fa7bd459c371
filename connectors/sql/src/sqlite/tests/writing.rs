//! What a write changes, and that an older one changes nothing.

use super::*;
use crate::trial::{mark, wanted};
use engine_contract::FieldType;
use futures::future::join_all;

const TABLE: &str =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, total TEXT, extra JSON, paid BOOLEAN)";

#[tokio::test]
async fn changes_are_reported_truthfully_and_values_kept_exactly() {
    let project = Project::new(TABLE);
    let target = project.target().await;
    let first =
        put(&*target, 1, &["id"], r#"{"id":7,"name":"é","total":12.50,"extra":{"a":[1.10]},"paid":true}"#);
    assert_eq!(project.write(&*target, std::slice::from_ref(&first)).await, ["Created 7"]);
    assert_eq!(project.write(&*target, &[first]).await, ["Updated 7"]);
    let longer = put(&*target, 2, &["id"], r#"{"id":7,"total":0.1234567890123456789012345678901}"#);
    assert_eq!(project.write(&*target, &[longer]).await, ["Updated 7"]);
    assert_eq!(project.texts("SELECT total FROM t"), ["0.1234567890123456789012345678901"]);
    let ids = ["7".to_owned(), "8".to_owned(), "x".to_owned()];
    let found = target.read_back(&project.context(), "t", &["id".to_owned()], &ids).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].fields.to_json(),
        r#"{"id":7,"name":"é","total":"0.1234567890123456789012345678901","extra":"{\"a\":[1.10]}","paid":1}"#
    );
    assert_eq!(project.write(&*target, &[delete(3, &["id"], "7")]).await, ["Deleted 7"]);
    assert_eq!(project.write(&*target, &[delete(3, &["id"], "7")]).await, ["Deleted 7"]);
    assert!(project.texts("SELECT name FROM t").is_empty());
}

#[tokio::test]
async fn cents_add_up_exactly_in_a_text_column() {
    let project = Project::new(TABLE);
    let target = project.target().await;
    for id in 1..=10 {
        let write = put(&*target, 1, &[], &format!(r#"{{"id":{id},"total":"0.10"}}"#));
        project.write(&*target, &[write]).await;
    }
    assert_eq!(project.texts("SELECT DISTINCT total FROM t"), ["0.10"]);
}

#[tokio::test]
async fn an_older_write_that_arrives_late_changes_nothing_even_after_a_delete() {
    let project = Project::new(TABLE);
    let target = project.target().await;
    let at =
        |revision, name: &str| put(&*target, revision, &["id"], &format!(r#"{{"id":1,"name":"{name}"}}"#));
    assert_eq!(project.write(&*target, &[at(5, "new")]).await, ["Created 1"]);
    assert_eq!(project.write(&*target, &[at(4, "old")]).await, ["Superseded 1"]);
    assert_eq!(project.texts("SELECT name FROM t"), ["new"]);
    assert_eq!(project.write(&*target, &[delete(4, &["id"], "1")]).await, ["Superseded 1"]);
    assert_eq!(project.write(&*target, &[delete(6, &["id"], "1")]).await, ["Deleted 1"]);
    assert_eq!(project.write(&*target, &[at(5, "risen")]).await, ["Superseded 1"]);
    assert!(project.texts("SELECT name FROM t").is_empty());
    assert_eq!(project.write(&*target, &[at(7, "again")]).await, ["Created 1"]);
}

#[tokio::test]
async fn composite_keys_are_one_target_id() {
    let project = Project::new("CREATE TABLE t (shop TEXT, n INTEGER, v TEXT, UNIQUE (shop, n))");
    let target = project.target().await;
    let match_on = ["shop", "n"];
    let write = put(&*target, 1, &match_on, r#"{"shop":"a\"b","n":2,"v":"x"}"#);
    assert_eq!(project.write(&*target, &[write]).await, [r#"Created ["a\"b",2]"#]);
    let id = r#"["a\"b",2]"#.to_owned();
    let names = match_on.map(str::to_owned);
    let found = target.read_back(&project.context(), "t", &names, std::slice::from_ref(&id)).await.unwrap();
    assert_eq!(found[0].target_id, id);
    assert_eq!(project.write(&*target, &[delete(2, &match_on, &id)]).await, [format!("Deleted {id}")]);
    assert!(project.texts("SELECT v FROM t").is_empty());
}

#[tokio::test]
async fn a_changed_natural_key_moves_the_row_and_a_repeat_is_harmless() {
    let project = Project::new("CREATE TABLE t (email TEXT PRIMARY KEY, v TEXT)");
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
        assert_eq!(project.texts("SELECT email || v FROM t"), ["b2"]);
    }
    assert_eq!(project.write(&*target, &[first]).await, ["Superseded a"]);
}

#[tokio::test]
async fn columns_that_a_mapping_leaves_out_keep_their_values() {
    let project = Project::new("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b TEXT)");
    let target = project.target().await;
    project.db().execute_batch("INSERT INTO t VALUES (1, 'kept', NULL)").unwrap();
    let write = put(&*target, 1, &["id"], r#"{"id":1,"b":"set"}"#);
    assert_eq!(project.write(&*target, &[write]).await, ["Updated 1"]);
    assert_eq!(project.texts("SELECT a || b FROM t"), ["keptset"]);
}

#[tokio::test]
async fn equal_fields_encode_to_equal_bytes_and_a_match_column_needs_a_value() {
    let project = Project::new(TABLE);
    let target = project.target().await;
    let one = put(&*target, 1, &["id"], r#"{"id":1,"extra":{"x":1.10,"a":2}}"#);
    let two = put(&*target, 1, &["id"], r#"{"extra":{"a":2,"x":1.10},"id":1}"#);
    assert_eq!(one.payload, two.payload);
    assert_eq!(&one.payload[..], br#"{"set":{"extra":{"a":2,"x":1.10},"id":1}}"#);
    for fields in ["{}", r#"{"id":null}"#, r#"{"id":[1]}"#] {
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
}

#[tokio::test]
async fn names_are_never_read_as_sql() {
    let project = Project::new("CREATE TABLE t (\"i\"\"d; DROP\" INTEGER PRIMARY KEY, \"select\" TEXT)");
    let target = project.target().await;
    let write = put(&*target, 1, &[], r#"{"i\"d; DROP":1,"select":"x'); DROP TABLE t; --"}"#);
    assert_eq!(project.write(&*target, &[write]).await, ["Created 1"]);
    assert_eq!(project.texts("SELECT \"select\" FROM t"), ["x'); DROP TABLE t; --"]);
}

#[tokio::test]
async fn a_soft_delete_changes_rows_where_they_are_and_an_older_one_changes_nothing() {
    let project = Project::new("CREATE TABLE t (shop TEXT, id INTEGER, gone TEXT, PRIMARY KEY (shop, id))");
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
    assert_eq!(project.texts(gone), ["one", "two"], "each has its own mark, and no row is made");
    assert_eq!(project.write(&*target, &[mark(5, r#"["a",1]"#, "late")]).await, [r#"Superseded ["a",1]"#]);
    let back = put(&*target, 7, &["shop", "id"], r#"{"shop":"a","id":1,"gone":"no"}"#);
    assert_eq!(project.write(&*target, &[Write { op: Op::Update, ..back }]).await, [r#"Updated ["a",1]"#]);
    assert_eq!(project.texts(gone), ["no", "two"]);
}

#[tokio::test]
async fn a_made_table_takes_what_it_was_made_for_however_many_make_it() {
    let project = Project::new("CREATE TABLE other (id INTEGER PRIMARY KEY)");
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
            FieldType::Text,
            FieldType::Text,
            FieldType::Json
        ]
    );
    assert_eq!(project.texts("SELECT total FROM t"), ["12.345678"]);
}
