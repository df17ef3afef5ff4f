// SPDX-License-Identifier: Apache-2.0
#include "message/head_pool.h"

namespace hawser::message {

namespace {

// A head that grew beyond this is not worth keeping: one long cookie must not stay for ever.
constexpr size_t kept_text_bytes = 16 * 1024;

template <class Head>
void recycle(std::vector<std::unique_ptr<Head>>& idle, size_t limit, Head* head) {
  std::unique_ptr<Head> owned(head);
  if (idle.size() >= limit || head->fields.text_bytes() > kept_text_bytes) return;
  owned->clear();
  idle.push_back(std::move(owned));
}

template <class Head>
Head* take(std::vector<std::unique_ptr<Head>>& idle) {
  if (idle.empty()) return std::make_unique<Head>().release();
  Head* head = idle.back().release();
  idle.pop_back();
  return head;
}

}  // namespace

void HeadPool::Recycle::operator()(RequestHead* head) const {
  if (pool == nullptr) {
    std::default_delete<RequestHead>{}(head);
  } else {
    recycle(pool->requests_, pool->idle_limit_, head);
  }
}

void HeadPool::Recycle::operator()(ResponseHead* head) const {
  if (pool == nullptr) {
    std::default_delete<ResponseHead>{}(head);
  } else {
    recycle(pool->responses_, pool->idle_limit_, head);
  }
}

HeadPool::RequestPtr HeadPool::take_request() { return RequestPtr(take(requests_), Recycle{this}); }

HeadPool::ResponsePtr HeadPool::take_response() {
  return ResponsePtr(take(responses_), Recycle{this});
}

}  // namespace hawser::message
