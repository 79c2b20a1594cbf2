//! The walk over a text.

use super::allow::{AllowList, Allowed};
use super::catalogue::{DETECTORS, Detector, UnknownDetector};
use super::date::{self, Nineties};
use super::eight::{ONES, below};
use super::gate::{ChainGates, Judges, Near, TokenGates};
use super::label::{Context, Labels, Mask, Pointing, Says, bit};
use super::number::{Chain, Gap, Group};
use super::reading::{
    ChainJudge, Code, Found, Labelled, LabelledKind, Number, Reading, Sign, Token, TokenJudge,
    ValueJudge,
};
use super::site::Site;
use super::tier::{Around, Judgement, Tier};
use super::words::WordList;
use super::{contact, network, person, secret};
use crate::value::Date;

/// An identifier found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The detector, by its index in [`DETECTORS`], or a pattern of the site after those: [`Finder::name_of`].
    pub detector: u8,
    /// How certain it is.
    pub tier: Tier,
    /// The exception by which it may stand; it is of tier D then.
    pub allowed: Option<Allowed>,
    /// The first byte of it.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// Finds the identifiers of some detectors in texts.
#[derive(Debug, Clone)]
pub struct Finder {
    labels: Labels,
    /// The judges of chains and of tokens, each at the number of its bit.
    chains: Vec<(Takers, OfChain)>,
    chain_gates: ChainGates,
    tokens: Vec<(Takers, OfToken)>,
    token_gates: TokenGates,
    labelled: Vec<(u8, Labelled)>,
    /// The detectors of [`Finder::labelled`], and those among them that look for secrets.
    labelled_mask: Mask,
    secrets: Mask,
    /// The judges of whole values.
    values: Vec<(u8, ValueJudge)>,
    signs: Signs,
    site: Site,
    /// The patterns of the site that are looked for.
    patterns: Mask,
    allowed: AllowList,
}

/// The detectors that take what a judge finds.
#[derive(Debug, Clone, Copy)]
struct Takers {
    own: Option<u8>,
    /// The detector that judges it anew.
    echo: Option<(u8, Judgement)>,
}

/// A judge of chains.
#[derive(Debug, Clone, Copy)]
enum OfChain {
    Judge(ChainJudge),
    Number(Number),
}

/// A judge of tokens.
#[derive(Debug, Clone, Copy)]
enum OfToken {
    /// With the bits of all gates that lead to it.
    Judge(TokenJudge, Judges),
    Code(Code),
}

/// The detectors that look for signs.
#[derive(Debug, Clone, Copy, Default)]
struct Signs {
    at: Option<u8>,
    page: Option<u8>,
    colon: Option<u8>,
    pair: Option<u8>,
    plus: Option<u8>,
    capital: Option<u8>,
    armour: Option<u8>,
    ninety: Option<u8>,
}

impl Finder {
    /// A finder of the detectors, groups and countries of these names.
    ///
    /// # Errors
    /// When a name is neither a detector's nor a group's nor a country's.
    pub fn new(names: &[&str]) -> Result<Self, UnknownDetector> {
        Site::default().finder(names, Date(0))
    }

    /// A finder of the detectors and patterns of these bits.
    pub(super) fn of(enabled: Mask, site: Site, allowed: AllowList) -> Self {
        let of_catalogue = (0_u8..).zip(DETECTORS).fold(0, |mask, (index, _)| mask | bit(index));
        let mut finder = Self {
            labels: Labels::new(enabled, site.patterns()),
            chains: Vec::new(),
            chain_gates: ChainGates::new(),
            tokens: Vec::new(),
            token_gates: TokenGates::new(),
            labelled: Vec::new(),
            labelled_mask: 0,
            secrets: 0,
            values: Vec::new(),
            signs: Signs::default(),
            site,
            patterns: enabled & !of_catalogue,
            allowed,
        };
        for (index, detector) in (0_u8..).zip(DETECTORS) {
            let own = (enabled & bit(index) != 0).then_some(index);
            let takers = Takers { own, echo: echo_of(detector, enabled) };
            for reading in detector.readings {
                finder.add(takers, reading);
            }
        }
        finder
    }

    /// The name of the detector of a hit.
    #[must_use]
    pub fn name_of(&self, detector: u8) -> &str {
        self.site.name_of(detector)
    }

    fn add(&mut self, takers: Takers, reading: &Reading) {
        if takers.own.is_some() || takers.echo.is_some() {
            match *reading {
                Reading::Chain { runs, pairs, gaps, judge } => {
                    self.chain_gates.add(runs, pairs.iter().copied(), gaps);
                    self.chains.push((takers, OfChain::Judge(judge)));
                }
                Reading::Number(number) => {
                    let pairs = number.groups.iter().map(|shape| (shape[0], shape[1]));
                    self.chain_gates.add(number.runs, pairs, number.gaps);
                    self.chains.push((takers, OfChain::Number(number)));
                }
                Reading::Token { lengths, near, judge } => {
                    let gates = near.iter().map(|near| self.token_gates.add(lengths, near));
                    let gates = gates.fold(0, |all, gate| all | gate);
                    let judges = near.iter().map(|_| (takers, OfToken::Judge(judge, gates)));
                    self.tokens.extend(judges);
                }
                Reading::Code(code) => {
                    self.token_gates.add(code.lengths, &Near::ANY);
                    self.tokens.push((takers, OfToken::Code(code)));
                }
                Reading::Labelled(_)
                | Reading::Value(_)
                | Reading::Sign(_)
                | Reading::Echo { .. } => {}
            }
        }
        let Some(index) = takers.own else { return };
        match *reading {
            Reading::Labelled(labelled) => {
                self.labelled.push((index, labelled));
                self.labelled_mask |= bit(index);
                if labelled.kind == LabelledKind::Secret {
                    self.secrets |= bit(index);
                }
            }
            Reading::Value(judge) => self.values.push((index, judge)),
            Reading::Sign(sign) => {
                let place = match sign {
                    Sign::At => &mut self.signs.at,
                    Sign::Page => &mut self.signs.page,
                    Sign::Colon => &mut self.signs.colon,
                    Sign::Pair => &mut self.signs.pair,
                    Sign::Plus => &mut self.signs.plus,
                    Sign::Capital => &mut self.signs.capital,
                    Sign::Armour => &mut self.signs.armour,
                    Sign::Ninety => &mut self.signs.ninety,
                };
                *place = Some(index);
            }
            _ => {}
        }
    }

