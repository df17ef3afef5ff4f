// SPDX-License-Identifier: Apache-2.0
#include "http/h1_writer.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "http/chunked_decoder.h"

namespace hawser::http {

using message::BodyLength;
using message::FieldName;
using message::HttpVersion;
using message::Method;

namespace {

// Writes text into fresh blocks, one run each.
class BlockWriter {
 public:
  BlockWriter(core::ByteChain& out, core::BlockPool& pool) : out_(out), pool_(pool) { open(); }
  ~BlockWriter() { close(); }
  BlockWriter(const BlockWriter&) = delete;
  BlockWriter& operator=(const BlockWriter&) = delete;

  void put(std::string_view text) {
    while (text.size() > room()) {
      const std::string_view part = text.substr(0, room());
      copy(part);
      text.remove_prefix(part.size());
      close();
      open();
    }
    copy(text);
  }
  void put_number(uint64_t number) {
    char digits[20];
    const auto result = std::to_chars(digits, digits + sizeof digits, number);
    put({digits, static_cast<size_t>(result.ptr - digits)});
  }
  void put_field(std::string_view name, std::string_view value) {
    if (name.size() + value.size() + 4 <= room()) {
      copy(name);
      copy(": ");
      copy(value);
      return copy("\r\n");
    }
    put(name);
    put(": ");
    put(value);
    put("\r\n");
  }
  void put_content_length(uint64_t bytes) {
    put("Content-Length: ");
    put_number(bytes);
    put("\r\n");
  }

 private:
  size_t room() const { return core::block_headroom_bytes + core::block_payload_bytes - at_; }
  void copy(std::string_view text) {
    std::memcpy(block_->bytes + at_, text.data(), text.size());
    at_ += static_cast<uint32_t>(text.size());
  }
  void open() {
    block_ = pool_.take();
    begin_ = at_ = block_->filled;
  }
  void close() {
    block_->filled = at_;
    out_.append(core::Slice(std::move(block_), begin_, at_));
  }

  core::ByteChain& out_;
  core::BlockPool& pool_;
  core::BlockRef block_;
  uint32_t begin_ = 0;
  uint32_t at_ = 0;
};

// What the writers say themselves.
bool is_written_here(FieldName id) {
  switch (id) {
    case FieldName::connection:
    case FieldName::content_length:
    case FieldName::keep_alive:
    case FieldName::proxy_connection:
    case FieldName::transfer_encoding:
    case FieldName::upgrade:
      return true;
    default:
      return false;
  }
}

class ConnectionField {
 public:
  explicit ConnectionField(BlockWriter& writer) : writer_(writer) {}
  ~ConnectionField() {
    if (begun_) writer_.put("\r\n");
  }
  ConnectionField(const ConnectionField&) = delete;
  ConnectionField& operator=(const ConnectionField&) = delete;
  void add(std::string_view option) {
    writer_.put(begun_ ? ", " : "Connection: ");
    writer_.put(option);
    begun_ = true;
  }

