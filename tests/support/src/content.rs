//! How bytes stand in a case: as lines that can be read, with what these cannot show named beside them.

use std::fmt;

use crate::Pristine;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A text with what has to be known to get its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) source: Source,
    forms: Vec<Form>,
    /// The text, or the patch of a stored one.
    pub(crate) lines: String,
}

/// Where a text comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Source {
    /// It stands in the case.
    #[default]
    Case,
    /// It is stored under this name.
    Pristine(String),
    /// It is stored under this name, and as the case writes it.
    Defined(String),
}

/// What lines cannot show, in the order in which it is undone from the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    ByteOrderMark,
    Crlf,
    NoFinalNewline,
    Escaped,
}

impl Form {
    const ALL: [Self; 4] = [
        Self::ByteOrderMark,
        Self::Crlf,
        Self::NoFinalNewline,
        Self::Escaped,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "bom",
            Self::Crlf => "crlf",
            Self::NoFinalNewline => "no final newline",
            Self::Escaped => "escaped",
        }
    }

    /// `bytes` without this, if they have it.
    fn undo(self, bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::ByteOrderMark => bytes.strip_prefix(BYTE_ORDER_MARK).map(<[u8]>::to_vec),
            Self::Crlf => {
                let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
                let returns = bytes.iter().filter(|byte| **byte == b'\r').count();
                let pairs = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
                let is_whole = pairs > 0 && pairs == feeds && pairs == returns;
                is_whole.then(|| {
                    bytes
                        .iter()
                        .copied()
                        .filter(|byte| *byte != b'\r')
                        .collect()
                })
            }
            Self::NoFinalNewline => {
                let is_cut = bytes.last().is_some_and(|byte| *byte != b'\n');
                is_cut.then(|| [bytes, b"\n"].concat())
            }
            Self::Escaped => needs_escapes(bytes).then(|| escape(bytes).into_bytes()),
        }
    }

    fn redo(self, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
        match self {
            Self::ByteOrderMark => Ok([BYTE_ORDER_MARK, &bytes].concat()),
            Self::Crlf => {
                let lines = bytes.split(|byte| *byte == b'\n').collect::<Vec<_>>();
                Ok(lines.join(&b"\r\n"[..]))
            }
            Self::NoFinalNewline => {
                let cut = bytes.strip_suffix(b"\n").map(<[u8]>::to_vec);
                cut.ok_or_else(|| "there is no text without a final newline".to_owned())
            }
            Self::Escaped => unescape(&bytes),
        }
    }
}

impl Content {
    /// The shortest way to write `bytes`; `earlier` is what stood here, and is kept where it holds.
    pub(crate) fn of(bytes: &[u8], pristine: &Pristine, earlier: Option<&Self>) -> Self {
        if let Some(earlier) = earlier
            && earlier.source != Source::Case
            && earlier.bytes(pristine).as_deref() == Ok(bytes)
        {
            return earlier.clone();
        }
        let mut content = Self::default();
        let mut bytes = bytes.to_vec();
        for form in Form::ALL {
            if let Some(undone) = form.undo(&bytes) {
                bytes = undone;
                content.forms.push(form);
            }
        }
        content.lines = String::from_utf8(bytes).expect("what is not UTF-8 is escaped");
        content.refer(pristine)
    }

    /// Writes the text as one that is stored, or as a short patch of one.
    fn refer(mut self, pristine: &Pristine) -> Self {
        let stored = pristine.iter().find(|(_, text)| *text == self.lines);
        let stored = stored.map(|(name, _)| (name, String::new()));
        if let Some((name, patch)) = stored.or_else(|| self.shortest_patch(pristine)) {
            self.source = Source::Pristine(name.to_owned());
            self.lines = patch;
        }
        self
    }

    fn shortest_patch<'a>(&self, pristine: &'a Pristine) -> Option<(&'a str, String)> {
        let first = self.lines.lines().next()?;
        let alike = pristine.iter().filter(|(_, text)| {
            text.lines().next() == Some(first) && self.lines.len() > text.len() / 2
        });
        let patches = alike.map(|(name, text)| (name, text, patch(text, &self.lines)));
        let patches = patches.filter(|(_, text, patch)| {
            let is_exact = patched(text, patch).as_ref() == Ok(&self.lines);
            is_exact && patch.len() < self.lines.len() / 2
        });
        let shortest = patches.min_by_key(|(_, _, patch)| patch.len());
        shortest.map(|(name, _, patch)| (name, patch))
    }

    pub(crate) fn bytes(&self, pristine: &Pristine) -> Result<Vec<u8>, String> {
        let text = match &self.source {
            Source::Case => self.lines.clone(),
            Source::Pristine(name) => {
                let text = pristine.get(name);
                patched(
                    text.ok_or_else(|| format!("there is no pristine/{name}"))?,
                    &self.lines,
                )?
            }
            // It may have to be written for the first time.
            Source::Defined(name) => pristine.get(name).unwrap_or_default().to_owned(),
        };
        let forms = self.forms.iter().rev();
        forms
            .copied()
            .try_fold(text.into_bytes(), |bytes, form| form.redo(bytes))
    }

    /// Reads one of the words that stand in parentheses; whether it is one.
    pub(crate) fn read(&mut self, word: &str) -> bool {
        let directory = format!("{}/", Pristine::FOLDER);
        if let Some(name) = word.strip_prefix(&directory) {
            self.source = Source::Pristine(name.to_owned());
        } else if let Some(name) = word.strip_prefix(&format!("defines {directory}")) {
            self.source = Source::Defined(name.to_owned());
        } else if let Some(form) = Form::ALL.into_iter().find(|form| form.word() == word) {
            self.forms.push(form);
            self.forms.sort();
        } else {
            return false;
        }
        true
    }
}

