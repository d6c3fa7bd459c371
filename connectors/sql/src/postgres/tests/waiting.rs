//! The clock never passes what a transaction that is under way may still bring.

use super::*;

async fn seen(
    project: &Project,
    source: &dyn Source,
    since: Option<Cursor>,
) -> (Vec<String>, Option<Cursor>) {
    let context = project.context();
    let cap = source.clock(&context, "t", Some("m")).await.unwrap();
    let request = ReadRequest { cursor: Some("m".to_owned()), since, ..request("t") };
    let (batches, newest) = read_all(project, source, request).await;
    // As the engine does: the cursor never passes the clock at the start.
    (keys(&batches), newest.zip(cap).map(|(newest, cap)| newest.min(cap)))
}

#[tokio::test]
async fn a_transaction_that_commits_late_is_not_passed_by_a_cursor_of_moments() {
    let project =
        Project::alone("CREATE TABLE t (id bigint PRIMARY KEY, m timestamptz NOT NULL DEFAULT now())").await;
    let source = project.source(json!({ "t": { "cursor": "m", "lag_seconds": 0 } })).await;
    let mut late = project.other().await;
    run(&mut late, "BEGIN; SELECT now()").await;
    project.sql("INSERT INTO t VALUES (2)").await;
    let (first, cursor) = seen(&project, &*source, None).await;
    assert_eq!(first, ["2"]);
    // Only now does it write, with the moment at which it began.
    run(&mut late, "INSERT INTO t VALUES (1); COMMIT").await;
    let (second, after) = seen(&project, &*source, cursor).await;
    assert_eq!(second, ["1", "2"]);
    assert!(after >= cursor);
    let (third, _) = seen(&project, &*source, after).await;
    assert_eq!(third, ["2"]);
    project.end().await;
}

#[tokio::test]
async fn a_number_that_is_committed_late_is_waited_for() {
    let project = Project::alone("CREATE TABLE t (m bigserial PRIMARY KEY, v text)").await;
    let source = project.source(json!({ "t": { "cursor": "m" } })).await;
    let mut late = project.other().await;
    run(&mut late, "BEGIN; INSERT INTO t (v) VALUES ('late')").await;
    project.sql("INSERT INTO t (v) VALUES ('early')").await;
    let commits = async {
        tokio::time::sleep(Duration::from_millis(250)).await;
        run(&mut late, "COMMIT").await;
    };
    let ((first, cursor), ()) = futures::join!(seen(&project, &*source, None), commits);
    assert_eq!(first, ["1", "2"]);
    assert_eq!(cursor, Some(Cursor::Number(2)));
    project.end().await;
}

#[tokio::test]
async fn a_writer_that_does_not_end_stops_a_cursor_of_numbers_for_now() {
    let project = Project::alone("CREATE TABLE t (m bigserial PRIMARY KEY, v text)").await;
    let source = project.source(json!({ "t": { "cursor": "m" } })).await;
    let mut late = project.other().await;
    run(&mut late, "BEGIN; INSERT INTO t (v) VALUES ('late')").await;
    let error = source.clock(&project.context(), "t", Some("m")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true));
    assert_eq!(source.clock(&project.context(), "t", None).await.unwrap(), None);
    run(&mut late, "ROLLBACK").await;
    assert_eq!(source.clock(&project.context(), "t", Some("m")).await.unwrap(), Some(Cursor::Number(0)));
    project.end().await;
}

#[tokio::test]
async fn a_call_that_is_given_up_in_the_middle_leaves_nothing_behind() {
    let project =
        Project::alone("CREATE TABLE t (id bigint PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')").await;
    let target = project.target().await;
    let mut other = project.other().await;
    run(&mut other, "BEGIN; UPDATE t SET v = 'theirs' WHERE id = 1").await;
    let writes = numbered(vec![
        put(&*target, 1, &["id"], r#"{"id":2,"v":"ours"}"#),
        put(&*target, 1, &["id"], r#"{"id":1,"v":"ours"}"#),
    ]);
    let context = project.context();
    let patience = tokio::time::timeout(Duration::from_secs(2), target.write(&context, &writes));
    assert!(patience.await.is_err(), "the row is locked");
    run(&mut other, "COMMIT").await;
    // The call was given up in the middle: its connection is closed, and nothing of it stays.
    assert_eq!(project.texts("SELECT id::text || v FROM t ORDER BY id").await, ["1theirs"]);
    assert_eq!(project.write(&*target, &writes).await, ["Created 2", "Updated 1"]);
    project.end().await;
}

#[tokio::test]
async fn what_the_server_ends_or_refuses_for_now_may_be_tried_again() {
    let project = Project::alone(
        "CREATE TABLE t (id bigint PRIMARY KEY, v text);
         CREATE VIEW slow AS SELECT id, pg_sleep(5)::text AS v FROM t; INSERT INTO t VALUES (1, 'a')",
    )
    .await;
    project.sql(&format!("ALTER DATABASE {} SET statement_timeout = '150ms'", project.schema)).await;
    let source = project.source(json!({ "slow": { "key": ["id"] } })).await;
    let error = source.read(&project.context(), &request("slow")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Timeout, true), "{error}");
    // A row that others hold for too long fails the call, and nothing of it is written.
    let target = project.target().await;
    let mut other = project.other().await;
    run(&mut other, "BEGIN; UPDATE t SET v = 'theirs'").await;
    let writes = numbered(vec![
        put(&*target, 1, &["id"], r#"{"id":2,"v":"ours"}"#),
        put(&*target, 1, &["id"], r#"{"id":1,"v":"ours"}"#),
    ]);
    let error = target.write(&project.context(), &writes).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Timeout, true), "{error}");
    run(&mut other, "COMMIT").await;
    assert_eq!(project.write(&*target, &writes).await, ["Created 2", "Updated 1"]);
    // A connection that somebody ends is replaced.
    let own = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE application_name = 'engine' AND datname = current_database()";
    project.sql(own).await;
    let error = target.write(&project.context(), &writes).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true), "{error}");
    assert_eq!(project.write(&*target, &writes).await, ["Updated 2", "Updated 1"]);
    project.end().await;
}
