//! The tables about the service: addresses, credentials, errors; and the pages and the language that streams
//! name.

use super::Scene;
use crate::{
    manifest::{AuthKind, AuthTable, Kind, PageKind},
    problem::Problem,
    template,
};

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Problem>) {
    base(scene, out);
    if let Some(auth) = &scene.manifest.auth {
        self::auth(scene, &["auth"], auth, out);
        if let Some(question) = &auth.question {
            names(scene, &["auth", "question"], &question.path, &[], out);
        }
        if let Some(other) = &auth.over_http {
            self::auth(scene, &["auth", "over_http"], other, out);
        }
    }
    for window in &scene.manifest.limits.windows {
        if window.requests == 0 || window.seconds == 0 {
            out.push(scene.problem(&["limits", "windows"], "a window has requests and seconds above 0"));
        }
    }
    for rule in &scene.manifest.errors.rule {
        let is_open = rule.status.is_empty()
            && rule.code.is_empty()
            && rule.code_prefix.is_empty()
            && rule.message_has.is_empty();
        if is_open || rule.say.is_empty() {
            let message = "a rule needs something that it fits, and `say`";
            out.push(scene.problem(&["errors", "rule"], message));
        }
    }
    if let Some(language) = &scene.manifest.language {
        names(scene, &["language", "path"], &language.path, &[], out);
    }
    pages(scene, out);
}

fn base(scene: &Scene<'_>, out: &mut Vec<Problem>) {
    let Some(base) = &scene.manifest.base else { return };
    if base.url.is_some() == base.by.is_some() {
        out.push(scene.problem(&["base"], "`[base]` needs `url`, or `by` and `urls`"));
    }
    if let Some(by) = &base.by {
        let setting = scene.manifest.settings.get(by);
        let values = setting.map(|setting| setting.one_of.as_slice()).unwrap_or_default();
        if setting.is_none_or(|setting| setting.kind != Kind::OneOf) {
            out.push(scene.problem(&["base", "by"], format!("`{by}` is no setting of the type `one_of`")));
        }
        if let Some(value) = values.iter().find(|value| !base.urls.contains_key(*value)) {
            out.push(scene.problem(&["base", "urls"], format!("`urls` has no address for `{value}`")));
        }
    }
    let is_url =
        |name: &&String| scene.manifest.settings.get(*name).is_some_and(|setting| setting.kind == Kind::Url);
    if let Some(other) = base.replaced_by.as_ref().filter(|name| !is_url(name)) {
        let message = format!("`{other}` is no setting of the type `url`");
        out.push(scene.problem(&["base", "replaced_by"], message));
    }
    for (name, url) in &base.urls {
        names(scene, &["base", "urls", name], url, &[], out);
    }
    for (key, text) in [("url", base.url.as_ref()), ("account", Some(&base.account))] {
        if let Some(text) = text {
            names(scene, &["base", key], text, &[], out);
        }
    }
    for (key, texts) in [("query", &base.query), ("headers", &base.headers)] {
        for (name, text) in texts {
            names(scene, &["base", key, name], text, &[], out);
        }
    }
}

/// Settings by the kind that needs them. They name secrets.
fn auth(scene: &Scene<'_>, path: &[&str], table: &AuthTable, out: &mut Vec<Problem>) {
    let secrets: [(&str, &Option<String>, AuthKind); 6] = [
        ("user", &table.user, AuthKind::Basic),
        ("password", &table.password, AuthKind::Basic),
        ("key", &table.key, AuthKind::Oauth1),
        ("secret", &table.secret, AuthKind::Oauth1),
        ("client_id", &table.client_id, AuthKind::Oauth2),
        ("client_secret", &table.client_secret, AuthKind::Oauth2),
    ];
    let mut say = |key: &str, message: String| {
        let place: Vec<_> = path.iter().copied().chain([key]).collect();
        out.push(scene.problem(&place, message));
    };
    let is_secret =
        |name: &str| scene.manifest.settings.get(name).is_some_and(|known| known.kind == Kind::Secret);
    for (key, name, kind) in secrets {
        match name {
            None if table.kind == kind => say(key, format!("this kind needs `{key}`")),
            Some(_) if table.kind != kind => say(key, format!("`{key}` goes with another kind")),
            Some(name) if !is_secret(name) => say(key, format!("`{name}` is no setting that is a secret")),
            _ => {}
        }
    }
    for (parameter, name) in &table.pairs {
        if !is_secret(name) {
            say("pairs", format!("`{name}`, for `{parameter}`, is no setting that is a secret"));
        }
    }
    if (table.kind == AuthKind::Query) == table.pairs.is_empty() {
        say("pairs", "`pairs` goes with `kind = \"query\"`".to_owned());
    }
    if (table.kind == AuthKind::Header) != table.value.is_some() {
        say("value", "`value` goes with `kind = \"header\"`".to_owned());
    }
    if table.kind == AuthKind::Oauth2 && (table.token_url.is_none() || table.authorize_url.is_none()) {
        say("token_url", "this kind needs `authorize_url` and `token_url`".to_owned());
    }
    if table.kind != AuthKind::Oauth2 && table.question.is_some() {
        say("question", "`question` goes with `kind = \"oauth2\"`".to_owned());
    }
    if table.kind != AuthKind::Header && !table.also.is_empty() {
        say("also", "`also` goes with `kind = \"header\"`".to_owned());
    }
    let texts = table.value.iter().map(|text| ("value", text));
    for (key, text) in texts.chain(table.also.values().map(|text| ("also", text))) {
        for name in template::names(text).unwrap_or_default().into_iter().filter(|name| !is_secret(name)) {
            say(key, format!("`{name}` is no setting that is a secret"));
        }
    }
}

/// Parameters by the kind that needs them.
fn pages(scene: &Scene<'_>, out: &mut Vec<Problem>) {
    for (name, page) in &scene.manifest.page {
        let has_size = page.size.is_some() || scene.manifest.language.is_some();
        let (key, is_there) = match page.kind {
            PageKind::Window | PageKind::Scan => ("size_max", has_size && page.size_max.is_some()),
            PageKind::Number => ("number", page.number.is_some()),
            PageKind::Offset => ("offset", page.offset.is_some()),
            PageKind::Token => ("token", page.token.is_some() && page.next.is_some()),
            PageKind::Link | PageKind::Whole | PageKind::Hook => continue,
        };
        if !is_there {
            let message = match key {
                "size_max" => {
                    "this kind needs `size` and `size_max`: the end of a list is a page that is not full"
                        .to_owned()
                }
                "token" => "this kind needs `token` and `next`".to_owned(),
                key => format!("this kind needs `{key}`"),
            };
            out.push(scene.problem(&["page", name, key], message));
        }
    }
}

/// The names that a text uses are settings, or among `more`.
pub(super) fn names(scene: &Scene<'_>, path: &[&str], text: &str, more: &[&str], out: &mut Vec<Problem>) {
    let known = scene.manifest.settings();
    match template::names(text) {
        Err(fault) => out.push(scene.problem(path, fault.to_string())),
        Ok(names) => {
            for name in names.into_iter().filter(|name| !more.contains(name)) {
                match known.get(name) {
                    Some(setting) if setting.kind == Kind::Secret => {
                        out.push(
                            scene.problem(path, format!("`{name}` is a secret: only `[auth]` names secrets")),
                        );
                    }
                    Some(_) => {}
                    None => {
                        let names = known.keys().copied().chain(more.iter().copied());
                        let message = format!("there is no setting `{name}`");
                        out.push(scene.problem(path, message).near(name, names));
                    }
                }
            }
        }
    }
}
