//! What is known of one record: each fact by its bounds, or the way in which it is not known.

use crate::value::{Date, Timestamp};

/// What is known of a fact. Days are counted from 1970-01-01; counts and truths (0 and 1) are themselves;
/// classes, places, kinds of facilities and payers are numbers of their vocabularies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FactValue {
    /// The export has no field or record set for it.
    #[default]
    Absent,
    /// The record has no value there.
    Missing,
    /// There is a value, but it cannot be read, or several contradict each other.
    Unknown,
    /// It lies between these, both included.
    Known {
        /// The least it can be.
        low: i64,
        /// The greatest it can be.
        high: i64,
    },
}

impl FactValue {
    /// A value that is known exactly.
    #[must_use]
    pub const fn exact(value: i64) -> Self {
        Self::Known { low: value, high: value }
    }

    /// Something that is true or false.
    #[must_use]
    pub const fn truth(value: bool) -> Self {
        Self::exact(value as i64)
    }

    /// A day.
    #[must_use]
    pub const fn day(date: Date) -> Self {
        Self::exact(date.0 as i64)
    }

    /// A day that lies between two, both included.
    #[must_use]
    pub const fn days(low: Date, high: Date) -> Self {
        Self::Known { low: low.0 as i64, high: high.0 as i64 }
    }

    /// The day of a moment that lies between two.
    #[must_use]
    pub fn moments(low: Timestamp, high: Timestamp) -> Self {
        Self::days(low.date(), high.date())
    }

    /// Whether it is certainly more than nothing: a truth that is true, a count of one or more.
    #[must_use]
    pub const fn holds(self) -> Held {
        match self {
            Self::Known { low, .. } if low > 0 => Held::Yes,
            Self::Known { high, .. } if high <= 0 => Held::No,
            Self::Missing => Held::No,
            Self::Absent => Held::NotSaid,
            Self::Known { .. } | Self::Unknown => Held::Maybe,
        }
    }

    /// The one value, if it is known exactly.
    pub(super) const fn single(self) -> Option<i64> {
        match self {
            Self::Known { low, high } if low == high => Some(low),
            _ => None,
        }
    }
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// It can be either.
    Maybe,
    /// The export does not say.
    NotSaid,
}

