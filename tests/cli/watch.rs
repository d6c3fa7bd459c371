//! `engine validate --watch`: one answer per change.

use crate::quickstart;

const FILE: &str = "store-to-sqlite.toml";

#[test]
fn each_change_is_checked_once_and_an_interrupt_ends_the_watch() {
    let project = quickstart();
    let mut watch = project.start(&mut project.command(&["validate", "--watch"]));
    assert!(watch.wait_for("0 errors", 1));
    assert!(watch.wait_for("Watching", 1));

    // Saved as editors do: written beside, then put in its place.
    let sound = project.read(FILE);
    project.write("new.tmp", sound.replace("lookup = \"payment\"", "lookup = \"paymnt\""));
    std::fs::rename(project.path("new.tmp"), project.path(FILE)).unwrap();
    assert!(watch.wait_for("1 error", 1));
    assert!(watch.wait_for("Watching", 1));

    // The same file once more, and one that is none of the project's: no change.
    project.write(FILE, project.read(FILE));
    project.write("notes.txt", "remember the milk");
    project.write(FILE, sound);
    assert!(watch.wait_for("0 errors", 1));
    assert!(watch.wait_for("Watching", 1));

    watch.signal("INT");
    let outcome = watch.wait().ended(130);
    assert_eq!(outcome.stderr.matches("Checked").count(), 3, "{}", outcome.stderr);
}

#[test]
fn a_project_that_is_emptied_keeps_its_verdict_until_it_is_back() {
    let project = quickstart();
    let mut watch = project.start(&mut project.command(&["validate", "--watch"]));
    assert!(watch.wait_for("Watching", 1));
    let away = project.path("../").canonicalize().unwrap().join(format!("away-{}", std::process::id()));
    std::fs::create_dir(&away).unwrap();
    let names: Vec<_> =
        std::fs::read_dir(project.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    for name in &names {
        std::fs::rename(project.path("").join(name), away.join(name)).unwrap();
    }
    assert!(watch.wait_for("still holds", 1));
    for name in &names {
        std::fs::rename(away.join(name), project.path("").join(name)).unwrap();
    }
    std::fs::remove_dir(&away).unwrap();
    project.edit(FILE, "lookup = \"payment\"", "lookup = \"paymnt\"");
    assert!(watch.wait_for("1 error", 1));
    watch.signal("TERM");
    drop(watch.wait().ended(143));
}

#[test]
fn a_file_in_a_new_folder_is_found() {
    let project = quickstart();
    let mut watch = project.start(&mut project.command(&["validate", "--watch"]));
    assert!(watch.wait_for("Watching", 1));
    let broken = project
        .read(FILE)
        .replace("name = \"store-to-sqlite\"", "name = \"copy\"")
        .replace("[entity.refund]", "[entity.refund");
    project.write("pipelines/copy.toml", broken);
    assert!(watch.wait_for("1 error", 1));
    watch.signal("INT");
    drop(watch.wait().ended(130));
}