 private:
  BlockWriter& writer_;
  bool begun_ = false;
};

// RFC 9110 8.6: these say that they have no content.
bool expects_content(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch;
}

void put_request_framing(BlockWriter& writer, const message::RequestHead& head) {
  switch (head.body_length.kind) {
    case BodyLength::Kind::known:
      writer.put_content_length(head.body_length.bytes);
      break;
    case BodyLength::Kind::none:
      if (expects_content(head.method)) writer.put_content_length(0);
      break;
    default:
      writer.put("Transfer-Encoding: chunked\r\n");
  }
}

void put_status_line(BlockWriter& writer, const message::ResponseHead& head) {
  const unsigned status = head.status;
  const char code[] = {static_cast<char>('0' + status / 100 % 10),
                       static_cast<char>('0' + status / 10 % 10),
                       static_cast<char>('0' + status % 10), ' '};
  writer.put("HTTP/1.1 ");
  writer.put({code, sizeof code});
  writer.put(head.reason);
  writer.put("\r\n");
}

bool never_has_content(int status) { return status < 200 || status == 204 || status == 304; }

// An answer to HEAD and a 304 say how long the content would be, if anyone knows.
void put_described_length(BlockWriter& writer, const message::ResponseHead& head) {
  if (head.body_length.is_known() && head.status != 304) {
    writer.put_content_length(head.body_length.bytes);
  } else if (const auto value = head.fields.get(FieldName::content_length)) {
    writer.put_field("Content-Length", *value);
  }
}

void put_response_framing(BlockWriter& writer, const message::ResponseHead& head,
                          ResponseFraming framing, Method method) {
  switch (framing) {
    case ResponseFraming::none:
      if (method == Method::head || head.status == 304) {
        put_described_length(writer, head);
      } else if (!never_has_content(head.status)) {
        writer.put_content_length(0);
      }
      break;
    case ResponseFraming::content_length:
      writer.put_content_length(head.body_length.bytes);
      break;
    case ResponseFraming::chunked:
      writer.put("Transfer-Encoding: chunked\r\n");
      break;
    case ResponseFraming::close:
      break;
  }
}

void put_response_connection(BlockWriter& writer, int status, ResponseFraming framing,
                             const ResponseWriteOptions& options) {
  const bool ends = !options.keep_alive || framing == ResponseFraming::close;
  {
    ConnectionField connection(writer);
    if (ends && status != 101) connection.add("close");
    if (!ends && options.client_version == HttpVersion::http_1_0) connection.add("keep-alive");
    if (!options.upgrade.empty()) connection.add("Upgrade");
  }
  if (!options.upgrade.empty()) writer.put_field("Upgrade", options.upgrade);
}

constexpr uint32_t chunk_line_limit_bytes = 10;  // 8 hex digits and CRLF
constexpr uint32_t small_content_bytes = 1024;

std::string_view make_chunk_line(char (&room)[chunk_line_limit_bytes], uint32_t size) {
  const auto result = std::to_chars(room, room + sizeof room - 2, size, 16);
  result.ptr[0] = '\r';
  result.ptr[1] = '\n';
  return {room, static_cast<size_t>(result.ptr - room) + 2};
}

}  // namespace

void write_request_head(core::ByteChain& out, core::BlockPool& pool,
                        const message::RequestHead& head, const RequestWriteOptions& options) {
  BlockWriter writer(out, pool);
  writer.put(head.method_text());
  writer.put(" ");
  writer.put(head.target.path);
  if (head.target.has_query) {
    writer.put("?");
    writer.put(head.target.query);
  }
  writer.put(" HTTP/1.1\r\n");
  if (options.host.empty())
    writer.put_field("Host", head.target.authority.canonical(head.target.scheme));
  else
    writer.put_field("Host", options.host);
  bool has_te = false;
  head.fields.for_each([&](const message::FieldView& field) {
    if (field.id == FieldName::host || is_written_here(field.id)) return;
    has_te = has_te || field.id == FieldName::te;
    writer.put_field(field.name, field.value);
  });
  put_request_framing(writer, head);
  {
    ConnectionField connection(writer);
    if (options.close) connection.add("close");
    if (has_te) connection.add("TE");
    if (!options.upgrade.empty()) connection.add("Upgrade");
  }
  if (!options.upgrade.empty()) writer.put_field("Upgrade", options.upgrade);
  writer.put("\r\n");
}

ResponseFraming framing_of(const message::ResponseHead& head, const ResponseWriteOptions& options) {
  if (never_has_content(head.status) || options.method == Method::head)
    return ResponseFraming::none;
  switch (head.body_length.kind) {
    case BodyLength::Kind::none:
      return ResponseFraming::none;
    case BodyLength::Kind::known:
      return head.body_length.bytes == 0 ? ResponseFraming::none : ResponseFraming::content_length;
    default:
      return options.client_version == HttpVersion::http_1_0 ? ResponseFraming::close
                                                             : ResponseFraming::chunked;
  }
}

ResponseFraming write_response_head(core::ByteChain& out, core::BlockPool& pool,
                                    const message::ResponseHead& head,
                                    const ResponseWriteOptions& options) {
  const ResponseFraming framing = framing_of(head, options);
  BlockWriter writer(out, pool);
  put_status_line(writer, head);
  head.fields.for_each([&](const message::FieldView& field) {
    if (!is_written_here(field.id)) writer.put_field(field.name, field.value);
  });
  if (!head.is_interim()) {
    put_response_framing(writer, head, framing, options.method);
    put_response_connection(writer, head.status, framing, options);
  }
  writer.put("\r\n");
  return framing;
}

uint8_t* ChunkWriter::reserve(uint32_t bytes) {
  if (!block_ || core::block_bytes - block_->filled < bytes) block_ = pool_.take();
  return block_->bytes + block_->filled;
}

void ChunkWriter::commit(core::ByteChain& out, uint32_t bytes) {
  const uint32_t begin = block_->filled;
  block_->filled += bytes;
  out.append(core::Slice(block_, begin, begin + bytes));
}

void ChunkWriter::write_small(core::ByteChain& out, const core::Slice& content,
                              std::string_view line) {
  const auto line_bytes = static_cast<uint32_t>(line.size());
  const uint32_t bytes = line_bytes + content.size() + 2;
  uint8_t* at = reserve(bytes);
  std::memcpy(at, line.data(), line_bytes);
  std::copy_n(content.data(), content.size(), at + line_bytes);
  at[line_bytes + content.size()] = '\r';
  at[line_bytes + content.size() + 1] = '\n';
  commit(out, bytes);
}

void ChunkWriter::write(core::ByteChain& out, core::Slice content) {
  if (content.empty()) return;
  char room[chunk_line_limit_bytes];
  const std::string_view line = make_chunk_line(room, content.size());
  const auto line_bytes = static_cast<uint32_t>(line.size());
  if (content.size() <= small_content_bytes) {
    write_small(out, content, line);
    return;
  }
  core::Block* block = content.block().get();
  const bool room_behind = block->filled == content.end() && core::block_bytes - block->filled >= 2;
  if (room_behind) {  // nobody else can see these octets yet
    std::memcpy(block->bytes + block->filled, "\r\n", 2);
    block->filled += 2;
  }
  if (content.exclusive_headroom() >= line_bytes) {
    std::memcpy(content.grow_front(line_bytes), line.data(), line_bytes);
  } else {
    std::memcpy(reserve(line_bytes), line.data(), line_bytes);
    commit(out, line_bytes);
  }
  if (room_behind) {
    const uint32_t begin = content.begin();
    const uint32_t end = content.end() + 2;
    out.append(core::Slice(content.block(), begin, end));
    return;
  }
  out.append(std::move(content));
  std::memcpy(reserve(2), "\r\n", 2);
  commit(out, 2);
}

void ChunkWriter::finish(core::ByteChain& out, const message::Fields* trailers) {
  if (trailers == nullptr || trailers->empty()) {
    std::memcpy(reserve(5), "0\r\n\r\n", 5);
    commit(out, 5);
  } else {
    BlockWriter writer(out, pool_);
    writer.put("0\r\n");
    trailers->for_each([&](const message::FieldView& field) {
      if (allowed_in_trailers(field)) writer.put_field(field.name, field.value);
    });
    writer.put("\r\n");
  }
  block_ = {};
}

}  // namespace hawser::http
