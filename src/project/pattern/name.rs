//! The pattern for the name of one directory.

use super::{Hidden, Syntax};

/// The pattern for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(char),
    /// `?`
    AnyCharacter,
    /// `*`
    Anything,
    /// `[a-z]` or `[!a-z]`
    OneOf {
        ranges: Vec<(char, char)>,
        is_negated: bool,
    },
    /// `@(a|b)` and its kin.
    Choice(Repeat, Vec<Vec<Token>>),
}

/// How often a choice is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// `@(a)`
    Once,
    /// `?(a)`
    AtMostOnce,
    /// `*(a)`
    AnyTimes,
    /// `+(a)`
    AtLeastOnce,
    /// `!(a)`: anything else.
    Never,
}

/// How deep choices may be nested.
const MAX_DEPTH: usize = 4;

impl Name {
    pub(super) fn parse(text: &str, syntax: Syntax) -> Result<Self, String> {
        let signs = text.chars().collect::<Vec<_>>();
        let tokens = tokens(&signs, syntax, 0)?;
        Ok(Self { tokens })
    }

    /// The pattern for any name.
    pub(super) fn any() -> Self {
        Self {
            tokens: vec![Token::Anything],
        }
    }

    /// The one name that fits, if it has no wildcards.
    pub(super) fn literal(&self) -> Option<String> {
        let literals = self.tokens.iter().map(|token| match token {
            Token::Literal(sign) => Some(*sign),
            _ => None,
        });
        literals.collect()
    }

    pub(super) fn matches(&self, name: &str, hidden: Hidden) -> bool {
        let asks_for_hidden = self.tokens.first() == Some(&Token::Literal('.'));
        if name.starts_with('.') && hidden == Hidden::Skipped && !asks_for_hidden {
            return false;
        }
        let name = name.chars().collect::<Vec<_>>();
        let mut start = vec![false; name.len() + 1];
        start[0] = true;
        ends(&self.tokens, &name, start)[name.len()]
    }
}

fn tokens(signs: &[char], syntax: Syntax, depth: usize) -> Result<Vec<Token>, String> {
    if depth > MAX_DEPTH {
        return Err("its choices are nested too deeply".to_owned());
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&sign) = signs.get(at) {
        let rest = &signs[at + 1..];
        let (token, length) = match sign {
            '[' => class(rest).unwrap_or((Token::Literal(sign), 0)),
            '\\' if syntax == Syntax::Shell && !rest.is_empty() => (Token::Literal(rest[0]), 1),
            '@' | '?' | '*' | '+' | '!' if syntax == Syntax::Shell => {
                let choice = choice(sign, rest, depth)?;
                choice.unwrap_or((single(sign), 0))
            }
            sign => (single(sign), 0),
        };
        at += 1 + length;
        // Several `*` are as much as one.
        if token != Token::Anything || tokens.last() != Some(&token) {
            tokens.push(token);
        }
    }
    Ok(tokens)
}

fn single(sign: char) -> Token {
    match sign {
        '?' => Token::AnyCharacter,
        '*' => Token::Anything,
        sign => Token::Literal(sign),
    }
}

/// The class that `rest` is the inside of, and how long it is with its end.
fn class(rest: &[char]) -> Option<(Token, usize)> {
    let is_negated = matches!(rest.first(), Some('!' | '^'));
    let start = usize::from(is_negated);
    // A `]` that comes first is one of the characters.
    let end = rest.iter().skip(start + 1).position(|&sign| sign == ']')? + start + 1;
    let mut ranges = Vec::new();
    let mut signs = &rest[start..end];
    while let [first, others @ ..] = signs {
        (ranges, signs) = match others {
            ['-', last, others @ ..] => (with(ranges, *first, *last), others),
            others => (with(ranges, *first, *first), others),
        };
    }
    Some((Token::OneOf { ranges, is_negated }, end + 1))
}

fn with(mut ranges: Vec<(char, char)>, first: char, last: char) -> Vec<(char, char)> {
    ranges.push((first, last));
    ranges
}

