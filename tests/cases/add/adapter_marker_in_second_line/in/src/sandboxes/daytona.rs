
// flue-blueprint: sandbox/daytona@1
