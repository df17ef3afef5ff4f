// SPDX-License-Identifier: Apache-2.0
#include "http/body_reader.h"

#include <algorithm>

namespace hawser::http {

using message::BodyLength;

void BodyReader::start(BodyLength length) {
  length_ = length;
  left_ = length.bytes;
  if (length.kind == BodyLength::Kind::unknown) chunked_.restart();
}

BodyReader::Status BodyReader::take(core::ByteChain& input, uint64_t allowance, uint64_t left,
                                    core::Slice& content) {
  if (allowance == 0) return Status::need_allowance;
  if (input.empty()) return Status::need_more;
  const uint64_t wanted = std::min(allowance, left);
  const core::Slice& front = input.front();
  if (front.size() <= wanted) {
    content = input.pop_front();
  } else {
    content = front.first(static_cast<uint32_t>(wanted));
    input.consume(content.size());
  }
  return Status::content;
}

BodyReader::Status BodyReader::read(core::ByteChain& input, uint64_t allowance,
                                    const H1Limits& limits, core::Slice& content) {
  switch (length_.kind) {
    case BodyLength::Kind::until_close:
      return take(input, allowance, UINT64_MAX, content);
    case BodyLength::Kind::unknown:
      break;
    default: {
      if (left_ == 0) return Status::complete;
      const Status status = take(input, allowance, left_, content);
      if (status == Status::content) left_ -= content.size();
      return status;
    }
  }
  switch (chunked_.decode(input, limits)) {
    case ChunkedDecoder::Status::complete:
      return Status::complete;
    case ChunkedDecoder::Status::failed:
      return Status::failed;
    case ChunkedDecoder::Status::need_more:
      return Status::need_more;
    case ChunkedDecoder::Status::content:
      break;
  }
  const Status status = take(input, allowance, chunked_.content_bytes(), content);
  if (status == Status::content) chunked_.content_taken(content.size());
  return status;
}

}  // namespace hawser::http
