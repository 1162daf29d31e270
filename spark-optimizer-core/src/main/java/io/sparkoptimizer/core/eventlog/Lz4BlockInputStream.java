package io.sparkoptimizer.core.eventlog;

import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The stream of lz4-java's LZ4BlockOutputStream, Spark's {@code lz4} codec: blocks of a 21-byte
 * header ("LZ4Block", a token whose high bits are 0x10 raw or 0x20 LZ4, compressed length, length,
 * xxHash32 of the content, all little-endian) and their bytes. An empty block ends a stream; more
 * streams may follow.
 */
final class Lz4BlockInputStream extends BlockInputStream {
  private static final int HEADER_BYTES = 21;
  private static final int METHOD_RAW = 0x10;
  private static final int METHOD_LZ4 = 0x20;
  private static final int SEED = 0x9747b28c;

  private final Lz4Decompressor decompressor = new Lz4Decompressor();

  Lz4BlockInputStream(InputStream in) {
    super(in);
  }

  @Override
  byte @Nullable [] nextBlock() throws IOException {
    byte[] header = readFully(HEADER_BYTES);
    if (header.length == 0) {
      return null;
    }
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    if (!new String(header, 0, 8, StandardCharsets.US_ASCII).equals("LZ4Block")) {
      throw new IOException("an lz4 block does not begin with \"LZ4Block\"");
    }
    int method = fields.get(8) & 0xF0;
    int compressedLength = checkedLength(fields.getInt(9), "an lz4 block");
    int length = checkedLength(fields.getInt(13), "the content of an lz4 block");
    int checksum = fields.getInt(17);
    if (length == 0) {
      return new byte[0];
    }
    byte[] compressed = readFully(compressedLength);
    if (compressed.length != compressedLength) {
      throw new EOFException("the stream ends behind the header of an lz4 block");
    }
    byte[] content = new byte[length];
    int written = switch (method) {
      case METHOD_RAW -> {
        System.arraycopy(compressed, 0, content, 0, Math.min(compressedLength, length));
        yield compressedLength;
      }
      case METHOD_LZ4 ->
        decompressor.decompress(compressed, 0, compressedLength, content, 0, length);
      default -> throw new IOException("an lz4 block has the unknown method " + method);
    };
    if (written != length) {
      throw new IOException("an lz4 block holds " + written + " bytes; expected " + length);
    }
    // lz4-java keeps 28 bits of it.
    if ((XxHash32.hash(content, SEED) & 0x0FFFFFFF) != checksum) {
      throw new IOException("the checksum of an lz4 block is wrong");
    }
    return content;
  }
}
