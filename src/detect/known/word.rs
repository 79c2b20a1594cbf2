//! Words around names and addresses, and names that are words.

use crate::detect::words::WordList;

/// Names that are words of notes too: eponyms, months, colours, things. Alone they are no sign of a person.
pub(super) static ORDINARY: WordList<2048> = WordList::new(
    "abbott adams addison adler adson allen allis alzheimer angel angle apgar april ash ashman august austin avery \
     babcock babinski baker ball bank banks barlow barr barrett barton basset bay beach bean bear beck becker beers behcet \
     bell bennett berger berry best bill billings binet binder bird bishop black blair blake block blood blue bond \
     bowel bowen bowman boyd braden branch brand bridge bright britain brook brooks brown bruce brush buck \
     buerger burch burger burkitt burn burns burr bush butler camp campbell cannon carpenter carrel carter case cash \
     castle chair chance charcot charity chase chester chiari child childs chin christian church clark clay \
     clean cloud cobb cole coles coombs cook cooper cotton craft crane crisp crohn cross crouch cruise cruz cushing \
     dale dandy darling dawn day dean deaver december destiny diamond dix dixon doc down doppler drake dressler \
     duke duncan dupuytren early east easter echo eden eisenhower ellis english epley erb eve ewing \
     faith fair fall fallot fanconi farmer february fields finch fish fisher flagg flair flint flowers foley forest forbes \
     foot forceps ford fort foster fowler fox france franco francis frank franklin freed freeman french friday \
     frost garden gates gauss german gleason gold golden good goodman gordon grace grand grant graves \
     gray green greene grey gross guard gunn hall ham hand hands hardy harmony hart hawk hayes head heart heath \
     heller henry hill hip hirsch hodgkin hoffman holiday holly holmes holter homan homans honey hood hope horn horner \
     house howell hunt hunter huntington hurt hutchinson iris iron island ivory ivy jack jade jasmine jean jewel \
     joint jones joy july june junior justice kay kelly key kidney kind king kirby kirk klein knight \
     kocher lake lamb lance land lane lasik law lawn leg leigh lily little lloyd lock london long love \
     low lugol lung lyme lynch major mallory mann march mark marks marshall martin mason may mayo mccarthy \
     mcburney mcgill mcmurray mcroberts mead meadows meadow mercy merit merry mill miller mills minor mobley \
     monday monroe moon moore morgan morning morris morse moses mouth murphy music nash newton nice night noble \
     north november oak october olive orange osler osgood page paget paige palm pan park parker parkinson parks parry \
     patience pearl penny pepper pierce pike pink place plain poland pole pond pool pope port porter potter pott potts power \
     price pride prince proctor purple queen quick quincke rain ramsey rankin ray raynaud read reed reese reid reiter rey \
     reynolds rich rios river rivers roach robin rock rod roman romberg rose roth rowe royal ruby rush \
     russell sage salk salmon salter samson sand sands saturday savage schilling schultz scott seal seals seldinger \
     senior september sharp shaw shell short silver simmons simon singer sims skin skinner small smart smith snell snow \
     south speed spring springs star stark starr steel stein still stillman stone storm stout street strong sturm \
     summer sun sunday swan swift taft tanner taylor temple tennant thursday tinel todd tom toomey trendelenburg \
     tuesday turner tyler vale valley victor victory vincent violet virchow virginia virgo wade wagner walker wall walls \
     ward warfarin warner washington waters watson way webb weber wednesday weeks weil weiss welch wells west \
     wheeler whipple white wilder will williams wills wilms wilson winter winters wise wolf wolfe wolff wong wood woods \
     wright yates yeager york young zimmer",
);

/// What follows the name of whoever described it first.
pub(super) static EPONYM: WordList<256> = WordList::new(
    "angle anemia aneurysm block body catheter classification clamp contracture criteria cyst disease diseases disorder \
     duct dystrophy esophagus exercise fever forceps fracture grade hernia index law line lymphoma maneuver manoeuvre \
     node nodes palsy point position procedure reflex repair retractor ring score scale sign stage stain stitch \
     syndrome test tetralogy thyroiditis triad tube tumor tumour ulcer unit waves bodies phenomenon chorea ataxia \
     hemorrhage spots method level levels",
);

/// Titles before the name of a patient.
pub(super) static TITLES: WordList<64> = WordList::new(
    "mr mrs ms miss mister madam master patient pt mx sr sra srta herr frau mme mlle",
);

/// Titles before the name of somebody who treats patients.
pub(super) static CLINICIANS: WordList<64> = WordList::new(
    "dr drs doctor prof professor attending surgeon consultant nurse provider physician resident rn np pa fellow \
     anesthesiologist cardiologist therapist pharmacist radiologist pathologist",
);

/// Degrees behind it.
pub(super) static DEGREES: WordList<64> = WordList::new(
    "md do rn np pa pac phd dds dmd crna aprn fnp lpn pharmd pt ot msw lcsw facs mbbs",
);

/// Relatives and others who are named in a note of somebody else.
pub(super) static RELATIVES: WordList<128> = WordList::new(
    "daughter son wife husband mother father sister brother spouse partner parent mom dad aunt uncle niece nephew \
     grandson granddaughter grandmother grandfather grandparent cousin friend guardian caregiver fiance fiancee boyfriend girlfriend \
     neighbor neighbour contact kin relative stepson stepdaughter twin roommate",
);

/// Small words inside last names.
pub(super) static PARTICLES: WordList<64> = WordList::new(
    "van von der den de del della di da dos das du la le el al bin ibn ten ter st san santa y e zu zur",
);

/// What stands behind a name and is none.
pub(super) static SUFFIXES: WordList<32> = WordList::new("jr sr ii iii iv md do rn np phd esq");

/// Directions in the names of streets.
pub(super) static DIRECTIONS: WordList<64> = WordList::new(
    "n s e w ne nw se sw north south east west northeast northwest southeast southwest",
);

/// Months by their first three letters.
pub(super) const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

/// The word for a kind of street as it is kept: `Street` and `St.` are one.
pub(super) fn street_kind(word: &[u8]) -> Option<&'static [u8]> {
    const KINDS: [(&str, &str); 17] = [
        ("street", "st"),
        ("avenue", "ave"),
        ("av", "ave"),
        ("road", "rd"),
        ("drive", "dr"),
        ("lane", "ln"),
        ("boulevard", "blvd"),
        ("court", "ct"),
        ("place", "pl"),
        ("parkway", "pkwy"),
        ("circle", "cir"),
        ("highway", "hwy"),
        ("terrace", "ter"),
        ("square", "sq"),
        ("trail", "trl"),
        ("crescent", "cres"),
        ("close", "cl"),
    ];
    let found = KINDS.iter().find(|(long, _)| word.eq_ignore_ascii_case(long.as_bytes()))?;
    Some(found.1.as_bytes())
}
