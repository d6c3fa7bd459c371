//! Records as the API shows them.

use super::{
    kind::Kind,
    route::collection,
    settings::Settings,
    store::Store,
    value::{decimal, elements, fixed, id, text, words},
};
use serde_json::{Map, Value, json};

/// How records are shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// The decimals of amounts; 2 when it is not given.
    decimals: Option<u32>,
    /// Whether records are shown to be changed.
    edit: bool,
    /// Whether the address named the parent.
    below_parent: bool,
    /// The only keys of meta data, when there are any.
    include_meta: Vec<String>,
    exclude_meta: Vec<String>,
}

impl Shown {
    /// As answers to changes show records.
    pub(super) fn changed(edit: bool) -> Self {
        Self { edit, below_parent: true, ..Self::default() }
    }

    /// What the parameters of a request say.
    pub(super) fn of(parameters: &Value, below_parent: bool) -> Self {
        Self {
            decimals: parameters["dp"]
                .as_u64()
                .or_else(|| text(&parameters["dp"]).parse().ok())
                .and_then(|dp| u32::try_from(dp).ok()),
            edit: parameters["context"] == "edit",
            below_parent,
            include_meta: words(&parameters["include_meta"]),
            exclude_meta: words(&parameters["exclude_meta"]),
        }
    }
}

/// The names of amounts in orders and refunds.
const AMOUNTS: [&str; 13] = [
    "discount_total",
    "discount_tax",
    "shipping_total",
    "shipping_tax",
    "cart_tax",
    "total",
    "total_tax",
    "subtotal",
    "subtotal_tax",
    "tax_total",
    "shipping_tax_total",
    "amount",
    "fee_tax",
];

/// A record as the API shows it.
pub(super) fn view(store: &Store, settings: &Settings, kind: Kind, record: &Value, shown: &Shown) -> Value {
    let number = id(&record["id"]);
    let mut out: Map<String, Value> = Map::new();
    for (name, value) in record.as_object().into_iter().flatten() {
        if !name.starts_with('~') {
            out.insert(name.clone(), value.clone());
        }
    }
    let mut out = Value::Object(out);
    match kind {
        Kind::Order => {
            let refunds = store.refunds_of(number).collect::<Vec<_>>().into_iter().rev();
            let brief = |refund: &Value| {
                let total = format!("-{}", text(&refund["amount"]));
                json!({"id": refund["id"], "reason": refund["reason"], "total": total})
            };
            out["refunds"] = refunds.map(brief).collect();
        }
        Kind::Refund if shown.below_parent => {
            if let Some(parts) = out.as_object_mut() {
                parts.shift_remove("parent_id");
            }
        }
        Kind::Product => product(settings, &mut out, record, shown),
        _ => {}
    }
    if matches!(kind, Kind::Order | Kind::Refund) {
        forget_products(store, &mut out);
    }
    if kind.has_only_gmt() {
        amounts(&mut out, shown.decimals.unwrap_or(2));
    }
    if !shown.include_meta.is_empty() || !shown.exclude_meta.is_empty() {
        let keeps = |meta: &&Value| {
            let key = text(&meta["key"]).to_owned();
            (shown.include_meta.is_empty() || shown.include_meta.contains(&key))
                && !shown.exclude_meta.contains(&key)
        };
        out["meta_data"] = elements(&record["meta_data"]).iter().filter(keeps).cloned().collect();
    }
    out["_links"] = links(settings, kind, record);
    out
}

/// The number of a product is looked up whenever a line is shown: with the product it is gone.
fn forget_products(store: &Store, out: &mut Value) {
    for line in out["line_items"].as_array_mut().into_iter().flatten() {
        let sold =
            [id(&line["variation_id"]), id(&line["product_id"])].into_iter().find(|number| *number != 0);
        if sold.is_some_and(|number| store.sellable(number).is_none()) {
            line["sku"] = Value::Null;
        }
    }
}

/// What products show to be changed: texts as they were sent, and how their address is made.
fn product(settings: &Settings, out: &mut Value, record: &Value, shown: &Shown) {
    if !shown.edit {
        return;
    }
    for name in ["description", "short_description"] {
        if let Some(raw) = record.get(format!("~{name}")) {
            out[name] = raw.clone();
        }
    }
    out["permalink_template"] = format!("{}/product/%pagename%/", settings.url).into();
    out["generated_slug"] = record["slug"].clone();
}

/// Writes amounts with so many decimals. Coupon lines keep theirs as they are.
fn amounts(value: &mut Value, decimals: u32) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|element| amounts(element, decimals)),
        Value::Object(parts) => {
            for (name, part) in parts {
                let is_amount = AMOUNTS.contains(&name.as_str());
                match part {
                    Value::String(amount) if is_amount && !amount.is_empty() => {
                        *amount = fixed(decimal(&Value::String(amount.clone())), decimals);
                    }
                    Value::Array(_) | Value::Object(_) if name != "coupon_lines" && name != "meta_data" => {
                        amounts(part, decimals);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Where a record and its relatives are.
fn links(settings: &Settings, kind: Kind, record: &Value) -> Value {
    let number = id(&record["id"]);
    let parent = match kind {
        Kind::Refund | Kind::Variation => id(&record["parent_id"]),
        _ => id(&record["~parent"]),
    };
    let collection = collection(kind, Some(parent));
    let own = settings.route(&format!("{collection}/{number}"));
    let allow = match kind {
        Kind::Refund | Kind::Note => json!(["GET", "DELETE"]),
        _ => json!(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    };
    let mut links = json!({
        "self": [{"href": own, "targetHints": {"allow": allow}}],
        "collection": [{"href": settings.route(&collection)}],
    });
    match kind {
        Kind::Order => {
            let templates = format!("{own}/actions/email_templates");
            links["email_templates"] = json!([{"embeddable": true, "href": templates}]);
            if id(&record["customer_id"]) > 0 {
                let customer = settings.route(&format!("customers/{}", record["customer_id"]));
                links["customer"] = json!([{"href": customer}]);
            }
        }
        Kind::Refund | Kind::Note => {
            links["up"] = json!([{"href": settings.route(&format!("orders/{parent}"))}]);
        }
        Kind::Product if parent > 0 => {
            links["up"] = json!([{"href": settings.route(&format!("products/{parent}"))}]);
        }
        Kind::Variation => {
            links["up"] = json!([{"href": settings.route(&format!("products/{parent}"))}]);
        }
        _ => {}
    }
    links
}
