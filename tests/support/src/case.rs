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
    /// The folder to run in, below the root of the files.
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
            if let Some(folder) = line.strip_prefix("$ cd ") {
                self.start = folder.into();
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
                Some(Entry::Folder) => What::Folder,
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
        What::Folder => Entry::Folder,
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
