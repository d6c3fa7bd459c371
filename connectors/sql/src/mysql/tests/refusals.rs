//! What is refused, how narrowly, and in which words.

use super::{super::target::write_slice, *};

const TABLE: &str = "
    CREATE TABLE parent (id INT PRIMARY KEY);
    CREATE TABLE t (
        id INT PRIMARY KEY,
        email VARCHAR(20) UNIQUE,
        age TINYINT UNSIGNED, CONSTRAINT grown CHECK (age >= 18),
        name VARCHAR(6) NOT NULL,
        parent INT, CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES parent (id),
        price DECIMAL(10,2),
        twice INT AS (age * 2),
        narrow TEXT CHARACTER SET latin1
    );";

#[tokio::test]
async fn a_refused_row_takes_nothing_else_with_it_and_shows_no_value() {
    let shop = Shop::new(TABLE).await;
    let target = shop.target().await;
    let row = |id: i64, rest: &str| put(&*target, 1, &["id"], &format!(r#"{{"id":{id},{rest}}}"#));
    let writes = [
        row(1, r#""name":"secret","email":"secret@x""#),
        row(2, r#""name":"secret","email":"secret@x""#),
        row(3, r#""name":"secret","age":12"#),
        row(4, r#""name":null"#),
        row(5, r#""name":"secret","parent":99"#),
        row(6, r#""name":"secret","price":12.505"#),
        row(7, r#""name":"secret","age":"secret""#),
        row(8, r#""name":"secret","colour":"secret""#),
        row(9, r#""name":"secret","twice":2"#),
        row(10, r#""name":"secrets""#),
        row(11, r#""name":"secret","narrow":"日本""#),
        row(12, r#""email":"no name""#),
        row(13, r#""name":"kept""#),
    ];
    let outcomes = shop.write(&*target, &writes).await;
    assert_eq!(
        outcomes,
        [
            "Created 1",
            "Duplicate: unique index `email` has these values already (table t)",
            "Invalid: check constraint `grown` refuses the row (table t)",
            "Invalid: column `name` (varchar(6)) cannot keep null: it is `NOT NULL` (table t)",
            "MissingParent: foreign key `of_parent` finds no row with this value (table t)",
            "Invalid: column `price` (decimal(10,2)) cannot keep a number: it takes numbers only, and would lose \
             digits of this one or has no room for it (table t)",
            "Invalid: column `age` (tinyint(3) unsigned) cannot keep a text: it takes whole numbers within its range \
             only (table t)",
            "Invalid: no column `colour` (table t)",
            "Invalid: column `twice` is generated (table t)",
            "Invalid: column `name` (varchar(6)) cannot keep a text: it is too short for it (table t)",
            "Invalid: column `narrow` cannot keep the value (table t)",
            "Invalid: column `name` needs a value (table t)",
            "Created 13",
        ]
    );
    assert_eq!(shop.texts("SELECT CAST(id AS CHAR) FROM t ORDER BY id").await, ["1", "13"]);
    assert_eq!(shop.texts("SELECT target_id FROM _engine_guard ORDER BY target_id").await, ["1", "13"]);
    let debug = format!("{:?}", target.write(&shop.context(), &writes[1..2]).await.unwrap());
    assert!(!debug.contains("secret"), "{debug}");
}

#[tokio::test]
async fn the_order_of_rows_within_a_call_decides_nothing() {
    let shop = Shop::new(
        "CREATE TABLE t (id INT PRIMARY KEY, code VARCHAR(9) UNIQUE, up INT, CONSTRAINT tree FOREIGN KEY (up) REFERENCES t (id))",
    )
    .await;
    let target = shop.target().await;
    let row = |revision, fields: &str| put(&*target, revision, &["id"], fields);
    let writes =
        [row(1, r#"{"id":2,"up":1}"#), row(1, r#"{"id":1,"code":"a"}"#), row(1, r#"{"id":3,"up":9}"#)];
    assert_eq!(
        shop.write(&*target, &writes).await,
        [
            "Created 2",
            "Created 1",
            "MissingParent: foreign key `tree` finds no row with this value (table t)"
        ]
    );
    let swap = [row(2, r#"{"id":4,"code":"a"}"#), row(2, r#"{"id":1,"code":"b"}"#)];
    assert_eq!(shop.write(&*target, &swap).await, ["Created 4", "Updated 1"]);
    let parents = [delete(3, &["id"], "1"), delete(3, &["id"], "2")];
    assert_eq!(shop.write(&*target, &parents).await, ["Deleted 1", "Deleted 2"]);
    shop.run("INSERT INTO t VALUES (5, NULL, 4)").await;
    assert_eq!(
        shop.write(&*target, &[delete(4, &["id"], "4")]).await,
        ["Invalid: foreign key `tree` keeps the row: others refer to it (table t)"]
    );
}

#[tokio::test]
async fn triggers_refuse_one_row_without_its_values() {
    let shop = Shop::new("CREATE TABLE t (id INT PRIMARY KEY, n INT)").await;
    shop.run(
        "CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW BEGIN IF NEW.n = 13 THEN \
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'thirteen'; END IF; END",
    )
    .await;
    let target = shop.target().await;
    let row = |id: i64, n: i64| put(&*target, 1, &["id"], &format!(r#"{{"id":{id},"n":{n}}}"#));
    assert_eq!(
        shop.write(&*target, &[row(1, 1), row(2, 13), row(3, 14)]).await,
        ["Created 1", "Invalid: a trigger of the table refuses the row (table t)", "Created 3"]
    );
}

#[tokio::test]
async fn a_table_without_transactions_is_refused_with_its_remedy() {
    let shop = Shop::new("CREATE TABLE t (id INT PRIMARY KEY) ENGINE = MyISAM").await;
    let target = shop.target().await;
    let write = put(&*target, 1, &["id"], r#"{"id":1}"#);
    let error = target.write(&shop.context(), &[write]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(
        error.to_string(),
        "the table's engine MyISAM has no transactions, so that a write could be half done: \
         run `ALTER TABLE t ENGINE = InnoDB` (table t)"
    );
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_with_their_remedy() {
    let shop = Shop::new("CREATE TABLE t (id INT, x DOUBLE, part VARCHAR(20), UNIQUE (part(3))); CREATE VIEW v AS SELECT * FROM t").await;
    let target = shop.target().await;
    let mut shown = Vec::new();
    for match_on in [&["id"][..], &["part"], &[], &["x"], &["gone"]] {
        let write = put(&*target, 1, match_on, r#"{"id":1,"x":1,"part":"a","gone":1}"#);
        let error = target.write(&shop.context(), &[write]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        shown.push(error.to_string());
    }
    assert_eq!(
        shown,
        [
            "no unique index on (id): add `UNIQUE (id)` to the table (table t)",
            "no unique index on (part): add `UNIQUE (part)` to the table (table t)",
            "the table has no primary key: name its natural key in `write.match` (table t)",
            "the match column `x` must be a whole number, a decimal, a text, bytes, or a date, and is double (table t)",
            "the match column `gone` does not exist (table t)",
        ]
    );
    for object in ["v", "nothing", "T"] {
        let write = Write { object: object.to_owned(), ..put(&*target, 1, &["id"], r#"{"id":1}"#) };
        let error = target.write(&shop.context(), &[write]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("the database has: t, v"), "{error}");
    }
}

#[tokio::test]
async fn a_locked_row_is_an_error_of_the_call_and_may_be_tried_again() {
    let shop = Shop::new("CREATE TABLE t (id INT PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'x')").await;
    let target = shop.target().await;
    let write = put(&*target, 1, &["id"], r#"{"id":1,"v":"y"}"#);
    shop.write(&*target, &[put(&*target, 1, &["id"], r#"{"id":2}"#)]).await;
    let mut other = shop.db().await;
    let mut impatient = shop.db().await;
    impatient.execute("SET innodb_lock_wait_timeout = 1").await.unwrap();
    let mut transaction = other.begin().await.unwrap();
    transaction.execute("UPDATE t SET v = 'locked' WHERE id = 1").await.unwrap();
    let error = write_slice(&mut impatient, std::slice::from_ref(&write), 1 << 20).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true));
    assert_eq!(
        error.to_string(),
        "a row is locked by someone else for too long (while looking for rows, server error 1205)"
    );
    transaction.rollback().await.unwrap();
    assert_eq!(shop.write(&*target, &[write]).await, ["Updated 1"]);
}
