// SPDX-License-Identifier: Apache-2.0
// Nearest: the right word for a misspelt one. Owner: nobody. Thread: any.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace hawser::config {

// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `word`, or "" where none is near enough to be what was meant.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace hawser::config
