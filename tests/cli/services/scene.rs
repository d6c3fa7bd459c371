//! A store and books on ports of this machine, and projects that use them.

use crate::{ENGINE, quickstart};
use connector_emulators::{
    Emulator,
    quickbooks::{Company, CompanyKind, Limits, QuickBooks, Settings as BooksSettings},
    woocommerce::{KeyPair, Permission, Role, Seed, Settings as StoreSettings, WooCommerce},
};
use jiff::{SignedDuration, Timestamp};
use kit::{Door, Outcome, Project, Reply};
use std::{
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Arc, Mutex, MutexGuard},
};

/// What happens to a request instead of what the service would do; nothing lets the service answer.
pub(super) type Twist<E> =
    Box<dyn FnMut(&http::Request<bytes::Bytes>, &mut Stand<E>) -> Option<Reply> + Send>;

/// A service behind a door.
pub(super) struct Stand<E> {
    pub(super) service: E,
    /// How far its clock is ahead of ours.
    pub(super) ahead: SignedDuration,
    twist: Option<Twist<E>>,
}

impl<E: Emulator> Stand<E> {
    /// What the service answers, by its own clock.
    pub(super) fn answer(&mut self, request: &http::Request<bytes::Bytes>) -> http::Response<bytes::Bytes> {
        let now = Timestamp::now() + self.ahead;
        let mut answer = self.service.handle(request, now);
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        answer.headers_mut().insert("date", date.parse().unwrap());
        answer
    }
}

/// What a door does with a request.
type Act = Box<dyn Fn(&http::Request<bytes::Bytes>) -> Reply + Send + Sync>;

/// A file of the certificates that the tests of the network have.
pub(super) fn key_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../connectors/kit/src/network/tests/keys").join(name)
}

/// The issuer that has to be trusted for [`Behind::locked`].
pub(super) fn issuer() -> PathBuf {
    key_file("ca.pem")
}

/// A service behind a door, to look into and to change.
pub(super) struct Behind<E> {
    pub(super) door: Door,
    stand: Arc<Mutex<Stand<E>>>,
}

impl<E: Emulator + 'static> Behind<E> {
    pub(super) fn open(make: impl FnOnce(&str) -> E) -> Self {
        Self::at(make, |act| Door::open(act))
    }

    /// Over TLS, with a certificate that the issuer of [`issuer`] signed.
    pub(super) fn locked(make: impl FnOnce(&str) -> E) -> Self {
        Self::at(make, |act| Door::locked((&key_file("good.pem"), &key_file("host.key.pem")), act))
    }

    fn at(make: impl FnOnce(&str) -> E, open: impl FnOnce(Act) -> Door) -> Self {
        let place = Arc::<Mutex<Option<Arc<Mutex<Stand<E>>>>>>::default();
        let inner = Arc::clone(&place);
        let door = open(Box::new(move |request| {
            let stand = inner.lock().unwrap().clone().unwrap();
            let mut stand = stand.lock().unwrap();
            // It may ask the service itself, and look at what that answers.
            if let Some(mut twist) = stand.twist.take() {
                let reply = twist(request, &mut stand);
                stand.twist = Some(twist);
                if let Some(reply) = reply {
                    return reply;
                }
            }
            Reply::Answer(stand.answer(request))
        }));
        let service = make(&door.url());
        let stand = Arc::new(Mutex::new(Stand { service, ahead: SignedDuration::ZERO, twist: None }));
        *place.lock().unwrap() = Some(Arc::clone(&stand));
        Self { door, stand }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Stand<E>> {
        self.stand.lock().unwrap()
    }

    /// From now on, this happens to requests.
    pub(super) fn twist(
        &self,
        mut twist: impl FnMut(&http::Request<bytes::Bytes>) -> Option<Reply> + Send + 'static,
    ) {
        self.twist_around(move |request, _| twist(request));
    }

    /// The same, with the service at hand.
    pub(super) fn twist_around(
        &self,
        twist: impl FnMut(&http::Request<bytes::Bytes>, &mut Stand<E>) -> Option<Reply> + Send + 'static,
    ) {
        self.lock().twist = Some(Box::new(twist));
    }

    /// From now on, the service answers.
    pub(super) fn untwist(&self) {
        self.lock().twist = None;
    }

    /// Whatever is asked of paths with this part is answered so.
    pub(super) fn always(&self, part: &'static str, reply: impl Fn() -> Reply + Send + 'static) {
        self.twist(move |request| request.uri().path().contains(part).then(&reply));
    }
}

