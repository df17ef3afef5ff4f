// SPDX-License-Identifier: Apache-2.0
#include "core/country_file.h"

#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "core/fd.h"

namespace hawser::core {
namespace {

// Nodes that are looked at for one country: far more than the way to the first record of any file.
constexpr size_t search_limit = 100'000;
constexpr const char* by_maxmind[] = {"country", "iso_code", nullptr};
constexpr const char* by_others[] = {"country_code", nullptr};

// A private copy: a mapped file that is cut short by somebody else would end the program.
Result<Fd> copy_of(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return system_error("it can't be opened", errno);
  if (!S_ISREG(status.st_mode)) return Error{"it is no file"};
  if (status.st_size <= 0) return Error{"it is empty"};
  auto left = static_cast<size_t>(status.st_size);
  if (left > CountryFile::limit_bytes) return Error{"it is larger than 512M"};
  Fd copy(::memfd_create("countries", MFD_CLOEXEC));
  if (!copy) return system_error("it can't be copied", errno);
  std::vector<char> block(std::min<size_t>(left, 1024 * 1024));
  while (left > 0) {
    const ssize_t got = ::read(file.get(), block.data(), std::min(left, block.size()));
    if (got < 0) return system_error("it can't be read", errno);
    if (got == 0) return Error{"it became shorter while it was read"};
    if (::write(copy.get(), block.data(), static_cast<size_t>(got)) != got)
      return system_error("it can't be copied", errno);
    left -= static_cast<size_t>(got);
  }
  return copy;
}

std::string_view text_at(MMDB_entry_s entry, const char* const* path) {
  MMDB_entry_data_s data{};
  const bool found = MMDB_aget_value(&entry, &data, path) == MMDB_SUCCESS && data.has_data &&
                     data.type == MMDB_DATA_TYPE_UTF8_STRING;
  return found ? std::string_view(data.utf8_string, data.data_size) : std::string_view();
}

std::string_view country_at(const MMDB_entry_s& entry) {
  std::string_view code = text_at(entry, by_maxmind);
  if (code.empty()) code = text_at(entry, by_others);
  const bool good = code.size() == 2 && std::all_of(code.begin(), code.end(),
                                                    [](char c) { return c >= 'A' && c <= 'Z'; });
  return good ? code : std::string_view();
}

}  // namespace

struct CountryFile::Database {
  MMDB_s handle{};
  bool open = false;
  ~Database() {
    if (open) MMDB_close(&handle);
  }
};

CountryFile::CountryFile(std::unique_ptr<Database> database) : database_(std::move(database)) {}
CountryFile::~CountryFile() = default;

Result<std::shared_ptr<const CountryFile>> CountryFile::open(const std::string& path) {
  const auto copy = copy_of(path);
  if (!copy) return copy.error();
  auto database = std::make_unique<Database>();
  const std::string name = "/proc/self/fd/" + std::to_string(copy->get());
  const int fault = MMDB_open(name.c_str(), MMDB_MODE_MMAP, &database->handle);
  if (fault != MMDB_SUCCESS)
    return Error{std::string("it is no database in MaxMind's format, or damaged: ") +
                 MMDB_strerror(fault)};
  database->open = true;
  std::shared_ptr<const CountryFile> made(new CountryFile(std::move(database)));
  if (!made->tells_countries()) return Error{"it tells no address's country, or is damaged"};
  return made;
}

// A file about something else would leave every rule about a country without effect.
bool CountryFile::tells_countries() const {
  const MMDB_s& handle = database_->handle;
  std::vector<uint32_t> ahead{0};
  for (size_t looked = 0; looked < search_limit && !ahead.empty(); ++looked) {
    const uint32_t number = ahead.back();
    ahead.pop_back();
    MMDB_search_node_s node{};
    if (MMDB_read_node(&handle, number, &node) != MMDB_SUCCESS) return false;
    const auto is_country = [](uint8_t type, const MMDB_entry_s& entry) {
      return type == MMDB_RECORD_TYPE_DATA && !country_at(entry).empty();
    };
    if (is_country(node.left_record_type, node.left_record_entry) ||
        is_country(node.right_record_type, node.right_record_entry))
      return true;
    if (node.right_record_type == MMDB_RECORD_TYPE_SEARCH_NODE)
      ahead.push_back(static_cast<uint32_t>(node.right_record));
    if (node.left_record_type == MMDB_RECORD_TYPE_SEARCH_NODE)
      ahead.push_back(static_cast<uint32_t>(node.left_record));
  }
  return false;
}

std::string_view CountryFile::country_of(std::span<const uint8_t> address) const {
  sockaddr_storage storage{};
  if (address.size() == 4) {
    auto* ipv4 = reinterpret_cast<sockaddr_in*>(&storage);
    ipv4->sin_family = AF_INET;
    std::memcpy(&ipv4->sin_addr, address.data(), 4);
  } else if (address.size() == 16) {
    auto* ipv6 = reinterpret_cast<sockaddr_in6*>(&storage);
    ipv6->sin6_family = AF_INET6;
    std::memcpy(&ipv6->sin6_addr, address.data(), 16);
  } else {
    return {};
  }
  int fault = MMDB_SUCCESS;
  const MMDB_lookup_result_s found =
      MMDB_lookup_sockaddr(&database_->handle, reinterpret_cast<const sockaddr*>(&storage), &fault);
  if (fault != MMDB_SUCCESS || !found.found_entry) return {};
  return country_at(found.entry);
}

}  // namespace hawser::core
