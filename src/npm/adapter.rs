//! The adapter of an npm project: one template for each contract, what both share in partials.
//!
//! Text in, text out. The templates belong to the blueprint; the caller hands them in.

use anyhow::Context as _;
use handlebars::{Handlebars, no_escape};
use serde::Serialize;

use super::contract::{AgentForm, Contract};
use super::style::Style;

/// What an adapter is rendered from.
#[derive(Debug, Clone)]
pub struct Adapter {
    /// The first line of the file.
    pub marker: String,
    /// The name under which the project imports the runtime: `@flue/runtime`, unless it is aliased.
    pub runtime: String,
    /// The name under which the project imports the SDK.
    pub sdk: String,
    /// The contract that the runtime has.
    pub contract: Contract,
    /// How the project writes TypeScript.
    pub style: Style,
}

/// The variables of the templates.
#[derive(Debug, Serialize)]
struct Variables<'a> {
    marker: &'a str,
    runtime: &'a str,
    sdk: &'a str,
    /// What the contract calls an adapter of a provider.
    driver: &'static str,
    /// Whether the contract has an error for a sandbox that died.
    detects_death: bool,
    factory_method: &'static str,
}

impl Adapter {
    /// The template of the adapter for `contract`, relative to the folder of the blueprint.
    pub fn template_path(contract: Contract) -> &'static str {
        match contract {
            Contract::One => "npm/contract-1.ts.hbs",
            Contract::Two => "npm/contract-2.ts.hbs",
        }
    }

    /// Renders the adapter, with `\n` at the end of every line. `template` gives the text of a template by its path,
    /// relative to the folder of the blueprint.
    ///
    /// # Errors
    ///
    /// When a template is missing, does not parse or uses a name that there is not: a mistake in the blueprint.
    pub fn render<'t>(
        &self,
        template: impl Fn(&str) -> anyhow::Result<&'t str>,
    ) -> anyhow::Result<String> {
        const PARTIALS: [&str; 5] = ["about", "constants", "driver", "factory-doc", "functions"];
        let mut handlebars = strict();
        for name in PARTIALS {
            let path = format!("npm/{name}.ts.hbs");
            let registered = handlebars.register_partial(name, template(&path)?);
            registered.with_context(|| format!("failed to read the template `{path}`"))?;
        }
        self.fill_in(&handlebars, Self::template_path(self.contract), template)
    }

    /// Renders the lines that hand the adapter to an agent, which are left to the user.
    ///
    /// # Errors
    ///
    /// As [`render`](Self::render).
    pub fn render_next_steps<'t>(
        &self,
        form: AgentForm,
        template: impl Fn(&str) -> anyhow::Result<&'t str>,
    ) -> anyhow::Result<String> {
        let path = match form {
            AgentForm::Definition => "npm/next-steps-definition.txt.hbs",
            AgentForm::Hooks => "npm/next-steps-hooks.txt.hbs",
        };
        self.fill_in(&strict(), path, template)
    }

    fn fill_in<'t>(
        &self,
        handlebars: &Handlebars<'_>,
        path: &str,
        template: impl Fn(&str) -> anyhow::Result<&'t str>,
    ) -> anyhow::Result<String> {
        let text = handlebars
            .render_template(template(path)?, &self.variables())
            .with_context(|| format!("failed to render the template `{path}`"))?;
        Ok(self.style.apply(&text))
    }

    fn variables(&self) -> Variables<'_> {
        Variables {
            marker: &self.marker,
            runtime: &self.runtime,
            sdk: &self.sdk,
            driver: match self.contract {
                Contract::One => "SandboxApi",
                Contract::Two => "SandboxDriver",
            },
            detects_death: self.contract == Contract::Two,
            factory_method: self.contract.factory_method(),
        }
    }
}

/// A renderer for code: an unknown name is an error, and `<` stays `<`.
fn strict() -> Handlebars<'static> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(no_escape);
    handlebars
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::{env, fs};

    use super::*;

    fn root() -> PathBuf {
        env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .unwrap()
    }

    fn template(path: &str) -> anyhow::Result<&'static str> {
        let path = root().join("templates/sandbox/daytona/1").join(path);
        Ok(fs::read_to_string(path)?.leak())
    }

    fn adapter(contract: Contract) -> Adapter {
        Adapter {
            marker: "// flue-blueprint: sandbox/daytona@1".to_owned(),
            runtime: "@flue/runtime".to_owned(),
            sdk: "@daytona/sdk".to_owned(),
            contract,
            style: Style::default(),
        }
    }

    /// The lines that `tests/typescript` compiles; `SNAPSHOTS=overwrite` writes them.
    fn check_next_steps(contract: Contract, form: AgentForm, file: &str) {
        let rendered = adapter(contract).render_next_steps(form, template).unwrap();
        let path = root().join("tests/typescript/agents").join(file);
        if env::var_os("SNAPSHOTS").is_some_and(|action| action == "overwrite") {
            fs::write(&path, &rendered).unwrap();
        }
        assert_eq!(rendered, fs::read_to_string(&path).unwrap(), "{file}");
    }

    #[test]
    fn the_next_steps_are_those_that_are_compiled() {
        check_next_steps(Contract::One, AgentForm::Definition, "definition.ts");
        check_next_steps(Contract::One, AgentForm::Hooks, "hooks-contract-1.ts");
        check_next_steps(Contract::Two, AgentForm::Hooks, "hooks-contract-2.ts");
    }

    #[test]
    fn packages_are_imported_under_the_names_that_the_project_gave_them() {
        let aliased = Adapter {
            runtime: "flue".to_owned(),
            sdk: "sdk".to_owned(),
            ..adapter(Contract::Two)
        };
        let text = aliased.render(template).unwrap();
        let imports = text.lines().filter(|line| line.contains(" from '"));
        let modules = imports
            .filter_map(|line| line.split_once(" from "))
            .map(|(_, module)| module);
        assert_eq!(
            modules.collect::<Vec<_>>(),
            ["'flue';", "'flue';", "'sdk';"]
        );
        let steps = aliased
            .render_next_steps(AgentForm::Hooks, template)
            .unwrap();
        assert!(
            steps.contains("from 'flue';") && steps.contains("from 'sdk';"),
            "{steps}"
        );
    }

    #[test]
    fn an_adapter_serves_its_contract_only() {
        for contract in [Contract::One, Contract::Two] {
            let text = adapter(contract).render(template).unwrap();
            assert!(
                text.starts_with("// flue-blueprint: sandbox/daytona@1\n"),
                "{text}"
            );
            assert_eq!(Contract::served_by(&text), [contract]);
            assert!(
                !text.contains("{{") && !text.contains('\t') && !text.contains(" \n"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_mistake_in_a_template_is_an_error() {
        let unknown = |path: &str| {
            Ok(if path.contains("contract") {
                "{{> driver}}"
            } else {
                "{{nobody}}"
            })
        };
        let error = adapter(Contract::One).render(unknown).unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to render the template `npm/contract-1.ts.hbs`"
        );
    }
}
