//! What a write changes, and that an older one changes nothing.

use super::*;
use crate::trial::{mark, wanted};
use engine_contract::FieldType;
use futures::future::join_all;
use std::fmt::Write as _;

const TABLE: &str =
    "CREATE TABLE t (id BIGINT PRIMARY KEY, name VARCHAR(40), total DECIMAL(20,4), extra JSON, paid BOOLEAN)";

#[tokio::test]
async fn changes_are_reported_truthfully_and_values_kept_exactly() {
    let shop = Shop::new(TABLE).await;
    let target = shop.target().await;
    let first =
        put(&*target, 1, &["id"], r#"{"id":7,"name":"é","total":12.50,"extra":{"a":[1.10]},"paid":true}"#);
    assert_eq!(shop.write(&*target, std::slice::from_ref(&first)).await, ["Created 7"]);
    assert_eq!(shop.write(&*target, &[first]).await, ["Updated 7"]);
    let ids = ["7".to_owned(), "8".to_owned(), "x".to_owned()];
    let found = target.read_back(&shop.context(), "t", &["id".to_owned()], &ids).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].fields.to_json(),
        r#"{"id":7,"name":"é","total":12.5000,"extra":{"a":[1.10]},"paid":true}"#
    );
    assert_eq!(shop.write(&*target, &[delete(3, &["id"], "7")]).await, ["Deleted 7"]);
    assert_eq!(shop.write(&*target, &[delete(3, &["id"], "7")]).await, ["Deleted 7"]);
    assert!(shop.texts("SELECT name FROM t").await.is_empty());
}