    /// What the names of a column, its header text and its field, say about the values in it.
    #[must_use]
    pub fn context(&self, names: &[&str]) -> Context {
        Context { says: self.labels.of_names(names), allowed: self.allowed.of_column(names) }
    }

    /// The same for a column of a record set, which allowances may name as `set.field`.
    #[must_use]
    pub fn context_in(&self, record_set: &str, names: &[&str]) -> Context {
        let qualified: Vec<String> =
            names.iter().map(|name| format!("{record_set}.{name}")).collect();
        let all: Vec<&str> =
            names.iter().copied().chain(qualified.iter().map(String::as_str)).collect();
        Context { allowed: self.allowed.of_column(&all), ..self.context(names) }
    }

    /// Appends the identifiers of a text in the order in which they stand; no two overlap.
    ///
    /// Where readings overlap, the most certain one is found, then the longest one, then the earliest of the catalogue.
    /// Fictional and sample values are of tier D unless `report_fictional` says to judge them like real ones, and so is
    /// what the site allows. The text may hold any bytes; takes time in proportion to its length. What lies beyond
    /// 4 GiB is not looked at.
    pub fn scan(
        &self,
        text: &[u8],
        context: &Context,
        report_fictional: bool,
        hits: &mut Vec<Hit>,
    ) {
        let limit = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
        let text = &text[..text.len().min(limit)];
        let first = hits.len();
        let mut walk = Walk {
            finder: self,
            text,
            context,
            report_fictional,
            first,
            labelled_to: 0,
            near: None,
            of_site: Vec::new(),
            hits,
        };
        if self.patterns != 0 {
            self.site.search(text, self.patterns, &mut walk.of_site);
            walk.of_site.reverse();
        }
        let Signs { capital, armour, pair, .. } = self.signs;
        let capitals =
            if capital.or(armour).or(pair).is_some() { Capitals::Sought } else { Capitals::Passed };
        walk.value();
        let mut nineties = self.signs.ninety.is_some().then(|| Nineties::of(text));
        let mut at = 0;
        loop {
            let found = next_trigger(text, at, capitals);
            let until = found.unwrap_or(text.len());
            while let Some(middle) = nineties.as_mut().and_then(|some| some.next_until(until)) {
                walk.offer(self.signs.ninety, |text| date::age_in_words(text, middle));
            }
            let Some(found) = found else { break };
            walk.take_of_site(found);
            at = match text[found] {
                b'0'..=b'9' => walk.digits(found),
                b'@' => walk
                    .offer(self.signs.at, |text| contact::email(text, found))
                    .unwrap_or(found + 1),
                b':' => walk.colon(found).unwrap_or(found + 1),
                _ => walk.letter(found, capitals),
            };
        }
        walk.take_of_site(text.len());
    }
}

/// Whether words with a capital are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Capitals {
    Sought,
    Passed,
}

/// One text and what was found in it.
struct Walk<'a> {
    finder: &'a Finder,
    text: &'a [u8],
    context: &'a Context,
    report_fictional: bool,
    /// How many hits of other texts stand in the list.
    first: usize,
    /// Up to where values were held against the labels before them.
    labelled_to: usize,
    /// What was said last, and around which span: several detectors judge the same one.
    near: Option<((usize, usize, usize), Says)>,
    /// What patterns of the site found and is not yet taken, the last of it first.
    of_site: Vec<(u8, Found)>,
    hits: &'a mut Vec<Hit>,
}

