//! A transaction that commits late loses no row.

use super::{
    reading::{keys, read_all, request},
    *,
};

async fn clock(shop: &Shop, source: &dyn Source) -> Cursor {
    source.clock(&shop.context(), "t", Some("m")).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_cursor_never_passes_the_start_of_a_transaction_that_commits_late() {
    let shop = Shop::new("CREATE TABLE t (id INT PRIMARY KEY, m TIMESTAMP(6) NOT NULL)").await;
    let source = shop.source(serde_json::json!({ "t": { "cursor": "m" } })).await;
    let mut late = shop.db().await;
    let mut transaction = late.begin().await.unwrap();
    transaction.execute("INSERT INTO t VALUES (1, NOW(6))").await.unwrap();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    shop.run("INSERT INTO t VALUES (2, NOW(6))").await;
    let cap = clock(&shop, &*source).await;
    let read = ReadRequest { cursor: Some("m".to_owned()), ..request("t") };
    let (batches, seen) = read_all(&shop, &*source, read.clone()).await;
    assert_eq!(keys(&batches), ["2"]);
    assert!(cap < seen.unwrap(), "the newest row is younger than the oldest transaction");
    transaction.commit().await.unwrap();
    let (batches, _) = read_all(&shop, &*source, ReadRequest { since: Some(cap), ..read }).await;
    assert_eq!(keys(&batches), ["1", "2"]);
    // Other tests have transactions on the same server; each of them is soon over.
    for _ in 0..300 {
        if clock(&shop, &*source).await > cap {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the clock stands still although the transaction has ended");
}

#[tokio::test]
async fn a_number_is_safe_once_nobody_can_hold_a_lower_one() {
    let shop = Shop::new("CREATE TABLE t (m BIGINT AUTO_INCREMENT PRIMARY KEY, v INT)").await;
    let source = shop.source(serde_json::json!({ "t": { "cursor": "m" } })).await;
    let mut late = shop.db().await;
    let mut transaction = late.begin().await.unwrap();
    transaction.execute("INSERT INTO t (v) VALUES (1)").await.unwrap();
    shop.run("INSERT INTO t (v) VALUES (2)").await;
    assert_eq!(clock(&shop, &*source).await, Cursor::Number(i64::MIN));
    let waiting = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        transaction.commit().await.unwrap();
    };
    let (mut safe, ()) = tokio::join!(clock(&shop, &*source), waiting);
    // Other tests have transactions on the same server; each of them is soon over.
    for _ in 0..5 {
        if safe == Cursor::Number(i64::MIN) {
            safe = clock(&shop, &*source).await;
        }
    }
    assert_eq!(safe, Cursor::Number(2));
}

#[tokio::test]
async fn a_user_without_the_privilege_is_told_or_protected_by_the_lag() {
    let shop = Shop::new("CREATE TABLE t (m TIMESTAMP NOT NULL, n INT PRIMARY KEY)").await;
    let user = shop.name.replace("engine_test", "u");
    shop.run(&format!(
        "CREATE OR REPLACE USER '{user}'@'%' IDENTIFIED BY 'pw'; GRANT ALL ON {}.* TO '{user}'@'%'",
        shop.name
    ))
    .await;
    let host = server().rsplit_once('@').unwrap().1.split('/').next().unwrap().to_owned();
    let url = format!("mysql://{user}:pw@{host}/{}", shop.name);
    let config = serde_json::json!({ "url": { "secret": "url" }, "visibility_lag": 600 });
    let context = context(vec![("url", SecretValue::unbound(url))]);
    let opened = DynConnector::open(&MysqlConnector, &context, &config, Access::Read).await;
    let source = opened.unwrap().source.unwrap();
    assert_eq!(source.streams()[0].visibility_lag, Duration::from_secs(600));
    assert!(matches!(source.clock(&context, "t", Some("m")).await, Ok(Some(Cursor::Instant(_)))));
    let error = source.clock(&context, "t", Some("n")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("GRANT PROCESS"), "{error}");
    shop.run(&format!("DROP USER '{user}'@'%'")).await;
}
