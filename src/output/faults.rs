//! Disks that fail, for tests.

use std::cell::RefCell;
use std::io;
use std::path::Path;

/// What is about to be done to the file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    /// Operations before it.
    pub(super) number: usize,
    /// The word for it.
    pub(super) name: String,
    /// Name of the file or folder.
    pub(super) file: String,
    /// Bytes to be written.
    pub(super) bytes: usize,
}

/// How many of its bytes an operation may write, or why it fails.
type Plan = Box<dyn FnMut(&Operation) -> io::Result<usize>>;

thread_local! {
    static PLAN: RefCell<Option<(Plan, Vec<Operation>)>> = const { RefCell::new(None) };
}

/// Asks the plan of this thread, if there is one.
pub(super) fn permit(name: &str, path: &Path, bytes: usize) -> io::Result<usize> {
    PLAN.with_borrow_mut(|plan| {
        let Some((plan, log)) = plan else {
            return Ok(bytes);
        };
        let file = path.file_name().unwrap_or(path.as_os_str());
        log.push(Operation {
            number: log.len(),
            name: name.to_owned(),
            file: file.to_string_lossy().into_owned(),
            bytes,
        });
        plan(&log[log.len() - 1])
    })
}

/// Does `act` on a disk that permits what `plan` does; returns what was tried
/// too.
pub(super) fn with_plan<T>(
    plan: impl FnMut(&Operation) -> io::Result<usize> + 'static,
    act: impl FnOnce() -> T,
) -> (T, Vec<Operation>) {
    PLAN.set(Some((Box::new(plan), Vec::new())));
    let result = act();
    let (_, log) = PLAN.take().expect("set above, and tests do not nest");
    (result, log)
}

/// A disk that takes `room_bytes` bytes of the file called `file`.
pub(super) fn full_after(
    mut room_bytes: usize,
    file: &str,
) -> impl FnMut(&Operation) -> io::Result<usize> + 'static {
    let file = file.to_owned();
    move |operation| {
        if operation.name != "write" || operation.file != file {
            return Ok(operation.bytes);
        }
        if room_bytes == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = operation.bytes.min(room_bytes);
        room_bytes -= taken;
        Ok(taken)
    }
}
