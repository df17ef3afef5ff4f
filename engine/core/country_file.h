// SPDX-License-Identifier: Apache-2.0
// CountryFile: which country an address is in, by a file in MaxMind's format (a country or a city
// database, or one of one's own in that form). It is copied on opening, so that nothing that
// happens to the file on disk later matters. Owner: shared between threads as a constant. Thread:
// any, immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::core {

class CountryFile {
 public:
  static constexpr size_t limit_bytes = size_t{512} * 1024 * 1024;

  // Reads it whole. Fails where it is no such file, is damaged, or tells no address's country.
  static Result<std::shared_ptr<const CountryFile>> open(const std::string& path);
  ~CountryFile();
  CountryFile(const CountryFile&) = delete;
  CountryFile& operator=(const CountryFile&) = delete;

  // Of an address in network order, 4 or 16 bytes: ISO 3166-1, two capital letters; "" where the
  // file does not know. The view is the file's.
  std::string_view country_of(std::span<const uint8_t> address) const;

 private:
  struct Database;
  explicit CountryFile(std::unique_ptr<Database> database);
  bool tells_countries() const;

  std::unique_ptr<Database> database_;
};

}  // namespace hawser::core
