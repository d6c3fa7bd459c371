//! Logins that fail, and in which words.

use super::*;

/// The connection's settings one by one, as the test server has them.
fn settings(project: &Project) -> serde_json::Value {
    let url = url::Url::parse(&project.url).unwrap();
    json!({
        "host": url.host_str().unwrap(), "port": url.port().unwrap_or(5432), "user": url.username(),
        "database": url.path().trim_start_matches('/'), "schema": project.schema,
    })
}

async fn refusal(project: &Project, config: &serde_json::Value) -> ConnectorError {
    match DynConnector::open(&PostgresConnector, &project.context(), config, Access::Read).await {
        Err(error) => error,
        Ok(open) => open.target.unwrap().schema(&project.context(), "t").await.unwrap_err(),
    }
}

#[tokio::test]
async fn what_cannot_be_reached_says_so_and_whether_to_try_again() {
    let project = Project::new("CREATE TABLE t (id bigint PRIMARY KEY)").await;
    let with = |name: &str, value: serde_json::Value| {
        let mut config = settings(&project);
        config[name] = value;
        config
    };
    for (config, kind, is_transient) in [
        (with("port", json!(1)), ErrorKind::Unavailable, true),
        (with("host", json!("no-such-host.invalid")), ErrorKind::Unavailable, true),
        (with("database", json!("no_such_database")), ErrorKind::NotFound, false),
        (with("user", json!("no_such_role")), ErrorKind::Unauthorized, false),
        (with("schema", json!("no_such_schema")), ErrorKind::NotFound, false),
        (with("password", json!({ "secret": "unset" })), ErrorKind::Unauthorized, false),
        (with("url", json!({ "secret": "url" })), ErrorKind::Config, false),
        (json!({ "host": "127.0.0.1" }), ErrorKind::Config, false),
    ] {
        let error = refusal(&project, &config).await;
        assert_eq!((error.kind(), error.is_transient()), (kind, is_transient), "{config}: {error}");
    }
    let open = project.open_with(settings(&project), Access::Read).await;
    assert_eq!(open.target.unwrap().schema(&project.context(), "t").await.unwrap().name, "t");
    project.end().await;
}

#[tokio::test]
async fn a_connection_without_rights_is_forbidden_and_one_too_many_may_come_again() {
    let project = Project::new("CREATE TABLE t (id bigint PRIMARY KEY)").await;
    let role = format!("{}_role", project.schema);
    project
        .sql(&format!(
            "CREATE ROLE {role} LOGIN CONNECTION LIMIT 0; GRANT USAGE ON SCHEMA {} TO {role}",
            project.schema
        ))
        .await;
    let mut config = settings(&project);
    config["user"] = json!(role);
    let error = refusal(&project, &config).await;
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::RateLimited, true), "{error}");
    project.sql(&format!("ALTER ROLE {role} CONNECTION LIMIT 5; GRANT SELECT ON t TO {role}")).await;
    let target = project.open_with(config, Access::Write).await.target.unwrap();
    let write = put(&*target, 1, &["id"], r#"{"id":1}"#);
    let error = target.write(&project.context(), &[write]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.to_string().contains("while making the table `_engine_guard`"), "{error}");
    drop(target);
    project.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    project.end().await;
}

#[tokio::test]
async fn connections_are_encrypted_where_the_server_can_and_strangers_are_refused() {
    let project = Project::new("CREATE TABLE t (id bigint PRIMARY KEY)").await;
    let has_tls = project.texts("SHOW ssl").await == ["on"];
    for (mode, works) in [("disable", true), ("prefer", true), ("require", has_tls), ("verify-full", false)] {
        let mut config = settings(&project);
        config["sslmode"] = json!(mode);
        let target = project.open_with(config, Access::Read).await.target.unwrap();
        let schema = target.schema(&project.context(), "t").await;
        match schema {
            Ok(_) => assert!(works, "{mode}"),
            Err(error) => {
                assert!(!works, "{mode}: {error}");
                assert!(error.message().starts_with("the connection cannot be encrypted"), "{mode}: {error}");
            }
        }
    }
    project.end().await;
}
