use super::Home;
use crate::state::table::TABLES;
use std::collections::BTreeSet;

/// Columns and tables that copies leave out, and why: the order of runs of one moment is given anew, data keys are copied
/// unwrapped, and `meta` tells of the database itself.
const LEFT_OUT: [&str; 6] =
    ["run number", "data_key purpose", "data_key master", "data_key wrapped", "meta name", "meta value"];

pub(super) fn copies_have_every_column(home: &Home) {
    drop(home.open());
    let of_table = |table: &'static crate::state::table::Table| {
        table.columns.iter().map(|(column, _)| format!("{} {column}", table.name))
    };
    let copied: BTreeSet<String> = TABLES.into_iter().flat_map(of_table).collect();
    let mut there = home.columns();
    there.retain(|column| !LEFT_OUT.contains(&column.as_str()));
    assert_eq!(there, copied);
}
