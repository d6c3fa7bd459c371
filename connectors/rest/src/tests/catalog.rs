//! What the bundled catalogs promise: recorded records are as they say, and the reference pipelines find in them
//! whatever they name.

use super::bundled;
use crate::conform;
use engine_contract::{Discovery, DynConnector, EntitySchema, Field, FieldType};
use serde_json::Value;
use std::path::PathBuf;

fn project(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../pipelines").join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(project(path)).unwrap()
}

fn offered(name: &str) -> Discovery {
    bundled(name).describe().unwrap()
}

fn schema<'a>(schemas: &'a [EntitySchema], name: &str) -> &'a EntitySchema {
    schemas.iter().find(|schema| schema.name == name).unwrap()
}

/// The fields of a stream as the service sends them: without what the connector joins to them.
fn sent(stream: &str) -> Vec<Field> {
    let woocommerce = offered("woocommerce");
    let fields = schema(&woocommerce.stream_schemas, stream).fields.iter();
    fields.filter(|field| field.name != "parent").cloned().collect()
}

#[test]
fn every_field_of_the_recorded_store_is_known_and_fits() {
    for stream in ["orders", "customers", "products", "refunds"] {
        let records: Vec<Value> =
            serde_json::from_str(&text(&format!("quickstart/data/{stream}.json"))).unwrap();
        every_record_conforms(stream, &records);
    }
    let lines = text("quickstart/data/variations.ndjson");
    let records: Vec<_> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    every_record_conforms("variations", &records);
}

fn every_record_conforms(stream: &str, records: &[Value]) {
    let mut fields = sent(stream);
    // What the connector takes out of records.
    let left_out = bundled("woocommerce").manifest().stream[stream].read.as_ref().unwrap().leave_out.clone();
    fields.extend(left_out.iter().map(|name| Field::new(name, FieldType::Any)));
    assert!(records.len() > 15, "{stream} has records");
    for record in records {
        let members = record.as_object().unwrap();
        let fits = conform::members(&fields, false, members);
        assert_eq!(fits, Ok(()), "{stream} {}", members.get("id").unwrap());
    }
}

/// Puts a value where the path leads to in the first record, and answers what is said of it.
fn refusal(stream: &str, pointer: &str, value: Value) -> String {
    let records: Vec<Value> = serde_json::from_str(&text(&format!("quickstart/data/{stream}.json"))).unwrap();
    let mut record = records.into_iter().next().unwrap();
    let (above, name) = pointer.rsplit_once('/').unwrap();
    let object = record.pointer_mut(above).unwrap().as_object_mut().unwrap();
    object.insert(name.to_owned(), value);
    conform::members(&sent(stream), false, record.as_object().unwrap()).unwrap_err()
}

#[test]
fn what_a_store_never_sends_is_noticed() {
    assert_eq!(refusal("orders", "/colour", "red".into()), "`colour` is unknown");
    assert_eq!(refusal("orders", "/billing/fax", "1".into()), "in `billing`: `fax` is unknown");
    assert_eq!(refusal("orders", "/total", "12,50".into()), "`total` is not written as a number");
    assert_eq!(refusal("orders", "/total", "".into()), "`total` is empty");
    assert_eq!(refusal("orders", "/customer_id", "7".into()), "`customer_id` is not an integer");
    assert_eq!(
        refusal("orders", "/date_created_gmt", "today".into()),
        "`date_created_gmt` is not a date and time"
    );
    assert_eq!(
        refusal("products", "/backorders", "maybe".into()),
        "`backorders` is none of the allowed texts"
    );
}

/// The names in a line, each of which must lead to a field.
fn all_there(schema: &EntitySchema, names: &str) {
    for name in names.split_whitespace() {
        assert!(schema.field(name).is_some(), "{} has {name}", schema.name);
    }
}

#[test]
fn the_streams_have_what_the_reference_pipelines_read() {
    let woocommerce = offered("woocommerce");
    let fields = |stream| schema(&woocommerce.stream_schemas, stream);
    all_there(
        fields("orders"),
        "id number status currency total total_tax customer_id customer_note transaction_id payment_method \
         date_created_gmt date_modified_gmt date_paid_gmt billing.email billing.phone billing.address_2 \
         line_items.id line_items.name line_items.quantity line_items.taxes.id line_items.taxes.total \
         line_items.product_id line_items.variation_id line_items.sku shipping_lines.method_title \
         shipping_lines.total fee_lines.name fee_lines.total refunds.id",
    );
    all_there(fields("customers"), "id email first_name last_name billing.country date_created_gmt");
    all_there(fields("products"), "id name sku regular_price type status date_modified_gmt");
    all_there(fields("variations"), "id name sku regular_price date_modified_gmt parent.name parent_id");
    all_there(
        fields("refunds"),
        "id parent_id amount reason date_created_gmt line_items.total parent.number parent.currency \
         parent.billing.email parent.payment_method parent.refunds.id",
    );
}

