// SPDX-License-Identifier: Apache-2.0
// Private files and folders: only their owner may read them, and what is found otherwise is refused
// with the command that repairs it. Owner: nobody. Thread: any.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::control {

// What a private file's mode has none of.
inline constexpr mode_t others_bits = 0077;

// Makes the folder (0700, parents 0755) where it is missing; refuses one that others may enter, one
// that belongs to another user, and what is no folder.
core::Result<void> require_private_folder(const std::string& path);
// Makes an empty file (0600) where it is missing; refuses one that others may read or write, one of
// another user, and what is no regular file (a symbolic link too).
core::Result<void> require_private_file(const std::string& path);

// The whole file; refused above the limit.
core::Result<std::string> read_small_file(const std::string& path, size_t limit_bytes);
// Replaces the file in one step (0600), durable when it returns.
core::Result<void> replace_private_file(const std::string& path, std::string_view content);

}  // namespace hawser::control
