//! Nothing outside the root is opened, and a source that is gone is an error.

use super::*;
use engine_contract::ErrorKind;

async fn kind(project: &Project, settings: serde_json::Value) -> ErrorKind {
    project.read(settings).await.unwrap_err().kind()
}

#[tokio::test]
async fn a_vanished_source_never_looks_like_an_empty_one() {
    let project = Project::new(&[("a.json", b"[]")]);
    assert_eq!(kind(&project, stream(&["b*.json"])).await, ErrorKind::NotFound);
    assert_eq!(kind(&project, stream(&["gone/*.json"])).await, ErrorKind::NotFound);
    std::fs::remove_dir_all(project.dir.path().join("data")).unwrap();
    let error = project.read(stream(&["a.json"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("root data"), "{error}");
}

#[tokio::test]
async fn globs_cannot_leave_the_root() {
    let project = Project::new(&[("a.json", b"[]")]);
    std::fs::write(project.dir.path().join("secret.json"), b"[{\"id\":1}]").unwrap();
    let absolute = project.dir.path().join("secret.json").display().to_string();
    for glob in ["../secret.json", "x/../../secret.json", &absolute] {
        assert_eq!(kind(&project, stream(&[glob])).await, ErrorKind::Config, "{glob}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn symlinks_that_leave_the_root_are_refused_and_others_followed() {
    use std::os::unix::fs::symlink;
    let project = Project::new(&[("inside.ndjson", b"{\"id\":1}")]);
    let data = project.dir.path().join("data");
    symlink("inside.ndjson", data.join("link.ndjson")).unwrap();
    assert_eq!(project.read(stream(&["link.ndjson"])).await.unwrap().records.len(), 1);

    let secret = project.dir.path().join("secret.ndjson");
    std::fs::write(&secret, b"{\"id\":2}").unwrap();
    symlink(&secret, data.join("absolute.ndjson")).unwrap();
    symlink("../secret.ndjson", data.join("relative.ndjson")).unwrap();
    symlink("..", data.join("up")).unwrap();
    for glob in ["absolute.ndjson", "relative.ndjson", "up/secret.ndjson"] {
        assert_eq!(kind(&project, stream(&[glob])).await, ErrorKind::Forbidden, "{glob}");
    }
    assert_eq!(project.read(stream(&["**/inside.ndjson"])).await.unwrap().records.len(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_root_that_everyone_can_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(&[("a.json", b"[]")]);
    let everyone = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(project.dir.path().join("data"), everyone).unwrap();
    assert_eq!(kind(&project, stream(&["a.json"])).await, ErrorKind::Forbidden);
}

#[tokio::test]
async fn a_star_stays_in_its_folder_and_two_do_not() {
    let project =
        Project::new(&[("a.json", b"[]"), ("x/b.json", b"{\"id\":1}"), ("x/y/c.json", b"{\"id\":2}")]);
    let count = async |glob| project.read(stream(&[glob])).await.map(|batch| batch.records.len()).ok();
    assert_eq!(count("*.json").await, Some(0));
    assert_eq!(count("x/*.json").await, Some(1));
    assert_eq!(count("*/*.json").await, Some(1));
    assert_eq!(count("x/**/*.json").await, Some(2));
    assert_eq!(count("./**/{b,c}.json").await, Some(2));
}

#[tokio::test]
async fn wrong_settings_and_options_are_refused_by_name() {
    let project = Project::new(&[("a.json", b"[]"), ("a.txt", b"")]);
    for settings in [
        serde_json::json!({ "files": ["*"], "key": ["id"], "colour": 1 }),
        serde_json::json!({ "files": ["*"], "key": [] }),
        serde_json::json!({ "files": [], "key": ["id"] }),
        serde_json::json!({ "files": ["*"], "key": ["id"], "delimiter": ";;" }),
        serde_json::json!({ "files": ["*.txt"], "key": ["id"] }),
    ] {
        assert_eq!(kind(&project, settings).await, ErrorKind::Config);
    }
    let source = project.open(stream(&["a.json"])).await.unwrap();
    let options: Map = [("sheet".to_owned(), 1.into())].into_iter().collect();
    let request = ReadRequest { options, ..request() };
    let error = source.read(&project.context(), &request).await.unwrap_err();
    assert!(error.message().contains("`sheet`"), "{error}");
}
