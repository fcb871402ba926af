//! How a text is laid out in lines, and the same in the layout of another: what formatters choose is no difference.
//!
//! Values in, values out. What formatters keep of a language is told by its tokens; this module knows no language.

use std::borrow::Cow;
use std::ops::Range;

use super::difference::{Change, changes};

/// What formatters keep: a word, a sign, or the line of a comment. None goes over the end of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// The same for all formatters.
    pub text: Cow<'a, str>,
    /// Where it starts.
    pub start: usize,
}

/// Tells the tokens of a text.
pub(crate) type Tokenize = fn(&str) -> Vec<Token<'_>>;

/// The lines of a text, and the tokens of each.
pub(crate) struct Layout<'a> {
    lines: Vec<&'a str>,
    tokens: Vec<Vec<Cow<'a, str>>>,
}

impl<'a> Layout<'a> {
    /// The layout of `text`.
    pub(crate) fn of(text: &'a str, tokenize: Tokenize) -> Self {
        let lines = text.split_inclusive('\n').collect::<Vec<_>>();
        let mut tokens = vec![Vec::new(); lines.len()];
        let (mut line, mut line_end) = (0, lines.first().map_or(0, |line| line.len()));
        for token in tokenize(text) {
            while token.start >= line_end && line + 1 < lines.len() {
                line += 1;
                line_end += lines[line].len();
            }
            if let Some(tokens) = tokens.get_mut(line) {
                tokens.push(token.text);
            }
        }
        Self { lines, tokens }
    }

    /// This text with the lines of `model` wherever they have the same tokens.
    pub(crate) fn laid_out_as(&self, model: &Self) -> String {
        let mut text = String::new();
        let (mut done, mut model_done) = (0, 0);
        for Change { old, new } in changes(&self.keys(), &model.keys()) {
            text.extend(model.lines[model_done..new.start].iter().copied());
            self.lay_out_lines(old.clone(), model, new.clone(), &mut text);
            (done, model_done) = (old.end, new.end);
        }
        debug_assert_eq!(self.lines.len() - done, model.lines.len() - model_done);
        text.extend(model.lines[model_done..].iter().copied());
        text
    }

    /// What tells the lines apart, a line each.
    fn keys(&self) -> String {
        let keys = self
            .tokens
            .iter()
            .map(|tokens| format!("{}\n", tokens.join(" ")));
        keys.collect()
    }

    /// The same for lines whose breaks differ from those of the model.
    fn lay_out_lines(
        &self,
        range: Range<usize>,
        model: &Self,
        in_model: Range<usize>,
        text: &mut String,
    ) {
        let (ours, theirs) = (
            Flow::of(self, range.clone()),
            Flow::of(model, in_model.clone()),
        );
        if ours.tokens.is_empty() && theirs.tokens.is_empty() {
            // Only blank lines differ.
            return text.extend(model.lines[in_model].iter().copied());
        }
        let mut done = range.start;
        for (at, in_model, length) in ours.runs(&theirs) {
            let breaks = (0..=length).filter_map(|step| {
                Some((ours.break_at(at + step)?, theirs.break_at(in_model + step)?))
            });
            let breaks = breaks.collect::<Vec<_>>();
            let [(start, model_start), .., (end, model_end)] = breaks[..] else {
                continue;
            };
            text.extend(self.lines[done..start].iter().copied());
            text.extend(model.lines[model_start..model_end].iter().copied());
            done = end;
        }
        text.extend(self.lines[done..range.end].iter().copied());
    }
}

/// The tokens of some lines, one after the other.
struct Flow<'a> {
    /// Each token, and its line.
    tokens: Vec<(&'a str, usize)>,
    /// The line behind the last.
    end: usize,
}

impl<'a> Flow<'a> {
    fn of(layout: &'a Layout<'_>, range: Range<usize>) -> Self {
        let lines = range.clone().zip(&layout.tokens[range.clone()]);
        let tokens =
            lines.flat_map(|(line, tokens)| tokens.iter().map(move |token| (&**token, line)));
        Self {
            tokens: tokens.collect(),
            end: range.end,
        }
    }

    /// The line that starts with token `at`, if one does; behind the last token, the line that follows.
    fn break_at(&self, at: usize) -> Option<usize> {
        let line = self.tokens.get(at).map_or(self.end, |(_, line)| *line);
        let is_first = at == 0 || self.tokens[at - 1].1 < line;
        is_first.then_some(line)
    }

    /// Where tokens of both follow each other in the same order: where in each, and how many.
    fn runs(&self, other: &Self) -> Vec<(usize, usize, usize)> {
        let [ours, theirs] = [self, other].map(|flow| {
            let tokens = flow.tokens.iter().map(|(token, _)| format!("{token}\n"));
            tokens.collect::<String>()
        });
        let (mut at, mut in_other) = (0, 0);
        let mut runs = Vec::new();
        for Change { old, new } in changes(&ours, &theirs) {
            runs.push((at, in_other, old.start - at));
            (at, in_other) = (old.end, new.end);
        }
        runs.push((at, in_other, self.tokens.len() - at));
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words and signs.
    fn tokenize(text: &str) -> Vec<Token<'_>> {
        let mut tokens = Vec::new();
        let mut start = 0;
        for word in text.split_inclusive([' ', '\n', '\t']) {
            let token = word.trim();
            if !token.is_empty() {
                tokens.push(Token {
                    text: token.into(),
                    start,
                });
            }
            start += word.len();
        }
        tokens
    }

    fn check(text: &str, model: &str, expect: &str) {
        let [layout, model_layout] = [text, model].map(|text| Layout::of(text, tokenize));
        assert_eq!(
            layout.laid_out_as(&model_layout),
            expect,
            "{text:?} {model:?}"
        );
    }

    #[test]
    fn lines_of_the_model_stand_where_the_tokens_are_the_same() {
        check("a b\nc\n", "  a b\n  c\n", "  a b\n  c\n");
        check("a b\nc d\ne\n", "\ta\n\tb\nc d\ne\n", "\ta\n\tb\nc d\ne\n");
        check("a\nb\nc d\n", "a b\nc\nd\n", "a b\nc\nd\n");
    }

    #[test]
    fn what_the_model_says_otherwise_stays() {
        check("a b\nc\n", "a x\nc\n", "a b\nc\n");
        check("a b\nc d\ne f\n", " a b\nc x\n e f\n", " a b\nc d\n e f\n");
        check("a b\nc d\n", " a\n b\n c\n x\n", " a\n b\nc d\n");
        check("a\nb\n", "", "a\nb\n");
        check("", "a\nb\n", "");
    }
}
