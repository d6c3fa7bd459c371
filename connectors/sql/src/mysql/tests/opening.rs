//! Which connections are made, what a session is like, and what discovery says.

use super::*;

async fn refused(config: serde_json::Value, secrets: Vec<(&'static str, SecretValue)>) -> String {
    let opened = DynConnector::open(&MysqlConnector, &context(secrets), &config, Access::Read).await;
    let error = opened.err().unwrap();
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    format!("{}: {error}", error.kind().as_str())
}

fn parts(host: &str, port: u16, database: &str, user: &str) -> serde_json::Value {
    serde_json::json!({
        "host": host, "port": port, "database": database, "user": user, "password": { "secret": "pw" }
    })
}

#[tokio::test]
async fn what_does_not_open_says_why() {
    let pw = || vec![("pw", SecretValue::unbound("hunter2"))];
    // Which of several numbers it is depends on the server's way of authentication.
    let words = refused(parts("127.0.0.1", 3306, "test", "nobody"), pw()).await;
    assert!(words.starts_with("unauthorized: the server refuses the user or the password"), "{words}");
    assert_eq!(
        refused(parts("127.0.0.1", 1, "test", "root"), pw()).await,
        "unavailable: no server listens at this address (while connecting)"
    );
    let unknown = refused(parts("nowhere.invalid", 3306, "test", "root"), pw()).await;
    assert_eq!(unknown, "not-found: the server's name is unknown (while connecting)");
    let gone = server().replace("/test", "/engine_test_gone");
    assert_eq!(
        refused(serde_json::json!({ "url": { "secret": "url" } }), vec![("url", SecretValue::unbound(gone))])
            .await,
        "not-found: the server has no such database (while connecting, server error 1049)"
    );
    let bad = vec![("url", SecretValue::unbound("postgres://u:hunter2@h/d"))];
    let words = refused(serde_json::json!({ "url": { "secret": "url" } }), bad).await;
    assert!(words.starts_with("config: secret `url` is no address of the form"), "{words}");
    let bound = SecretValue { text: "hunter2".to_owned(), hosts: vec!["db.example.com".to_owned()] };
    let words = refused(parts("127.0.0.1", 3306, "test", "root"), vec![("pw", bound)]).await;
    assert!(words.starts_with("config: secret `pw` may be sent to `db.example.com` only"), "{words}");
    let words = refused(serde_json::json!({ "host": "localhost" }), pw()).await;
    assert!(words.starts_with("config: `user` is missing"), "{words}");
}

#[tokio::test]
async fn a_secret_in_the_settings_is_refused_by_its_place() {
    let config = serde_json::json!({ "url": "mysql://root:hunter2@localhost/test" });
    let error = DynConnector::check(&MysqlConnector, &config).unwrap_err();
    assert_eq!(error.pointer, "/url");
}

#[tokio::test]
async fn a_dry_run_cannot_write() {
    let shop = Shop::new("CREATE TABLE t (id INT PRIMARY KEY)").await;
    let connection = shop.open(Access::Read, serde_json::json!({})).await.unwrap();
    let target = connection.target.unwrap();
    let write = put(&*target, 1, &["id"], r#"{"id":1}"#);
    let error = target.write(&shop.context(), &[write]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(shop.texts("SHOW TABLES").await, ["t"]);
    let config = serde_json::from_value(serde_json::json!({ "url": { "secret": "url" } })).unwrap();
    let database = Database::open(&shop.context(), &config, Access::Read).await.unwrap();
    let mut db = database.acquire().await.unwrap();
    let refused = db.execute("INSERT INTO t VALUES (1)").await.unwrap_err();
    assert_eq!(super::super::error::number(&refused), Some(1792));
}

#[tokio::test]
async fn discovery_describes_tables() {
    let shop = Shop::new(
        "CREATE TABLE parent (id INT PRIMARY KEY);
         CREATE TABLE t (
             id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL COMMENT 'what it is called',
             total DECIMAL(10,2), n INT NOT NULL DEFAULT 1, twice INT AS (n * 2), ok BOOLEAN, raw JSON,
             big BIGINT UNSIGNED, size ENUM('s','m'), tags SET('a','b'), born DATE, seen TIMESTAMP(3) NULL,
             parent INT, FOREIGN KEY (parent) REFERENCES parent (id)
         ) COMMENT 'things';
         CREATE TABLE pairs (b VARCHAR(9), a VARCHAR(9), PRIMARY KEY (a, b)); CREATE TABLE heap (x INT);
         CREATE VIEW v AS SELECT id, name FROM t",
    )
    .await;
    let config = serde_json::json!({ "url": { "secret": "url" }, "stream": { "seen": { "table": "v", "key": ["id"] } } });
    let found = DynConnector::discover(&MysqlConnector, &shop.context(), &config).await.unwrap();
    let t = found.objects.iter().find(|schema| schema.name == "t").unwrap();
    assert_eq!(t.description, "things");
    let fields: Vec<String> = t
        .fields
        .iter()
        .map(|field| {
            let flags =
                [(field.required, "required"), (field.read_only, "read-only"), (!field.nullable, "not null")];
            let flags: Vec<&str> = flags.into_iter().filter_map(|(set, name)| set.then_some(name)).collect();
            let refers = field.refers_to.as_deref().unwrap_or_default();
            let one_of = field.one_of.join("/");
            format!(
                "{} {:?} {:?} {} {refers}{one_of}",
                field.name,
                field.kind,
                field.max_length,
                flags.join(" ")
            )
        })
        .collect();
    assert_eq!(
        fields,
        [
            "id Integer None not null ",
            "name Text Some(40) required not null ",
            "total Decimal None  ",
            "n Integer None not null ",
            "twice Integer None read-only ",
            "ok Boolean None  ",
            "raw Json None  ",
            "big Decimal None  ",
            "size Text None  s/m",
            "tags List None  ",
            "born Date None  ",
            "seen Timestamp None  ",
            "parent Integer None  parent",
        ]
    );
    assert_eq!(t.fields[1].description, "what it is called");
    let pairs = found.objects.iter().find(|schema| schema.name == "pairs").unwrap();
    assert_eq!(pairs.key, ["a", "b"]);
    let streams: Vec<&str> = found.streams.iter().map(|stream| stream.name.as_str()).collect();
    assert_eq!(streams, ["pairs", "parent", "seen", "t"]);
    let objects: Vec<&str> = found.objects.iter().map(|schema| schema.name.as_str()).collect();
    assert_eq!(objects, ["heap", "pairs", "parent", "t"]);
}
