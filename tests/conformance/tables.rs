//! Tables behind PostgREST, by the real connector over the emulated data API: what was written is there once and whole,
//! and is read back whole from a project that cuts its answers at three rows.

use crate::world::{Distant, open, simulated};
use bytes::Bytes;
use connector_emulators::{
    FaultPlan, Faulty,
    supabase::{Memory, Settings, Supabase, Tables},
};
use engine_contract::{
    Connection, Context, Encode, ErrorKind, Map, Op, Outcome, ReadRequest, Record, Source, Target, Value,
    Write,
};
use serde_json::json;
use std::sync::Arc;

type Project = Supabase<Memory>;

const KEY: &str = "sb_secret_emulated";

fn project() -> Project {
    let tables = json!({"objects": [
        {
            "name": "customers",
            "fields": [
                {"name": "id", "kind": "integer", "required": true},
                {"name": "email", "kind": "text", "nullable": true},
            ],
            "key": ["id"],
            "unique": [["email"]],
        },
        {
            "name": "orders",
            "fields": [
                {"name": "shop", "kind": "text", "required": true},
                {"name": "id", "kind": "integer", "required": true},
                {"name": "total", "kind": "decimal", "required": true},
                {"name": "customer_id", "kind": "integer", "nullable": true, "refers_to": "customers"},
                {"name": "changed", "kind": "timestamp", "nullable": true},
                {"name": "raw", "kind": "json", "nullable": true},
            ],
            "key": ["shop", "id"],
        },
    ]});
    let memory = Memory::new(Tables::read(&tables.to_string(), "public").unwrap()).unwrap();
    Supabase::new(Settings { max_rows: 3, ..Settings::default() }, memory)
}

async fn connected(key: &str) -> (Context, Connection) {
    let service: Arc<Distant<Project>> = Distant::new(Faulty::new(project(), FaultPlan::default()), (0, 0));
    let settings = json!({"url": "https://shop.supabase.example", "key": {"secret": key}});
    open((&connectors::registry(), "supabase"), &settings, None, &service).await
}

/// A row of a table, with its numbers as they are written.
fn row(json: &str) -> Map {
    Record::parse(json.to_owned()).unwrap().to_value().as_map().unwrap().clone()
}

fn order(shop: &str, id: u32) -> Map {
    let shop = serde_json::Value::from(shop);
    // Four rows have each instant, so that pages end among equals.
    row(&format!(
        r#"{{"shop":{shop},"id":{id},"total":{id}.10,"customer_id":null,
            "changed":"2026-03-01T10:00:00.{:06}Z","raw":{{"id":{id},"n":1.000000000000000000001}}}}"#,
        id / 4
    ))
}

fn write(target: &dyn Target, (op, object): (Op, &str), match_on: &[&str], fields: &Map) -> Write {
    let match_on: Vec<String> = match_on.iter().map(|name| (*name).to_owned()).collect();
    let encode = Encode { op, object, fields, match_on: &match_on, marker: "", marker_field: None };
    let id = target.identify(&encode).unwrap();
    Write {
        payload: if op.removes() { Bytes::new() } else { target.encode(&encode).unwrap() },
        target_id: (op != Op::Create).then(|| id.clone()),
        id,
        op,
        object: object.to_owned(),
        match_on: match_on.clone(),
        token: None,
        request_key: String::new(),
        marker: String::new(),
        revision: 1,
    }
}

const ORDER: [&str; 2] = ["shop", "id"];

async fn applied(context: &Context, target: &dyn Target, writes: &[Write]) -> Vec<String> {
    let outcomes = target.write(context, writes).await.unwrap();
    let mut refused: Vec<String> = outcomes
        .iter()
        .filter_map(|(id, outcome)| match outcome {
            Outcome::Applied(applied) => {
                assert_eq!(applied.target_id, *id);
                None
            }
            Outcome::NotApplied(error) => Some(format!("{id}: {error}")),
            Outcome::Unknown(error) => panic!("{id}: {error}"),
        })
        .collect();
    assert_eq!(outcomes.len(), writes.len());
    refused.sort();
    refused
}

