//! The reference project in pipelines/shops.

use crate::golden;
use engine_project::MemoryFiles;
use std::{collections::BTreeMap, path::Path};

#[test]
fn the_reference_project_loads_without_a_word_in_every_environment() {
    let files = golden::files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines/shops"));
    let name = |file: &String| file.strip_prefix("connections.")?.strip_suffix(".toml").map(str::to_owned);
    let environments: Vec<Option<String>> =
        std::iter::once(None).chain(files.keys().filter_map(name).map(Some)).collect();
    assert!(environments.len() > 1, "there is a demo");
    let variables = BTreeMap::from([("ACME_STORE_URL".to_owned(), "https://acme.example".to_owned())]);
    for environment in environments {
        let files = MemoryFiles(files.clone());
        let (project, found) = engine_project::load(&files, &variables, environment.as_deref());
        assert!(found.is_empty(), "{environment:?}: {:#?}", found.sorted());
        assert!(project.pipelines.len() == 2 && project.pipelines.iter().all(|pipeline| pipeline.complete));
        assert!(project.tenants.iter().all(|tenant| tenant.complete));
    }
}
