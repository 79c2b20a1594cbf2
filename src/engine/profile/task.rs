//! Which columns of a file are looked at, and what their names and the dictionary say of them.

use crate::detect::{Context, DETECTORS, Finder, Identifying, Role, Site, Whose};
use crate::finding::header_text;
use crate::plan::{BoundColumn, BoundFile, Plan, normalise};
use crate::rule::{Check, Field, Phi};
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
        })
    }
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
