//! Deliveries, as the emulated store sends them: each is a hint, and what it hints at is read.

use super::{CURSOR, Shop, with_shop};
use crate::traps::{
    deliveries::{described, judged, recorded},
    scene::{keys, read},
};
use connector_emulators::{Emulator, woocommerce::Delivery};
use connector_rest::{Hint, Notice, Refused};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SECRET: &str = "a secret & 'of' <tests> ü";

/// The store tells of these topics, and was heard.
fn listens(shop: &Shop, topics: &[&str]) {
    for topic in topics {
        let hook = json!({"topic": topic, "delivery_url": "https://engine.example/hook", "secret": SECRET});
        shop.made("webhooks", &hook);
    }
    assert_eq!(sent(shop).len(), topics.len(), "a ping each");
}

/// What the store sends now; all of it arrives.
fn sent(shop: &Shop) -> Vec<Delivery> {
    answered(shop, 200)
}

fn answered(shop: &Shop, status: u16) -> Vec<Delivery> {
    shop.behind(|store, now| {
        let sent = store.deliveries(now);
        for delivery in &sent {
            store.handle(&delivery.outcome(Some(status)), now);
        }
        sent
    })
}

fn told(delivery: &Delivery, secrets: &[&str]) -> Result<Notice, Refused> {
    let request = delivery.request().unwrap();
    let delivery = connector_rest::Delivery { headers: request.headers(), body: request.body() };
    described("woocommerce").delivered(delivery, secrets)
}

/// The one hint of a delivery.
fn hint(delivery: &Delivery) -> Hint {
    match told(delivery, &[SECRET]) {
        Ok(Notice::Changes(mut hints)) if hints.len() == 1 => hints.remove(0),
        other => panic!("{other:?}"),
    }
}

/// Topics and keys.
fn named(sent: &[Delivery]) -> Vec<(String, Option<String>)> {
    sent.iter().map(hint).map(|hint| (hint.topic, hint.key)).collect()
}

/// A request that the store makes to see whether anybody listens: no signature, no topic, no JSON.
#[test]
fn a_ping_is_known_by_its_form_and_says_nothing() {
    judged("woocommerce", &["ping"]);
    with_shop(async |shop| {
        let id = shop
            .made("webhooks", &json!({"topic": "order.updated", "delivery_url": "https://engine.example/"}));
        let pings = answered(&shop, 500);
        assert_eq!(told(&pings[0], &[SECRET]), Ok(Notice::Ping));
        assert_eq!(told(&pings[0], &[]), Ok(Notice::Ping), "it is answered before a secret is set");
        shop.changes(&format!("webhooks/{id}"), &json!({"name": "again"}));
        assert_eq!(told(&sent(&shop)[0], &[SECRET]), Ok(Notice::Ping), "until one is answered with 200");
        shop.changes(&format!("webhooks/{id}"), &json!({"name": "and again"}));
        assert!(sent(&shop).is_empty());
    });
}

#[test]
fn a_signature_is_over_the_bytes_as_they_came() {
    judged("woocommerce", &["order-updated"]);
    with_shop(async |shop| {
        listens(&shop, &["order.created"]);
        shop.order(&json!({"customer_note": "Größe 1/2"}));
        let mut delivery = sent(&shop).remove(0);
        assert!(delivery.body.is_ascii() && String::from_utf8_lossy(&delivery.body).contains(r"1\/2"));
        assert!(told(&delivery, &[SECRET]).is_ok());
        let again: Value = serde_json::from_slice(&delivery.body).unwrap();
        delivery.body = again.to_string().into();
        assert_eq!(told(&delivery, &[SECRET]), Err(Refused::Forged));
    });
}

/// Topic and ids stand in headers, which nothing signs.
#[test]
fn a_delivery_under_another_topic_leads_to_no_record() {
    with_shop(async |shop| {
        listens(&shop, &["order.created"]);
        let order = shop.order(&json!({}));
        let mut delivery = sent(&shop).remove(0);
        for (name, value) in &mut delivery.headers {
            if *name == "X-WC-Webhook-Topic" {
                *value = "product.deleted".to_owned();
            }
        }
        let hint = hint(&delivery);
        assert_eq!((hint.topic.as_str(), hint.key.as_deref()), ("product.deleted", Some(order.as_str())));
        for stream in &hint.streams {
            assert!(shop.fetch(stream, &[&order]).await.is_empty(), "no record of ours is gone by it");
        }
    });
}

