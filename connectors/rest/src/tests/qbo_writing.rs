//! Writing to a QuickBooks Online company: the exact bytes, and what each answer means.

use super::world::{Open, Says, Script, answer, fields, ok, page};
use bytes::Bytes;
use engine_contract::{
    Applied, Change, ConnectorError, EffectClass, Encode, ErrorKind, Lookup, Op, Outcome, Retry, Value, Write,
};
use serde_json::json;

const KEY: &str = "abcdefghijklmnopabcdefghijklmnop";

fn write(op: Op, object: &str, payload: &str) -> Write {
    Write {
        id: "83".into(),
        op,
        object: object.into(),
        payload: Bytes::from(payload.to_owned()),
        match_on: Vec::new(),
        target_id: (op != Op::Create).then(|| "145".into()),
        token: (op != Op::Create).then(|| "2".into()),
        request_key: KEY.into(),
        marker: "mark".into(),
        revision: 1,
    }
}

fn fault(code: &str, detail: &str) -> String {
    json!({ "Fault": { "Error": [{ "Message": "Message", "Detail": detail, "code": code, "element": "" }], "type": "ValidationFault" }, "time": "2026-11-23T03:59:57.123-08:00" }).to_string()
}

/// Sends one write through a script.
async fn sent(write: Write, steps: Vec<(&str, Says)>) -> Result<Outcome, ConnectorError> {
    let script = Script::new(steps);
    let open = Open::new("quickbooks", script.clone()).await;
    let outcomes = open.target().write(&open.context, &[write]).await?;
    script.done();
    let [(id, outcome)] = <[_; 1]>::try_from(outcomes).unwrap();
    assert_eq!(id, "83");
    Ok(outcome)
}

