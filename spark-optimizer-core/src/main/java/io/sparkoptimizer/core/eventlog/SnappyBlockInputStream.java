package io.sparkoptimizer.core.eventlog;

import io.airlift.compress.snappy.SnappyDecompressor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The stream of snappy-java's SnappyOutputStream, Spark's {@code snappy} codec: a 16-byte header
 * (0x82 "SNAPPY" 0, version, compatible version), then blocks of a big-endian length and raw snappy.
 * Streams may be concatenated: a header may stand where a length is expected.
 */
final class SnappyBlockInputStream extends BlockInputStream {
  private static final int HEADER_BYTES = 16;
  private static final int MAGIC_HEAD = 0x82534E41; // the first four bytes of the header

  private final SnappyDecompressor decompressor = new SnappyDecompressor();

  SnappyBlockInputStream(InputStream in) {
    super(in);
  }

  @Override
  byte @Nullable [] nextBlock() throws IOException {
    byte[] head = readFully(4);
    if (head.length == 0) {
      return null;
    }
    int length = ByteBuffer.wrap(head).getInt();
    if (length == MAGIC_HEAD) {
      if (readFully(HEADER_BYTES - 4).length == 0) {
        throw new EOFException("the stream ends inside of a snappy header");
      }
      return new byte[0];
    }
    byte[] compressed = readFully(checkedLength(length, "a snappy block"));
    if (compressed.length != length) {
      throw new EOFException("the stream ends behind the length of a snappy block");
    }
    int contentLength = checkedLength(
        SnappyDecompressor.getUncompressedLength(compressed, 0), "the content of a snappy block");
    byte[] content = new byte[contentLength];
    int written = decompressor.decompress(compressed, 0, length, content, 0, contentLength);
    return written == contentLength ? content : Arrays.copyOf(content, written);
  }
}