const KEY: &str = "ck_right";
const SECRET: &str = "cs_right";

/// A store whose records go to SQLite.
pub(super) struct Shop {
    pub(super) project: Project,
    pub(super) store: Behind<WooCommerce>,
}

impl Shop {
    pub(super) fn open() -> Self {
        let store = Behind::open(|url| store(url, (KEY, SECRET)));
        Self { project: project(&store.door.url()), store }
    }

    /// Somebody at the store sets an order's status.
    #[track_caller]
    pub(super) fn set_status(&self, order: i64, status: &str) {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let request = http::Request::put(format!("/wp-json/wc/v3/orders/{order}"))
            .header("authorization", format!("Basic {}", BASE64_STANDARD.encode(format!("{KEY}:{SECRET}"))))
            .header("content-type", "application/json")
            .body(bytes::Bytes::from(format!(r#"{{"status":"{status}"}}"#)))
            .unwrap();
        let answer = self.store.lock().answer(&request);
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// The engine, with the right key.
    pub(super) fn engine(&self, arguments: &[&str]) -> Outcome {
        self.with((KEY, SECRET), arguments)
    }

    /// The engine with the right key, before it is started.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        command(&self.project, (KEY, SECRET), arguments)
    }

    /// The engine, with another key.
    pub(super) fn with(&self, key: (&str, &str), arguments: &[&str]) -> Outcome {
        with(&self.project, key, arguments)
    }

    /// The address of the connection, from now on.
    pub(super) fn move_to(&self, url: &str) {
        let text = self.project.read("connections.toml");
        let warehouse = text.split_once("[connection.warehouse]").unwrap().1;
        self.project
            .write("connections.toml", format!("{}[connection.warehouse]{warehouse}", connection(url)));
    }

    /// The same content as that of a project where nothing ever went wrong.
    #[track_caller]
    pub(super) fn is_whole(&self) {
        let whole = project(&self.store.door.url());
        drop(with(&whole, (KEY, SECRET), &["run", "."]).ended(0));
        let difference = self.project.tables().difference(&whole.tables());
        assert!(difference.is_none(), "{:.400}", difference.unwrap_or_default());
    }
}

/// The quickstart, with a store in the place of its files.
fn project(url: &str) -> Project {
    let project = quickstart();
    let text = project.read("connections.toml");
    let warehouse = text.split_once("# A SQLite file").unwrap().1.split_once('\n').unwrap().1;
    project.write("connections.toml", format!("{}{warehouse}", connection(url)));
    project.edit("store-to-sqlite.toml", "connector = \"file\"", "connector = \"woocommerce\"");
    project
}

fn command(project: &Project, (key, secret): (&str, &str), arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command.env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8");
    command.env("ENGINE_SECRET_SHOP_KEY", key).env("ENGINE_SECRET_SHOP_SECRET", secret);
    command
}

fn with(project: &Project, key: (&str, &str), arguments: &[&str]) -> Outcome {
    project.end(&mut command(project, key, arguments))
}

fn connection(url: &str) -> String {
    format!(
        "[connection.store]\nconnector = \"woocommerce\"\nurl = \"{url}\"\nconsumer_key = {{ secret = \"shop_key\" }}\n\
         consumer_secret = {{ secret = \"shop_secret\" }}\n\n"
    )
}

/// The store of the samples.
pub(super) fn store(url: &str, key: (&str, &str)) -> WooCommerce {
    store_with(url, key, |_, _| {})
}

/// The store of the samples, with what `change` makes of the records of each file.
pub(super) fn store_with(
    url: &str,
    (key, secret): (&str, &str),
    change: impl Fn(&str, &mut Vec<serde_json::Value>),
) -> WooCommerce {
    let mut store = WooCommerce::new(StoreSettings {
        url: url.to_owned(),
        zone: "America/New_York".to_owned(),
        // Keys are looked at too, for what people of the store do in these tests.
        https: true,
        keys: vec![KeyPair {
            key: key.to_owned(),
            secret: secret.to_owned(),
            permission: Permission::ReadWrite,
            role: Role::Administrator,
        }],
    });
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines/shops/samples/store");
    let texts: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let mut records: serde_json::Value =
                serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            records.as_array_mut().into_iter().for_each(|records| change(&name, records));
            (name, records.to_string())
        })
        .collect();
    let pairs = texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    store.seed(&Seed::read(pairs).unwrap());
    store
}

/// The company.
pub(super) const REALM: &str = "9130350000000000";

/// Files whose records go to books.
pub(super) struct Office {
    pub(super) project: Project,
    pub(super) books: Behind<QuickBooks>,
}

const PIPELINE: &str = r#"[pipeline]
name = "files-to-books"

[source]
connector = "file"
connection = "files"

[target]
connector = "quickbooks"
connection = "books"

[entity.customer]
from = "customers"
to = "Customer"

[entity.customer.map]
DisplayName = "$.name"

[entity.sale]
from = "sales"
to = "Invoice"

[entity.sale.write]
delete = "void"

[entity.sale.map]
DocNumber = "$.number"
TxnDate = "$.day"
CustomerRef.value = { ref = "customer", key = "$.customer" }
PrivateNote = { marker = true, path = "$.note" }

[[entity.sale.map.Line]]
map.DetailType = { const = "SalesItemLineDetail" }
map.Amount = { path = "$.amount", transform = ["decimal"] }
map.SalesItemLineDetail.ItemRef.value = { const = "1" }
"#;

const CUSTOMERS: &str = r#"[
{"id":1,"name":"Ada"},
{"id":2,"name":"Grace"}
]
"#;