/// The choice that `rest` is the parenthesis of, and how long that is.
fn choice(sign: char, rest: &[char], depth: usize) -> Result<Option<(Token, usize)>, String> {
    if rest.first() != Some(&'(') {
        return Ok(None);
    }
    let (mut open, mut start) = (0_usize, 1);
    let mut alternatives = Vec::new();
    for (at, &inner) in rest.iter().enumerate() {
        match inner {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        let is_end = open == 0;
        if is_end || (open == 1 && inner == '|') {
            alternatives.push(&rest[start..at]);
            start = at + 1;
        }
        if is_end {
            // Each place in the name would be tried once more for every level.
            if sign == '!' && depth > 0 {
                return Err("`!(…)` stands inside another choice".to_owned());
            }
            let alternatives = alternatives
                .into_iter()
                .map(|signs| tokens(signs, Syntax::Shell, depth + 1));
            let alternatives = alternatives.collect::<Result<_, _>>()?;
            return Ok(Some((Token::Choice(repeat(sign), alternatives), at + 1)));
        }
    }
    Ok(None)
}

fn repeat(sign: char) -> Repeat {
    match sign {
        '?' => Repeat::AtMostOnce,
        '*' => Repeat::AnyTimes,
        '+' => Repeat::AtLeastOnce,
        '!' => Repeat::Never,
        _ => Repeat::Once,
    }
}

/// Where in `name` a match of `tokens` can end that starts at any of `places`.
fn ends(tokens: &[Token], name: &[char], mut places: Vec<bool>) -> Vec<bool> {
    for token in tokens {
        places = match token {
            Token::Literal(literal) => step(name, &places, |sign| sign == *literal),
            Token::AnyCharacter => step(name, &places, |_| true),
            Token::OneOf { ranges, is_negated } => step(name, &places, |sign| {
                let mut ranges = ranges.iter();
                ranges.any(|(first, last)| (*first..=*last).contains(&sign)) != *is_negated
            }),
            Token::Anything => from_first(&places),
            Token::Choice(repeat, alternatives) => chosen(*repeat, alternatives, name, &places),
        };
    }
    places
}

fn step(name: &[char], places: &[bool], fits: impl Fn(char) -> bool) -> Vec<bool> {
    let reached = places.iter().zip(name);
    let reached = reached.map(|(&is_place, &sign)| is_place && fits(sign));
    std::iter::once(false).chain(reached).collect()
}

fn from_first(places: &[bool]) -> Vec<bool> {
    let first = places.iter().position(|&is_place| is_place);
    let first = first.unwrap_or(places.len());
    (0..places.len()).map(|at| at >= first).collect()
}

fn chosen(
    repeat: Repeat,
    alternatives: &[Vec<Token>],
    name: &[char],
    places: &[bool],
) -> Vec<bool> {
    let once = |places: &[bool]| {
        let all = alternatives.iter();
        let all = all.map(|tokens| ends(tokens, name, places.to_vec()));
        all.fold(vec![false; places.len()], |a, b| either(&a, &b))
    };
    match repeat {
        Repeat::Once => once(places),
        Repeat::AtMostOnce => either(places, &once(places)),
        Repeat::AnyTimes => either(places, &repeated(once, places)),
        Repeat::AtLeastOnce => repeated(once, places),
        Repeat::Never => {
            let starts = (0..places.len()).filter(|&start| places[start]);
            let others = starts.map(|start| {
                let only = (0..places.len()).map(|at| at == start).collect::<Vec<_>>();
                let taken = once(&only);
                let others = (0..places.len()).map(|at| at >= start && !taken[at]);
                others.collect::<Vec<_>>()
            });
            others.fold(vec![false; places.len()], |a, b| either(&a, &b))
        }
    }
}

/// Where `once`, done once or more, can lead from `places`.
fn repeated(once: impl Fn(&[bool]) -> Vec<bool>, places: &[bool]) -> Vec<bool> {
    let mut reached = once(places);
    loop {
        let more = either(&reached, &once(&reached));
        if more == reached {
            return reached;
        }
        reached = more;
    }
}

fn either(a: &[bool], b: &[bool]) -> Vec<bool> {
    a.iter().zip(b).map(|(a, b)| *a || *b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, fitting: &[&str], others: &[&str]) {
        let name = Name::parse(pattern, Syntax::Shell).unwrap();
        let fits = |text: &&&str| name.matches(text, Hidden::Skipped);
        assert_eq!(
            fitting.iter().filter(fits).count(),
            fitting.len(),
            "{pattern}"
        );
        assert_eq!(others.iter().filter(fits).count(), 0, "{pattern}");
    }

    #[test]
    fn wildcards_fit_what_is_not_hidden() {
        check("*", &["a", "a.b"], &[".a"]);
        check(".*", &[".a"], &["a"]);
        check("a*c", &["ac", "abc"], &["ab", "cab"]);
        check("a?c", &["abc", "aéc"], &["ac", "abbc"]);
    }

    #[test]
    fn classes_fit_one_character() {
        check("[a-c]", &["a", "b"], &["d", "ab"]);
        check("[!a-c]x", &["dx"], &["ax", "x"]);
        check("[^]]", &["a"], &["]"]);
        check("[]a]", &["]", "a"], &["b"]);
        check("[a", &["[a"], &["a"]);
        check("\\[a]", &["[a]"], &["a"]);
    }

    #[test]
    fn choices_fit_as_often_as_they_say() {
        check("@(a|b)c", &["ac", "bc"], &["c", "abc"]);
        check("?(a)b", &["b", "ab"], &["aab"]);
        check("*(a|bc)", &["a", "bca"], &["b", "ac"]);
        check("+(a)b", &["ab", "aab"], &["b"]);
        check("!(a|b)", &["c", "ab"], &["a", "b"]);
        check("@(a*|?(b)c)", &["axy", "bc", "c"], &["b"]);
        check("@(a", &["@(a"], &["a"]);
    }

    #[test]
    fn what_cargo_does_not_know_means_itself() {
        let name = Name::parse("@(a|b)", Syntax::Wildcards).unwrap();
        assert_eq!(name.literal().as_deref(), Some("@(a|b)"));
    }
}
