//! The reference project of shops: sixteen mistakes at once, each at its bytes, and none where there is none.

use crate::golden;
use engine_contract::Discovery;
use engine_plan::{
    Blueprint, Catalogs, compile,
    testing::{self, Cases},
};
use engine_project::{
    MemoryFiles, Project,
    diag::{Diagnostic, Severity},
    load,
};
use std::{collections::BTreeMap, ops::Range, path::Path, sync::Arc};

/// A mistake: what is replaced in which file, by what, and what must be said of it where. The text of the
/// place is marked with `<` and `>`, which are not part of what is written.
struct Planted {
    file: &'static str,
    right: &'static str,
    wrong: &'static str,
    code: &'static str,
}

const QBO: &str = "pipelines/woo-to-qbo.toml";
const SUPABASE: &str = "pipelines/woo-to-supabase.toml";

/// At least one for each step of checking: files, TOML, keys, types, names, cycles, paths, scripts, types of
/// values, tenants, tests.
const PLANTED: [Planted; 16] = [
    Planted {
        file: QBO,
        right: "BillAddr.Line2 = \"$.billing.address_2\"",
        wrong: "BillAddr.Line2 = \"$.billing.<adress_2>\"",
        code: "mapping/unknown-path",
    },
    Planted {
        file: QBO,
        right: "BillAddr.City = \"$.billing.city\"",
        wrong: "BillAddr.City = <\"billing.city\">",
        code: "mapping/not-a-path",
    },
    Planted {
        file: QBO,
        right: "DisplayName = { script = \"woo::display_name(record)\", required = true }",
        wrong: "DisplayName = { script = \"let a = \\\"caf\\u00e9\\t\\\"; let b = record.id + <@>; a\" }",
        code: "mapping/script-syntax",
    },
    Planted {
        file: QBO,
        right: "[entity.product]\nfrom = \"products\"",
        wrong: "[entity.product]\nneeds = [<\"order\">]\nfrom = \"products\"",
        code: "entity/cycle",
    },
    Planted {
        file: QBO,
        right: "Sku = { path = \"$.sku\", transform = [\"trim\"] }\nUnitPrice",
        wrong: "Sku = { path = \"$.sku\", transform = [\"trim\"] }\nDescription = \"$.categories.<name>\"\nUnitPrice",
        code: "mapping/path-shape",
    },
    Planted {
        file: QBO,
        right: "file = \"lookups/tax_codes.csv\"",
        wrong: "file = <\"lookups/tax_code.csv\">",
        code: "file/not-found",
    },
    Planted {
        file: SUPABASE,
        right: "[schedule]\nincremental = \"*/15 * * * *\"",
        wrong: "[schedule]\nincremental = <>*/15 * * * *\"",
        code: "toml/syntax",
    },
    Planted {
        file: QBO,
        right: "name_taken = \"suffix_key\"",
        wrong: "<name_takn> = \"suffix_key\"",
        code: "format/unknown-key",
    },
    Planted { file: QBO, right: "update = false", wrong: "update = <\"no\">", code: "format/wrong-type" },
    Planted {
        file: QBO,
        right: "{ ref = \"variation\", key = \"@.variation_id\"",
        wrong: "{ ref = <\"variaton\">, key = \"@.variation_id\"",
        code: "mapping/unknown-reference",
    },
    Planted {
        file: QBO,
        right: "\"woo::unit_price(item.total, item.quantity)\"",
        wrong: "\"woo::unit_price(item.<totl>, item.quantity)\"",
        code: "mapping/unknown-path",
    },
    Planted {
        file: QBO,
        right: "TotalAmt = { path = \"$.total\", transform = [\"decimal\"] }",
        wrong: "TotalAmt = { path = \"$.total\", transform = [<\"integer\">] }",
        code: "mapping/inexact-money",
    },
    Planted {
        file: QBO,
        right: "[entity.payment.map]\n",
        wrong: "[entity.payment.map]\n<Id> = \"$.number\"\n",
        code: "mapping/read-only-field",
    },
    Planted {
        file: QBO,
        right: "{ find = \"Account\", by = \"Name\", value = { script = \"woo::order_of",
        wrong: "{ find = <\"Acount\">, by = \"Name\", value = { script = \"woo::order_of",
        code: "mapping/unknown-find",
    },
    Planted {
        file: "tenants/acme.toml",
        right: "warehouse = \"acme-warehouse\"",
        wrong: "warehouse = <\"acme-warehous\">",
        code: "connection/unknown",
    },
    Planted {
        file: QBO,
        right: "expect.route = \"paid\"",
        wrong: "expect.route = <\"payd\">",
        code: "test/unknown-route",
    },
];

