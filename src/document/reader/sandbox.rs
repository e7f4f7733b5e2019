//! What a process that reads files of strangers may do: compute, for a while,
//! in so much memory.
//!
//! As far as the operating system offers it: system calls are only forbidden on
//! Linux.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// Most memory for data, in bytes.
const MOST_BYTES: u64 = 512 << 20;

/// Shuts the process in, for good.
pub(super) fn enter() -> io::Result<()> {
    lower(Resource::Core, 0)?;
    // Nothing but memory that the process asks for; a file that is mapped into
    // memory, as the program is, does not count.
    #[cfg(target_os = "linux")]
    {
        lower(Resource::Data, MOST_BYTES)?;
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    }
    #[cfg(not(target_os = "linux"))]
    lower(Resource::As, MOST_BYTES)?;
    #[cfg(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))]
    forbid_calls()?;
    Ok(())
}

/// Lets the process compute for so many seconds more before it is ended.
pub(super) fn limit_time(seconds: Option<u64>) -> io::Result<()> {
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec;
    let used = u64::try_from(used).unwrap_or_default();
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = seconds.map(|seconds| used + 1 + seconds);
    // The user may have set a lower limit for all.
    let current = match (current, maximum) {
        (Some(current), Some(maximum)) => Some(current.min(maximum)),
        (current, maximum) => current.or(maximum),
    };
    let limit = Rlimit { current, maximum };
    Ok(setrlimit(Resource::Cpu, limit)?)
}

/// Whether a process that ended with `status` had no computing time left.
pub(super) fn was_out_of_time(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::XCPU.as_raw())
}

fn lower(resource: Resource, most: u64) -> io::Result<()> {
    let limit = getrlimit(resource);
    let lower = |limit: Option<u64>| Some(limit.map_or(most, |limit| limit.min(most)));
    let limit = Rlimit {
        current: lower(limit.current),
        maximum: lower(limit.maximum),
    };
    Ok(setrlimit(resource, limit)?)
}

/// Makes every call fail that opens or names a file, starts or looks into a
/// process, or reaches the network.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
fn forbid_calls() -> io::Result<()> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    let rules = FORBIDDEN.iter().map(|call| (*call, Vec::new())).collect();
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let arch = std::env::consts::ARCH.try_into();
    let filter =
        arch.and_then(|arch| SeccompFilter::new(rules, SeccompAction::Allow, refused, arch));
    let program: Result<BpfProgram, _> = filter.and_then(TryInto::try_into);
    let program = program.map_err(io::Error::other)?;
    apply_filter(&program).map_err(io::Error::other)
}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
const FORBIDDEN: &[i64] = &[
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_open_by_handle_at,
    libc::SYS_io_uring_setup,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_unlinkat,
    libc::SYS_renameat2,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_mkdirat,
    libc::SYS_truncate,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_creat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_unlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rename,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mkdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_link,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_symlink,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_limited_from_now_on() {
        limit_time(Some(100_000)).expect("a limit below the maximum");
        let limit = getrlimit(Resource::Cpu).current;
        assert!(limit.is_some_and(|limit| (100_000..200_000).contains(&limit)));
        limit_time(None).expect("no limit");
        assert_eq!(getrlimit(Resource::Cpu).current, None);
    }
}
