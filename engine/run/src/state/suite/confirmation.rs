use super::{
    Home,
    sample::{at, lease, record, scope, settlement, wait},
};
use crate::state::{
    Action, Answer, AuditEntry, AuditHead, AuditQuery, AuditRow, Broken, Confirmation, Reason, RunFilter,
    Settlement, StateStore, Taken, Word,
};
use engine_contract::{ContentHash, Op};

fn asked(token: &str, pipeline: &str) -> Confirmation {
    Confirmation {
        id: Confirmation::id_of(token),
        scope: scope(pipeline),
        run: format!("run of {token}"),
        reason: Reason::Production,
        digest: Some([7; 32]),
        summary: "{\"full\":true}".into(),
        actor: "ann".into(),
        made_at: at(10),
        until: Some(at(310)),
        used_at: None,
        used_by: None,
    }
}

fn parked(name: &str, pipeline: &str) -> Confirmation {
    let (id, reason) = (name.to_owned(), Reason::MaxWrites);
    Confirmation { id, digest: None, until: None, reason, ..asked(name, pipeline) }
}

fn answer(asked: &Confirmation, seconds: i64) -> Answer {
    Answer {
        id: asked.id.clone(),
        scope: asked.scope.clone(),
        digest: asked.digest,
        fingerprint: "f".into(),
        word: Word::Yes,
        by: "bob".into(),
        at: at(seconds),
    }
}

fn all(after: Option<i64>) -> AuditQuery {
    let filter = RunFilter { limit: 100, ..RunFilter::default() };
    AuditQuery { filter, after, ..AuditQuery::default() }
}

fn actions(store: &dyn StateStore) -> Vec<(String, Option<String>, Option<String>)> {
    let rows = wait(store.audit(&all(Some(0)))).unwrap();
    rows.into_iter().map(|row| (row.action, row.actor, row.confirmation)).collect()
}

pub(super) fn a_question_is_answered_once(home: &Home) {
    let store = home.open();
    let question = asked("token", "p");
    assert_eq!(wait(store.ask(&question, "f")).unwrap(), question);
    assert_eq!(wait(store.confirmation(&question.id)).unwrap(), Some(question.clone()));
    assert_eq!(wait(store.confirmation("token")).unwrap(), None, "the token itself names nothing");
    let Taken::Yes(taken) = wait(store.answer(&answer(&question, 310))).unwrap() else {
        panic!("it is open")
    };
    let answered = Confirmation { used_at: Some(at(310)), used_by: Some("bob".into()), ..question.clone() };
    assert_eq!(*taken, answered);
    assert_eq!(wait(store.confirmation(&question.id)).unwrap(), Some(answered));
    assert_eq!(wait(store.answer(&answer(&question, 11))).unwrap(), Taken::Used);
    let told =
        |action: &str, actor: &str| (action.to_owned(), Some(actor.to_owned()), Some(question.id.clone()));
    assert_eq!(
        actions(&*store),
        [told("ask", "ann"), told("confirm", "bob"), told("confirm refused", "bob")]
    );
}

pub(super) fn an_answer_to_something_else_does_not_count(home: &Home) {
    let store = home.open();
    let question = asked("token", "p");
    wait(store.ask(&question, "f")).unwrap();
    let yes = answer(&question, 20);
    let other = [
        (Answer { digest: Some([8; 32]), ..yes.clone() }, Taken::OtherPlan),
        (Answer { digest: None, ..yes.clone() }, Taken::OtherPlan),
        (Answer { scope: scope("q"), ..yes.clone() }, Taken::Unknown),
        (Answer { id: Confirmation::id_of("another"), ..yes.clone() }, Taken::Unknown),
        (Answer { at: at(311), ..yes.clone() }, Taken::Expired(at(310))),
    ];
    for (answer, taken) in other {
        assert_eq!(wait(store.answer(&answer)).unwrap(), taken);
    }
    assert!(matches!(
        wait(store.answer(&Answer { word: Word::No, digest: None, ..yes.clone() })).unwrap(),
        Taken::Yes(_)
    ));
    assert_eq!(wait(store.answer(&yes)).unwrap(), Taken::Used, "no is an answer");
    let last = actions(&*store).pop().unwrap();
    assert_eq!(last.0, "confirm refused");
}

pub(super) fn of_many_that_answer_at_once_one_is_taken(home: &Home) {
    let question = asked("token", "p");
    wait(home.open().ask(&question, "f")).unwrap();
    let taken = std::thread::scope(|threads| {
        let work = || {
            let store = home.open();
            matches!(wait(store.answer(&answer(&question, 20))).unwrap(), Taken::Yes(_))
        };
        let threads: Vec<_> = (0..4).map(|_| threads.spawn(work)).collect();
        threads.into_iter().filter(|_| true).map(|thread| usize::from(thread.join().unwrap())).sum::<usize>()
    });
    assert_eq!(taken, 1);
}

