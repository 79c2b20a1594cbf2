//! The closed vocabularies of schedules: classes of records, kinds of facilities, what starts a period.

/// A closed list of words, each with what it means.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident => $word:literal $(| $other:literal)*,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl $name {
            /// Every member, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word that schedules use.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Every word under which it is known in schedules and exports, the schedule's own first.
            #[must_use]
            pub fn words(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$word $(, $other)*],)+ }
            }

            /// What it means, in words.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }

            /// The member that a word means.
            #[must_use]
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|member| member.words().contains(&word))
            }

            /// Its number, by which facts name it.
            #[must_use]
            pub fn number(self) -> i64 {
                self as i64
            }

            /// The member of that number.
            #[must_use]
            pub fn numbered(number: i64) -> Option<Self> {
                Self::ALL.get(usize::try_from(number).ok()?).copied()
            }
        }
    };
}

words! {
    /// What kind of record is kept.
    RecordClass {
        /// The chart of a patient or of one stay.
        MedicalRecord => "medical_record",
        /// A chart of psychiatric care.
        MentalHealthRecord => "mental_health_record",
        /// A chart of pregnancy and birth.
        MaternityRecord => "maternity_record",
        /// The chart that a general practitioner keeps for life.
        GpRecord => "gp_record",
        /// A forensic examination after an assault.
        ForensicExam => "forensic_exam",
        /// A record of treatment that an accident insurer pays for.
        AccidentInsuranceRecord => "accident_insurance_record",
        /// The summary sheet of a stay, kept for itself.
        DischargeSummary => "discharge_summary",
        /// What stays when the rest of a chart is destroyed: the core record, the abstract, the basic information.
        CoreRecord => "core_record",
        /// Records of births and deaths in the facility.
        VitalRecord => "vital_record",
        /// The master patient index.
        Mpi => "mpi",
        /// Reports and images of diagnostic imaging.
        Imaging => "imaging",
        /// Films, scans and tracings, whose signed report is kept elsewhere.
        Film => "film",
        /// A mammogram with its report.
        Mammogram => "mammogram",
        /// A report of nuclear medicine.
        NuclearMedicine => "nuclear_medicine",
        /// A record of radiation treatment.
        RadiationTreatment => "radiation_treatment",
        /// A record of an examination with radiation, where law treats it apart from other imaging.
        RadiationExamination => "radiation_examination",
        /// Requisitions, results and quality records of a laboratory.
        LabReport => "lab_report",
        /// A pathology test report.
        Pathology => "pathology" | "pathology_report",
        /// A cytology slide.
        CytologySlide => "cytology_slide",
        /// A histopathology slide.
        HistologySlide => "histology_slide",
        /// A block of tissue.
        TissueBlock => "tissue_block",
        /// A specimen of a kind that is not said.
        Specimen => "specimen",
        /// Records of blood, transfusion and immunohaematology.
        BloodRecord => "blood_record",
        /// Records of donors and of recipients of organs.
        DonorRecord => "donor_record",
        /// Orders, certifications, referrals and prescriptions of billed items.
        Orders => "orders",
        /// Records and inventories of controlled substances.
        PharmacyRecord => "pharmacy_record",
        /// The permanent log of vaccines given.
        ImmunizationLog => "immunization_log",
        /// Policies, notices, assessments, complaints and other documents that privacy and security rules require.
        ComplianceDoc => "compliance_doc" | "compliance_document",
        /// Consents and authorizations.
        Consent => "consent",
        /// Disclosures that a patient may ask an account of.
        DisclosureLog => "disclosure_log",
        /// The audit log of a record system.
        AccessLog => "access_log",
        /// The medical record of an employee as such.
        StaffHealth => "staff_health",
        /// A record of an employee's exposure to what harms.
        ExposureRecord => "exposure_record",
        /// The log of injuries at work.
        OshaLog => "osha_log",
        /// Records of the investigation of a drug.
        DrugStudyRecord => "drug_study_record" | "research_record",
        /// Records of the investigation of a device.
        DeviceStudyRecord => "device_study_record",
        /// Records of an institutional review board.
        IrbRecord => "irb_record",
    }
}

impl RecordClass {
    /// The wider class whose rows hold for this one too.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::MentalHealthRecord
            | Self::MaternityRecord
            | Self::ForensicExam
            | Self::AccidentInsuranceRecord
            | Self::DischargeSummary
            | Self::GpRecord
            | Self::Consent => Some(Self::MedicalRecord),
            Self::Film | Self::RadiationExamination => Some(Self::Imaging),
            _ => None,
        }
    }

    /// Whether it is kept of patients, so that a row must say what holds for minors.
    #[must_use]
    pub fn is_of_patient(self) -> bool {
        !matches!(
            self,
            Self::VitalRecord
                | Self::Mpi
                | Self::BloodRecord
                | Self::DonorRecord
                | Self::PharmacyRecord
                | Self::ImmunizationLog
                | Self::ComplianceDoc
                | Self::DisclosureLog
                | Self::AccessLog
                | Self::StaffHealth
                | Self::ExposureRecord
                | Self::OshaLog
                | Self::DrugStudyRecord
                | Self::DeviceStudyRecord
                | Self::IrbRecord
        )
    }

    /// Whether a row for that class holds for this one.
    #[must_use]
    pub fn is(self, class: Self) -> bool {
        self == class || self.parent() == Some(class)
    }
}

