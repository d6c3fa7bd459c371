//! From a request to its answer: the gateway, what is asked, the statement, the transaction.

use super::{
    database::{Action, Database, Outcome, Session, Statement},
    error::{DatabaseError, Refusal},
    gateway::{self, Caller},
    openapi, plan,
    reply::Reply,
    request::{Call, Resource, media::Media},
    settings::Settings,
    tables::table::{Privilege, Role, Table},
};
use crate::Emulator;
use bytes::Bytes;
use http::Method;
use jiff::Timestamp;

/// A project of Supabase: its Data API over a database.
pub struct Supabase<D> {
    settings: Settings,
    database: D,
}

impl<D> Supabase<D> {
    /// A project over a database.
    pub fn new(settings: Settings, database: D) -> Self {
        Self { settings, database }
    }

    /// The database itself.
    pub fn database(&self) -> &D {
        &self.database
    }
}

#[expect(private_bounds, reason = "the databases that there are stand in this module")]
impl<D: Database> Supabase<D> {
    fn answer(&mut self, request: &http::Request<Bytes>, now: Timestamp) -> Result<Reply, Refusal> {
        let query = request.uri().query().unwrap_or_default();
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let (keys, pairs): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "apikey");
        let key = keys.first().map(|(_, key)| key.as_str());
        if request.method() == Method::OPTIONS {
            return Ok(preflight());
        }
        let caller = gateway::caller(&self.settings, request.headers(), key, now)?;
        let call = Call::read(request, &pairs, &self.settings)?;
        match &call.resource {
            Resource::Root => self.describe(&call, &caller),
            Resource::Function(name) => Err(Refusal::new(
                404,
                "PGRST202",
                format!("Could not find the function {}.{name} in the schema cache", call.schema),
            )
            .details("the emulator lacks functions")),
            Resource::Table(name) => {
                let media = Media::read(request.headers())?;
                let table = plan::table(self.database.tables(), &call.schema, name)?;
                let has_key = !plan::conflict_columns(&call, table).is_empty();
                let statement = plan::statement(&call, table, media, self.settings.max_rows)?;
                let session = Session { caller, now };
                let outcome = self.transact(&call, &statement, &session)?;
                Ok(Reply::of(&call, &statement, outcome, has_key))
            }
        }
    }

    /// Since April 2026 only with a secret key.
    fn describe(&self, call: &Call, caller: &Caller) -> Result<Reply, Refusal> {
        if caller.role != Role::Service {
            let hint = "Accessing the schema via the Data API is only allowed using a secret API key.";
            return Err(Refusal::gateway("Access to schema is forbidden", hint));
        }
        let is_visible = |table: &&Table| {
            table.schema == call.schema && Privilege::ALL.iter().any(|what| table.allows(caller.role, *what))
        };
        let document = openapi::document(self.database.tables().all().iter().filter(is_visible));
        let reply = Reply::new(200, "application/openapi+json; charset=utf-8", document.to_string());
        Ok(if call.names_schema { reply.header("content-profile", call.schema.clone()) } else { reply })
    }

    fn transact(
        &mut self,
        call: &Call,
        statement: &Statement,
        session: &Session,
    ) -> Result<Outcome, Refusal> {
        let is_anonymous = session.caller.is_anonymous();
        let refused =
            |error: DatabaseError| Refusal::database(explained(error, statement, session), is_anonymous);
        let outcome = self.database.execute(statement, session).map_err(refused)?;
        let checked = check(call, statement, &outcome);
        self.database.end(checked.is_ok()).map_err(refused)?;
        checked.map(|()| outcome)
    }
}

/// What undoes a transaction after all.
fn check(call: &Call, statement: &Statement, outcome: &Outcome) -> Result<(), Refusal> {
    if matches!(&statement.action, Action::Insert { put, .. } if !put.is_empty()) {
        let message = "Payload values do not match URL in primary key column(s)";
        return if outcome.rows == 1 { Ok(()) } else { Err(Refusal::new(400, "PGRST115", message)) };
    }
    let wants_one = matches!(statement.shows, super::database::Shows::Rows(media) if media.is_object());
    if wants_one && outcome.rows != 1 {
        let message = "Cannot coerce the result to a single JSON object";
        return Err(Refusal::new(406, "PGRST116", message)
            .details(format!("The result contains {} rows", outcome.rows)));
    }
    let is_limited = matches!(statement.action, Action::Update { .. } | Action::Delete { .. });
    match call.preferences.limit_of_rows() {
        Some(limit) if is_limited && outcome.rows > limit => {
            let message = "Query result exceeds max-affected preference constraint";
            let details = format!("The query affects {} rows", outcome.rows);
            Err(Refusal::new(400, "PGRST124", message).details(details))
        }
        _ => Ok(()),
    }
}

/// Supabase says how to grant what is missing.
fn explained(error: DatabaseError, statement: &Statement, session: &Session) -> DatabaseError {
    if error.sqlstate != "42501" || !error.message.starts_with("permission denied for table") {
        return error;
    }
    let privilege = match statement.action {
        Action::Read { .. } => Privilege::Select,
        Action::Insert { .. } => Privilege::Insert,
        Action::Update { .. } => Privilege::Update,
        Action::Delete { .. } => Privilege::Delete,
    };
    let (schema, table, role) = (&statement.schema, &statement.table, session.caller.role.name());
    let hint = format!(
        "Grant the required privileges to the current role with: GRANT {} ON {schema}.{table} TO {role};",
        privilege.sql()
    );
    error.hint(hint)
}

fn preflight() -> Reply {
    Reply::empty(200)
        .header("access-control-allow-origin", "*")
        .header("allow", "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE")
}

impl<D: Database> Emulator for Supabase<D> {
    fn handle(&mut self, request: &http::Request<Bytes>, now: Timestamp) -> http::Response<Bytes> {
        let mut response =
            self.answer(request, now).unwrap_or_else(Reply::from).into_response(request.method());
        // The gateway tells its time (RFC 9110, 6.6.1).
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
        if let Some(date) = date.ok().and_then(|date| http::HeaderValue::from_str(&date).ok()) {
            response.headers_mut().insert(http::header::DATE, date);
        }
        response
    }
}
