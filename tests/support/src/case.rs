//! One case: what people wrote of it, and what is expected.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::content::{Content, Source};
use crate::section::{Parts, Place, Section, What, split};
use crate::{Entry, Pristine, Tree};

/// A behaviour of the command.
#[derive(Debug)]
pub struct Case {
    /// Such as `add/sandbox_daytona`.
    pub name: String,
    /// The arguments of the command.
    pub args: Vec<String>,
    /// The directory to run in, below the root of the files.
    pub start: PathBuf,
    /// Why no compiler takes the files, whatever the command does.
    pub cannot_compile: Option<String>,
    /// The files before.
    pub before: Tree,
    /// The head and the files before, as they are written.
    written: String,
    expected: Vec<Section>,
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The files afterwards.
    pub after: Tree,
    /// The exit code.
    pub code: String,
    /// What programs are told.
    pub stdout: String,
    /// What people are told.
    pub stderr: String,
}

impl Case {
    /// Reads `text`, the file of the case `name`.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, or a pristine text that is not there.
    pub fn parse(name: &str, text: &str, pristine: &Pristine) -> Result<Self, String> {
        if !text.ends_with('\n') {
            return Err("the last line has no end".to_owned());
        }
        let Parts { head, sections } = split(text)?;
        let mut places = BTreeSet::new();
        let twice = sections
            .iter()
            .find(|(_, section)| !places.insert(&section.place));
        if let Some((_, section)) = twice {
            return Err(format!("`{}` stands there twice", section.place));
        }
        let is_expected = |(_, section): &(usize, Section)| !section.place.is_written_by_people();
        let first = sections
            .iter()
            .position(is_expected)
            .unwrap_or(sections.len());
        if let Some((_, late)) = sections[first..]
            .iter()
            .find(|section| !is_expected(section))
        {
            return Err(format!(
                "`{}` has to stand ahead of what is expected",
                late.place
            ));
        }
        // The blank line that belongs to no text follows the last one, too.
        let written = match sections.get(first) {
            Some((offset, _)) => text[..*offset].to_owned(),
            None => format!("{text}\n"),
        };
        let mut before = sections
            .into_iter()
            .map(|(_, section)| section)
            .collect::<Vec<_>>();
        let expected = before.split_off(first);
        let mut case = Self {
            name: name.to_owned(),
            args: Vec::new(),
            start: PathBuf::new(),
            cannot_compile: None,
            before: Tree::default(),
            written,
            expected,
        };
        for section in before {
            apply(&section, &mut case.before, pristine)?;
        }
        case.read_head(head)?;
        Ok(case)
    }

