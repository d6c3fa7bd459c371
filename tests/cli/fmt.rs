//! `engine fmt`: one form for every file.

use crate::{assert_outcome, quickstart};

const FILE: &str = "store-to-sqlite.toml";

#[test]
fn files_are_written_in_their_form_and_are_left_alone_then() {
    let project = quickstart();
    drop(project.engine(&["fmt"]).ended(0));
    let formatted = project.read(FILE);
    project.edit(FILE, "id = \"$.id\"\nemail =", "id      =   \"$.id\"   # the key\nemail =");
    let before = project.files();
    assert_outcome!("check", project.engine(&["fmt", "--check"]).ended(1));
    assert_eq!(project.files(), before, "a check writes nothing");
    assert_outcome!("format", project.engine(&["fmt", FILE]).ended(0));
    assert_eq!(
        project.read(FILE),
        formatted.replace("id = \"$.id\"\nemail =", "id = \"$.id\"  # the key\nemail =")
    );
    drop(project.engine(&["fmt", "--check"]).ended(0));
    drop(project.engine(&["test"]).ended(0));
}

#[test]
fn a_file_that_is_no_toml_is_shown_and_left_alone() {
    let project = quickstart();
    project.edit(FILE, "[entity.refund]", "[entity.refund");
    let before = project.read(FILE);
    assert_outcome!(project.engine(&["fmt", FILE]).ended(3));
    assert_eq!(project.read(FILE), before);
}
