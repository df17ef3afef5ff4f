// SPDX-License-Identifier: Apache-2.0
// HeadPool: heads that are used again, memory and all, so that a message allocates nothing once a
// worker is warm. Owner: the worker; it outlives every head taken from it. Thread: the worker's
// own.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "message/head.h"

namespace hawser::message {

class HeadPool {
 public:
  struct Recycle {
    HeadPool* pool = nullptr;  // null: a head that was made with new
    void operator()(RequestHead* head) const;
    void operator()(ResponseHead* head) const;
  };
  using RequestPtr = std::unique_ptr<RequestHead, Recycle>;
  using ResponsePtr = std::unique_ptr<ResponseHead, Recycle>;

  // Keeps at most `idle_limit` unused heads of each kind.
  explicit HeadPool(size_t idle_limit = 256) : idle_limit_(idle_limit) {}
  HeadPool(const HeadPool&) = delete;
  HeadPool& operator=(const HeadPool&) = delete;

  // Cleared, with what memory an earlier use left.
  RequestPtr take_request();
  ResponsePtr take_response();

 private:
  size_t idle_limit_;
  std::vector<std::unique_ptr<RequestHead>> requests_;
  std::vector<std::unique_ptr<ResponseHead>> responses_;
};

using RequestHeadPtr = HeadPool::RequestPtr;
using ResponseHeadPtr = HeadPool::ResponsePtr;

}  // namespace hawser::message