impl Walk<'_> {
    /// Judges the whole text as what its column says.
    fn value(&mut self) {
        let says = self.context.says.labelled & !self.context.says.contrary;
        for (index, judge) in &self.finder.values {
            if says & bit(*index) != 0
                && let Some(found) = judge(self.text)
            {
                self.take(*index, &found);
            }
        }
    }

    /// Judges what a colon stands in; gives where to go on.
    fn colon(&mut self, at: usize) -> Option<usize> {
        if self.text[at..].starts_with(b"://") {
            self.offer(self.finder.signs.page, |text| network::url(text, at))
        } else {
            self.offer(self.finder.signs.colon, |text| network::ipv6(text, at)).or_else(|| {
                self.offer(self.finder.signs.pair, |text| network::mac_of_letters(text, at))
            })
        }
    }

    /// Judges the word that begins with a capital, or `www.`, here; gives where to go on.
    fn letter(&mut self, at: usize, capitals: Capitals) -> usize {
        let signs = self.finder.signs;
        if is_www(self.text, at)
            && let Some(end) = self.offer(signs.page, |text| network::www(text, at))
        {
            return end;
        }
        if capitals == Capitals::Sought {
            if self.text.get(at + 2) == Some(&b'-')
                && let Some(end) =
                    self.offer(signs.pair, |text| network::mac_of_letters(text, at + 2))
            {
                return end;
            }
            if self.text[at] == b'B'
                && let Some(end) = self.offer(signs.armour, |text| secret::private_key(text, at))
            {
                return end;
            }
            if let Some(index) = signs.capital {
                if let Some(found) = person::name(self.text, at) {
                    self.take(index, &found);
                } else if let Some(found) = person::name_before_degree(self.text, at) {
                    self.take(index, &found);
                }
            }
        }
        // Nothing begins inside a word but at its digits.
        let rest = &self.text[at + 1..];
        at + 1 + rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count()
    }

    /// Judges the chain of numbers that begins here; gives where to go on.
    fn digits(&mut self, start: usize) -> usize {
        let (finder, text) = (self.finder, self.text);
        if start > 0
            && text[start - 1] == b'+'
            && let Some(end) = self.offer(finder.signs.plus, |text| contact::plus(text, start))
        {
            return end;
        }
        let mut group = Group::at(text, start);
        let mut resume = 0;
        loop {
            let mut next = group.next(text);
            self.token(group);
            let open = finder.chain_gates.open(group, next);
            if open != 0 {
                let taken = self.chain(group, open, &mut resume);
                for _ in 1..taken {
                    next = next.and_then(|next| next.next(text));
                }
                // What follows a number of groups after a blank is a number of its own.
                next = next.map(|next| match next.gap {
                    Gap::Space if taken > 1 => Group { gap: Gap::Outside, ..next },
                    _ => next,
                });
            }
            // What was taken may end the chain.
            match next {
                Some(following) => group = following,
                None => return resume.max(group.end),
            }
        }
    }

    /// Asks the judges of a chain from one of its groups on; gives how many groups they take.
    fn chain(&mut self, group: Group, open: Judges, resume: &mut usize) -> usize {
        let mut chain = Chain::from(self.text, group);
        let mut taken = 1;
        let mut open = open;
        while open != 0 {
            let (takers, of_chain) = &self.finder.chains[open.trailing_zeros() as usize];
            open &= open - 1;
            let judged = match of_chain {
                OfChain::Judge(judge) => judge(&mut chain),
                OfChain::Number(number) => number.judge(&mut chain),
            };
            if let Some((found, groups)) = judged {
                taken = taken.max(groups);
                *resume = (*resume).max(found.end);
                self.take_for(takers, &found);
            }
        }
        taken
    }

    /// Judges the letters and digits whose first digits are these.
    fn token(&mut self, digits: Group) {
        let finder = self.finder;
        let Some(token) = Token::at(self.text, digits) else { return };
        let mut open = finder.token_gates.open(self.text, token.start, token.end);
        while open != 0 {
            let (takers, of_token) = &finder.tokens[open.trailing_zeros() as usize];
            open &= open - 1;
            let judged = match of_token {
                OfToken::Judge(judge, gates) => {
                    open &= !gates;
                    judge(token)
                }
                OfToken::Code(code) => code.judge(token),
            };
            if let Some(found) = judged {
                self.take_for(takers, &found);
            }
        }
        if finder.labelled_mask != 0 && token.digit >= self.labelled_to {
            self.labelled(token);
        }
    }

    /// Holds a value against the label before it.
    fn labelled(&mut self, token: Token<'_>) {
        let text = self.text;
        if self.is_short(token) {
            self.labelled_to = token.end;
            return;
        }
        let (start, end) = value_around(text, token);
        self.labelled_to = end;
        let (mut says, mut pointing) = (0, Pointing::Marked);
        if end - start >= SHORTEST_LABELLED {
            let direct = self.finder.labels.direct(text, start, end, self.floor(start));
            says = direct.labelled & self.finder.labelled_mask;
            pointing = direct.pointing;
            if says == 0 {
                says = self.listed(start, end);
                pointing = Pointing::Bare;
            }
        }
        let whole = text.trim_ascii();
        let of_column = if whole.len() == end - start {
            self.context.says.labelled & !self.context.says.contrary
        } else {
            0
        };
        let secret =
            if says == 0 && of_column == 0 { self.secret_around(token, start, end) } else { None };
        if says == 0 && of_column == 0 && secret.is_none() {
            return;
        }
        let finder = self.finder;
        for (index, labelled) in &finder.labelled {
            let mask = bit(*index);
            let (start, end) = match (labelled.kind, secret) {
                (LabelledKind::Secret, Some((start, end, says))) if says & mask != 0 => {
                    (start, end)
                }
                (LabelledKind::Secret, _) if says & mask != 0 => secret_value(text, token),
                (LabelledKind::Code | LabelledKind::Record, _)
                    if (says | of_column) & mask != 0 =>
                {
                    (start, end)
                }
                _ => continue,
            };
            let pointing = if of_column & mask == 0 { pointing } else { Pointing::Marked };
            if let Some(found) = of_label(text, start, end, labelled, pointing) {
                self.take(*index, &found);
            }
        }
    }

    /// The detector of the labelled value before a span, if the two stand in a list: `MRNs 448812, 448990 and 450017`.
    fn listed(&self, start: usize, end: usize) -> Mask {
        let Some(last) = self.hits[self.first..].last() else { return 0 };
        let (from, to) = (last.start as usize, last.end as usize);
        let between = self.text.get(to..start).unwrap_or_default();
        let joined =
            LIST_MARKS.contains(&between) && is_alike(&self.text[from..to], &self.text[start..end]);
        if joined { bit(last.detector) & self.finder.labelled_mask } else { 0 }
    }

    /// Whether a token is too short for a label and hangs on nothing that would make it longer, in a column that says
    /// nothing: most numbers of a note are.
    fn is_short(&self, token: Token<'_>) -> bool {
        let goes_on = |place: usize| {
            self.text.get(place).is_some_and(|byte| b"-_".contains(byte) || is_of_secrets(*byte))
        };
        token.end - token.start < SHORTEST_LABELLED
            && self.context.says.labelled & self.finder.labelled_mask == 0
            && !goes_on(token.end)
            && !goes_on(token.start.wrapping_sub(1))
    }

    /// The value without blanks around a token, and the labels of secrets right before it.
    fn secret_around(
        &self,
        token: Token<'_>,
        from: usize,
        to: usize,
    ) -> Option<(usize, usize, Mask)> {
        let finder = self.finder;
        // A short number between blanks is none.
        let signed = |place: usize| self.text.get(place).is_some_and(|byte| is_of_secrets(*byte));
        let may_be = signed(from.wrapping_sub(1)) || signed(to);
        if !may_be || finder.secrets == 0 {
            return None;
        }
        let (start, end) = secret_value(self.text, token);
        let direct = finder.labels.direct(self.text, start, end, self.floor(start));
        let says = direct.labelled & finder.secrets;
        (says != 0).then_some((start, end, says))
    }

    /// Keeps what patterns of the site found up to a place.
    fn take_of_site(&mut self, to: usize) {
        while let Some((detector, found)) = self.of_site.pop_if(|(_, found)| found.start <= to) {
            self.take(detector, &found);
        }
    }

    /// Keeps what a judge found for the detectors that take it.
    fn take_for(&mut self, takers: &Takers, found: &Found) {
        if let Some(own) = takers.own {
            self.take(own, found);
        }
        if let Some((echo, judgement)) = takers.echo {
            self.take(echo, &Found { judgement, ..*found });
        }
    }

    /// Judges with the detector of a sign if there is one; gives where what it found ends.
    fn offer(
        &mut self,
        detector: Option<u8>,
        judge: impl FnOnce(&[u8]) -> Option<Found>,
    ) -> Option<usize> {
        let index = detector?;
        let found = judge(self.text)?;
        self.take(index, &found);
        Some(found.end)
    }

    /// Where the identifier before a place ends: words before it speak for that one.
    fn floor(&self, start: usize) -> usize {
        let before = |hit: &&Hit| hit.end as usize <= start;
        let earlier = self.hits[self.first..].iter().rev().find(before);
        earlier.map_or(0, |hit| hit.end as usize)
    }

    /// Ranks what was found and keeps it if nothing better lies over it.
    fn take(&mut self, detector: u8, found: &Found) {
        let (start, end) = (as_place(found.start), as_place(found.end));
        let hits = &self.hits[self.first..];
        let apart = hits.iter().rposition(|hit| hit.end <= start).map_or(0, |place| place + 1);
        let floor = apart.checked_sub(1).map_or(0, |place| hits[place].end as usize);
        let earned = self.tier(detector, found, floor);
        let value = &self.text[found.start..found.end];
        let entry = self.finder.allowed.entry(detector, value, self.context.allowed.as_deref());
        let allowed = entry.map(|entry| Allowed { entry, from: earned });
        let tier = if allowed.is_some() { Tier::D } else { earned };
        let hit = Hit { detector, tier, allowed, start, end };
        let (over, _) = split_over(&self.hits[self.first + apart..], end);
        if over.iter().all(|other| rank(&hit) < rank(other)) {
            let (from, count) = (self.first + apart, over.len());
            if from == self.hits.len() {
                self.hits.push(hit);
            } else {
                self.hits.splice(from..from + count, [hit]);
            }
        }
    }

    fn tier(&mut self, detector: u8, found: &Found, floor: usize) -> Tier {
        if found.judgement.fictional && !self.report_fictional {
            return Tier::D;
        }
        let finder = self.finder;
        if found.judgement.settled {
            return found.judgement.tier;
        }
        let mask = bit(detector);
        let span = (found.start, found.end, floor);
        let near = match self.near {
            Some((of, near)) if of == span => near,
            _ => finder.labels.around(self.text, found.start, found.end, floor),
        };
        self.near = Some((span, near));
        found.judgement.tier(Around {
            labelled: (near.labelled | self.context.says.labelled) & mask != 0,
            contrary: (near.contrary | self.context.says.contrary) & mask != 0,
            glued: found.glued,
        })
    }
}