#[tokio::test]
async fn an_older_write_that_arrives_late_changes_nothing_even_after_a_delete() {
    let shop = Shop::new(TABLE).await;
    let target = shop.target().await;
    let at =
        |revision, name: &str| put(&*target, revision, &["id"], &format!(r#"{{"id":1,"name":"{name}"}}"#));
    assert_eq!(shop.write(&*target, &[at(5, "new")]).await, ["Created 1"]);
    assert_eq!(shop.write(&*target, &[at(4, "old")]).await, ["Superseded 1"]);
    assert_eq!(shop.texts("SELECT name FROM t").await, ["new"]);
    assert_eq!(shop.write(&*target, &[delete(4, &["id"], "1")]).await, ["Superseded 1"]);
    assert_eq!(shop.write(&*target, &[delete(6, &["id"], "1")]).await, ["Deleted 1"]);
    assert_eq!(shop.write(&*target, &[at(5, "risen")]).await, ["Superseded 1"]);
    assert!(shop.texts("SELECT name FROM t").await.is_empty());
    assert_eq!(shop.write(&*target, &[at(7, "again")]).await, ["Created 1"]);
    let both = [at(9, "last"), at(8, "late")];
    assert_eq!(shop.write(&*target, &both).await, ["Updated 1", "Superseded 1"]);
    assert_eq!(shop.texts("SELECT name FROM t").await, ["last"]);
}

#[tokio::test]
async fn composite_keys_are_one_target_id() {
    let shop = Shop::new("CREATE TABLE t (shop VARCHAR(9), n INT, v TEXT, UNIQUE (n, shop))").await;
    let target = shop.target().await;
    let match_on = ["shop", "n"];
    let write = put(&*target, 1, &match_on, r#"{"shop":"a\"b","n":2,"v":"x"}"#);
    assert_eq!(shop.write(&*target, &[write]).await, [r#"Created ["a\"b",2]"#]);
    let id = r#"["a\"b",2]"#.to_owned();
    let names = match_on.map(str::to_owned);
    let found = target.read_back(&shop.context(), "t", &names, std::slice::from_ref(&id)).await.unwrap();
    assert_eq!(found[0].target_id, id);
    assert_eq!(shop.write(&*target, &[delete(2, &match_on, &id)]).await, [format!("Deleted {id}")]);
    assert!(shop.texts("SELECT v FROM t").await.is_empty());
}

#[tokio::test]
async fn a_changed_natural_key_moves_the_row_and_a_repeat_is_harmless() {
    let shop = Shop::new("CREATE TABLE t (email VARCHAR(20) PRIMARY KEY, v TEXT)").await;
    let target = shop.target().await;
    let first = put(&*target, 1, &["email"], r#"{"email":"a","v":"1"}"#);
    shop.write(&*target, std::slice::from_ref(&first)).await;
    let moved = Write {
        op: Op::Update,
        target_id: Some("a".to_owned()),
        ..put(&*target, 2, &["email"], r#"{"email":"b","v":"2"}"#)
    };
    for _ in 0..2 {
        assert_eq!(shop.write(&*target, std::slice::from_ref(&moved)).await, ["Updated b"]);
        assert_eq!(shop.texts("SELECT CONCAT(email, v) FROM t").await, ["b2"]);
    }
    assert_eq!(shop.write(&*target, &[first]).await, ["Superseded a"]);
    let spelled = Write {
        op: Op::Update,
        target_id: Some("b".to_owned()),
        ..put(&*target, 3, &["email"], r#"{"email":"B"}"#)
    };
    assert_eq!(shop.write(&*target, &[spelled]).await, ["Updated B"]);
    assert_eq!(shop.texts("SELECT CONCAT(email, v) FROM t").await, ["B2"]);
}

#[tokio::test]
async fn columns_that_a_mapping_leaves_out_keep_their_values() {
    let shop = Shop::new("CREATE TABLE t (id INT PRIMARY KEY, a TEXT NOT NULL, b TEXT)").await;
    let target = shop.target().await;
    shop.run("INSERT INTO t VALUES (1, 'kept', NULL)").await;
    let write = put(&*target, 1, &["id"], r#"{"id":1,"b":"set"}"#);
    assert_eq!(shop.write(&*target, &[write]).await, ["Updated 1"]);
    assert_eq!(shop.texts("SELECT CONCAT(a, b) FROM t").await, ["keptset"]);
}

#[tokio::test]
async fn two_spellings_that_a_collation_calls_equal_never_share_a_row() {
    let shop = Shop::new("CREATE TABLE t (email VARCHAR(20) PRIMARY KEY, v TEXT)").await;
    let target = shop.target().await;
    let spelled =
        |email: &str, v: &str| put(&*target, 1, &["email"], &format!(r#"{{"email":"{email}","v":"{v}"}}"#));
    let taken = "Duplicate: unique index `PRIMARY` has these values already (table t)";
    assert_eq!(shop.write(&*target, &[spelled("A", "1"), spelled("a", "2")]).await, ["Created A", taken]);
    assert_eq!(shop.write(&*target, &[spelled("a ", "3")]).await, [taken]);
    assert_eq!(shop.write(&*target, &[delete(2, &["email"], "a")]).await, ["Deleted a"]);
    assert_eq!(shop.texts("SELECT CONCAT(email, v) FROM t").await, ["A1"]);
    assert_eq!(shop.write(&*target, &[spelled("A", "4")]).await, ["Updated A"]);
    assert!(target.read_back(&shop.context(), "t", &[], &["a".to_owned()]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_write_never_changes_the_row_that_another_unique_index_finds() {
    let shop = Shop::new(
        "CREATE TABLE t (n INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(20) UNIQUE, code VARCHAR(9), v TEXT, UNIQUE ours (code));
         INSERT INTO t (email, code, v) VALUES ('foreign', NULL, 'untouched'), ('own', 'c1', 'old')",
    )
    .await;
    let target = shop.target().await;
    let row = |fields: &str| put(&*target, 1, &["code"], fields);
    let writes = [
        row(r#"{"code":"c2","email":"foreign","v":"new"}"#),
        row(r#"{"code":"c1","email":"foreign","v":"new"}"#),
        row(r#"{"code":"c3","n":1,"v":"new"}"#),
        row(r#"{"code":"c4","email":"free","v":"new"}"#),
    ];
    let taken = |index: &str| format!("Duplicate: unique index `{index}` has these values already (table t)");
    assert_eq!(
        shop.write(&*target, &writes).await,
        [taken("email"), taken("email"), taken("PRIMARY"), "Created c4".to_owned()]
    );
    let rows = shop.texts("SELECT CONCAT_WS(' ', email, code, v) FROM t ORDER BY n").await;
    assert_eq!(rows, ["foreign untouched", "own c1 old", "free c4 new"]);
}

#[tokio::test]
async fn a_zero_is_stored_where_the_server_would_count() {
    let shop = Shop::new("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v TEXT)").await;
    let target = shop.target().await;
    assert_eq!(
        shop.write(&*target, &[put(&*target, 1, &["id"], r#"{"id":0,"v":"x"}"#)]).await,
        ["Created 0"]
    );
    assert_eq!(shop.texts("SELECT CAST(id AS CHAR) FROM t").await, ["0"]);
}

#[tokio::test]
async fn names_are_never_read_as_sql() {
    let shop = Shop::new("CREATE TABLE t (`i``d; DROP` INT PRIMARY KEY, `select` TEXT)").await;
    let target = shop.target().await;
    let write = put(&*target, 1, &[], r#"{"i`d; DROP":1,"select":"x'); DROP TABLE t; -- \\' ?"}"#);
    assert_eq!(shop.write(&*target, &[write]).await, ["Created 1"]);
    assert_eq!(shop.texts("SELECT `select` FROM t").await, ["x'); DROP TABLE t; -- \\' ?"]);
}

#[tokio::test]
async fn a_thousand_rows_of_many_shapes_share_a_transaction() {
    let shop = Shop::new("CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT UNIQUE, c TEXT)").await;
    let target = shop.target().await;
    let rows = |revision: i64, count: i64| -> Vec<Write> {
        let fields = |id: i64| {
            let mut fields = format!(r#"{{"id":{id},"b":{id}"#);
            match id % 3 {
                0 => write!(fields, r#","a":{revision}"#).unwrap(),
                1 => write!(fields, r#","c":"{}""#, "x".repeat(100)).unwrap(),
                _ => {}
            }
            fields + "}"
        };
        (0..count).map(|id| put(&*target, revision, &["id"], &fields(id))).collect()
    };
    let first = shop.write(&*target, &rows(1, 500)).await;
    assert!(first.iter().all(|outcome| outcome.starts_with("Created")));
    let second = shop.write(&*target, &rows(2, 1_000)).await;
    assert_eq!(second.iter().filter(|outcome| outcome.starts_with("Updated")).count(), 500);
    assert_eq!(second.iter().filter(|outcome| outcome.starts_with("Created")).count(), 500);
    assert_eq!(shop.texts("SELECT CAST(SUM(a) AS CHAR) FROM t").await, ["668"]);
    let deletes: Vec<Write> = (0..1_000).map(|id| delete(3, &["id"], &id.to_string())).collect();
    assert!(shop.write(&*target, &deletes).await.iter().all(|outcome| outcome.starts_with("Deleted")));
    assert_eq!(shop.texts("SELECT CAST(COUNT(*) AS CHAR) FROM t").await, ["0"]);
    assert_eq!(shop.texts("SELECT CAST(SUM(deleted) AS CHAR) FROM _engine_guard").await, ["1000"]);
}

#[tokio::test]
async fn a_soft_delete_changes_rows_where_they_are_and_an_older_one_changes_nothing() {
    let shop =
        Shop::new("CREATE TABLE t (shop VARCHAR(40), id BIGINT, gone VARCHAR(40), PRIMARY KEY (shop, id))")
            .await;
    let target = shop.target().await;
    let rows = [1, 2].map(|id| put(&*target, 5, &["shop", "id"], &format!(r#"{{"shop":"a","id":{id}}}"#)));
    shop.write(&*target, &rows).await;
    let mark = |revision, id: &str, gone: &str| {
        let fields = format!(r#"{{"gone":"{gone}"}}"#);
        mark(&*target, revision, &["shop", "id"], id, &fields)
    };
    let marks = [mark(6, r#"["a",1]"#, "one"), mark(6, r#"["a",2]"#, "two"), mark(6, r#"["a",3]"#, "none")];
    let told = [r#"Deleted ["a",1]"#, r#"Deleted ["a",2]"#, r#"Deleted ["a",3]"#];
    assert_eq!(shop.write(&*target, &marks).await, told);
    let gone = "SELECT gone FROM t ORDER BY id";
    assert_eq!(shop.texts(gone).await, ["one", "two"], "each has its own mark, and no row is made");
    assert_eq!(shop.write(&*target, &[mark(5, r#"["a",1]"#, "late")]).await, [r#"Superseded ["a",1]"#]);
    let back = put(&*target, 7, &["shop", "id"], r#"{"shop":"a","id":1,"gone":"no"}"#);
    assert_eq!(shop.write(&*target, &[Write { op: Op::Update, ..back }]).await, [r#"Updated ["a",1]"#]);
    assert_eq!(shop.texts(gone).await, ["no", "two"]);
}

#[tokio::test]
async fn a_made_table_takes_what_it_was_made_for_however_many_make_it() {
    let shop = Shop::new("SELECT 1").await;
    let mut targets = Vec::new();
    for _ in 0..8 {
        targets.push(shop.target().await);
    }
    let (context, wanted) = (shop.context(), wanted());
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
    assert_eq!(shop.write(&**target, &[row]).await, [r#"Created ["é",7]"#]);
    target.create(&context, &wanted).await.unwrap();
    assert_eq!(shop.write(&**target, &[again]).await, [r#"Updated ["é",7]"#], "it was not made anew");
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
    assert_eq!(shop.texts("SELECT CAST(total AS CHAR) FROM t").await, ["12.3456780000"]);
}
