// SPDX-License-Identifier: Apache-2.0
// proxy_header: the first bytes of a connection from a load balancer. Every prefix agrees with the
// whole: it waits until the header ends and then says the same, whatever stands behind it.
#include "http/proxy_header.h"

#include <algorithm>

#include "support/check.h"
#include "support/pieces.h"

namespace hawser::fuzz {
namespace {

using Status = http::ProxyHeader::Status;

// Reads from memory behind which nothing may be read.
http::ProxyHeader read(std::string_view bytes) {
  PiecePool pool;
  const core::Slice lone = pool.lone(bytes);
  http::ProxyHeader header = http::read_proxy_header(lone.view());
  // Planted: one octet too many is taken from a version 2 header with extensions.
  if (planted_fault && header.status == Status::complete && header.bytes > 16 + 12 &&
      bytes.starts_with('\r'))
    ++header.bytes;
  return header;
}

std::string text_of(const http::ProxyHeader& header) {
  return std::to_string(static_cast<int>(header.status)) + ' ' + std::to_string(header.bytes) +
         ' ' + (header.source ? header.source->to_string() : "none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = view_of(data, std::min<size_t>(size, 5000));
  const auto whole = read(bytes);
  require(whole.status != Status::complete || whole.bytes <= bytes.size(),
          "a header is complete when all of it is there", text_of(whole));
  require(
      whole.status != Status::need_more || bytes.size() < hawser::http::proxy_header_limit_bytes,
      "no more is waited for than a header may have");
  bool failed = false;
  const size_t looked_at = std::min<size_t>(bytes.size(), 300);
  for (size_t seen = 0; seen <= looked_at; ++seen) {
    const auto part = read(bytes.substr(0, seen));
    failed = failed || part.status == Status::failed;
    require(part.status != Status::complete || text_of(part) == text_of(whole),
            "a header that is complete stays what it is", text_of(part) + " / " + text_of(whole));
    require(!(whole.status == Status::complete && part.status == Status::need_more &&
              seen >= whole.bytes),
            "a header that is there is not waited for");
  }
  require(!failed || whole.status == Status::failed, "what has failed stays failed");
  if (whole.status == Status::complete)
    require(text_of(read(bytes.substr(0, whole.bytes))) == text_of(whole),
            "a header ends where it says");
  return 0;
}

}  // namespace hawser::fuzz
