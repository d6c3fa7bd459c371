//! Works on some records alone, by the source's keys. The cursor stays where it is.

use super::{Job, Step};
use crate::{error::RunError, records::Records};
use engine_contract::SourceRecord;
use std::collections::{BTreeMap, BTreeSet};

impl Job<'_> {
    pub(super) async fn only(&self, records: &Records) -> Result<(), RunError> {
        match records {
            Records::Now(keys) => self.asked(keys).await,
            Records::AsOfRun(kept) => self.kept(kept).await,
            Records::Made(made) => self.take_back(made).await,
        }
    }

    /// Fetches records as they are in the source now.
    async fn asked(&self, keys: &BTreeMap<String, Vec<String>>) -> Result<(), RunError> {
        let mut seen = BTreeSet::new();
        let of_entities = self.entities.iter().filter_map(|(entity, _)| keys.get(&entity.name)).flatten();
        let asked: Vec<String> = of_entities.filter(|key| seen.insert(key.as_str())).cloned().collect();
        for asked in asked.chunks(self.work.options.batch_records) {
            self.check_cancel()?;
            self.look_again(asked).await?;
        }
        Ok(())
    }

    /// Takes records as they were kept, each through its own entity alone: others may know a newer one.
    async fn kept(&self, kept: &BTreeMap<String, Vec<SourceRecord>>) -> Result<(), RunError> {
        for index in 0..self.entities.len() {
            let own = self.entities.get(index).and_then(|(entity, _)| kept.get(&entity.name));
            for records in own.map_or(&[][..], Vec::as_slice).chunks(self.work.options.batch_records) {
                self.check_cancel()?;
                let step = Step { records, broken: &[], asked: &[], completes: false, cursor: None };
                self.through(index, &step).await?;
            }
        }
        Ok(())
    }
}