words! {
    /// What kind of facility keeps the record.
    Facility {
        /// A hospital.
        Hospital => "hospital",
        /// A psychiatric hospital.
        PsychiatricHospital => "psychiatric-hospital",
        /// A critical access hospital.
        Cah => "cah",
        /// A clinic or a free-standing emergency department.
        Clinic => "clinic",
        /// A rural health clinic.
        Rhc => "rhc",
        /// A federally qualified health center.
        Fqhc => "fqhc",
        /// A long-term care facility.
        Ltc => "ltc",
        /// A home health agency.
        Hha => "hha" | "home-health",
        /// A hospice.
        Hospice => "hospice",
        /// A dialysis facility.
        Esrd => "esrd",
        /// A laboratory.
        Lab => "lab" | "laboratory",
        /// The practice of a physician or of a general practitioner.
        Practice => "practice",
        /// An organ procurement organization.
        Opo => "opo",
        /// An insurer.
        Insurer => "insurer",
        /// Another kind.
        Other => "other",
    }
}

words! {
    /// Who pays, as far as a payer asks for its own period.
    Payer {
        /// Medicare, parts A and B.
        Medicare => "medicare",
        /// A Medicare Advantage plan.
        MedicareAdvantage => "medicare-advantage" | "medicare advantage" | "ma",
        /// A Medicare drug plan.
        MedicarePartD => "medicare-part-d",
        /// Medicaid, paid by the state.
        Medicaid => "medicaid",
        /// A Medicaid managed care plan.
        MedicaidManaged => "medicaid-managed",
        /// Somebody else.
        Other => "other",
    }
}

words! {
    /// What starts a period.
    Trigger {
        /// The end of the stay to which the record belongs.
        Discharge => "discharge",
        /// The end of the patient's most recent stay, whichever record is meant.
        LastDischarge => "last_discharge",
        /// The patient's most recent stay or visit.
        LastService => "last_service",
        /// The last entry in the record.
        LastEntry => "last_entry",
        /// The day on which the record was made.
        RecordCreated => "record_created",
        /// The day of the service or examination.
        ServiceDate => "service_date",
        /// The day on which a result was reported.
        Reported => "reported",
        /// The transfer of the patient to or from another hospital.
        Transfer => "transfer",
        /// The death of the patient.
        Death => "death",
        /// The day on which the patient comes of age.
        Majority => "majority",
        /// The end of a contract with a plan.
        ContractEnd => "contract_end",
        /// The completion of an audit.
        AuditCompleted => "audit_completed",
        /// The end of employment.
        EmploymentEnd => "employment_end",
        /// The last day on which a document was in effect.
        DocumentLastInEffect => "document_last_in_effect",
        /// The end of a study.
        StudyEnd => "study_end",
        /// The approval for marketing, or the day from which records no longer serve one.
        MarketingDecided => "marketing_decided",
        /// The filing of a cost report.
        CostReportFiled => "cost_report_filed",
        /// The latest expiry of a blood product.
        ProductExpiry => "product_expiry",
        /// The day on which a patient left the list of a practice.
        Deregistered => "deregistered",
    }
}

words! {
    /// Which day decides whether the patient was a minor.
    MinorBasis {
        /// The end of the stay.
        Discharge => "discharge",
        /// The most recent stay or visit.
        LastService => "last_service",
        /// The day on which the record was begun: a stay across the birthday counts as a minor's.
        Creation => "creation",
        /// The day of the service or examination.
        ServiceDate => "service_date",
        /// No day: the age is reached before the record may go, whenever it was made.
        Always => "always",
    }
}

words! {
    /// What a missing trigger means.
    WhenMissing {
        /// The period has not begun, or nobody wrote down when: its end is open.
        Open => "open",
        /// It did not happen, and the row says nothing of the record.
        None => "none",
        /// The record is kept as long as it is missing.
        Keep => "keep",
    }
}

words! {
    /// What takes a row away from a record.
    Lift {
        /// A later mammogram of the patient was made here.
        LaterMammogram => "later_mammogram",
        /// The signed report is kept.
        ReportKept => "report_kept",
        /// A copy is in the chart.
        CopyInRecord => "copy_in_record",
        /// The content was preserved by an accepted process.
        Reproduced => "reproduced",
        /// The patient or a parent was told before.
        PatientNotice => "patient_notice",
        /// The patient authorized the destruction in writing.
        PatientAuthorization => "patient_authorization",
        /// The patient is no longer on the list of a practice.
        Deregistered => "deregistered",
    }
}

words! {
    /// What must be shown when records are destroyed.
    Evidence {
        /// The authority was told.
        AuthorityNotice => "authority_notice",
        /// The patient was told.
        PatientNotice => "patient_notice",
        /// The patient authorized the destruction in writing.
        PatientAuthorization => "patient_authorization",
        /// The destruction was in the ordinary course of business.
        NormalCourse => "normal_course",
    }
}
