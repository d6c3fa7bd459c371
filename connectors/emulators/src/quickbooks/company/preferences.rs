//! The preferences of a new company, in the groups of the service.

use serde_json::{Value, json};

use crate::quickbooks::settings::{Company, CompanyKind};

pub(super) fn of(company: &Company) -> Value {
    let chosen = &company.preferences;
    let mut tax = json!({"UsingSalesTax": true});
    if company.kind == CompanyKind::UsAst {
        // Its presence tells of automated sales tax.
        tax = json!({"UsingSalesTax": true, "PartnerTaxEnabled": true, "TaxGroupCodeRef": {"value": "2"}});
    }
    let mut accounting = json!({
        "FirstMonthOfFiscalYear": "January",
        "UseAccountNumbers": false,
        "TaxYearMonth": "January",
        "ClassTrackingPerTxn": false,
        "ClassTrackingPerTxnLine": chosen.track_classes,
        "TrackDepartments": chosen.track_departments,
        "DepartmentTerminology": "Location",
        "CustomerTerminology": "Customers",
    });
    if let (Some(date), Some(group)) = (chosen.book_close_date, accounting.as_object_mut()) {
        group.insert("BookCloseDate".to_owned(), Value::String(date.to_string()));
    }
    json!({
        "AccountingInfoPrefs": accounting,
        "ProductAndServicesPrefs": {
            "ForSales": true,
            "ForPurchase": true,
            "QuantityWithPriceAndRate": true,
            "QuantityOnHand": true,
        },
        "SalesFormsPrefs": {
            "AllowDeposit": chosen.allow_deposit,
            "AllowDiscount": chosen.allow_discount,
            "AllowEstimates": true,
            "AllowServiceDate": false,
            "AllowShipping": chosen.allow_shipping,
            "CustomTxnNumbers": chosen.custom_txn_numbers,
            "DefaultTerms": {"value": "3"},
            "ETransactionEnabledStatus": "NotApplicable",
            "ETransactionAttachPDF": false,
            "ETransactionPaymentEnabled": false,
            "IPNSupportEnabled": false,
            "UsingPriceLevels": false,
            "UsingProgressInvoicing": false,
        },
        "VendorAndPurchasesPrefs": {"BillableExpenseTracking": true, "TrackingByCustomer": true},
        "TimeTrackingPrefs": {
            "UseServices": true,
            "BillCustomers": true,
            "ShowBillRateToAll": false,
            "WorkWeekStartDate": "Monday",
            "MarkTimeEntriesBillable": true,
        },
        "TaxPrefs": tax,
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": chosen.multi_currency,
            "HomeCurrency": {"value": company.home_currency},
        },
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": false},
        "OtherPrefs": {"NameValue": []},
    })
}
