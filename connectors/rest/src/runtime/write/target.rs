//! The target of a described connector.

use super::{
    batch, compare, encode,
    exists::{self, Known},
    recognise, recover, search, send,
};
use crate::runtime::{
    read::{self, Narrow},
    service::Service,
};
use bytes::Bytes;
use engine_contract::{
    Access, ConnectorError, Context, Current, Encode, EntitySchema, ErrorKind, Lookup, Map, MarkedPage,
    Outcome, Result, Target, Value, Write, async_trait,
};
use futures::{StreamExt, stream};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Writes the objects of one connection.
pub(crate) struct RestTarget {
    service: Arc<Service>,
    access: Access,
    /// How many writes are sent at once.
    at_once: usize,
    /// Held while an object is written whose kind takes one write at a time. QuickBooks asks for that for lists
    /// of names: two at once fail or lock each other.
    one_at_a_time: Mutex<()>,
    /// What objects name, and was found.
    known: Known,
}

impl RestTarget {
    pub(crate) fn new(service: Arc<Service>, access: Access, at_once: usize) -> Self {
        Self { service, access, at_once, one_at_a_time: Mutex::new(()), known: Known::default() }
    }

    /// What goes in batches, and what goes alone.
    async fn together<'a>(
        &self,
        context: &Context,
        writes: &'a [Write],
    ) -> Result<(Vec<(String, Outcome)>, Vec<&'a Write>)> {
        let Some(first) = writes.first().filter(|_| writes.len() > 1) else {
            return Ok((Vec::new(), writes.iter().collect()));
        };
        let is_serial = self.service.catalog.write(&first.object)?.serial.unwrap_or_default();
        let _turn = if is_serial { Some(self.one_at_a_time.lock().await) } else { None };
        batch::send(&self.service, context, writes).await
    }

    async fn answered(&self, context: &Context, write: &Write) -> (String, Result<Outcome>) {
        (write.id.clone(), self.one(context, write).await)
    }

    async fn one(&self, context: &Context, write: &Write) -> Result<Outcome> {
        let is_serial = self.service.catalog.write(&write.object)?.serial.unwrap_or_default();
        if is_serial {
            let _turn = self.one_at_a_time.lock().await;
            return send::send(&self.service, context, write).await;
        }
        send::send(&self.service, context, write).await
    }
}

#[async_trait]
impl Target for RestTarget {
    async fn schema(&self, _: &Context, object: &str) -> Result<EntitySchema> {
        self.service.catalog.schema(object).cloned()
    }

    fn encode(&self, encode: &Encode<'_>) -> Result<Bytes> {
        encode::encode(&self.service.catalog, encode)
    }

    async fn write(&self, context: &Context, writes: &[Write]) -> Result<Vec<(String, Outcome)>> {
        if self.access == Access::Read {
            return Err(ConnectorError::new(
                ErrorKind::Unsupported,
                "the connection is open for reading only",
            ));
        }
        let refused = exists::refused(&self.service, context, &self.known, writes).await?;
        let is_refused = |write: &&Write| refused.iter().any(|(id, _)| *id == write.id);
        let rest: Vec<Write>;
        let writes = if refused.is_empty() {
            writes
        } else {
            rest = writes.iter().filter(|write| !is_refused(write)).cloned().collect();
            &rest
        };
        let (mut outcomes, alone) = self.together(context, writes).await?;
        let sends: Vec<_> = alone.into_iter().map(|write| self.answered(context, write)).collect();
        let mut sends = stream::iter(sends).buffer_unordered(self.at_once);
        let mut failed = Vec::new();
        while let Some((id, outcome)) = sends.next().await {
            match outcome {
                Ok(outcome) => outcomes.push((id, outcome)),
                Err(error) => failed.push((id, error)),
            }
        }
        if outcomes.is_empty()
            && let Some((_, error)) = failed.pop()
        {
            return Err(error);
        }
        // Others of the call were sent: these are answered for themselves.
        outcomes.extend(failed.into_iter().map(|(id, error)| (id, Outcome::NotApplied(error))));
        outcomes.extend(refused);
        Ok(outcomes)
    }

    fn write_batch_max(&self, object: &str) -> Option<usize> {
        Some(self.service.catalog.write(object).ok()?.batch.as_ref()?.max)
    }

    async fn lookup(&self, context: &Context, lookups: &[Lookup]) -> Result<Vec<(String, Vec<Current>)>> {
        recover::lookup(&self.service, context, lookups).await
    }

    async fn find(
        &self,
        context: &Context,
        object: &str,
        by: &str,
        values: &[String],
    ) -> Result<Vec<(String, Vec<String>)>> {
        search::find(&self.service, context, (object, by), values).await
    }

    fn compared(&self, object: &str, _: &Map, payload: &Bytes, current: Value) -> (Map, Value) {
        compare::compared(&self.service.catalog, object, payload, current)
    }

    fn renamed(&self, object: &str, payload: &Bytes, suffix: &str) -> Option<Bytes> {
        encode::renamed(&self.service.catalog, object, payload, suffix)
    }

    async fn matches(
        &self,
        context: &Context,
        object: &str,
        match_on: &[String],
        wanted: &[Map],
    ) -> Result<Vec<Vec<Current>>> {
        search::matches(&self.service, context, (object, match_on), wanted).await
    }

    async fn namesakes(&self, context: &Context, object: &str, payload: &Bytes) -> Result<Vec<Current>> {
        let Some(name) = self.service.catalog.object(object)?.name.clone() else {
            let message = format!("`{object}` has no name by which it could be found");
            return Err(ConnectorError::new(ErrorKind::Unsupported, message));
        };
        let wanted = [encode::decode(payload)];
        let found = search::matches(&self.service, context, (object, &[name]), &wanted).await?;
        Ok(found.into_iter().next().unwrap_or_default())
    }

    fn carries_marker(&self, object: &str) -> bool {
        recognise::carries_marker(&self.service, object)
    }

    fn marker_in(&self, object: &str, fields: &Value) -> Option<String> {
        recognise::marker_in(&self.service, object, fields)
    }

    async fn marked(&self, context: &Context, object: &str, resume: Option<&str>) -> Result<MarkedPage> {
        recognise::marked(&self.service, context, (object, resume)).await
    }

    async fn alike(&self, context: &Context, object: &str, payloads: &[Bytes]) -> Result<Vec<Vec<Current>>> {
        recognise::alike(&self.service, context, (object, payloads)).await
    }

    async fn read_back(
        &self,
        context: &Context,
        object: &str,
        _: &[String],
        ids: &[String],
    ) -> Result<Vec<Current>> {
        let table = self.service.catalog.write(object)?;
        let stream = self.service.catalog.listing(object)?;
        let rows = read::fetch(&self.service, context, stream, ids, &Narrow::default()).await?;
        Ok(rows.iter().map(|row| recover::current(table, row)).collect())
    }
}
