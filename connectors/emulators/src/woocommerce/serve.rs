//! From a request to its answer: who calls, which route, are the parameters right, may the caller, what happens.

use super::{
    auth::{self, Caller, Nonces},
    batch, change,
    error::Refusal,
    fixed,
    kind::Kind,
    list::{self, Asked, only_fields},
    product,
    reply::Reply,
    request::Call,
    route::{Route, collection},
    schema,
    seed::Seed,
    settings::Settings,
    shop::Shop,
    store::Store,
    value::{text, truth, words},
    view::{Shown, view},
    webhook::{Delivery, Queue},
};
use crate::Emulator;
use bytes::Bytes;
use http::Method;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

/// An emulated store.
pub struct WooCommerce {
    settings: Settings,
    zone: TimeZone,
    store: Store,
    nonces: Nonces,
    queue: Queue,
    /// How many requests came; what is drawn anew for each answer follows from it.
    turn: usize,
}

impl WooCommerce {
    /// An empty store.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let zone = settings.time_zone();
        Self {
            settings,
            zone,
            store: Store::default(),
            nonces: Nonces::default(),
            queue: Queue::default(),
            turn: 0,
        }
    }

    /// Fills the store. What it held before is gone.
    pub fn seed(&mut self, seed: &Seed) {
        self.store = seed.store();
        self.queue = Queue::default();
    }

    /// The records of a resource such as `orders`, those in the bin too, as the store keeps them, by id.
    pub fn records(&self, resource: &str) -> impl Iterator<Item = &Value> {
        let kinds = [Kind::Order, Kind::Product, Kind::Customer, Kind::Coupon];
        let kind = kinds.into_iter().find(|kind| collection(*kind, None) == resource);
        kind.into_iter().flat_map(|kind| self.store.all(kind))
    }

    /// The deliveries of webhooks that wait, as they would be sent at `now`: a payload shows the record of that
    /// moment, not of the event. Each is handed out once; its outcome is told by handing
    /// [`Delivery::outcome`] to the emulator. After a restart those without an outcome are handed out again.
    pub fn deliveries(&mut self, now: Timestamp) -> Vec<Delivery> {
        self.queue.take(&self.store, &self.settings, now)
    }

    /// Whether two stores hold the same.
    #[must_use]
    pub fn holds_the_same_as(&self, other: &Self) -> bool {
        self.store == other.store && self.queue == other.queue
    }

    fn answer(&mut self, call: &Call, now: Timestamp) -> Result<Reply, Refusal> {
        if let Some(number) = call.path.strip_prefix("/-/deliveries/") {
            return self.delivered(call, number, now);
        }
        let site = self.settings.url.splitn(4, '/').nth(3).map(|site| format!("/{site}")).unwrap_or_default();
        let below = call.path.strip_prefix(site.as_str()).ok_or_else(Refusal::no_route)?;
        let below = match call.query.get("rest_route").map(text) {
            Some(route) if below.is_empty() => format!("/wp-json{route}"),
            _ => below.to_owned(),
        };
        let below = below.strip_prefix("/wp-json").ok_or_else(Refusal::no_route)?;
        if below.is_empty() {
            return Ok(Reply::ok(fixed::index(&self.settings, &self.zone, now)));
        }
        let caller = auth::caller(call, &self.settings, &mut self.nonces, now)?;
        let path = below.strip_prefix("/wc/v3").ok_or_else(Refusal::no_route)?;
        let route =
            Route::read(path).filter(|route| route.knows(&call.method)).ok_or_else(Refusal::no_route)?;
        let allow = route.methods().join(", ");
        let answer = self.answer_route(call, &route, caller, now);
        let reply = answer.unwrap_or_else(Reply::from);
        Ok(if reply.body["code"] == "internal_server_error" { reply } else { reply.header("Allow", allow) })
    }

    fn answer_route(
        &mut self,
        call: &Call,
        route: &Route,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Reply, Refusal> {
        if call.method == Method::OPTIONS {
            let url = format!("{}{}", self.settings.url, call.path);
            return Ok(Reply::ok(schema::options(route, &url)));
        }
        let parameters = call.parameters()?;
        check(route, &call.method, &parameters)?;
        permit(route, &call.method, caller)?;
        if [Method::GET, Method::HEAD].contains(&call.method) {
            let mut reply = self.read(call, route, &parameters)?;
            if matches!(
                route,
                Route::List { kind: Kind::Product, .. } | Route::Item { kind: Kind::Product, .. }
            ) {
                product::draw_related(&mut reply.body, self.turn);
            }
            return Ok(reply);
        }
        self.write(call, route, &parameters, now)
    }

    fn read(&self, call: &Call, route: &Route, parameters: &Value) -> Result<Reply, Refusal> {
        let Self { store, settings, zone, .. } = self;
        match route {
            Route::List { kind, parent } => {
                let asked = Asked { kind: *kind, parent: *parent, parameters, call };
                Ok(list::list(store, settings, zone, &asked))
            }
            Route::Item { kind, parent, id } => {
                let style = Shown::of(parameters, parent.is_some());
                let body = change::read(store, settings, *kind, (*parent, *id), &style)?;
                Ok(Reply::ok(body))
            }
            Route::TaxClass(slug) => fixed::tax_class(store, settings, slug),
            Route::Fixed(path) => fixed::read(store, settings, path),
            Route::Batch { .. } => Err(Refusal::no_route()),
        }
    }

    fn write(
        &mut self,
        call: &Call,
        route: &Route,
        parameters: &Value,
        now: Timestamp,
    ) -> Result<Reply, Refusal> {
        let Self { settings, zone, store, .. } = self;
        let mut shop = Shop { store, settings, zone, now, events: Vec::new(), saved_webhooks: Vec::new() };
        let reply = match route {
            Route::List { kind, parent } => create(&mut shop, call, *kind, *parent, parameters),
            Route::Item { kind, parent, id } if call.method == Method::DELETE => {
                let force = truth(&parameters["force"]);
                change::delete(&mut shop, *kind, (*parent, *id), force).map(Reply::ok)
            }
            Route::Item { kind, parent, id } => {
                let changed = change::update(&mut shop, *kind, (*parent, *id), parameters);
                changed.map(|record| shown(&shop, *kind, &record)).map(Reply::ok)
            }
            Route::Batch { kind, parent } => {
                batch::batch(&mut shop, *kind, *parent, parameters).map(Reply::ok)
            }
            Route::TaxClass(slug) => fixed::delete_tax_class(&mut shop, slug).map(Reply::ok),
            Route::Fixed(_) => fixed::create_tax_class(&mut shop, parameters),
        };
        let Shop { events, saved_webhooks, .. } = shop;
        self.queue.note(&self.store, &events, &saved_webhooks);
        reply
    }

    /// Hears what became of a delivery.
    fn delivered(&mut self, call: &Call, number: &str, now: Timestamp) -> Result<Reply, Refusal> {
        let number =
            number.parse().ok().filter(|_| call.sent == Method::POST).ok_or_else(Refusal::no_route)?;
        let status = call.parameters()?["status"].as_u64();
        let Self { settings, zone, store, .. } = self;
        let mut shop = Shop { store, settings, zone, now, events: Vec::new(), saved_webhooks: Vec::new() };
        self.queue.settle(&mut shop, number, status);
        let saved = shop.saved_webhooks;
        self.queue.note(&self.store, &[], &saved);
        Ok(Reply { status: 204, ..Reply::ok(Value::Null) })
    }
}

