//! Pointers to adapters and factories, which are as good as what they point to.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    ExecOptions, FileStat, Liveness, LivenessPolicy, MkdirOptions, RmOptions, SandboxApi,
    SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions, ShellResult,
};

/// Every method is named, the provided ones too: what an adapter replaces has to be reached.
macro_rules! forward {
    ($pointer:ident) => {
        #[async_trait]
        impl<T: SandboxApi + ?Sized> SandboxApi for $pointer<T> {
            async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
                (**self).read_file(path).await
            }

            async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
                (**self).read_file_buffer(path).await
            }

            async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
                (**self).write_file(path, content).await
            }

            async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
                (**self).stat(path).await
            }

            async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
                (**self).readdir(path).await
            }

            async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
                (**self).exists(path).await
            }

            async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
                (**self).mkdir(path, options).await
            }

            async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
                (**self).rm(path, options).await
            }

            async fn exec(
                &self,
                command: &str,
                options: ExecOptions,
            ) -> Result<ShellResult, SandboxError> {
                (**self).exec(command, options).await
            }

            async fn liveness(&self) -> Liveness {
                (**self).liveness().await
            }

            fn liveness_policy(&self) -> LivenessPolicy {
                (**self).liveness_policy()
            }
        }

        #[async_trait]
        impl<T: SandboxFactory + ?Sized> SandboxFactory for $pointer<T> {
            async fn create_session_env(
                &self,
                options: SessionEnvOptions,
            ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
                (**self).create_session_env(options).await
            }
        }
    };
}

forward!(Arc);
forward!(Box);
