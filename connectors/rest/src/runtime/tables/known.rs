//! The tables of a connection, asked for once.

use super::openapi;
use crate::{
    manifest::TablesTable,
    runtime::{
        query::Query,
        service::{Call, Service},
    },
};
use engine_contract::{
    ConnectorError, Context, Discovery, EntitySchema, ErrorKind, FieldType, Result, Retry,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// What a connection has, and how it is spoken to.
pub(super) struct Tables {
    pub(super) service: Arc<Service>,
    pub(super) rules: TablesTable,
    /// What was told, for the life of the connection.
    known: Mutex<Option<Arc<Discovery>>>,
}

impl Tables {
    pub(super) fn new(service: Arc<Service>, rules: TablesTable) -> Self {
        Self { service, rules, known: Mutex::new(None) }
    }

    /// The longest time a row may stay hidden.
    pub(super) fn lag(&self) -> Duration {
        Duration::from_secs(self.rules.visibility_lag_seconds)
    }

    /// All tables of the schema.
    ///
    /// # Errors
    /// When the service cannot be asked, and `Forbidden` when it does not tell its tables to these credentials.
    pub(super) async fn all(&self, context: &Context) -> Result<Arc<Discovery>> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref() {
            return Ok(Arc::clone(known));
        }
        let answer = self.service.send(context, Call::get("", Query::new())).await?;
        if let Some(verdict) = self.service.judge(&answer) {
            return Err(verdict.error);
        }
        let body = answer.body.as_ref().ok_or_else(|| answer.unreadable())?;
        let all = openapi::read(&body.as_bytes(), self.lag()).map_err(|error| {
            let message = "the service does not describe its tables as PostgREST does";
            ConnectorError::new(ErrorKind::Protocol, message).with_retry(Retry::Soon).with_source(error)
        })?;
        let all = Arc::new(all);
        *known = Some(Arc::clone(&all));
        Ok(all)
    }

    /// A table that can be read.
    pub(super) async fn stream(&self, context: &Context, name: &str) -> Result<Stream> {
        let all = self.all(context).await?;
        let schema = all.stream_schemas.iter().find(|schema| schema.name == name).cloned();
        match schema {
            Some(schema) => Ok(Stream { schema }),
            None if all.objects.iter().any(|schema| schema.name == name) => {
                let message = "the table has no primary key, without which its rows cannot be told apart";
                Err(ConnectorError::new(ErrorKind::Config, message).with_context("table", name))
            }
            None => Err(Self::missing(name)),
        }
    }

    /// The columns of a table that can be written; only its name where the service tells its tables to nobody with
    /// these credentials.
    pub(super) async fn object(&self, context: &Context, name: &str) -> Result<EntitySchema> {
        match self.all(context).await {
            Ok(all) => {
                let found = all.objects.iter().find(|schema| schema.name == name).cloned();
                found.ok_or_else(|| Self::missing(name))
            }
            Err(error) if error.kind() == ErrorKind::Forbidden => {
                tracing::warn!(table = name, "its columns are not checked: {error}");
                Ok(EntitySchema { name: name.to_owned(), ..EntitySchema::default() })
            }
            Err(error) => Err(error),
        }
    }

    fn missing(name: &str) -> ConnectorError {
        let message = "the service shows no such table: it is not there, its schema is not exposed, or nothing of it is \
                       granted to the role of the key";
        ConnectorError::new(ErrorKind::NotFound, message).with_context("table", name)
    }
}

/// A table that can be read.
pub(super) struct Stream {
    pub(super) schema: EntitySchema,
}

impl Stream {
    /// The columns that put the table in an order: the cursor, then the key.
    pub(super) fn order(&self, cursor: Option<&str>) -> Result<Vec<String>> {
        let kind = cursor.map(|name| self.schema.field(name).map(|field| field.kind));
        if kind.is_some_and(|kind| kind != Some(FieldType::Timestamp)) {
            let message = "a cursor is a column with a date and time";
            return Err(ConnectorError::new(ErrorKind::Config, message)
                .with_context("table", self.schema.name.clone())
                .with_context("column", cursor.unwrap_or_default()));
        }
        let others = self.schema.key.iter().filter(|name| Some(name.as_str()) != cursor).cloned();
        Ok(cursor.map(str::to_owned).into_iter().chain(others).collect())
    }
}