    fn read_head(&mut self, head: &str) -> Result<(), String> {
        let mut has_command = false;
        for line in head
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if let Some(directory) = line.strip_prefix("$ cd ") {
                self.start = directory.into();
            } else if let Some(args) = line.strip_prefix("$ flue") {
                self.args = args.split_whitespace().map(str::to_owned).collect();
                has_command = true;
            } else if let Some(why) = line.strip_prefix("cannot compile: ") {
                self.cannot_compile = Some(why.to_owned());
            } else {
                return Err(format!("`{line}` means nothing in the head"));
            }
        }
        match has_command {
            true => Ok(()),
            false => Err("the line `$ flue` is missing".to_owned()),
        }
    }

    /// How the run has to end.
    ///
    /// # Errors
    ///
    /// A pristine text that is not there, or what cannot be in a section.
    pub fn expected(&self, pristine: &Pristine) -> Result<Outcome, String> {
        let mut outcome = Outcome {
            after: self.before.clone(),
            code: "0".to_owned(),
            stdout: String::new(),
            stderr: String::new(),
        };
        for section in &self.expected {
            let text = |content: &Content| {
                let bytes = content.bytes(pristine)?;
                String::from_utf8(bytes).map_err(|error| error.to_string())
            };
            match (&section.place, &section.what) {
                (Place::Stdout, What::Text(content)) => outcome.stdout = text(content)?,
                (Place::Stderr, What::Text(content)) => outcome.stderr = text(content)?,
                (Place::ExitCode, What::Code(code)) => outcome.code.clone_from(code),
                _ => apply(section, &mut outcome.after, pristine)?,
            }
        }
        Ok(outcome)
    }

    /// The names of the pristine texts that this case defines, with the path of the file that has each.
    pub fn definitions(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.expected
            .iter()
            .filter_map(|section| match (&section.place, &section.what) {
                (Place::After(path), What::Text(content)) => match &content.source {
                    Source::Defined(name) => Some((&**name, &**path)),
                    _ => None,
                },
                _ => None,
            })
    }

    /// The file of the case when a run ends with `outcome`: what people wrote stays.
    #[must_use]
    pub fn render(&self, outcome: &Outcome, pristine: &Pristine) -> String {
        let mut text = self.written.clone();
        for (path, change) in self.before.changes_to(&outcome.after) {
            let place = Place::After(path.to_owned());
            let what = match change {
                None => What::Removed,
                Some(Entry::Directory) => What::Directory,
                Some(Entry::Link(target)) => What::Link(target.clone()),
                Some(Entry::File(bytes)) => self.text(&place, bytes, pristine),
            };
            text += &Section { place, what }.to_string();
        }
        for (place, stream) in [
            (Place::Stdout, &outcome.stdout),
            (Place::Stderr, &outcome.stderr),
        ] {
            if !stream.is_empty() {
                let what = self.text(&place, stream.as_bytes(), pristine);
                text += &Section { place, what }.to_string();
            }
        }
        if outcome.code != "0" {
            let what = What::Code(outcome.code.clone());
            let place = Place::ExitCode;
            text += &Section { place, what }.to_string();
        }
        if text.ends_with("\n\n") {
            // The blank line after the last text.
            text.pop();
        }
        text
    }

    fn text(&self, place: &Place, bytes: &[u8], pristine: &Pristine) -> What {
        let earlier = self.expected.iter().find(|section| section.place == *place);
        let earlier = earlier.and_then(|section| match &section.what {
            What::Text(content) => Some(content),
            _ => None,
        });
        What::Text(Content::of(bytes, pristine, earlier))
    }
}

