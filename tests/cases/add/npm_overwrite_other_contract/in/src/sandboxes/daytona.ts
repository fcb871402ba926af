// flue-blueprint: sandbox/daytona@1
export function createSessionEnv() {}
