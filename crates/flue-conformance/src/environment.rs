//! `env` of `exec`: variables arrive as they are, for one command.

use flue_runtime::ExecOptions;

use crate::bench::{Bench, text_of, with_variable};
use crate::case::{Case, cases};
use crate::check::{Outcome, refused, same};

const VALUES: [(&str, &str); 14] = [
    ("plain", "value"),
    ("empty", ""),
    ("blanks", "  two  words  "),
    ("single_quotes", "it's 'quoted'"),
    ("double_quotes", "say \"hi\""),
    ("newlines", "\none\ntwo\n"),
    ("tabs_and_returns", "a\tb\r\nc"),
    ("backslashes", r"a\b\\c\n"),
    ("variables", "$HOME ${HOME} $(echo x) `echo x`"),
    (
        "shell_characters",
        "; rm -rf x & | < > ( ) { } * ? [ ] ! # ~",
    ),
    ("equals", "a=b=c"),
    ("percent", "%s %d 100%"),
    ("unicode", "naïve – 文件 🦀"),
    ("leading_dash", "-n"),
];

const NAMES: [(&str, &str); 4] = [
    ("upper_case", "NAME"),
    ("lower_case", "name"),
    ("leading_underscore", "_NAME"),
    ("digits_inside", "A1_2"),
];

const REFUSED: [(&str, &str); 7] = [
    ("empty", ""),
    ("dash", "A-B"),
    ("leading_digit", "1A"),
    ("equals", "A=B"),
    ("blank", "A B"),
    ("newline", "A\nB"),
    ("letter_beyond_ascii", "É"),
];

pub(crate) fn cases() -> Vec<Case> {
    let values = VALUES.into_iter().map(|(word, value)| {
        Case::new(format!("exec_env/value_with_{word}"), move |bench| {
            Box::pin(arrives(bench, "VALUE", value))
        })
    });
    let names = NAMES.into_iter().map(|(word, name)| {
        Case::new(format!("exec_env/name_in_{word}"), move |bench| {
            Box::pin(arrives(bench, name, "value"))
        })
    });
    let refused = REFUSED.into_iter().map(|(word, name)| {
        Case::new(
            format!("exec_env/name_with_{word}_is_refused"),
            move |bench| Box::pin(is_refused(bench, name, "value")),
        )
    });
    let others = cases!["exec_env":
        value_with_nul_is_refused,
        value_of_64_kib,
        many_variables,
        set_for_one_command_only,
        replaces_what_is_set,
        leaves_other_variables_alone,
        reaches_child_processes,
    ];
    values.chain(names).chain(refused).chain(others).collect()
}

async fn printed(bench: &Bench<'_>, command: &str, options: ExecOptions) -> Outcome<String> {
    text_of(bench.env.exec(command, options).await)
}

async fn arrives(bench: &Bench<'_>, name: &str, value: &str) -> Outcome {
    let command = format!("printf %s \"${{{name}-unset}}\"");
    let found = printed(bench, &command, with_variable(name, value)).await?;
    same("the value", found, value)
}

async fn is_refused(bench: &Bench<'_>, name: &str, value: &str) -> Outcome {
    let options = with_variable(name, value);
    let result = bench.env.exec(": > ran", options).await;
    refused("setting the variable", result)?;
    bench.holds("test ! -e ran").await
}

async fn value_with_nul_is_refused(bench: &Bench<'_>) -> Outcome {
    is_refused(bench, "NAME", "a\0b").await
}

async fn value_of_64_kib(bench: &Bench<'_>) -> Outcome {
    let value = "v".repeat(1 << 16);
    let options = with_variable("VALUE", &value);
    let found = printed(bench, "echo ${#VALUE}", options).await?;
    same("the length", found, "65536\n")
}

async fn many_variables(bench: &Bench<'_>) -> Outcome {
    let options = (0..100).fold(ExecOptions::new(), |options, number| {
        options.with_env(format!("MANY_{number}"), number.to_string())
    });
    let command = "echo $MANY_0 $MANY_42 $MANY_99";
    let found = printed(bench, command, options).await?;
    same("the values", found, "0 42 99\n")
}

async fn set_for_one_command_only(bench: &Bench<'_>) -> Outcome {
    let command = "echo \"${ONCE-unset}\"";
    let found = printed(bench, command, with_variable("ONCE", "set")).await?;
    same("the value in its command", found, "set\n")?;
    let found = bench.shell(command).await?;
    same("the value in the next command", found, "unset\n")
}

async fn replaces_what_is_set(bench: &Bench<'_>) -> Outcome {
    let options = with_variable("HOME", "/elsewhere");
    let found = printed(bench, "echo \"$HOME\"", options).await?;
    same("the value", found, "/elsewhere\n")
}

async fn leaves_other_variables_alone(bench: &Bench<'_>) -> Outcome {
    let command = "echo \"$PATH\"";
    let before = bench.shell(command).await?;
    let found = printed(bench, command, with_variable("ANOTHER", "x")).await?;
    same("the variable `PATH`", found, before)
}

async fn reaches_child_processes(bench: &Bench<'_>) -> Outcome {
    let command = "sh -c 'echo \"$INHERITED\"'";
    let found = printed(bench, command, with_variable("INHERITED", "yes")).await?;
    same("the value in the child", found, "yes\n")
}
