//! Orders for measuring: seeded, in the shape of a shop's, about 3 KB each.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::io::{self, Write};

const FIRST: [&str; 10] = ["Anna", "Liam", "Zoë", "José", "Mei", "Olu", "Priya", "Björn", "Łukasz", "Eve"];
const LAST: [&str; 10] =
    ["Smith", "Nguyễn", "O'Neil", "García", "Müller", "Tremblay", "Kowalski", "Okafor", "Chen", "Roy"];
const CITY: [(&str, &str); 5] =
    [("Edmonton", "AB"), ("Montréal", "QC"), ("Vancouver", "BC"), ("Toronto", "ON"), ("Halifax", "NS")];
const STATUS: [&str; 8] =
    ["pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "wc-custom"];
const GATEWAY: [(&str, &str); 4] = [
    ("stripe", "Credit Card (Stripe)"),
    ("paypal", "PayPal"),
    ("cod", "Cash on delivery"),
    ("bacs", "Direct bank transfer"),
];
const CAMPAIGN: [&str; 5] = ["google", "direct", "newsletter", "facebook", "referral"];
const NOUN: [&str; 8] = ["shirt", "jacket", "mug", "bottle", "lamp", "backpack", "tent", "stove"];
const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                       Chrome/124.0 Safari/537.36";

/// Writes orders 1 to `count`, one per line.
pub(crate) fn write(count: u32, out: &mut impl Write) -> io::Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(42);
    for id in 1..=count {
        writeln!(out, "{}", order(id, &mut rng))?;
    }
    Ok(())
}

