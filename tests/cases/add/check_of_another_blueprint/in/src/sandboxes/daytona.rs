// flue-blueprint: sandbox/e2b@1
