// SPDX-License-Identifier: Apache-2.0
#include "tls/digest.h"

#include <gtest/gtest.h>

#include <set>

namespace hawser::tls {
namespace {

std::string text_of(const std::array<uint8_t, 32>& digest) {
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

TEST(Digest, Sha256AgreesWithThePublishedVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(text_of(sha256("abc")), sha256_hex("abc"));
}

TEST(Digest, Sha1AgreesWithThePublishedVector) {
  const auto digest = sha1("abc");
  EXPECT_EQ(hex({reinterpret_cast<const char*>(digest.data()), digest.size()}),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Digest, HexIsReadAsItIsWritten) {
  const std::string bytes("\x00\x7f\xff", 3);
  EXPECT_EQ(*hex_decode(hex(bytes)), bytes);
  EXPECT_EQ(*hex_decode("AbCd"), "\xab\xcd");
  for (const char* text : {"0", "0g", "0x", " 0"}) EXPECT_FALSE(hex_decode(text).ok()) << text;
}

TEST(Digest, HmacAgreesWithRfc4231) {
  EXPECT_EQ(text_of(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(text_of(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, SecretsAreEqualOnlyWhenEveryByteIs) {
  EXPECT_TRUE(equal_secrets("", ""));
  EXPECT_TRUE(equal_secrets("secret", "secret"));
  EXPECT_FALSE(equal_secrets("secret", "secreT"));
  EXPECT_FALSE(equal_secrets("secret", "secre"));
}

TEST(Base64, AgreesWithRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"\xfb\xff", "+/8="}};
  for (const auto& [bytes, text] : vectors) EXPECT_EQ(base64(bytes), text);
}

TEST(Base64Url, AgreesWithRfc4648WithoutPadding) {
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64url(bytes), text);
    ASSERT_TRUE(base64url_decode(text).ok()) << text;
    EXPECT_EQ(*base64url_decode(text), bytes);
  }
}

TEST(Base64Url, OneSpellingOnly) {
  for (const std::string_view wrong :
       {"Zg==", "Z", "Zh", "Zm9", "+/8", "Zm9v Yg", "Zm9v\n", "Zm9vY"})
    EXPECT_FALSE(base64url_decode(wrong).ok()) << wrong;
}

TEST(RandomBytes, AreAsManyAsAskedAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(random_bytes(16));
  EXPECT_EQ(seen.size(), 100U);
  EXPECT_EQ(random_bytes(0), "");
}

TEST(Aead, OpensWhatItSealed) {
  const std::string key = random_bytes(32);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{16}, size_t{5000}}) {
    const std::string plaintext(size, 'x');
    const auto opened = aead_open(key, aead_seal(key, plaintext, "cookie"), "cookie");
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(*opened, plaintext);
  }
}

TEST(Aead, OpensAnAnswerOfRfc8452) {
  // Appendix C.2: AES-256-GCM-SIV, 8 bytes of plaintext, no associated data. The nonce stands
  // first.
  std::string key(32, '\0');
  key[0] = '\x01';
  std::string sealed = std::string("\x03") + std::string(11, '\0');
  sealed += std::string(
      "\xc2\xef\x32\x8e\x5c\x71\xc8\x3b\x84\x31\x22\x13\x0f\x73\x64\xb7"
      "\x61\xe0\xb9\x74\x27\xe3\xdf\x28",
      24);
  const auto opened = aead_open(key, sealed, "");
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, std::string("\x01\0\0\0\0\0\0\0", 8));
}

TEST(Aead, RefusesEveryAlteredByteAnotherKeyAndOtherAssociatedData) {
  const std::string key = random_bytes(32);
  const std::string sealed = aead_seal(key, "session", "cookie");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(aead_open(key, altered, "cookie").ok()) << i;
    EXPECT_FALSE(aead_open(key, sealed.substr(0, i), "cookie").ok()) << i;
  }
  EXPECT_FALSE(aead_open(random_bytes(32), sealed, "cookie").ok());
  EXPECT_FALSE(aead_open(key, sealed, "other").ok());
}

TEST(Aead, TheSamePlaintextLooksDifferentEachTime) {
  const std::string key = random_bytes(32);
  EXPECT_NE(aead_seal(key, "same", ""), aead_seal(key, "same", ""));
}

}  // namespace
}  // namespace hawser::tls
