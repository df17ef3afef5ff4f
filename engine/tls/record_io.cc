// SPDX-License-Identifier: Apache-2.0
#include "tls/record_io.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>

namespace hawser::tls {

namespace {

int read_sealed(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  auto* io = static_cast<RecordIo*>(BIO_get_data(bio));
  const size_t n = io == nullptr || size <= 0
                       ? 0
                       : io->read({reinterpret_cast<uint8_t*>(out), static_cast<size_t>(size)});
  if (n > 0) return static_cast<int>(n);
  BIO_set_retry_read(bio);
  return -1;
}

int write_sealed(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  auto* io = static_cast<RecordIo*>(BIO_get_data(bio));
  if (io == nullptr || size <= 0) return -1;
  io->write({reinterpret_cast<const uint8_t*>(bytes), static_cast<size_t>(size)});
  return size;
}

long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index(), "hawser record io");
  BIO_meth_set_read(method, read_sealed);
  BIO_meth_set_write(method, write_sealed);
  BIO_meth_set_ctrl(method, control);
  return method;
}

}  // namespace

void RecordIo::attach(SSL* ssl) {
  static const BIO_METHOD* const method = make_method();
  BIO* bio = SSL_get_rbio(ssl);
  if (bio == nullptr) {
    bio = BIO_new(method);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
  }
  BIO_set_data(bio, this);
}

void RecordIo::detach(SSL* ssl) { BIO_set_data(SSL_get_rbio(ssl), nullptr); }

size_t RecordIo::read(std::span<uint8_t> out) {
  const size_t n = std::min(out.size(), lent_.size());
  if (n > 0) std::memcpy(out.data(), lent_.data(), n);
  lent_ = lent_.subspan(n);
  return n;
}

}  // namespace hawser::tls