/// Checks the parameters of a route.
fn check(route: &Route, method: &Method, parameters: &Value) -> Result<(), Refusal> {
    match route {
        Route::List { kind, parent } => {
            let table = schema::of(*kind, parent.is_some());
            let is_read = *method != Method::POST;
            schema::check(if is_read { &table.list } else { &table.create }, parameters)
        }
        Route::Item { kind, parent, .. } if [Method::POST, Method::PUT, Method::PATCH].contains(method) => {
            schema::check(&schema::update(schema::of(*kind, parent.is_some())), parameters)
        }
        _ => Ok(()),
    }
}

/// Lets the caller do what it wants, or says why not.
fn permit(route: &Route, method: &Method, caller: Caller) -> Result<(), Refusal> {
    if caller.may() {
        return Ok(());
    }
    let (code, message) = match (route, method) {
        (Route::Batch { .. }, _) => {
            ("woocommerce_rest_cannot_batch", "Sorry, you are not allowed to batch manipulate this resource.")
        }
        (Route::Item { .. }, &Method::GET | &Method::HEAD) => {
            ("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.")
        }
        (_, &Method::GET | &Method::HEAD) => {
            ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        }
        (Route::Item { .. } | Route::TaxClass(_), &Method::DELETE) => {
            ("woocommerce_rest_cannot_delete", "Sorry, you are not allowed to delete this resource.")
        }
        (Route::Item { .. }, _) => {
            ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")
        }
        _ => ("woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources."),
    };
    Err(Refusal::new(caller.status(), code, message))
}

/// A record that was changed, as the answer shows it.
fn shown(shop: &Shop<'_>, kind: Kind, record: &Value) -> Value {
    let style = Shown::changed(true);
    view(shop.store, shop.settings, kind, record, &style)
}

fn create(
    shop: &mut Shop<'_>,
    call: &Call,
    kind: Kind,
    parent: Option<u64>,
    parameters: &Value,
) -> Result<Reply, Refusal> {
    let record = change::create(shop, kind, parent, parameters)?;
    if call.is_scalar {
        // The record is there; then PHP stumbles over the body.
        return Err(Refusal::crash("Uncaught TypeError: Cannot access offset of type string on string"));
    }
    // The address of a refund shows the pattern of its route.
    let place = match kind {
        Kind::Refund => "orders/(?P<order_id>[\\d]+)/refunds".to_owned(),
        Kind::Note => "orders/(?P<order_id>[\\d]+)/notes".to_owned(),
        kind => collection(kind, parent),
    };
    let location = shop.settings.route(&format!("{place}/{}", record["id"]));
    let body = shown(shop, kind, &record);
    Ok(Reply { status: 201, ..Reply::ok(body) }.header("Location", location))
}

impl Emulator for WooCommerce {
    fn handle(&mut self, request: &http::Request<Bytes>, now: Timestamp) -> http::Response<Bytes> {
        let call = Call::read(request);
        self.turn += 1;
        let mut reply = self.answer(&call, now).unwrap_or_else(Reply::from);
        let fields = call.query.get("_fields").map(words).unwrap_or_default();
        if !fields.is_empty() && reply.status < 300 {
            reply.body = match reply.body {
                Value::Array(records) => records.iter().map(|record| only_fields(record, &fields)).collect(),
                // The links of a single record are added after its fields were chosen.
                record => {
                    let mut chosen = only_fields(&record, &fields);
                    if let Some(links) = record.get("_links") {
                        chosen["_links"] = links.clone();
                    }
                    chosen
                }
            };
        }
        if call.query.contains_key("_envelope") {
            reply = reply.enveloped();
        }
        let api = format!("{}/wp-json/", self.settings.url);
        let mut response = reply.response(&api, call.query.get("_jsonp").map(text));
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        if let Ok(date) = date.parse() {
            response.headers_mut().insert(http::header::DATE, date);
        }
        if call.method == Method::HEAD || response.status() == http::StatusCode::NO_CONTENT {
            *response.body_mut() = Bytes::new();
        }
        response
    }
}
