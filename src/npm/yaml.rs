//! Reads the YAML that package managers are configured with, as far as this crate looks at it: maps, lists, strings.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, ScanError, StrInput};

use crate::error::{Code, Problem};
use crate::text::Position;

/// A value of a YAML document. Scalars stay as they are spelled: `1.10` is no number here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Yaml {
    Scalar(String),
    List(Rc<[Yaml]>),
    Map(Rc<[(Yaml, Yaml)]>),
}

impl Yaml {
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let found = self.entries().find(|(name, _)| *name == key);
        found.map(|(_, value)| value)
    }

    /// The entries of a map whose keys are scalars; none for anything else.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = if let Self::Map(entries) = self {
            &entries[..]
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
            &items[..]
        } else {
            &[]
        };
        items.iter().filter_map(Self::as_str)
    }

    fn map(&self) -> Option<Rc<[(Self, Self)]>> {
        match self {
            Self::Map(entries) => Some(Rc::clone(entries)),
            _ => None,
        }
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
        anchors: HashMap::new(),
        merged: 0,
        count: 0,
    };
    let root = reader.document().map_err(|error| invalid(&error))?;
    Ok(root.map_or(Yaml::Map(Rc::new([])), |root| root.value))
}

/// More than anyone nests, and less than the stack takes.
const MAX_DEPTH: usize = 128;

/// How many entries may be merged into maps with `<<`.
const MAX_MERGED: usize = 100_000;

/// How many values there may be: enough for a hundred thousand entries, and few enough for the memory that they take.
const MAX_VALUES: usize = 250_000;

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    depth: usize,
    anchors: HashMap<usize, Node>,
    merged: usize,
    count: usize,
}

/// A value, and how deep it is nested, what its aliases stand for included.
#[derive(Clone)]
struct Node {
    value: Yaml,
    height: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Option<Node>, ScanError> {
        while let Some((event, span)) = self.parser.next().transpose()? {
            if !matches!(event, Event::StreamStart | Event::DocumentStart(..)) {
                return self.node(event, span.start);
            }
        }
        Ok(None)
    }

    /// The value that starts with `event`; nothing for an event that ends one.
    fn node(&mut self, event: Event<'a>, at: Marker) -> Result<Option<Node>, ScanError> {
        let (node, anchor) = match event {
            Event::Scalar(text, _, anchor, _) => {
                let value = Yaml::Scalar(text.into_owned());
                (Node { value, height: 0 }, anchor)
            }
            // The parser knows no alias without its anchor, but one inside what it stands for.
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => (node.clone(), 0),
                None => return Err(ScanError::new_str(at, "the alias stands for itself")),
            },
            Event::SequenceStart(anchor, _) => {
                let (values, height) = self.values()?;
                let value = Yaml::List(values.into());
                (Node { value, height }, anchor)
            }
            Event::MappingStart(anchor, _) => {
                let (values, height) = self.values()?;
                let value = Yaml::Map(self.entries(values, at)?.into());
                (Node { value, height }, anchor)
            }
            _ => return Ok(None),
        };
        self.count += 1;
        if self.count > MAX_VALUES {
            return Err(ScanError::new_str(
                at,
                "more than `flue` reads before this value",
            ));
        }
        if self.depth + node.height > MAX_DEPTH {
            return Err(ScanError::new_str(at, "nested too deeply"));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(Some(node))
    }

    /// The values up to the end of the list or map, and how deep that is nested.
    fn values(&mut self) -> Result<(Vec<Yaml>, usize), ScanError> {
        let (mut values, mut height) = (Vec::new(), 0);
        self.depth += 1;
        while let Some((event, span)) = self.parser.next().transpose()? {
            if self.depth > MAX_DEPTH {
                return Err(ScanError::new_str(span.start, "nested too deeply"));
            }
            let Some(node) = self.node(event, span.start)? else {
                break;
            };
            height = height.max(node.height + 1);
            values.push(node.value);
        }
        self.depth -= 1;
        Ok((values, height))
    }

    /// The entries of a map, with those that `<<` merges into it.
    fn entries(&mut self, values: Vec<Yaml>, at: Marker) -> Result<Vec<(Yaml, Yaml)>, ScanError> {
        let (mut entries, mut merged) = (Vec::new(), Vec::new());
        let mut values = values.into_iter();
        while let Some((key, value)) = values.next().zip(values.next()) {
            match (key.as_str(), &value) {
                (Some("<<"), Yaml::Map(others)) => merged.push(Rc::clone(others)),
                (Some("<<"), Yaml::List(maps)) => merged.extend(maps.iter().filter_map(Yaml::map)),
                _ => entries.push((key, value)),
            }
        }
        self.merged += merged.iter().map(|others| others.len()).sum::<usize>();
        if self.merged > MAX_MERGED {
            return Err(ScanError::new_str(at, "too much is merged into it"));
        }
        // What comes first has the word, so that the map's own entries do.
        entries.extend(merged.iter().flat_map(|others| others.iter().cloned()));
        Ok(entries)
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
        assert_eq!(flow.get("g").unwrap().as_str(), Some("f"));
        assert_eq!(yaml.get("nobody"), None);
    }

    #[test]
    fn aliases_stand_for_what_is_anchored() {
        let text = "a: &a {x: '1', y: '1'}\nb: *a\nc: {<<: *a, y: '2'}\nd: {<<: [*a]}\n";
        let yaml = parse(text).unwrap();
        let get = |map: &str, key: &str| {
            let value = yaml.get(map).unwrap().get(key).unwrap();
            value.as_str().unwrap().to_owned()
        };
        assert_eq!(get("b", "y"), "1");
        assert_eq!(get("c", "x"), "1");
        assert_eq!(get("c", "y"), "2");
        assert_eq!(get("d", "x"), "1");
        let problem = parse("a: &a [*a]\n").unwrap_err();
        assert!(problem.message.contains("stands for itself"), "{problem}");
    }

    #[test]
    fn aliases_of_aliases_are_bounded() {
        let doubled =
            |level: usize| format!("l{}: &l{} [*l{level}, *l{level}]\n", level + 1, level + 1);
        let levels = |count| (0..count).map(doubled).collect::<String>();
        assert!(parse(&format!("l0: &l0 x\n{}", levels(100))).is_ok());
        let problem = parse(&format!("l0: &l0 x\n{}", levels(1000))).unwrap_err();
        assert!(problem.message.contains("nested too deeply"), "{problem}");
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