/// The detector that is on and judges anew what this one reads.
fn echo_of(detector: &Detector, enabled: Mask) -> Option<(u8, Judgement)> {
    let others = (0_u8..).zip(DETECTORS).filter(|(index, _)| enabled & bit(*index) != 0);
    let mut echoes = others.flat_map(|(index, other)| {
        other.readings.iter().filter_map(move |reading| match reading {
            Reading::Echo { of, judgement } if *of == detector.name => Some((index, *judgement)),
            _ => None,
        })
    });
    echoes.next()
}

/// The hits that begin before `end`, and the others.
fn split_over(hits: &[Hit], end: u32) -> (&[Hit], &[Hit]) {
    hits.split_at(hits.partition_point(|hit| hit.start < end))
}

/// The fewest places of a value that has nothing but a label.
const SHORTEST_LABELLED: usize = 4;
/// How far to both sides of a token its value may reach.
const LONGEST_VALUE: usize = 40;
const LONGEST_SECRET: usize = 128;

/// What stands between the values of a list.
const LIST_MARKS: [&[u8]; 9] =
    [b", ", b",", b"; ", b" and ", b", and ", b" & ", b" / ", b"/", b" or "];

/// Whether two values have letters and digits at the same places, as numbers of one kind do.
fn is_alike(one: &[u8], other: &[u8]) -> bool {
    let alike = |(one, other): (&u8, &u8)| {
        one == other
            || one.is_ascii_digit() && other.is_ascii_digit()
            || one.is_ascii_alphabetic() && other.is_ascii_alphabetic()
    };
    one.len() == other.len() && one.iter().zip(other).all(alike)
}

/// Whether it is a sign that hardly stands in a number, but often in a password.
fn is_of_secrets(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'~' | b'?' | b'|'
    )
}

/// The letters, digits and dashes around a token.
fn value_around(text: &[u8], token: Token<'_>) -> (usize, usize) {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let before = text[..token.start]
        .iter()
        .rev()
        .take(LONGEST_VALUE)
        .take_while(|byte| belongs(byte))
        .count();
    let after =
        text[token.end..].iter().take(LONGEST_VALUE).take_while(|byte| belongs(byte)).count();
    let (start, end) = (token.start - before, token.end + after);
    let value = &text[start..end];
    let opening = value.iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let closing = value.iter().rev().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    (start + opening, end - closing)
}

/// What stands around a token without a blank, a quote or a mark of assignment.
fn secret_value(text: &[u8], token: Token<'_>) -> (usize, usize) {
    let belongs = |byte: &u8| !byte.is_ascii_whitespace() && !b":=\"'`<>[]()".contains(byte);
    let before = text[..token.start]
        .iter()
        .rev()
        .take(LONGEST_SECRET)
        .take_while(|byte| belongs(byte))
        .count();
    let after =
        text[token.end..].iter().take(LONGEST_SECRET).take_while(|byte| belongs(byte)).count();
    let end = token.end + after;
    let marks = text[token.end..end]
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b'.' | b',' | b';'))
        .count();
    (token.start - before, end - marks)
}

/// What a label names, if it has its shape.
fn of_label(
    text: &[u8],
    start: usize,
    end: usize,
    labelled: &Labelled,
    pointing: Pointing,
) -> Option<Found> {
    let value = &text[start..end];
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let places = match labelled.kind {
        LabelledKind::Code | LabelledKind::Record => {
            value.iter().filter(|byte| byte.is_ascii_alphanumeric()).count()
        }
        LabelledKind::Secret => value.len(),
    };
    let (least, most) = labelled.places;
    let sound = (least..=most).contains(&places) && digits >= labelled.digits;
    let ends = match text[end..] {
        // Decimals, fractions and shares are measured, not given.
        [b'.' | b'/' | b',', next, ..] => !next.is_ascii_digit(),
        [b'%' | b'@', ..] => false,
        _ => true,
    };
    let dated = match (labelled.kind, pointing) {
        (LabelledKind::Secret, _) => false,
        (LabelledKind::Record, Pointing::Marked) => is_dated(value) && value.len() > SHORT_DATE,
        _ => is_dated(value),
    };
    let measured = labelled.kind != LabelledKind::Secret
        && (!ends || is_counted(value) || is_range(value))
        || pointing == Pointing::Bare && counts(text, start, end);
    if !sound || dated || measured {
        return None;
    }
    Some(Found { judgement: Judgement::settled(Tier::B), start, end, glued: false })
}