macro_rules! facts {
    ($($(#[doc = $doc:literal])+ $variant:ident $key:literal => $name:literal,)+) => {
        /// An input of the derivation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fact {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Fact {
            /// Every fact, in the order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word that rules use.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// The fact that a word means.
            #[must_use]
            pub fn named(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|fact| fact.key() == key)
            }

            /// What people call it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

facts! {
    /// The class of the record: a number of [`super::RecordClass`].
    Class "class" => "class of record",
    /// The place of the facility: a number of [`super::Timetable::places`], or -1 for another place.
    Place "place" => "place of the facility",
    /// The kind of the facility: a number of [`super::Facility`].
    Facility "facility" => "kind of facility",
    /// The payer: a number of [`super::Payer`].
    Payer "payer" => "payer",
    /// The day of birth.
    Birth "birth" => "birth date",
    /// The day of death; missing while the patient lives.
    Death "death" => "death date",
    /// The admission of the record's own stay.
    Admitted "admitted" => "admission",
    /// The end of the record's own stay.
    Discharged "discharged" => "discharge",
    /// The latest admission among the patient's stays that began by the day of destruction.
    LastAdmission "last_admission" => "latest admission",
    /// The latest end of those stays.
    LastDischarge "last_discharge" => "most recent discharge",
    /// The latest day of service among the stays and visits that began by the day of destruction.
    LastService "last_service" => "most recent service",
    /// How many of those stays have no end.
    OpenStays "open_stays" => "stays without an end",
    /// The day on which the record was made.
    Created "created" => "creation of the record",
    /// The day of the last entry.
    LastEntry "last_entry" => "last entry",
    /// The day of the service or examination.
    Serviced "serviced" => "date of service",
    /// The day on which the result was reported.
    Reported "reported" => "date of reporting",
    /// The transfer to or from another hospital.
    Transferred "transferred" => "transfer",
    /// The end of the contract with the plan.
    ContractEnd "contract_end" => "end of the contract",
    /// The completion of an audit.
    AuditCompleted "audit_completed" => "completion of the audit",
    /// The end of employment.
    EmploymentEnd "employment_end" => "end of employment",
    /// The last day on which the document was in effect.
    LastInEffect "last_in_effect" => "last day in effect",
    /// The end of the study.
    StudyEnd "study_end" => "end of the study",
    /// The approval for marketing, or the day from which records no longer serve one.
    MarketingDecided "marketing_decided" => "decision on marketing",
    /// The filing of the cost report.
    CostReportFiled "cost_report_filed" => "filing of the cost report",
    /// The latest expiry of the blood product.
    ProductExpiry "product_expiry" => "expiry of the product",
    /// The day on which the patient left the list of the practice.
    Deregistered "deregistered" => "deregistration",
    /// How many later mammograms of the patient were made here by the day of destruction.
    LaterMammograms "later_mammograms" => "later mammogram",
    /// Whether the signed report is kept.
    ReportKept "report_kept" => "signed report kept",
    /// Whether a copy is in the chart.
    CopyInRecord "copy_in_record" => "copy in the chart",
    /// Whether the content was preserved by an accepted process.
    Reproduced "reproduced" => "reproduction",
    /// The day on which the patient or a parent was told.
    PatientNotified "patient_notified" => "notice to the patient",
    /// Whether the patient authorized the destruction in writing.
    PatientAuthorized "patient_authorized" => "authorization of the patient",
    /// The day on which the authority was told.
    AuthorityNotified "authority_notified" => "notice to the authority",
    /// Whether the destruction was in the ordinary course of business.
    NormalCourse "normal_course" => "ordinary course of business",
    /// How many legal holds were in force on the day.
    Holds "holds" => "legal holds",
    /// How many legal holds in force on the day name no patient, so that they may be about any record.
    UnnamedHolds "unnamed_holds" => "legal holds that name no patient",
    /// How many access, amendment and accounting requests were open on the day.
    Requests "requests" => "open requests",
    /// The notice of the litigation that was pending on the day; missing without one.
    Litigation "litigation" => "notice of litigation",
    /// The day of destruction.
    Destroyed "destroyed" => "date of destruction",
    /// How many entries the destruction log has for the record.
    Logged "logged" => "entry in the destruction log",
    /// How many entries the inventory has for the record.
    Inventoried "inventoried" => "entry in the inventory",
    /// Whether the method is written down.
    Method "method" => "method",
    /// Whether the destroyed records are described.
    Description "description" => "description",
    /// Whether the first date of the records is written down.
    RangeStart "range_start" => "first date of the records",
    /// Whether the last date of the records is written down.
    RangeEnd "range_end" => "last date of the records",
    /// Whether the person who destroyed them is written down.
    DestroyedBy "destroyed_by" => "who destroyed them",
    /// Whether a witness is written down.
    Witness "witness" => "witness",
    /// Whether the person who authorized it is written down.
    AuthorizedBy "authorized_by" => "who authorized it",
}

/// How many facts there are.
const COUNT: usize = Fact::ALL.len();

/// What is known of one record. It can be cleared and filled again for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    values: [FactValue; COUNT],
}

impl Default for Facts {
    fn default() -> Self {
        Self { values: [FactValue::Absent; COUNT] }
    }
}

impl Facts {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is known of a fact.
    #[must_use]
    #[inline]
    pub fn get(&self, fact: Fact) -> FactValue {
        self.values[fact as usize]
    }

    /// Says what is known of a fact.
    #[inline]
    pub fn set(&mut self, fact: Fact, value: FactValue) {
        self.values[fact as usize] = value;
    }

    /// The same facts with another.
    #[must_use]
    pub fn with(mut self, fact: Fact, value: FactValue) -> Self {
        self.set(fact, value);
        self
    }
}

/// A set of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct FactSet(u64);

const _: () = assert!(COUNT <= 64, "a set of facts is one word");

impl FactSet {
    /// No fact.
    pub const EMPTY: Self = Self(0);

    /// One fact.
    #[must_use]
    pub const fn of(fact: Fact) -> Self {
        Self(1 << fact as u64)
    }

    /// The facts of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Adds a fact.
    pub const fn insert(&mut self, fact: Fact) {
        self.0 |= 1 << fact as u64;
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it is among them.
    #[must_use]
    pub const fn contains(self, fact: Fact) -> bool {
        self.0 & (1 << fact as u64) != 0
    }

    /// The facts, in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Fact> {
        Fact::ALL.iter().copied().filter(move |fact| self.contains(*fact))
    }
}
