//! A loopback server that speaks Daytona's API over a temporary folder and a real shell.
