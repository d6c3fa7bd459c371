//! `engine init`: the first minute.

use crate::{ENGINE, assert_outcome};
use kit::Project;

#[test]
fn init_writes_a_project_that_tests_and_runs_at_once() {
    let project = Project::empty(ENGINE);
    assert_outcome!("init", project.engine(&["init", "shop"]).ended(0));
    assert_outcome!("test", project.engine(&["test", "-C", "shop"]).ended(0));
    assert_outcome!("run", project.engine(&["run", "shop"]).ended(0));
}

#[test]
fn init_in_a_folder_with_files_of_the_same_name_writes_nothing() {
    let project = Project::empty(ENGINE);
    project.write("schema.sql", "-- mine");
    let before = project.files();
    assert_outcome!("refused", project.engine(&["init"]).ended(1));
    assert_eq!(project.files(), before);

    assert_outcome!("forced", project.engine(&["init", "--force"]).ended(0));
    assert!(project.read("schema.sql").contains("CREATE TABLE orders"));
}

#[test]
fn init_tells_programs_which_files_it_made() {
    let project = Project::empty(ENGINE);
    let outcome = project.engine(&["init", "--format", "json"]).ended(0);
    let created = outcome.json();
    for path in created.get("created").and_then(|paths| paths.as_array()).unwrap() {
        assert!(project.path(path.as_str().unwrap()).is_file(), "{path}");
    }
    assert_outcome!(outcome);
}
