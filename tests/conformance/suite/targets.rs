//! What a target promises.

use super::fixture::{CANARY, Fixture, TargetCase};
use engine_contract::{
    Applied, Change, Connection, Context, Current, EffectClass, Encode, Lookup, Map, Op, Outcome, Target,
    Value, Write,
};
use std::collections::BTreeMap;

/// Tries every promise, each with a fixture of its own.
pub(super) fn keep(connector: &str) {
    if super::fixture(connector).target().is_none() {
        return;
    }
    let promises: [fn(&Tried) -> Trial<'_>; 7] = [
        |tried| Box::pin(equal_fields_encode_to_equal_bytes(tried)),
        |tried| Box::pin(what_was_written_reads_back(tried)),
        |tried| Box::pin(a_repeated_write_makes_no_second_object(tried)),
        |tried| Box::pin(an_older_write_that_arrives_late_changes_nothing(tried)),
        |tried| Box::pin(a_marker_finds_its_object_and_no_other(tried)),
        |tried| Box::pin(a_refused_write_fails_alone_and_shows_no_value(tried)),
        |tried| Box::pin(deleted_objects_are_gone_and_a_repeat_is_no_error(tried)),
    ];
    for promise in promises {
        let fixture = super::fixture(connector);
        let case = fixture.target().unwrap();
        fixture.with(Box::new(|context, connection| {
            Box::pin(async move {
                let tried = Tried { context, connection, case };
                promise(&tried).await;
            })
        }));
    }
}

type Trial<'a> = std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A target on trial.
struct Tried {
    context: Context,
    connection: Connection,
    case: TargetCase,
}

async fn equal_fields_encode_to_equal_bytes(tried: &Tried) {
    let fields = (tried.case.content)(1, 1);
    let twice = [tried.write(Op::Create, &fields, 1), tried.write(Op::Create, &fields, 1)];
    assert_eq!(twice[0].payload, twice[1].payload);
}

async fn what_was_written_reads_back(tried: &Tried) {
    let most = tried.target().write_batch_max(tried.case.object);
    let count = most.unwrap_or(tried.connection.capabilities.write_batch_max).min(20);
    let writes: Vec<Write> =
        (1..=u32::try_from(count).unwrap()).map(|number| tried.create(number, 1)).collect();
    let ids: Vec<String> = tried.send(&writes).await.into_iter().map(|applied| applied.target_id).collect();
    let found = tried.read_back(&ids).await;
    assert_eq!(found.len(), ids.len());
    assert!(found.iter().all(|current| ids.contains(&current.target_id)));
    assert!(found.iter().all(|current| tried.tells(current, 1)), "{found:?}");
    assert!(tried.read_back(&["987654321".to_owned()]).await.is_empty());
}

async fn a_repeated_write_makes_no_second_object(tried: &Tried) {
    if !matches!(
        tried.connection.capabilities.effect_class,
        EffectClass::NaturalKey | EffectClass::IdempotencyKey
    ) {
        return;
    }
    let write = tried.create(1, 1);
    let first = tried.send(std::slice::from_ref(&write)).await;
    let again = tried.send(std::slice::from_ref(&write)).await;
    assert_eq!(first[0].target_id, again[0].target_id);
    assert_eq!(tried.read_back(&[first[0].target_id.clone()]).await.len(), 1);
}

async fn an_older_write_that_arrives_late_changes_nothing(tried: &Tried) {
    if !tried.is_guarded() {
        return;
    }
    let newer = Write { revision: 5, ..tried.create(1, 2) };
    let older = Write { revision: 4, ..tried.create(1, 1) };
    let id = tried.send(&[newer]).await.remove(0).target_id;
    assert_eq!(tried.send(&[older]).await[0].change, Change::Superseded);
    assert!(tried.tells(&tried.read_back(&[id]).await[0], 2));
}

async fn a_marker_finds_its_object_and_no_other(tried: &Tried) {
    if tried.connection.capabilities.effect_class != EffectClass::Marker {
        return;
    }
    let writes = [tried.create(1, 1), tried.create(2, 1)];
    let mut ids = Vec::new();
    for write in &writes {
        ids.push(tried.send(std::slice::from_ref(write)).await.remove(0).target_id);
    }
    let sought = |id: &str, write: &Write, marker: &str| Lookup {
        id: id.to_owned(),
        object: tried.case.object.to_owned(),
        marker: marker.to_owned(),
        sent_after: Some(tried.context.clock.now() - jiff::SignedDuration::from_mins(5)),
        payload: write.payload.clone(),
    };
    let lookups = [
        sought("ours", &writes[1], &writes[1].marker),
        sought("nobody's", &writes[1], "nobodysmarkernobodysmarker"),
    ];
    let found = tried.target().lookup(&tried.context, &lookups).await.unwrap();
    let found: BTreeMap<String, Vec<String>> = found
        .into_iter()
        .map(|(id, hits)| (id, hits.into_iter().map(|hit| hit.target_id).collect()))
        .collect();
    assert_eq!(found["ours"], [ids[1].clone()]);
    assert!(found.get("nobody's").is_none_or(Vec::is_empty));
}

