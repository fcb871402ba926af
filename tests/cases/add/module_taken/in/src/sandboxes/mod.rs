pub mod daytona;
