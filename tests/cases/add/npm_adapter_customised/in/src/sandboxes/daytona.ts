// flue-blueprint: sandbox/daytona@1
export function daytona() {
  return { async createSandbox() {} };
}
