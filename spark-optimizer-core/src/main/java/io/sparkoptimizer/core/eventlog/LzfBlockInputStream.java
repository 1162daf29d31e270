package io.sparkoptimizer.core.eventlog;

import com.ning.compress.lzf.ChunkDecoder;
import com.ning.compress.lzf.util.ChunkDecoderFactory;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The stream of compress-lzf's LZFOutputStream, Spark's {@code lzf} codec: chunks of "ZV", a type (0
 * raw, 1 LZF), a big-endian length of two bytes, for LZF the length of the content in two more, and
 * the bytes. The library's own stream takes an empty chunk for the end.
 */
final class LzfBlockInputStream extends BlockInputStream {
  private static final int HEADER_BYTES = 5;
  private static final int RAW = 0;
  private static final int LZF = 1;

  // The other decoder of this library reads past its arrays where the input is broken.
  private final ChunkDecoder decoder = ChunkDecoderFactory.safeInstance();

  LzfBlockInputStream(InputStream in) {
    super(in);
  }

  @Override
  byte @Nullable [] nextBlock() throws IOException {
    byte[] header = readFully(HEADER_BYTES);
    if (header.length == 0) {
      return null;
    }
    if (header[0] != 'Z' || header[1] != 'V') {
      throw new IOException("an lzf chunk does not begin with \"ZV\"");
    }
    int length = unsignedShort(header, 3);
    return switch (header[2]) {
      case RAW -> whole(length);
      case LZF -> {
        byte[] content = new byte[unsignedShort(whole(2), 0)];
        byte[] compressed = whole(length);
        if (content.length > 0) {
          decoder.decodeChunk(compressed, 0, length, content, 0, content.length);
        }
        yield content;
      }
      default -> throw new IOException("an lzf chunk has the unknown type " + header[2]);
    };
  }

  private byte[] whole(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length != length) {
      throw new EOFException("the stream ends inside of an lzf chunk");
    }
    return bytes;
  }

  private static int unsignedShort(byte[] bytes, int at) {
    return Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(at));
  }
}
