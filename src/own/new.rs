//! The skeleton of a blueprint of one's own: what compiles as it is, and what its author fills in.
//!
//! Values in, texts out. Of sandboxes it is the adapter that the guide to other providers shows.

use std::borrow::Cow;

use super::directory::invalid;
use super::rules::is_slug;
use super::{DESCRIPTION, DIRECTORY, known_part};
use crate::blueprint::Ecosystem;
use crate::blueprint::catalogue::Catalogue;
use crate::error::{Code, Failure, Problem};
use crate::guide;

/// The files of the first version of a blueprint, from where its `flue-blueprints` is.
///
/// # Errors
///
/// When `name` is not a kind and a name, as in `sandbox/example`.
pub(crate) fn skeleton(name: &str, ecosystem: Ecosystem) -> Result<Vec<(String, String)>, Failure> {
    let (kind, name) = split(name)?;
    let directory = format!("{DIRECTORY}/{kind}/{name}/1");
    let template = format!("{}/adapter.{}.hbs", ecosystem.name(), extension(ecosystem));
    let next_steps = format!("{}/next-steps.txt.hbs", ecosystem.name());
    let files = [
        (DESCRIPTION.to_owned(), description(kind, name, ecosystem)),
        (template, named(&adapter(kind, ecosystem)?, name, ecosystem)),
        (
            next_steps,
            named(&hand_over(kind, ecosystem), name, ecosystem),
        ),
    ];
    let files = files.into_iter();
    Ok(files
        .map(|(path, text)| (format!("{directory}/{path}"), text))
        .collect())
}

fn split(name: &str) -> Result<(&str, &str), Problem> {
    let parts = name.split_once('/');
    let parts = parts.filter(|(kind, name)| is_slug(kind) && is_slug(name));
    let (kind, name) = parts.ok_or_else(|| {
        let problem = invalid(format!("`{name}` is not a kind and a name"));
        problem.help("name both in lower-case letters, digits and `-`: `sandbox/example`")
    })?;
    if Catalogue::built_in().has(kind, name) {
        let message = format!("`{kind}/{name}` is the name of a built-in blueprint");
        let problem = Problem::new(Code::BlueprintNameTaken, message);
        return Err(problem.help("take another name"));
    }
    Ok((kind, name))
}

fn extension(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::Cargo => "rs",
        Ecosystem::Npm => "ts",
    }
}

fn description(kind: &str, name: &str, ecosystem: Ecosystem) -> String {
    let known = known_part(ecosystem);
    let runtime = known.as_ref().map(|part| &part.runtime);
    let runtime = runtime.map(|it| (it.package.as_str(), it.requirement.as_str()));
    let (package, requirement) = runtime.unwrap_or_default();
    let ecosystem_name = ecosystem.name();
    let file = match ecosystem {
        Ecosystem::Cargo => function(name, ecosystem),
        Ecosystem::Npm => name.to_owned(),
    };
    let directory = if kind == "sandbox" { "sandboxes/" } else { "" };
    let directory = if kind == "channel" {
        "channels/"
    } else {
        directory
    };
    let extension = extension(ecosystem);
    let newest = known.as_ref().and_then(|part| part.variants.last());
    let newest = newest.filter(|_| kind == "sandbox");
    let since = newest.and_then(|newest| newest.since.as_ref());
    let factory = newest.and_then(|newest| newest.factory.as_ref());
    let line = |key: &str, value: Option<&String>| {
        value.map_or(String::new(), |value| format!("{key} = \"{value}\"\n"))
    };
    let (since, factory) = (line("since", since), line("factory", factory));
    let docs = match ecosystem {
        Ecosystem::Cargo => "module-docs = \"What agents are connected to.\"\n",
        Ecosystem::Npm => "",
    };
    format!(
        r#"kind = "{kind}"
name = "{name}"
version = 1
summary = "One line for `flue list`"
website = "https://provider.example"
hand-over = "the application makes the sandbox, and the agent works in it"

# What the application has to find in its environment, each as a table of its own:
# [[environment]]
# name = "PROVIDER_TOKEN"
# purpose = "authenticates with the provider"

[ecosystem.{ecosystem_name}]
runtime = {{ package = "{package}", requirement = "{requirement}" }}
# The packages of the provider; the first one is `{{{{sdk}}}}` in templates:
# sdk = [{{ package = "provider-sdk", requirement = "1.0" }}]
adapter = "{directory}{file}.{extension}"
{docs}
[[ecosystem.{ecosystem_name}.variant]]
{since}{factory}template = "{ecosystem_name}/adapter.{extension}.hbs"
next-steps = "{ecosystem_name}/next-steps.txt.hbs"
"#
    )
}

/// The adapter of a provider that is called Example: for sandboxes the one that the guide to other providers shows, which compiles
/// as it is.
fn adapter(kind: &str, ecosystem: Ecosystem) -> Result<String, Failure> {
    if kind != "sandbox" {
        return Ok(match ecosystem {
            Ecosystem::Cargo => {
                "{{marker}}\n//! What this is.\n\n/// What this does.\npub fn example() {}\n"
            }
            Ecosystem::Npm => "{{marker}}\n\nexport function example(): void {}\n",
        }
        .to_owned());
    }
    let (language, runtime, end) = match ecosystem {
        Ecosystem::Cargo => ("rust", "flue_runtime", "\n#[cfg(test)]"),
        Ecosystem::Npm => ("ts", "@flue/runtime", "\n```\n"),
    };
    let template = Catalogue::built_in().guide_of(kind)?;
    let guide = guide::to_provider(&template, "", Some(ecosystem))?;
    let code = guide
        .split(&format!("```{language}\n"))
        .nth(1)
        .unwrap_or_default();
    let code = code.split(end).next().unwrap_or_default();
    let code = code.replace(runtime, "{{runtime}}");
    let code = code.replace("async createSandbox()", "async {{factory}}()");
    Ok(format!("{{{{marker}}}}\n{code}\n"))
}

fn hand_over(kind: &str, ecosystem: Ecosystem) -> String {
    let (call, npm_call) = match kind {
        "sandbox" => ("example(Default::default())", "example({})"),
        _ => ("example()", "example()"),
    };
    match ecosystem {
        Ecosystem::Cargo => format!("use {{{{module}}}}::example;\n\nlet made = {call};\n"),
        Ecosystem::Npm => {
            let import = "import { example } from '{{adapter}}';";
            format!("{import}\n\nexport const made = {npm_call};\n")
        }
    }
}

/// `text` about a provider called Example, for one that is called `name`.
fn named(text: &str, name: &str, ecosystem: Ecosystem) -> String {
    let text = text.replace("Example", &pascal(name));
    text.replace("example", &function(name, ecosystem))
}

/// What a type is called for the provider `name`.
fn pascal(name: &str) -> String {
    let name = word(name);
    let words = name.split('-').filter(|word| !word.is_empty());
    let words = words.map(|word| {
        let (first, rest) = word.split_at(1);
        format!("{}{rest}", first.to_uppercase())
    });
    words.collect()
}

/// What a function or a module is called for the provider `name`.
fn function(name: &str, ecosystem: Ecosystem) -> String {
    match ecosystem {
        Ecosystem::Cargo => word(name).replace('-', "_"),
        Ecosystem::Npm => {
            let pascal = pascal(name);
            let (first, rest) = pascal.split_at(1);
            format!("{}{rest}", first.to_lowercase())
        }
    }
}

/// `name`, with a letter at its start.
fn word(name: &str) -> Cow<'_, str> {
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => Cow::Owned(format!("of-{name}")),
        false => Cow::Borrowed(name),
    }
}
