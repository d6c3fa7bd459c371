//! Compiles a damaged project and checks what is promised of any text.

use engine_plan::{
    Catalogs, compile,
    testing::{self, Cases},
};
use engine_project::{MemoryFiles, Project, diag::Diagnostic, load};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

/// The longest that a project of at most a megabyte may take.
const LONGEST: Duration = Duration::from_secs(1);

#[expect(clippy::disallowed_methods, reason = "the time that compiling takes is what is measured here")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// How often a slow project is judged again: other work on the machine slows one try, not all.
const TRIES: u32 = 5;

/// What is wrong with how the project was judged.
pub(crate) fn judge(files: &MemoryFiles) -> Result<(), String> {
    let size: usize = files.0.values().map(String::len).sum();
    let mut fastest = Duration::MAX;
    for _ in 0..TRIES {
        let started = now();
        catch_unwind(AssertUnwindSafe(|| compiled(files))).map_err(|_| "panicked".to_owned())??;
        fastest = fastest.min(started.elapsed());
        if fastest <= LONGEST || size > 1 << 20 {
            return Ok(());
        }
    }
    Err(format!("{size} bytes took {} ms", fastest.as_millis()))
}

fn compiled(files: &MemoryFiles) -> Result<(), String> {
    let environment = BTreeMap::from([("ACME_STORE_URL".to_owned(), "https://shop.example".to_owned())]);
    let (project, found) = load(files, &environment, None);
    for diagnostic in &found {
        within(&project, diagnostic)?;
    }
    let (registry, own) = engine_cli::registry(&project);
    for diagnostic in &own {
        within(&project, diagnostic)?;
    }
    let catalogs = Catalogs::default();
    let mut blueprints = Vec::new();
    for pipeline in &project.pipelines {
        for tenant in &project.tenants {
            let (blueprint, found) = compile(&project, &pipeline.name, tenant, &registry, &catalogs);
            for diagnostic in &found {
                within(&project, diagnostic)?;
            }
            blueprints.extend(blueprint.map(Arc::new));
        }
    }
    let mut cases = Cases::new(&project, &registry, &catalogs, &blueprints, None);
    for pipeline in &project.pipelines {
        for diagnostic in &testing::check(&cases.of(pipeline, |_| true)) {
            within(&project, diagnostic)?;
        }
    }
    Ok(())
}

/// Every place of a diagnostic lies inside its file, between characters.
fn within(project: &Project, diagnostic: &Diagnostic) -> Result<(), String> {
    let labels = diagnostic.labels.iter().map(|label| &label.place);
    for place in labels.chain(diagnostic.fix.iter().map(|fix| &fix.place)) {
        let Some(text) = project.texts.get(&place.file) else { continue };
        if text.text().get(place.start..place.end).is_none() {
            return Err(format!("{} has a place outside of `{}`: {place:?}", diagnostic.code, place.file));
        }
    }
    Ok(())
}
