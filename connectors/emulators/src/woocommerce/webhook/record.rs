//! The records of webhooks.

use crate::woocommerce::{
    error::Refusal,
    kind::Kind,
    shop::{Changed, Shop},
    value::{hex, text, written},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The resources and events of topics.
const RESOURCES: [&str; 4] = ["coupon", "customer", "order", "product"];
const EVENTS: [&str; 4] = ["created", "updated", "deleted", "restored"];

/// Makes a webhook. Its secret is never shown; when none is sent, it gets one that nobody knows.
pub(in crate::woocommerce) fn create(shop: &mut Shop<'_>, sent: &Value) -> Changed<Value> {
    let topic = valid_topic(sent)?;
    let address = valid_address(sent)?;
    let number = shop.store.next_of(Kind::Webhook);
    let name = match text(&sent["name"]) {
        "" => format!("Webhook created on {}", shop.now.strftime("%b %d, %Y @ %I:%M %p")),
        name => name.to_owned(),
    };
    let secret = match text(&sent["secret"]) {
        "" => random_looking(number),
        secret => secret.to_owned(),
    };
    let (resource, event) = topic.split_once('.').unwrap_or_default();
    let status = if text(&sent["status"]).is_empty() { "active" } else { text(&sent["status"]) };
    let mut record = json!({"id": number, "name": name, "status": status, "topic": topic, "resource": resource,
        "event": event, "hooks": hooks(&topic), "delivery_url": address, "date_created": null,
        "date_created_gmt": null, "date_modified": null, "date_modified_gmt": null, "~secret": secret,
        "~failures": 0, "~pending": true});
    shop.stamp(&mut record, "date_created");
    shop.store.put(Kind::Webhook, record.clone());
    shop.saved_webhooks.push(number);
    Ok(record)
}

/// Changes a webhook. The count of its failures stays.
pub(in crate::woocommerce) fn update(shop: &mut Shop<'_>, number: u64, sent: &Value) -> Changed<Value> {
    let mut record = shop.find(Kind::Webhook, None, number, 400)?;
    if sent.get("topic").is_some() {
        let topic = valid_topic(sent)?;
        let (resource, event) = topic.split_once('.').unwrap_or_default();
        record["resource"] = resource.into();
        record["event"] = event.into();
        record["hooks"] = hooks(&topic).into();
        record["topic"] = topic.into();
    }
    if sent.get("delivery_url").is_some() {
        record["delivery_url"] = valid_address(sent)?.into();
    }
    for (name, field) in [("name", "name"), ("status", "status"), ("secret", "~secret")] {
        if let Some(value) = sent.get(name) {
            record[field] = written(value).as_ref().into();
        }
    }
    shop.stamp(&mut record, "date_modified");
    shop.store.put(Kind::Webhook, record.clone());
    shop.saved_webhooks.push(number);
    Ok(record)
}

fn valid_topic(sent: &Value) -> Changed<String> {
    let topic = text(&sent["topic"]);
    let fits = match topic.split_once('.') {
        Some(("action", hook)) => hook.starts_with("woocommerce_") || hook.starts_with("wc_"),
        Some((resource, event)) => RESOURCES.contains(&resource) && EVENTS.contains(&event),
        None => false,
    };
    let message = "Webhook topic is required and must be valid.";
    let refusal = || Refusal::new(400, "woocommerce_rest_shop_webhook_invalid_topic", message);
    if fits { Ok(topic.to_owned()) } else { Err(refusal()) }
}

fn valid_address(sent: &Value) -> Changed<String> {
    let address = text(&sent["delivery_url"]);
    let fits = address.starts_with("http://") || address.starts_with("https://");
    let message = "Webhook delivery URL must be a valid URL starting with http:// or https://.";
    let refusal = || Refusal::new(400, "woocommerce_rest_shop_webhook_invalid_delivery_url", message);
    if fits { Ok(address.to_owned()) } else { Err(refusal()) }
}

/// The hooks of `WordPress` that a topic listens to.
fn hooks(topic: &str) -> Vec<String> {
    let fixed: &[&str] = match topic {
        "order.created" => &["woocommerce_new_order"],
        "order.updated" => &["woocommerce_update_order", "woocommerce_order_refunded"],
        "coupon.created" => &["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
        "coupon.updated" => &["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
        "customer.created" => &["user_register", "woocommerce_created_customer", "woocommerce_new_customer"],
        "customer.updated" => &["profile_update", "woocommerce_update_customer"],
        "customer.deleted" => &["delete_user"],
        "product.created" => &[
            "woocommerce_process_product_meta",
            "woocommerce_new_product",
            "woocommerce_new_product_variation",
        ],
        "product.updated" => &[
            "woocommerce_process_product_meta",
            "woocommerce_update_product",
            "woocommerce_update_product_variation",
        ],
        topic if topic.ends_with(".deleted") => &["wp_trash_post"],
        topic if topic.ends_with(".restored") => &["untrashed_post"],
        _ => &[],
    };
    match topic.strip_prefix("action.") {
        Some(hook) => vec![hook.to_owned()],
        None => fixed.iter().map(|hook| (*hook).to_owned()).collect(),
    }
}

/// Fifty characters that nobody was told.
fn random_looking(number: u64) -> String {
    let mut out = hex(&Sha256::digest(format!("secret of webhook {number}")));
    out.truncate(50);
    out
}
