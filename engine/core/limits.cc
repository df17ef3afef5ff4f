// SPDX-License-Identifier: Apache-2.0
#include "core/limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace hawser::core {

uint64_t open_files_limit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

Result<uint64_t> raise_open_files(uint64_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return Error{"the limit of open files cannot be read", -errno};
  if (limit.rlim_cur >= wanted) return uint64_t{limit.rlim_cur};
  rlimit raised{wanted, std::max<rlim_t>(limit.rlim_max, wanted)};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return wanted;
  // Not allowed to go past the hard limit: take what there is.
  raised = {std::min<rlim_t>(wanted, limit.rlim_max), limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) != 0) raised.rlim_cur = limit.rlim_cur;
  if (raised.rlim_cur >= wanted) return wanted;
  return Error{"only " + std::to_string(raised.rlim_cur) + " open files are allowed, " +
                   std::to_string(wanted) + " are wanted: raise the hard limit (ulimit -Hn, or " +
                   "LimitNOFILE= of the service)",
               -EPERM};
}

}  // namespace hawser::core
