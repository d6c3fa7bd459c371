//! Customers.

use super::{
    error::Refusal,
    kind::Kind,
    schema::is_email,
    shop::{Changed, Shop},
    store::Store,
    value::{elements, hex, id, text, written},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Makes a customer. It is told of twice: as created and as updated.
pub(super) fn create(shop: &mut Shop<'_>, sent: &Value) -> Changed<Value> {
    let email = written(&sent["email"]).into_owned();
    if !is_email(&email) {
        return Err(Refusal::new(400, "customer_invalid_email", "Invalid email address"));
    }
    let is_taken = |record: &Value| text(&record["email"]).eq_ignore_ascii_case(&email);
    if shop.store.all(Kind::Customer).any(is_taken) {
        let message = format!(
            "An account is already registered with {email}. Please log in or use a different email address."
        );
        return Err(Refusal::new(400, "registration-error-email-exists", message));
    }
    let username = match text(&sent["username"]) {
        "" => free_username(shop.store, email.split('@').next().unwrap_or_default()),
        name if has_username(shop.store, name) => {
            let message = "An account is already registered with that username. Please choose another.";
            return Err(Refusal::new(400, "registration-error-username-exists", message));
        }
        name => name.to_owned(),
    };
    let number = shop.store.next_of(Kind::Customer);
    let mut meta = Vec::new();
    shop.store.merge_meta(&mut meta, &json!([{"key": "default_password_nag", "value": "1"}]));
    let mut billing = address();
    billing["email"] = "".into();
    let mut record = json!({"id": number, "date_created": null, "date_created_gmt": null, "date_modified": null,
        "date_modified_gmt": null, "email": email, "first_name": "", "last_name": "", "role": "customer",
        "username": username, "billing": billing, "shipping": address(), "is_paying_customer": false,
        "avatar_url": avatar(&email), "meta_data": meta});
    shop.stamp(&mut record, "date_created");
    change(shop, &mut record, sent);
    shop.tell(Kind::Customer, "created", number);
    shop.tell(Kind::Customer, "updated", number);
    Ok(record)
}

/// Changes a customer.
pub(super) fn update(shop: &mut Shop<'_>, number: u64, sent: &Value) -> Changed<Value> {
    let mut record = shop.find(Kind::Customer, None, number, 404)?;
    if let Some(email) = sent.get("email").map(|email| written(email).into_owned()) {
        let is_other =
            |other: &Value| id(&other["id"]) != number && text(&other["email"]).eq_ignore_ascii_case(&email);
        if shop.store.all(Kind::Customer).any(is_other) {
            return Err(Refusal::new(
                400,
                "woocommerce_rest_customer_invalid_email",
                "Email address is invalid.",
            ));
        }
        record["avatar_url"] = avatar(&email).into();
        record["email"] = email.into();
    }
    change(shop, &mut record, sent);
    shop.tell(Kind::Customer, "updated", number);
    Ok(record)
}

fn change(shop: &mut Shop<'_>, record: &mut Value, sent: &Value) {
    for name in ["first_name", "last_name"] {
        if let Some(value) = sent.get(name) {
            record[name] = without_tags(&written(value)).into();
        }
    }
    for part in ["billing", "shipping"] {
        let sent = sent[part].as_object().into_iter().flatten();
        for (name, value) in
            sent.filter(|(name, _)| record[part].get(name.as_str()).is_some()).collect::<Vec<_>>()
        {
            record[part][name] = written(value).as_ref().into();
        }
    }
    let mut meta = elements(&record["meta_data"]).to_vec();
    shop.store.merge_meta(&mut meta, &sent["meta_data"]);
    record["meta_data"] = meta.into();
    shop.stamp(record, "date_modified");
    shop.store.put(Kind::Customer, record.clone());
}

fn address() -> Value {
    json!({"first_name": "", "last_name": "", "company": "", "address_1": "", "address_2": "", "city": "",
        "postcode": "", "country": "", "state": "", "phone": ""})
}

/// The names of customers lose their tags; those in their addresses do not.
fn without_tags(name: &str) -> String {
    let mut out = String::new();
    let mut rest = name;
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.trim().to_owned()
}

fn has_username(store: &Store, name: &str) -> bool {
    store.all(Kind::Customer).any(|record| text(&record["username"]).eq_ignore_ascii_case(name))
}

fn free_username(store: &Store, wanted: &str) -> String {
    let mut name = wanted.to_lowercase();
    let mut number = 1;
    while has_username(store, &name) {
        name = format!("{}-{number}", wanted.to_lowercase());
        number += 1;
    }
    name
}

fn avatar(email: &str) -> String {
    let hash = hex(&Sha256::digest(email.to_lowercase()));
    format!("https://secure.gravatar.com/avatar/{hash}?s=96&d=mm&r=g")
}
