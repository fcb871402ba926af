//! What the settings of a project's formatter say about TypeScript.
//!
//! Text in, values out: reads the forms that prettier, oxfmt, biome and editors take, as far as [`Settings`] go. Which
//! files there are is not its business.

use jsonc_parser::ast::{Object, Value};

use super::json;
use super::style::{Indentation, Quotes, Semicolons, Settings, Style, TrailingCommas};
use super::typescript::{Part, parts};

/// A program that formats TypeScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formatter {
    Biome,
    Oxfmt,
    Prettier,
}

/// The settings of editors, which prettier and oxfmt take as well.
pub(super) const EDITOR_SETTINGS: &str = ".editorconfig";

impl Formatter {
    pub(super) const ALL: [Self; 3] = [Self::Biome, Self::Oxfmt, Self::Prettier];

    /// The package that it comes in.
    pub(super) fn package(self) -> &'static str {
        match self {
            Self::Biome => "@biomejs/biome",
            Self::Oxfmt => "oxfmt",
            Self::Prettier => "prettier",
        }
    }

    /// The files that its settings may be in.
    pub(super) fn files(self) -> &'static [&'static str] {
        match self {
            Self::Biome => &["biome.json", "biome.jsonc", ".biome.json", ".biome.jsonc"],
            Self::Oxfmt => &[".oxfmtrc.json", ".oxfmtrc.jsonc", "oxfmt.config.ts"],
            Self::Prettier => &[
                ".prettierrc",
                ".prettierrc.json",
                ".prettierrc.yaml",
                ".prettierrc.yml",
                ".prettierrc.json5",
                ".prettierrc.js",
                ".prettierrc.mjs",
                ".prettierrc.cjs",
                ".prettierrc.ts",
                ".prettierrc.mts",
                ".prettierrc.toml",
                "prettier.config.js",
                "prettier.config.mjs",
                "prettier.config.cjs",
                "prettier.config.ts",
                "prettier.config.mts",
            ],
        }
    }

    /// What it does unless it is told otherwise.
    pub(super) fn defaults(self) -> Style {
        let prettier = Style {
            quotes: Quotes::Double,
            ..Style::default()
        };
        match self {
            Self::Prettier => prettier,
            Self::Oxfmt => Style {
                width: 100,
                ..prettier
            },
            Self::Biome => Style {
                indentation: Indentation::Tabs,
                ..prettier
            },
        }
    }

    /// What the text of one of its files says; none if it is not to format.
    pub(super) fn settings(self, text: &str) -> Option<Settings> {
        match self {
            Self::Biome => biome(text),
            Self::Oxfmt | Self::Prettier => Some(prettier(text)),
        }
    }

    /// Whether it heeds the settings of editors where its own say nothing.
    pub(super) fn heeds_editors(self) -> bool {
        self != Self::Biome
    }
}

/// The settings of prettier and oxfmt. They look alike in JSON, YAML, TOML and JavaScript: a name, `:` or `=`, a value.
pub(super) fn prettier(text: &str) -> Settings {
    let text = without_comments(text);
    let value = |name: &str| value_in(&text, name);
    Settings {
        quotes: value("singleQuote").map(|value| match value {
            "true" => Quotes::Single,
            _ => Quotes::Double,
        }),
        indentation: value("useTabs").map(|value| match value {
            "true" => Indentation::Tabs,
            _ => Indentation::Spaces,
        }),
        indent_width: value("tabWidth").and_then(|value| value.parse().ok()),
        semicolons: value("semi").map(|value| match value {
            "false" => Semicolons::Omitted,
            _ => Semicolons::Always,
        }),
        trailing_commas: value("trailingComma").and_then(trailing_commas),
        width: value("printWidth").and_then(|value| value.parse().ok()),
    }
}

fn without_comments(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let text = lines.collect::<Vec<_>>().join("\n");
    let parts = parts(&text)
        .into_iter()
        .filter(|part| !matches!(part, Part::Comment(_)));
    parts.map(Part::text).collect()
}

/// The value that stands behind the first `name` in `text`, without its quotes.
fn value_in<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let is_in_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = text.match_indices(name);
    found.find_map(|(at, _)| {
        let after = &text[at + name.len()..];
        if text[..at].ends_with(is_in_word) || after.starts_with(is_in_word) {
            return None;
        }
        let after = after.trim_start_matches(['"', '\'']).trim_start();
        let value = after.strip_prefix([':', '='])?.trim_start();
        let value = value.trim_start_matches(['"', '\'']);
        let end = value.find(|c| !is_in_word(c)).unwrap_or(value.len());
        Some(&value[..end])
    })
}

fn trailing_commas(value: &str) -> Option<TrailingCommas> {
    match value {
        "all" => Some(TrailingCommas::All),
        "es5" => Some(TrailingCommas::Es5),
        "none" => Some(TrailingCommas::None),
        _ => None,
    }
}

fn biome(text: &str) -> Option<Settings> {
    let Some(Value::Object(root)) = json::parse_lock_file(text) else {
        return Some(Settings::default());
    };
    let general = root.get_object("formatter");
    let javascript = root.get_object("javascript");
    let javascript = javascript.and_then(|javascript| javascript.get_object("formatter"));
    let sections = [javascript, general];
    let mut sections = sections.into_iter().flatten();
    if sections.clone().any(is_disabled) {
        return None;
    }
    let first = sections.next().map(biome_section).unwrap_or_default();
    Some(sections.map(biome_section).fold(first, Settings::or))
}

