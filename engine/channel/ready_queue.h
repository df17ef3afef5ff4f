// SPDX-License-Identifier: Apache-2.0
// ReadyQueue: the streams that have something to send, in turn. Linked through the streams
// themselves, so that turning costs nothing and a stream that ends leaves at once.
// Owner: a link. Thread: the link's.
#pragma once

#include "core/check.h"

namespace hawser::channel {

class ReadyQueue;

class ReadyNode {
 public:
  ReadyNode() = default;
  ReadyNode(const ReadyNode&) = delete;
  ReadyNode& operator=(const ReadyNode&) = delete;
  bool queued() const { return queue_ != nullptr; }

 protected:
  ~ReadyNode();

 private:
  friend class ReadyQueue;
  ReadyQueue* queue_ = nullptr;
  ReadyNode* previous_ = nullptr;
  ReadyNode* next_ = nullptr;
};

class ReadyQueue {
 public:
  bool empty() const { return first_ == nullptr; }
  void push_back(ReadyNode& node) {
    HAWSER_ASSERT(!node.queued());
    node.queue_ = this;
    node.previous_ = last_;
    node.next_ = nullptr;
    (last_ != nullptr ? last_->next_ : first_) = &node;
    last_ = &node;
  }
  void remove(ReadyNode& node) {
    HAWSER_ASSERT(node.queue_ == this);
    (node.previous_ != nullptr ? node.previous_->next_ : first_) = node.next_;
    (node.next_ != nullptr ? node.next_->previous_ : last_) = node.previous_;
    node.queue_ = nullptr;
    node.previous_ = node.next_ = nullptr;
  }
  ReadyNode& pop_front() {
    HAWSER_ASSERT(first_ != nullptr);
    ReadyNode& node = *first_;
    remove(node);
    return node;
  }
  static void leave(ReadyNode& node) {
    if (node.queue_ != nullptr) node.queue_->remove(node);
  }

 private:
  ReadyNode* first_ = nullptr;
  ReadyNode* last_ = nullptr;
};

inline ReadyNode::~ReadyNode() { ReadyQueue::leave(*this); }

}  // namespace hawser::channel
