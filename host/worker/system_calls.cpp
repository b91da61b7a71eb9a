#include "worker/system_calls.hpp"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/file.hpp"

namespace slipway::worker {
namespace {

constexpr int kAllowed[] = {
    // bytes of what is open already
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(preadv2), SCMP_SYS(write),
    SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3),
    SCMP_SYS(fstat), SCMP_SYS(fstatfs), SCMP_SYS(fadvise64), SCMP_SYS(readahead), SCMP_SYS(poll),
    SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg),
    // files by name: what there is and how it is called
    SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs),
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(getdents), SCMP_SYS(getdents64), SCMP_SYS(getcwd),
    // signalling within the process
    SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(eventfd), SCMP_SYS(eventfd2), SCMP_SYS(epoll_create),
    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
    SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_gettime), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(rt_sigsuspend), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    // memory
    SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise),
    SCMP_SYS(mincore), SCMP_SYS(msync), SCMP_SYS(mlock), SCMP_SYS(mlock2), SCMP_SYS(munlock), SCMP_SYS(mbind),
    SCMP_SYS(get_mempolicy), SCMP_SYS(set_mempolicy), SCMP_SYS(membarrier),
    // threads and time
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(get_robust_list), SCMP_SYS(set_tid_address),
    SCMP_SYS(rseq), SCMP_SYS(arch_prctl), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_setaffinity), SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler), SCMP_SYS(sched_get_priority_max), SCMP_SYS(sched_get_priority_min),
    SCMP_SYS(getpriority), SCMP_SYS(getcpu), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times),
    SCMP_SYS(getitimer), SCMP_SYS(setitimer), SCMP_SYS(alarm), SCMP_SYS(pause),
    // what the process is
    SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getpgrp), SCMP_SYS(getpgid),
    SCMP_SYS(getsid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
    SCMP_SYS(getresuid), SCMP_SYS(getresgid), SCMP_SYS(getgroups), SCMP_SYS(getrlimit), SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(capget), SCMP_SYS(getrandom),
    // a filter on top of this one
    SCMP_SYS(seccomp)};

// Denied with the words that a person expects; what is in neither list is ENOSYS.
constexpr int kDenied[] = {
    // other programs and processes
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo), SCMP_SYS(tkill), SCMP_SYS(setns),
    SCMP_SYS(unshare),
    // files beyond their content
    SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(chmod), SCMP_SYS(fchmod), SCMP_SYS(fchmodat),
    SCMP_SYS(chown), SCMP_SYS(fchown), SCMP_SYS(lchown), SCMP_SYS(fchownat), SCMP_SYS(utimensat),
    SCMP_SYS(chdir), SCMP_SYS(fchdir), SCMP_SYS(chroot), SCMP_SYS(mount), SCMP_SYS(umount2),
    SCMP_SYS(memfd_create)};

// Denied unless they are granted.
constexpr int kNetwork[] = {
    SCMP_SYS(socket),      SCMP_SYS(socketpair),  SCMP_SYS(connect),    SCMP_SYS(bind),
    SCMP_SYS(listen),      SCMP_SYS(accept),      SCMP_SYS(accept4),    SCMP_SYS(sendto),
    SCMP_SYS(recvfrom),    SCMP_SYS(sendmmsg),    SCMP_SYS(recvmmsg),   SCMP_SYS(shutdown),
    SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(setsockopt), SCMP_SYS(getsockopt)};
constexpr int kFiles[] = {SCMP_SYS(creat),    SCMP_SYS(truncate),  SCMP_SYS(ftruncate), SCMP_SYS(fallocate),
                          SCMP_SYS(rename),   SCMP_SYS(renameat),  SCMP_SYS(renameat2), SCMP_SYS(link),
                          SCMP_SYS(linkat),   SCMP_SYS(symlink),   SCMP_SYS(symlinkat), SCMP_SYS(unlink),
                          SCMP_SYS(unlinkat), SCMP_SYS(mkdir),     SCMP_SYS(mkdirat),   SCMP_SYS(rmdir),
                          SCMP_SYS(fsync),    SCMP_SYS(fdatasync), SCMP_SYS(pwrite64),  SCMP_SYS(pwritev)};

