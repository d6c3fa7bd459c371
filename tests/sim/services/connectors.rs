//! The real connectors, as the catalog describes them, and with one vice each.

use crate::{
    mutants::Vice,
    trial::{Scene, Trial},
};
use connector_rest::Described;
use engine_contract::{
    Access, Batch, Checkpoint, Connection, Context, Cursor, Discovery, DynConnector, InvalidConfig, Login,
    ReadRequest, Result, Source, SourceRecord, StreamInfo, async_trait,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
};

/// The connectors of a trial.
#[derive(Clone)]
pub(super) struct Connectors {
    woocommerce: Described,
    quickbooks: Described,
    supabase: Described,
    pages_by_offset: bool,
}

impl Connectors {
    /// As the catalog has them, or with cursors that ask for what is later, without looking back.
    pub(super) fn new(trial: &Trial) -> Self {
        static TRUE: OnceLock<[Described; 3]> = OnceLock::new();
        static STRICT: OnceLock<[Described; 3]> = OnceLock::new();
        static ALONE: OnceLock<[Described; 3]> = OnceLock::new();
        static SMALL: OnceLock<[Described; 3]> = OnceLock::new();
        static SMALL_STRICT: OnceLock<[Described; 3]> = OnceLock::new();
        let small = trial.scene == Scene::ShopToWarehouse;
        let (asks_for_later, pages_by_offset) =
            (trial.has(Vice::AsksForLater), trial.has(Vice::PagesByOffset));
        let is_alone = trial.mutant.is_some_and(|mutant| mutant.one_by_one);
        let strict_and_small = [&EDITS[..], &SMALL_PAGES].concat();
        let (known, edits, hits): (_, &[(&str, &str)], _) = match (asks_for_later, is_alone, small) {
            (true, _, true) => (&SMALL_STRICT, &strict_and_small, (3, 2)),
            (false, _, true) => (&SMALL, &SMALL_PAGES, (1, 0)),
            (true, ..) => (&STRICT, &EDITS, (2, 2)),
            (false, true, _) => (&ALONE, &ONE_BY_ONE, (1, 0)),
            (false, false, _) => (&TRUE, &[], (0, 0)),
        };
        let read = || {
            let (shop, books) =
                (described("woocommerce", edits, hits.0), described("quickbooks", edits, hits.1));
            [shop, books, described("supabase", &[], 0)]
        };
        let [woocommerce, quickbooks, supabase] = known.get_or_init(read).clone();
        Self { woocommerce, quickbooks, supabase, pages_by_offset }
    }

    /// All, with accounts of their own: in another process.
    pub(super) fn anew(&self) -> [Arc<dyn DynConnector>; 3] {
        [self.woocommerce.anew(), self.quickbooks.anew(), self.supabase.anew()].map(|connector| {
            let connector: Arc<dyn DynConnector> = Arc::new(connector);
            if self.pages_by_offset { Arc::new(PagesByOffset(connector)) } else { connector }
        })
    }
}

/// Later than the cursor, instead of at the cursor or later; and no time to look back.
const EDITS: [(&str, &str); 4] = [
    ("visibility_lag_seconds = 120", "visibility_lag_seconds = 0"),
    ("visibility_lag_seconds = 60", "visibility_lag_seconds = 0"),
    ("\nexclusive = true\n", "\nexclusive = false\n"),
    ("LastUpdatedTime >= {value}", "LastUpdatedTime > {value}"),
];

/// No batches: between two requests there is a moment in which an engine can be frozen.
const ONE_BY_ONE: [(&str, &str); 1] = [("\nbatch = {", "\n# batch = {")];

/// Sweeps by pages of three rows, several of them at once.
const SMALL_PAGES: [(&str, &str); 1] = [(
    "kind = \"scan\"\nsize = \"per_page\"\nsize_max = 100",
    "kind = \"scan\"\nsize = \"per_page\"\nsize_max = 3",
)];

/// A connector of the catalog, its manifest edited at so many places at least.
fn described(name: &str, edits: &[(&str, &str)], least: usize) -> Described {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connectors/catalog").join(name);
    let mut files = BTreeMap::new();
    let mut add = |name: String, path: &Path| files.insert(name, std::fs::read_to_string(path).unwrap());
    add("connector.toml".to_owned(), &folder.join("connector.toml"));
    for kind in ["objects", "streams"] {
        for file in std::fs::read_dir(folder.join(kind)).into_iter().flatten() {
            let path = file.unwrap().path();
            add(format!("{kind}/{}", path.file_name().unwrap().to_str().unwrap()), &path);
        }
    }
    let manifest = files.get_mut("connector.toml").unwrap();
    let hits = edits.iter().filter(|(from, _)| manifest.contains(from)).count();
    assert!(hits >= least, "the edits do not fit the manifest of {name} any more");
    for (from, to) in edits {
        *manifest = manifest.replace(from, to);
    }
    Described::read(&files).unwrap_or_else(|problems| panic!("{name}: {problems:?}"))
}

/// A connector that reads lists by offsets: what a list loses while it is read, a record behind it loses its turn.
struct PagesByOffset(Arc<dyn DynConnector>);

#[async_trait]
impl DynConnector for PagesByOffset {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn settings_schema(&self) -> Value {
        self.0.settings_schema()
    }

    fn describe(&self) -> Option<Discovery> {
        self.0.describe()
    }

    fn check(&self, config: &Value) -> Result<(), InvalidConfig> {
        self.0.check(config)
    }

    async fn open(&self, context: &Context, config: &Value, access: Access) -> Result<Connection> {
        let mut connection = self.0.open(context, config, access).await?;
        connection.source = connection.source.map(|source| Box::new(Offset(source)) as _);
        Ok(connection)
    }

    async fn discover(&self, context: &Context, config: &Value) -> Result<Discovery> {
        self.0.discover(context, config).await
    }

    fn login(&self, config: &Value) -> Result<Option<Login>, InvalidConfig> {
        self.0.login(config)
    }
}

struct Offset(Box<dyn Source>);

#[async_trait]
impl Source for Offset {
    fn streams(&self) -> Vec<StreamInfo> {
        self.0.streams()
    }

    async fn clock(&self, context: &Context, stream: &str, cursor: Option<&str>) -> Result<Option<Cursor>> {
        self.0.clock(context, stream, cursor).await
    }

    /// The list from its beginning, without the records that an offset passes over.
    async fn read(&self, context: &Context, request: &ReadRequest) -> Result<Batch> {
        let skip = request.resume.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0usize);
        let most = request.max_records;
        let whole = ReadRequest { resume: None, max_records: skip + most, ..request.clone() };
        let batch = self.0.read(context, &whole).await?;
        let records: Vec<SourceRecord> = batch.records.into_iter().skip(skip).collect();
        let resume = (records.len() == most).then(|| (skip + most).to_string());
        let cursor = records.iter().filter_map(|record| record.modified).max();
        Ok(Batch { records, broken: batch.broken, checkpoint: Checkpoint { resume, cursor } })
    }

    async fn fetch(
        &self,
        context: &Context,
        request: &ReadRequest,
        keys: &[String],
    ) -> Result<Vec<SourceRecord>> {
        self.0.fetch(context, request, keys).await
    }
}