#[test]
fn without_a_secret_nothing_is_believed_and_while_it_is_replaced_both_are_taken() {
    with_shop(async |shop| {
        listens(&shop, &["order.created"]);
        shop.order(&json!({}));
        let delivery = sent(&shop).remove(0);
        let unset = Err(Refused::NoSecret("webhook_secret".to_owned()));
        assert_eq!(told(&delivery, &[]), unset);
        assert_eq!(told(&delivery, &[""]), unset, "everybody knows an empty secret");
        assert_eq!(told(&delivery, &["new"]), Err(Refused::Forged));
        assert!(told(&delivery, &["new", SECRET]).is_ok());
        // Nobody knows what a webhook signs with that was made without a secret.
        shop.made("webhooks", &json!({"topic": "order.updated", "delivery_url": "https://engine.example/"}));
        let order = shop.order(&json!({}));
        sent(&shop);
        shop.changes(&format!("orders/{order}"), &json!({"customer_note": "x"}));
        assert_eq!(told(&sent(&shop)[0], &[SECRET]), Err(Refused::Forged));
    });
}

#[test]
fn a_secret_with_signs_of_html_signs_as_the_store_reads_it() {
    judged("woocommerce", &["customer-created-secret-with-html"]);
    with_shop(async |shop| {
        let secret = "one &amp; two &lt;three&gt; &quot;four&quot; &#039;five&#039;";
        let hook =
            json!({"topic": "order.created", "delivery_url": "https://engine.example/", "secret": secret});
        shop.made("webhooks", &hook);
        sent(&shop);
        shop.order(&json!({}));
        let delivery = sent(&shop).remove(0);
        assert!(told(&delivery, &[secret]).is_ok());
        assert!(told(&delivery, &["one & two <three> \"four\" 'five'"]).is_ok());
    });
}

/// Twenty deliveries of one second have one `Delivery-ID`.
#[test]
fn deliveries_that_share_their_id_are_not_taken_for_repeats() {
    with_shop(async |shop| {
        listens(&shop, &["order.created"]);
        for _ in 0..3 {
            shop.order(&json!({}));
        }
        let sent = sent(&shop);
        let header = |delivery: &Delivery| {
            let found = delivery.headers.iter().find(|(name, _)| *name == "X-WC-Webhook-Delivery-ID");
            found.unwrap().1.clone()
        };
        assert_eq!(sent.iter().map(header).collect::<BTreeSet<_>>().len(), 1);
        let repeats: BTreeSet<String> = sent.iter().map(|delivery| hint(delivery).repeat).collect();
        assert_eq!(repeats.len(), 3);
        assert_eq!(hint(&sent[0]).repeat, hint(&sent[0].clone()).repeat, "told again it is the same");
    });
}

#[test]
fn a_create_comes_twice_and_names_one_record() {
    with_shop(async |shop| {
        listens(&shop, &["order.created", "order.updated"]);
        let order = shop.order(&json!({}));
        let told = named(&sent(&shop));
        let of = |topic: &str| (topic.to_owned(), Some(order.clone()));
        assert_eq!(BTreeSet::from_iter(told), BTreeSet::from([of("order.created"), of("order.updated")]));
    });
}

/// Three quick changes are one delivery, of the last of them; and by the time it is read there may be a fourth.
#[test]
fn a_late_delivery_names_the_record_and_what_it_is_now_is_read() {
    with_shop(async |shop| {
        let order = shop.order(&json!({}));
        listens(&shop, &["order.updated"]);
        for note in ["one", "two", "three"] {
            shop.changes(&format!("orders/{order}"), &json!({"customer_note": note}));
        }
        let sent = sent(&shop);
        assert_eq!(named(&sent), [("order.updated".to_owned(), Some(order.clone()))]);
        assert!(String::from_utf8_lossy(&sent[0].body).contains("three"));
        shop.changes(&format!("orders/{order}"), &json!({"customer_note": "four"}));
        let now = shop.fetch("orders", &[&order]).await;
        assert_eq!(crate::traps::scene::json_of(&now[0])["customer_note"], "four");
    });
}

/// The body is the error that a request would get, and the signature is good.
#[test]
fn a_delivery_of_a_record_that_is_gone_names_none() {
    judged("woocommerce", &["order-gone"]);
    with_shop(async |shop| {
        listens(&shop, &["order.created"]);
        let order = shop.order(&json!({}));
        shop.deletes(&format!("orders/{order}?force=true"));
        let hint = hint(&sent(&shop)[0]);
        assert_eq!((hint.key, hint.streams), (None, vec!["orders".to_owned()]));
        assert!(shop.read(read("orders", Some(CURSOR), None)).await.unwrap().is_empty());
    });
}