/// The words in parentheses with a blank ahead, or nothing.
impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &self.source {
            Source::Case => None,
            Source::Pristine(name) => Some(format!("{}/{name}", Pristine::FOLDER)),
            Source::Defined(name) => Some(format!("defines {}/{name}", Pristine::FOLDER)),
        };
        let forms = self.forms.iter().map(|form| form.word().to_owned());
        let words = source.into_iter().chain(forms).collect::<Vec<_>>();
        match words.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", words.join(", ")),
        }
    }
}

/// Whether `line` separates texts in a case.
pub(crate) fn is_separator(line: &str) -> bool {
    line.starts_with("-- ") && line.ends_with(" --")
}

fn is_odd(char: char) -> bool {
    char == '\u{feff}' || char.is_control() && char != '\n' && char != '\t'
}

fn needs_escapes(bytes: &[u8]) -> bool {
    let is_plain = |text: &str| !text.contains(is_odd) && !text.lines().any(is_separator);
    !str::from_utf8(bytes).is_ok_and(is_plain)
}

fn escape(bytes: &[u8]) -> String {
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("\\x{byte:02x}"))
            .collect::<String>()
    };
    let mut escaped = String::new();
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '\\' => escaped += "\\\\",
                '\r' => escaped += "\\r",
                odd if is_odd(odd) => escaped += &hex(odd.encode_utf8(&mut [0; 4]).as_bytes()),
                char => escaped.push(char),
            }
        }
        escaped += &hex(chunk.invalid());
    }
    let lines = escaped
        .split_inclusive('\n')
        .map(|line| match line.strip_prefix('-') {
            Some(rest) if is_separator(line.trim_end_matches('\n')) => format!("\\x2d{rest}"),
            _ => line.to_owned(),
        });
    lines.collect()
}

fn unescape(escaped: &[u8]) -> Result<Vec<u8>, String> {
    let escaped = str::from_utf8(escaped).map_err(|error| error.to_string())?;
    let mut parts = escaped.split('\\');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    while let Some(part) = parts.next() {
        let rest = if part.is_empty() {
            bytes.push(b'\\');
            parts.next().unwrap_or_default()
        } else if let Some(rest) = part.strip_prefix('r') {
            bytes.push(b'\r');
            rest
        } else {
            let digits = part
                .strip_prefix('x')
                .and_then(|part| part.split_at_checked(2));
            let byte = digits
                .and_then(|(digits, rest)| Some((u8::from_str_radix(digits, 16).ok()?, rest)));
            let (byte, rest) = byte.ok_or_else(|| format!("`\\{part}` is no escape"))?;
            bytes.push(byte);
            rest
        };
        bytes.extend_from_slice(rest.as_bytes());
    }
    Ok(bytes)
}

/// What turns `old` into `new`: hunks of lines with what is done to each, and a line around them that tells the place.
fn patch(old: &str, new: &str) -> String {
    let diff = similar::TextDiff::from_lines(old, new);
    let mut unified = diff.unified_diff();
    let hunks = unified.context_radius(1).iter_hunks();
    let hunks = hunks.map(|hunk| {
        let lines = hunk
            .iter_changes()
            .map(|line| format!("{}{}", line.tag(), line.value()));
        lines.collect::<String>()
    });
    hunks.collect::<Vec<_>>().join("\n")
}

