//! A store that refuses, is not there, or answers with something else than data.

use super::{scene::Shop, told};
use crate::count;
use kit::Reply;

/// Runs into what `/orders` answers, and again when it is mended: customers and products come meanwhile.
#[track_caller]
fn stopped_at_orders(shop: &Shop, exit: i32, code: &str, words: &str) {
    let stopped = shop.engine(&["run", "."]).ended(exit);
    told(&stopped, code, words);
    let warehouse = shop.project.database("warehouse.db");
    assert_eq!(count(&warehouse, "SELECT count(*) FROM customers"), 65, "{}", stopped.stdout);
    assert_eq!(count(&warehouse, "SELECT count(*) FROM products"), 66, "{}", stopped.stdout);
    shop.store.untwist();
    drop(shop.engine(&["run", "."]).ended(0));
    shop.is_whole();
}

#[test]
fn a_wrong_key_or_secret_is_an_authentication_error_that_names_what_to_check() {
    let shop = Shop::open();
    for wrong in [("ck_wrong", "cs_right"), ("ck_right", "cs_wrong")] {
        for arguments in [["run", "."].as_slice(), &["connections", "check", "store"]] {
            let refused = shop.with(wrong, arguments).ended(4);
            assert!(
                refused.printed().contains("the store refuses the key: check key and secret"),
                "{wrong:?}"
            );
            assert!(!refused.printed().contains(wrong.0) && !refused.printed().contains(wrong.1));
        }
        told(
            &shop.with(wrong, &["run", "."]).ended(4),
            "connector/unauthorized",
            "the store refuses the key",
        );
    }
    assert_eq!(shop.project.tables().0.values().map(Vec::len).sum::<usize>(), 0);
    drop(shop.engine(&["run", "."]).ended(0));
    shop.is_whole();
}

#[test]
fn a_key_that_is_revoked_in_the_middle_stops_the_run_and_a_new_one_carries_on() {
    let shop = Shop::open();
    let mut pages = 0;
    shop.store.twist(move |request| {
        pages += usize::from(request.uri().path().ends_with("/orders"));
        (pages > 1).then(|| {
            let body = r#"{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot list resources.","data":{"status":401}}"#;
            Reply::of(401, &[("content-type", "application/json")], body)
        })
    });
    stopped_at_orders(&shop, 4, "connector/unauthorized", "the store refuses the key");
}

#[test]
fn a_key_without_the_right_is_refused_as_forbidden() {
    let shop = Shop::open();
    shop.store.always("/orders", || {
        let body = r#"{"code":"woocommerce_rest_cannot_view","message":"Sorry","data":{"status":403}}"#;
        Reply::of(403, &[("content-type", "application/json")], body)
    });
    stopped_at_orders(&shop, 4, "connector/forbidden", "the user of the key may not do this");
}

#[test]
fn a_web_page_in_place_of_data_is_told_apart_by_what_sends_it() {
    for (status, exit, code, words) in [
        (200, 1, "connector/protocol", "a web page came instead of data"),
        (403, 4, "connector/forbidden", "a firewall in front of the service refuses the request"),
        (404, 1, "connector/config", "a web page says that there is nothing at this address"),
        (503, 1, "connector/unavailable", "the service does not work at the moment"),
    ] {
        let shop = Shop::open();
        shop.store.always("/orders", move || Reply::page(status));
        stopped_at_orders(&shop, exit, code, words);
    }
}

#[test]
fn an_answer_that_is_far_too_large_is_not_read_to_its_end() {
    let shop = Shop::open();
    shop.store.always("/orders", || Reply::Long(200 << 20));
    stopped_at_orders(&shop, 1, "connector/protocol", "the answer is larger than allowed");
}

/// The most memory of a run whose list of orders is answered so.
fn peak_of_a_run(reply: fn() -> Reply) -> u64 {
    let shop = Shop::open();
    shop.store.always("/orders", reply);
    let mut run = shop.project.start(&mut shop.command(&["run", "."]));
    let mut peak = 0;
    while !run.has_ended() {
        peak = peak.max(run.peak_memory().unwrap_or_default());
        std::thread::yield_now();
    }
    told(&run.wait().ended(1), "connector/protocol", "the answer is");
    peak
}

