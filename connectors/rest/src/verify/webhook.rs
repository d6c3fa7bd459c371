//! How the service tells of changes.

use super::{Scene, service};
use crate::{
    manifest::{DeliveryTable, Kind, PingTable, SignatureKind, SignatureTable},
    problem::Problem,
};
use http::HeaderName;

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Problem>) {
    let webhooks = &scene.manifest.webhooks;
    if let Some(table) = &webhooks.signature {
        signature(scene, table, out);
    }
    for (form, table) in &webhooks.delivery {
        delivery(scene, form, table, out);
    }
    if !webhooks.delivery.is_empty() && webhooks.signature.is_none() {
        let message = "deliveries need `signature`: without it anybody could send them";
        out.push(scene.problem(&["webhooks", "delivery"], message));
    }
    if let Some(PingTable { content_type, member }) = &webhooks.ping {
        for (name, text) in [("content_type", content_type), ("member", member)] {
            if text.is_empty() {
                out.push(scene.problem(&["webhooks", "ping", name], format!("`{name}` is not empty")));
            }
        }
    }
    for (resource, streams) in &webhooks.streams {
        for stream in streams.iter().filter(|stream| !scene.manifest.stream.contains_key(*stream)) {
            let known = scene.manifest.stream.keys().map(String::as_str);
            let problem =
                scene.problem(&["webhooks", "streams", resource], format!("there is no stream `{stream}`"));
            out.push(problem.near(stream, known));
        }
    }
}

fn signature(scene: &Scene<'_>, table: &SignatureTable, out: &mut Vec<Problem>) {
    let SignatureTable { kind: SignatureKind::HmacSha256Base64, header, secret, is_html: _ } = table;
    self::header(scene, &["webhooks", "signature", "header"], header, out);
    let known = scene.manifest.settings.get(secret);
    if known.is_none_or(|setting| setting.kind != Kind::Secret) {
        let message = format!("`{secret}` is no setting of the type `secret`");
        out.push(scene.problem(&["webhooks", "signature", "secret"], message));
    }
}

fn delivery(scene: &Scene<'_>, form: &str, table: &DeliveryTable, out: &mut Vec<Problem>) {
    let path = ["webhooks", "delivery", form];
    if table.topic_header.is_some() == table.topic_member.is_some() {
        out.push(scene.problem(&path, "a delivery names its topic by `topic_header` or by `topic_member`"));
    }
    let has_many = table.is_list || table.groups.is_some();
    if has_many && table.topic_header.is_some() {
        out.push(scene.problem(&path, "each change of a list names its own topic, by `topic_member`"));
    }
    if table.groups.is_some() != table.changes.is_some() || (table.is_list && table.groups.is_some()) {
        out.push(
            scene.problem(&path, "a body is a list by `is_list`, or holds lists by `groups` and `changes`"),
        );
    }
    if table.event_member.is_some() && table.topic_member.is_none() {
        out.push(scene.problem(&path, "`event_member` goes with `topic_member`"));
    }
    if let Some(name) = &table.topic_header {
        header(scene, &["webhooks", "delivery", form, "topic_header"], name, out);
    }
    if let Some(text) = &table.topic_text {
        service::names(scene, &["webhooks", "delivery", form, "topic_text"], text, &["topic"], out);
    }
    let members = [
        ("id", Some(&table.id)),
        ("groups", table.groups.as_ref()),
        ("changes", table.changes.as_ref()),
        ("account", table.account.as_ref()),
        ("topic_member", table.topic_member.as_ref()),
        ("event_member", table.event_member.as_ref()),
        ("repeat", table.repeat.as_ref()),
        ("merged", table.merged.as_ref()),
    ];
    for (name, member) in members {
        if member.is_some_and(String::is_empty) {
            let path = ["webhooks", "delivery", form, name];
            out.push(scene.problem(&path, "the name of a member is not empty"));
        }
    }
}

fn header(scene: &Scene<'_>, path: &[&str], name: &str, out: &mut Vec<Problem>) {
    if HeaderName::try_from(name).is_err() {
        out.push(scene.problem(path, format!("`{name}` is not the name of a header")));
    }
}