fn is_disabled(section: &Object<'_>) -> bool {
    section
        .get_boolean("enabled")
        .is_some_and(|enabled| !enabled.value)
}

fn biome_section(section: &Object<'_>) -> Settings {
    let word = |name| section.get_string(name).map(|string| &*string.value);
    let number = |name| section.get_number(name)?.value.parse().ok();
    Settings {
        quotes: word("quoteStyle").map(|style| match style {
            "single" => Quotes::Single,
            _ => Quotes::Double,
        }),
        indentation: word("indentStyle").map(|style| match style {
            "space" => Indentation::Spaces,
            _ => Indentation::Tabs,
        }),
        indent_width: number("indentWidth"),
        semicolons: word("semicolons").map(|semicolons| match semicolons {
            "asNeeded" => Semicolons::Omitted,
            _ => Semicolons::Always,
        }),
        trailing_commas: word("trailingCommas").and_then(trailing_commas),
        width: number("lineWidth"),
    }
}

/// What editors are told about TypeScript: the last word of the sections that are for such files.
pub(super) fn editor(text: &str) -> Settings {
    let mut settings = Settings::default();
    let mut applies = false;
    for line in text.lines().map(str::trim) {
        if let Some(pattern) = line.strip_prefix('[') {
            applies = is_for_typescript(pattern.trim_end_matches(']'));
        } else if applies && let Some((name, value)) = line.split_once('=') {
            let value = value.trim().to_ascii_lowercase();
            settings = editor_setting(name.trim(), &value).or(settings);
        }
    }
    settings
}

/// Whether no file above an editor's settings counts.
pub(super) fn is_topmost(text: &str) -> bool {
    let words = text.lines().map(|line| line.replace(' ', ""));
    words
        .take_while(|line| !line.starts_with('['))
        .any(|line| line.eq_ignore_ascii_case("root=true"))
}

fn is_for_typescript(pattern: &str) -> bool {
    let name = pattern.trim_start_matches("**/");
    let Some(extensions) = name.strip_prefix("*.") else {
        return matches!(name, "*" | "**");
    };
    let extensions = extensions.trim_matches(['{', '}']);
    extensions.split(',').any(|extension| {
        let extension = extension.trim().trim_start_matches("*.");
        matches!(extension, "*" | "ts" | "[jt]s" | "[tj]s" | "ts?(x)")
    })
}

fn editor_setting(name: &str, value: &str) -> Settings {
    let mut setting = Settings::default();
    match name.to_ascii_lowercase().as_str() {
        "indent_style" if value == "tab" => setting.indentation = Some(Indentation::Tabs),
        "indent_style" if value == "space" => setting.indentation = Some(Indentation::Spaces),
        "indent_size" | "tab_width" => setting.indent_width = value.parse().ok(),
        "max_line_length" => setting.width = value.parse().ok(),
        _ => {}
    }
    setting
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Settings = Settings {
        quotes: Some(Quotes::Single),
        indentation: Some(Indentation::Tabs),
        indent_width: Some(4),
        semicolons: Some(Semicolons::Omitted),
        trailing_commas: Some(TrailingCommas::Es5),
        width: Some(100),
    };

    #[test]
    fn prettier_is_read_in_all_its_forms() {
        for text in [
            r#"{"printWidth": 100, "tabWidth": 4, "useTabs": true, "semi": false, "singleQuote": true, "trailingComma": "es5"}"#,
            "# semi: true\nprintWidth: 100\ntabWidth: 4\nuseTabs: true\nsemi: false\nsingleQuote: true\ntrailingComma: es5\n",
            "printWidth = 100\ntabWidth = 4\nuseTabs = true\nsemi = false\nsingleQuote = true\ntrailingComma = \"es5\"\n",
            "// semi: true\nexport default {\n  jsxSingleQuote: false,\n  printWidth: 100,\n  tabWidth: 4,\n  useTabs: true,\n  semi: false,\n  singleQuote: true,\n  trailingComma: 'es5',\n  overrides: [{ files: '*.md', options: { semi: true } }],\n};\n",
        ] {
            assert_eq!(prettier(text), ALL, "{text}");
        }
        assert_eq!(
            prettier("\"@company/prettier-config\""),
            Settings::default()
        );
    }

    #[test]
    fn biome_has_sections() {
        let text = r#"{
            "formatter": {"indentStyle": "space", "indentWidth": 4, "lineWidth": 100}, // all
            "javascript": {"formatter": {
                "indentStyle": "tab", "quoteStyle": "single", "semicolons": "asNeeded", "trailingCommas": "es5",
            }},
        }"#;
        assert_eq!(biome(text), Some(ALL));
        assert_eq!(biome("{}"), Some(Settings::default()));
        assert_eq!(biome(r#"{"formatter": {"enabled": false}}"#), None);
    }

    #[test]
    fn editors_have_sections_for_files() {
        let text = "root = true\n\n[*]\nindent_style = space\nindent_size = 2\n[*.{js,ts}]\nindent_size = 4\nindent_style = TAB\n[Makefile]\nmax_line_length = 10\n[*.md]\nindent_size = 8\n";
        let expect = Settings {
            indentation: Some(Indentation::Tabs),
            indent_width: Some(4),
            ..Settings::default()
        };
        assert_eq!(editor(text), expect);
        assert!(is_topmost(text) && !is_topmost("[*]\nroot = true\n"));
        assert_eq!(editor("[*]\nindent_size = tab\n"), Settings::default());
    }
}