const SALES: &str = r#"[
{"id":11,"number":"S-11","day":"2026-01-15","customer":1,"amount":"10.00","note":"one"},
{"id":12,"number":"S-12","day":"2026-02-15","customer":2,"amount":"20.00","note":"two"},
{"id":13,"number":"S-13","day":"2026-03-15","customer":1,"amount":"30.00","note":"three"}
]
"#;

impl Office {
    /// An office that nobody has logged in to its books.
    pub(super) fn open() -> Self {
        let mut company = Company::new(REALM, CompanyKind::Us);
        company.preferences.custom_txn_numbers = true;
        Self::with(BooksSettings { companies: vec![company], ..BooksSettings::default() })
    }

    pub(super) fn with(settings: BooksSettings) -> Self {
        // What these tests ask the books themselves must not count against the engine.
        let settings = BooksSettings { limits: Limits::none(), ..settings };
        let books = Behind::open(|_| QuickBooks::new(settings));
        let project = Project::empty(ENGINE);
        project.write("engine.toml", "[project]\nname = \"office\"\ntimezone = \"America/Edmonton\"\n");
        project.write("connections.toml", connections(&books.door.url()));
        project.write("files-to-books.toml", PIPELINE);
        project.write("data/customers.json", CUSTOMERS);
        project.write("data/sales.json", SALES);
        Self { project, books }
    }

