//! The files of a new connector.

use crate::args::{AuthName, NewConnector};

/// The files by their names within the connector's folder.
pub(super) fn skeleton(arguments: &NewConnector) -> Vec<(String, String)> {
    let NewConnector { name, stream, .. } = arguments;
    vec![
        ("connector.toml".to_owned(), manifest(arguments)),
        (format!("streams/{stream}.json"), SCHEMA.replace("STREAM", stream)),
        ("hooks.rhai".to_owned(), HOOKS.to_owned()),
        ("README.md".to_owned(), README.replace("NAME", name).replace("STREAM", stream)),
    ]
}

fn manifest(arguments: &NewConnector) -> String {
    let NewConnector { name, base_url, auth, stream, .. } = arguments;
    let base = base_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
    let host = base_url.as_ref().and_then(|url| url.host_str()).unwrap_or("example.com");
    let given = match &base {
        Some(base) => format!("default = \"{base}\""),
        None => "required = true".to_owned(),
    };
    let example = base.as_deref().unwrap_or("https://api.example.com/v1");
    let (secrets, auth) = auth_tables(*auth, name);
    MANIFEST
        .replace("SECRETS", &secrets)
        .replace("AUTH", auth)
        .replace("GIVEN", &given)
        .replace("EXAMPLE", example)
        .replace("HOST", host)
        .replace("NAME", name)
        .replace("STREAM", stream)
}

/// The settings that are secrets, and `[auth]` that uses them.
fn auth_tables(auth: AuthName, name: &str) -> (String, &'static str) {
    let secret = |setting: &str, what: &str| {
        let example = format!("{}_{setting}", name.replace('-', "_"));
        format!(
            "\n[settings.{setting}]\ntype = \"secret\"\nrequired = true\ndescription = \"{what}\"\n\
             example = {{ secret = \"{example}\" }}\n"
        )
    };
    match auth {
        AuthName::None => (String::new(), "[auth]\nkind = \"none\""),
        AuthName::Basic => (
            [secret("user", "The user"), secret("password", "The password of the user")].concat(),
            "[auth]\nkind = \"basic\"\nuser = \"user\"\npassword = \"password\"",
        ),
        AuthName::Header => (
            secret("token", "The token of the API"),
            "[auth]\nkind = \"header\"\nname = \"authorization\"\nvalue = \"Bearer {token}\"",
        ),
        AuthName::Query => {
            (secret("key", "The key of the API"), "[auth]\nkind = \"query\"\npairs = { api_key = \"key\" }")
        }
        AuthName::Oauth2 => (
            [secret("client_id", "The id of the app"), secret("client_secret", "The secret of the app")]
                .concat(),
            "[auth]\nkind = \"oauth2\"\nclient_id = \"client_id\"\nclient_secret = \"client_secret\"\n\
             authorize_url = \"https://HOST/oauth/authorize\"\ntoken_url = \"https://HOST/oauth/token\"\n\
             scopes = []",
        ),
    }
}

const MANIFEST: &str = r#"# The connector `NAME`: what the engine knows of the service. Every key: `engine schema connector`, which editors
# show once `engine schema sync` has run. `engine validate` says each mistake at its place.

[connector]
name = "NAME"
description = "Reads STREAM through the web API of HOST"
docs = "https://HOST/"

# ---------------------------------------------------------------- the connection

# What [connection.X] says. Secrets are named there, never written.
[settings.url]
type = "url"
GIVEN
description = "The address before every path"
example = "EXAMPLE"
SECRETS
# Where requests go, and whose limits and tokens they share.
[base]
url = "{url}"
account = "{url}"

# none, basic, header, query, oauth1 or oauth2.
AUTH

# At most so many requests at once; add what the service documents: windows = [{ requests = 100, seconds = 60 }]
[limits]
concurrency = 2
wait_after_429_seconds = 30

# How the service writes instants: "offset" for 2026-01-31T08:00:00+00:00, "plain_utc" for 2026-01-31T08:00:00.
[time]
format = "offset"

# Where an answer that is no success tells its code and message. Rules say what a code means; without one, the
# status counts. Call a refusal only what the service documents as one: anything else may have taken effect.
[errors]
code = ["code"]
message = ["message"]

# [[errors.rule]]
# status = [409]
# code = ["already_exists"]
# kind = "duplicate"
# say = "another object has this value already, and only one may have it"

# ---------------------------------------------------------------- streams

# How a list is read to its end: window, scan, number, offset, token, link, whole, or hook.
[page.all]
kind = "number"
number = "page"
size = "per_page"
size_max = 100

[stream.STREAM]
description = "What the records are"
schema = "streams/STREAM.json"
key = ["id"]

[stream.STREAM.read]
path = "STREAM"
sweep = "all"
# list = "data"    the member of an answer that holds the list; the whole answer without it

# Records by their keys: a path, or a parameter that takes several.
[stream.STREAM.read.fetch]
path = "STREAM/{key}"

# To read changes only, the service must list them in order, from an instant on. Then add a page of the kind `window`
# and name it `page` in [stream.STREAM.read].
# [page.changes]
# kind = "window"
# size = "per_page"
# size_max = 100
#
# [stream.STREAM.cursor.updated_at]
# precision_seconds = 1
# exclusive = false
# visibility_lag_seconds = 60
# parameter = "updated_since"
# query = { sort = "updated_at" }

# ---------------------------------------------------------------- target objects

# To write, say how an object is made and changed, and how the engine finds out what became of a lost request:
# "idempotency_key", "marker", or "none".
# [object.STREAM]
# description = "What the objects are"
# schema = "streams/STREAM.json"
# key = ["id"]
# effect = "none"
# find_by = ["id"]
#
# [object.STREAM.write]
# create = { method = "POST", path = "STREAM" }
# update = { method = "PUT", path = "STREAM/{id}" }
"#;

const SCHEMA: &str = r#"{"name": "STREAM", "fields": [
  {"name": "id", "kind": "integer", "description": "Its number", "sample": 1, "read_only": true},
  {"name": "name", "kind": "text", "description": "Its name", "sample": "Example", "max_length": 100},
  {"name": "updated_at", "kind": "timestamp", "description": "Last change", "sample": "2026-01-31T08:00:00Z", "read_only": true}
]}
"#;

const HOOKS: &str = r#"// What connector.toml cannot say, in at most 60 lines: pure functions, without files, network, time or secrets.
// Take the comment from those that you need, and delete the others.
//
// A request before it is signed: #{method, path, query, headers, body}. Give back what is changed.
// fn request(request) {
//     request.headers["x-api-version"] = "2026-01";
//     request
// }
//
// The body that the tables of connector.toml speak of, made of the answer of a success.
// fn response(body, status, headers) {
//     body.data.map(|item| item.attributes)
// }
//
// What kind of error an answer is: "duplicate", "rate-limited", ...; () where the rules of [errors] decide.
// fn classify(status, body) {
//     if status == 200 && body?.ok == false { "invalid" }
// }
//
// What is asked after a page, for a page of kind = "hook": #{query: #{...}}, #{path: "..."}; () at the end.
// fn next_page(body, headers, request) {
//     if body.more { #{query: #{after: body.last}} }
// }
"#;

const README: &str = r"# NAME

What the connector reads and writes, and what it guarantees. Write down the service's facts with their sources: what
orders its lists, how exact its instants are, when it counts a request, what its errors mean.

- Reads: `STREAM`.
- Writes: nothing yet.
- Limits: not known yet.

`engine connector test NAME` judges it by what is recorded in `fixtures/`.
";
