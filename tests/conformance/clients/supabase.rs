//! Client libraries of Supabase, each against tables in memory and against a real PostgreSQL: both must tell it the
//! same.

use super::program::{start, told};
use connector_emulators::supabase::{Memory, Postgres, Scratch, Settings, Supabase, Tables};
use serde_json::json;

const SERVER: &str = "postgres://postgres@127.0.0.1:5432/postgres";

fn tables() -> Tables {
    let tables = json!({"objects": [
        {
            "name": "customers",
            "fields": [
                {"name": "id", "kind": "integer", "required": true},
                {"name": "email", "kind": "text", "required": true},
                {"name": "name", "kind": "text", "nullable": true, "max_length": 10},
                {"name": "is_active", "kind": "boolean", "nullable": true},
            ],
            "key": ["id"],
            "unique": [["email"]],
        },
        {
            "name": "orders",
            "fields": [
                {"name": "id", "kind": "integer", "required": true},
                {"name": "customer_id", "kind": "integer", "nullable": true, "refers_to": "customers"},
                {"name": "total", "format": "numeric(10,2)", "nullable": true},
                {"name": "status", "kind": "text", "nullable": true, "default": "'new'::text"},
                {"name": "raw", "kind": "json", "nullable": true},
                {"name": "tags", "format": "text[]", "nullable": true},
            ],
            "key": ["id"],
        },
        {
            "name": "guarded",
            "fields": [{"name": "id", "kind": "integer", "required": true}],
            "key": ["id"],
            "row_security": true,
            "grants": {
                "service_role": ["select", "insert", "update", "delete"],
                "anon": ["select", "insert"],
            },
        },
    ]});
    Tables::read(&tables.to_string(), "public").unwrap()
}

/// What a client is told; the same by both databases.
fn judged(script: &str) -> String {
    let Settings { secret_key, publishable_key, .. } = Settings::default();
    let memory = Memory::new(tables()).unwrap();
    let url = start(move |_| Supabase::new(Settings::default(), memory));
    let by_memory = told(script, &[&url, &secret_key, &publishable_key]);
    let name = script.split('.').next().unwrap();
    let scratch = Scratch::new(SERVER, &format!("emulated_{}_{name}", std::process::id())).unwrap();
    let real = Postgres::new(&scratch, tables()).unwrap();
    let url = start(move |_| Supabase::new(Settings::default(), real));
    let by_postgres = told(script, &[&url, &secret_key, &publishable_key]);
    for (by_memory, by_postgres) in by_memory.lines().zip(by_postgres.lines()) {
        assert_eq!(by_memory, by_postgres);
    }
    by_memory
}

#[test]
fn the_python_client_of_postgrest_reads_and_writes() {
    insta::assert_snapshot!(judged("python_postgrest.py"));
}

#[test]
fn the_python_client_reads_and_writes() {
    insta::assert_snapshot!(judged("python_supabase.py"));
}

#[test]
fn the_node_clients_read_and_write() {
    insta::assert_snapshot!(judged("node_supabase.js"));
}