/// How long a date with two digits of year is: `03-04-19`.
const SHORT_DATE: usize = 8;
/// The longest number that is round by intent.
const LONGEST_ROUND: usize = 6;

/// Whether a value right after a bare word is how many of something there are: `group 120000 patients`, `chart 1200`,
/// `plate 4-hole`.
fn counts(text: &[u8], start: usize, end: usize) -> bool {
    static COUNTED: WordList<128> = WordList::new(
        "unit units u iu mg mcg g kg ml l cc cm mm m ft lux patients cells colonies calories steps words visits days \
         weeks months years people dollars total cases copies minutes hours times ms cfu dose doses tabs tablets \
         points lead leads reads beats trials sites items members per annually monthly weekly daily more or of",
    );
    let value = &text[start..end];
    if value.iter().all(u8::is_ascii_digit) {
        let rest = text[end..].strip_prefix(b" ").unwrap_or_default();
        let letters = rest.iter().take(12).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let year = value.len() == 4 && (value.starts_with(b"19") || value.starts_with(b"20"));
        let round = value.len() <= LONGEST_ROUND && value.ends_with(b"00");
        return year || round || COUNTED.has(&rest[..letters]);
    }
    // `5x12`
    let is_size = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if value.split(|byte| *byte == b'x').all(is_size) {
        return true;
    }
    // Words hang on one number by dashes.
    let parts = || value.split(|byte| *byte == b'-');
    parts().any(|part| part.len() >= 3 && part.iter().all(u8::is_ascii_lowercase))
        && parts().filter(|part| part.iter().any(u8::is_ascii_digit)).count() == 1
}

/// Whether the value is a date: `2019-03-04`, `03-04-2019`.
fn is_dated(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| matches!(byte, b'-' | b'_'));
    let (Some(a), Some(b), Some(c), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let digits = [a, b, c].iter().all(|part| part.iter().all(u8::is_ascii_digit));
    let number = |part: &[u8]| part.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let is_day = |month: &[u8], day: &[u8]| {
        (1..=12).contains(&number(month)) && (1..=31).contains(&number(day))
    };
    // `65-41-63` is no day of any month, but the number of a record.
    digits
        && match (a.len(), b.len(), c.len()) {
            (4, 1..=2, 1..=2) => is_day(b, c),
            (1..=2, 1..=2, 2 | 4) => is_day(a, b) || is_day(b, a),
            _ => false,
        }
}

/// Whether the value is a range of years or of small numbers: `1998-2004`, `70-99`.
fn is_range(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'-');
    let (Some(from), Some(to), None) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let is_year =
        |part: &[u8]| part.len() == 4 && (part.starts_with(b"19") || part.starts_with(b"20"));
    let digits = [from, to].iter().all(|part| part.iter().all(u8::is_ascii_digit));
    digits && (is_year(from) && is_year(to) || from.len() + to.len() <= 5)
}

/// Whether the value is a number with its unit: `500mg`, `2023-Q1` is none.
fn is_counted(value: &[u8]) -> bool {
    const UNITS: [&[u8]; 10] =
        [b"mg", b"mcg", b"ml", b"units", b"hrs", b"days", b"weeks", b"months", b"years", b"mmol"];
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // Nothing is measured so finely: `740627MG` is the number of a member.
    (1..=LONGEST_ROUND - 1).contains(&digits)
        && UNITS.iter().any(|unit| value[digits..].eq_ignore_ascii_case(unit))
}

/// Smaller is better: the more certain, the longer, what the site says itself, the earlier in the catalogue.
fn rank(hit: &Hit) -> (Tier, u32, bool, u8) {
    let of_catalogue = usize::from(hit.detector) < DETECTORS.len();
    (hit.tier, u32::MAX - (hit.end - hit.start), of_catalogue, hit.detector)
}

fn as_place(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The next byte at or after `from` with which a candidate may begin.
fn next_trigger(text: &[u8], from: usize, capitals: Capitals) -> Option<usize> {
    let mut at = from;
    while let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let marked = triggers(u64::from_le_bytes(*word), capitals);
        if marked == 0 {
            at += 8;
            continue;
        }
        at += (marked.trailing_zeros() / 8) as usize;
        if is_trigger(text, at, capitals) {
            return Some(at);
        }
        at += 1;
    }
    (at..text.len()).find(|place| is_trigger(text, *place, capitals))
}

fn is_trigger(text: &[u8], at: usize, capitals: Capitals) -> bool {
    match text[at] {
        b'0'..=b'9' | b'@' => true,
        b':' => {
            let next = text.get(at + 1);
            next.is_some_and(|next| matches!(next, b'/' | b':') || next.is_ascii_hexdigit())
        }
        b'A'..=b'Z' if capitals == Capitals::Sought => {
            at == 0 || !text[at - 1].is_ascii_alphanumeric() || text[at] == b'W' && is_www(text, at)
        }
        b'w' | b'W' => is_www(text, at),
        _ => false,
    }
}

fn is_www(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b'w' | b'W'))
        && text.get(at..at + 4).is_some_and(|word| word.eq_ignore_ascii_case(b"www."))
}

