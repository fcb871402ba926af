//! What a run of the command costs: `cargo bench --bench command`.
//!
//! Figures are ratios to another program in the same minute, or counts, so that they hold on any machine. Each has a
//! budget; the bench fails if one is exceeded. `docs/performance.md` explains them.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod counts;
mod programs;
mod projects;
mod times;

use std::process::ExitCode;

use programs::Programs;

/// One line of the result.
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    budget: Budget,
}

enum Budget {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    fn is_kept(&self) -> bool {
        match self.budget {
            Budget::AtMost(most) => self.value <= most,
            Budget::AtLeast(least) => self.value >= least,
        }
    }

    fn print(&self) {
        let Self {
            name, value, unit, ..
        } = self;
        let budget = match self.budget {
            Budget::AtMost(most) => format!("at most {most}{unit}"),
            Budget::AtLeast(least) => format!("at least {least}{unit}"),
        };
        let verdict = if self.is_kept() { "" } else { "  EXCEEDED" };
        let value = format!("{value:.2}{unit}");
        println!("{name:<88} {value:>10}  ({budget}){verdict}");
    }
}

fn main() -> ExitCode {
    let programs = Programs::build();
    println!("measured: {}\n", programs.description);
    let mut figures = Vec::new();
    for figure in times::figures(&programs).chain(counts::figures(&programs)) {
        figure.print();
        figures.push(figure);
    }
    let exceeded = figures.iter().filter(|figure| !figure.is_kept()).count();
    if exceeded > 0 {
        println!("\n{exceeded} of {} budgets are exceeded", figures.len());
        return ExitCode::FAILURE;
    }
    println!("\nall {} budgets are kept", figures.len());
    ExitCode::SUCCESS
}
