//! Which columns of a file are looked at, and what their names and the dictionary say of them.

use crate::detect::known::KnownKind;
use crate::detect::{Context, DETECTORS, Finder, Identifying, Role, Site, Whose};
use crate::finding::header_text;
use crate::plan::{BoundColumn, BoundFile, Plan, normalise};
use crate::rule::{Check, Field, PATIENTS, Phi, ReleaseCheck, ReleaseKind};
use crate::value::{Date, FieldType};

/// What is looked for in the columns of one file.
#[derive(Debug)]
pub(crate) struct ProfileTask {
    /// The columns, in the order of the file.
    pub(crate) columns: Vec<ProfiledColumn>,
    /// What finds identifiers in cells.
    pub(super) finder: Finder,
    /// What each detector and each pattern of the site finds, by its number.
    pub(super) kinds: Vec<Option<Identifying>>,
    /// The detectors that go by labels of records and accounts, by their numbers.
    pub(super) of_records: Vec<u8>,
    /// Whether fictional identifiers count.
    pub(super) fictional: bool,
    /// Whether any column may hold years that show an age.
    pub(super) has_years: bool,
    /// What is looked for of the patients whose records are part of the audit.
    pub(super) sought: Vec<KnownKind>,
}

/// One column.
#[derive(Debug)]
pub(crate) struct ProfiledColumn {
    /// Its number in the file.
    pub(crate) column: usize,
    /// What it is called in findings.
    pub(crate) name: String,
    /// What it holds by its name.
    pub(super) role: Option<Role>,
    /// Who says so.
    pub(super) said: Said,
    /// Whose its values are.
    pub(super) whose: Whose,
    /// How closely its cells are looked at.
    pub(super) look: Look,
    /// Whether it holds the codes by which the sender can find a patient again.
    pub(super) is_code: bool,
    /// Texts that mean missing.
    pub(super) nulls: Vec<Box<[u8]>>,
    /// What its name says to the detectors.
    pub(super) context: Context,
}

/// Who says what a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// The dictionary: whatever stands there is one.
    Dictionary,
    /// Its header: what stands there must look like one.
    Header,
}

/// How closely the cells of a column are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// For anything.
    All,
    /// For identifiers in prose alone: the dictionary says that the field identifies nobody.
    Prose,
    /// Not at all: the dictionary says that the field identifies nobody, and it is no prose.
    Nothing,
}

impl ProfileTask {
    /// What is looked for in a file; `None` where no rule is about what it claims to be.
    pub(crate) fn compile(
        plan: &Plan,
        number: usize,
        ready: &[usize],
        as_of: Date,
    ) -> Option<Self> {
        let file = plan.table_of(number)?;
        let about = || {
            ready.iter().map(|rule| &plan.rules[*rule]).filter(|rule| plan.is_about(rule, number))
        };
        about().next()?;
        // All of them look for the same: the project file and the place of the run say what.
        let detection = about().find_map(|rule| match &rule.check {
            Check::Release(check) => Some(check.detection.clone()),
            _ => None,
        });
        let detection = detection.unwrap_or_default();
        let finder = detection.site.finder(&detection.default_names(), as_of).ok()?;
        let columns: Vec<ProfiledColumn> = (0..file.table.header.names.len())
            .map(|column| profiled(plan, file, column, &finder))
            .collect();
        let has_years = columns
            .iter()
            .any(|column| matches!(column.role, Some(Role::Birth | Role::Year | Role::Date)));
        Some(Self {
            columns,
            finder,
            kinds: kinds(&detection.site),
            of_records: (0_u8..)
                .zip(DETECTORS)
                .filter(|(_, detector)| detector.group == "record")
                .map(|(number, _)| number)
                .collect(),
            fictional: about().any(|rule| rule.report_fictional),
            has_years,
            sought: sought(plan, number, ready),
        })
    }

    /// Whether codes are looked for that are made of what is known of a patient.
    pub(crate) fn asks_for_pseudonyms(&self) -> bool {
        self.sought.iter().any(|kind| kind.is_pseudonym())
    }

    /// The columns in which known identifiers are looked for.
    pub(crate) fn searched(&self) -> impl Iterator<Item = usize> {
        let looked_at =
            |column: &&ProfiledColumn| !self.sought.is_empty() && column.look != Look::Nothing;
        self.columns.iter().filter(looked_at).map(|column| column.column)
    }
}