/// The top bit of each of eight bytes that is a digit, `:`, `@`, a capital if those are sought, or the first `w` of
/// `www`; the lowest of them is right, those above may be marked for nothing.
fn triggers(word: u64, capitals: Capitals) -> u64 {
    // Digits and `:` become 0 to 10; `@` and capitals 0 to 26.
    let digits = below(word ^ (ONES * 0x30), 11);
    let letters = match capitals {
        Capitals::Sought => 27,
        Capitals::Passed => 1,
    };
    let signs = below(word ^ (ONES * 0x40), letters);
    let w = below((word | (ONES * 0x20)) ^ (ONES * 0x77), 1);
    // The word may end before the second `w`.
    digits | signs | (w & ((w >> 8) | (1 << 63)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Capitals, Chain, Finder, Group, Hit, OfChain, OfToken, Token, triggers};
    use crate::detect::gate::MOST_JUDGES;
    use crate::detect::{Context, DETECTORS, Tier};

    /// Numbers of people are never real here: they are fictional ones, judged like real ones.
    #[test]
    fn social_security_numbers() {
        check("pt 900-12-3456 seen", "B us-ssn 900-12-3456");
        check("900 12 3456", "B us-ssn 900 12 3456");
        check("900.12.3456.", "B us-ssn 900.12.3456");
        check("SSN: 900-12-3456", "A us-ssn 900-12-3456");
        check("ssn#900123456", "B us-ssn 900123456");
        check("Soc. Sec. no. 900123456", "B us-ssn 900123456");
        check("900123456", "D us-ssn 900123456");
        check("account 900123456", "D us-ssn 900123456");
        check("order 900-12-3456", "C us-ssn 900-12-3456");
        check("ORD-900-12-3456", "C us-ssn 900-12-3456");
        check("900\u{2011}12\u{2011}3456", "B us-ssn 900\u{2011}12\u{2011}3456");
        check("\u{201c}900-12-3456\u{201d}", "B us-ssn 900-12-3456");
        check("claim 900-12-3456A paid", "C us-ssn 900-12-3456A");
        check("900-12-3456, 901-12-3456", "B us-ssn 900-12-3456; B us-ssn 901-12-3456");
        check("900-12-3456\n901-12-3456", "B us-ssn 900-12-3456; B us-ssn 901-12-3456");
    }

    #[test]
    fn no_social_security_numbers() {
        for text in [
            "000-12-3456",
            "666-12-3456",
            "900-00-3456",
            "900-12-0000",
            "900-12.3456",
            "1900-12-3456",
            "900-12-34567",
            "1-900-12-3456",
            "900-12-3456-7",
            "x900-12-3456",
            "900-12-3456x",
            "900_12_3456",
            "\u{e9}900-12-3456",
            "900-12-3456\u{e9}",
            "0.900123456",
            "$900123456",
            "2.16.840.1.113883.900.12.3456",
            "2001-12-3456",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn provider_identifiers() {
        check("1234567893", "C us-npi 1234567893");
        check("NPI 1234567893", "A us-npi 1234567893");
        check("MRN 1234567893", "D us-npi 1234567893");
        check("1234567890", "");
        check("A1234567893", "");
        check("12345678930", "D phone 12345678930");
        check("1234567893-1", "");
    }

    #[test]
    fn beneficiary_identifiers() {
        check("1EG4-TE5-MK73", "B us-mbi 1EG4-TE5-MK73");
        check("Medicare 1EG4TE5MK73", "A us-mbi 1EG4TE5MK73");
        check("lot 1EG4TE5MK73", "C us-mbi 1EG4TE5MK73");
        check("seen 12 1eg4te5mk73", "B us-mbi 1eg4te5mk73");
        for text in [
            "0EG4TE5MK73",
            "1SG4TE5MK73",
            "1EG4TE5MK7",
            "1EG4TE5MK733",
            "1EG4-TE5MK73",
            "1Eg4TE5MK73",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn telephone_numbers() {
        check("212-555-0134", "B phone 212-555-0134");
        check("(212) 555-0134", "B phone (212) 555-0134");
        check("tel(212)555-0134", "A phone (212)555-0134");
        check("212.555.0134.", "B phone 212.555.0134");
        check("212/555-0134", "B phone 212/555-0134");
        check("1-212-555-0134", "B phone 1-212-555-0134");
        check("+1 (212) 555-0134", "B phone +1 (212) 555-0134");
        check("+12125550134", "B phone +12125550134");
        check("+44 20 7946 0958", "B phone +44 20 7946 0958");
        check("212 555 0134", "C phone 212 555 0134");
        check("call 212 555 0134", "B phone 212 555 0134");
        check("Tel. 212-555-0134 x12", "A phone 212-555-0134 x12");
        check("212-555-0134 ext. 4, then", "B phone 212-555-0134 ext. 4");
        check("2125550134", "D phone 2125550134");
        check("Phone: 2125550134", "B phone 2125550134");
        check("555-0134", "D phone 555-0134");
        check("cell 555-0134", "B phone 555-0134");
        check("Order # 212-555-0134", "C phone 212-555-0134");
        check("call about order 212-555-0134", "C phone 212-555-0134");
        check("555-123-4567", "D phone 555-123-4567");
        check("112-555-0134", "D phone 112-555-0134");
        check("contact number: 555-123-4567", "B phone 555-123-4567");
        check("Phone: 0490 75 40 81", "B phone 0490 75 40 81");
        check("pager 84710", "B phone 84710");
        check("phone at 0730 0815", "");
        check("called 03-04-2019", "");
        check("pH 7.35 7.31 7.28 7.35", "");
        check("H 212-555-0134/W 212-555-0135", "B phone 212-555-0134; B phone 212-555-0135");
        check("212-555-0134/212-555-0135", "B phone 212-555-0134; B phone 212-555-0135");
    }

    #[test]
    fn no_telephone_numbers() {
        for text in [
            "2212-555-0134",
            "212-555-01345",
            "A12-555-0134",
            "7-212-555-0134",
            "212-555-0134-9",
            "250.5 300.2 1000.1",
            "+ 12 34",
            "2020-01-01T10:00:00+05:30",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn what_records_are_full_of() {
        for text in [
            "BP 120/80, HR 72, 37.5 C, 5/5 strength, 1/2 tab",
            "Seen 2019-03-04 10:15:30, again 03/04/2019 and 4.3.2019",
            "amoxicillin 250 MG/5 ML 325 MG q6h x 10 days",
            "NDC 50090-3421-0, 0378-1234-01 and 12345-6789-01",
            "LOINC 2345-7, ICD E11.9 and 250.00, SNOMED 44054006",
            "v1.2.3.4 and version 10.0.19041.1 of build 7",
            "1.2.840.10008.5.1.4.1.1.2",
            "accession S-19-12345, room 12-345, 12-345-67",
            "Bell palsy, Parkinson disease, Graves 2 +, @ 5 mg",
            "b58731cc-2d8b-4c2d-b327-4cab771af3ef",
            "2019-03-04T10:15:30.123456Z",
            "CO2 3.3333333333 mmol/L, 1,234,567,890 units",
            "00:1A:2B:3C:4D:5E std::dec a::b 12:30",
            "user@localhost, img@2x.png, 5@6.7, a @ b.org, @b.org",
            "urn:oid:2.16.840.1.113883 http:// www. www.x awww.mayo.org",
            "12345-6789",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn addresses_of_mail() {
        check("to jo.doe+x@mail.example.org.", "A email jo.doe+x@mail.example.org");
        check("<jo@example.com>", "A email jo@example.com");
        check("'jo@example.com'", "A email jo@example.com");
        check("mailto:jo@example.com?x", "A email jo@example.com");
        check("2125550134@example.com", "A email 2125550134@example.com");
        check("\u{fc}ber jo@example.com\u{fc}", "A email jo@example.com");
        check("jo.@example.com", "");
        check("jo@example..com", "");
        check("jo@-example.com", "");
    }

    #[test]
    fn cards() {
        check("4111 1111 1111 1111", "B card 4111 1111 1111 1111");
        check("4111-1111-1111-1111", "B card 4111-1111-1111-1111");
        check("4111111111111111", "B card 4111111111111111");
        check("Visa 4111111111111111", "A card 4111111111111111");
        check("device 4111111111111111", "C card 4111111111111111");
        check("3782 822463 10005", "B card 3782 822463 10005");
        check("4111111111111112", "");
        check("4111 1111-1111 1111", "");
        check("14111111111111111", "");
        check("(01)04111111111111111", "");
        check("9111111111111111", "");
    }

    #[test]
    fn addresses_of_machines() {
        check("from 203.0.113.7", "B ip 203.0.113.7");
        check("IP 203.0.113.7:8080.", "A ip 203.0.113.7");
        check("203.0.113.7/24", "B ip 203.0.113.7");
        check("version 203.0.113.7", "C ip 203.0.113.7");
        check("10.1.2.30", "C ip 10.1.2.30");
        check("host 10.1.2.30", "B ip 10.1.2.30");
        check("192.168.40.12", "B ip 192.168.40.12");
        check("127.0.0.1", "D ip 127.0.0.1");
        check("see 1.2.3.4", "C ip 1.2.3.4");
        check("2001:db8::8a2e:370:7334", "B ip 2001:db8::8a2e:370:7334");
        check("[2001:db8:0:0:0:0:0:1]", "B ip 2001:db8:0:0:0:0:0:1");
        check("203.0.113.256", "");
        check("203.0.113.07", "");
        check("1.203.0.113.7", "");
        check("203.0.113.7.1", "");
        check("v203.0.113.7", "");
    }

    #[test]
    fn addresses_of_pages() {
        check(
            "(https://clinic.example.com/p?id=900-12-3456).",
            "A url https://clinic.example.com/p?id=900-12-3456",
        );
        check("at www.clinic.example.com, or", "A url www.clinic.example.com");
        check("seeWWW", "");
        check("WWW.clinic.example.com/a b", "A url WWW.clinic.example.com/a");
        check("http://203.0.113.7/x", "A url http://203.0.113.7/x");
        check("http://jo@example.com/", "A url http://jo@example.com/");
        check("http://server/x", "C url http://server/x");
        check("http://hl7.org/fhir/sid/us-npi", "D url http://hl7.org/fhir/sid/us-npi");
        check("nope://clinic.example.com", "");
        // Wherever it falls in a word of eight bytes.
        for blanks in 0..17 {
            let text = format!("{}www.clinic.example.com", " ".repeat(blanks));
            check(&text, "A url www.clinic.example.com");
        }
    }

    /// What stands in a list is of one kind, as far as it looks alike.
    #[test]
    fn values_in_a_list() {
        let finder = Finder::new(&["mrn", "claim", "card"]).unwrap();
        for (text, expected) in [
            ("MRNs 448812, 448990 and 450017", "B mrn 448812; B mrn 448990; B mrn 450017"),
            ("MRN A-10442/A-10443", "B mrn A-10442; B mrn A-10443"),
            ("MRN 448812, then 448990", "B mrn 448812"),
            ("MRN 448812, 4489901", "B mrn 448812"),
            ("MRN 448812, 500000 units", "B mrn 448812"),
            ("claim 2024-0099183 or 2024-0099184", "B claim 2024-0099183; B claim 2024-0099184"),
            (
                "4111-1111-1111-1111 5500 0000 0000 0004",
                "B card 4111-1111-1111-1111; B card 5500 0000 0000 0004",
            ),
        ] {
            assert_eq!(found(&finder, text, Context::default(), true), expected, "in {text:?}");
        }
    }

    #[test]
    fn one_span_is_one_finding() {
        check("provider 1234567893", "A us-npi 1234567893");
        check(
            "https://x.example.com/?m=jo@example.com",
            "A url https://x.example.com/?m=jo@example.com",
        );
        let finder = Finder::new(&["email"]).unwrap();
        let text = "https://x.example.com/?m=jo@example.com";
        assert_eq!(found(&finder, text, Context::default(), true), "A email jo@example.com");
    }

    #[test]
    fn labels_keep_to_their_number() {
        check("SSN 900-12-3456, acct 901123456", "A us-ssn 900-12-3456; D us-ssn 901123456");
        check("900123456 SSN", "B us-ssn 900123456");
        check("900123456 Phone: 212-555-0134", "D us-ssn 900123456; A phone 212-555-0134");
    }

    #[test]
    fn fictional_values_are_low() {
        for (text, name) in [
            ("SSN 900-12-3456", "us-ssn"),
            ("SSN 078-05-1120", "us-ssn"),
            ("Medicare 1EG4-TE5-MK73", "us-mbi"),
            ("NPI 1234567893", "us-npi"),
            ("call 212-555-0134", "phone"),
            ("jo@example.com", "email"),
            ("Visa 4111111111111111", "card"),
            ("IP 203.0.113.7", "ip"),
            ("www.clinic.example.com", "url"),
        ] {
            let hits = found(&eight(), text, Context::default(), false);
            assert!(
                hits.starts_with(&format!("D {name} ")) && !hits.contains(';'),
                "{text}: {hits}"
            );
        }
        let hits = found(&eight(), "jo@clinic.org", Context::default(), false);
        assert_eq!(hits, "A email jo@clinic.org");
    }

    #[test]
    fn columns_speak() {
        check_column("PATIENT_SSN", "900123456", "B us-ssn 900123456");
        check_column("npi", "1234567893", "A us-npi 1234567893");
        check_column("homePhone", "2125550134", "B phone 2125550134");
        check_column("Order Number", "900-12-3456", "C us-ssn 900-12-3456");
    }

    #[test]
    fn hits_are_appended() {
        let mut hits = Vec::new();
        eight().scan(b"jo@clinic.org", &Context::default(), false, &mut hits);
        eight().scan(b"1.2.3.4 jo@clinic.org", &Context::default(), false, &mut hits);
        assert_eq!(hits.iter().map(|hit| hit.start).collect::<Vec<_>>(), [0, 0, 8]);
    }

    #[test]
    fn eight_bytes_at_once_miss_nothing() {
        for place in 0..8_usize {
            for byte in 0..=255_u8 {
                for (other, capitals) in
                    [(b' ', Capitals::Sought), (b'a', Capitals::Passed), (0xFF, Capitals::Sought)]
                {
                    let mut word = [other; 8];
                    word[place] = byte;
                    let must = byte.is_ascii_digit()
                        || matches!(byte, b':' | b'@')
                        || byte.is_ascii_uppercase() && capitals == Capitals::Sought;
                    let marked = triggers(u64::from_le_bytes(word), capitals);
                    let first = (marked != 0).then(|| (marked.trailing_zeros() / 8) as usize);
                    let w = matches!(byte, b'w' | b'W') && place == 7;
                    assert_eq!(first, (must || w).then_some(place), "{byte} at {place}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes(text in prop::collection::vec(any::<u8>(), 0..300)) {
            check_sound(&text);
        }

        #[test]
        fn any_pieces(pieces in prop::collection::vec(
            prop::sample::select(vec![
                "900", "12", "3456", "212", "555", "0134", "1", "4111", "1234567893", "-", ".", "/", " ", "(", ")",
                "+", "@", "example", "com", "www", ":", "//", "http", "x", "ext", "SSN", "order", "\n", "\u{e9}",
                "\u{2011}", "1EG4TE5MK73", "2001", "::", "db8", "tel", "[", "_", "%",
            ]),
            0..60,
        )) {
            let text = pieces.concat();
            check_sound(text.as_bytes());
            check_gates(text.as_bytes());
        }
    }

    /// Long rows of what each part of the walk looks back and ahead over; squares of them would not end.
    #[test]
    fn long_texts_take_no_more_than_their_length() {
        for piece in [
            "1",
            "1 ",
            "1.",
            "12-",
            "@",
            "a@",
            "a.",
            ":",
            "::",
            "1:",
            "www.",
            "http://",
            "http://?",
            "://",
            "+1(",
            "A",
            "A ",
            "A1",
            "Mr. ",
            "Mr. A ",
            "a-1",
            "AB12 ",
            "name: A",
            "MRN 12345 ",
            "x1_-",
            "-----BEGIN PRIVATE KEY-----",
            "(01)",
            "A0:",
            "1 Main ",
            "P.O. Box 1 ",
            "Smith, MD",
            "password 1",
            "eyJ1.",
            "1-",
        ] {
            let text = piece.repeat(60_000 / piece.len());
            let mut hits = Vec::new();
            everything().scan(text.as_bytes(), &Context::default(), false, &mut hits);
        }
    }

    #[test]
    fn every_judge_has_a_bit() {
        let Finder { chains, tokens, .. } = everything();
        assert!(chains.len() <= MOST_JUDGES && tokens.len() <= MOST_JUDGES);
    }

    /// Every detector of every country.
    fn everything() -> &'static Finder {
        static FINDER: std::sync::OnceLock<Finder> = std::sync::OnceLock::new();
        FINDER.get_or_init(|| {
            let names: Vec<_> = DETECTORS.iter().map(|detector| detector.name).collect();
            Finder::new(&names).unwrap()
        })
    }

    /// The detectors that these tests are about.
    fn eight() -> Finder {
        Finder::new(&["us-ssn", "us-npi", "us-mbi", "contact", "card", "ip", "url"]).unwrap()
    }

    /// Tier, name and text of each hit.
    fn found(finder: &Finder, text: &str, context: Context, report_fictional: bool) -> String {
        let mut hits = Vec::new();
        finder.scan(text.as_bytes(), &context, report_fictional, &mut hits);
        let show = |hit: &Hit| {
            let name = DETECTORS[usize::from(hit.detector)].name;
            let span = text.get(hit.start as usize..hit.end as usize).expect("whole characters");
            format!("{} {name} {span}", hit.tier.letter())
        };
        hits.iter().map(show).collect::<Vec<_>>().join("; ")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = found(&eight(), text, Context::default(), true);
        assert_eq!(found, expected, "in {text:?}");
    }

    #[track_caller]
    fn check_column(name: &str, value: &str, expected: &str) {
        let finder = eight();
        assert_eq!(found(&finder, value, finder.context(&[name]), true), expected, "in {name}");
    }

    /// No judge finds anything in a chain or a token that its gates do not let through.
    fn check_gates(text: &[u8]) {
        let finder = everything();
        for start in (0..text.len()).filter(|at| text[*at].is_ascii_digit()) {
            if start > 0 && text[start - 1].is_ascii_digit() {
                continue;
            }
            let group = Group::at(text, start);
            let open = finder.chain_gates.open(group, group.next(text));
            for (number, (takers, of_chain)) in finder.chains.iter().enumerate() {
                let mut chain = Chain::from(text, group);
                let judged = match of_chain {
                    OfChain::Judge(judge) => judge(&mut chain),
                    OfChain::Number(number) => number.judge(&mut chain),
                };
                let passes = open >> number & 1 != 0;
                assert!(judged.is_none() || passes, "{takers:?} in {text:?}");
            }
            let Some(token) = Token::at(text, group) else { continue };
            let open = finder.token_gates.open(text, token.start, token.end);
            let of_length = finder.token_gates.of_length(token.end - token.start);
            for (takers, of_token) in &finder.tokens {
                if let OfToken::Judge(judge, gates) = of_token
                    && of_length & gates != 0
                {
                    assert!(judge(token).is_none() || open & gates != 0, "{takers:?} in {text:?}");
                }
            }
        }
    }

    /// Spans lie in the text, in order, apart from each other; reporting fictional values only raises tiers.
    fn check_sound(text: &[u8]) {
        let mut hits = Vec::new();
        everything().scan(text, &Context::default(), true, &mut hits);
        let mut end = 0;
        for hit in &hits {
            assert!(end <= hit.start && hit.start < hit.end && hit.end as usize <= text.len());
            end = hit.end;
        }
        let mut lower = Vec::new();
        everything().scan(text, &Context::default(), false, &mut lower);
        let certain = |hits: &[Hit]| hits.iter().filter(|hit| hit.tier < Tier::D).count();
        assert!(certain(&lower) <= certain(&hits));
    }
}