fn apply(section: &Section, tree: &mut Tree, pristine: &Pristine) -> Result<(), String> {
    let told = || format!("`{}` cannot be that", section.place);
    let (Place::Before(path) | Place::After(path)) = &section.place else {
        return Err(told());
    };
    let entry = match &section.what {
        What::Directory => Entry::Directory,
        What::Link(target) => Entry::Link(target.clone()),
        What::Text(content) => {
            let bytes = content.bytes(pristine);
            Entry::File(bytes.map_err(|error| format!("{}: {error}", section.place))?)
        }
        What::Removed if matches!(section.place, Place::After(_)) => {
            tree.remove(path);
            return Ok(());
        }
        What::Removed | What::Code(_) => return Err(told()),
    };
    tree.insert(path, entry);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Why.
$ cd one
$ flue add  sandbox
cannot compile: it is a stub

-- before one/a --
1

-- before one/b (crlf, no final newline) --
2

-- before one/c --
-- before one/d (directory) --
-- before one/e (link to ../f) --
-- before one/g --
3

-- after one/a --
new

";

    fn parse(text: &str) -> Result<Case, String> {
        Case::parse("add/some", text, &Pristine::default())
    }

    fn expected(text: &str) -> Result<Outcome, String> {
        parse(text)?.expected(&Pristine::default())
    }

    fn tree(entries: &[(&str, Entry)]) -> Tree {
        let mut tree = Tree::default();
        for (path, entry) in entries {
            tree.insert(Path::new(path), entry.clone());
        }
        tree
    }

    fn file(text: &str) -> Entry {
        Entry::File(text.as_bytes().to_vec())
    }

    #[test]
    fn a_case_is_read() {
        let case = parse(TEXT).expect("it is a case");
        assert_eq!(case.args, ["add", "sandbox"]);
        assert_eq!(case.start, Path::new("one"));
        assert_eq!(case.cannot_compile.as_deref(), Some("it is a stub"));
        let mut files = tree(&[
            ("one/a", file("1\n")),
            ("one/b", file("2")),
            ("one/c", file("")),
            ("one/d", Entry::Directory),
            ("one/e", Entry::Link("../f".into())),
            ("one/g", file("3\n")),
        ]);
        assert_eq!(case.before, files);
        files.insert(Path::new("one/a"), file("new\n\n"));
        let outcome = expected(TEXT).expect("it is a case");
        assert_eq!(outcome.after, files, "the last text keeps its blank line");
        assert_eq!((&*outcome.code, &*outcome.stdout), ("0", ""));
    }

    #[test]
    fn what_people_wrote_stays_and_the_rest_is_written_anew() {
        let outcome = Outcome {
            after: tree(&[
                ("one/a/x", file("1\n")),
                ("one/b", file("2")),
                ("one/c", file("3\n\n")),
                ("one/e", Entry::Link("h".into())),
                ("one/g", file("3\n")),
                ("two", Entry::Directory),
            ]),
            code: "3".to_owned(),
            stdout: "out\n".to_owned(),
            stderr: "err".to_owned(),
        };
        let (written, _) = TEXT.split_once("-- after").expect("it has both");
        let text = format!(
            "{written}\
-- after one/a/x --
1

-- after one/c --
3


-- after one/d (removed) --
-- after one/e (link to h) --
-- after two (directory) --
-- stdout --
out

-- stderr (no final newline) --
err

-- exit code 3 --
"
        );
        let case = parse(TEXT).expect("it is a case");
        assert_eq!(case.render(&outcome, &Pristine::default()), text);
        assert_eq!(expected(&text), Ok(outcome));
    }

    #[test]
    fn what_expects_nothing_ends_as_it_began() {
        for text in [
            "$ flue\n",
            "$ flue\n\n-- before a --\nx\n",
            "$ flue\n\n-- before a --\nx\n\n",
        ] {
            let case = parse(text).expect("it is a case");
            let outcome = expected(text).expect("it is a case");
            assert_eq!(case.render(&outcome, &Pristine::default()), text);
        }
    }

    #[test]
    fn the_definition_of_a_text_stays() {
        let mut pristine = Pristine::default();
        let text = "$ flue\n\n-- after a (defines pristine/a.rs) --\n-- after b (pristine/a.rs, crlf) --\n";
        pristine.replace("a.rs", "1\n2\n");
        let case = Case::parse("add/some", text, &pristine).expect("it is a case");
        let definitions = case.definitions().collect::<Vec<_>>();
        assert_eq!(definitions, [("a.rs", Path::new("a"))]);
        let outcome = case.expected(&pristine).expect("the text is there");
        assert_eq!(outcome.after.file(Path::new("b")), Some(&b"1\r\n2\r\n"[..]));
        assert_eq!(case.render(&outcome, &pristine), text);
    }

    #[test]
    fn mistakes_are_told() {
        for (text, told) in [
            ("-- stdout --\n", "the line `$ flue` is missing"),
            ("$ flue", "the last line has no end"),
            ("$ flue\nsome\n", "`some` means nothing in the head"),
            ("$ flue\n-- some --\n", "`-- some --` is no header"),
            (
                "$ flue\n-- after a (odd) --\n",
                "`-- after a (odd) --` is no header",
            ),
            (
                "$ flue\n-- before a --\n-- before a --\n",
                "`before a` stands there twice",
            ),
            (
                "$ flue\n-- after a --\n-- before a --\n",
                "`before a` has to stand ahead of what is expected",
            ),
            (
                "$ flue\n-- before a (removed) --\n",
                "`before a` cannot be that",
            ),
            (
                "$ flue\n-- before a (directory) --\nx\n",
                "no text may follow `-- before a (directory) --`",
            ),
            (
                "$ flue\n-- stdout (directory) --\n",
                "`stdout` cannot be that",
            ),
            (
                "$ flue\n-- after a (pristine/x) --\n",
                "after a: there is no pristine/x",
            ),
        ] {
            assert_eq!(expected(text), Err(told.to_owned()), "{text}");
        }
    }
}
