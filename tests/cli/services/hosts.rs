//! Where requests, and the secrets in them, go: to the hosts that were meant, and to no other.

use super::{
    scene::{Office, Shop, connections, key_file},
    told,
};
use crate::custody::piped;
use kit::{Door, Reply};

/// A place that nobody should ask.
fn trap() -> Door {
    Door::open(|_| Reply::json("[]"))
}

#[track_caller]
fn untouched(trap: &Door) {
    let seen = trap.seen();
    assert!(seen.is_empty(), "it was asked: {seen:?}");
}

#[test]
fn a_store_that_has_moved_is_not_followed_and_its_new_host_is_named() {
    for status in [301, 302, 307, 308] {
        let (shop, trap) = (Shop::open(), trap());
        let there = format!("{}/wp-json/wc/v3/orders", trap.url_by_name());
        shop.store.always("/orders", move || Reply::of(status, &[("location", &there)], ""));
        let stopped = shop.engine(&["run", "."]).ended(1);
        told(&stopped, "connector/config", "the service has moved to `localhost`");
        untouched(&trap);
        shop.store.untwist();
        drop(shop.engine(&["run", "."]).ended(0));
        shop.is_whole();
    }
}

#[test]
fn a_redirect_of_the_token_endpoint_carries_no_secret_away() {
    let (office, trap) = (Office::ready(), trap());
    office.books.lock().ahead = jiff::SignedDuration::from_hours(2);
    let there = format!("{}/oauth2/v1/tokens/bearer", trap.url_by_name());
    // The access token is not good any more, and the endpoint sends the refresh elsewhere.
    office.books.always("/oauth2/", move || Reply::of(307, &[("location", &there)], ""));
    let stopped = office.engine(&["run", "."]).ended(1);
    told(&stopped, "connector/config", "the service refused a request for tokens");
    untouched(&trap);
    office.books.untwist();
    drop(office.engine(&["run", "."]).ended(0));
    assert_eq!(office.numbers().len(), 3);
}

#[test]
fn a_secret_that_is_bound_to_a_host_is_not_sent_to_the_one_that_a_connection_names_now() {
    let (shop, trap) = (Shop::open(), trap());
    for (name, value) in [("shop_key", "ck_right"), ("shop_secret", "cs_right")] {
        drop(piped(&shop.project, &["secret", "set", name, "--host", "127.0.0.1"], value).ended(0));
    }
    let engine = |arguments: &[&str]| {
        let mut command = shop.project.command(arguments);
        shop.project.end(command.env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8,::1"))
    };
    drop(engine(&["run", "."]).ended(0));
    shop.move_to(&trap.url_by_name());
    let refused = engine(&["run", "."]).ended(1);
    told(&refused, "connector/config", "secret `shop_key` may be sent to `127.0.0.1` only, and was not sent");
    let checked = engine(&["connections", "check", "store"]).ended(6);
    assert!(checked.stdout.contains("may be sent to `127.0.0.1` only"), "{}", checked.stdout);
    untouched(&trap);
    let shown = engine(&["connections", "show", "store"]).ended(0);
    assert!(shown.stdout.contains("shop_key: vault, for 127.0.0.1"), "{}", shown.stdout);
    // Bound anew by who may do that, it is sent.
    for name in ["shop_key", "shop_secret"] {
        drop(piped(&shop.project, &["secret", "set", name, "--host", "localhost"], "x").ended(0));
    }
    drop(engine(&["run", "."]));
    assert!(!trap.seen().is_empty());
}

#[test]
fn a_secret_from_the_environment_is_bound_by_the_environment() {
    let (shop, trap) = (Shop::open(), trap());
    let engine = |hosts: &str| {
        let mut command = shop.project.command(&["run", "."]);
        command.env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8,::1").env("ENGINE_HOSTS_SHOP_SECRET", hosts);
        command.env("ENGINE_SECRET_SHOP_KEY", "ck_right").env("ENGINE_SECRET_SHOP_SECRET", "cs_right");
        shop.project.end(&mut command)
    };
    drop(engine("shop.example.com, 127.0.0.1").ended(0));
    shop.move_to(&trap.url_by_name());
    let refused = engine("shop.example.com, 127.0.0.1").ended(1);
    let words = "secret `shop_secret` may be sent to `shop.example.com`, `127.0.0.1` only";
    told(&refused, "connector/config", words);
    untouched(&trap);
}

#[test]
fn tokens_of_a_login_go_where_the_secret_of_the_app_may_go() {
    let (office, trap) = (Office::ready(), trap());
    office.project.write("connections.toml", connections(&trap.url_by_name()));
    let run = |hosts: &str| {
        let mut command = office.command(&["run", "."]);
        command.env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8,::1").env("ENGINE_HOSTS_APP_SECRET", hosts);
        office.project.end(&mut command)
    };
    told(
        &run("127.0.0.1").ended(1),
        "connector/config",
        "secret `app_secret` may be sent to `127.0.0.1` only",
    );
    untouched(&trap);
    office.project.write("connections.toml", connections(&office.books.door.url()));
    drop(run("127.0.0.1").ended(0));
    assert_eq!(office.numbers().len(), 3);
}

#[test]
fn addresses_of_the_inner_network_are_not_reached_unless_the_administrator_allows_them() {
    let (shop, trap) = (Shop::open(), trap());
    let run = || {
        let mut command = shop.project.command(&["run", "."]);
        command.env("ENGINE_SECRET_SHOP_KEY", "ck_right").env("ENGINE_SECRET_SHOP_SECRET", "cs_right");
        shop.project.end(&mut command)
    };
    let port = trap.url().rsplit_once(':').unwrap().1.to_owned();
    for host in ["127.0.0.1", "localhost", "0x7f000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433"]
    {
        for scheme in ["http", "https"] {
            shop.move_to(&format!("{scheme}://{host}:{port}"));
            let refused = run().ended(1);
            told(&refused, "connector/config", "the host's address is not public");
        }
    }
    for url in ["https://169.254.169.254", "https://10.0.0.7", "https://192.168.1.1", "https://[fd00::1]"] {
        shop.move_to(url);
        told(&run().ended(1), "connector/config", "the host's address is not public");
    }
    untouched(&trap);
}

#[test]
fn a_host_without_a_certificate_that_is_trusted_gets_no_request() {
    let shop = Shop::open();
    for (certificate, words) in [
        ("expired.pem", "the host's certificate"),
        ("other.pem", "the host's certificate"),
        ("good.pem", "the host's certificate is from an unknown issuer"),
    ] {
        let trap = Door::locked((&key_file(certificate), &key_file("host.key.pem")), |_| Reply::json("[]"));
        shop.move_to(&trap.url());
        told(&shop.engine(&["run", "."]).ended(1), "connector/config", words);
        untouched(&trap);
    }
    // No TLS at all where TLS is expected.
    shop.move_to(&shop.store.door.url().replace("http:", "https:"));
    let refused = shop.engine(&["run", "."]).ended(1);
    told(&refused, "connector/unavailable", "no secure connection to the host");
    // Nobody at all.
    shop.move_to("http://127.0.0.1:9");
    told(
        &shop.engine(&["run", "."]).ended(1),
        "connector/unavailable",
        "the host cannot be found or reached",
    );
    shop.move_to(&shop.store.door.url());
    drop(shop.engine(&["run", "."]).ended(0));
    shop.is_whole();
}
