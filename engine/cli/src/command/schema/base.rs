//! `engine schema pipeline|project|connections|tenant`: what holds for every file of a kind.

use crate::{exit::Exit, output::Output};
use engine_project::schema::{Kind, base};

pub(super) fn run(kind: Kind, output: &Output) -> Exit {
    let text = serde_json::to_string_pretty(&base(kind)).unwrap_or_default();
    output.result(&text);
    Exit::Done
}
