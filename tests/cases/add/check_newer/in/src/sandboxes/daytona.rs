// flue-blueprint: sandbox/daytona@7
