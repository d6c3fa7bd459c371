//! Which mappings of a project its tests run.

use engine_plan::testing::{Case, Coverage, Uncovered};
use std::{collections::BTreeMap, fmt};

/// The mappings of all pipelines that have tests.
#[derive(Default)]
pub(super) struct Covered {
    pub(super) run: usize,
    pub(super) total: usize,
    /// By pipeline.
    pub(super) uncovered: Vec<(String, Uncovered)>,
}

impl fmt::Display for Covered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mappings covered {}/{}", self.run, self.total)
    }
}

/// Counts what the tests run. Blueprints of one pipeline for several tenants have the same mappings.
pub(super) fn coverage(cases: &[Case<'_>]) -> Covered {
    let mut pipelines: BTreeMap<&str, Coverage> = BTreeMap::new();
    for case in cases {
        let Ok(built) = &case.built else { continue };
        let coverage = if let Some(known) = pipelines.get_mut(case.pipeline.name.as_str()) {
            known
        } else {
            let Ok(new) = Coverage::new(&built.blueprint) else { continue };
            pipelines.entry(&case.pipeline.name).or_insert(new)
        };
        coverage.add(case.test);
    }
    let mut all = Covered::default();
    for (pipeline, coverage) in pipelines {
        let (run, total, uncovered) = coverage.report();
        all.run += run;
        all.total += total;
        all.uncovered.extend(uncovered.into_iter().map(|one| (pipeline.to_owned(), one)));
    }
    all
}