async fn read(
    context: &Context,
    source: &dyn Source,
    cursor: Option<&str>,
    most: usize,
) -> Vec<(String, Record)> {
    let mut request = ReadRequest {
        stream: "orders".to_owned(),
        options: Map::new(),
        cursor: cursor.map(str::to_owned),
        since: None,
        resume: None,
        max_records: most,
        max_bytes: 1 << 20,
    };
    let mut all = Vec::new();
    loop {
        let batch = source.read(context, &request).await.unwrap();
        all.extend(batch.records.into_iter().map(|record| (record.key, record.record)));
        request.resume = batch.checkpoint.resume;
        if request.resume.is_none() {
            return all;
        }
    }
}

#[test]
fn every_row_comes_once_and_whole_however_few_the_project_gives_at_once() {
    simulated(async {
        let (context, connection) = connected(KEY).await;
        let (source, target) = (connection.source.as_deref().unwrap(), connection.target.as_deref().unwrap());
        let wanted: Vec<Map> = (1..=40).flat_map(|id| [order("a,b", id), order("\"q\\", id)]).collect();
        let writes: Vec<Write> =
            wanted.iter().map(|fields| write(target, (Op::Create, "orders"), &ORDER, fields)).collect();
        assert_eq!(applied(&context, target, &writes).await, Vec::<String>::new());
        for (cursor, most) in [(None, 500), (None, 7), (Some("changed"), 500), (Some("changed"), 2)] {
            let rows = read(&context, source, cursor, most).await;
            let mut keys: Vec<&String> = rows.iter().map(|(key, _)| key).collect();
            keys.sort();
            keys.dedup();
            assert_eq!((rows.len(), keys.len()), (80, 80), "{cursor:?} {most}");
            let (_, record) = rows.iter().find(|(_, record)| record.get_text("id") == "7").unwrap();
            assert_eq!(record.get_text("total"), "7.10");
            assert!(String::from_utf8_lossy(&record.as_bytes()).contains("1.000000000000000000001"));
        }
        let request = ReadRequest {
            stream: "orders".to_owned(),
            options: Map::new(),
            cursor: None,
            since: None,
            resume: None,
            max_records: 1,
            max_bytes: 1,
        };
        let keys: Vec<String> =
            (1..=9).map(|id| engine_contract::join_key(&["a,b".to_owned(), (id * 9).to_string()])).collect();
        let found = source.fetch(&context, &request, &keys).await.unwrap();
        assert_eq!(found.len(), 4, "9, 18, 27 and 36 are there");
    });
}