/// Measured from outside: the process itself, not what it believes.
#[test]
fn an_answer_of_200_mb_costs_no_more_memory_than_what_is_allowed_of_it() {
    let usual = peak_of_a_run(|| Reply::json("[{\"id\":1},{\"id\""));
    let large = peak_of_a_run(|| Reply::Long(200 << 20));
    let grown = large.saturating_sub(usual);
    // 16 MiB are read before it is refused; a buffer that grows holds up to twice as much, and once more while it moves.
    assert!(usual > 1 << 20, "the measure is blind: {usual}");
    assert!(grown < 64 << 20, "from {usual} to {large} bytes");
}

#[test]
fn answers_that_break_off_or_never_come_are_no_answers() {
    for (what, code, words) in [
        ("cut", "connector/protocol", "the connection broke in the middle of the answer"),
        ("none", "connector/protocol", "the connection broke before the answer"),
        ("text", "connector/protocol", "the answer is not what the service documents"),
    ] {
        let shop = Shop::open();
        shop.store.always("/orders", move || {
            let whole = http::Response::new(bytes::Bytes::from_static(b"[{\"id\":1},{\"id\":2}]"));
            match what {
                "cut" => Reply::Cut(whole, 9),
                "none" => Reply::Nothing,
                _ => Reply::json("[{\"id\":1},{\"id\""),
            }
        });
        stopped_at_orders(&shop, 1, code, words);
    }
}

#[test]
fn what_one_pipeline_cannot_do_keeps_no_other_from_its_work() {
    let shop = Shop::open();
    let pipeline = shop.project.read("store-to-sqlite.toml");
    let other = pipeline.replace("name = \"store-to-sqlite\"", "name = \"files-to-sqlite\"").replace(
        "connector = \"woocommerce\"\nconnection = \"store\"",
        "connector = \"file\"\nconnection = \"files\"",
    );
    shop.project.write("z-files-to-sqlite.toml", other);
    let text = shop.project.read("connections.toml");
    let files = "[connection.files]\nconnector = \"file\"\nroot = \"data\"\n";
    let names = ["orders.json", "customers.json", "products.json", "variations.ndjson", "refunds.json"];
    let stream = |file: &str| {
        let name = file.split('.').next().unwrap();
        format!("\n[connection.files.stream.{name}]\nfiles = [\"{file}\"]\nkey = [\"id\"]\n")
    };
    let streams = names.map(stream).concat();
    shop.project.write("connections.toml", format!("{text}\n{files}{streams}"));
    // Without its secrets the first pipeline cannot even begin.
    let mut command = shop.project.command(&["run", "."]);
    let outcome = shop.project.end(command.env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8")).ended(1);
    told(&outcome, "connector/config", "there is no secret `shop_key`");
    assert!(outcome.stderr.contains("Finished files-to-sqlite"), "{}", outcome.stderr);
    assert_eq!(count(&shop.project.database("warehouse.db"), "SELECT count(*) FROM orders"), 207);
    let mut command = shop.project.command(&["run", ".", "--format", "json"]);
    let outcome = shop.project.end(command.env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8")).ended(1);
    let runs = &outcome.json()["runs"];
    assert_eq!(
        (&runs[0]["pipeline"], &runs[0]["error"]["code"]),
        (&"store-to-sqlite".into(), &"connector/config".into())
    );
    assert_eq!(
        (&runs[1]["pipeline"], &runs[1]["status"]),
        (&"files-to-sqlite".into(), &"done".into()),
        "{runs}"
    );
}

/// A connection with a cursor, so that the second run asks for changes only.
fn incremental(shop: &Shop) {
    let text = shop.project.read("store-to-sqlite.toml");
    let with = |text: String, entity: &str| {
        let map = format!("[entity.{entity}.map]\n");
        text.replacen(&map, &format!("[entity.{entity}.source]\ncursor = \"date_modified_gmt\"\n\n{map}"), 1)
    };
    shop.project.write("store-to-sqlite.toml", with(with(text, "order"), "order_line"));
}

#[test]
fn clocks_that_differ_lose_no_change_and_spoil_no_signature() {
    for minutes in [10, -10, 40, -40] {
        let shop = Shop::open();
        incremental(&shop);
        shop.store.lock().ahead = jiff::SignedDuration::from_mins(minutes);
        drop(shop.engine(&["run", "."]).ended(0));
        shop.is_whole();
        let key = "SELECT max(id) FROM orders";
        let id = count(&shop.project.database("warehouse.db"), key);
        shop.set_status(id, "cancelled");
        let edited = shop.engine(&["run", "."]).ended(0);
        let status = format!("SELECT count(*) FROM orders WHERE id = {id} AND status = 'cancelled'");
        assert_eq!(count(&shop.project.database("warehouse.db"), &status), 1, "{minutes}: {}", edited.stdout);
    }
}