pub(super) fn a_parked_pipeline_has_one_question_until_it_is_answered(home: &Home) {
    let store = home.open();
    let (first, second) = (parked("ask_1", "p"), parked("ask_2", "p"));
    assert_eq!(wait(store.ask(&first, "f")).unwrap(), first);
    assert_eq!(wait(store.ask(&second, "f")).unwrap(), first, "the one that is there");
    wait(store.ask(&parked("ask_3", "q"), "f")).unwrap();
    wait(store.ask(&asked("token", "p"), "f")).unwrap();
    let of = |pipeline: Option<&str>| {
        let filter = RunFilter { pipeline: pipeline.map(str::to_owned), limit: 10, ..RunFilter::default() };
        let parked = wait(store.parked(&filter)).unwrap();
        parked.into_iter().map(|asked| asked.id).collect::<Vec<_>>()
    };
    assert_eq!(of(None), ["ask_1", "ask_3"], "tokens are not among them");
    assert_eq!(wait(store.confirmation("run of ask_1")).unwrap(), Some(first.clone()), "known by its run");
    assert!(matches!(wait(store.answer(&answer(&first, 999_999))).unwrap(), Taken::Yes(_)), "without an end");
    assert_eq!(of(Some("p")), Vec::<String>::new());
    assert_eq!(wait(store.ask(&second, "f")).unwrap(), second);
    assert_eq!(of(Some("p")), ["ask_2"]);
}

/// Two batches, one of them as engines wrote it that noted no actor.
fn written(store: &dyn StateStore) -> Vec<AuditRow> {
    let held = lease(store, "p", "orders");
    let entry = |key: &str, op| AuditEntry {
        record: record("orders", key),
        action: Action::Applied(op),
        target_object: "Item".into(),
        target_id: Some(format!("id {key}")),
        content: ContentHash([2; 32]),
    };
    let old =
        Settlement { audit: vec![entry("1", Op::Create), entry("2", Op::Void)], ..settlement("orders") };
    let new = Settlement {
        audit: vec![entry("shopper@example.com", Op::Update), entry("4", Op::Delete)],
        run: "r2".into(),
        at: at(8),
        actor: Some("ann".into()),
        fingerprint: Some("f".into()),
        confirmation: Some("c".into()),
        ..settlement("orders")
    };
    for batch in [old, new] {
        wait(store.settle(&held, batch)).unwrap();
    }
    wait(store.ask(&asked("token", "q"), "g")).unwrap();
    wait(store.audit(&all(Some(0)))).unwrap()
}

pub(super) fn the_audit_is_read_in_order_and_its_chain_holds(home: &Home) {
    let store = home.open();
    let rows = written(&*store);
    let mut head = AuditHead::default();
    for row in &rows {
        head.go_on(row).unwrap();
    }
    assert_eq!((rows.len(), head.seq), (5, 5));
    assert_eq!(AuditHead::parse(&head.told()), Some(head));
    let author = |row: &AuditRow| (row.actor.clone(), row.fingerprint.clone(), row.confirmation.clone());
    assert_eq!(author(&rows[1]), (None, None, None));
    assert_eq!(author(&rows[2]), (Some("ann".into()), Some("f".into()), Some("c".into())));
    assert_eq!(rows[2].shown_key(), "s...@...");
    assert_eq!(wait(store.audit(&all(Some(3)))).unwrap(), rows[3..]);
    let newest = wait(store.audit(&all(None))).unwrap();
    assert_eq!(newest.iter().map(|row| row.seq).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
    let seqs = |asked: AuditQuery| {
        let rows = wait(store.audit(&asked)).unwrap();
        rows.into_iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(AuditQuery { run: Some("r2".into()), ..all(None) }), [4, 3]);
    assert_eq!(seqs(AuditQuery { since: Some(at(8)), ..all(None) }), [5, 4, 3]);
    let of = RunFilter { pipeline: Some("q".into()), limit: 9, ..RunFilter::default() };
    assert_eq!(seqs(AuditQuery { filter: of, ..all(None) }), [5]);
}

/// Whatever is done to a row, the walk stops there.
pub(super) fn a_row_that_was_touched_breaks_the_chain(home: &Home) {
    let rows = written(&*home.open());
    let walk = |rows: &[AuditRow]| {
        let mut head = AuditHead::default();
        rows.iter().try_for_each(|row| head.go_on(row))
    };
    assert_eq!(walk(&rows), Ok(()));
    let touches: [fn(&mut AuditRow); 15] = [
        |row| row.at += 1,
        |row| row.run.push('x'),
        |row| row.tenant.push('x'),
        |row| row.environment.push('x'),
        |row| row.pipeline.push('x'),
        |row| row.entity.push('x'),
        |row| row.key.push('x'),
        |row| row.action.push('x'),
        |row| row.target_object.push('x'),
        |row| row.target_id = Some("x".into()),
        |row| row.content = vec![9; 32],
        |row| row.hash = vec![9; 32],
        |row| row.actor = Some("x".into()),
        |row| row.fingerprint = None,
        |row| row.confirmation = Some("x".into()),
    ];
    for (index, touch) in touches.into_iter().enumerate() {
        let mut changed = rows.clone();
        touch(&mut changed[2]);
        assert_eq!(walk(&changed), Err(Broken::Changed { seq: 3 }), "{index}");
    }
    for gone in 0..rows.len() - 1 {
        let mut rest = rows.clone();
        rest.remove(gone);
        let gone = i64::try_from(gone).unwrap();
        assert_eq!(walk(&rest), Err(Broken::Missing { after: gone, found: gone + 2 }));
    }
    let mut swapped = rows;
    swapped.swap(1, 3);
    (swapped[1].seq, swapped[3].seq) = (2, 4);
    assert_eq!(walk(&swapped), Err(Broken::Changed { seq: 2 }));
}
