// SPDX-License-Identifier: Apache-2.0
#include "support/country_db.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <map>

#include "core/check.h"

namespace hawser::test {
namespace {

enum Type {
  text_type = 2,
  uint16_type = 5,
  uint32_type = 6,
  map_type = 7,
  uint64_type = 9,
  array_type = 11
};

std::string control(Type type, size_t size) {
  HAWSER_ASSERT(size < 29);
  const auto low = static_cast<uint8_t>(size);
  if (type <= 7) return {static_cast<char>(static_cast<uint8_t>(type << 5) | low)};
  return {static_cast<char>(low), static_cast<char>(type - 7)};
}
std::string text(const std::string& value) { return control(text_type, value.size()) + value; }
std::string number(Type type, uint64_t value) {
  std::string bytes;
  for (; value != 0; value >>= 8) bytes.insert(bytes.begin(), static_cast<char>(value & 0xff));
  return control(type, bytes.size()) + bytes;
}

struct Prefix {
  std::array<uint8_t, 16> bytes{};
  int bits = 0;
  bool bit(int index) const {
    return (bytes[static_cast<size_t>(index / 8)] >> (7 - index % 8)) & 1;
  }
};

Prefix prefix_of(const std::string& network, bool ipv6_tree) {
  const size_t slash = network.find('/');
  HAWSER_ASSERT(slash != std::string::npos);
  const std::string address = network.substr(0, slash);
  Prefix prefix;
  prefix.bits = std::stoi(network.substr(slash + 1));
  if (address.find(':') != std::string::npos) {
    HAWSER_ASSERT(ipv6_tree && inet_pton(AF_INET6, address.c_str(), prefix.bytes.data()) == 1);
    return prefix;
  }
  HAWSER_ASSERT(inet_pton(AF_INET, address.c_str(), prefix.bytes.data() + (ipv6_tree ? 12 : 0)) ==
                1);
  if (ipv6_tree) prefix.bits += 96;
  return prefix;
}

class Tree {
 public:
  // Children: 0 nothing, a node's number above 0, a record's index below 0 (-1 is the first).
  void add(const Prefix& prefix, int64_t record) {
    size_t at = 0;
    for (int i = 0; i + 1 < prefix.bits; ++i) {
      int64_t next = nodes_[at][prefix.bit(i)];
      if (next <= 0) {
        nodes_.push_back({next, next});  // what lay below a wider network stays so
        next = static_cast<int64_t>(nodes_.size()) - 1;
        nodes_[at][prefix.bit(i)] = next;
      }
      at = static_cast<size_t>(next);
    }
    nodes_[at][prefix.bit(prefix.bits - 1)] = record;
  }
  size_t size() const { return nodes_.size(); }
  std::string bytes(int record_bits, const std::vector<size_t>& offsets) const {
    std::string out;
    for (const auto& node : nodes_) {
      std::array<uint64_t, 2> values{};
      for (size_t side = 0; side < 2; ++side) {
        const int64_t child = node[side];
        values[side] = child > 0    ? static_cast<uint64_t>(child)
                       : child == 0 ? nodes_.size()
                                    : nodes_.size() + 16 + offsets[static_cast<size_t>(-child - 1)];
      }
      append(out, values, record_bits);
    }
    return out;
  }

 private:
  static void append(std::string& out, const std::array<uint64_t, 2>& values, int record_bits) {
    const auto low = [&](uint64_t value, int bytes) {
      for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>((value >> (8 * i)) & 0xff);
    };
    const int whole = record_bits / 8;
    low(values[0], whole);
    if (record_bits == 28)
      out += static_cast<char>(((values[0] >> 24) & 0xf) << 4 | ((values[1] >> 24) & 0xf));
    low(values[1], whole);
  }

  std::vector<std::array<int64_t, 2>> nodes_{{0, 0}};
};

}  // namespace

std::string CountryDb::bytes() const {
  Tree tree;
  std::string data;
  std::vector<size_t> offsets;
  std::map<std::string, int64_t> records;
  for (const auto& [network, country] : networks) {
    int64_t& record = records[country];
    if (record == 0) {
      offsets.push_back(data.size());
      record = -static_cast<int64_t>(offsets.size());
      data += by_maxmind ? control(map_type, 1) + text("country") + control(map_type, 1) +
                               text("iso_code") + text(country)
                         : control(map_type, 1) + text("country_code") + text(country);
    }
    tree.add(prefix_of(network, ipv6), record);
  }
  std::string metadata = control(map_type, 9);
  metadata += text("binary_format_major_version") + number(uint16_type, 2);
  metadata += text("binary_format_minor_version") + number(uint16_type, 0);
  metadata += text("build_epoch") + number(uint64_type, 1'700'000'000);
  metadata += text("database_type") + text("Test-Country");
  metadata += text("description") + control(map_type, 0);
  metadata += text("ip_version") + number(uint16_type, ipv6 ? 6 : 4);
  metadata += text("languages") + control(array_type, 0);
  metadata += text("node_count") + number(uint32_type, tree.size());
  metadata += text("record_size") + number(uint16_type, static_cast<uint64_t>(record_bits));
  return tree.bytes(record_bits, offsets) + std::string(16, '\0') + data +
         "\xab\xcd\xefMaxMind.com" + metadata;
}

}  // namespace hawser::test
