//! The chart of accounts of a new company, and what types of account there are.

/// What an account type implies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::quickbooks) struct Class {
    pub(in crate::quickbooks) account_type: &'static str,
    /// The subtype of an account that names none.
    pub(in crate::quickbooks) subtype: &'static str,
    pub(in crate::quickbooks) classification: &'static str,
}

const fn class(account_type: &'static str, subtype: &'static str, classification: &'static str) -> Class {
    Class { account_type, subtype, classification }
}

const CLASSES: [Class; 15] = [
    class("Bank", "Checking", "Asset"),
    class("Accounts Receivable", "AccountsReceivable", "Asset"),
    class("Other Current Asset", "OtherCurrentAssets", "Asset"),
    class("Fixed Asset", "FurnitureAndFixtures", "Asset"),
    class("Other Asset", "OtherLongTermAssets", "Asset"),
    class("Accounts Payable", "AccountsPayable", "Liability"),
    class("Credit Card", "CreditCard", "Liability"),
    class("Other Current Liability", "OtherCurrentLiabilities", "Liability"),
    class("Long Term Liability", "NotesPayable", "Liability"),
    class("Equity", "OpeningBalanceEquity", "Equity"),
    class("Income", "SalesOfProductIncome", "Revenue"),
    class("Other Income", "OtherMiscellaneousIncome", "Revenue"),
    class("Expense", "Travel", "Expense"),
    class("Other Expense", "OtherMiscellaneousExpense", "Expense"),
    class("Cost of Goods Sold", "SuppliesMaterialsCogs", "Expense"),
];

/// The class of an `AccountType`.
pub(in crate::quickbooks) fn of_type(account_type: &str) -> Option<Class> {
    CLASSES.into_iter().find(|class| class.account_type == account_type)
}

/// The class of an `AccountSubType`, of those that the emulator knows.
pub(in crate::quickbooks) fn of_subtype(subtype: &str) -> Option<Class> {
    CLASSES.into_iter().find(|class| class.subtype == subtype).or_else(|| {
        ACCOUNTS
            .iter()
            .find(|(_, _, of)| *of == subtype)
            .and_then(|(_, account_type, _)| of_type(account_type))
    })
}

/// Name, type and subtype of the accounts of a new company. Ids follow the order.
pub(super) const ACCOUNTS: [(&str, &str, &str); 26] = [
    ("Sales", "Income", "SalesOfProductIncome"),
    ("Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("Services", "Income", "ServiceFeeIncome"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Chequing", "Bank", "Checking"),
    ("Checking", "Bank", "Checking"),
    ("Savings", "Bank", "Savings"),
    ("Stripe clearing", "Other Current Asset", "OtherCurrentAssets"),
    ("PayPal clearing", "Other Current Asset", "OtherCurrentAssets"),
    ("Cash on hand", "Bank", "CashOnHand"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable"),
    ("Gift cards outstanding", "Other Current Liability", "OtherCurrentLiabilities"),
    ("Customer deposits", "Other Current Liability", "OtherCurrentLiabilities"),
    ("Discounts given", "Income", "DiscountsRefundsGiven"),
    ("Shipping Income", "Income", "SalesOfProductIncome"),
    ("Fees Billed", "Income", "ServiceFeeIncome"),
    ("Refunds", "Income", "DiscountsRefundsGiven"),
    ("Inventory Asset", "Other Current Asset", "Inventory"),
    ("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("Bank charges", "Expense", "BankCharges"),
    ("Merchant fees", "Expense", "BankCharges"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("Retained Earnings", "Equity", "RetainedEarnings"),
    ("Exchange Gain or Loss", "Other Expense", "ExchangeGainOrLoss"),
];