fn money(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn order(id: u32, rng: &mut ChaCha8Rng) -> Value {
    let lines: Vec<(Value, u32, u32)> =
        (0..rng.random_range(1..=5)).map(|line| item(id * 8 + line, rng)).collect();
    let (net, tax) = lines.iter().fold((0, 0), |(net, tax), line| (net + line.1, tax + line.2));
    let shipping = if rng.random_bool(0.3) { 0 } else { rng.random_range(500..2500) };
    let shipping_tax = shipping / 20;
    let (created, modified) = (time(id * 30), time(id * 30 + rng.random_range(0..864_000)));
    let (gateway, gateway_title) = GATEWAY[rng.random_range(0..GATEWAY.len())];
    let status = STATUS[rng.random_range(0..STATUS.len())];
    let paid = ["processing", "completed"].contains(&status).then_some(&created);
    let billing = address(rng);
    let mut meta = vec![
        json!({"id": id * 4 + 1, "key": "_billing_vat", "value": ""}),
        json!({"id": id * 4 + 2, "key": "_ga_tracked", "value": "1"}),
    ];
    if rng.random_bool(0.97) {
        let campaign = CAMPAIGN[rng.random_range(0..CAMPAIGN.len())];
        meta.push(json!({"id": id * 4 + 3, "key": "_utm_source", "value": campaign}));
    }
    meta.push(json!({"id": id * 4, "key": "_edit_lock", "value": format!("{}:1", rng.random::<u32>())}));
    let mut shipping_address = billing.clone();
    shipping_address.as_object_mut().unwrap().shift_remove("email");
    let shipping_lines = json!([{"id": id, "method_title": "Flat rate", "method_id": "flat_rate",
        "instance_id": "1", "total": money(shipping), "total_tax": money(shipping_tax), "taxes": [],
        "meta_data": []}]);
    let mut order = json!({
        "id": id, "parent_id": 0, "status": status,
        "currency": if rng.random_bool(0.9) { "CAD" } else { "usd" }, "version": "8.9.1",
        "prices_include_tax": false, "date_created": created, "date_modified": modified,
        "discount_total": "0.00", "discount_tax": "0.00", "shipping_total": money(shipping),
        "shipping_tax": money(shipping_tax), "cart_tax": money(tax),
        "total": money(net + tax + shipping + shipping_tax), "total_tax": money(tax + shipping_tax),
        "customer_id": if rng.random_bool(0.1) { 0 } else { rng.random_range(1..50_000) },
        "order_key": format!("wc_order_{:013x}", rng.random::<u64>() >> 12), "billing": billing,
        "shipping": shipping_address, "payment_method": gateway, "payment_method_title": gateway_title,
        "transaction_id": paid.map_or(String::new(), |_| format!("pi_{:020x}", rng.random::<u64>())),
        "customer_ip_address": format!("10.{}.{}.7", rng.random::<u8>(), rng.random::<u8>()),
        "customer_user_agent": BROWSER, "created_via": "checkout", "customer_note": "",
        "date_completed": null, "date_paid": paid, "cart_hash": format!("{:032x}", rng.random::<u128>()),
    });
    let rest = json!({
        "number": (100_000 + id).to_string(), "meta_data": meta,
        "line_items": lines.into_iter().map(|line| line.0).collect::<Vec<_>>(),
        "tax_lines": [{"id": id, "rate_code": "CA-GST-1", "rate_id": 1, "label": "GST", "compound": false,
            "tax_total": money(tax), "shipping_tax_total": money(shipping_tax), "rate_percent": 5,
            "meta_data": []}],
        "shipping_lines": shipping_lines, "fee_lines": [], "coupon_lines": [], "refunds": [],
        "payment_url": "", "is_editable": status == "pending", "needs_payment": status == "pending",
        "needs_processing": true, "date_created_gmt": created, "date_modified_gmt": modified,
        "date_completed_gmt": null, "date_paid_gmt": paid, "currency_symbol": "$",
    });
    let (Value::Object(members), Value::Object(more)) = (&mut order, rest) else { return order };
    members.extend(more);
    order
}

/// A line, its net amount and its tax in cents.
fn item(id: u32, rng: &mut ChaCha8Rng) -> (Value, u32, u32) {
    let (product, quantity, price) =
        (rng.random_range(0..500), rng.random_range(1..5), rng.random_range(299..30_000));
    let net = price * quantity;
    let tax = net / 20;
    let name = format!("Premium trail {} {product}", NOUN[rng.random_range(0..NOUN.len())]);
    let line = json!({
        "id": id, "name": name, "product_id": 1000 + product, "variation_id": 0, "quantity": quantity,
        "tax_class": "", "subtotal": money(net), "subtotal_tax": money(tax), "total": money(net),
        "total_tax": money(tax), "taxes": [{"id": 1, "total": money(tax), "subtotal": money(tax)}],
        "meta_data": [], "sku": format!("SKU-C{product:05}"), "price": price, "parent_name": null,
    });
    (line, net, tax)
}

fn address(rng: &mut ChaCha8Rng) -> Value {
    let (first, last) = (FIRST[rng.random_range(0..FIRST.len())], LAST[rng.random_range(0..LAST.len())]);
    let (city, state) = CITY[rng.random_range(0..CITY.len())];
    let email = format!("{first}.{last}{}@Example.com", rng.random_range(0..50_000)).replace('\'', "");
    json!({
        "first_name": first, "last_name": last, "company": "",
        "address_1": format!("{} {last} Street NW", rng.random_range(0..9999)), "address_2": "", "city": city,
        "state": state, "postcode": "T4J 5K1", "country": if rng.random_bool(0.97) { "CA" } else { "" },
        "email": if rng.random_bool(0.02) { String::new() } else { email },
        "phone": if rng.random_bool(0.1) { String::new() } else { format!("+1780555{:04}", rng.random_range(0..10_000)) },
    })
}

/// Seconds after the start of 2024, as a shop writes them.
fn time(seconds: u32) -> String {
    let start = jiff::civil::date(2024, 1, 1).at(0, 0, 0, 0);
    (start + jiff::SignedDuration::from_secs(i64::from(seconds))).to_string()
}