/// `text` after each hunk of `patch`.
fn patched(text: &str, patch: &str) -> Result<String, String> {
    let mut text = format!("\n{text}");
    for hunk in patch.split("\n\n").filter(|hunk| !hunk.is_empty()) {
        let side = |other: char| {
            let lines = hunk.lines().filter(|line| !line.starts_with(other));
            let lines = lines.map(|line| line.get(1..).unwrap_or_default().to_owned() + "\n");
            lines.collect::<String>()
        };
        let (old, new) = (side('+'), side('-'));
        if old.is_empty() {
            text += &new;
            continue;
        }
        let (old, new) = (format!("\n{old}"), format!("\n{new}"));
        match text.matches(&old).count() {
            1 => text = text.replacen(&old, &new, 1),
            count => return Err(format!("{count} places for the hunk\n{hunk}")),
        }
    }
    Ok(text.split_off(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pristine() -> Pristine {
        let mut pristine = Pristine::default();
        let body = (0..20)
            .map(|number| format!("line {number}\n"))
            .collect::<String>();
        pristine.replace("a.rs", &format!("// marker\n{body}"));
        pristine.replace("b.rs", &format!("// marker\n\n{body}"));
        pristine
    }

    #[test]
    fn all_bytes_come_back() {
        let pristine = pristine();
        let texts: [(&[u8], &str); 16] = [
            (b"", ""),
            (b"\n", ""),
            (b"a\n\tb\\n\n\n", ""),
            (b"a", " (no final newline)"),
            (b"a\r\nb\r\n", " (crlf)"),
            (b"a\r\nb", " (crlf, no final newline)"),
            (b"\r\n", " (crlf)"),
            (b"a\r\nb\n", " (escaped)"),
            (b"a\r", " (no final newline, escaped)"),
            (b"\xef\xbb\xbfa\n", " (bom)"),
            (b"\xef\xbb\xbf", " (bom)"),
            (
                b"\xef\xbb\xbfa\\\xe9\r\nb",
                " (bom, crlf, no final newline, escaped)",
            ),
            (b"a\xef\xbb\xbf\n", " (escaped)"),
            (b"\x1b[1m\\x1b\0\xff\xc3\xa9\n", " (escaped)"),
            (b"a\n-- stdout --\n-- b\n", " (escaped)"),
            (b"-- a --", " (no final newline, escaped)"),
        ];
        for (bytes, words) in texts {
            let content = Content::of(bytes, &pristine, None);
            assert_eq!(content.to_string(), words, "{content:?}");
            assert!(
                content.lines.is_empty() || content.lines.ends_with('\n'),
                "{content:?}"
            );
            assert!(!content.lines.lines().any(is_separator), "{content:?}");
            assert_eq!(
                content.bytes(&pristine).as_deref(),
                Ok(bytes),
                "{content:?}"
            );
        }
    }

    #[test]
    fn a_stored_text_is_referred_to() {
        let pristine = pristine();
        let text = pristine.get("b.rs").expect("it is stored");
        let crlf = text.replace('\n', "\r\n");
        let edited = text.replace("line 5\n", "edited\n\nmore\n") + "end\n";
        for (bytes, words, lines) in [
            (text, " (pristine/b.rs)", ""),
            (&crlf, " (pristine/b.rs, crlf)", ""),
            (
                &edited,
                " (pristine/b.rs)",
                " line 4\n-line 5\n+edited\n+\n+more\n line 6\n\n line 19\n+end\n",
            ),
        ] {
            let content = Content::of(bytes.as_bytes(), &pristine, None);
            assert_eq!(
                (content.to_string().as_str(), content.lines.as_str()),
                (words, lines)
            );
            assert_eq!(content.bytes(&pristine).as_deref(), Ok(bytes.as_bytes()));
        }
    }

    #[test]
    fn a_reference_that_holds_is_kept() {
        let mut pristine = pristine();
        let text = pristine.get("b.rs").expect("it is stored").to_owned();
        pristine.replace("a.rs", &text);
        let mut earlier = Content::default();
        assert!(earlier.read("defines pristine/b.rs"));
        let content = Content::of(text.as_bytes(), &pristine, Some(&earlier));
        assert_eq!(content, earlier);
        let content = Content::of(b"other\n", &pristine, Some(&earlier));
        assert_eq!(content.source, Source::Case);
    }

    #[test]
    fn a_patch_has_one_place_or_the_end() {
        assert_eq!(patched("a\nb\n", "+c\n").as_deref(), Ok("a\nb\nc\n"));
        assert_eq!(
            patched("a\nb\na\nc\n", " a\n-c\n+d\n").as_deref(),
            Ok("a\nb\na\nd\n")
        );
        assert_eq!(patched("a\n", "-a\n+b\n\n+c\n").as_deref(), Ok("b\nc\n"));
        let told = patched("a\nb\na\n", "-a\n").unwrap_err();
        assert!(told.starts_with("2 places"), "{told}");
        assert!(patched("aa\n", "-a\n").is_err());
    }

    #[test]
    fn what_cannot_be_is_an_error() {
        let bytes = |words: &[&str], lines: &str| {
            let mut content = Content {
                lines: lines.to_owned(),
                ..Content::default()
            };
            assert!(words.iter().all(|word| content.read(word)));
            content.bytes(&pristine())
        };
        assert!(bytes(&["pristine/c.rs"], "").is_err());
        assert!(bytes(&["no final newline"], "").is_err());
        assert!(bytes(&["escaped"], "\\n\n").is_err());
        assert!(bytes(&["escaped"], "\\xg0\n").is_err());
        assert!(!Content::default().read("odd"));
    }
}
