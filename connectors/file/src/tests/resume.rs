//! A read in batches is the same as a read at once, however it is cut and whoever goes on.

use super::*;
use proptest::prelude::*;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Reads to the end in batches; `reopen` says before which batches the connection is opened anew.
async fn read_in_batches(
    project: &Project,
    settings: &serde_json::Value,
    mut next: ReadRequest,
    reopen: &[bool],
) -> (Vec<String>, Option<Cursor>) {
    let mut source = project.open(settings.clone()).await.unwrap();
    let mut seen = Vec::new();
    for reopen in reopen.iter().cycle() {
        if *reopen {
            source = project.open(settings.clone()).await.unwrap();
        }
        let batch = source.read(&project.context(), &next).await.unwrap();
        assert!(batch.records.len() + batch.broken.len() <= next.max_records.max(1));
        let bytes: usize = batch.records.iter().map(|record| record.record.size()).sum();
        assert!(bytes <= next.max_bytes || batch.records.len() == 1);
        seen.extend(show(&batch));
        seen.extend(show_broken(&batch));
        if batch.is_last() {
            return (seen, batch.checkpoint.cursor);
        }
        assert_eq!(batch.checkpoint.cursor, None, "only the end of a read tells its cursor");
        next.resume = batch.checkpoint.resume;
    }
    unreachable!()
}

fn files() -> Project {
    let lines: String =
        (0..7).map(|id| format!("{{\"id\":\"n{id}\",\"m\":{}}}\n", 100 - id)).collect::<Vec<_>>().concat();
    let rows: String = (0..5).map(|id| format!("c{id},{}\n", 200 - id)).collect::<Vec<_>>().concat();
    Project::new(&[
        ("a.ndjson.gz", &gzip(format!("{lines}broken\n").as_bytes())),
        ("b.json", br#"[{"id":"j0","m":7}, {"id":"j1","m":900},  {"id":"j2","m":8}]"#),
        ("c.csv", format!("id,m\n{rows}").as_bytes()),
        ("d.json", b"[]"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn batches_of_any_size_yield_the_same_records_as_one_read(
        max_records in 0usize..9,
        max_bytes in 0usize..120,
        cursor in any::<bool>(),
        since in proptest::option::of(0i64..300),
        reopen in proptest::collection::vec(any::<bool>(), 1..6),
    ) {
        let project = files();
        let settings = stream(&["*"]);
        let since = since.filter(|_| cursor).map(Cursor::Number);
        let request = ReadRequest { cursor: cursor.then(|| "m".to_owned()), since, ..request() };
        let sorted = |(mut seen, cursor): (Vec<String>, Option<Cursor>)| { seen.sort(); (seen, cursor) };
        let small = ReadRequest { max_records, max_bytes, ..request.clone() };
        let (whole, parts) = block_on(async {
            let whole = read_in_batches(&project, &settings, request, &[false]).await;
            (whole, read_in_batches(&project, &settings, small, &reopen).await)
        });
        // A line is broken: the cursor must not pass it.
        prop_assert_eq!(whole.1, None);
        prop_assert_eq!(sorted(parts), sorted(whole));
    }
}

#[tokio::test]
async fn only_a_read_without_broken_places_moves_the_cursor() {
    let sound = b"{\"id\":1,\"m\":5}\n{\"id\":2,\"m\":7}\n{\"id\":3,\"m\":6}\n";
    let project = Project::new(&[("a.ndjson", sound)]);
    let source = project.open(stream(&["*"])).await.unwrap();
    let by_m = ReadRequest { cursor: Some("m".to_owned()), ..request() };
    let whole = source.read(&project.context(), &by_m).await.unwrap();
    assert_eq!(whole.checkpoint.cursor, Some(Cursor::Number(7)));
    project.write("a.ndjson", b"{\"id\":1,\"m\":5}\nbroken\n{\"id\":3,\"m\":9}\n");
    let broken = source.read(&project.context(), &by_m).await.unwrap();
    assert_eq!((broken.records.len(), broken.broken.len(), broken.checkpoint.cursor), (2, 1, None));
}

#[tokio::test]
async fn a_file_that_changed_under_a_read_starts_it_over() {
    let project = Project::new(&[("a.ndjson", b"{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n")]);
    let source = project.open(stream(&["*"])).await.unwrap();
    let small = ReadRequest { max_records: 2, ..request() };
    let first = source.read(&project.context(), &small).await.unwrap();
    project.write("a.ndjson", b"{\"id\":0}\n{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
    let next = ReadRequest { resume: first.checkpoint.resume, ..request() };
    assert_eq!(source.read(&project.context(), &next).await.unwrap().records.len(), 4);
}

#[tokio::test]
async fn an_unfinished_read_can_be_repeated_from_any_earlier_place() {
    let project = files();
    let source = project.open(stream(&["*"])).await.unwrap();
    let small = ReadRequest { max_records: 3, ..request() };
    let first = source.read(&project.context(), &small).await.unwrap();
    let next = ReadRequest { resume: first.checkpoint.resume, ..small };
    let once = source.read(&project.context(), &next).await.unwrap();
    let again = source.read(&project.context(), &next).await.unwrap();
    assert_eq!((show(&once), once.checkpoint), (show(&again), again.checkpoint));
}

#[tokio::test]
async fn only_records_changed_since_are_read_and_equal_instants_count_as_changed() {
    let project = Project::new(&[(
        "a.ndjson",
        b"{\"id\":1,\"m\":\"2026-01-01T00:00:00\"}\n{\"id\":2,\"m\":\"2026-01-02T00:00:00\"}\n{\"id\":3,\"m\":\"2026-01-03T01:00:00+01:00\"}\n",
    )]);
    let source = project.open(stream(&["*"])).await.unwrap();
    let since = Some(instant("2026-01-02T00:00:00Z"));
    let request = ReadRequest { cursor: Some("m".to_owned()), since, ..request() };
    let batch = source.read(&project.context(), &request).await.unwrap();
    let keys: Vec<&str> = batch.records.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(keys, ["2", "3"]);
    assert_eq!(batch.checkpoint.cursor, Some(instant("2026-01-03T00:00:00Z")));
}

#[tokio::test]
async fn the_clock_is_the_newest_change_of_a_file_or_the_greatest_number() {
    let project = Project::new(&[
        ("a.ndjson", b"{\"id\":1,\"m\":\"2026-01-01\",\"n\":3}\n{\"id\":2,\"n\":9}\n"),
        ("b.json", b"[]"),
    ]);
    let newest = jiff::Timestamp::from_second(1_900_000_000).unwrap();
    let file = std::fs::File::options().write(true).open(project.dir.path().join("data/b.json")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_900_000_000)).unwrap();
    let source = project.open(stream(&["*"])).await.unwrap();
    let context = project.context();
    assert_eq!(source.clock(&context, "s", Some("m")).await.unwrap(), Some(Cursor::Instant(newest)));
    assert_eq!(source.clock(&context, "s", Some("n")).await.unwrap(), Some(Cursor::Number(9)));
    assert_eq!(source.clock(&context, "s", None).await.unwrap(), None);
}