#[test]
fn a_false_deletion_is_found_out_by_looking() {
    judged("woocommerce", &["product-deleted-that-was-a-coupon", "order-deleted"]);
    with_shop(async |shop| {
        listens(&shop, &["product.deleted", "coupon.deleted"]);
        let coupon = shop.made("coupons", &json!({"code": "TEN", "amount": "1"}));
        shop.deletes("products/10");
        let mut hints: Vec<Hint> = sent(&shop).iter().map(hint).collect();
        hints.sort_by(|one, other| one.topic.cmp(&other.topic));
        let told: Vec<_> =
            hints.iter().map(|hint| (hint.topic.as_str(), hint.key.as_deref(), hint.is_gone)).collect();
        assert_eq!(told, [("coupon.deleted", Some("10"), true), ("product.deleted", Some("10"), true)]);
        assert!(shop.fetch("coupons", &["10"]).await.is_empty(), "no coupon of that number was ever read");
        assert_eq!(
            keys(&shop.fetch("coupons", &[&coupon]).await),
            [coupon.as_str()],
            "and the real one is there"
        );
        assert!(shop.fetch("products", &["10"]).await.is_empty(), "the product is really gone");
    });
}

#[test]
fn a_variation_comes_under_the_topic_of_products_and_is_found_among_variations() {
    with_shop(async |shop| {
        shop.changes("products/11", &json!({"type": "variable"}));
        let id = shop.made("products/11/variations", &json!({"sku": "SHIRT-M", "regular_price": "20"}));
        listens(&shop, &["product.updated"]);
        shop.changes(&format!("products/11/variations/{id}"), &json!({"regular_price": "21"}));
        let hints: Vec<Hint> = sent(&shop).iter().map(hint).collect();
        let hint = hints.iter().find(|hint| hint.key.as_deref() == Some(id.as_str())).unwrap();
        assert_eq!(hint.streams, ["products", "variations"]);
        assert!(shop.fetch("products", &[&id]).await.is_empty());
        assert_eq!(keys(&shop.fetch("variations", &[&id]).await), [id.as_str()]);
    });
}

#[test]
fn what_no_delivery_tells_is_found_by_reading() {
    with_shop(async |shop| {
        let [gone, trashed] = [shop.order(&json!({})), shop.order(&json!({}))];
        let refund =
            shop.made(&format!("orders/{trashed}/refunds"), &json!({"amount": "1", "api_refund": false}));
        shop.deletes(&format!("orders/{trashed}"));
        listens(&shop, &["order.created", "order.updated", "order.deleted", "order.restored"]);
        shop.pass(60);
        shop.deletes(&format!("orders/{gone}?force=true"));
        shop.made(&format!("orders/{trashed}/notes"), &json!({"note": "called"}));
        shop.deletes(&format!("orders/{trashed}/refunds/{refund}?force=true"));
        shop.changes(&format!("orders/{trashed}"), &json!({"status": "processing"}));
        assert_eq!(named(&sent(&shop)), []);
        let since = Some("2026-11-23T00:20:30Z");
        let seen = shop.read(read("orders", Some(CURSOR), since)).await.unwrap();
        assert_eq!(keys(&seen), [trashed.as_str()], "what was restored is read");
        assert!(shop.fetch("orders", &[&gone]).await.is_empty());
        assert!(shop.fetch("refunds", &[&refund]).await.is_empty());
    });
}

#[test]
fn a_webhook_that_was_given_up_loses_what_happens_and_the_cursor_finds_it() {
    with_shop(async |shop| {
        listens(&shop, &["order.created"]);
        for _ in 0..7 {
            shop.order(&json!({}));
            assert_eq!(answered(&shop, 503).len(), 1);
            assert!(answered(&shop, 503).is_empty(), "nothing is sent again");
        }
        shop.pass(60);
        let lost = shop.order(&json!({}));
        assert!(sent(&shop).is_empty(), "the webhook is disabled");
        let since = Some("2026-11-23T00:20:30Z");
        assert_eq!(keys(&shop.read(read("orders", Some(CURSOR), since)).await.unwrap()), [lost.as_str()]);
    });
}

#[test]
fn a_topic_that_nobody_reads_names_no_stream() {
    judged("woocommerce", &["action"]);
    let action = recorded("woocommerce", "action");
    assert!(action.body.starts_with(r#"{"action":"#), "{}", action.body);
    with_shop(async |shop| {
        listens(&shop, &["action.woocommerce_order_status_completed"]);
        let order = shop.order(&json!({}));
        shop.changes(&format!("orders/{order}"), &json!({"status": "completed"}));
        let hint = hint(&sent(&shop)[0]);
        assert_eq!(hint.topic, "action.woocommerce_order_status_completed");
        assert_eq!((hint.key, hint.streams), (None, Vec::new()));
    });
}
