//! How the service tells of changes.

use super::{Scene, service};
use crate::{
    manifest::{DeliveryTable, Kind, SignatureKind, SignatureTable},
    problem::Problem,
};
use http::HeaderName;

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Problem>) {
    let webhooks = &scene.manifest.webhooks;
    if let Some(table) = &webhooks.signature {
        signature(scene, table, out);
    }
    if let Some(table) = &webhooks.delivery {
        delivery(scene, table, out);
    }
}

fn signature(scene: &Scene<'_>, table: &SignatureTable, out: &mut Vec<Problem>) {
    let SignatureTable { kind: SignatureKind::HmacSha256Base64, header, secret } = table;
    self::header(scene, &["webhooks", "signature", "header"], header, out);
    let known = scene.manifest.settings.get(secret);
    if known.is_none_or(|setting| setting.kind != Kind::Secret) {
        let message = format!("`{secret}` is no setting of the type `secret`");
        out.push(scene.problem(&["webhooks", "signature", "secret"], message));
    }
}

fn delivery(scene: &Scene<'_>, table: &DeliveryTable, out: &mut Vec<Problem>) {
    let DeliveryTable { is_list, topic_header, topic_member, topic_text, id, account } = table;
    let path = ["webhooks", "delivery"];
    if topic_header.is_some() == topic_member.is_some() {
        out.push(scene.problem(&path, "a delivery names its topic by `topic_header` or by `topic_member`"));
    }
    if *is_list && topic_header.is_some() {
        out.push(scene.problem(&path, "each change of a list names its own topic, by `topic_member`"));
    }
    if let Some(name) = topic_header {
        header(scene, &["webhooks", "delivery", "topic_header"], name, out);
    }
    if let Some(text) = topic_text {
        service::names(scene, &["webhooks", "delivery", "topic_text"], text, &["topic"], out);
    }
    for (name, member) in
        [("id", Some(id)), ("account", account.as_ref()), ("topic_member", topic_member.as_ref())]
    {
        if member.is_some_and(String::is_empty) {
            out.push(scene.problem(&["webhooks", "delivery", name], "the name of a member is not empty"));
        }
    }
}

fn header(scene: &Scene<'_>, path: &[&str], name: &str, out: &mut Vec<Problem>) {
    if HeaderName::try_from(name).is_err() {
        out.push(scene.problem(path, format!("`{name}` is not the name of a header")));
    }
}
