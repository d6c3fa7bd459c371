//! The target of a dry run: everything succeeds, nothing is sent.

use async_trait::async_trait;
use bytes::Bytes;
use engine_contract::{
    Applied, Change, Context, Current, Encode, EntitySchema, Lookup, Op, Outcome, Result, Target, Write,
};

/// Answers writes with placeholder ids; reads go to the real target.
pub(crate) struct DryTarget(pub(crate) Box<dyn Target>);

#[async_trait]
impl Target for DryTarget {
    async fn schema(&self, context: &Context, object: &str) -> Result<EntitySchema> {
        self.0.schema(context, object).await
    }

    fn encode(&self, encode: &Encode<'_>) -> Result<Bytes> {
        self.0.encode(encode)
    }

    fn identify(&self, encode: &Encode<'_>) -> Option<String> {
        self.0.identify(encode)
    }

    async fn write(&self, _context: &Context, writes: &[Write]) -> Result<Vec<(String, Outcome)>> {
        let answer = |write: &Write| {
            let change = match write.op {
                Op::Create => Change::Created,
                Op::Update => Change::Updated,
                Op::Delete => Change::Deleted,
            };
            // No reference may take it for an id of the target.
            let target_id =
                write.target_id.clone().unwrap_or_else(|| format!("(new {} {})", write.object, write.id));
            (write.id.clone(), Outcome::Applied(Applied { target_id, token: write.token.clone(), change }))
        };
        Ok(writes.iter().map(answer).collect())
    }

    async fn lookup(&self, context: &Context, lookups: &[Lookup]) -> Result<Vec<(String, Vec<Current>)>> {
        self.0.lookup(context, lookups).await
    }

    async fn read_back(
        &self,
        context: &Context,
        object: &str,
        match_on: &[String],
        ids: &[String],
    ) -> Result<Vec<Current>> {
        self.0.read_back(context, object, match_on, ids).await
    }
}
