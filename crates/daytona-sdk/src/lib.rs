//! Async client of Daytona's sandboxes: life cycle, files and commands.