pub(crate) fn files() -> BTreeMap<String, String> {
    golden::files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines/shops"))
}

/// What a project compiles to for its first tenant, and everything that is said of it.
pub(crate) fn judged(
    files: BTreeMap<String, String>,
    environment: Option<&str>,
) -> (Project, Vec<Arc<Blueprint>>, Vec<Diagnostic>) {
    let tables: Discovery = serde_json::from_str(&files["catalogs/acme-warehouse.json"]).unwrap();
    let catalogs = Catalogs(BTreeMap::from([("acme-warehouse".to_owned(), tables)]));
    let variables = BTreeMap::from([("ACME_STORE_URL".to_owned(), "https://shop.example".to_owned())]);
    let (project, found) = load(&MemoryFiles(files), &variables, environment);
    let mut all = found.sorted();
    let mut blueprints = Vec::new();
    for pipeline in &project.pipelines {
        let (blueprint, more) =
            compile(&project, &pipeline.name, &project.tenants[0], &connectors::registry(), &catalogs);
        blueprints.extend(blueprint.map(Arc::new));
        all.extend(more);
    }
    if blueprints.len() == project.pipelines.len() {
        let registry = connectors::registry();
        let mut cases = Cases::new(&project, &registry, &catalogs, &blueprints, None);
        let cases: Vec<_> =
            project.pipelines.iter().flat_map(|pipeline| cases.of(pipeline, |_| true)).collect();
        all.extend(testing::check(&cases));
    }
    (project, blueprints, all)
}

/// Puts a mistake into its file. Gives what is written there now, and which of its bytes must be named.
fn plant(files: &mut BTreeMap<String, String>, planted: &Planted) -> (String, Range<usize>) {
    let marked = planted.wrong;
    let (start, end) = (marked.find('<').unwrap(), marked.rfind('>').unwrap());
    let written = format!("{}{}{}", &marked[..start], &marked[start + 1..end], &marked[end + 1..]);
    let file = files.get_mut(planted.file).unwrap();
    assert!(file.contains(planted.right), "`{}` is not in {}", planted.right, planted.file);
    *file = file.replacen(planted.right, &written, 1);
    (written, start..end - 1)
}

#[test]
fn sixteen_mistakes_are_told_in_one_run_each_at_its_bytes() {
    let mut files = files();
    let written: Vec<_> = PLANTED.iter().map(|planted| plant(&mut files, planted)).collect();
    let (_, blueprints, found) = judged(files.clone(), None);
    assert!(blueprints.is_empty(), "nothing runs");
    let mut missing = Vec::new();
    for (planted, (written, bytes)) in PLANTED.iter().zip(&written) {
        let begin = files[planted.file].find(written).unwrap();
        let bytes = begin + bytes.start..begin + bytes.end;
        let is_told = found.iter().any(|diagnostic| {
            let place = diagnostic.place();
            diagnostic.severity == Severity::Error
                && diagnostic.code.as_str() == planted.code
                && place.is_some_and(|place| place.file == planted.file && (place.start..place.end) == bytes)
        });
        if !is_told {
            let text = &files[planted.file][bytes.clone()];
            missing.push(format!("{} at `{text}` ({bytes:?}) in {}", planted.code, planted.file));
        }
    }
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(missing.is_empty(), "not told:\n{}\n\ntold:\n{}", missing.join("\n"), told.join("\n"));
    let errors = found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    assert_eq!(errors, PLANTED.len(), "one mistake is told once:\n{}", told.join("\n"));
}

#[test]
fn the_reference_project_has_no_mistake_in_any_environment() {
    let files = files();
    let overlay = |file: &String| file.strip_prefix("connections.")?.strip_suffix(".toml").map(str::to_owned);
    let environments: Vec<Option<String>> =
        std::iter::once(None).chain(files.keys().filter_map(overlay).map(Some)).collect();
    assert!(environments.len() > 1, "there is a demo");
    for environment in environments {
        let (project, blueprints, found) = judged(files.clone(), environment.as_deref());
        let wrong = found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        let wrong: Vec<String> = wrong.map(ToString::to_string).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{environment:?}");
        assert_eq!((blueprints.len(), project.tenants.len()), (2, 1));
    }
}
