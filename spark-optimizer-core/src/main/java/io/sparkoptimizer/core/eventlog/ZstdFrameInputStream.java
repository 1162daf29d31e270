package io.sparkoptimizer.core.eventlog;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Passes zstd frames on, still compressed, and ends a frame that is cut: it puts an empty last block
 * where the whole blocks end. The decoder holds back a window of text, half a megabyte and more, until
 * it sees the end of the frame or much later text: without this, the log of a running application
 * would lack that much, or be empty. The decoder also reads far ahead, so the cut is not reported to
 * it but behind it, by {@link #reportingCut}.
 *
 * <p>A frame's checksum cannot be known where it is cut, so frames are passed on without one. Spark
 * writes none. (Format: RFC 8878, section 3.)
 */
final class ZstdFrameInputStream extends BlockInputStream {
  private static final int MAGIC = 0xFD2FB528;
  private static final int SKIPPABLE_MAGIC = 0x184D2A50; // and the 15 after it
  private static final int SINGLE_SEGMENT = 0x20;
  private static final int CHECKSUM = 0x04;
  private static final int CHECKSUM_BYTES = 4;
  private static final int[] DICTIONARY_ID_BYTES = {0, 1, 2, 4};
  private static final int[] CONTENT_SIZE_BYTES = {0, 2, 4, 8};
  private static final int BLOCK_HEADER_BYTES = 3;
  private static final int RLE_BLOCK = 1;
  /**
   * Largest window, the text that a decoder must hold: what RFC 8878 recommends decoders to support.
   * Spark's default level asks for half a megabyte.
   */
  private static final long MAX_WINDOW_BYTES = 8 << 20;

  private static final byte[] EMPTY_LAST_BLOCK = {1, 0, 0};

  private boolean inFrame;
  private boolean hasChecksum;
  private @Nullable IOException cut;

  ZstdFrameInputStream(InputStream in) {
    super(in);
  }

  /** What the decoder makes of the frames, with the cut as a fault at its end. */
  InputStream reportingCut(InputStream decoded) {
    return new FilterInputStream(decoded) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        int read;
        try {
          read = in.read(to, offset, length);
        } catch (IOException | RuntimeException broken) {
          // A decoder without a frame's header says only that it lacks bytes.
          if (cut != null) {
            throw cut;
          }
          throw broken;
        }
        if (read < 0 && cut != null) {
          throw cut;
        }
        return read;
      }
    };
  }

  @Override
  byte @Nullable [] nextBlock() {
    if (cut != null) {
      return null;
    }
    boolean open = inFrame;
    try {
      return open ? block() : frameHeader();
    } catch (IOException fault) {
      cut = fault;
      return open ? EMPTY_LAST_BLOCK : null;
    }
  }

  private byte @Nullable [] frameHeader() throws IOException {
    byte[] magicBytes = readFully(4);
    if (magicBytes.length == 0) {
      return null;
    }
    int magic = littleEndian(magicBytes);
    if ((magic & ~0xF) == SKIPPABLE_MAGIC) {
      in.skipNBytes(Integer.toUnsignedLong(littleEndian(whole(4))));
      return new byte[0];
    }
    if (magic != MAGIC) {
      throw new IOException("a zstd frame begins with " + Integer.toHexString(magic));
    }
    byte[] descriptor = whole(1);
    int bits = descriptor[0] & 0xFF;
    boolean singleSegment = (bits & SINGLE_SEGMENT) != 0;
    int contentSizeBytes = CONTENT_SIZE_BYTES[bits >> 6];
    int rest = DICTIONARY_ID_BYTES[bits & 3]
        + (singleSegment ? Math.max(1, contentSizeBytes) : 1 + contentSizeBytes);
    hasChecksum = (bits & CHECKSUM) != 0;
    descriptor[0] &= (byte) ~CHECKSUM;
    byte[] fields = whole(rest);
    long window = singleSegment ? contentSize(fields, contentSizeBytes) : windowSize(fields[0]);
    if (window < 0 || window > MAX_WINDOW_BYTES) {
      throw new IOException("a zstd frame asks for a window of " + Long.toUnsignedString(window)
          + " bytes; at most " + MAX_WINDOW_BYTES + " are given");
    }
    byte[] header = ByteBuffer.allocate(5 + rest)
        .put(magicBytes)
        .put(descriptor)
        .put(fields)
        .array();
    inFrame = true;
    return header;
  }

  private static long windowSize(byte descriptor) {
    long base = 1L << (10 + (descriptor >> 3 & 0x1F));
    return base + base / 8 * (descriptor & 7);
  }

  /** What the last bytes of a header say, which is all of a single segment's window. */
  private static long contentSize(byte[] fields, int length) {
    byte[] size = new byte[Long.BYTES];
    int known = Math.max(1, length);
    System.arraycopy(fields, fields.length - known, size, 0, known);
    return ByteBuffer.wrap(size).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private byte[] block() throws IOException {
    byte[] header = whole(BLOCK_HEADER_BYTES);
    int bits = littleEndian(Arrays.copyOf(header, 4));
    boolean last = (bits & 1) != 0;
    int length = (bits >> 1 & 3) == RLE_BLOCK ? 1 : bits >> 3;
    byte[] content = whole(length);
    if (last) {
      inFrame = false;
      if (hasChecksum && in.readNBytes(CHECKSUM_BYTES).length < CHECKSUM_BYTES) {
        cut = new EOFException("the stream ends inside of the checksum of a zstd frame");
      }
    }
    return ByteBuffer.allocate(BLOCK_HEADER_BYTES + length)
        .put(header)
        .put(content)
        .array();
  }

  private byte[] whole(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the stream ends inside of a zstd frame");
    }
    return bytes;
  }

  private static int littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }
}
