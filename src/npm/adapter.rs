//! The adapter of an npm project: one template for each contract, in the style of the project.

use super::contract::{AgentForm, Contract};
use super::style::Style;
use crate::blueprint::Blueprint;
use crate::blueprint::context::NpmContext;

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

impl Adapter {
    /// Renders the adapter of `blueprint`, with `\n` at the end of every line.
    ///
    /// # Errors
    ///
    /// When a template is missing, does not parse or uses a name that there is not: a mistake in the blueprint.
    pub fn render(&self, blueprint: &Blueprint) -> anyhow::Result<String> {
        let path = match self.contract {
            Contract::One => "npm/contract-1.ts.hbs",
            Contract::Two => "npm/contract-2.ts.hbs",
        };
        self.fill_in(path, blueprint)
    }

    /// Renders the lines that hand the adapter to an agent, which are left to the user.
    ///
    /// # Errors
    ///
    /// As [`render`](Self::render).
    pub fn render_next_steps(
        &self,
        form: AgentForm,
        blueprint: &Blueprint,
    ) -> anyhow::Result<String> {
        let path = match form {
            AgentForm::Definition => "npm/next-steps-definition.txt.hbs",
            AgentForm::Hooks => "npm/next-steps-hooks.txt.hbs",
        };
        self.fill_in(path, blueprint)
    }

    fn fill_in(&self, path: &str, blueprint: &Blueprint) -> anyhow::Result<String> {
        let text = blueprint.template(path)?.render(&self.context())?;
        Ok(self.style.apply(&text))
    }

    fn context(&self) -> NpmContext {
        let of_contract = match self.contract {
            Contract::One => NpmContext::contract_1,
            Contract::Two => NpmContext::contract_2,
        };
        of_contract(self.marker.clone(), self.runtime.clone(), self.sdk.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;
    use crate::blueprint::catalogue;

    fn blueprint() -> &'static Blueprint {
        catalogue::find("sandbox", "daytona").unwrap()
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
        let rendered = adapter(contract)
            .render_next_steps(form, blueprint())
            .unwrap();
        let path = format!(
            "{}/tests/typescript/agents/{file}",
            env!("CARGO_MANIFEST_DIR")
        );
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
        let text = aliased.render(blueprint()).unwrap();
        let imports = text.lines().filter(|line| line.contains(" from '"));
        let modules = imports
            .filter_map(|line| line.split_once(" from "))
            .map(|(_, module)| module);
        assert_eq!(
            modules.collect::<Vec<_>>(),
            ["'flue';", "'flue';", "'sdk';"]
        );
        let steps = aliased
            .render_next_steps(AgentForm::Hooks, blueprint())
            .unwrap();
        assert!(
            steps.contains("from 'flue';") && steps.contains("from 'sdk';"),
            "{steps}"
        );
    }

    #[test]
    fn an_adapter_serves_its_contract_only() {
        for contract in [Contract::One, Contract::Two] {
            let text = adapter(contract).render(blueprint()).unwrap();
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
}