constexpr int kSettings[] = {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC, F_GETLK, F_SETLK};
constexpr int kProcessSettings[] = {PR_SET_NAME,    PR_GET_NAME,     PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS,
                                    PR_GET_SECCOMP, PR_CAPBSET_READ, 0x53564d41 /* PR_SET_VMA: names */};
constexpr scmp_datum_t kWriting = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;

// A filter in the making. The first failure is kept; what is added after it does nothing.
class Filter {
 public:
  explicit Filter(std::uint32_t otherwise) : context_(::seccomp_init(otherwise), &::seccomp_release) {
    set(SCMP_FLTATR_CTL_NNP, 0);    // no_new_privs: is set already
    set(SCMP_FLTATR_CTL_TSYNC, 1);  // all threads
  }

  template <class... Conditions>
  void add(std::uint32_t action, int call, Conditions... conditions) {
    if (!status_) return;
    check("make", ::seccomp_rule_add(context_.get(), action, call, sizeof...(conditions), conditions...));
  }

  Status load() {
    if (status_) check("load", ::seccomp_load(context_.get()));
    return std::move(status_);
  }

 private:
  void set(scmp_filter_attr attribute, std::uint32_t value) {
    check("make", context_ == nullptr ? -ENOMEM : ::seccomp_attr_set(context_.get(), attribute, value));
  }
  void check(const char* what, int result) {
    if (result != 0) fail(what, -result);
  }
  void fail(const char* what, int why) {
    status_ = Error(Code::unavailable,
                    std::string("cannot ") + what + " a filter of system calls: " + system_message(why));
  }

  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
  Status status_;
};

// Conditions on one argument; the library's own macros for them are C alone.
scmp_arg_cmp equal(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}
scmp_arg_cmp unequal(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_NE, value, 0};
}
scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

void allow_reading(Filter& filter) {
  // Files to read, also where the kernel has no Landlock. openat2 hides what it asks for.
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(open), masked(1, kWriting, O_RDONLY));
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(openat), masked(2, kWriting, O_RDONLY));
  for (const int flag : {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND}) {
    const auto writing = static_cast<scmp_datum_t>(flag);
    filter.add(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(open), masked(1, writing, writing));
    filter.add(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(openat), masked(2, writing, writing));
  }
}

}  // namespace

Status restrict_system_calls(const model::Grants& grants) {
  Filter filter(SCMP_ACT_ERRNO(ENOSYS));
  for (const int call : kAllowed) filter.add(SCMP_ACT_ALLOW, call);
  for (const int call : kDenied) filter.add(SCMP_ACT_ERRNO(EPERM), call);
  for (const int call : kNetwork) filter.add(grants.network ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM), call);
  for (const int call : kFiles)
    filter.add(grants.folders.empty() ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_ALLOW, call);
  if (grants.network) filter.add(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), equal(1, FIONBIO));
  // Threads, but no processes. clone3 hides what it asks for: ENOSYS makes libraries use clone.
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(clone), masked(0, CLONE_THREAD, CLONE_THREAD));
  filter.add(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), masked(0, CLONE_THREAD, 0));
  if (grants.folders.empty()) {
    allow_reading(filter);
  } else {  // Landlock says where
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(open));
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(openat));
  }
  // Signals to itself, as abort() sends one.
  const auto self = static_cast<scmp_datum_t>(::getpid());
  for (const int call : {SCMP_SYS(kill), SCMP_SYS(tgkill)}) {
    filter.add(SCMP_ACT_ALLOW, call, equal(0, self));
    filter.add(SCMP_ACT_ERRNO(EPERM), call, unequal(0, self));
  }
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), equal(0, 0));
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), equal(1, TCGETS));
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), equal(1, FIONREAD));
  for (const int setting : kSettings)
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(fcntl), equal(1, static_cast<scmp_datum_t>(setting)));
  for (const int setting : kProcessSettings)
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(prctl), equal(0, static_cast<scmp_datum_t>(setting)));
  return filter.load();
}

Status forbid_files_and_code(bool may_open_files) {
  Filter filter(SCMP_ACT_ALLOW);
  for (const int call : {SCMP_SYS(open), SCMP_SYS(openat)})
    if (!may_open_files) filter.add(SCMP_ACT_ERRNO(EPERM), call);
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
    filter.add(SCMP_ACT_ERRNO(EPERM), call, masked(2, PROT_EXEC, PROT_EXEC));
  return filter.load();
}

}  // namespace slipway::worker
