//! Personal data stays where it belongs: no message, log or report repeats what a record says.

use crate::quickstart;
use kit::Project;
use serde_json::Value;
use std::collections::BTreeSet;

/// Every name, e-mail address, telephone number and street in the source.
fn personal(project: &Project) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in ["data/customers.json", "data/orders.json"] {
        collect(&serde_json::from_str(&project.read(file)).unwrap(), &mut found);
    }
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    const MEMBERS: [&str; 5] = ["first_name", "last_name", "email", "phone", "address_1"];
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.iter().for_each(|(name, value)| match value.as_str() {
            // Shorter ones stand in other words by chance.
            Some(text) if MEMBERS.contains(&name.as_str()) && text.chars().count() > 3 => {
                found.insert(text.to_owned());
            }
            _ => collect(value, found),
        }),
        _ => {}
    }
}

/// Puts personal data where failures will meet it.
fn spoil(project: &Project) {
    project.edit_records("data/orders.json", |orders| {
        let members = ["total", "total_tax", "status", "date_created_gmt", "date_paid_gmt", "customer_id"];
        for (order, member) in orders.iter_mut().zip(members) {
            order[member] = order["billing"]["email"].clone();
        }
        let name = orders[6]["billing"]["last_name"].clone();
        orders[6]["line_items"][0]["total"] = name.clone();
        orders[7]["line_items"][0]["quantity"] = name.clone();
        orders[8]["line_items"] = name.clone();
        orders[9]["billing"] = name;
    });
    project.edit_records("data/customers.json", |customers| {
        customers[2]["date_created_gmt"] = customers[2]["email"].clone();
    });
    let variations = project.read("data/variations.ndjson");
    let email = "\"shopper@example.com\"";
    let broken = [format!("{{\"id\":{email}"), format!("{{\"id\":1,{email}}}"), email.to_owned()];
    project.write("data/variations.ndjson", format!("{variations}{}\n", broken.join("\n")));
}

#[test]
fn no_output_repeats_personal_data() {
    let project = quickstart();
    let mut secrets = personal(&project);
    secrets.insert("shopper@example.com".to_owned());
    assert!(secrets.len() > 300, "{} personal values", secrets.len());
    spoil(&project);
    let commands: [(&[&str], i32); 10] = [
        (&["run", ".", "--dry-run"], 5),
        (&["run", ".", "-vvv"], 5),
        (&["run", ".", "--full", "--format", "json"], 5),
        (&["run", ".", "--full", "--format", "ndjson"], 5),
        (&["failures"], 0),
        (&["failures", "--list"], 0),
        (&["failures", "--format", "json"], 0),
        (&["history", "--format", "json"], 0),
        (&["status"], 0),
        (&["test"], 0),
    ];
    for (arguments, code) in commands {
        let printed = project.engine(arguments).ended(code).printed();
        let leaked: Vec<&String> =
            secrets.iter().filter(|secret| printed.contains(secret.as_str())).collect();
        assert_eq!(leaked, Vec::<&String>::new(), "{arguments:?}\n{printed}");
    }
}
