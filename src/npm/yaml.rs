//! Reads the YAML that package managers are configured with, as far as this crate looks at it: maps, lists, strings.

use saphyr_parser::{Event, Parser, ScanError, StrInput};

use crate::error::{Code, Problem};
use crate::text::Position;

/// A value of a YAML document. Scalars stay as they are spelled: `1.10` is no number here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Yaml {
    Scalar(String),
    List(Vec<Yaml>),
    Map(Vec<(Yaml, Yaml)>),
    /// A reference to an anchor, which nothing here looks behind.
    Alias,
}

impl Yaml {
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let found = self.entries().find(|(name, _)| *name == key);
        found.map(|(_, value)| value)
    }

    /// The entries of a map whose keys are scalars; none for anything else.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = if let Self::Map(entries) = self {
            entries.as_slice()
        } else {
            &[]
        };
        entries
            .iter()
            .filter_map(|(key, value)| Some((key.as_str()?, value)))
    }

    /// The scalars of a list; none for anything else.
    pub(super) fn strings(&self) -> impl Iterator<Item = &str> {
        let items = if let Self::List(items) = self {
            items.as_slice()
        } else {
            &[]
        };
        items.iter().filter_map(Self::as_str)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        if let Self::Scalar(text) = self {
            Some(text)
        } else {
            None
        }
    }
}

/// Parses the first document of `text`; an empty one is an empty map.
///
/// # Errors
///
/// A problem with the place of the first mistake.
pub(super) fn parse(text: &str) -> Result<Yaml, Problem> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        depth: 0,
    };
    let root = reader.document().map_err(|error| invalid(&error))?;
    Ok(root.unwrap_or(Yaml::Map(Vec::new())))
}

/// More than anyone nests, and less than the stack takes.
const MAX_DEPTH: usize = 128;

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Option<Yaml>, ScanError> {
        while let Some((event, _)) = self.parser.next().transpose()? {
            if !matches!(event, Event::StreamStart | Event::DocumentStart(..)) {
                return self.value(event);
            }
        }
        Ok(None)
    }

    /// The value that starts with `event`; nothing for an event that ends one.
    fn value(&mut self, event: Event<'a>) -> Result<Option<Yaml>, ScanError> {
        let value = match event {
            Event::Scalar(text, ..) => Yaml::Scalar(text.into_owned()),
            Event::Alias(_) => Yaml::Alias,
            Event::SequenceStart(..) => Yaml::List(self.values()?),
            Event::MappingStart(..) => {
                let mut keys_and_values = self.values()?.into_iter();
                let pairs =
                    std::iter::from_fn(|| keys_and_values.next().zip(keys_and_values.next()));
                Yaml::Map(pairs.collect())
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    fn values(&mut self) -> Result<Vec<Yaml>, ScanError> {
        let mut values = Vec::new();
        self.depth += 1;
        while let Some((event, span)) = self.parser.next().transpose()? {
            if self.depth > MAX_DEPTH {
                return Err(ScanError::new_str(span.start, "nested too deeply"));
            }
            match self.value(event)? {
                Some(value) => values.push(value),
                None => break,
            }
        }
        self.depth -= 1;
        Ok(values)
    }
}

fn invalid(error: &ScanError) -> Problem {
    let marker = error.marker();
    let position = Position {
        line: marker.line(),
        column: marker.col() + 1,
    };
    Problem::new(
        Code::WorkspaceInvalid,
        format!("invalid YAML: {}", error.info()),
    )
    .at(position)
    .help("correct the file, then run the command again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_lists_and_scalars_are_read() {
        let yaml = parse(
            "# x\npackages:\n  - 'a/*' # y\n  - \"!b\"\nflow: {c: [1.10, ~], d: &e f, g: *e}\n",
        )
        .unwrap();
        assert_eq!(
            yaml.get("packages").unwrap().strings().collect::<Vec<_>>(),
            ["a/*", "!b"]
        );
        let flow = yaml.get("flow").unwrap();
        assert_eq!(
            flow.get("c").unwrap().strings().collect::<Vec<_>>(),
            ["1.10", "~"]
        );
        assert_eq!(flow.get("d").unwrap().as_str(), Some("f"));
        assert_eq!(flow.get("g").unwrap(), &Yaml::Alias);
        assert_eq!(yaml.get("nobody"), None);
    }

    #[test]
    fn an_empty_document_is_an_empty_map() {
        for text in ["", "# only a comment\n", "---\n", "\u{feff}"] {
            let root = parse(text).unwrap();
            assert_eq!(root.get("packages"), None, "{text:?}");
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let problem = parse("packages:\n  - a\n b: [\n").unwrap_err();
        assert_eq!(problem.code.as_str(), "workspace-invalid");
        assert_eq!(problem.position.unwrap().line, 3, "{problem}");
    }

    #[test]
    fn no_nesting_is_too_deep_for_the_stack() {
        let problem = parse(&"- ".repeat(100_000)).unwrap_err();
        assert!(problem.message.contains("nested too deeply"), "{problem}");
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