async fn encoded(op: Op, object: &str, content: serde_json::Value) -> Result<String, ConnectorError> {
    let open = Open::new("quickbooks", Script::new(Vec::new())).await;
    let fields = fields(content);
    let encode = Encode { op, object, fields: &fields, match_on: &[], marker: "mark", marker_field: None };
    open.target().encode(&encode).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn content_is_encoded_exactly_and_in_one_order() {
    let numbers: serde_json::Value = serde_json::from_str(r#"{"TotalAmt":12345678901234567.10,"DocNumber":1001,"Line":[{"DetailType":"SalesItemLineDetail","Amount":1.10}],"PrivateNote":"Leave it","DueDate":null}"#).unwrap();
    assert_eq!(
        encoded(Op::Create, "Invoice", numbers.clone()).await.unwrap(),
        r#"{"DocNumber":"1001","Line":[{"Amount":1.10,"DetailType":"SalesItemLineDetail"}],"PrivateNote":"Leave it [uds:mark]","TotalAmt":12345678901234567.10}"#
    );
    let mut turned = numbers.as_object().unwrap().clone();
    turned.sort_keys();
    let turned = serde_json::Value::Object(turned);
    assert_eq!(
        encoded(Op::Create, "Invoice", turned).await.unwrap(),
        encoded(Op::Create, "Invoice", numbers).await.unwrap()
    );
    assert_eq!(
        encoded(Op::Update, "Invoice", json!({ "DueDate": null })).await.unwrap(),
        r#"{"DueDate":null}"#,
        "a note that is not sent stays"
    );
    assert_eq!(
        encoded(Op::Create, "Customer", json!({ "DisplayName": "Ada" })).await.unwrap(),
        r#"{"DisplayName":"Ada"}"#
    );
    let error = encoded(Op::Create, "Invoice", json!({ "DocNumber": "1".repeat(22) })).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`DocNumber` is longer than the 21 characters that the service takes (object Invoice)"
    );
}

#[tokio::test]
async fn a_create_carries_its_request_id_and_gives_id_and_version() {
    let asked = format!("POST invoice?requestid={KEY} {{\"DocNumber\":\"1\"}}");
    let body = r#"{"Invoice":{"Id":"145","SyncToken":"0"},"time":"2026-11-23T03:59:57.123-08:00"}"#;
    let outcome =
        sent(write(Op::Create, "Invoice", r#"{"DocNumber":"1"}"#), vec![(&asked, ok(body))]).await.unwrap();
    let Outcome::Applied(applied) = outcome else { panic!("{outcome:?}") };
    assert_eq!(
        applied,
        Applied { target_id: "145".into(), token: Some("0".into()), change: Change::Created }
    );
}

/// The committed bytes stay as they are; id, version and the rest stand in front of them.
#[tokio::test]
async fn changes_and_removals_carry_the_version() {
    let table = [
        (
            Op::Update,
            "Invoice",
            format!(r#"POST invoice?requestid={KEY} {{"Id":"145","SyncToken":"2","sparse":true,"Line":[]}}"#),
        ),
        (
            Op::Delete,
            "Invoice",
            format!(r#"POST invoice?operation=delete&requestid={KEY} {{"Id":"145","SyncToken":"2"}}"#),
        ),
        (
            Op::Void,
            "SalesReceipt",
            format!(r#"POST salesreceipt?operation=void&requestid={KEY} {{"Id":"145","SyncToken":"2"}}"#),
        ),
    ];
    for (op, object, asked) in table {
        let payload = if op == Op::Update { r#"{"Line":[]}"# } else { "" };
        let body = format!(r#"{{"{object}":{{"Id":"145","SyncToken":"3","status":"Deleted"}}}}"#);
        let outcome = sent(write(op, object, payload), vec![(&asked, ok(body))]).await.unwrap();
        let change = if op == Op::Update { Change::Updated } else { Change::Deleted };
        let Outcome::Applied(applied) = outcome else { panic!("{outcome:?}") };
        assert_eq!(applied, Applied { target_id: "145".into(), token: Some("3".into()), change });
    }
}

/// Names of lists are never deleted: they are put out of use, and that must repeat the name.
#[tokio::test]
async fn a_customer_is_put_out_of_use_with_its_name() {
    let look = "GET query?query=SELECT * FROM Customer WHERE Active IN (true, false) AND Id IN ('145') STARTPOSITION 1 MAXRESULTS 1";
    let asked = format!(
        r#"POST customer?requestid={KEY} {{"Active":false,"Id":"145","SyncToken":"2","sparse":true,"DisplayName":"Ada"}}"#
    );
    let there = ok(r#"{"QueryResponse":{"Customer":[{"Id":"145","SyncToken":"2","DisplayName":"Ada"}]}}"#);
    let done = ok(r#"{"Customer":{"Id":"145","SyncToken":"3","Active":false}}"#);
    let outcome =
        sent(write(Op::Deactivate, "Customer", ""), vec![(look, there), (&asked, done)]).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(Applied { change: Change::Deleted, .. })), "{outcome:?}");
    let outcome = sent(write(Op::Deactivate, "Customer", ""), vec![(look, ok(r#"{"QueryResponse":{}}"#))])
        .await
        .unwrap();
    assert!(matches!(outcome, Outcome::Applied(Applied { change: Change::Deleted, .. })), "{outcome:?}");
}

/// Every answer, by what it means for a create of an invoice without a number.
#[tokio::test]
async fn answers_are_told_apart() {
    let refused = |kind, retry| format!("NotApplied {kind:?} {retry:?}");
    let unknown = |kind| format!("Unknown {kind:?}");
    let halts = |kind| format!("Err {kind:?}");
    let lost = |kind, retry| Says::Error(ConnectorError::new(kind, "lost").with_retry(retry));
    let minute = Retry::After(std::time::Duration::from_secs(60));
    let gateway = r#"{"fault":{"error":[{"message":"message=ThrottleExceeded; errorCode=003001; statusCode=403","detail":"","code":"003001","element":null}],"type":"SERVICE"}}"#;
    let table: Vec<(Says, String)> = vec![
        (
            answer(400, fault("5010", "Stale Object Error : You and root")),
            refused(ErrorKind::Stale, Retry::Never),
        ),
        (
            answer(400, fault("6240", "The name supplied already exists.")),
            refused(ErrorKind::Duplicate, Retry::Never),
        ),
        (
            answer(400, fault("6140", "Duplicate Document Number Error")),
            refused(ErrorKind::Duplicate, Retry::Never),
        ),
        (
            answer(
                400,
                fault("610", "Object Not Found : Something you're trying to use has been made inactive."),
            ),
            refused(ErrorKind::Invalid, Retry::Never),
        ),
        (
            answer(400, fault("610", "Another user has deleted this transaction.")),
            refused(ErrorKind::NotFound, Retry::Never),
        ),
        (answer(400, fault("2500", "Invalid Reference Id")), refused(ErrorKind::Invalid, Retry::Never)),
        (answer(400, fault("6070", "Supplied value:1,861.07")), refused(ErrorKind::Invalid, Retry::Never)),
        (answer(400, fault("6200", "closed")), refused(ErrorKind::Closed, Retry::Never)),
        (answer(400, fault("6210", "closed")), refused(ErrorKind::Closed, Retry::Never)),
        (answer(400, fault("5020", "Permission")), refused(ErrorKind::Forbidden, Retry::Never)),
        (answer(400, fault("7777", "Something new")), refused(ErrorKind::Invalid, Retry::Never)),
        // The reason was cut off: it may have been a version that went stale.
        (answer(400, r#"{"Fault":{"Error":[{"Message":"Sta"#), refused(ErrorKind::Protocol, Retry::Soon)),
        (
            answer(200, fault("6000", "You must set a transaction amount.")),
            refused(ErrorKind::Invalid, Retry::Never),
        ),
        (answer(200, fault("10000", "An application error has occurred")), unknown(ErrorKind::Unavailable)),
        (answer(200, fault("7777", "Something new")), refused(ErrorKind::Invalid, Retry::Never)),
        (answer(200, r#"{"Fault":{"type":"SystemFault"}}"#), unknown(ErrorKind::Protocol)),
        (answer(400, fault("600", "Duplicate Request ID")), unknown(ErrorKind::Protocol)),
        (answer(429, ""), refused(ErrorKind::RateLimited, minute)),
        (answer(403, gateway), refused(ErrorKind::RateLimited, minute)),
        (answer(403, fault("003100", "ApplicationAuthorizationFailed")), halts(ErrorKind::Forbidden)),
        (answer(400, fault("6190", "Subscription ended")), halts(ErrorKind::Forbidden)),
        (answer(500, fault("10000", "error")), unknown(ErrorKind::Unavailable)),
        (answer(503, ""), unknown(ErrorKind::Unavailable)),
        (page(504), unknown(ErrorKind::Unavailable)),
        (answer(408, ""), unknown(ErrorKind::Timeout)),
        (page(200), unknown(ErrorKind::Protocol)),
        (answer(200, r#"{"Invoice":{"Id":"1"#), unknown(ErrorKind::Protocol)),
        (answer(200, r#"{"Bill":{"Id":"1"}}"#), unknown(ErrorKind::Protocol)),
        (answer(200, ""), unknown(ErrorKind::Protocol)),
        (page(302), halts(ErrorKind::Config)),
        (lost(ErrorKind::Timeout, Retry::Soon), unknown(ErrorKind::Timeout)),
        (lost(ErrorKind::Protocol, Retry::Never), unknown(ErrorKind::Protocol)),
        (lost(ErrorKind::Unavailable, Retry::Soon), halts(ErrorKind::Unavailable)),
    ];
    let asked = format!("POST invoice?requestid={KEY} {{\"TotalAmt\":1}}");
    for (says, expected) in table {
        let outcome = sent(write(Op::Create, "Invoice", r#"{"TotalAmt":1}"#), vec![(&asked, says)]).await;
        let said = match outcome {
            Ok(Outcome::Applied(applied)) => format!("{applied:?}"),
            Ok(Outcome::NotApplied(error)) => format!("NotApplied {:?} {:?}", error.kind(), error.retry()),
            Ok(Outcome::Unknown(error)) => {
                assert!(error.is_transient(), "{error}");
                format!("Unknown {:?}", error.kind())
            }
            Err(error) => format!("Err {:?}", error.kind()),
        };
        assert_eq!(said, expected);
    }
}

#[tokio::test]
async fn what_is_gone_already_counts_as_removed() {
    let asked = format!(r#"POST invoice?operation=void&requestid={KEY} {{"Id":"145","SyncToken":"2"}}"#);
    let gone = answer(400, fault("610", "Another user has deleted this transaction."));
    let outcome = sent(write(Op::Void, "Invoice", ""), vec![(&asked, gone)]).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(Applied { change: Change::Deleted, .. })), "{outcome:?}");
}

#[tokio::test]
async fn errors_name_the_code_and_no_value_and_are_equal_for_equal_causes() {
    let asked = format!("POST invoice?requestid={KEY} {{}}");
    let says = answer(400, fault("2050", "Supplied length: 30 for \"Ada Lovelace\" of ada@example.com"));
    let outcome = sent(write(Op::Create, "Invoice", "{}"), vec![(&asked, says)]).await.unwrap();
    let Outcome::NotApplied(error) = outcome else { panic!("{outcome:?}") };
    assert_eq!(
        error.to_string(),
        "the service refused the request: Supplied length: … for … of … (status 400, code 2050)"
    );
}

/// A number or a name that is taken: by an earlier attempt of ours, or by somebody else.
#[tokio::test]
async fn a_duplicate_of_ours_counts_as_made() {
    let payload = r#"{"DocNumber":"W1","PrivateNote":"Hi [uds:mark]"}"#;
    let asked = format!("POST invoice?requestid={KEY} {payload}");
    let look = "GET query?query=SELECT * FROM Invoice WHERE DocNumber IN ('W1') ORDERBY MetaData.CreateTime STARTPOSITION 1 MAXRESULTS 1000";
    for (note, is_ours) in [("Hi [uds:mark]", true), ("Hi [uds:other]", false)] {
        let taken = answer(400, fault("6140", "Duplicate Document Number Error"));
        let there = ok(json!({ "QueryResponse": { "Invoice": [{ "Id": "145", "SyncToken": "4", "DocNumber": "W1", "PrivateNote": note }] } }).to_string());
        let outcome =
            sent(write(Op::Create, "Invoice", payload), vec![(&asked, taken), (look, there)]).await.unwrap();
        match outcome {
            Outcome::Applied(applied) if is_ours => {
                assert_eq!(
                    applied,
                    Applied { target_id: "145".into(), token: Some("4".into()), change: Change::Created }
                );
            }
            Outcome::NotApplied(error) if !is_ours => assert_eq!(error.kind(), ErrorKind::Duplicate),
            other => panic!("{other:?}"),
        }
    }
}

fn lookup(object: &str, payload: &str) -> Lookup {
    Lookup {
        id: "83".into(),
        object: object.into(),
        marker: "mark".into(),
        sent_after: Some("2026-11-22T12:15:00Z".parse().unwrap()),
        payload: Bytes::from(payload.to_owned()),
    }
}

/// Past the horizon of its key a create is searched for: by its number, else among what was made since.
#[tokio::test]
async fn lost_creates_are_found_by_number_by_time_or_by_name() {
    let by_time = "GET query?query=SELECT * FROM Payment WHERE MetaData.CreateTime >= '2026-11-22T12:00:00+00:00' ORDERBY MetaData.CreateTime STARTPOSITION 1 MAXRESULTS 1000";
    let made = |id: u32, note: &str| json!({ "Id": id.to_string(), "SyncToken": "0", "PrivateNote": note, "DisplayName": "Ada", "DocNumber": "W1", "MetaData": { "CreateTime": "2026-11-22T13:00:00Z" } });
    let list = |object: &str, made: Vec<serde_json::Value>| {
        ok(json!({ "QueryResponse": { object: made } }).to_string())
    };
    let script = Script::new(vec![
        (
            "GET query?query=SELECT * FROM Invoice WHERE DocNumber IN ('W1') ORDERBY MetaData.CreateTime STARTPOSITION 1 MAXRESULTS 1000",
            list("Invoice", vec![made(1, "x"), made(2, "x [uds:mark]")]),
        ),
        (by_time, list("Payment", vec![made(3, "[uds:other]"), made(4, "[uds:mark]")])),
        (
            "GET query?query=SELECT * FROM Customer WHERE Active IN (true, false) AND DisplayName IN ('Ada') ORDERBY MetaData.CreateTime STARTPOSITION 1 MAXRESULTS 1000",
            list("Customer", vec![made(5, "")]),
        ),
    ]);
    let open = Open::new("quickbooks", script.clone()).await;
    let lookups = [
        lookup("Invoice", r#"{"DocNumber":"W1"}"#),
        lookup("Payment", r#"{"TotalAmt":1}"#),
        lookup("Customer", r#"{"DisplayName":"Ada"}"#),
    ];
    let found = open.target().lookup(&open.context, &lookups).await.unwrap();
    let ids: Vec<Vec<_>> =
        found.iter().map(|(_, hits)| hits.iter().map(|hit| hit.target_id.as_str()).collect()).collect();
    assert_eq!(ids, [vec!["2"], vec!["4"], vec!["5"]]);
    script.done();
}

/// A customer of the same name who was there before the first attempt is somebody else's.
#[tokio::test]
async fn an_older_namesake_is_not_ours() {
    let old = json!({ "QueryResponse": { "Customer": [{ "Id": "5", "DisplayName": "Ada", "MetaData": { "CreateTime": "2020-01-01T00:00:00Z" } }] } });
    let script = Script::new(vec![(
        "GET query?query=SELECT * FROM Customer WHERE Active IN (true, false) AND DisplayName IN ('Ada') ORDERBY MetaData.CreateTime STARTPOSITION 1 MAXRESULTS 1000",
        ok(old.to_string()),
    )]);
    let open = Open::new("quickbooks", script).await;
    let found =
        open.target().lookup(&open.context, &[lookup("Customer", r#"{"DisplayName":"Ada"}"#)]).await.unwrap();
    assert!(found[0].1.is_empty());
}

#[tokio::test]
async fn references_are_found_by_name_many_at_once_and_in_use_only() {
    let accounts = json!({ "QueryResponse": { "Account": [{ "Id": "91", "Name": "stripe's clearing" }, { "Id": "92", "Name": "Sales" }, { "Id": "93", "Name": "SALES" }] } });
    let script = Script::new(vec![(
        r"GET query?query=SELECT * FROM Account WHERE Name IN ('Stripe\'s clearing','Sales','None') ORDERBY MetaData.CreateTime STARTPOSITION 1 MAXRESULTS 1000",
        ok(accounts.to_string()),
    )]);
    let open = Open::new("quickbooks", script).await;
    let values = ["Stripe's clearing".to_owned(), "Sales".to_owned(), "None".to_owned()];
    let found = open.target().find(&open.context, "Account", "Name", &values).await.unwrap();
    assert_eq!(
        found,
        [(values[0].clone(), vec!["91".to_owned()]), (values[1].clone(), vec!["92".to_owned()])]
    );
    let error =
        open.target().find(&open.context, "Customer", "CurrencyRef.value", &values).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

/// E-mail and currency: the service searches by the first, and the second is compared on what was found.
#[tokio::test]
async fn customers_to_adopt_agree_in_every_field() {
    let customer = |id: &str, mail: &str, currency: &str| json!({ "Id": id, "SyncToken": "1", "PrimaryEmailAddr": { "Address": mail }, "CurrencyRef": { "value": currency } });
    let there = json!({ "QueryResponse": { "Customer": [customer("1", "ada@example.com", "USD"), customer("2", "Ada@example.com", "CAD"), customer("3", "bob@example.com", "CAD"), customer("4", "bob@example.com", "CAD")] } });
    let script = Script::new(vec![(
        "GET query?query=SELECT * FROM Customer WHERE Active IN (true, false) AND PrimaryEmailAddr.Address IN ('ada@example.com','bob@example.com') ORDERBY MetaData.CreateTime STARTPOSITION 1 MAXRESULTS 1000",
        ok(there.to_string()),
    )]);
    let open = Open::new("quickbooks", script).await;
    let wanted = |mail: Option<&str>| {
        fields(json!({ "PrimaryEmailAddr": { "Address": mail }, "CurrencyRef": { "value": "CAD" } }))
    };
    let match_on = ["PrimaryEmailAddr.Address".to_owned(), "CurrencyRef.value".to_owned()];
    let wanted = [wanted(Some("bob@example.com")), wanted(Some("ada@example.com")), wanted(None)];
    let found = open.target().matches(&open.context, "Customer", &match_on, &wanted).await.unwrap();
    let ids: Vec<Vec<_>> =
        found.iter().map(|hits| hits.iter().map(|hit| hit.target_id.as_str()).collect()).collect();
    assert_eq!(ids, [vec!["3", "4"], vec!["2"], vec![]]);
}

#[tokio::test]
async fn a_taken_name_gets_a_suffix_within_its_length() {
    let open = Open::new("quickbooks", Script::new(Vec::new())).await;
    let renamed =
        |object: &str, payload: String| open.target().renamed(object, &Bytes::from(payload), " (W7)");
    assert_eq!(
        renamed("Customer", r#"{"Balance":1.10,"DisplayName":"Ada"}"#.into()).unwrap(),
        r#"{"Balance":1.10,"DisplayName":"Ada (W7)"}"#
    );
    let long = renamed("Item", format!(r#"{{"Name":"{}"}}"#, "n".repeat(100))).unwrap();
    assert_eq!(long, format!(r#"{{"Name":"{} (W7)"}}"#, "n".repeat(95)));
    assert_eq!(renamed("Invoice", r#"{"DocNumber":"1"}"#.into()), None);
    assert_eq!(renamed("Customer", "{}".into()), None);
}

#[tokio::test]
async fn versions_are_read_back_by_id() {
    let script = Script::new(vec![(
        "GET query?query=SELECT * FROM Invoice WHERE Id IN ('1','2') STARTPOSITION 1 MAXRESULTS 2",
        ok(r#"{"QueryResponse":{"Invoice":[{"Id":"2","SyncToken":"9","TotalAmt":1.10}]}}"#),
    )]);
    let open = Open::new("quickbooks", script).await;
    let found =
        open.target().read_back(&open.context, "Invoice", &[], &["1".into(), "2".into()]).await.unwrap();
    let [invoice] = found.as_slice() else { panic!("one invoice") };
    assert_eq!((invoice.target_id.as_str(), invoice.token.as_deref()), ("2", Some("9")));
    assert_eq!(invoice.fields.as_map().unwrap().get("TotalAmt").map(Value::to_json), Some("1.10".to_owned()));
}

#[tokio::test]
async fn the_protocol_of_the_engine_gets_what_it_needs() {
    use engine_contract::{Access, DynConnector};
    let described = super::world::fresh("quickbooks");
    let context = super::world::context(Script::new(Vec::new()));
    let connection =
        described.open(&context, &super::world::settings("quickbooks"), Access::Read).await.unwrap();
    assert_eq!(connection.capabilities.effect_class, EffectClass::IdempotencyKey);
    assert_eq!(connection.capabilities.key_horizon, Some(std::time::Duration::from_secs(86400)));
    let error =
        connection.target.unwrap().write(&context, &[write(Op::Create, "Invoice", "{}")]).await.unwrap_err();
    assert_eq!(error.to_string(), "the connection is open for reading only");
}

#[test]
fn a_login_goes_where_the_connection_goes() {
    use engine_contract::DynConnector;
    let mut settings = super::world::settings("quickbooks");
    let login = super::world::fresh("quickbooks").login(&settings).unwrap().unwrap();
    assert_eq!(login.account, "quickbooks/77");
    assert_eq!(login.expects, Some(("realmId".to_owned(), "77".to_owned())));
    assert_eq!(login.token_url, "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer");
    let asked = |login: &engine_contract::Login| login.question.clone().unwrap().url;
    assert_eq!(asked(&login), "https://quickbooks.api.intuit.com/v3/company/77/companyinfo/77");
    settings["environment"] = json!("sandbox");
    let sandbox = super::world::fresh("quickbooks").login(&settings).unwrap().unwrap();
    assert_eq!(asked(&sandbox), "https://sandbox-quickbooks.api.intuit.com/v3/company/77/companyinfo/77");
    settings["emulator"] = json!("http://127.0.0.1:8089/");
    let login = super::world::fresh("quickbooks").login(&settings).unwrap().unwrap();
    assert_eq!(login.token_url, "http://127.0.0.1:8089/oauth2/v1/tokens/bearer");
    assert_eq!(login.authorize_url, "http://127.0.0.1:8089/connect/oauth2");
    assert!(
        super::world::fresh("woocommerce").login(&super::world::settings("woocommerce")).unwrap().is_none()
    );
}
