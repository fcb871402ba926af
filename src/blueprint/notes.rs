//! What changes for the user when an adapter is brought up to date: the `UPGRADE.md` of each version, section by section.
//!
//! Text in, values out. A section whose heading names something in backticks is about the lines that name it; any other is
//! about all.

use super::model::Blueprint;
use super::model::Source;
use super::template::template;
use super::texts::Texts;

/// The file in the directory of a version.
const FILE: &str = "UPGRADE.md";

/// What a heading names that is about adapters from upstream's guide.
const UPSTREAM: &str = "upstream";

/// A section of the notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    /// Its heading.
    pub title: String,
    /// What it says, in one paragraph or several.
    pub text: String,
}

impl Blueprint {
    /// The notes of the versions after `version`, the oldest first; where there are none, those of the newest, which tell its
    /// variants apart.
    pub(crate) fn notes_since(&self, version: u32) -> Vec<Note> {
        let versions = self.versions();
        let later = versions.iter().filter(|it| it.version > version).copied();
        let later = later.collect::<Vec<_>>();
        let versions = if later.is_empty() { vec![self] } else { later };
        versions
            .into_iter()
            .flat_map(|version| sections(version.upgrade_text()))
            .collect()
    }

    /// All of its notes, as they were written; none where a blueprint of the user's own has none.
    pub(crate) fn upgrade_text(&self) -> &str {
        match &self.source {
            Source::BuiltIn => {
                let file = template(&format!("{}/{FILE}", self.directory()));
                file.map_or("", |file| file.text)
            }
            Source::Own(own) => match &own.texts {
                Texts::Templates(templates) => templates.get(FILE).map_or("", String::as_str),
                Texts::Guide(_) => "",
            },
        }
    }
}

impl Note {
    /// Whether it is about adapters from upstream's guide.
    pub(crate) fn is_about_upstream(&self) -> bool {
        self.title.contains(UPSTREAM)
    }

    /// The first of `notes` that is about `lines` by name.
    pub(crate) fn about<'a>(notes: &'a [Self], lines: &str) -> Option<&'a Self> {
        let is_named = |note: &&Self| note.title.contains('`') && note.is_about(lines);
        notes
            .iter()
            .find(is_named)
            .or(notes.iter().find(|note| note.is_about(lines)))
    }

    /// Whether it is about `lines`, which change.
    pub(crate) fn is_about(&self, lines: &str) -> bool {
        let mut names = self.title.split('`').skip(1).step_by(2).peekable();
        !self.is_about_upstream()
            && (names.peek().is_none() || names.any(|name| lines.contains(name)))
    }
}

/// The sections of `text` whose headings are of the second level.
fn sections(text: &str) -> Vec<Note> {
    let mut notes = Vec::<Note>::new();
    for line in text.lines() {
        match (line.strip_prefix("## "), notes.last_mut()) {
            (Some(title), _) => notes.push(Note {
                title: title.to_owned(),
                text: String::new(),
            }),
            (None, Some(note)) => {
                note.text += line;
                note.text.push('\n');
            }
            (None, None) => {}
        }
    }
    for note in &mut notes {
        note.text = note.text.trim().to_owned();
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::catalogue::Catalogue;

    #[test]
    fn a_note_is_about_the_lines_that_it_names() {
        let notes = sections(
            "# Title\n\nIntro.\n\n## `a` is now `b`\n\nOne.\nTwo.\n\n## All\n\n## From upstream\n",
        );
        let about = |lines: &str| {
            notes
                .iter()
                .map(|note| note.is_about(lines))
                .collect::<Vec<_>>()
        };
        assert_eq!(notes[0].text, "One.\nTwo.");
        assert_eq!(about("x.b()"), [true, true, false]);
        assert_eq!(about("x.c()"), [false, true, false]);
        assert!(notes[2].is_about_upstream());
    }

    #[test]
    fn every_version_has_notes_and_none_is_left_out() {
        for blueprint in Catalogue::built_in().all() {
            let versions = blueprint.versions();
            let numbers = versions.iter().map(|version| version.version);
            assert!(numbers.eq(1..=blueprint.version), "{}", blueprint.name);
            for version in versions {
                let notes = sections(version.upgrade_text());
                assert!(!notes.is_empty(), "{}", version.directory());
                assert!(notes.iter().all(|note| !note.text.is_empty()));
            }
        }
    }
}
