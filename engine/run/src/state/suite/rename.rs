use super::{
    Home,
    sample::{failed, intent as intent_of, lease, link, record, scope, wait as block_on},
};
use crate::{
    key::GroupKey,
    state::{CursorRow, Hold, NameKind, OverlayStore, Rename, Renamed, Settlement, StateError, StateStore},
};
use engine_contract::Cursor;
use engine_plan::Reference;
use jiff::Timestamp;
use std::{sync::Arc, time::Duration};

/// A link, an open effect, a failed record, a hold of a child, a note and a cursor of `entity`.
fn fill(store: &dyn StateStore, pipeline: &str, entity: &str) {
    let held = lease(store, pipeline, entity);
    let intent = intent_of(entity, "2", 1);
    let waiting = Hold {
        record: record("child", "4"),
        source_key: "4".into(),
        parent: Reference { entity: entity.into(), route: None, key: "1".into() },
        since: Timestamp::UNIX_EPOCH,
        until: Timestamp::UNIX_EPOCH,
    };
    let settlement = Settlement {
        run: "r1".into(),
        entity: entity.into(),
        links: vec![link(entity, "1")],
        failed: vec![failed(entity, "3")],
        holds: vec![waiting],
        missing: vec!["6".into()],
        cursor: Some(CursorRow { value: Some(Cursor::Number(7)), ..CursorRow::default() }),
        ..Settlement::default()
    };
    block_on(async {
        store.settle(&held, settlement).await.unwrap();
        store.commit_intents(&held, vec![intent]).await.unwrap();
        store.note_dispatch(&held, entity, vec![link(entity, "5")]).await.unwrap();
        store.release(&held).await.unwrap();
    });
}

/// What is kept of an entity, by name.
fn kept(store: &dyn StateStore, pipeline: &str, entity: &str) -> Vec<String> {
    let (scope, mut out) = (scope(pipeline), Vec::new());
    block_on(async {
        let keys = ["1", "2", "3"].map(str::to_owned);
        for (key, known) in store.recall(&scope, entity, &keys).await.unwrap() {
            if let Some(link) = known.link {
                assert_eq!(link.record.entity, entity);
                out.push(format!("link {key} {}", link.target_connection));
            }
            out.extend(known.has_intent.then(|| format!("intent {key}")));
            out.extend(known.failure.map(|failure| format!("failed {key} {}", failure.attempts)));
        }
        for intent in store.open_intents(&scope, entity).await.unwrap() {
            out.push(format!("payload {:?} {}", intent.payload, intent.link.target_connection));
        }
        for note in store.dispatched(&scope, entity).await.unwrap() {
            out.push(format!("note {} {} {}", note.record.entity, note.record.key, note.target_connection));
        }
        let reference = Reference { entity: entity.into(), route: None, key: "1".into() };
        for id in store.targets(&scope, &[reference]).await.unwrap().into_values() {
            out.push(format!("target {id}"));
        }
        out.extend(
            store.missing(&scope, entity).await.unwrap().into_keys().map(|key| format!("missing {key}")),
        );
        let key = GroupKey { scope: scope.clone(), group: entity.into(), shard: String::new() };
        out.extend(store.cursor(&key).await.unwrap().value.map(|value| format!("cursor {value}")));
    });
    out
}

fn rename(store: &dyn StateStore, pipeline: &str, moves: &[(&str, &str)]) -> Result<Renamed, StateError> {
    let renames: Vec<Rename> = moves.iter().map(|(from, to)| Rename::parse(from, to).unwrap()).collect();
    let now = Timestamp::UNIX_EPOCH + Duration::from_secs(1);
    block_on(store.rename(&scope(pipeline), &renames, now, &[]))
}

pub(super) fn everything_of_an_entity_goes_on_under_its_new_name_and_once_is_enough(home: &Home) {
    let store = home.open();
    fill(&*store, "p", "items");
    let before: Vec<String> = kept(&*store, "p", "items")
        .into_iter()
        .map(|line| line.replace("note items", "note product"))
        .collect();
    assert_eq!(before.len(), 8, "{before:?}");
    for _ in 0..2 {
        assert_eq!(rename(&*store, "p", &[("entity.items", "entity.product")]), Ok(Renamed::Done));
        assert_eq!(kept(&*store, "p", "items"), Vec::<String>::new());
        assert_eq!(kept(&*store, "p", "product"), before);
    }
    let query = crate::state::RevisitQuery {
        entities: vec![("child".into(), "h".into())],
        now: Timestamp::UNIX_EPOCH - Duration::from_secs(1),
        run: "r2".into(),
        wait: Duration::ZERO,
        after: None,
        limit: 9,
    };
    let due = block_on(store.revisits(&scope("p"), &query)).unwrap();
    assert_eq!(due.len(), 1, "a child finds its parent under the new name");
}

