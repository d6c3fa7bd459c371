//! What discovery says, and that reading changes nothing.

use super::*;

#[tokio::test]
async fn discovery_describes_tables_with_their_columns_keys_and_references() {
    let project = Project::new(
        "CREATE TABLE customers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email varchar(40) NOT NULL UNIQUE);
         CREATE TYPE state AS ENUM ('open', 'paid'); CREATE DOMAIN amount AS numeric(14,2) NOT NULL;
         CREATE TABLE orders (
           shop text, n bigint, customer uuid REFERENCES customers (id), state state, total amount,
           twice numeric GENERATED ALWAYS AS (total * 2) STORED, tags text[], at timestamptz NOT NULL, raw jsonb,
           PRIMARY KEY (n, shop)
         );
         COMMENT ON TABLE orders IS 'What was sold.'; COMMENT ON COLUMN orders.state IS 'How far it is.';
         CREATE TABLE heap (x integer); CREATE VIEW paid AS SELECT n, shop FROM orders",
    )
    .await;
    let mut config = project.config();
    config["stream"] = json!({ "mine": { "table": "customers" }, "paid": { "key": ["n"] } });
    let found = DynConnector::discover(&PostgresConnector, &project.context(), &config).await.unwrap();
    let streams: Vec<&str> = found.streams.iter().map(|stream| stream.name.as_str()).collect();
    assert_eq!(streams, ["mine", "orders", "paid"]);
    let objects: Vec<&str> = found.objects.iter().map(|object| object.name.as_str()).collect();
    assert_eq!(objects, ["customers", "heap", "orders"]);
    let orders = found.objects.iter().find(|object| object.name == "orders").unwrap();
    assert_eq!((orders.key.join(","), orders.description.as_str()), ("n,shop".to_owned(), "What was sold."));
    let fields = orders.fields.iter().map(|field| {
        let flags =
            [(field.required, "required"), (field.read_only, "read-only"), (field.nullable, "nullable")];
        let flags: Vec<&str> = flags.into_iter().filter_map(|(set, name)| set.then_some(name)).collect();
        format!(
            "{} {:?} {:?} {} {}",
            field.name,
            field.kind,
            field.element,
            flags.join(" "),
            field.refers_to.as_deref().unwrap_or_default()
        )
    });
    assert_eq!(
        fields.collect::<Vec<_>>(),
        [
            "shop Text None required ",
            "n Integer None required ",
            "customer Text None nullable customers",
            "state Text None nullable ",
            "total Decimal None required ",
            "twice Decimal None read-only nullable ",
            "tags List Some(Text) nullable ",
            "at Timestamp None required ",
            "raw Json None nullable ",
        ]
    );
    assert_eq!(orders.field("state").unwrap().one_of, ["open", "paid"]);
    assert_eq!(orders.field("state").unwrap().description, "How far it is.");
    let customers = found.objects.iter().find(|object| object.name == "customers").unwrap();
    assert_eq!(customers.field("email").unwrap().max_length, Some(40));
    assert!(!customers.field("id").unwrap().required);
    project.end().await;
}

#[tokio::test]
async fn what_is_opened_for_reading_cannot_change_anything() {
    let project = Project::new(
        "CREATE TABLE t (id bigint PRIMARY KEY);
         CREATE FUNCTION grows() RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT
           AS $$ BEGIN INSERT INTO t VALUES (1); RETURN 1; END $$;
         CREATE VIEW v AS SELECT grows() AS id",
    )
    .await;
    for pooler in ["session", "transaction"] {
        let mut config = project.config();
        config["pooler"] = json!(pooler);
        config["stream"] = json!({ "v": { "key": ["id"] } });
        let open = project.open_with(config, Access::Read).await;
        let target = open.target.unwrap();
        let write = put(&*target, 1, &["id"], r#"{"id":1}"#);
        let error = target.write(&project.context(), &[write]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert_eq!(target.schema(&project.context(), "t").await.unwrap().key, ["id"]);
        let error = open.source.unwrap().read(&project.context(), &request("v")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
    }
    assert_eq!(
        project.texts("SELECT count(*)::text FROM pg_tables WHERE schemaname = current_schema()").await,
        ["1"]
    );
    project.end().await;
}
