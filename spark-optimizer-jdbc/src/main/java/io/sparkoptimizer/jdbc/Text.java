package io.sparkoptimizer.jdbc;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** What databases can keep of text, and its digests, which serve as keys: texts have any length. */
final class Text {
  /** NUL, which PostgreSQL refuses, and halves of surrogate pairs, which UTF-8 has no bytes for. */
  private static final Pattern UNKEPT = Pattern.compile("[\\x00\\p{Cs}]");

  private static final String REPLACEMENT = "\uFFFD";

  private Text() {}

  /** The text with every character that no database keeps replaced by U+FFFD. */
  static String storable(String text) {
    return UNKEPT.matcher(text).replaceAll(REPLACEMENT);
  }

  /** The first 64 bits of the text's SHA-256: an index finds by it, then the text itself is compared. */
  static long hash(String text) {
    return ByteBuffer.wrap(sha256(storable(text).getBytes(StandardCharsets.UTF_8)))
        .getLong();
  }

  /** The SHA-256 of texts in order, in hexadecimal: 64 characters. */
  static String digest(String... texts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (String text : texts) {
        byte[] utf8 = storable(text).getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length); // so that "ab","c" and "a","bc" differ
        out.write(utf8);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return HexFormat.of().formatHex(sha256(bytes.toByteArray()));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
