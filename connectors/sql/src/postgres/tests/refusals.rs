//! What is refused, how narrowly, and in which words.

use super::*;

const TABLE: &str = "
    CREATE TABLE parent (id bigint PRIMARY KEY);
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE DOMAIN short AS varchar(5) CHECK (VALUE <> 'secre');
    CREATE TABLE t (
        id bigint PRIMARY KEY,
        email text UNIQUE,
        age integer CONSTRAINT grown CHECK (age >= 18),
        name text NOT NULL,
        parent bigint REFERENCES parent (id),
        price numeric(10,2),
        code varchar(3),
        mood mood,
        small smallint,
        day date,
        short short,
        extra jsonb,
        twice integer GENERATED ALWAYS AS (age * 2) STORED,
        serial bigint GENERATED ALWAYS AS IDENTITY
    );";

#[tokio::test]
async fn a_refused_row_takes_nothing_else_with_it_and_shows_no_value() {
    let project = Project::new(TABLE).await;
    let target = project.target().await;
    let row =
        |id: i64, rest: &str| put(&*target, 1, &["id"], &format!(r#"{{"id":{id},"name":"secret",{rest}}}"#));
    let writes = numbered(vec![
        row(1, r#""email":"secret@x""#),
        row(2, r#""email":"secret@x""#),
        row(3, r#""age":12"#),
        put(&*target, 1, &["id"], r#"{"id":4,"name":null}"#),
        row(5, r#""parent":99"#),
        row(6, r#""price":12.505"#),
        row(7, r#""age":"secret""#),
        row(8, r#""colour":"secret""#),
        row(9, r#""twice":2"#),
        row(10, r#""serial":2"#),
        row(11, r#""code":"secret""#),
        row(12, r#""mood":"secret""#),
        row(13, r#""small":40000"#),
        row(14, r#""day":"2026-02-30""#),
        row(15, r#""day":"tomorrow""#),
        row(16, r#""short":"secret""#),
        row(17, r#""short":"secre""#),
        row(18, r#""extra":{"secret":1e200000}"#),
        row(19, r#""email":"kept""#),
        row(20, r#""price":123456789.5"#),
    ]);
    let outcomes = project.write(&*target, &writes).await;
    assert_eq!(
        outcomes,
        [
            "Created 1",
            "Duplicate: a unique value is taken: constraint `t_email_key` (table t)",
            "Invalid: check `grown` is not met (table t)",
            "Invalid: a value is missing in a column that takes no null (table t, column name)",
            "MissingParent: the row that this one refers to is not there: foreign key `t_parent_fkey` (table t)",
            "Invalid: column `price` (numeric(10,2)) cannot keep a number: it would round it (table t)",
            "Invalid: column `age` (integer) cannot keep this text: it takes whole numbers only (table t)",
            "Invalid: no column `colour` (table t)",
            "Invalid: column `twice` is generated (table t)",
            "Invalid: column `serial` is generated (table t)",
            "Invalid: a text is too long for its column (table t, column code)",
            "Invalid: a value does not fit its column's type (table t, column mood)",
            "Invalid: a number is out of its column's range (table t, column small)",
            "Invalid: no date or time that its column can keep (table t, column day)",
            "Invalid: column `day` (date) cannot keep this text: it takes days, such as 2026-01-31 (table t)",
            "Invalid: a text is too long for its column (table t, column short)",
            "Invalid: check `short_check` is not met (table t, column short)",
            "Invalid: a number is out of its column's range (table t, column extra)",
            "Created 19",
            "Invalid: a number is out of its column's range (table t, column price)",
        ]
    );
    assert!(!outcomes.join(" ").contains("secret"));
    assert_eq!(project.texts("SELECT id::text FROM t ORDER BY id").await, ["1", "19"]);
    assert_eq!(project.texts("SELECT array_to_string(ids, ',') FROM _engine_guard").await, ["1,19"]);
    project.end().await;
}

#[tokio::test]
async fn of_many_rows_of_one_form_exactly_the_bad_ones_fail() {
    let project = Project::new("CREATE TABLE t (id bigint PRIMARY KEY, n smallint CHECK (n <> 13))").await;
    let target = project.target().await;
    let n = |id: i64| match id % 100 {
        17 => 40_000,
        71 => 13,
        _ => 1,
    };
    let writes = (0..1000).map(|id| put(&*target, 1, &["id"], &format!(r#"{{"id":{id},"n":{}}}"#, n(id))));
    let outcomes = project.write(&*target, &numbered(writes.collect())).await;
    for (id, outcome) in (0i64..).zip(&outcomes) {
        let expected = match n(id) {
            13 => "Invalid: check `t_n_check` is not met (table t)".to_owned(),
            40_000 => "Invalid: a number is out of its column's range (table t, column n)".to_owned(),
            _ => format!("Created {id}"),
        };
        assert_eq!(*outcome, expected);
    }
    project.end().await;
}

#[tokio::test]
async fn triggers_refuse_rows_and_leave_rows_out_one_by_one() {
    let project = Project::new(
        "CREATE TABLE t (id bigint PRIMARY KEY, n integer);
         CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF new.n = 13 THEN RAISE EXCEPTION 'thirteen %', new.n; END IF;
           IF new.n = 14 THEN RETURN NULL; END IF; RETURN new; END $$;
         CREATE TRIGGER judge BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION judge()",
    )
    .await;
    let target = project.target().await;
    let row = |id: i64, n: i64| put(&*target, 1, &["id"], &format!(r#"{{"id":{id},"n":{n}}}"#));
    let writes = numbered(vec![row(1, 1), row(2, 13), row(3, 14), row(4, 4)]);
    assert_eq!(
        project.write(&*target, &writes).await,
        [
            "Created 1",
            "Invalid: a trigger of the table refuses the row (table t)",
            "Invalid: a trigger of the table leaves the row out (table t)",
            "Created 4",
        ]
    );
    assert_eq!(project.texts("SELECT id::text FROM t ORDER BY id").await, ["1", "4"]);
    project.end().await;
}

#[tokio::test]
async fn a_deferred_foreign_key_refuses_only_the_row_that_breaks_it() {
    let project = Project::new(
        "CREATE TABLE p (id bigint PRIMARY KEY); INSERT INTO p VALUES (1);
         CREATE TABLE t (id bigint PRIMARY KEY, p bigint REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)",
    )
    .await;
    let target = project.target().await;
    let row = |id: i64, p: i64| put(&*target, 1, &["id"], &format!(r#"{{"id":{id},"p":{p}}}"#));
    let outcomes = project.write(&*target, &numbered(vec![row(1, 1), row(2, 99)])).await;
    assert_eq!(outcomes[0], "Created 1");
    assert!(outcomes[1].contains("foreign key `t_p_fkey`"), "{outcomes:?}");
    assert_eq!(project.texts("SELECT id::text FROM t").await, ["1"]);
    project.end().await;
}

#[tokio::test]
async fn a_row_that_others_refer_to_is_not_deleted_but_its_neighbours_are() {
    let project = Project::new(
        "CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3);
         CREATE TABLE child (t bigint REFERENCES t (id)); INSERT INTO child VALUES (2)",
    )
    .await;
    let target = project.target().await;
    let writes = ["1", "2", "3", "x"].map(|id| delete(1, &["id"], id));
    let outcomes = project.write(&*target, &numbered(writes.to_vec())).await;
    assert_eq!(outcomes[0], "Deleted 1");
    assert!(outcomes[1].contains("other rows refer to the row: foreign key `child_t_fkey`"), "{outcomes:?}");
    assert_eq!(outcomes[2], "Deleted 3");
    assert_eq!(outcomes[3], "Invalid: a value does not fit its column's type (table t)");
    assert_eq!(project.texts("SELECT id::text FROM t").await, ["2"]);
    project.end().await;
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_with_their_remedy() {
    let project =
        Project::new("CREATE TABLE t (id bigint, x real UNIQUE); CREATE VIEW v AS SELECT * FROM t").await;
    let target = project.target().await;
    let mut shown = Vec::new();
    for match_on in [&["id"][..], &[], &["x"], &["gone"]] {
        let write = put(&*target, 1, match_on, r#"{"id":1,"x":1,"gone":1}"#);
        let error = target.write(&project.context(), &[write]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        shown.push(error.to_string());
    }
    assert_eq!(
        shown,
        [
            "no unique index on (id): add `UNIQUE (id)` to the table (table t)",
            "the table has no primary key: name its natural key in `write.match` (table t)",
            "the match column `x` (real) has no exact texts (table t)",
            "the match column `gone` does not exist (table t)",
        ]
    );
    for object in ["v", "nothing"] {
        let write = Write { object: object.to_owned(), ..put(&*target, 1, &["id"], r#"{"id":1}"#) };
        let error = target.write(&project.context(), &[write]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
    let error = target.schema(&project.context(), "nothing").await.unwrap_err();
    assert!(error.to_string().contains("has: t, v"), "{error}");
    project.end().await;
}