pub(super) fn pipelines_and_connections_are_renamed_too_and_chains_lead_to_the_last_name(home: &Home) {
    let store = home.open();
    fill(&*store, "old", "items");
    let before = kept(&*store, "old", "items");
    let moves = [
        ("pipeline.old", "pipeline.mid"),
        ("pipeline.mid", "pipeline.new"),
        ("connection.books", "connection.ledger"),
    ];
    assert_eq!(rename(&*store, "new", &moves), Ok(Renamed::Done));
    assert_eq!(kept(&*store, "old", "items"), Vec::<String>::new());
    let renamed: Vec<String> = before.iter().map(|line| line.replace("books", "ledger")).collect();
    assert_eq!(kept(&*store, "new", "items"), renamed);
}

pub(super) fn two_names_in_use_are_refused_and_nothing_changes(home: &Home) {
    let store = home.open();
    fill(&*store, "p", "a");
    fill(&*store, "p", "items");
    fill(&*store, "p", "product");
    let moves = [("entity.a", "entity.b"), ("entity.items", "entity.product")];
    let error = rename(&*store, "p", &moves).unwrap_err();
    assert!(matches!(error, StateError::BothNames { .. }), "{error}");
    assert!(!kept(&*store, "p", "a").is_empty() && !kept(&*store, "p", "items").is_empty());
}

pub(super) fn what_another_run_works_on_is_not_renamed(home: &Home) {
    let store = home.open();
    fill(&*store, "p", "items");
    let held = lease(&*store, "p", "items");
    let busy = rename(&*store, "p", &[("entity.items", "entity.product")]).unwrap();
    assert!(matches!(busy, Renamed::Busy { ref owner, .. } if owner == "me"), "{busy:?}");
    let now = Timestamp::UNIX_EPOCH + Duration::from_secs(1);
    let renames = [Rename::parse("entity.items", "entity.product").unwrap()];
    let gone = block_on(store.rename(&scope("p"), &renames, now, &["me".to_owned()]));
    assert_eq!(gone, Ok(Renamed::Done), "who is gone works on nothing");
    let late = block_on(store.settle(&held, Settlement { entity: "items".into(), ..Settlement::default() }));
    assert_eq!(late, Err(StateError::Fenced), "and cannot come back under the old name");
}

pub(super) fn a_dry_run_sees_the_new_names_and_leaves_the_old_ones(home: &Home) {
    let store = home.open();
    fill(&*store, "old", "items");
    let overlay =
        OverlayStore::new(Arc::<dyn crate::state::StateDatabase>::clone(&store) as Arc<dyn StateStore>);
    let moves = [
        ("pipeline.old", "pipeline.new"),
        ("entity.items", "entity.goods"),
        ("entity.goods", "entity.product"),
        ("connection.books", "connection.ledger"),
    ];
    assert_eq!(rename(&overlay, "new", &moves), Ok(Renamed::Done));
    let seen = kept(&overlay, "new", "product");
    assert_eq!(
        seen,
        [
            "link 1 ledger",
            "intent 2",
            "failed 3 2",
            "note product 5 ledger",
            "target items-1",
            "missing 6",
            "cursor 7"
        ]
    );
    assert_eq!(kept(&*store, "old", "items").len(), 8);
    assert!(block_on(overlay.knows(&scope("new"), NameKind::Entity, "product")).unwrap());
}

pub(super) fn marks_under_both_names_keep_the_old_one(home: &Home) {
    let store = home.open();
    fill(&*store, "p", "items");
    let before = kept(&*store, "p", "items");
    let held = lease(&*store, "p", "product");
    let cursor = CursorRow { value: Some(Cursor::Number(99)), ..CursorRow::default() };
    let mut other = failed("product", "3");
    other.attempts = 9;
    let marks = Settlement {
        run: "r1".into(),
        entity: "product".into(),
        failed: vec![other],
        cursor: Some(cursor),
        ..Settlement::default()
    };
    block_on(store.settle(&held, marks)).unwrap();
    block_on(store.release(&held)).unwrap();
    assert_eq!(rename(&*store, "p", &[("entity.items", "entity.product")]), Ok(Renamed::Done));
    let renamed: Vec<String> = before.iter().map(|line| line.replace("note items", "note product")).collect();
    assert_eq!(
        kept(&*store, "p", "product"),
        renamed,
        "the new name's marks tell of runs that knew no links"
    );
}