#[test]
fn the_streams_have_the_cursors_and_filters_of_the_reference_pipelines() {
    let woocommerce = offered("woocommerce");
    let stream = |name| woocommerce.streams.iter().find(|info| info.name == name).unwrap();
    let filters = |name| stream(name).filters.iter().map(|field| field.name.as_str()).collect::<Vec<_>>();
    for name in ["orders", "products", "variations"] {
        assert_eq!(stream(name).cursors, ["date_modified_gmt"], "{name}");
    }
    assert_eq!(stream("refunds").cursors, ["date_created_gmt"]);
    assert!(stream("customers").cursors.is_empty());
    assert!(["status", "created_from"].iter().all(|name| filters("orders").contains(name)));
    assert!(["type", "status"].iter().all(|name| filters("products").contains(name)));
    assert_eq!(stream("orders").visibility_lag.as_secs(), 120);
}

#[test]
fn the_objects_have_what_the_reference_pipelines_write() {
    let quickbooks = offered("quickbooks");
    let object = |name| schema(&quickbooks.objects, name);
    all_there(
        object("Customer"),
        "DisplayName GivenName FamilyName CompanyName PrimaryEmailAddr.Address PrimaryPhone.FreeFormNumber \
         CurrencyRef.value BillAddr.Line1 BillAddr.Line2 BillAddr.City BillAddr.CountrySubDivisionCode \
         BillAddr.PostalCode BillAddr.Country",
    );
    all_there(object("Item"), "Name Sku UnitPrice Type IncomeAccountRef.value");
    let document = "DocNumber TxnDate CustomerRef.value CurrencyRef.value BillEmail.Address PrivateNote \
                    GlobalTaxCalculation TxnTaxDetail.TotalTax Line.DetailType Line.Description Line.Amount \
                    Line.SalesItemLineDetail.ItemRef.value Line.SalesItemLineDetail.Qty \
                    Line.SalesItemLineDetail.UnitPrice Line.SalesItemLineDetail.TaxCodeRef.value";
    for name in ["SalesReceipt", "Invoice", "RefundReceipt", "CreditMemo"] {
        all_there(object(name), document);
    }
    all_there(object("SalesReceipt"), "PaymentRefNum DepositToAccountRef.value");
    all_there(object("Invoice"), "DueDate EmailStatus");
    all_there(object("RefundReceipt"), "DepositToAccountRef.value");
    all_there(
        object("Payment"),
        "CustomerRef.value TotalAmt TxnDate PaymentRefNum DepositToAccountRef.value Line.Amount \
         Line.LinkedTxn.TxnId Line.LinkedTxn.TxnType",
    );
}

#[test]
fn the_objects_offer_what_the_reference_pipelines_ask_for() {
    let quickbooks = offered("quickbooks");
    let offer = |name| &schema(&quickbooks.objects, name).offer;
    let has = |words: &[String], word: &str| words.iter().any(|one| one == word);
    assert!(has(&offer("Customer").find_by, "PrimaryEmailAddr.Address"));
    assert!(has(&offer("Customer").find_by, "CurrencyRef.value"));
    assert!(has(&offer("Customer").name_taken, "suffix_key"));
    assert!(has(&offer("Item").find_by, "Sku") && has(&offer("Item").delete, "deactivate"));
    for name in ["Invoice", "SalesReceipt"] {
        let offer = offer(name);
        assert!(has(&offer.find_by, "DocNumber") && has(&offer.on_cancel, "void"), "{name}");
        assert!(has(&offer.when_closed, "block") && has(&offer.marker, "PrivateNote"), "{name}");
    }
    for name in ["Account", "TaxCode"] {
        assert!(offer(name).is_read_only && has(&offer(name).find_by, "Name"), "{name}");
    }
    assert!(has(&offer("Item").find_by, "Name"));
}

#[test]
fn what_everyone_can_search_by_is_a_plain_field() {
    for object in offered("quickbooks").objects {
        for name in &object.offer.find_by {
            let field = object.field(name).unwrap();
            assert!(field.fields.is_empty(), "{} {name}", object.name);
        }
    }
}

#[test]
fn the_committed_catalog_of_the_warehouse_is_what_a_discovery_would_write() {
    let text = text("shops/catalogs/acme-warehouse.json");
    let discovery: Discovery = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string_pretty(&discovery).unwrap() + "\n", text);
    let table = |name| schema(&discovery.objects, name);
    all_there(table("customers"), "woo_id email full_name country created_at raw");
    all_there(table("orders"), "woo_id number status currency total tax customer_id paid_at created_at raw");
    all_there(table("order_lines"), "woo_id order_id sku name quantity total raw");
    assert_eq!(table("order_lines").key, ["order_id", "woo_id"]);
    assert!(table("customers").offer.delete.contains(&"soft".to_owned()));
}
