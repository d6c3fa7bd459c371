//! The connectors that come with the engine, put into it when it is built.

use crate::Described;
use std::collections::BTreeMap;

macro_rules! files {
    ($folder:literal: $($file:literal),+ $(,)?) => {
        &[$(($file, include_str!(concat!("../../catalog/", $folder, "/", $file)))),+]
    };
}

/// The folders of `connectors/catalog`. A test compares the lists with what is there.
const FOLDERS: [(&str, &[(&str, &str)]); 3] = [
    (
        "quickbooks",
        files!["quickbooks": "connector.toml", "objects/Account.json", "objects/Class.json", "objects/CompanyCurrency.json", "objects/CreditMemo.json", "objects/Customer.json", "objects/Department.json", "objects/Deposit.json", "objects/Invoice.json", "objects/Item.json", "objects/JournalEntry.json", "objects/Payment.json", "objects/PaymentMethod.json", "objects/RefundReceipt.json", "objects/SalesReceipt.json", "objects/TaxCode.json", "objects/TaxRate.json", "objects/Term.json"],
    ),
    ("supabase", files!["supabase": "connector.toml"]),
    (
        "woocommerce",
        files!["woocommerce": "connector.toml", "streams/coupons.json", "streams/customers.json", "streams/orders.json", "streams/product_categories.json", "streams/products.json", "streams/refunds.json", "streams/tax_classes.json", "streams/tax_rates.json", "streams/variations.json"],
    ),
];

/// The connectors that come with the engine. Tests promise that each of them reads.
pub fn bundled() -> impl Iterator<Item = Described> {
    FOLDERS.iter().filter_map(|(_, files)| Described::read(&by_name(files)).ok())
}

fn by_name(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Problem;

    #[test]
    fn every_bundled_connector_reads_and_has_the_name_of_its_folder() {
        for (name, files) in FOLDERS {
            let described = Described::read(&by_name(files))
                .map_err(|problems| problems.iter().map(Problem::to_string).collect::<Vec<_>>());
            assert_eq!(
                described.map(|described| engine_contract::DynConnector::name(&described).to_owned()),
                Ok(name.to_owned())
            );
        }
        assert_eq!(bundled().count(), FOLDERS.len());
    }

    #[test]
    fn every_file_of_the_catalog_is_bundled() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog");
        let bundled: Vec<_> = FOLDERS
            .iter()
            .flat_map(|(folder, files)| files.iter().map(move |(file, _)| format!("{folder}/{file}")))
            .collect();
        let mut there = Vec::new();
        for folder in std::fs::read_dir(&root).unwrap().map(Result::unwrap) {
            let folder_name = folder.file_name().into_string().unwrap();
            assert!(folder.path().join("README.md").is_file(), "{folder_name} has a README.md");
            there.push(format!("{folder_name}/connector.toml"));
            for kind in ["objects", "streams"] {
                let Ok(files) = std::fs::read_dir(folder.path().join(kind)) else { continue };
                let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
                there.extend(names.map(|name| format!("{folder_name}/{kind}/{name}")));
            }
        }
        there.sort();
        let mut bundled = bundled;
        bundled.sort();
        assert_eq!(bundled, there);
    }
}
