//! The statements that bring the rows of one form into their table.

use super::{
    group::Form,
    table::{Kind, Table, quote, quote_all},
};

/// Where rows wait: a table of the transaction.
const STAGE: &str = "pg_temp._engine_stage";

/// What is asked of the server for the rows of one form.
pub(super) struct Merge {
    /// Makes the staging table; its types have all modifiers, so that what does not fit fails on its line.
    pub(super) stage: String,
    pub(super) copy: String,
    /// Answers `c` or `u` for each row, in their order, as far as this can be told before the rows are put.
    pub(super) foretell: Option<String>,
    /// Puts the rows. Without `foretell` it answers `c` or `u` for each.
    pub(super) put: Vec<String>,
}

impl Merge {
    pub(super) fn of(table: &Table, form: &Form) -> Self {
        let columns = form.columns.iter().filter_map(|name| table.column(name));
        let columns: Vec<String> =
            columns.map(|column| format!("{} {}", quote(&column.name), column.declared)).collect();
        let names = quote_all(&form.columns);
        let is_partial = table.columns.iter().any(|column| {
            column.is_not_null
                && !column.has_default
                && !column.is_generated
                && !form.columns.contains(&column.name)
        });
        let foretell = is_partial || table.kind != Kind::Table;
        let insert = format!("INSERT INTO {} ({names}) SELECT {names} FROM {STAGE} s", table.sql());
        let upsert =
            format!("{insert} ON CONFLICT ({}) DO UPDATE SET {}", quote_all(&form.match_on), excluded(form));
        let put = if is_partial {
            // An insert of such a row is refused before the server sees that the row is there.
            let missing = format!("{insert} WHERE NOT {}", exists(table, form));
            update(table, form).into_iter().chain([missing]).collect()
        } else if foretell {
            vec![upsert]
        } else {
            // The new version of a row that was there is locked by this transaction, one that was not by nobody.
            vec![format!(
                "WITH put AS ({upsert} RETURNING xmax = 0 AS is_new) \
                 SELECT coalesce(string_agg(CASE WHEN is_new THEN 'c' ELSE 'u' END, ''), '') FROM put"
            )]
        };
        Self {
            stage: format!("CREATE TEMP TABLE _engine_stage ({}) ON COMMIT DROP", columns.join(", ")),
            copy: format!("COPY {STAGE} FROM STDIN"),
            foretell: foretell.then(|| {
                format!(
                    "SELECT coalesce(string_agg(CASE WHEN {} THEN 'u' ELSE 'c' END, ''), '') FROM {STAGE} s",
                    exists(table, form)
                )
            }),
            put,
        }
    }
}

/// Changes the row under an old natural key, whose texts are the parameters; answers how many there were.
pub(super) fn moving(table: &Table, form: &Form) -> String {
    let sets = form.columns.iter().map(|name| format!("{0} = s.{0}", quote(name)));
    let terms = form.match_on.iter().filter_map(|name| table.column(name)).enumerate();
    let terms = terms.map(|(index, column)| format!("t.{}", column.equals(index + 1)));
    format!(
        "WITH moved AS (UPDATE {} t SET {} FROM {STAGE} s WHERE {} RETURNING 1) SELECT count(*) FROM moved",
        table.sql(),
        sets.collect::<Vec<_>>().join(", "),
        terms.collect::<Vec<_>>().join(" AND ")
    )
}

/// Deletes the rows whose natural keys are in the parameters, one array of texts for each match column.
pub(super) fn deleting(table: &Table, match_on: &[String]) -> String {
    let (arrays, names, terms) = keyed(table, match_on);
    format!(
        "DELETE FROM {} t USING unnest({}) k ({}) WHERE {}",
        table.sql(),
        arrays.join(", "),
        names.join(", "),
        terms.join(" AND ")
    )
}

/// Changes the rows whose natural keys are in the parameters; behind these there is one array for each column of the form.
pub(super) fn marking(table: &Table, form: &Form) -> String {
    let (mut arrays, mut names, terms) = keyed(table, &form.match_on);
    let mut sets = Vec::new();
    for (index, column) in form.columns.iter().filter_map(|name| table.column(name)).enumerate() {
        arrays.push(format!("${}::text[]", arrays.len() + 1));
        names.push(format!("v{index}"));
        sets.push(format!("{} = k.v{index}::{}", quote(&column.name), column.cast));
    }
    format!(
        "UPDATE {} t SET {} FROM unnest({}) k ({}) WHERE {}",
        table.sql(),
        sets.join(", "),
        arrays.join(", "),
        names.join(", "),
        terms.join(" AND ")
    )
}

/// The arrays of the parameters, the names of their values, and how rows are found by these.
fn keyed(table: &Table, match_on: &[String]) -> (Vec<String>, Vec<String>, Vec<String>) {
    let columns = match_on.iter().filter_map(|name| table.column(name)).enumerate();
    let (mut arrays, mut names, mut terms) = (Vec::new(), Vec::new(), Vec::new());
    for (index, column) in columns {
        arrays.push(format!("${}::text[]", index + 1));
        names.push(format!("k{index}"));
        terms.push(format!("t.{} = k.k{index}::{}", quote(&column.name), column.cast));
    }
    (arrays, names, terms)
}

/// Whether the table has the row that `s` stands for.
fn exists(table: &Table, form: &Form) -> String {
    let terms = form.match_on.iter().map(|name| format!("t.{0} = s.{0}", quote(name)));
    format!("EXISTS (SELECT FROM {} t WHERE {})", table.sql(), terms.collect::<Vec<_>>().join(" AND "))
}

fn update(table: &Table, form: &Form) -> Option<String> {
    let others = form.columns.iter().filter(|name| !form.match_on.contains(name));
    let sets: Vec<String> = others.map(|name| format!("{0} = s.{0}", quote(name))).collect();
    let terms = form.match_on.iter().map(|name| format!("t.{0} = s.{0}", quote(name)));
    (!sets.is_empty()).then(|| {
        format!(
            "UPDATE {} t SET {} FROM {STAGE} s WHERE {}",
            table.sql(),
            sets.join(", "),
            terms.collect::<Vec<_>>().join(" AND ")
        )
    })
}

/// With nothing but the key, the key is set to itself, so that the row is answered.
fn excluded(form: &Form) -> String {
    let others: Vec<&String> = form.columns.iter().filter(|name| !form.match_on.contains(name)).collect();
    let set = if others.is_empty() { form.match_on.iter().take(1).collect() } else { others };
    set.into_iter().map(|name| format!("{0} = excluded.{0}", quote(name))).collect::<Vec<_>>().join(", ")
}
