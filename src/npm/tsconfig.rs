//! What a `tsconfig.json` says about the imports between a project's own files.
//!
//! Text in, values out; following `extends` is for whoever reads files.

use jsonc_parser::ast::{Object, Value};

use super::json;

/// What stands behind the name of a file in an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportSuffix {
    /// That of the file that the compiler makes: what every setting of the compiler takes.
    Js,
    /// That of the file itself: what Node takes when it strips types.
    Ts,
    /// None: what bundlers take.
    None,
}

impl ImportSuffix {
    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Js => ".js",
            Self::Ts => ".ts",
            Self::None => "",
        }
    }

    /// That of an import from `source`; none if that is not one of the project's TypeScript files.
    pub(super) fn of(source: &str) -> Option<Self> {
        let name = source.strip_prefix('.')?.rsplit('/').next()?;
        match name.rsplit_once('.') {
            None if name.is_empty() => None,
            None => Some(Self::None),
            Some((_, "js")) => Some(Self::Js),
            Some((_, "ts")) => Some(Self::Ts),
            Some(_) => None,
        }
    }
}

/// The options that decide about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct CompilerOptions {
    takes_ts: Option<bool>,
    module: Option<String>,
    resolution: Option<String>,
}

/// A `tsconfig.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct TsConfig {
    pub(super) options: CompilerOptions,
    /// The files whose options count where its own say nothing, the last one first.
    pub(super) bases: Vec<String>,
}

impl TsConfig {
    /// Reads `text`; a file that does not parse says nothing.
    pub(super) fn parse(text: &str) -> Self {
        let Some(Value::Object(root)) = json::parse_lock_file(text) else {
            return Self::default();
        };
        let options = root.get_object("compilerOptions");
        Self {
            options: options.map(CompilerOptions::read).unwrap_or_default(),
            bases: bases(&root),
        }
    }
}

fn bases(root: &Object<'_>) -> Vec<String> {
    let extended = match root.get("extends").map(|property| &property.value) {
        Some(Value::StringLit(path)) => vec![path.value.to_string()],
        Some(Value::Array(paths)) => {
            let paths = paths.elements.iter().rev();
            let paths = paths.filter_map(|path| Some(path.as_string_lit()?.value.to_string()));
            paths.collect()
        }
        _ => Vec::new(),
    };
    // A file that only refers to others has the options there.
    let references = root.get_array("references").into_iter();
    let references = references.flat_map(|references| &references.elements);
    let references = references
        .filter_map(|reference| Some(reference.as_object()?.get_string("path")?.value.to_string()));
    extended.into_iter().chain(references).collect()
}

impl CompilerOptions {
    fn read(options: &Object<'_>) -> Self {
        let flag = |name| options.get_boolean(name).map(|flag| flag.value);
        let word = |name| Some(options.get_string(name)?.value.to_ascii_lowercase());
        let takes_ts = [
            "allowImportingTsExtensions",
            "rewriteRelativeImportExtensions",
        ];
        Self {
            takes_ts: takes_ts.into_iter().filter_map(flag).reduce(|a, b| a || b),
            module: word("module"),
            resolution: word("moduleResolution"),
        }
    }

    /// What these options say, and what `base` says where these do not.
    pub(super) fn or(self, base: Self) -> Self {
        Self {
            takes_ts: self.takes_ts.or(base.takes_ts),
            module: self.module.or(base.module),
            resolution: self.resolution.or(base.resolution),
        }
    }

    /// What an import of the project's own file ends with.
    pub(super) fn suffix(&self) -> ImportSuffix {
        let resolution = self.resolution.as_deref().or(match self.module.as_deref() {
            Some("preserve") => Some("bundler"),
            _ => None,
        });
        match (self.takes_ts, resolution) {
            (Some(true), _) => ImportSuffix::Ts,
            (_, Some("bundler")) => ImportSuffix::None,
            _ => ImportSuffix::Js,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(options: &str, expect: ImportSuffix) {
        let config = TsConfig::parse(&format!("{{\"compilerOptions\": {{{options}}}}}"));
        assert_eq!(config.options.suffix(), expect, "{options}");
    }

    #[test]
    fn the_compiler_decides_what_imports_end_with() {
        check("", ImportSuffix::Js);
        check("\"module\": \"NodeNext\"", ImportSuffix::Js);
        check("\"moduleResolution\": \"Bundler\"", ImportSuffix::None);
        check("\"module\": \"preserve\"", ImportSuffix::None);
        let node = "\"module\": \"nodenext\", \"rewriteRelativeImportExtensions\": true";
        check(node, ImportSuffix::Ts);
        let both =
            "\"moduleResolution\": \"bundler\", \"allowImportingTsExtensions\": true, // yes\n";
        check(both, ImportSuffix::Ts);
        let off = "\"moduleResolution\": \"bundler\", \"allowImportingTsExtensions\": false";
        check(off, ImportSuffix::None);
    }

    #[test]
    fn what_a_file_leaves_open_its_bases_say() {
        let text = r#"{"extends": ["./a.json", "b"], "references": [{"path": "./c"}]}"#;
        let config = TsConfig::parse(text);
        assert_eq!(config.bases, ["b", "./a.json", "./c"]);
        let base = TsConfig::parse(r#"{"compilerOptions": {"module": "preserve"}}"#);
        let options = config.options.or(base.options);
        assert_eq!(options.suffix(), ImportSuffix::None);
        assert_eq!(TsConfig::parse("{"), TsConfig::default());
    }

    #[test]
    fn imports_of_own_files_tell_their_suffix() {
        let check = |source, expect| assert_eq!(ImportSuffix::of(source), expect, "{source}");
        check("./a.js", Some(ImportSuffix::Js));
        check("../b/a.ts", Some(ImportSuffix::Ts));
        check("./a", Some(ImportSuffix::None));
        check("../a/b", Some(ImportSuffix::None));
        check("./style.css", None);
        check("zod", None);
        check("..", None);
    }
}