async fn a_refused_write_fails_alone_and_shows_no_value(tried: &Tried) {
    let Some(refused) = tried.case.refused else { return };
    let bad = tried.write(Op::Create, &refused(), 9);
    let most = tried.target().write_batch_max(tried.case.object);
    let calls: Vec<Vec<Write>> = if most.unwrap_or(tried.connection.capabilities.write_batch_max) < 3 {
        vec![vec![tried.create(1, 1)], vec![bad.clone()], vec![tried.create(2, 1)]]
    } else {
        vec![vec![tried.create(1, 1), bad.clone(), tried.create(2, 1)]]
    };
    let mut outcomes = BTreeMap::new();
    for writes in calls {
        outcomes.extend(tried.target().write(&tried.context, &writes).await.unwrap());
    }
    assert_eq!(outcomes.len(), 3);
    for (id, outcome) in outcomes {
        match outcome {
            Outcome::Applied(_) => assert_ne!(id, bad.id),
            Outcome::NotApplied(error) => {
                assert_eq!(id, bad.id, "{error}");
                let said = format!("{error} {error:?}");
                assert!(!said.contains(CANARY), "{said}");
            }
            Outcome::Unknown(error) => panic!("{id}: {error}"),
        }
    }
}

async fn deleted_objects_are_gone_and_a_repeat_is_no_error(tried: &Tried) {
    if !tried.connection.capabilities.can_delete {
        return;
    }
    let id = tried.send(&[tried.create(1, 1)]).await.remove(0).target_id;
    let token = tried.read_back(std::slice::from_ref(&id)).await.remove(0).token;
    let delete = Write {
        op: Op::Delete,
        payload: bytes::Bytes::new(),
        target_id: Some(id.clone()),
        token,
        revision: 7,
        request_key: "deleteonedeleteonedeleteone".to_owned(),
        ..tried.create(1, 1)
    };
    for _ in 0..2 {
        assert_eq!(tried.send(std::slice::from_ref(&delete)).await[0].change, Change::Deleted);
        assert!(tried.read_back(std::slice::from_ref(&id)).await.is_empty());
    }
}

impl Tried {
    fn target(&self) -> &dyn Target {
        self.connection.target.as_deref().unwrap()
    }

    fn is_guarded(&self) -> bool {
        self.connection.capabilities.can_guard
    }

    fn create(&self, number: u32, version: u32) -> Write {
        self.write(Op::Create, &(self.case.content)(number, version), i64::from(number))
    }

    fn write(&self, op: Op, fields: &Map, number: i64) -> Write {
        let match_on: Vec<String> = self.case.match_on.iter().map(|&field| field.to_owned()).collect();
        let marker = format!("marker{number:020}");
        let encode = Encode {
            op,
            object: self.case.object,
            fields,
            match_on: &match_on,
            marker: &marker,
            marker_field: None,
        };
        Write {
            id: format!("write {number}"),
            op,
            object: self.case.object.to_owned(),
            payload: self.target().encode(&encode).unwrap(),
            match_on: match_on.clone(),
            target_id: None,
            token: None,
            request_key: format!("request{number:020}"),
            marker: marker.clone(),
            revision: 1,
        }
    }

    /// Writes that all take effect, each answered by its id.
    async fn send(&self, writes: &[Write]) -> Vec<Applied> {
        let outcomes = self.target().write(&self.context, writes).await.unwrap();
        let mut outcomes: BTreeMap<String, Outcome> = outcomes.into_iter().collect();
        let answer = |write: &Write| match outcomes.remove(&write.id) {
            Some(Outcome::Applied(applied)) => applied,
            other => panic!("{}: {other:?}", write.id),
        };
        writes.iter().map(answer).collect()
    }

    async fn read_back(&self, ids: &[String]) -> Vec<Current> {
        let match_on: Vec<String> = self.case.match_on.iter().map(|&field| field.to_owned()).collect();
        self.target().read_back(&self.context, self.case.object, &match_on, ids).await.unwrap()
    }

    /// Whether an object has the content of a version.
    fn tells(&self, current: &Current, version: u32) -> bool {
        let (field, value) = self.case.tells;
        match &current.fields {
            Value::Map(map) => {
                map.get(field).is_some_and(|found| found.scalar_text() == value(version).scalar_text())
            }
            _ => false,
        }
    }
}
