// SPDX-License-Identifier: Apache-2.0
// File: reading the bytes of a configuration file, and paths that start at its folder.
// Owner: nobody. Thread: any; it blocks, so never a worker's.
#pragma once

#include <cstddef>
#include <string>

#include "core/result.h"

namespace hawser::config {

// The whole file, or why not. The error's code is a negated errno where the system spoke.
core::Result<std::string> read_file(const std::string& path, size_t limit_bytes);

std::string absolute_path(const std::string& folder, const std::string& path);
// The folder that `path` lies in, absolute.
std::string folder_of(const std::string& path);

}  // namespace hawser::config
