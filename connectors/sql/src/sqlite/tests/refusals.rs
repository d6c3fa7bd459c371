//! What is refused, how narrowly, and in which words.

use super::{super::target::write_slice, *};

const TABLE: &str = "
    CREATE TABLE parent (id INTEGER PRIMARY KEY);
    CREATE TABLE t (
        id INTEGER PRIMARY KEY,
        email TEXT UNIQUE,
        age INTEGER CONSTRAINT grown CHECK (age >= 18),
        name TEXT NOT NULL,
        parent INTEGER REFERENCES parent (id),
        price DECIMAL(10,2),
        twice INTEGER AS (age * 2)
    );";

#[tokio::test]
async fn a_refused_row_takes_nothing_else_with_it_and_shows_no_value() {
    let project = Project::new(TABLE);
    let target = project.target().await;
    let row = |id: i64, rest: &str| put(&*target, 1, &["id"], &format!(r#"{{"id":{id},{rest}}}"#));
    let writes = [
        row(1, r#""name":"secret","email":"secret@x""#),
        row(2, r#""name":"secret","email":"secret@x""#),
        row(3, r#""name":"secret","age":12"#),
        row(4, r#""name":null"#),
        row(5, r#""name":"secret","parent":99"#),
        row(6, r#""name":"secret","price":12.50"#),
        row(7, r#""name":"secret","age":"secret""#),
        row(8, r#""name":"secret","colour":"secret""#),
        row(9, r#""name":"secret","twice":2"#),
        row(10, r#""name":"kept""#),
    ];
    let outcomes = project.write(&*target, &writes).await;
    assert_eq!(
        outcomes,
        [
            "Created 1",
            "Duplicate: UNIQUE constraint failed: t.email (table t)",
            "Invalid: CHECK constraint failed: grown (table t)",
            "Invalid: NOT NULL constraint failed: t.name (table t)",
            "MissingParent: a foreign key of the table finds no row with this value (table t)",
            "Invalid: column `price` (DECIMAL(10,2)) cannot keep a decimal: it would turn it into a binary fraction: \
             declare the column TEXT, or use whole minor units (table t)",
            "Invalid: column `age` (INTEGER) cannot keep a text: it takes whole numbers of 64 bits only (table t)",
            "Invalid: no column `colour` (table t)",
            "Invalid: column `twice` is generated (table t)",
            "Created 10",
        ]
    );
    assert_eq!(project.texts("SELECT CAST(id AS TEXT) FROM t ORDER BY id"), ["1", "10"]);
    assert_eq!(
        project.texts("SELECT target_id FROM _engine_guard ORDER BY CAST(target_id AS INTEGER)"),
        ["1", "10"]
    );
}

#[tokio::test]
async fn strict_tables_and_triggers_refuse_one_row_without_its_values() {
    let project = Project::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, x BLOB) STRICT;
         CREATE TRIGGER no BEFORE INSERT ON t WHEN new.n = 13 BEGIN SELECT RAISE(ABORT, 'thirteen'); END;",
    );
    let target = project.target().await;
    let writes = [
        put(&*target, 1, &["id"], r#"{"id":1,"x":"text"}"#),
        put(&*target, 1, &["id"], r#"{"id":2,"n":13}"#),
        put(&*target, 1, &["id"], r#"{"id":3,"n":14}"#),
    ];
    assert_eq!(
        project.write(&*target, &writes).await,
        [
            "Invalid: cannot store TEXT value in BLOB column t.x (table t)",
            "Invalid: a trigger of the table refuses the row (table t)",
            "Created 3",
        ]
    );
}

#[tokio::test]
async fn a_row_that_makes_sqlite_roll_everything_back_fails_alone() {
    let project =
        Project::new("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER UNIQUE ON CONFLICT ROLLBACK)");
    let target = project.target().await;
    let mut writes: Vec<Write> = [(1, 5), (2, 5), (3, 6)]
        .map(|(id, n)| put(&*target, 1, &["id"], &format!(r#"{{"id":{id},"n":{n}}}"#)))
        .to_vec();
    for (index, write) in writes.iter_mut().enumerate() {
        write.id = index.to_string();
    }
    let outcomes = project.write(&*target, &writes).await;
    assert_eq!(outcomes, ["Created 1", "Created 3", "Duplicate: UNIQUE constraint failed: t.n (table t)"]);
    assert_eq!(project.texts("SELECT CAST(id AS TEXT) FROM t ORDER BY id"), ["1", "3"]);
}

#[tokio::test]
async fn a_deferred_foreign_key_refuses_only_the_row_that_breaks_it() {
    let project = Project::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);
         CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)",
    );
    let target = project.target().await;
    let writes =
        [put(&*target, 1, &["id"], r#"{"id":1,"p":1}"#), put(&*target, 1, &["id"], r#"{"id":2,"p":99}"#)];
    assert_eq!(
        project.write(&*target, &writes).await,
        ["Created 1", "MissingParent: a foreign key of the table finds no row with this value (table t)"]
    );
    assert_eq!(project.texts("SELECT CAST(id AS TEXT) FROM t ORDER BY id"), ["1"]);
}

#[tokio::test]
async fn a_locked_database_is_an_error_of_the_call_and_may_be_tried_again() {
    let project = Project::new(TABLE);
    let target = project.target().await;
    let write = put(&*target, 1, &["id"], r#"{"id":1,"name":"x"}"#);
    let impatient = project.db();
    impatient.busy_timeout(Duration::ZERO).unwrap();
    let other = project.db();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = write_slice(&impatient, std::slice::from_ref(&write)).unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true));
    assert_eq!(error.to_string(), "the database is locked (while beginning to write)");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(project.write(&*target, &[write]).await, ["Created 1"]);
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_with_their_remedy() {
    let project = Project::new("CREATE TABLE t (id INTEGER, x REAL, free); CREATE VIEW v AS SELECT * FROM t");
    let target = project.target().await;
    let mut shown = Vec::new();
    for match_on in [&["id"][..], &[], &["x"], &["free"], &["gone"]] {
        let fields = r#"{"id":1,"x":1,"free":1,"gone":1}"#;
        let write = put(&*target, 1, match_on, fields);
        let error = target.write(&project.context(), &[write]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        shown.push(error.to_string());
    }
    assert_eq!(
        shown,
        [
            "no unique index on (id): add `UNIQUE (id)` to the table (table t)",
            "the table has no primary key: name its natural key in `write.match` (table t)",
            "the match column `x` must be declared as text or whole number (table t)",
            "the match column `free` must be declared as text or whole number (table t)",
            "the match column `gone` does not exist (table t)",
        ]
    );
    for object in ["v", "nothing"] {
        let write = Write { object: object.to_owned(), ..put(&*target, 1, &["id"], r#"{"id":1}"#) };
        let error = target.write(&project.context(), &[write]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("the database has: t, v"), "{error}");
    }
}
