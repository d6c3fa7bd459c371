//! Tables behind PostgREST: streams and objects that no file lists.
//!
//! - [`known`] asks the service once what tables there are; [`openapi`] reads its answer.
//! - [`source`] reads by keys that only grow ([`place`]). The service cuts answers at a number of rows that it does not
//!   tell (`max-rows`), so that nothing but an empty page ends a table.
//! - [`target`] writes. One request is one statement, all of it or nothing: [`sort`] puts rows together that can go
//!   together, [`put`] sends them, and takes a refused request apart until the row that is at fault stands alone.
//!
//! Values stand in filters within quotes that they cannot end ([`filter`]). Of refusals only code and names are shown:
//! `details` and `hint` hold values of rows, and are never read.

mod filter;
mod key;
mod known;
mod openapi;
mod place;
mod put;
mod remove;
mod rows;
mod sort;
mod source;
mod target;

use super::service::Service;
use crate::manifest::{TablesKind, TablesTable};
use engine_contract::{Access, Capabilities, Connection, Context, Discovery, Result};
use known::Tables;
use source::TableSource;
use std::sync::Arc;
use target::TableTarget;

/// A connection over a service. Reaches out for nothing.
pub(super) fn open(
    service: Arc<Service>,
    rules: &TablesTable,
    access: Access,
    capabilities: &Capabilities,
) -> Connection {
    let TablesKind::Postgrest = rules.kind;
    let capabilities = Capabilities { write_batch_max: rules.write_rows, ..capabilities.clone() };
    let tables = Arc::new(Tables::new(service, rules.clone()));
    Connection {
        capabilities,
        source: Some(Box::new(TableSource::new(Arc::clone(&tables)))),
        target: Some(Box::new(TableTarget::new(tables, access))),
    }
}

/// What a connection has, asked of the service.
pub(super) async fn discover(
    service: Arc<Service>,
    rules: &TablesTable,
    context: &Context,
) -> Result<Discovery> {
    let tables = Tables::new(service, rules.clone());
    Ok((*tables.all(context).await?).clone())
}