#[test]
fn a_row_at_fault_fails_alone_and_says_no_value() {
    simulated(async {
        let (context, connection) = connected(KEY).await;
        let target = connection.target.as_deref().unwrap();
        let customer = |id: u32, email: &str| {
            let fields = row(&format!(r#"{{"id":{id},"email":"{email}"}}"#));
            write(target, (Op::Create, "customers"), &["id"], &fields)
        };
        let mut writes: Vec<Write> = (1..=30).map(|id| customer(id, &format!("{id}@example.com"))).collect();
        writes[16] = customer(17, "3@example.com");
        let refused = applied(&context, target, &writes).await;
        assert_eq!(refused.len(), 1, "{refused:?}");
        let names = refused[0].contains("constraint customers_email_key");
        assert!(names && !refused[0].contains("example.com"), "{refused:?}");
        // The next try finds its name free.
        writes[16] = customer(17, "17@example.com");
        assert_eq!(applied(&context, target, &writes[16..17]).await, Vec::<String>::new());
        let order = row(r#"{"shop":"a","id":1,"total":1,"customer_id":99}"#);
        let child = [write(target, (Op::Create, "orders"), &ORDER, &order)];
        let outcomes = target.write(&context, &child).await.unwrap();
        let Outcome::NotApplied(error) = &outcomes[0].1 else { panic!("{outcomes:?}") };
        assert!(
            error.kind() == ErrorKind::MissingParent && error.to_string().contains("orders_customer_id_fkey"),
            "{error}"
        );
        let found =
            target.find(&context, "customers", "email", &["17@example.com".to_owned()]).await.unwrap();
        assert_eq!(found, [("17@example.com".to_owned(), vec!["17".to_owned()])]);
    });
}

#[test]
fn rows_move_with_their_keys_change_in_part_and_go() {
    simulated(async {
        let (context, connection) = connected(KEY).await;
        let (source, target) = (connection.source.as_deref().unwrap(), connection.target.as_deref().unwrap());
        let first = write(target, (Op::Create, "orders"), &ORDER, &order("a", 1));
        let other = write(target, (Op::Create, "orders"), &ORDER, &order("a", 2));
        applied(&context, target, &[first.clone(), other.clone()]).await;
        let mut moved = write(target, (Op::Update, "orders"), &ORDER, &order("b", 1));
        (moved.target_id, moved.id) = (Some(first.id.clone()), "moved".to_owned());
        let outcomes = target.write(&context, &[moved]).await.unwrap();
        assert!(matches!(&outcomes[0].1, Outcome::Applied(applied) if applied.target_id == r#"["b",1]"#));
        // Without the total, which every new row needs.
        let part = row(r#"{"shop":"b","id":1,"raw":null}"#);
        let part = write(target, (Op::Update, "orders"), &ORDER, &part);
        let gone = write(target, (Op::Delete, "orders"), &ORDER, &order("a", 2));
        let never = write(target, (Op::Delete, "orders"), &ORDER, &order("z", 2));
        assert_eq!(applied(&context, target, &[part, gone, never]).await, Vec::<String>::new());
        let rows = read(&context, source, None, 500).await;
        let [(key, record)] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!((key.as_str(), record.get_text("total")), ("b|1", "1.10".to_owned()));
        assert_eq!(record.member("raw").map(|raw| raw.to_value()), Some(Value::Null));
        let match_on = ORDER.map(str::to_owned);
        let ids = [r#"["b",1]"#.to_owned(), r#"["a",2]"#.to_owned()];
        let back = target.read_back(&context, "orders", &match_on, &ids).await.unwrap();
        assert_eq!(back.iter().map(|row| row.target_id.as_str()).collect::<Vec<_>>(), [r#"["b",1]"#]);
    });
}

#[test]
fn the_project_tells_its_tables_to_a_secret_key_alone() {
    simulated(async {
        let (context, connection) = connected(KEY).await;
        let schema = connection.target.as_deref().unwrap().schema(&context, "orders").await.unwrap();
        assert_eq!(schema.key, ORDER);
        assert_eq!(schema.field("customer_id").unwrap().refers_to.as_deref(), Some("customers"));
        let (context, connection) = connected("sb_publishable_emulated").await;
        let target = connection.target.as_deref().unwrap();
        // It is written as far as it is granted; what it has cannot be told.
        assert!(target.schema(&context, "orders").await.unwrap().fields.is_empty());
        let writes = [write(target, (Op::Create, "orders"), &ORDER, &order("a", 1))];
        let error = target.write(&context, &writes).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
        assert!(error.message().contains("grant select, insert, update, delete"), "{error}");
        let (context, connection) = connected("sb_secret_of_somebody").await;
        let refused = connection.target.as_deref().unwrap().schema(&context, "orders").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unauthorized, "{refused}");
    });
}

/// The text of a scalar member.
trait Text {
    fn get_text(&self, name: &str) -> String;
}

impl Text for Record {
    fn get_text(&self, name: &str) -> String {
        self.member(name).and_then(|member| member.to_value().scalar_text()).unwrap_or_default()
    }
}
