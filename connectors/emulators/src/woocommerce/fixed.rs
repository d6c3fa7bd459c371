//! What is only read, and the classes of taxes.

use super::{
    error::Refusal,
    kind::Kind,
    reply::Reply,
    settings::Settings,
    shop::{Changed, Shop},
    store::Store,
    value::text,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

/// The states of orders and their names.
const STATUSES: [(&str, &str); 8] = [
    ("pending", "Pending payment"),
    ("processing", "Processing"),
    ("on-hold", "On hold"),
    ("completed", "Completed"),
    ("cancelled", "Cancelled"),
    ("refunded", "Refunded"),
    ("failed", "Failed"),
    ("checkout-draft", "Draft"),
];

/// The lists that say how many they are.
const PAGED: [&str; 8] = [
    "payment_gateways",
    "products/attributes",
    "products/reviews",
    "products/shipping_classes",
    "products/tags",
    "shipping/zones",
    "shipping_methods",
    "taxes/classes",
];

/// The start of the whole REST API, which anybody may see.
pub(super) fn index(settings: &Settings, zone: &TimeZone, now: Timestamp) -> Value {
    let offset = now.to_zoned_datetime(zone.clone()).offset().seconds();
    json!({
        "name": "Emulated store",
        "description": "",
        "url": settings.url,
        "home": settings.url,
        "gmt_offset": super::value::json_number(rust_decimal::Decimal::from(offset) / rust_decimal::Decimal::from(3600)),
        "timezone_string": settings.zone,
        "namespaces": ["wc/v3"],
        "authentication": [],
        "routes": {},
    })
}

/// Answers a path that is only read.
pub(super) fn read(store: &Store, settings: &Settings, path: &str) -> Result<Reply, Refusal> {
    let linked = |records: &[Value], allow: &[&str]| -> Value {
        records.iter().map(|record| with_links(record, settings, path, allow)).collect()
    };
    let body = match path {
        "" => json!({"namespace": "wc/v3", "routes": {}}),
        "taxes/classes" => store.tax_classes.iter().map(|class| tax_class_shown(class, settings)).collect(),
        "payment_gateways" => linked(&store.payment_gateways, &["GET", "POST", "PUT", "PATCH"]),
        "shipping_methods" => linked(&store.shipping_methods, &["GET"]),
        "settings/general" => linked(&store.general, &["GET", "POST", "PUT", "PATCH"]),
        "shipping/zones" => zones(settings),
        "data" => data(settings),
        "data/currencies/current" => currency(store, settings),
        "reports" => reports(settings),
        "reports/orders/totals" => totals(store),
        "settings" => groups(settings),
        "system_status" => status(store, settings),
        path if path.starts_with("products/") => json!([]),
        path => {
            let (list, one) = path.split_once('/').unwrap_or((path, ""));
            let all =
                if list == "payment_gateways" { &store.payment_gateways } else { &store.shipping_methods };
            let found = all.iter().find(|record| text(&record["id"]) == one).ok_or_else(|| {
                Refusal::new(404, "woocommerce_rest_invalid_id", "Resource does not exist.")
            })?;
            with_links(found, settings, list, &["GET"])
        }
    };
    let count = body.as_array().map_or(0, Vec::len);
    let reply = Reply::ok(body);
    if !PAGED.contains(&path) {
        return Ok(reply);
    }
    let pages = if count == 0 { "0" } else { "1" };
    Ok(reply.header("X-WP-Total", count.to_string()).header("X-WP-TotalPages", pages))
}

fn with_links(record: &Value, settings: &Settings, path: &str, allow: &[&str]) -> Value {
    let mut record = record.clone();
    let own = settings.route(&format!("{path}/{}", text(&record["id"])));
    record["_links"] = json!({
        "self": [{"href": own, "targetHints": {"allow": allow}}],
        "collection": [{"href": settings.route(path)}],
    });
    record
}

fn zones(settings: &Settings) -> Value {
    let own = settings.route("shipping/zones/0");
    json!([{"id": 0, "name": "Locations not covered by your other zones", "order": 0, "_links": {
        "self": [{"href": own, "targetHints": {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]}}],
        "collection": [{"href": settings.route("shipping/zones")}],
        "describedby": [{"href": format!("{own}/locations")}],
    }}])
}

fn described(settings: &Settings, path: &str, entries: &[(&str, &str)]) -> Value {
    let entry = |(slug, description): &(&str, &str)| {
        json!({"slug": slug, "description": description, "_links": {
            "self": [{"href": settings.route(&format!("{path}/{slug}")), "targetHints": {"allow": ["GET"]}}],
            "collection": [{"href": settings.route(path)}],
        }})
    };
    entries.iter().map(entry).collect()
}

