//! The kinds of objects that the emulator knows.

/// A kind of object, in the words of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Account,
    Attachable,
    Class,
    CompanyCurrency,
    CompanyInfo,
    CreditMemo,
    Customer,
    Department,
    Deposit,
    Employee,
    Invoice,
    Item,
    JournalEntry,
    Payment,
    PaymentMethod,
    Preferences,
    RefundReceipt,
    SalesReceipt,
    TaxAgency,
    TaxCode,
    TaxRate,
    Term,
    Vendor,
}

impl Kind {
    pub(super) const ALL: [Self; 23] = [
        Self::Account,
        Self::Attachable,
        Self::Class,
        Self::CompanyCurrency,
        Self::CompanyInfo,
        Self::CreditMemo,
        Self::Customer,
        Self::Department,
        Self::Deposit,
        Self::Employee,
        Self::Invoice,
        Self::Item,
        Self::JournalEntry,
        Self::Payment,
        Self::PaymentMethod,
        Self::Preferences,
        Self::RefundReceipt,
        Self::SalesReceipt,
        Self::TaxAgency,
        Self::TaxCode,
        Self::TaxRate,
        Self::Term,
        Self::Vendor,
    ];

    /// The key of the object in bodies, such as `SalesReceipt`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::Attachable => "Attachable",
            Self::Class => "Class",
            Self::CompanyCurrency => "CompanyCurrency",
            Self::CompanyInfo => "CompanyInfo",
            Self::CreditMemo => "CreditMemo",
            Self::Customer => "Customer",
            Self::Department => "Department",
            Self::Deposit => "Deposit",
            Self::Employee => "Employee",
            Self::Invoice => "Invoice",
            Self::Item => "Item",
            Self::JournalEntry => "JournalEntry",
            Self::Payment => "Payment",
            Self::PaymentMethod => "PaymentMethod",
            Self::Preferences => "Preferences",
            Self::RefundReceipt => "RefundReceipt",
            Self::SalesReceipt => "SalesReceipt",
            Self::TaxAgency => "TaxAgency",
            Self::TaxCode => "TaxCode",
            Self::TaxRate => "TaxRate",
            Self::Term => "Term",
            Self::Vendor => "Vendor",
        }
    }

    /// The kind of this name; upper and lower case are the same, as in the service's paths and queries.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// A sale or its opposite: items on lines, taxes, a total.
    pub(super) fn is_sale(self) -> bool {
        matches!(self, Self::Invoice | Self::SalesReceipt | Self::CreditMemo | Self::RefundReceipt)
    }

    /// Something with a date that moves money.
    pub(super) fn is_transaction(self) -> bool {
        self.is_sale() || matches!(self, Self::Payment | Self::Deposit | Self::JournalEntry)
    }

    /// Can be deleted; entries of lists are put out of use instead.
    pub(super) fn can_be_deleted(self) -> bool {
        self.is_transaction() || self == Self::Attachable
    }

    /// Can be voided: it stays, and its amounts become zero.
    pub(super) fn can_be_voided(self) -> bool {
        self.is_sale() || self == Self::Payment
    }

    /// There is one per company, and its id says nothing.
    pub(super) fn is_single(self) -> bool {
        matches!(self, Self::CompanyInfo | Self::Preferences)
    }

    /// Has a name that no other customer, vendor or employee may have.
    pub(super) fn is_person(self) -> bool {
        matches!(self, Self::Customer | Self::Vendor | Self::Employee)
    }

    /// The field that holds the name of a list entry.
    pub(super) fn name_field(self) -> &'static str {
        match self {
            Self::Customer | Self::Vendor | Self::Employee | Self::TaxAgency => "DisplayName",
            Self::CompanyCurrency => "Code",
            Self::CompanyInfo => "CompanyName",
            Self::Attachable => "FileName",
            _ => "Name",
        }
    }

    /// The counter that gives its ids: transactions share one, and so do people.
    pub(super) fn counter(self) -> &'static str {
        if self.is_transaction() {
            "transaction"
        } else if self.is_person() {
            "person"
        } else {
            self.name()
        }
    }

    /// Changes of it are told by change data capture. Docs of the service except `TaxAgency`, `TaxCode` and
    /// `TaxRate`; the two single objects have no list of changes either.
    pub(super) fn is_captured(self) -> bool {
        !matches!(
            self,
            Self::TaxAgency | Self::TaxCode | Self::TaxRate | Self::CompanyInfo | Self::Preferences
        )
    }
}
