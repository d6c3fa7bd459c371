//! Which files are made, when the schema script runs, and what discovery says.

use super::*;

const TABLE: &str = "CREATE TABLE t (
    id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, total DECIMAL_TEXT, n INT NOT NULL DEFAULT 1,
    twice INT AS (n * 2) STORED, ok BOOLEAN, raw JSON, x REAL);";

#[tokio::test]
async fn the_schema_script_runs_once() {
    let project = Project::new(&format!("{TABLE} INSERT INTO t (id, name) VALUES (1, 'seed');"));
    drop(project.target().await);
    project.db().execute_batch("DELETE FROM t").unwrap();
    drop(project.target().await);
    assert!(project.texts("SELECT name FROM t").is_empty());
}

#[tokio::test]
async fn a_schema_script_that_fails_leaves_no_tables_behind() {
    for broken in ["CREATE TABLE a (x); CRATE TABLE b (x);", "CREATE TABLE a (x); COMMIT; CREATE TABLE b (x)"]
    {
        let project = Project::new(broken);
        let error = project.open(Access::Write).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.to_string().contains("script schema.sql"), "{error}");
    }
    let project = Project::new("CREATE TABLE a (x); CRATE TABLE b (x);");
    project.open(Access::Write).await.err().unwrap();
    assert!(project.texts("SELECT name FROM sqlite_schema").is_empty());
}

#[tokio::test]
async fn reading_never_creates_a_file() {
    let project = Project::new(TABLE);
    let connection = project.open(Access::Read).await.unwrap();
    let target = connection.target.unwrap();
    let write = put(&*target, 1, &["id"], r#"{"id":1,"name":"x"}"#);
    let error = target.write(&project.context(), &[write]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(target.schema(&project.context(), "t").await.unwrap().key, ["id"]);
    let source = connection.source.unwrap();
    let request = reading::request("t");
    assert!(source.read(&project.context(), &request).await.unwrap().records.is_empty());
    DynConnector::discover(&SqliteConnector, &project.context(), &config()).await.unwrap();
    assert_eq!(project.files(), ["schema.sql"]);

    let target = project.target().await;
    let write = put(&*target, 1, &["id"], r#"{"id":1,"name":"x"}"#);
    assert_eq!(project.write(&*target, &[write]).await, ["Created 1"]);
    drop(target);
    assert_eq!(project.files(), ["schema.sql", "w.db"]);
    let source = project.open(Access::Read).await.unwrap().source.unwrap();
    assert_eq!(source.read(&project.context(), &request).await.unwrap().records.len(), 1);
    drop(source);
    assert_eq!(project.files(), ["schema.sql", "w.db"]);
}

#[tokio::test]
async fn a_reader_beside_a_writer_sees_what_was_committed() {
    let project = Project::new(TABLE);
    let target = project.target().await;
    let write = put(&*target, 1, &["id"], r#"{"id":1,"name":"x"}"#);
    project.write(&*target, &[write]).await;
    let source = project.open(Access::Read).await.unwrap().source.unwrap();
    assert_eq!(source.read(&project.context(), &reading::request("t")).await.unwrap().records.len(), 1);
}

#[tokio::test]
async fn a_missing_database_without_schema_is_an_error_and_makes_nothing() {
    let project = Project::new("");
    for access in [Access::Read, Access::Write] {
        let config = serde_json::json!({ "path": "gone.db" });
        let opened = DynConnector::open(&SqliteConnector, &project.context(), &config, access).await;
        assert_eq!(opened.err().unwrap().kind(), ErrorKind::NotFound);
    }
    assert_eq!(project.files(), ["schema.sql"]);
}

#[tokio::test]
async fn discovery_describes_a_database_that_does_not_exist_yet() {
    let project = Project::new(&format!(
        "{TABLE} CREATE TABLE pairs (b TEXT, a TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;"
    ));
    let found = DynConnector::discover(&SqliteConnector, &project.context(), &config()).await.unwrap();
    let t = found.objects.iter().find(|schema| schema.name == "t").unwrap();
    let fields: Vec<String> = t
        .fields
        .iter()
        .map(|field| {
            let flags = [(field.required, "required"), (field.read_only, "read-only")];
            let flags: Vec<&str> = flags.into_iter().filter_map(|(set, name)| set.then_some(name)).collect();
            format!("{} {:?} {:?} {}", field.name, field.kind, field.max_length, flags.join(" "))
        })
        .collect();
    assert_eq!(
        fields,
        [
            "id Integer None ",
            "name Text Some(40) required",
            "total Decimal None ",
            "n Integer None ",
            "twice Integer None read-only",
            "ok Boolean None ",
            "raw Json None ",
            "x Any None ",
        ]
    );
    let pairs = found.objects.iter().find(|schema| schema.name == "pairs").unwrap();
    assert_eq!(pairs.key, ["a", "b"]);
    assert!(pairs.fields.iter().all(|field| field.required));
    let streams: Vec<&str> = found.streams.iter().map(|stream| stream.name.as_str()).collect();
    assert_eq!(streams, ["pairs", "t"]);
}