fn data(settings: &Settings) -> Value {
    let entries = [
        ("continents", "List of supported continents, countries, and states."),
        ("countries", "List of supported states in a given country."),
        ("currencies", "List of supported currencies."),
    ];
    described(settings, "data", &entries)
}

fn reports(settings: &Settings) -> Value {
    let entries = [
        ("sales", "List of sales reports."),
        ("top_sellers", "List of top sellers products."),
        ("orders/totals", "Orders totals."),
        ("products/totals", "Products totals."),
        ("customers/totals", "Customers totals."),
        ("coupons/totals", "Coupons totals."),
        ("reviews/totals", "Reviews totals."),
        ("categories/totals", "Categories totals."),
        ("tags/totals", "Tags totals."),
        ("attributes/totals", "Attributes totals."),
    ];
    let mut reports = described(settings, "reports", &entries);
    // The last three do not say what may be done with them.
    for report in super::value::elements_mut(&mut reports).iter_mut().skip(7) {
        report["_links"]["self"] = json!([{"href": report["_links"]["self"][0]["href"]}]);
    }
    reports
}

fn currency(store: &Store, settings: &Settings) -> Value {
    let code = store.currency();
    let own = settings.route(&format!("data/currencies/{code}"));
    json!({"code": code, "name": code, "symbol": super::order::symbol(code), "_links": {
        "self": [{"href": own, "targetHints": {"allow": ["GET"]}}],
        "collection": [{"href": settings.route("data/currencies")}],
    }})
}

fn groups(settings: &Settings) -> Value {
    let own = settings.route("settings/general");
    json!([{"id": "general", "label": "General", "description": "", "parent_id": "", "sub_groups": [],
        "_links": {"options": [{"href": own}]}}])
}

fn totals(store: &Store) -> Value {
    let count = |slug: &str| store.all(Kind::Order).filter(|order| order["status"] == slug).count();
    STATUSES.iter().map(|(slug, name)| json!({"slug": slug, "name": name, "total": count(slug)})).collect()
}

/// What connectors look at in the state of a system: the versions, and where orders are kept.
fn status(store: &Store, settings: &Settings) -> Value {
    json!({
        "environment": {
            "home_url": settings.url,
            "site_url": settings.url,
            "version": "10.5.0",
            "wp_version": "6.9.1",
            "wp_multisite": false,
            "language": "en_US",
            "php_version": "8.2.36",
            "default_timezone": "UTC",
        },
        "database": {"wc_database_version": "10.5.0", "database_prefix": "wp_"},
        "settings": {
            "api_enabled": false,
            "force_ssl": false,
            "currency": store.currency(),
            "currency_symbol": super::order::symbol(store.currency()),
            "number_of_decimals": 2,
            "HPOS_enabled": true,
            "HPOS_sync_enabled": false,
        },
    })
}

fn tax_class_shown(class: &Value, settings: &Settings) -> Value {
    json!({"slug": class["slug"], "name": class["name"],
        "_links": {"collection": [{"href": settings.route("taxes/classes")}]}})
}

/// One class of taxes, as a list: its route answers so.
pub(super) fn tax_class(store: &Store, settings: &Settings, slug: &str) -> Result<Reply, Refusal> {
    let found = store.tax_classes.iter().find(|class| text(&class["slug"]) == slug);
    let found = found.ok_or_else(no_class)?;
    Ok(Reply::ok(json!([tax_class_shown(found, settings)])))
}

fn no_class() -> Refusal {
    Refusal::new(404, "woocommerce_rest_tax_class_invalid_slug", "Invalid slug.")
}

/// Makes a class of taxes.
pub(super) fn create_tax_class(shop: &mut Shop<'_>, sent: &Value) -> Result<Reply, Refusal> {
    let name = text(&sent["name"]);
    if name.is_empty() {
        return Err(Refusal::new(400, "rest_missing_callback_param", "Missing parameter(s): name")
            .with("params", json!(["name"])));
    }
    let slug = super::product::slug_of(name);
    if shop.store.tax_classes.iter().any(|class| text(&class["slug"]) == slug) {
        let message = "Tax class already exists.";
        return Err(Refusal::new(400, "woocommerce_rest_tax_class_exists", message));
    }
    let class = json!({"slug": slug, "name": name});
    shop.store.tax_classes.push(class.clone());
    Ok(Reply { status: 201, ..Reply::ok(tax_class_shown(&class, shop.settings)) })
}

/// Deletes a class of taxes.
pub(super) fn delete_tax_class(shop: &mut Shop<'_>, slug: &str) -> Changed<Value> {
    let place = shop.store.tax_classes.iter().position(|class| text(&class["slug"]) == slug);
    let class = shop.store.tax_classes.remove(place.ok_or_else(no_class)?);
    Ok(tax_class_shown(&class, shop.settings))
}