    /// The engine, with the credentials of the app.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.project.command(arguments);
        command.env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8");
        command
            .env("ENGINE_SECRET_APP_ID", "emulated-client")
            .env("ENGINE_SECRET_APP_SECRET", "emulated-secret");
        command
    }

    pub(super) fn engine(&self, arguments: &[&str]) -> Outcome {
        self.project.end(&mut self.command(arguments))
    }

    /// Logs in as a person would, by a browser that the books send back at once.
    #[track_caller]
    pub(super) fn log_in(&self) -> Outcome {
        let office = self;
        login(office.command(&["connections", "login", "books"]), |address| {
            let path = address.split_once("/connect/").unwrap().1;
            let request = http::Request::get(format!("/connect/{path}")).body(bytes::Bytes::new()).unwrap();
            let answer = office.books.lock().answer(&request);
            answer.headers()["location"].to_str().unwrap().to_owned()
        })
    }

    /// An office whose books are logged in to.
    pub(super) fn ready() -> Self {
        let office = Self::open();
        drop(office.log_in().ended(0));
        office
    }

    /// A request to the company by somebody else.
    pub(super) fn ask(&self, method: &str, path: &str, body: &str) -> serde_json::Value {
        let mut stand = self.books.lock();
        let now = Timestamp::now();
        let token = stand.service.grant(REALM, now).access_token;
        let request = http::Request::builder()
            .method(method)
            .uri(format!("/v3/company/{REALM}/{path}"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(bytes::Bytes::from(body.to_owned()))
            .unwrap();
        let answer = stand.service.handle(&request, now);
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// Closes the books up to a day, or opens them.
    #[track_caller]
    pub(super) fn close(&self, until: Option<&str>) {
        let now = self.ask("GET", "preferences", "");
        let preferences = &now["Preferences"];
        let body = serde_json::json!({ "Id": preferences["Id"], "SyncToken": preferences["SyncToken"], "sparse": true,
            "AccountingInfoPrefs": { "BookCloseDate": until } });
        let changed = self.ask("POST", "preferences", &body.to_string());
        let closing = &changed["Preferences"]["AccountingInfoPrefs"]["BookCloseDate"];
        assert!(changed["Preferences"].is_object() && closing.as_str() == until, "{changed}");
    }

    /// The invoices in the books, by number.
    pub(super) fn invoices(&self) -> Vec<serde_json::Value> {
        let mut invoices = self.books.lock().service.objects(REALM, "Invoice");
        invoices.sort_by_key(|invoice| invoice["DocNumber"].to_string());
        invoices
    }

    /// Their numbers.
    pub(super) fn numbers(&self) -> Vec<String> {
        self.invoices().iter().map(|invoice| invoice["DocNumber"].as_str().unwrap().to_owned()).collect()
    }

    /// Changes the sale of a number.
    pub(super) fn edit_sale(&self, number: &str, member: &str, value: &str) {
        self.project.edit_records("data/sales.json", |sales| {
            let sale = sales.iter_mut().find(|sale| sale["number"] == number).unwrap();
            sale[member] = value.into();
        });
    }
}

/// The connections of an office whose books are at `url`.
pub(super) fn connections(url: &str) -> String {
    format!(
        "[connection.files]\nconnector = \"file\"\nroot = \"data\"\n\n\
         [connection.files.stream.customers]\nfiles = [\"customers.json\"]\nkey = [\"id\"]\n\n\
         [connection.files.stream.sales]\nfiles = [\"sales.json\"]\nkey = [\"id\"]\n\n\
         [connection.books]\nconnector = \"quickbooks\"\nrealm = \"{REALM}\"\nclient_id = {{ secret = \"app_id\" }}\n\
         client_secret = {{ secret = \"app_secret\" }}\nemulator = \"{url}\"\n"
    )
}

/// Runs a login whose browser is `browse`: it is given the address that is shown, and gives the one that the service
/// sends the browser back to.
#[track_caller]
pub(super) fn login(mut command: Command, browse: impl FnOnce(&str) -> String) -> Outcome {
    use std::io::{BufRead, BufReader, Read, Write};
    command.args(["--redirect-uri", "https://app.example.com/back", "--paste"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let (mut said, mut line) = (String::new(), String::new());
    while !line.contains("/connect/oauth2?") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "{said}");
        said.push_str(&line);
    }
    let back = browse(line.trim());
    // The address is for the browser.
    said = said.replace(&line, "");
    writeln!(child.stdin.take().unwrap(), "{back}").unwrap();
    stderr.read_to_string(&mut said).unwrap();
    let mut output = child.wait_with_output().unwrap();
    output.stderr = said.into_bytes();
    Outcome::new(&output, "")
}