/// What the rules about a file of a release ask of the patients whose records are part of the audit; nothing where no
/// file holds any.
pub(crate) fn sought(plan: &Plan, file: usize, ready: &[usize]) -> Vec<KnownKind> {
    let rules = ready.iter().map(|rule| &plan.rules[*rule]);
    let checks =
        rules.filter(|rule| plan.is_about(rule, file)).filter_map(|rule| match &rule.check {
            Check::Release(check) => Some(check),
            _ => None,
        });
    let removed: Vec<Identifying> = checks.flat_map(|check| check.remove.iter().copied()).collect();
    let patients = plan.dictionary.sets.iter().position(|set| set.name == PATIENTS);
    let mut tables = patients.iter().flat_map(|set| plan.files_of(*set)).peekable();
    if removed.is_empty() || tables.peek().is_none() {
        return Vec::new();
    }
    // In a table of patients that is made fit to leave itself, the numbers of patients are the codes by which it goes.
    let is_cut = |file: usize| {
        let kind = plan.files.get(file).and_then(|file| file.claim.kind);
        kind.is_some_and(|kind| kind != ReleaseKind::Identified)
    };
    let numbers_are_codes = tables.any(|(file, _)| is_cut(file));
    let asks = |kind: &KnownKind| {
        Identifying::of_known(*kind).is_some_and(|of| removed.contains(&of))
            && !(numbers_are_codes && *kind == KnownKind::PatientNumber)
    };
    KnownKind::ALL.into_iter().filter(asks).collect()
}

/// What each detector finds, and each pattern of the site: what the detector finds whose place it takes, else numbers
/// of records, for that is what sites have shapes of.
fn kinds(site: &Site) -> Vec<Option<Identifying>> {
    let catalogue = DETECTORS.iter().map(|detector| Identifying::of_detector(detector.name));
    let own = site.patterns().iter().map(|pattern| {
        let replaced = pattern.replaces.as_deref().and_then(Identifying::of_detector);
        Some(replaced.unwrap_or(Identifying::RecordNumbers))
    });
    catalogue.chain(own).collect()
}

/// What a rule could not look for, since nothing is known of any patient: names and numbers of records have no shape
/// of their own that gives them away.
pub(crate) fn unsought(plan: &Plan, check: &ReleaseCheck) -> Option<String> {
    let shapeless = [Identifying::Names, Identifying::RecordNumbers];
    let words = check.remove.iter().find(|kind| shapeless.contains(kind))?.words();
    let patients = plan.dictionary.sets.iter().position(|set| set.name == PATIENTS);
    let known = patients.is_some_and(|set| plan.files_of(set).next().is_some());
    (!known).then(|| {
        format!(
            "no file of the audit holds `{PATIENTS}`: {words} were looked for by labels, titles and shapes alone; \
             with the facility's own table of patients beside the release, those of its patients are found everywhere"
        )
    })
}

fn profiled(plan: &Plan, file: &BoundFile, column: usize, finder: &Finder) -> ProfiledColumn {
    let header = file.table.header.names.get(column).map_or("", String::as_str);
    let set = plan.dictionary.sets.get(file.set);
    let bound =
        |bound: &Option<BoundColumn>| bound.as_ref().is_some_and(|bound| bound.column == column);
    let field = file.columns.iter().position(bound);
    let reader = field.and_then(|field| file.columns[field].as_ref()).map(|bound| &bound.reader);
    let field = field.and_then(|field| set?.fields.get(field));
    let recognised = !file.columns.is_empty();
    let name = match field {
        Some(field) => field.name.clone(),
        None if recognised || Role::knows_all(header) => header_text(header),
        // Of a table that nobody recognised the header may be a record.
        None => format!("column {}", column + 1),
    };
    let of_header = Role::of_name(header);
    let (role, whose, said, look) = match field {
        Some(field) => of_field(field, of_header.map(|(role, _)| role)),
        None => {
            let (role, whose) = of_header.unzip();
            (role, whose.unwrap_or(Whose::Patient), Said::Header, Look::All)
        }
    };
    let codes = &plan.release.settings.codes;
    let is_code = codes.iter().any(|code| *code == name || normalise(code) == normalise(header));
    ProfiledColumn {
        column,
        role,
        said,
        whose,
        look,
        is_code,
        nulls: reader.map(|reader| reader.nulls.clone()).unwrap_or_default(),
        context: finder.context(&[&name, header]),
        name,
    }
}

/// What the dictionary says of a field; the header under which it stands is more exact about its kind.
fn of_field(field: &Field, of_header: Option<Role>) -> (Option<Role>, Whose, Said, Look) {
    let named = of_header.or_else(|| Role::of_name(&field.name).map(|(role, _)| role));
    let identifying = |role: &Role| !matches!(role, Role::Amount | Role::Ordinal | Role::Code);
    let named = named.filter(identifying);
    let (role, look) = match field.phi {
        Phi::None if field.ty == FieldType::Text => (None, Look::Prose),
        Phi::None => (None, Look::Nothing),
        Phi::Direct => (
            named.or(Some(match field.ty {
                FieldType::Text => Role::Element(Identifying::Names),
                FieldType::Date | FieldType::Time | FieldType::Timestamp | FieldType::Instant => {
                    Role::Date
                }
                _ => Role::PersonCode,
            })),
            Look::All,
        ),
        Phi::Date => (named.filter(|role| *role == Role::Birth).or(Some(Role::Date)), Look::All),
        Phi::Quasi => (named, Look::All),
        Phi::Text => (None, Look::All),
    };
    (role, Whose::Patient, Said::Dictionary, look)
}
