//! The target of a dry run: everything succeeds, nothing is sent.

use async_trait::async_trait;
use bytes::Bytes;
use engine_contract::{
    Applied, Change, Context, Current, Encode, EntitySchema, Field, Lookup, Map, Op, Outcome, Result, Target,
    Write,
};
use std::sync::atomic::{AtomicI64, Ordering};

/// Answers writes with placeholder ids; reads go to the real target.
pub(crate) struct DryTarget {
    target: Box<dyn Target>,
    /// Placeholder ids count down from -1: they fit numeric columns, and no object has them.
    placeholders: AtomicI64,
}

impl DryTarget {
    pub(crate) fn new(target: Box<dyn Target>) -> Self {
        Self { target, placeholders: AtomicI64::new(0) }
    }
}

#[async_trait]
impl Target for DryTarget {
    async fn schema(&self, context: &Context, object: &str) -> Result<EntitySchema> {
        self.target.schema(context, object).await
    }

    fn statements(&self, wanted: &EntitySchema) -> Vec<String> {
        self.target.statements(wanted)
    }

    /// Nothing is made: what would be has been told.
    async fn create(&self, _context: &Context, _wanted: &EntitySchema) -> Result<()> {
        Ok(())
    }

    fn adding(&self, object: &str, field: &Field) -> Option<String> {
        self.target.adding(object, field)
    }

    fn encode(&self, encode: &Encode<'_>) -> Result<Bytes> {
        self.target.encode(encode)
    }

    fn identify(&self, encode: &Encode<'_>) -> Option<String> {
        self.target.identify(encode)
    }

    fn renamed(&self, object: &str, payload: &Bytes, suffix: &str) -> Option<Bytes> {
        self.target.renamed(object, payload, suffix)
    }

    async fn write(&self, _context: &Context, writes: &[Write]) -> Result<Vec<(String, Outcome)>> {
        let answer = |write: &Write| {
            let change = match write.op {
                Op::Create => Change::Created,
                Op::Update => Change::Updated,
                Op::Delete | Op::Void | Op::Deactivate | Op::SoftDelete => Change::Deleted,
            };
            let placeholder = || (self.placeholders.fetch_sub(1, Ordering::Relaxed) - 1).to_string();
            let target_id = write.target_id.clone().unwrap_or_else(placeholder);
            (write.id.clone(), Outcome::Applied(Applied { target_id, token: write.token.clone(), change }))
        };
        Ok(writes.iter().map(answer).collect())
    }

    async fn lookup(&self, context: &Context, lookups: &[Lookup]) -> Result<Vec<(String, Vec<Current>)>> {
        self.target.lookup(context, lookups).await
    }

    async fn find(
        &self,
        context: &Context,
        object: &str,
        by: &str,
        values: &[String],
    ) -> Result<Vec<(String, Vec<String>)>> {
        self.target.find(context, object, by, values).await
    }

    async fn matches(
        &self,
        context: &Context,
        object: &str,
        match_on: &[String],
        wanted: &[Map],
    ) -> Result<Vec<Vec<Current>>> {
        self.target.matches(context, object, match_on, wanted).await
    }

    async fn namesakes(&self, context: &Context, object: &str, payload: &Bytes) -> Result<Vec<Current>> {
        self.target.namesakes(context, object, payload).await
    }

    async fn read_back(
        &self,
        context: &Context,
        object: &str,
        match_on: &[String],
        ids: &[String],
    ) -> Result<Vec<Current>> {
        self.target.read_back(context, object, match_on, ids).await
    }
}
