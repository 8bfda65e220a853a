/**
 * All other calls of x86-64, by name: Linux 6.13, arch/x86/entry/syscalls/syscall_64.tbl. An engine that reads no `defaultErrnoRet` answers what is not named with
 * EPERM. Then glibc makes no thread (clone3), and cp keeps no modes (fsetxattr).
 */
export const refusedCalls: readonly string[] = `
  _sysctl acct add_key adjtimex afs_syscall bpf cachestat chroot clock_adjtime clock_settime clone3 create_module delete_module
  epoll_ctl_old epoll_wait_old fanotify_init fanotify_mark fchmodat2 finit_module fremovexattr fsconfig fsetxattr fsmount fsopen fspick
  futex_requeue futex_wait futex_wake get_kernel_syms get_mempolicy get_thread_area getpmsg getxattrat init_module io_cancel io_destroy
  io_getevents io_pgetevents io_setup io_submit io_uring_enter io_uring_register io_uring_setup ioperm iopl ioprio_get ioprio_set kcmp
  kexec_file_load kexec_load keyctl landlock_add_rule landlock_create_ruleset landlock_restrict_self listmount listxattrat lookup_dcookie
  lremovexattr lsetxattr lsm_get_self_attr lsm_list_modules lsm_set_self_attr map_shadow_stack mbind memfd_secret migrate_pages mlockall
  modify_ldt mount_setattr move_mount move_pages mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink mseal msgctl msgget
  msgrcv msgsnd munlockall name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open personality pidfd_getfd pkey_alloc
  pkey_free pkey_mprotect process_madvise process_mrelease process_vm_readv process_vm_writev ptrace putpmsg query_module quotactl
  quotactl_fd reboot remap_file_pages removexattr removexattrat request_key sched_getattr sched_rr_get_interval sched_setattr security
  semctl semget semop semtimedop set_mempolicy set_mempolicy_home_node set_thread_area setdomainname setfsgid setfsuid setns setregid
  setresgid setresuid setreuid settimeofday setxattr setxattrat shmat shmctl shmdt shmget statmount swapoff swapon sync syncfs sysfs syslog
  tuxcall uselib userfaultfd ustat vhangup vmsplice vserver
`
  .trim()
  .split(/\s+/);
